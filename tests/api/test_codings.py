"""Codings through the API: shapes, evidence and present place, pages, refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kmwiki.db import transaction
from kmwiki.entries.schemas import EntryIn
from kmwiki.entries.service import create_entry
from kmwiki.sources.models import Source
from tests.make_coding import BODY, make_desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmwiki.security.policy import Caller
    from tests.conftest import Api
    from tests.make import Make
    from tests.make_coding import Desk

OpenApi = "Callable[[Caller | None], Api]"


@pytest.fixture
def desk(make: Make) -> Desk:
    """A project with an entry, a coder and a code."""
    return make_desk(make)


@pytest.fixture
def door(desk: Desk, api: Callable[[Caller | None], Api]) -> Api:
    """The API as the coder sees it."""
    return api(desk.coder)


def body(desk: Desk, quote: str, **more: Any) -> dict[str, Any]:
    """The JSON of a coding."""
    return desk.given(quote).model_dump(mode="json") | more


def test_a_coding_is_made_read_changed_taken_away_and_brought_back(desk: Desk, door: Api) -> None:
    status, made = door.post(f"/sources/{desk.source_id}/codings", body(desk, "ปีแรก", voice="informant", memo="คิด"))
    assert status == 201
    start = desk.text().index("ปีแรก")
    assert made["evidence"] == {"revision": 1, "start": start, "end": start + 5, "quote": "ปีแรก"}
    assert (made["start"], made["end"], made["quote"], made["revision"], made["state"]) == (
        start,
        start + 5,
        "ปีแรก",
        1,
        "placed",
    )
    assert (made["voice"], made["memo"], made["coder"]) == ("informant", "คิด", desk.coder.name)
    assert made["url"] == f"/p/{desk.project.slug}/e/{desk.entry.number}#c{made['id']}"
    assert made["created"].endswith(("Z", "+00:00"))
    assert door.post(f"/sources/{desk.source_id}/codings", body(desk, "ปีแรก")) == (200, made)
    status, changed = door.patch(f"/codings/{made['id']}", {"memo": "ใหม่", "voice": None})
    assert (status, changed["memo"], changed["voice"]) == (200, "ใหม่", None)
    assert door.get(f"/codings/{made['id']}") == (200, changed)
    assert door.delete(f"/codings/{made['id']}")[0] == 204
    assert door.get(f"/codings/{made['id']}")[0] == 404
    assert door.delete(f"/codings/{made['id']}")[0] == 404
    assert door.post(f"/codings/{made['id']}/restore") == (200, changed)


def test_after_an_edit_the_present_place_is_told_and_the_evidence_stays(desk: Desk, door: Api) -> None:
    first = door.post(f"/sources/{desk.source_id}/codings", body(desk, "ปีแรก"))[1]
    lost = door.post(f"/sources/{desk.source_id}/codings", body(desk, BODY.split("\n\n")[2]))[1]
    desk.save("คำนำ 🙂\n\n" + "\n\n".join(BODY.split("\n\n")[:2]))
    now = door.get(f"/codings/{first['id']}")[1]
    assert now["evidence"] == first["evidence"]
    assert (now["revision"], now["quote"], now["state"]) == (2, "ปีแรก", "placed")
    assert desk.text()[now["start"] : now["end"]] == "ปีแรก"
    gone = door.get(f"/codings/{lost['id']}")[1]
    assert (gone["state"], gone["start"], gone["end"], gone["quote"]) == ("lost", None, None, None)
    assert [item["id"] for item in door.get(f"/projects/{desk.project.slug}/codings?state=lost")[1]["items"]] == [
        lost["id"]
    ]


@pytest.mark.parametrize(
    ("change", "field", "told"),
    [
        ({"quote": "อื่น"}, "quote", ["อื่น", "ปีแรก"]),
        ({"start": -1}, "start", ["-1"]),
        ({"end": 99999}, "end", ["99999"]),
        ({"start": 60, "end": 50}, "end", ["60", "50"]),
        ({"start": 50, "end": 50, "quote": ""}, "end", ["50"]),
        ({"revision": 9}, "revision", ["9", "1"]),
        ({"voice": "ghost"}, "voice", []),
        ({"start": "x"}, "start", []),
        ({"quote": None}, "quote", []),
        ({"surprise": 1}, "surprise", []),
    ],
)
def test_what_cannot_be_coded_is_422_and_says_why(
    desk: Desk, door: Api, change: dict[str, Any], field: str, told: list[str]
) -> None:
    status, problem = door.post(f"/sources/{desk.source_id}/codings", body(desk, "ปีแรก") | change)
    assert status == 422
    assert field in {error["field"] for error in problem["errors"]}
    assert all(word in problem["detail"] for word in told)


def test_a_passage_of_a_text_that_has_gone_on_is_422_naming_both_revisions(desk: Desk, door: Api) -> None:
    old = body(desk, "ปีแรก")
    desk.save(f"คำนำ\n\n{BODY}")
    status, problem = door.post(f"/sources/{desk.source_id}/codings", old)
    assert status == 422
    assert problem["errors"][0]["field"] == "revision"
    assert "1" in problem["detail"]
    assert "2" in problem["detail"]


def test_unknown_foreign_and_retired_codes_are_404_and_409(desk: Desk, door: Api) -> None:
    foreign = make_desk(desk.make).code
    url = f"/sources/{desk.source_id}/codings"
    assert door.post(url, body(desk, "ปีแรก", code_id=99999))[0] == 404
    assert door.post(url, body(desk, "ปีแรก", code_id=foreign.id))[0] == 404
    retired = desk.more_code("เลิก")
    assert door.delete(f"/codes/{retired.id}")[0] == 204
    assert door.post(url, body(desk, "ปีแรก", code_id=retired.id))[0] == 409


def test_a_text_that_the_caller_may_not_read_is_404_and_a_reader_gets_403(
    desk: Desk, api: Callable[[Caller | None], Api]
) -> None:
    url = f"/sources/{desk.source_id}/codings"
    stranger, reader = api(make_desk(desk.make).coder), api(desk.make.member(desk.project, "reader"))
    assert [stranger.get(url)[0], stranger.post(url, body(desk, "ปีแรก"))[0]] == [404, 404]
    assert [reader.get(url)[0], reader.post(url, body(desk, "ปีแรก"))[0]] == [200, 403]
    assert api(None).get(url)[0] == 401
    with transaction() as s:
        s.get_one(Source, desk.source_id).audience = "public"
    assert stranger.get(url)[0] == 404  # a public text may be read, but its codings are the team's


def test_codings_come_in_pages_that_neither_skip_nor_double(desk: Desk, door: Api) -> None:
    words = ["กองทุน", "ของเรา", "ปีแรก", "สามราย", "เงินก้อนนี้"]
    made = [desk.add(word).id for word in words]
    seen: list[int] = []
    cursor = ""
    while True:
        page = door.get(f"/projects/{desk.project.slug}/codings?size=2{cursor}")[1]
        assert page["total"] == len(words)
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == made
    assert door.get(f"/projects/{desk.project.slug}/codings?cursor=nonsense!")[0] == 422
    assert door.get(f"/projects/{desk.project.slug}/codings?size=0")[0] == 422


def test_codings_are_filtered_by_code_province_kind_and_coder(desk: Desk, door: Api) -> None:
    other, child = desk.make.member(desk.project), desk.more_code("ลูก", parent_id=desk.code.id)
    first, second = desk.add("ปีแรก"), desk.add("ปีแรก", child, by=other)
    with transaction() as s:
        data = EntryIn(
            kind="meeting", title="ประชุม", body=BODY, body_format="plain", places=["พัทลุง"], status="published"
        )
        entry = create_entry(s, desk.coder, desk.project, data)
    there = door.post(f"/sources/{entry.source_id}/codings", body(desk, "ปีแรก"))[1]

    def found(query: str) -> list[int]:
        page = door.get(f"/projects/{desk.project.slug}/codings?{query}")[1]
        assert page["total"] == len(page["items"])
        return [item["id"] for item in page["items"]]

    assert found(f"code={desk.code.id}") == [first.id, there["id"]]
    assert found(f"code={desk.code.id}&below=true") == [first.id, second.id, there["id"]]
    assert found("kind=meeting") == found("province=93") == found("province=พัทลุง") == [there["id"]]
    assert found("kind=meeting&province=80") == []
    assert (
        found(f"coder={other.email}") == found(f"coder={other.user_id}") == found(f"coder={other.name}") == [second.id]
    )
    assert found("coder=nobody@example.org") == []
    assert door.get(f"/projects/{desk.project.slug}/codings?province=ไม่มีที่นี่แน่")[0] == 422
    assert [item["id"] for item in door.get(f"/sources/{desk.source_id}/codings")[1]["items"]] == [first.id, second.id]


def test_the_same_request_sent_twice_with_a_key_is_answered_alike(desk: Desk, door: Api) -> None:
    given = body(desk, "ปีแรก")
    answers = [
        door.post(f"/sources/{desk.source_id}/codings", given, headers={"Idempotency-Key": "k1"}) for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert answers[0][0] == 201


def test_a_coding_is_moved_with_its_new_quote(desk: Desk, door: Api) -> None:
    made = door.post(f"/sources/{desk.source_id}/codings", body(desk, "ปีแรก"))[1]
    wider = body(desk, "ปีแรกจ่ายค่าทำศพ")
    status, moved = door.patch(
        f"/codings/{made['id']}", {name: wider[name] for name in ("start", "end", "quote", "revision")}
    )
    assert (status, moved["quote"], moved["evidence"]) == (200, "ปีแรกจ่ายค่าทำศพ", made["evidence"])
    assert door.patch(f"/codings/{made['id']}", {"start": 3})[0] == 422


def test_a_coding_sent_again_of_a_revision_that_does_not_exist_is_422(desk: Desk, door: Api) -> None:
    url = f"/sources/{desk.source_id}/codings"
    assert door.post(url, body(desk, "ปีแรก"))[0] == 201
    assert door.post(url, body(desk, "ปีแรก"))[0] == 200
    status, problem = door.post(url, body(desk, "ปีแรก", revision=9))
    assert (status, problem["errors"][0]["field"]) == (422, "revision")
