"""Entries, comments, source texts and places over the API."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Any

import pytest

from kmwiki.api.v1.ground import write_cursor
from kmwiki.security.policy import Role
from tests.make_entries import make_entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmwiki.accounts.models import Project
    from kmwiki.security.policy import Caller
    from tests.conftest import Api
    from tests.make import Make

NEW: dict[str, Any] = {
    "kind": "meeting",
    "title": "ประชุมทีม",
    "lead": "สั้น ๆ",
    "body": "## วาระ\n\nคุยเรื่องออม",
    "event_date": "18 ก.พ. 2551",
    "places": ["93", "อ.ควนขนุน จ.พัทลุง"],
    "tags": ["ออม"],
    "status": "published",
    "fields": {"came": 23, "planned": 40},
}


@pytest.fixture
def project(make: Make) -> Project:
    return make.project("demo")


@pytest.fixture
def author(make: Make, project: Project) -> Caller:
    return make.member(project, Role.RESEARCHER)


def match(no: int) -> dict[str, str]:
    return {"If-Match": f'"rev-{no}"'}


def test_an_entry_goes_in_and_comes_out_as_told(api: Callable[..., Api], project: Project, author: Caller) -> None:
    del project
    status, made = api(author).post("/projects/demo/entries", NEW)
    assert status == 201
    assert {
        name: made[name] for name in ("kind", "title", "lead", "body", "event_date", "tags", "status", "fields")
    } == {name: NEW[name] for name in ("kind", "title", "lead", "body", "event_date", "tags", "status", "fields")}
    assert made["event"] == {
        "start": "2008-02-18",
        "end": "2008-02-18",
        "precision": "day",
        "calendar": "be",
        "written": "18 ก.พ. 2551",
    }
    assert made["places"][1] == {"code": "9305", "name_th": "ควนขนุน", "name_en": "Khuan Khanun", "level": "district"}
    assert (made["number"], made["revision"], made["visibility"], made["origin"]) == (1, 1, "team", None)
    assert made["authors"] == [author.name]
    assert made["created"].endswith("Z")
    assert api(author).get(f"/entries/{made['id']}") == (200, made)


def test_a_new_entry_is_a_draft_for_the_team_unless_it_says_otherwise(
    api: Callable[..., Api], project: Project, author: Caller
) -> None:
    del project
    _, made = api(author).post("/projects/demo/entries", {"kind": "page", "title": "เงินสมทบ"})
    assert (made["status"], made["visibility"], made["body_format"], made["event"]) == (
        "draft",
        "team",
        "markdown",
        None,
    )


@pytest.mark.parametrize("missing", ["kind", "title"])
def test_kind_and_title_are_required(api: Callable[..., Api], project: Project, author: Caller, missing: str) -> None:
    del project
    status, problem = api(author).post(
        "/projects/demo/entries", {name: value for name, value in NEW.items() if name != missing}
    )
    assert status == 422
    assert [error["field"] for error in problem["errors"]] == [missing]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": ""}, "title"),
        ({"kind": "novel"}, "kind"),
        ({"places": ["ดาวอังคาร"]}, "places"),
        ({"event_date": "วันหนึ่ง"}, "event_date"),
        ({"status": "lost"}, "status"),
        ({"visibility": "world"}, "visibility"),
        ({"body_format": "html"}, "body_format"),
        ({"fields": {"came": "หลาย"}}, "fields.came"),
    ],
)
def test_a_wrong_field_is_named(
    api: Callable[..., Api], project: Project, author: Caller, values: dict[str, Any], field: str
) -> None:
    del project
    status, problem = api(author).post("/projects/demo/entries", {**NEW, **values})
    assert status == 422
    assert field in {error["field"] for error in problem["errors"]}


def test_a_put_keeps_what_it_leaves_out(api: Callable[..., Api], project: Project, author: Caller) -> None:
    del project
    _, made = api(author).post("/projects/demo/entries", NEW)
    status, saved = api(author).put(f"/entries/{made['id']}", {"title": "ชื่อใหม่"}, headers=match(1))
    assert (status, saved["revision"], saved["title"]) == (200, 2, "ชื่อใหม่")
    assert {name: saved[name] for name in ("body", "tags", "places", "fields", "event")} == {
        name: made[name] for name in ("body", "tags", "places", "fields", "event")
    }
    status, same = api(author).put(f"/entries/{made['id']}", saved, headers=match(2))
    assert (status, same["revision"]) == (200, 2)


def test_a_put_needs_the_revision_it_was_made_from(api: Callable[..., Api], project: Project, author: Caller) -> None:
    del project
    _, made = api(author).post("/projects/demo/entries", NEW)
    path = f"/entries/{made['id']}"
    status, problem = api(author).put(path, {"title": "ก"})
    assert (status, problem["status"]) == (428, 428)
    assert api(author).put(path, {"title": "ก"}, headers={"If-Match": "*"})[0] == 422
    assert api(author).put(path, {"body": "ใหม่"}, headers=match(1))[0] == 200
    status, problem = api(author).put(path, {"body": NEW["body"] + " และหนี้"}, headers=match(1))
    assert status == 409
    assert problem["merge"]["theirs"] == "ใหม่"
    assert problem["merge"]["mine"] == NEW["body"] + " และหนี้"
    assert problem["merge"]["base"] == NEW["body"]
    assert api(author).put(path, {"body": problem["merge"]["merged"]}, headers=match(2))[0] == 200


def test_a_write_with_the_same_key_is_done_once(api: Callable[..., Api], project: Project, author: Caller) -> None:
    del project
    caller = api(author)
    first = caller.post("/projects/demo/entries", NEW, headers={"Idempotency-Key": "one"})
    again = caller.post("/projects/demo/entries", NEW, headers={"Idempotency-Key": "one"})
    assert first == again
    assert caller.get("/projects/demo/entries")[1]["total"] == 1


def test_a_deleted_entry_is_gone(api: Callable[..., Api], project: Project, author: Caller) -> None:
    del project
    _, made = api(author).post("/projects/demo/entries", NEW)
    assert api(author).delete(f"/entries/{made['id']}") == (204, None)
    assert api(author).get(f"/entries/{made['id']}")[0] == 404
    assert api(author).get("/projects/demo/entries")[1]["items"] == []


def test_a_list_comes_in_pages_and_narrows(
    api: Callable[..., Api], make: Make, project: Project, author: Caller
) -> None:
    for number in range(5):
        make_entry(
            project,
            author,
            kind="meeting" if number % 2 else "aar",
            title=f"เรื่องที่ {number}",
            places=["93"] if number < 2 else ["56"],
            event_date=str(2550 + number),
            tags=["ออม"] if number == 4 else [],
        )
    reader = api(make.member(project, Role.READER))
    status, page = reader.get("/projects/demo/entries?size=2")
    assert (status, page["total"], [item["number"] for item in page["items"]]) == (200, 5, [5, 4])
    _, page = reader.get(f"/projects/demo/entries?size=2&cursor={page['next']}")
    assert [item["number"] for item in page["items"]] == [3, 2]
    _, page = reader.get(f"/projects/demo/entries?size=2&cursor={page['next']}")
    assert ([item["number"] for item in page["items"]], page["next"]) == ([1], None)
    for query, numbers in (
        ("kind=meeting", {2, 4}),
        ("kind=meeting&kind=aar&province=พัทลุง", {1, 2}),
        ("province=56&year=2553", {4}),
        ("year=2010", {4}),
        ("tag=ออม", {5}),
        ("q=ที่ 3", {4}),
        (f"author={author.name}", {1, 2, 3, 4, 5}),
        ("status=draft", set()),
    ):
        assert {item["number"] for item in reader.get(f"/projects/demo/entries?{query}")[1]["items"]} == numbers, query
    _, page = reader.get("/projects/demo/entries?sort=title")
    assert [item["number"] for item in page["items"]] == [1, 2, 3, 4, 5]
    for query in ("province=ดาวอังคาร", "year=99999", "size=0", "cursor=???", "sort=luck"):
        assert reader.get(f"/projects/demo/entries?{query}")[0] == 422, query


def test_the_history_can_be_read(api: Callable[..., Api], project: Project, author: Caller) -> None:
    entry = make_entry(project, author)
    api(author).put(f"/entries/{entry.id}", {"title": "ใหม่", "reason": "สั้นลง"}, headers=match(1))
    status, page = api(author).get(f"/entries/{entry.id}/revisions")
    assert status == 200
    assert [(each["revision"], each["reason"], each["author"]) for each in page["items"]] == [
        (2, "สั้นลง", author.name),
        (1, "", author.name),
    ]
    status, first = api(author).get(f"/entries/{entry.id}/revisions/1")
    assert (status, first["meta"]["title"]) == (200, "วงคุยหลังเวที")
    assert api(author).get(f"/entries/{entry.id}/revisions/9")[0] == 404


def test_the_reading_text_of_any_revision_is_given(api: Callable[..., Api], project: Project, author: Caller) -> None:
    entry = make_entry(project, author, body="หนึ่ง\n\nสอง")
    api(author).put(f"/entries/{entry.id}", {"body": "สาม"}, headers=match(1))
    _, head = api(author).get(f"/sources/{entry.source_id}/text")
    assert (head["revision"], head["text"]) == (2, "สาม")
    _, first = api(author).get(f"/sources/{entry.source_id}/text?revision=1")
    assert [first["text"][block["start"] : block["end"]] for block in first["blocks"]] == ["หนึ่ง", "สอง"]
    assert len(first["sha256"]) == 64
    assert api(author).get(f"/sources/{entry.source_id}/text?revision=7")[0] == 404
    assert api(author).get("/sources/999/text")[0] == 404


def test_comments_over_the_api(api: Callable[..., Api], make: Make, project: Project, author: Caller) -> None:
    entry = make_entry(project, author, body="กองทุนหมู่บ้าน", body_format="plain")
    friend = api(make.member(project, Role.COMMENTER))
    path = f"/entries/{entry.id}/comments"
    status, first = friend.post(path, {"body": "ดีค่ะ", "passage": {"start": 0, "end": 6, "quote": "กองทุน"}})
    assert (status, first["passage"]["quote"], first["revision"]) == (201, "กองทุน", 1)
    status, answer = api(author).post(path, {"body": "ขอบคุณ", "parent_id": first["id"]})
    assert (status, answer["parent_id"]) == (201, first["id"])
    status, page = friend.get(f"{path}?size=1")
    assert (status, page["total"], [each["id"] for each in page["items"]]) == (200, 2, [first["id"]])
    assert [each["id"] for each in friend.get(f"{path}?cursor={page['next']}")[1]["items"]] == [answer["id"]]
    assert friend.put(f"/comments/{first['id']}", {"body": "ดีมากค่ะ"}, headers=match(1))[1]["revision"] == 2
    assert friend.put(f"/comments/{first['id']}", {"body": "อื่น"}, headers=match(1))[0] == 409
    assert friend.put(f"/comments/{answer['id']}", {"body": "ของฉัน"}, headers=match(1))[0] == 403
    assert friend.get(f"/comments/{first['id']}")[1]["body"] == "ดีมากค่ะ"
    assert friend.delete(f"/comments/{first['id']}")[0] == 204
    told = [(each["id"], each["removed"]) for each in friend.get(path)[1]["items"]]
    assert told == [(first["id"], True), (answer["id"], False)]
    assert friend.post(path, {"body": " "})[0] == 422
    assert api(make.member(project, Role.READER)).post(path, {"body": "ก"})[0] == 403


def test_places_are_found_over_the_api(api: Callable[..., Api], author: Caller) -> None:
    status, page = api(author).get("/places?q=ควนขนุน&level=district")
    assert (status, page["items"][0]["code"], page["items"][0]["parent"]) == (200, "9305", "จ.พัทลุง")
    assert api(author).get("/places?q=ควน&within=93&size=2")[1]["total"] == 2
    assert api(author).get("/places?q=ควน&within=xx")[0] == 422


def test_a_cursor_of_titles_tells_no_hidden_number_and_takes_no_guess(
    make: Make, api: Callable[..., Api], project: Project, author: Caller
) -> None:
    for title in ("ก 081-555-0142", "ข", "ค"):
        make_entry(project, author, title=title)
    path = "/projects/demo/entries?sort=title&size=1"
    for person, is_told in ((author, True), (make.member(project, Role.READER), False)):
        door = api(person)
        numbers: list[int] = []
        cursor = ""
        while len(numbers) < 3:
            page = door.get(path + cursor)[1]
            numbers.append(page["items"][0]["number"])
            if page["next"]:
                told = b64decode(page["next"] + "==", altchars=b"-_").decode()
                assert ("0142" in told) is (is_told and len(numbers) == 1)
                cursor = f"&cursor={page['next']}"
        assert numbers == [1, 2, 3]
        guess = write_cursor("entries", "title", "1", "ก 0815")
        assert door.get(f"{path}&cursor={guess}")[0] == (200 if is_told else 422)
        assert door.get(f"{path}&cursor={write_cursor('entries', 'title', '999')}")[0] == (200 if is_told else 422)
