"""Comments on the page of an entry, without scripts."""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from kmwiki.comments import queries, service
from kmwiki.comments.models import Comment
from kmwiki.db import session as reading
from kmwiki.db import transaction
from kmwiki.security.policy import Role
from kmwiki.sources.models import Source
from tests.make_entries import make_entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from kmwiki.accounts.models import Project
    from kmwiki.entries.models import Entry
    from kmwiki.security.policy import Caller
    from tests.make import Make


@pytest.fixture
def project(make: Make) -> Project:
    return make.project("demo")


@pytest.fixture
def author(make: Make, project: Project) -> Caller:
    return make.member(project, Role.COMMENTER, user=make.user("น้ำค้าง"))


@pytest.fixture
def entry(make: Make, project: Project) -> Entry:
    return make_entry(project, make.member(project, Role.RESEARCHER), body="กองทุนหมู่บ้าน", body_format="plain")


@pytest.fixture
def page(signed_in: Callable[[Caller], FlaskClient], author: Caller) -> FlaskClient:
    return signed_in(author)


def text_of(answer: TestResponse) -> str:
    return unescape(answer.get_data(as_text=True))


def test_a_comment_is_added_answered_changed_and_removed(page: FlaskClient, entry: Entry) -> None:
    answer = page.post("/p/demo/e/1/comments", data={"body": "เห็นด้วย\r\n\r\n**มาก**"})
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith("?comment=1#comment-1")
    shown = text_of(page.get("/p/demo/e/1?answer=1"))
    assert 'id="comment-1"' in shown
    assert "<strong>มาก</strong>" in shown
    assert 'name="parent_id" value="1"' in shown
    assert page.post("/p/demo/e/1/comments", data={"body": "ขอบคุณ", "parent_id": "1"}).status_code == 302
    assert "เห็นด้วย\n\n**มาก**" in text_of(page.get("/p/demo/comments/1/edit"))
    assert page.post("/p/demo/comments/1/edit", data={"body": "เห็นด้วยบางส่วน", "base": "1"}).status_code == 302
    assert "เห็นด้วยบางส่วน" in text_of(page.get("/p/demo/e/1"))
    assert page.post("/p/demo/comments/1/remove").status_code == 302
    shown = text_of(page.get("/p/demo/e/1"))
    assert "ความเห็นตรงนี้ถูกเอาออกแล้ว" in shown
    assert "ขอบคุณ" in shown
    assert page.post("/p/demo/comments/1/restore").status_code == 302
    assert "เห็นด้วยบางส่วน" in text_of(page.get("/p/demo/e/1"))
    del entry


def test_a_comment_may_be_about_a_passage(page: FlaskClient, author: Caller, entry: Entry) -> None:
    data = {"body": "ตรงนี้", "start": "0", "end": "6", "quote": "กองทุน", "revision": "1"}
    assert page.post("/p/demo/e/1/comments", data=data).status_code == 302
    with reading() as session:
        (comment,), _ = queries.flat(session, author, entry.source_id)
    assert comment.passage is not None
    assert comment.passage.quote == "กองทุน"


def test_a_refused_comment_stands_in_its_form_again(page: FlaskClient, entry: Entry) -> None:
    del entry
    page.post("/p/demo/e/1/comments", data={"body": "หนึ่ง"})
    answer = page.post("/p/demo/e/1/comments", data={"body": "ตอบที่พิมพ์ไว้", "parent_id": "77"})
    assert answer.status_code == 422
    answer = page.post("/p/demo/e/1/comments", data={"body": "  ", "parent_id": "1"})
    assert (answer.status_code, "เขียนอะไรสักหน่อยก่อน" in text_of(answer)) == (422, True)
    answer = page.post("/p/demo/comments/1/edit", data={"body": " ", "base": "1"})
    assert (answer.status_code, "เขียนอะไรสักหน่อยก่อน" in text_of(answer)) == (422, True)


def test_a_comment_that_may_not_be_made_is_given_back(
    signed_in: Callable[[Caller], FlaskClient], make: Make, project: Project, page: FlaskClient, entry: Entry
) -> None:
    page.post("/p/demo/e/1/comments", data={"body": "หนึ่ง"})
    reader = signed_in(make.member(project, Role.READER))
    for path, status in (
        ("/p/demo/e/1/comments", 403),
        ("/p/demo/e/9/comments", 404),
        ("/p/demo/comments/1/edit", 403),
    ):
        answer = reader.post(path, data={"body": "สิ่งที่อยากบอก", "base": "1"})
        assert (answer.status_code, "สิ่งที่อยากบอก" in text_of(answer)) == (status, True)
    assert reader.get("/p/demo/comments/1/edit").status_code == 403
    for verb in ("edit", "remove", "restore"):
        assert page.post(f"/p/other/comments/1/{verb}", data={"body": "x", "base": "1"}).status_code == 404, verb
    assert page.get("/p/other/comments/1/edit").status_code == 404
    assert page.post("/p/demo/comments/99/restore").status_code == 404
    del entry


def test_a_text_is_not_prepared_for_who_may_not_send_it(
    client: FlaskClient, page: FlaskClient, entry: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.post(f"/p/demo/e/{entry.number}/comments", data={"body": "ของฉัน"})
    with reading() as opened:
        made = opened.scalars(select(Comment.id)).one()
    asked: list[str] = []
    monkeypatch.setattr("kmwiki.web.comments.prepare", lambda body, _: asked.append(body))
    for address in (f"/p/demo/e/{entry.number}/comments", f"/p/demo/comments/{made}/edit"):
        assert client.post(address, data={"body": "ก", "base": "1"}).status_code in {302, 403, 404}
        assert asked == []
        assert page.post(address, data={"body": "ข", "base": "1"}).status_code == 302
        assert asked.pop() == "ข"


def test_a_removed_comment_comes_back_only_under_its_own_project(
    page: FlaskClient, make: Make, project: Project, author: Caller, entry: Entry
) -> None:
    make.project("other")
    page.post("/p/demo/e/1/comments", data={"body": "หนึ่ง"})
    page.post("/p/demo/comments/1/remove")
    assert page.post("/p/other/comments/1/restore").status_code == 404
    with reading() as session:
        assert queries.flat(session, author, entry.source_id)[1] == 0
    assert page.post("/p/demo/comments/1/restore").status_code == 302
    del project


def test_a_stale_change_of_a_comment_shows_both_texts(page: FlaskClient, entry: Entry) -> None:
    del entry
    page.post("/p/demo/e/1/comments", data={"body": "เดิม"})
    page.post("/p/demo/comments/1/edit", data={"body": "แก้จากอีกหน้าต่าง", "base": "1"})
    answer = page.post("/p/demo/comments/1/edit", data={"body": "แก้จากหน้าต่างนี้", "base": "1"})
    shown = text_of(answer)
    assert answer.status_code == 409
    assert "แก้จากอีกหน้าต่าง" in shown
    assert 'name="base" value="2"' in shown


def test_a_long_thread_has_pages_and_a_link_opens_the_right_one(
    page: FlaskClient, author: Caller, entry: Entry
) -> None:
    with transaction() as session:
        root = session.get_one(Source, entry.source_id)
        for number in range(105):
            service.add_comment(session, author, root, body=f"ความเห็นที่ {number}.", body_format="plain")
    first = text_of(page.get("/p/demo/e/1"))
    assert ("ความเห็นที่ 0." in first, "ความเห็นที่ 104." in first) == (True, False)
    for query in ("talk=2", "comment=105", "talk=99"):
        later = text_of(page.get(f"/p/demo/e/1?{query}"))
        assert ("ความเห็นที่ 104." in later, "ความเห็นที่ 0." in later) == (True, False), query


def test_an_imported_comment_without_a_name_says_so(page: FlaskClient, author: Caller, entry: Entry) -> None:
    with transaction() as session:
        root = session.get_one(Source, entry.source_id)
        service.add_comment(session, author, root, body="ดีครับ", confidence=0.2, is_imported=True)
    shown = text_of(page.get("/p/demo/e/1"))
    assert "จุดตัดไม่แน่ใจ" in shown
    assert "ไม่ทราบชื่อ" in shown
    source = root.id + 1
    assert 'id="hit"' in text_of(page.get(f"/p/demo/e/1?hit={source}:0-3"))
