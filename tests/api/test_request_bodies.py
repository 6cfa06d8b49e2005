"""What the API takes in a body: times, unknown fields, and the words in which it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kmwiki.security.policy import Role
from tests.make_entries import make_entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmwiki.accounts.models import Project
    from tests.conftest import Api
    from tests.make import Make

PAGE: dict[str, Any] = {"kind": "page", "title": "เงินออม"}


@pytest.fixture
def project(make: Make) -> Project:
    return make.project("demo")


@pytest.fixture
def owner(api: Callable[..., Api], make: Make, project: Project) -> Api:
    return api(make.member(project, Role.OWNER))


def fields_of(problem: dict[str, Any]) -> list[str]:
    return [error["field"] for error in problem["errors"]]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2008-01-01", "2008-01-01T00:00:00+07:00"),
        ("2008-02-19T19:36:00", "2008-02-19T19:36:00+07:00"),
        ("2008-02-19T19:36:00Z", "2008-02-19T19:36:00Z"),
    ],
)
def test_a_time_without_an_offset_is_thai_time(owner: Api, given: str, kept: str) -> None:
    status, made = owner.post("/projects/demo/entries", {**PAGE, "origin": {"written": given, "edited": given}})
    assert (status, made["origin"]["written"], made["origin"]["edited"]) == (201, kept, kept)
    assert owner.get(f"/entries/{made['id']}")[1]["origin"]["written"] == kept


@pytest.mark.parametrize(
    "given", ["วันหนึ่ง", "", 5, 2.5, True, "2008", "2551", "0001-01-01", "9999-12-31T23:00:00-07:00", [], "2008-13-01"]
)
def test_nonsense_is_no_time(owner: Api, given: object) -> None:
    status, problem = owner.post("/projects/demo/entries", {**PAGE, "origin": {"written": given}})
    assert (status, fields_of(problem)) == (422, ["origin.written"])
    assert problem["errors"][0]["message"].startswith("เขียนเวลา")


def test_an_unknown_field_is_refused_by_its_name(owner: Api, make: Make, project: Project) -> None:
    writer = make.member(project, Role.RESEARCHER)
    entry = make_entry(project, writer)
    match = {"If-Match": '"rev-1"'}
    _, code = owner.post("/projects/demo/codes", {"name_th": "ออม"})
    coding = {"code_id": code["id"], "start": 0, "end": 1, "quote": "ก"}
    for method, path, body in (
        ("POST", "/projects/demo/entries", PAGE),
        ("PUT", f"/entries/{entry.id}", {"title": "ใหม่"}),
        ("POST", f"/entries/{entry.id}/comments", {"body": "ดี"}),
        ("PUT", "/comments/1", {"body": "ดี"}),
        ("POST", f"/sources/{entry.source_id}/codings", coding),
        ("POST", "/projects/demo/codes", {"name_th": "หนี้"}),
        ("PATCH", f"/codes/{code['id']}", {"name_th": "หนี้"}),
        ("PATCH", "/projects/demo", {"name": "ใหม่"}),
        ("PUT", "/projects/demo/members/somebody@example.org", {"role": "reader"}),
    ):
        status, problem = owner.call(method, path, {**body, "event-date": "2551"}, headers=match)
        assert (status, fields_of(problem)) == (422, ["event-date"]), (method, path)
        assert problem["errors"][0]["message"] == "ไม่มีช่อง “event-date” ที่นี่"
    status, problem = owner.post("/projects/demo/entries", {**PAGE, "origin": {"writen": "2008-01-01"}})
    assert (status, fields_of(problem)) == (422, ["origin.writen"])


def test_what_was_answered_can_be_sent_back(owner: Api) -> None:
    _, entry = owner.post("/projects/demo/entries", {**PAGE, "origin": {"url": "https://example.org/1"}, "body": "ออม"})
    match = {"If-Match": '"rev-1"'}
    status, same = owner.put(f"/entries/{entry['id']}", entry, headers=match)
    assert (status, same["revision"]) == (200, 1)
    assert owner.post("/projects/demo/entries", entry)[0] == 201
    _, comment = owner.post(f"/entries/{entry['id']}/comments", {"body": "ดี"})
    assert owner.put(f"/comments/{comment['id']}", comment, headers=match)[0] == 200
    _, code = owner.post("/projects/demo/codes", {"name_th": "ออม"})
    assert owner.patch(f"/codes/{code['id']}", code)[0] == 200
    coding = {"code_id": code["id"], "start": 0, "end": 3, "quote": "ออม"}
    _, coding = owner.post(f"/sources/{entry['source_id']}/codings", coding)
    assert owner.patch(f"/codings/{coding['id']}", coding)[0] == 200
    _, project = owner.get("/projects/demo")
    assert owner.patch("/projects/demo", {**project, "name": "ใหม่"})[0] == 422  # the slug stays
    del project["slug"]
    assert owner.patch("/projects/demo", project)[0] == 200
    _, members = owner.get("/projects/demo/members")
    assert owner.put(f"/projects/demo/members/{members['items'][0]['email']}", members["items"][0])[0] == 200


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"title": None}, "title", "ต้องเป็นข้อความ"),
        ({"tags": "ออม"}, "tags", "ต้องเป็นรายการ"),
        ({"fields": 5}, "fields", "ต้องเป็นวัตถุ JSON"),
        ({"status": "lost"}, "status", "“lost” ไม่ใช่ค่าที่เลือกได้ เลือกจาก draft, published, archived"),
        ({"origin": {"record_no": "ก"}}, "origin.record_no", "ต้องเป็นจำนวนเต็ม"),
    ],
)
def test_a_refusal_is_told_in_thai(owner: Api, values: dict[str, Any], field: str, message: str) -> None:
    status, problem = owner.post("/projects/demo/entries", {**PAGE, **values})
    assert (status, problem["errors"]) == (422, [{"field": field, "message": message}])


def test_a_missing_field_is_told_in_thai(owner: Api) -> None:
    _, problem = owner.post("/projects/demo/entries", {"kind": "page"})
    assert problem["errors"] == [{"field": "title", "message": "ขาดช่องนี้"}]


def test_a_number_out_of_its_range_is_told_in_thai(owner: Api) -> None:
    for size, message in (("0", "ต้องไม่น้อยกว่า 1"), ("1001", "ต้องไม่มากกว่า 1000"), ("ก", "ต้องเป็นจำนวนเต็ม")):
        _, problem = owner.get(f"/projects/demo/entries?size={size}")
        assert problem["errors"] == [{"field": "size", "message": message}]


@pytest.mark.parametrize("written", ["วันอังคารที่ 18 กุมภาพันธ์ 2551", "Tuesday 18 February 2008", "อังคาร 18 ก.พ. 51"])
def test_a_weekday_that_the_day_was_not_is_refused_with_the_right_one(owner: Api, written: str) -> None:
    status, problem = owner.post("/projects/demo/entries", {**PAGE, "event_date": written})
    assert (status, fields_of(problem)) == (422, ["event_date"])
    assert "วันจันทร์" in problem["errors"][0]["message"]
    chosen = {**PAGE, "event_date": written, "event_choice": "2008-02-18"}
    assert owner.post("/projects/demo/entries", chosen)[1]["event"]["start"] == "2008-02-18"


@pytest.mark.parametrize(
    "written",
    [
        "วันจันทร์ที่ 18 กุมภาพันธ์ 2551",
        "Monday 18 February 2008",
        "วันเสาร์ที่ 16 - วันอาทิตย์ที่ 17 กุมภาพันธ์ 2551",
        "วันอาทิตย์ที่ 17 - วันจันทร์ที่ 18 กุมภาพันธ์ 2551",
        "16-17 กุมภาพันธ์ 2551",
        "18 ก.พ. 2551",
    ],
)
def test_a_weekday_that_fits_or_none_is_taken(owner: Api, written: str) -> None:
    status, made = owner.post("/projects/demo/entries", {**PAGE, "event_date": written})
    assert (status, made["event_date"]) == (201, written)
