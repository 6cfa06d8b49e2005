"""What every page passes: CSRF token, origin, content policy, error pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy.exc import OperationalError

from kmwiki import db

if TYPE_CHECKING:
    import pytest
    from flask import Flask
    from flask.testing import FlaskClient


def test_a_form_without_its_token_does_nothing(strict_app: Flask) -> None:
    answer = strict_app.test_client().post("/sign-in", data={"email": "a@example.org", "password": "x" * 12})
    assert answer.status_code == 422
    assert "ฟอร์ม" in answer.get_data(as_text=True)


def test_a_refused_form_shows_what_was_typed_but_no_secret(strict_app: Flask) -> None:
    form = {"title": "ชื่อที่พิมพ์ไว้", "body": "ข้อความยาวที่ยังไม่ได้เก็บ", "password": "a-secret-word"}
    text = strict_app.test_client().post("/sign-in", data=form).get_data(as_text=True)
    assert "ชื่อที่พิมพ์ไว้" in text
    assert "ข้อความยาวที่ยังไม่ได้เก็บ" in text
    assert "a-secret-word" not in text


def test_a_form_with_its_token_is_taken(strict_app: Flask) -> None:
    client = strict_app.test_client()
    page = client.get("/sign-in").get_data(as_text=True)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found
    form = {"email": "nobody@example.org", "password": "x" * 12, "csrf_token": found.group(1)}
    assert client.post("/sign-in", data=form).status_code in {401, 422}


def test_a_form_from_another_site_is_refused(client: FlaskClient) -> None:
    for origin in (
        "https://evil.example",
        "null",
        "http://localhost.evil.example",
        "http://localhost:81",
        "http://[",
        "http://][",
    ):
        assert client.post("/sign-in", data={}, headers={"Origin": origin}).status_code == 403
    assert client.post("/sign-in", data={}, headers={"Origin": "http://localhost"}).status_code != 403


def test_a_page_says_what_may_run_on_it(client: FlaskClient) -> None:
    answer = client.get("/sign-in")
    policy = answer.headers["Content-Security-Policy"]
    script = next(part for part in policy.split(";") if part.strip().startswith("script-src"))
    assert "unsafe" not in policy
    assert re.search(r"'nonce-[\w-]{20,}'", script)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer.headers["Cache-Control"]
    assert policy != client.get("/sign-in").headers["Content-Security-Policy"]


def test_a_page_that_does_not_exist_says_so_in_thai(client: FlaskClient) -> None:
    answer = client.get("/no-such-page")
    assert answer.status_code == 404
    assert re.search("[ก-๛]{4}", answer.get_data(as_text=True))


def test_a_private_page_sends_a_visitor_to_sign_in_and_back(client: FlaskClient) -> None:
    answer = client.get("/me?x=1")
    assert answer.status_code == 302
    assert "/sign-in?next=" in answer.headers["Location"]


def test_a_fault_of_ours_is_drawn_without_its_details(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    app.config["TESTING"] = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    db.release()
    client = app.test_client()
    client.set_cookie("kmwiki", "x" * 43, domain="localhost")
    answer = client.get("/p/demo/")
    caplog.clear()
    assert answer.status_code == 500
    text = answer.get_data(as_text=True)
    assert "Traceback" not in text
    assert "RuntimeError" not in text


def test_a_busy_database_is_told_as_such(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OperationalError("BEGIN IMMEDIATE", None, ValueError("database is locked"))

    monkeypatch.setattr("kmwiki.web.context.queries.caller_for_session", refuse)
    client = app.test_client()
    client.set_cookie("kmwiki", "x" * 43, domain="localhost")
    answer = client.get("/p/demo/entries")
    assert answer.status_code == 503
    assert "ดิสก์" in answer.get_data(as_text=True)


def test_too_large_a_body_is_refused_in_words(app: Flask, client: FlaskClient) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 1000
    answer = client.post("/sign-in", data={"email": "ก" * 2000})
    assert answer.status_code == 413
    assert re.search("[ก-๛]{4}", answer.get_data(as_text=True))
