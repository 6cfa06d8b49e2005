"""Lists of the API: going on where the last page ended, whatever was made or changed meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kmwiki.security.policy import Role
from tests.make_entries import make_entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmwiki.accounts.models import Project
    from kmwiki.security.policy import Caller
    from tests.conftest import Api
    from tests.make import Make

LIST = "/projects/demo/entries"


@pytest.fixture
def project(make: Make) -> Project:
    return make.project("demo")


@pytest.fixture
def author(make: Make, project: Project) -> Caller:
    return make.member(project, Role.RESEARCHER)


@pytest.fixture
def door(api: Callable[..., Api], author: Caller) -> Api:
    return api(author)


def walk(door: Api, path: str, *, between: Callable[[], object] = lambda: None) -> list[int]:
    """Read a list to its end in pages of two; `between` is called once, after the first page."""
    found: list[int] = []
    cursor = ""
    while True:
        status, page = door.get(f"{path}{'&' if '?' in path else '?'}size=2{cursor}")
        assert status == 200, page
        found += [item["id"] for item in page["items"]]
        if page["next"] is None:
            return found
        if not cursor:
            between()
        cursor = f"&cursor={page['next']}"


@pytest.mark.parametrize("sort", ["created", "event", "updated", "title", "number", "talked"])
def test_a_new_entry_between_two_pages_repeats_none(door: Api, project: Project, author: Caller, sort: str) -> None:
    made = [
        make_entry(project, author, title=title, event_date=date)
        for title, date in (
            ("ข้าว", "2551"), ("ก", "2550"), ("ข้าว", "18 ก.พ. 2551"), ("ฮ", ""), ("เกลือ", ""), ("ก", "2551"),
        )
    ]  # fmt: skip
    for each in (made[0], made[3], made[4]):
        door.post(f"/entries/{each.id}/comments", {"body": "ดี"})
    path = f"{LIST}?sort={sort}"
    whole = [item["id"] for item in door.get(f"{path}&size=100")[1]["items"]]
    assert sorted(whole) == sorted(each.id for each in made)
    assert walk(door, path) == whole
    walked = walk(door, path, between=lambda: make_entry(project, author, title="ก", event_date="2560"))
    assert len(walked) == len(set(walked))
    assert [each for each in walked if each in whole] == whole
    assert door.get(f"{path}&size=1")[1]["total"] == 7


def test_a_cursor_serves_the_list_that_gave_it_alone(door: Api, project: Project, author: Caller) -> None:
    entries = [make_entry(project, author, title="ก") for _ in range(3)]
    comments = f"/entries/{entries[0].id}/comments"
    for _ in range(3):
        door.post(comments, {"body": "ดี"})
    of_list = door.get(f"{LIST}?size=1")[1]["next"]
    of_titles = door.get(f"{LIST}?size=1&sort=title")[1]["next"]
    of_comments = door.get(f"{comments}?size=1")[1]["next"]
    other = f"/entries/{entries[1].id}/comments"
    for path, cursor in (
        (f"{LIST}?sort=title", of_list),
        (f"{LIST}?sort=created", of_titles),
        (f"{LIST}?sort=created", of_comments),
        (f"{comments}?size=1", of_list),
        (f"{other}?size=1", of_comments),
        ("/projects/demo/codings?size=1", of_comments),
        (f"/sources/{entries[0].source_id}/codings?size=1", of_list),
        (f"{LIST}?sort=created", "MTA"),
    ):
        status, problem = door.get(f"{path}&cursor={cursor}")
        assert (status, problem["errors"][0]["field"]) == (422, "cursor"), (path, cursor)


def test_a_removed_comment_stays_where_answers_hang_on_it(door: Api, project: Project, author: Caller) -> None:
    path = f"/entries/{make_entry(project, author).id}/comments"
    ids: list[Any] = [None]
    for _ in range(4):
        ids.append(door.post(path, {"body": "คำ", "parent_id": ids[-1]})[1]["id"])
    _, lone = door.post(path, {"body": "ลบ"})
    for gone in (ids[1], ids[2], ids[4], lone["id"]):
        assert door.delete(f"/comments/{gone}")[0] == 204
    _, page = door.get(path)
    told = [(each["id"], each["parent_id"], each["removed"], each["body"]) for each in page["items"]]
    assert told == [(ids[1], None, True, ""), (ids[2], ids[1], True, ""), (ids[3], ids[2], False, "คำ")]
    assert (page["total"], page["items"][0]["author"], page["items"][0]["author_name"]) == (3, None, "")
    assert walk(door, path) == ids[1:4]
    door.delete(f"/comments/{ids[3]}")
    assert door.get(path)[1] == {"items": [], "next": None, "total": 0}


@pytest.mark.parametrize("query", ["entries?kind=zz", "codings?kind=zz", "entries?status=zz", "codings?state=zz"])
def test_a_filter_that_nothing_can_have_is_refused(door: Api, query: str) -> None:
    status, problem = door.get(f"/projects/demo/{query}")
    assert status == 422
    assert "zz" in problem["errors"][0]["message"]


def test_an_unknown_province_is_refused_by_both_lists(door: Api) -> None:
    for name in ("entries", "codings"):
        for province in ("ดาวอังคาร", "99"):
            status, problem = door.get(f"/projects/demo/{name}?province={province}")
            assert (status, problem["errors"][0]["field"]) == (422, "province"), (name, province)


def test_who_sends_no_token_hears_how_to(api: Callable[..., Api]) -> None:
    answer = api(None).client.get("/api/v1/projects")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("path", ["/api/v1/projects", "/sign-out"])
def test_a_wrong_method_hears_which_there_are(door: Api, path: str) -> None:
    answer = door.client.put(path, headers=door.headers)
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
