"""Several codes at once, cutting in two, versions, undo and redo through the API; and what bad input gets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from kmwiki.coding import service
from kmwiki.coding.models import BatchCoding, Code, Coding, CodingBatch, Placement
from kmwiki.coding.round_models import CodingRound
from kmwiki.coding.schemas import SplitIn
from kmwiki.coding.splitting import split_coding
from kmwiki.db import session, transaction
from kmwiki.errors import Conflict, Forbidden, Invalid
from kmwiki.security.policy import Role
from kmwiki.sources.models import Source
from tests.make_coding import BODY, make_desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmwiki.security.policy import Caller
    from tests.conftest import Api
    from tests.make import Make
    from tests.make_coding import Desk


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


def count() -> int:
    with session() as s:
        return len(s.scalars(select(Coding.id).where(Coding.deleted.is_(None))).all())


def test_a_passage_is_put_under_several_codes_at_once_all_or_none(desk: Desk, door: Api) -> None:
    address = f"/sources/{desk.source_id}/codings"
    ids = [desk.more_code(name).id for name in ("ก", "ข", "ค")]
    status, made = door.post(address, body(desk, "ปีแรก", code_ids=[*ids, ids[0]], memo="คิด", voice="author"))
    assert status == 201
    assert [one["code_id"] for one in made["codings"]] == [desk.code.id, *ids]
    assert {(one["memo"], one["voice"]) for one in made["codings"]} == {("คิด", "author")}
    assert len({one["guid"] for one in made["codings"]}) == 4
    assert made["new"] == [one["id"] for one in made["codings"]]
    assert made["id"] == made["codings"][0]["id"]
    given = body(desk, "ปีแรก", code_ids=ids)
    given.pop("code_id")
    status, again = door.post(address, given)
    assert (status, again["new"], len(again["codings"])) == (200, [], 3)
    with transaction() as s:
        service.retire_code(s, desk.coder, s.get_one(Code, ids[2]))
    status, refused = door.post(address, body(desk, "กองทุน", code_ids=ids))
    assert (status, count()) == (409, 4), refused
    assert door.post(address, body(desk, "กองทุน", code_ids=[10**15]))[0] == 404
    status, undone = door.post(f"/entries/{desk.entry.id}/codings/undo", {})
    assert (status, len(undone["gone"]), undone["codings"]) == (200, 4, [])
    assert "ปีแรก" in undone["what"]


BAD: tuple[tuple[dict[str, Any], str | None], ...] = (
    ({"code_id": True}, "code_id"),
    ({"code_id": 1.0}, "code_id"),
    ({"code_id": "1"}, "code_id"),
    ({"code_id": None}, "code_id"),
    ({"code_id": -1}, "code_id"),
    ({"code_id": 10**30}, "code_id"),
    ({"code_ids": list(range(1, 10_001))}, "code_ids"),
    ({"code_ids": [True]}, "code_ids.0"),
    ({"code_ids": [None]}, "code_ids.0"),
    ({"code_ids": 1}, "code_ids"),
    ({"code_id": None, "code_ids": []}, "code_id"),
    ({"start": False}, "start"),
    ({"start": 1.5}, "start"),
    ({"start": 10**30}, "start"),
    ({"start": -1}, "start"),
    ({"start": None}, "start"),
    ({"end": 10**18}, "end"),
    ({"start": 9, "end": 3}, "end"),
    ({"start": 3, "end": 3}, "end"),
    ({"revision": 0}, "revision"),
    ({"revision": 2}, "revision"),
    ({"revision": True}, "revision"),
    ({"quote": None}, "quote"),
    ({"quote": "ปีที่"}, "quote"),
    ({"quote": "\ud800"}, None),
    ({"memo": "\ud83d"}, None),
    ({"memo": "ก\x00"}, None),
    ({"memo": "ก" * 20_001}, "memo"),
    ({"voice": "กา"}, "voice"),
    ({"round_id": 0}, "round_id"),
    ({"codes": [1]}, "codes"),
)
"""What is sent instead, and the field that the refusal names; None if the whole body is refused."""


def test_what_cannot_be_taken_is_refused_and_the_field_named(desk: Desk, door: Api) -> None:
    for values, field in BAD:
        status, problem = door.post(f"/sources/{desk.source_id}/codings", body(desk, "ปีแรก") | values)
        assert (status, count()) == (422, 0), (values, problem)
        assert field is None or field in {item["field"] for item in problem["errors"]}, problem


def test_numbers_that_json_has_not_are_refused(desk: Desk, door: Api) -> None:
    for value in ("NaN", "Infinity", "-Infinity", "1e400"):
        given = json.dumps(body(desk, "ปีแรก")).replace(f'"start": {desk.text().index("ปีแรก")}', f'"start": {value}')
        answer = door.client.post(
            f"/api/v1/sources/{desk.source_id}/codings",
            data=given,
            content_type="application/json",
            headers=door.headers,
        )
        assert answer.status_code == 422, (value, answer.get_data(as_text=True))
    assert count() == 0


def test_a_coding_is_cut_in_two_and_both_halves_keep_what_it_had(desk: Desk, door: Api) -> None:
    _, made = door.post(f"/sources/{desk.source_id}/codings", body(desk, "ปีแรกจ่ายค่าทำศพ", memo="คิด", voice="author"))
    desk.save("นำ\n\n" + BODY)
    _, moved = door.get(f"/codings/{made['id']}")
    at = moved["start"] + 5
    status, halves = door.post(f"/codings/{made['id']}/split", {"at": at})
    first, second = halves["first"], halves["second"]
    assert status == 200
    assert [(half["quote"], half["memo"], half["voice"], half["state"]) for half in (first, second)] == [
        ("ปีแรก", "คิด", "author", "placed"),
        ("จ่ายค่าทำศพ", "คิด", "author", "placed"),
    ]
    assert (first["id"], first["guid"], first["evidence"]) == (made["id"], made["guid"], made["evidence"])
    assert second["guid"] != made["guid"]
    seen = made["evidence"]
    assert second["evidence"] == seen | {"start": seen["start"] + 5, "quote": "จ่ายค่าทำศพ"}
    with session() as s:
        told = s.scalars(select(Placement).where(Placement.coding_id == second["id"])).all()
    assert [(row.revision, row.start, row.end) for row in told] == [(2, at, moved["end"])]
    address = f"/entries/{desk.entry.id}/codings"
    _, undone = door.post(f"{address}/undo", {})
    assert ([one["quote"] for one in undone["codings"]], undone["gone"]) == (["ปีแรกจ่ายค่าทำศพ"], [second["id"]])
    _, redone = door.post(f"{address}/redo", {})
    assert [one["quote"] for one in redone["codings"]] == ["ปีแรก", "จ่ายค่าทำศพ"]
    desk.save(BODY.replace("จ่ายค่าทำศพ", "จ่าย"))  # the words of the second half change
    desk.save(BODY)  # and come back: it stands where it stood
    assert door.get(f"/codings/{second['id']}")[1]["quote"] == "จ่ายค่าทำศพ"


def test_evidence_of_a_half_is_what_its_cutter_saw_where_the_words_had_changed(desk: Desk, door: Api) -> None:
    _, made = door.post(f"/sources/{desk.source_id}/codings", body(desk, "ปีแรกจ่ายค่าทำศพ"))
    desk.save(BODY.replace("ค่าทำศพ", "ค่างานศพ"))
    _, changed = door.get(f"/codings/{made['id']}")
    assert changed["state"] == "changed"
    _, halves = door.post(f"/codings/{made['id']}/split", {"at": changed["start"] + 5, "revision": 2})
    second = halves["second"]
    assert (second["evidence"]["revision"], second["evidence"]["quote"]) == (2, second["quote"])
    assert {halves[name]["state"] for name in halves} == {"placed"}


def test_a_cut_that_cannot_be_made_is_refused_with_the_borders(desk: Desk, door: Api) -> None:
    _, made = door.post(f"/sources/{desk.source_id}/codings", body(desk, "ปีแรกจ่าย"))
    address, start, end = f"/codings/{made['id']}/split", made["start"], made["end"]
    for at in (start, end, start - 1, end + 1, -5, 10**18):
        status, problem = door.post(address, {"at": at})
        assert (status, problem["errors"][0]["field"]) == (422, "at")
        assert str(start) in problem["errors"][0]["message"]
        assert str(end) in problem["errors"][0]["message"]
    status, problem = door.post(address, {"at": start + 1})  # between a consonant and its vowel
    assert (status, str(start), str(start + 2)) == (422, *problem["errors"][0]["message"].split()[-3::2])
    for given in ({}, {"at": None}, {"at": True}, {"at": 1.5}, {"at": "x"}, {"at": start + 5, "revision": 9}):
        assert door.post(address, given)[0] == 422
    door.post(f"/sources/{desk.source_id}/codings", body(desk, "ปีแรก"))
    status, problem = door.post(address, {"at": start + 5})
    assert (status, "already" in problem["detail"] or "ไว้แล้ว" in problem["detail"]) == (409, True)
    _, spaced = door.post(f"/sources/{desk.source_id}/codings", body(desk, "ย คนจึง"))
    assert door.post(f"/codings/{spaced['id']}/split", {"at": spaced["start"] + 1})[0] == 200
    _, tail = door.post(f"/sources/{desk.source_id}/codings", body(desk, "ราย "))
    assert door.post(f"/codings/{tail['id']}/split", {"at": tail["end"] - 1})[0] == 422
    desk.save("ไม่เหลือ")
    assert door.post(address, {"at": 3})[0] == 409


def test_only_who_may_change_a_coding_cuts_it_and_none_of_a_closed_round(desk: Desk) -> None:
    coding = desk.add("ปีแรกจ่าย")
    mate = desk.make.member(desk.project)
    with pytest.raises(Forbidden), transaction() as s:
        split_coding(s, mate, s.get_one(Coding, coding.id), SplitIn(at=coding.ev_start + 5))
    with transaction() as s:
        found = CodingRound(project_id=desk.project.id, name="รอบ", unit="sentence", state="open", code_ids=[])
        s.add(found)
        s.flush()
        s.get_one(Coding, coding.id).round_id = found.id
    with pytest.raises(Invalid, match="whole units"), transaction() as s:
        split_coding(s, desk.coder, s.get_one(Coding, coding.id), SplitIn(at=coding.ev_start + 5))
    with transaction() as s:
        s.get_one(CodingRound, found.id).state = "closed"
    with pytest.raises(Conflict, match="closed"), transaction() as s:
        split_coding(s, desk.coder, s.get_one(Coding, coding.id), SplitIn(at=coding.ev_start + 5))


def test_both_halves_of_what_a_batch_made_are_of_the_batch(desk: Desk, door: Api) -> None:
    coding = desk.add("ปีแรกจ่าย")
    with transaction() as s:
        batch = CodingBatch(
            project_id=desk.project.id,
            coder_id=desk.coder.user_id,
            code_id=desk.code.id,
            key="k",
            query={},
            unit="match",
        )
        s.add(batch)
        s.flush()
        s.add(BatchCoding(coding_id=coding.id, batch_id=batch.id))
        s.get_one(Coding, coding.id).status = "auto"
    door.post(f"/codings/{coding.id}/split", {"at": coding.ev_start + 5})
    with session() as s:
        made = s.scalars(select(BatchCoding)).all()
        assert [(row.batch_id, row.accepted_by) for row in made] == [(batch.id, desk.coder.user_id)] * 2
        assert set(s.scalars(select(Coding.status))) == {"accepted"}


def test_a_change_of_what_somebody_has_changed_meanwhile_is_refused_with_the_present_one(
    desk: Desk, door: Api, api: Callable[[Caller | None], Api]
) -> None:
    chief = desk.make.member(desk.project, Role.SUPERVISOR)
    _, read = door.post(f"/sources/{desk.source_id}/codings", body(desk, "ปีแรก"))
    address = f"/codings/{read['id']}"
    assert door.get(address)[1] == read
    _, theirs = api(chief).patch(address, {"memo": "ของหัวหน้า"})
    for given in ({"memo": "ของฉัน"}, {"voice": "author"}):
        status, problem = door.patch(address, given | {"version": read["version"]})
        assert (status, problem["current"]) == (409, theirs)
        assert problem["by"] == chief.name
    assert door.post(f"{address}/split", {"at": read["start"] + 2, "version": read["version"]})[0] == 409
    assert door.get(address)[1]["memo"] == "ของหัวหน้า"
    status, mine = door.patch(address, theirs | {"memo": "ของเรา"})  # all of the answer, with one thing changed
    assert (status, mine["memo"]) == (200, "ของเรา")
    desk.save("นำหน้า\n\n" + BODY)  # an edit moves the coding, and no memo is overwritten by that
    status, kept = door.patch(address, {"memo": "อีก", "version": mine["version"]})
    assert (status, kept["memo"]) == (200, "อีก")
    text = desk.text()
    place = {"start": text.index("ปีแรกจ่าย"), "end": text.index("ปีแรกจ่าย") + 9, "quote": "ปีแรกจ่าย"}
    assert door.patch(address, place | {"version": mine["version"]})[0] == 409
    assert door.patch(address, place | {"version": kept["version"]})[0] == 200
    assert door.patch(address, {"version": "x" * 65})[0] == 422


def test_undo_through_the_api_is_done_once_and_tells_what_comes_next(
    desk: Desk, door: Api, api: Callable[[Caller | None], Api]
) -> None:
    _, one = door.post(f"/sources/{desk.source_id}/codings", body(desk, "ปีแรก"))
    _, two = door.post(f"/sources/{desk.source_id}/codings", body(desk, "กองทุน"))
    address = f"/entries/{desk.entry.id}/codings"
    status, undone = door.post(f"{address}/undo", {})
    assert (status, undone["gone"], undone["is_new"]) == (200, [two["id"]], True)
    assert "ปีแรก" in undone["undo"]
    assert "กองทุน" in undone["redo"]
    _, again = door.post(f"{address}/undo", {"action": undone["action"]})
    assert (again["is_new"], count()) == (False, 1)
    key = {"Idempotency-Key": "หนึ่ง".encode().hex()}
    first = door.post(f"{address}/undo", {}, headers=key)
    assert door.post(f"{address}/undo", {}, headers=key) == first
    assert (first[0], first[1]["gone"], count()) == (200, [one["id"]], 0)
    status, problem = door.post(f"{address}/undo", {})
    assert (status, "detail" in problem) == (409, True)
    for given in ({"action": 0}, {"action": True}, {"action": "1"}, {"past": 1.5}, {"actions": 1}, {"round_id": -1}):
        assert door.post(f"{address}/undo", given)[0] == 422
    assert door.post(f"{address}/redo", {"action": 10**15})[0] == 404
    assert door.post(f"/entries/{10**15}/codings/undo", {})[0] == 404
    reader = desk.make.member(desk.project, Role.READER)
    assert api(reader).post(f"{address}/redo", {})[0] == 403
    assert api(desk.make.caller(desk.make.user())).post(f"{address}/redo", {})[0] == 404
    with transaction() as s:
        s.get_one(Source, desk.source_id).deleted = desk.entry.source.created
    assert door.post(f"{address}/redo", {})[0] == 404
