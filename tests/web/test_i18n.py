"""Which language a page speaks, and the figures and dates that go with it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from babel.messages.pofile import PoFileError
from flask_babel import gettext, ngettext
from sqlalchemy.exc import OperationalError

from kmwiki.web import drawing, i18n

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from kmwiki.security.policy import Caller
    from tests.make import Make

    Open = Callable[[Caller], FlaskClient]

NOW = datetime(2025, 11, 21, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "cookie", "spoken"),
    [
        ("", "", "th"),
        ("en-GB,en;q=0.8", "", "en"),
        ("fr,de;q=0.5", "", "th"),
        ("en", "th", "th"),
        ("th", "en", "en"),
        ("en", "../../x", "en"),
    ],
)
def test_a_visitors_language_is_the_cookies_then_the_browsers_then_thai(
    client: FlaskClient, header: str, cookie: str, spoken: str
) -> None:
    if cookie:
        client.set_cookie(i18n.LOCALE_COOKIE, cookie)
    page = client.get("/sign-in", headers={"Accept-Language": header})
    assert f'<html lang="{spoken}"' in page.text


def test_a_persons_own_language_comes_first(make: Make, signed_in: Open) -> None:
    client = signed_in(make.caller(make.user(locale="en")))
    client.set_cookie(i18n.LOCALE_COOKIE, "th")
    assert '<html lang="en"' in client.get("/", headers={"Accept-Language": "th"}).text


def test_a_broken_database_leaves_the_words(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise OperationalError("select", {}, Exception("disk"))

    monkeypatch.setattr(i18n, "caller", broken)
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert i18n.choose_locale() == "en"


def test_plurals_and_placeholders_are_filled_in_both_languages(app: Flask) -> None:
    said = {}
    for locale in ("th", "en"):
        with app.test_request_context(headers={"Accept-Language": locale}):
            said[locale] = [ngettext("%(num)s coding", "%(num)s codings", count) for count in (1, 2)]
            assert gettext("Search") == {"th": "ค้นหา", "en": "Search"}[locale]
    assert said == {"th": ["1 ช่วง", "2 ช่วง"], "en": ["1 coding", "2 codings"]}


def test_a_catalogue_that_is_malformed_is_not_read_by_halves(tmp_path: Path) -> None:
    file = tmp_path / "th" / "broken.po"
    file.parent.mkdir()
    file.write_text('msgid "a"\nsomething else\n', encoding="utf-8")
    with pytest.raises(PoFileError):
        i18n.read_catalogue(file)


@pytest.mark.parametrize(
    ("passed", "thai", "english"),
    [
        (timedelta(seconds=20), "เมื่อครู่", "just now"),
        (timedelta(minutes=1), "1 นาทีก่อน", "1 minute ago"),
        (timedelta(minutes=59, seconds=59), "59 นาทีก่อน", "59 minutes ago"),
        (timedelta(hours=2), "2 ชั่วโมงก่อน", "2 hours ago"),
        (timedelta(hours=11), "เมื่อวาน", "yesterday"),
        (timedelta(days=3), "3 วันก่อน", "3 days ago"),
    ],
)
def test_how_long_ago_goes_by_thai_days(
    app: Flask, monkeypatch: pytest.MonkeyPatch, passed: timedelta, thai: str, english: str
) -> None:
    monkeypatch.setattr(drawing, "now", lambda: NOW)
    for locale, words in (("th", thai), ("en", english)):
        with app.test_request_context(headers={"Accept-Language": locale}):
            assert f">{words}</time>" in drawing.ago(NOW - passed)


def test_a_week_ago_is_a_date_in_the_readers_calendar(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "now", lambda: NOW)
    with app.test_request_context():
        assert "2568" in drawing.ago(NOW - timedelta(days=7)) or "68" in drawing.ago(NOW - timedelta(days=7))
        assert drawing.show_date(date(2025, 11, 21), "full") == "วันศุกร์ที่ 21 พฤศจิกายน 2568"
        assert drawing.show_date(datetime(2025, 11, 20, 20, 0, tzinfo=UTC)) == "21 พฤศจิกายน 2568"
        assert drawing.show_moment(NOW, "long") == "21 พฤศจิกายน 2568 เวลา 10:00 น."
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert drawing.show_date(date(2025, 11, 21), "full") == "Friday, 21 November 2025"


def test_nothing_is_drawn_as_nothing(app: Flask) -> None:
    with app.test_request_context():
        assert (drawing.show_date(None), drawing.show_moment(None), str(drawing.ago(None))) == ("", "", "")
        assert (drawing.show_number(None), drawing.show_number(12345)) == ("–", "12,345")


def test_a_face_has_the_same_colour_everywhere() -> None:
    assert drawing.hue("ใบข้าว") == drawing.hue("ใบข้าว")
    assert {drawing.hue(f"คน {number}") for number in range(200)} == set(range(1, 13))


def test_an_icon_cannot_carry_markup() -> None:
    assert "<script>" not in drawing.icon('"><script>')
    assert 'class="i i--sm"' in drawing.icon("home", "sm")


def test_our_files_are_kept_for_ever_under_their_fingerprint_only(app: Flask, client: FlaskClient) -> None:
    with app.test_request_context():
        address = drawing.static_url("css/base.css")
    kept = {
        address: drawing.FOREVER,
        "/static/css/base.css": "no-cache",
        "/static/vendor/sarabun-thai-400.woff2": drawing.A_DAY,
    }
    for path, wanted in kept.items():
        with client.get(path) as answer:
            assert (path, answer.headers["Cache-Control"]) == (path, wanted)
    assert client.get("/static/vendor/none.woff2").status_code == 404
