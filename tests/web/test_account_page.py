"""One's own page: name, look, password, browsers, tokens."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from kmwiki.accounts import attempts, queries, seen, service, sign_ins
from kmwiki.accounts.models import SignInSession, User
from kmwiki.db import session, transaction
from kmwiki.web import first_visit as pages
from tests.make_accounts import OTHER_PASSWORD, PASSWORD, caller_of, signed_in_secret, somebody, who_holds

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"


@pytest.fixture
def user(client: FlaskClient) -> User:
    """A person whose browser is `client`."""
    seen.forget_all()
    made = somebody()
    client.set_cookie("kmwiki", signed_in_secret(made, address="192.0.2.1", agent=FIREFOX))
    return made


def change_password(
    client: FlaskClient, current: str = PASSWORD, new: str = OTHER_PASSWORD, again: str = ""
) -> TestResponse:
    return client.post("/me/password", data={"current": current, "password": new, "again": again or new})


def test_the_page_is_for_those_who_are_signed_in(client: FlaskClient) -> None:
    for path in ("profile", "password", "sessions/1/end", "sessions/end-others", "tokens", "tokens/1/revoke"):
        answer = client.post(f"/me/{path}")
        assert answer.status_code in {302, 401}
        assert answer.status_code == 401 or "/sign-in" in answer.headers["Location"]
    assert "/sign-in" in client.get("/me").headers["Location"]


def test_name_language_and_colours_are_kept(client: FlaskClient, user: User) -> None:
    answer = client.post(
        "/me/profile", data={"name": "ใบข้าว <b>", "locale": "en", "theme": "dark"}, follow_redirects=True
    )
    page = answer.get_data(as_text=True)
    found = caller_of(user)
    assert (found.name, found.locale, found.theme) == ("ใบข้าว <b>", "en", "dark")
    assert 'lang="en"' in page
    assert 'data-theme="dark"' in page
    assert "ใบข้าว &lt;b&gt;" in page
    assert "<b>ใบข้าว <b>" not in page


@pytest.mark.parametrize("form", [{"name": ""}, {"name": "a\u202eb"}, {"name": "ก", "theme": "pink"}, {}])
def test_what_cannot_be_kept_changes_nothing_and_stays_in_the_form(
    client: FlaskClient, user: User, form: dict[str, str]
) -> None:
    answer = client.post("/me/profile", data=form)
    assert answer.status_code == 422
    assert caller_of(user).name == "สมชาย"
    assert re.search("[ก-๛]{4}", answer.get_data(as_text=True))


def test_a_new_password_keeps_this_browser_and_ends_the_others(client: FlaskClient, user: User) -> None:
    elsewhere = signed_in_secret(user)
    assert change_password(client).status_code == 303
    assert client.get("/me").status_code == 200
    assert who_holds(elsewhere) is None
    with session() as opened:
        assert sign_ins.prove(opened, user.email, OTHER_PASSWORD)


@pytest.mark.parametrize(
    ("current", "new", "again", "words"),
    [
        ("wrong", OTHER_PASSWORD, "", "ไม่ใช่รหัสผ่านปัจจุบัน"),
        ("", OTHER_PASSWORD, "", "ไม่ใช่รหัสผ่านปัจจุบัน"),
        (PASSWORD, OTHER_PASSWORD, "another one", "ไม่ตรงกัน"),
        (PASSWORD, "short", "", "อย่างน้อย 10"),
        (PASSWORD, "Somchai@example.org", "", "ของคุณเอง"),
        (PASSWORD, "password12345", "", "ถูกเดาก่อน"),
    ],
)
def test_a_password_that_cannot_be_set_says_why(
    client: FlaskClient, user: User, current: str, new: str, again: str, words: str
) -> None:
    answer = change_password(client, current, new, again)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in page
    assert new not in page
    with session() as opened:
        assert sign_ins.prove(opened, user.email, PASSWORD)


def test_guessing_the_present_password_is_slowed_down(client: FlaskClient, user: User) -> None:
    del user
    for _ in range(attempts.PAIR.limit):
        assert change_password(client, "wrong").status_code == 422
    answer = change_password(client)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


def test_without_a_password_or_just_after_a_link_the_old_one_is_not_asked(client: FlaskClient, user: User) -> None:
    with transaction() as opened:
        opened.execute(update(User).values(password_hash=None))
    assert 'name="current"' not in client.get("/me").get_data(as_text=True)
    assert change_password(client, current="").status_code == 303
    assert 'name="current"' in client.get("/me").get_data(as_text=True)
    with transaction() as opened:
        opened.execute(update(SignInSession).values(via="link"))
    assert change_password(client, current="", new=PASSWORD).status_code == 303
    with transaction() as opened:
        row = opened.get_one(SignInSession, 1)
        row.created -= pages.AFTER_LINK
    assert change_password(client, current="").status_code == 422
    assert user.id == 1


def test_browsers_are_listed_by_name_and_ended_one_by_one(client: FlaskClient, user: User) -> None:
    other = signed_in_secret(
        user, address="203.0.113.5", agent="Mozilla/5.0 (iPhone; CPU iPhone OS 17) Version/17 Safari/604"
    )
    page = client.get("/me").get_data(as_text=True)
    assert "Firefox · Linux" in page
    assert "Safari · iPhone" in page
    assert "203.0.113.5" in page
    assert page.count('/end"') == 1
    assert client.post("/me/sessions/2/end").status_code == 303
    assert who_holds(other) is None
    assert client.get("/me").status_code == 200


def test_all_other_browsers_are_ended_at_once(client: FlaskClient, user: User) -> None:
    others = [signed_in_secret(user) for _ in range(2)]
    assert client.post("/me/sessions/end-others").status_code == 303
    assert [who_holds(secret) for secret in others] == [None, None]
    assert client.get("/me").status_code == 200


def test_nobody_elses_browser_or_token_is_touched(client: FlaskClient, user: User) -> None:
    other = somebody("other@example.org")
    secret = signed_in_secret(other)
    with transaction() as opened:
        service.create_token(opened, caller_of(other), opened.get_one(User, other.id), name="ของเขา")
    assert client.post("/me/sessions/2/end").status_code == 404
    assert client.post("/me/tokens/1/revoke").status_code == 404
    assert client.post("/me/tokens/99/revoke").status_code == 404
    assert who_holds(secret)
    assert "ของเขา" not in client.get("/me").get_data(as_text=True)
    assert user.id != other.id


def test_a_token_is_shown_once_and_works_until_revoked(app: Flask, client: FlaskClient, user: User) -> None:
    del user
    answer = client.post("/me/tokens", data={"name": "รายงาน"})
    assert answer.status_code == 201
    assert "no-store" in answer.headers["Cache-Control"]
    found = re.search(r"kmw_[\w-]{43}", answer.get_data(as_text=True))
    assert found
    page = client.get("/me").get_data(as_text=True)
    assert "kmw_" not in page
    assert "รายงาน" in page
    headers = {"Authorization": f"Bearer {found.group()}"}
    assert app.test_client().get("/api/v1/projects", headers=headers).status_code == 200
    assert client.post("/me/tokens/1/revoke").status_code == 303
    assert app.test_client().get("/api/v1/projects", headers=headers).status_code == 401


def test_a_token_without_a_name_is_not_made(client: FlaskClient, user: User) -> None:
    answer = client.post("/me/tokens", data={"name": " "})
    assert answer.status_code == 422
    assert "เขียนชื่อ" in answer.get_data(as_text=True)
    with session() as opened:
        assert queries.tokens_of(opened, user.id) == []


def test_a_cookie_is_no_key_to_the_api(client: FlaskClient, user: User) -> None:
    del user
    assert client.get("/api/v1/projects").status_code == 401


def test_seen_is_written_by_a_page_and_a_busy_database_does_no_harm(
    client: FlaskClient, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []

    def busy(opened: Session, secret: str) -> None:
        assert opened.in_transaction()
        written.append(secret)
        raise OperationalError("UPDATE", {}, Exception("database is locked"))

    monkeypatch.setattr(sign_ins, "touch_session", busy)
    assert [client.get("/me").status_code for _ in range(3)] == [200, 200, 200]
    assert len(written) == 1
    assert who_holds(written[0]) == caller_of(user)
