"""The first page, a project's home, and the choice of language and colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmwiki.accounts.access import OPERATOR
from kmwiki.accounts.models import User
from kmwiki.db import session, transaction
from kmwiki.demo.install import install_demo
from kmwiki.search import indexing
from kmwiki.web import home

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    from kmwiki.security.policy import Caller
    from tests.make import Make

    Open = Callable[[Caller], FlaskClient]


def test_a_visitor_is_sent_to_sign_in(client: FlaskClient) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in")


def test_the_only_project_is_opened_at_once(make: Make, signed_in: Open) -> None:
    project = make.project("khuan")
    assert signed_in(make.member(project)).get("/").headers["Location"] == "/p/khuan/"


def test_among_several_projects_one_chooses(make: Make, signed_in: Open) -> None:
    user = make.user()
    for slug in ("one", "two"):
        make.member(make.project(slug, name=f"โครงการ {slug}"), user=user)
    page = signed_in(make.caller(user)).get("/").text
    assert "โครงการ one" in page
    assert 'href="/p/two/"' in page
    assert "/projects/new" not in page


def test_somebody_without_a_project_is_told_whom_to_ask(make: Make, signed_in: Open) -> None:
    user = make.user(email="alone@example.org")
    page = signed_in(make.caller(user)).get("/").text
    assert "alone@example.org" in page
    assert "คุณยังไม่ได้อยู่ในโครงการใด" in page


def test_an_empty_project_says_what_to_do_first(make: Make, signed_in: Open) -> None:
    project = make.project("empty")
    page = signed_in(make.member(project, "owner")).get("/p/empty/").text
    for words in ("เริ่มต้นใช้", "ค้นด้วยเลขไทย", "ชวนทีมเข้ามา", "ยังไม่มีบันทึก", "/p/empty/import"):
        assert words in page
    reader = signed_in(make.member(project, "reader")).get("/p/empty/").text
    assert "ชวนทีมเข้ามา" not in reader
    assert "/p/empty/import" not in reader
    assert "/p/empty/settings" not in reader


def test_the_demo_shows_what_is_new_what_was_said_and_where(make: Make, signed_in: Open) -> None:
    with transaction() as opened:
        demo = install_demo(opened, OPERATOR)
    page = signed_in(make.member(demo)).get("/p/demo/").text
    for words in ("สามท่าของการจับมือ", "คุยกันล่าสุด", "พัทลุง", "สงขลา", "ลงรหัส 7 จาก 8"):
        assert words in page
    invented = "080-000-0000"  # the telephone number in one of its interviews
    assert invented in signed_in(make.member(demo)).get("/p/demo/e/17").text
    assert invented not in signed_in(make.member(demo, "reader")).get("/p/demo/e/17").text


def test_a_draft_waits_for_its_writer(make: Make, signed_in: Open) -> None:
    from kmwiki.entries.schemas import EntryIn  # noqa: PLC0415 - one test's business
    from kmwiki.entries.service import create_entry  # noqa: PLC0415

    project = make.project("desk")
    writer = make.member(project)
    with transaction() as opened:
        create_entry(opened, writer, project, EntryIn(kind="page", title="ยังไม่จบ"))
    assert "เขียนต่อ: ยังไม่จบ" in signed_in(writer).get("/p/desk/").text
    assert "ยังไม่จบ" not in signed_in(make.member(project, "owner")).get("/p/desk/").text


def test_a_search_with_thai_digits_ticks_its_step_and_another_does_not(make: Make, signed_in: Open) -> None:
    project = make.project("steps")
    indexing.rebuild()
    client = signed_in(make.member(project))
    client.get("/p/steps/search?q=กองทุน")
    assert client.get_cookie("kmwiki_steps") is None
    client.get("/p/steps/search?q=๔๐ คน")
    cookie = client.get_cookie("kmwiki_steps")
    assert cookie is not None
    assert cookie.value.endswith(".search")
    assert "ทำแล้ว 1 จาก" in client.get("/p/steps/").text


def test_a_strangers_project_is_not_there(make: Make, signed_in: Open) -> None:
    make.project("theirs")
    assert signed_in(make.member(make.project("mine"))).get("/p/theirs/").status_code == 404


def test_the_look_of_a_visitor_is_kept_in_the_browser(client: FlaskClient) -> None:
    answer = client.post("/look", data={"theme": "dark", "next": "/sign-in?next=%2Fme"})
    assert answer.headers["Location"] == "/sign-in?next=%2Fme"
    client.post("/look", data={"locale": "en"})
    page = client.get("/sign-in").text
    assert '<html lang="en" data-theme="dark">' in page


def test_the_look_of_a_person_is_kept_with_the_account(make: Make, signed_in: Open) -> None:
    user = make.user()
    client = signed_in(make.caller(user))
    client.post("/look", data={"locale": "en"})
    client.post("/look", data={"theme": "light"})
    with session() as opened:
        kept = opened.get_one(User, user.id)
        assert (kept.locale, kept.theme) == ("en", "light")
    assert '<html lang="en" data-theme="light">' in client.get("/").text


@pytest.mark.parametrize("form", [{"theme": "pink"}, {"locale": "xx"}])
def test_an_unknown_look_is_refused(client: FlaskClient, form: dict[str, str]) -> None:
    answer = client.post("/look", data=form)
    assert answer.status_code == 422
    assert answer.headers.getlist("Set-Cookie") == [] or "kmwiki_theme=pink" not in str(answer.headers)


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example",
        "//evil.example/x",
        "/\\evil.example",
        "javascript:x",
        "",
        "/a\nb",
        "//[x",
        "/\\[x",
        "http://[",
    ],
)
def test_one_is_never_led_to_another_site(client: FlaskClient, wanted: str) -> None:
    answer = client.post("/look", data={"theme": "dark", "next": wanted})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


@pytest.mark.parametrize(("hour", "words"), [(8, "สวัสดีตอนเช้า"), (13, "สวัสดีตอนบ่าย"), (20, "สวัสดีตอนเย็น")])
def test_the_greeting_goes_by_thai_time(app: Flask, monkeypatch: pytest.MonkeyPatch, hour: int, words: str) -> None:
    from datetime import UTC, datetime  # noqa: PLC0415

    monkeypatch.setattr(home, "now", lambda: datetime(2025, 11, 21, (hour - 7) % 24, tzinfo=UTC))
    with app.test_request_context():
        assert home.greet() == words
