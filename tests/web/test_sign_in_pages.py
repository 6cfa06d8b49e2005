"""The way in and out: form, cookie, one-time link, and what a stranger cannot do with them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from kmwiki.accounts import attempts, one_time_links, queries
from kmwiki.accounts.access import OPERATOR
from kmwiki.accounts.models import OneTimeLink, SignInSession, User
from kmwiki.app import create_app
from kmwiki.db import now, session, transaction
from tests.make_accounts import PASSWORD, signed_in_secret, somebody, verbs, who_holds

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from kmwiki.config import Settings

EMAIL = "somchai@example.org"


def sign_in(client: FlaskClient, password: str = PASSWORD, **more: str) -> TestResponse:
    return client.post("/sign-in", data={"email": EMAIL, "password": password, **more})


def secret_in(client: FlaskClient) -> str:
    cookie = client.get_cookie("kmwiki")
    return "" if cookie is None else cookie.value


def set_cookie_line(answer: TestResponse, name: str = "kmwiki") -> str:
    return next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith(f"{name}="))


def link_of(user: User, purpose: str = "sign_in") -> str:
    with transaction() as opened:
        return one_time_links.create_link(opened, OPERATOR, opened.get_one(User, user.id), purpose=purpose)


def token_in(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found
    return found.group(1)


def test_a_right_password_leads_on_with_a_cookie_that_scripts_cannot_read(client: FlaskClient) -> None:
    user = somebody()
    answer = sign_in(client, next="/me?x=1")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/me?x=1")
    line = set_cookie_line(answer)
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(line.split("; "))
    assert "Max-Age" not in line
    assert "Domain" not in line
    found = who_holds(secret_in(client))
    assert found is not None
    assert found.user_id == user.id
    assert client.get("/me").status_code == 200


def test_a_remembered_browser_keeps_its_cookie_for_a_month(client: FlaskClient) -> None:
    somebody()
    assert "Max-Age=2592000" in set_cookie_line(sign_in(client, remember="1"))


def test_on_https_the_cookie_is_bound_to_the_host(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KMWIKI_BASE_URL", "https://km.example.org")
    app = create_app(instance=settings.instance)
    app.config["WTF_CSRF_ENABLED"] = False
    somebody()
    client = app.test_client()
    answer = client.post("/sign-in", data={"email": EMAIL, "password": PASSWORD}, base_url="https://km.example.org")
    line = set_cookie_line(answer, "__Host-kmwiki")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(line.split("; "))
    assert "Domain" not in line
    assert answer.headers["Strict-Transport-Security"]


@pytest.mark.parametrize(("email", "password"), [(EMAIL, "wrong"), ("nobody@example.org", PASSWORD), ("", "")])
def test_a_refusal_keeps_the_address_and_nothing_else(client: FlaskClient, email: str, password: str) -> None:
    somebody()
    answer = client.post("/sign-in", data={"email": email, "password": password, "remember": "1"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "อีเมลหรือรหัสผ่านไม่ตรงกัน" in page
    assert f'value="{email}"' in page
    assert re.search(r'name="remember"[^>]*checked', page)
    assert PASSWORD not in page
    assert secret_in(client) == ""
    assert verbs()[-1] == "session.refused"


def test_what_was_typed_comes_back_as_text(client: FlaskClient) -> None:
    page = client.post("/sign-in", data={"email": '"><script>alert(1)</script>', "password": "x"}).get_data(
        as_text=True
    )
    assert "<script>alert" not in page
    assert "&#34;&gt;&lt;script&gt;" in page


def test_too_many_tries_say_when_to_try_again(client: FlaskClient) -> None:
    somebody()
    for _ in range(attempts.PAIR.limit):
        assert sign_in(client, "wrong").status_code == 422
    answer = sign_in(client)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= attempts.PAIR.window
    assert "รอ 5 นาที" in answer.get_data(as_text=True)
    attempts.forget_all()
    assert sign_in(client).status_code == 303


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_to_another_site(client: FlaskClient, target: str) -> None:
    somebody()
    page = client.get("/sign-in", query_string={"next": target}).get_data(as_text=True)
    assert "evil" not in page.split("gate-foot")[0]
    assert sign_in(client, next=target).headers["Location"] == "/"
    assert client.get("/sign-in", query_string={"next": target}).headers["Location"] == "/"


def test_a_secret_planted_before_sign_in_is_worth_nothing_after(client: FlaskClient) -> None:
    somebody()
    client.set_cookie("kmwiki", "planted-by-a-stranger")
    assert sign_in(client).status_code == 303
    assert secret_in(client) != "planted-by-a-stranger"
    assert who_holds("planted-by-a-stranger") is None


def test_signing_in_again_ends_the_session_before(client: FlaskClient) -> None:
    somebody()
    sign_in(client)
    first = secret_in(client)
    sign_in(client)
    assert secret_in(client) != first
    assert who_holds(first) is None


def test_signing_out_ends_the_session_itself_and_not_only_the_cookie(client: FlaskClient) -> None:
    somebody()
    sign_in(client)
    secret = secret_in(client)
    answer = client.post("/sign-out")
    assert answer.status_code == 303
    assert secret_in(client) == ""
    assert who_holds(secret) is None
    client.set_cookie("kmwiki", secret)
    assert "/sign-in" in client.get("/me").headers["Location"]


def test_signing_out_is_no_link(client: FlaskClient) -> None:
    somebody()
    sign_in(client)
    assert client.get("/sign-out").status_code == 405
    assert who_holds(secret_in(client))


def test_signing_in_needs_the_form_of_this_site(strict_app: Flask) -> None:
    somebody()
    client = strict_app.test_client()
    token = token_in(client.get("/sign-in").get_data(as_text=True))
    form = {"email": EMAIL, "password": PASSWORD}
    assert client.post("/sign-in", data=form).status_code == 422
    assert client.post("/sign-in", data={**form, "csrf_token": token[:-4] + "AAAA"}).status_code == 422
    assert strict_app.test_client().post("/sign-in", data={**form, "csrf_token": token}).status_code == 422
    foreign = {"Origin": "https://evil.example"}
    assert client.post("/sign-in", data={**form, "csrf_token": token}, headers=foreign).status_code == 403
    assert client.get_cookie("kmwiki") is None
    assert client.post("/sign-in", data={**form, "csrf_token": token}).status_code == 303


def test_the_form_token_of_a_visitor_is_not_that_of_the_person(strict_app: Flask) -> None:
    somebody()
    client = strict_app.test_client()
    token = token_in(client.get("/sign-in").get_data(as_text=True))
    client.post("/sign-in", data={"email": EMAIL, "password": PASSWORD, "csrf_token": token})
    assert client.post("/me/tokens", data={"name": "x", "csrf_token": token}).status_code == 422
    token = token_in(client.get("/me").get_data(as_text=True))
    assert client.post("/me/tokens", data={"name": "x", "csrf_token": token}).status_code == 201


def test_a_link_shows_one_button_and_looking_burns_nothing(client: FlaskClient) -> None:
    link = link_of(somebody())
    for method in ("GET", "HEAD", "GET"):
        answer = client.open(f"/link/{link}", method=method)
        assert answer.status_code == 200
        assert "no-store" in answer.headers["Cache-Control"]
    page = client.get(f"/link/{link}").get_data(as_text=True).split("gate-in")[1].split("gate-foot")[0]
    assert len(re.findall(r"<button", page)) == 1
    assert secret_in(client) == ""
    answer = client.post(f"/link/{link}")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert who_holds(secret_in(client))


def test_who_comes_by_link_and_has_no_password_is_asked_to_set_one(client: FlaskClient) -> None:
    user = somebody()
    with transaction() as opened:
        opened.execute(update(User).values(password_hash=None))
    answer = client.post(f"/link/{link_of(user, 'invite')}", follow_redirects=True)
    assert answer.request.path == "/me/join"
    assert "ตั้งรหัสผ่าน แล้วเข้าใช้ได้เลย" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("what", "status", "words"),
    [("used", 410, "ถูกใช้ไปแล้ว"), ("expired", 410, "เก่าเกินไป"), ("unknown", 404, "ไม่รู้จักลิงก์นี้")],
)
def test_a_link_that_does_not_work_says_why_and_how_to_get_another(
    client: FlaskClient, what: str, status: int, words: str
) -> None:
    link = link_of(somebody())
    if what == "used":
        client.post(f"/link/{link}")
        client.post("/sign-out")
    elif what == "expired":
        with transaction() as opened:
            opened.execute(update(OneTimeLink).values(expires=now() - timedelta(seconds=1)))
    else:
        link = "x" * 43
    for method in ("GET", "POST"):
        answer = client.open(f"/link/{link}", method=method)
        page = answer.get_data(as_text=True)
        assert answer.status_code == status
        assert words in page
        assert "kmwiki user link" in page
        assert secret_in(client) == ""


def test_a_link_burnt_in_the_same_moment_is_told_as_used(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    link = link_of(somebody())
    client.post(f"/link/{link}")
    client.post("/sign-out")
    monkeypatch.setattr(queries, "link_state", lambda *_: "ready")
    answer = client.post(f"/link/{link}")
    assert answer.status_code == 410
    assert "ถูกใช้ไปแล้ว" in answer.get_data(as_text=True)


def test_a_link_is_pressed_on_this_site_only(strict_app: Flask) -> None:
    client, link = strict_app.test_client(), link_of(somebody())
    assert client.post(f"/link/{link}").status_code == 422
    assert client.post(f"/link/{link}", headers={"Origin": "https://evil.example"}).status_code in {403, 422}
    with session() as opened:
        assert queries.link_state(opened, link) == "ready"


def test_a_revoked_session_is_over_at_the_next_click(client: FlaskClient) -> None:
    user = somebody()
    client.set_cookie("kmwiki", signed_in_secret(user))
    assert client.get("/me").status_code == 200
    with transaction() as opened:
        opened.execute(update(SignInSession).values(revoked=now()))
    assert "/sign-in?next=/me" in client.get("/me").headers["Location"]


def test_who_is_signed_in_is_not_asked_again(client: FlaskClient) -> None:
    somebody()
    sign_in(client)
    assert client.get("/sign-in?next=/me").headers["Location"] == "/me"


@pytest.mark.parametrize(
    ("base_url", "proxy", "peer", "named", "kept"),
    [
        ("https://km.example.org", "", "127.0.0.1", "203.0.113.66, 198.51.100.7", "198.51.100.7"),
        ("https://km.example.org", "", "127.0.0.1", "", "127.0.0.1"),
        ("https://km.example.org", "", "127.0.0.1", "198.51.100.7, unknown", "127.0.0.1"),
        ("https://km.example.org", "", "192.0.2.9", "198.51.100.7", "192.0.2.9"),
        ("https://km.example.org", "", "", "198.51.100.7", "198.51.100.7"),
        ("https://km.example.org", "10.0.0.0/8, ::1", "10.1.2.3", "198.51.100.7", "198.51.100.7"),
        ("https://km.example.org", "10.0.0.0/8, ::1", "127.0.0.1", "198.51.100.7", "127.0.0.1"),
        ("", "10.0.0.5", "10.0.0.5", "198.51.100.7", "198.51.100.7"),
        ("", "", "127.0.0.1", "198.51.100.7", "127.0.0.1"),
        ("", "", "", "198.51.100.7", ""),
    ],
)
def test_only_the_proxy_in_front_of_us_says_who_is_behind_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, base_url: str, proxy: str, peer: str, named: str, kept: str
) -> None:
    monkeypatch.setenv("KMWIKI_BASE_URL", base_url)
    monkeypatch.setenv("KMWIKI_TRUSTED_PROXY", proxy)
    app = create_app(instance=settings.instance)
    app.config["WTF_CSRF_ENABLED"] = False
    somebody()
    app.test_client().post(
        "/sign-in",
        data={"email": EMAIL, "password": PASSWORD},
        headers={"X-Forwarded-For": named} if named else {},
        environ_base={"REMOTE_ADDR": peer},
    )
    with session() as opened:
        assert [row.address for row in queries.sessions_of(opened, 1)] == [kept]
