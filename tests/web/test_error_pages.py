"""Pages that say what went wrong: in both languages, with a way on, without a database where that may be broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from kmwiki import db
from kmwiki.errors import Conflict, Forbidden, Invalid, NotFound, TooMany, Unauthenticated, Unavailable, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    from kmwiki.errors import KmwikiError
    from kmwiki.security.policy import Caller
    from tests.make import Make

    Open = Callable[[Caller], FlaskClient]

SAID = say("“%(text)s” is not 100%% right.", text="<b>")


def raising(app: Flask, error: Exception) -> FlaskClient:
    @app.route("/raise", methods=["GET", "POST"])
    def view() -> str:
        raise error

    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    return app.test_client()


@pytest.mark.parametrize(
    ("error", "status", "thai", "english"),
    [
        (Forbidden(SAID), 403, "สิทธิ์ของคุณยังทำสิ่งนี้ไม่ได้", "You may not do this here"),
        (NotFound(SAID), 404, "ไม่พบหน้านี้", "This page was not found"),
        (Conflict(SAID), 409, "มีคนแก้ไปก่อนแล้ว", "Somebody changed it first"),
        (Invalid(SAID), 422, "ยังรับสิ่งที่ส่งมาไม่ได้", "This could not be taken as it is"),
        (TooMany(SAID, 30), 429, "ลองถี่เกินไป", "Too many tries in a short time"),
        (Unavailable(SAID), 503, "ตอนนี้ยังใช้ไม่ได้", "Not to be had right now"),
        (RuntimeError("secret detail"), 500, "ระบบของเราผิดพลาด", "A fault on our side"),
    ],
)
def test_an_error_says_what_happened_in_both_languages(
    app: Flask, error: KmwikiError, status: int, thai: str, english: str
) -> None:
    client = raising(app, error)
    for locale, words in (("th", thai), ("en", english)):
        answer = client.get("/raise", headers={"Accept-Language": locale})
        assert answer.status_code == status
        assert f"{words}</h1>" in answer.text
        assert "secret detail" not in answer.text
        assert "<b></h1>" not in answer.text


def test_what_was_typed_is_shown_as_text(app: Flask) -> None:
    page = raising(app, Invalid(SAID)).get("/raise", headers={"Accept-Language": "en"}).text
    assert "“&lt;b&gt;” is not 100% right." in page


def test_a_form_sent_after_the_session_ended_says_so_and_does_not_lead_away(app: Flask) -> None:
    answer = raising(app, Unauthenticated(say("Please sign in first."))).post("/raise")
    assert answer.status_code == 401
    assert "เข้าสู่ระบบก่อนทำต่อ" in answer.text
    assert 'href="/sign-in"' in answer.text


def test_what_is_sent_again_is_what_was_sent(app: Flask) -> None:
    page = raising(app, Unavailable(SAID)).post("/raise", data={"venue": "โทร 081-555-0142", "body": "ก"})
    assert page.status_code == 503
    assert 'name="venue" value="โทร 081-555-0142"' in page.text


def test_no_log_holds_the_secret_of_a_link(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("kmwiki.web.signing_in.queries.link_state", fail)
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    with capture_logs() as told:
        assert app.test_client().get("/link/abcdef-secret").status_code == 500
    assert told[0]["path"] == "/link/<secret>"
    assert "abcdef" not in str(told)


def test_a_fault_is_told_without_a_database(app: Flask) -> None:
    client = raising(app, RuntimeError("boom"))
    db.release()
    answer = client.get("/raise")
    assert answer.status_code == 500
    assert "ระบบของเราผิดพลาด" in answer.text
    assert 'class="bar"' not in answer.text


def test_a_lost_page_offers_its_words_to_the_projects_search(make: Make, signed_in: Open) -> None:
    client = signed_in(make.member(make.project("khuan")))
    page = client.get("/p/khuan/e/12-กติกา-สามเล่ม/nothing/35-กติกา-สามเล่ม").text
    assert 'action="/p/khuan/search"' in page
    assert 'value="กติกา สามเล่ม"' in page
    assert 'id="nav"' in page
    stranger = signed_in(make.member(make.project("other"))).get("/p/khuan/nothing").text
    assert "/p/khuan/search" not in stranger
