"""The search page as a reader without scripts sees it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from kmwiki.coding.codings import add_coding
from kmwiki.coding.schemas import CodeIn, CodingIn
from kmwiki.coding.service import create_code
from kmwiki.db import transaction
from kmwiki.sources.models import Source
from tests.make_search import answer, drain, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from kmwiki.accounts.models import Project
    from kmwiki.config import Settings
    from kmwiki.security.policy import Caller
    from tests.make import Make


@pytest.fixture
def project(make: Make) -> Project:
    """A project."""
    return make.project("village")


@pytest.fixture
def writer(make: Make, project: Project) -> Caller:
    """Somebody who writes in it."""
    return make.member(project)


@pytest.fixture
def page(writer: Caller, signed_in: Callable[[Caller], FlaskClient]) -> Callable[..., tuple[int, str]]:
    """Opens the page of a search."""
    client = signed_in(writer)

    def open_page(text: str, more: str = "") -> tuple[int, str]:
        answered = client.get(f"/p/village/search?q={quote(text)}{more}")
        return answered.status_code, answered.get_data(as_text=True)

    return open_page


def test_before_a_question_the_page_says_what_can_be_asked(page: Callable[..., tuple[int, str]]) -> None:
    status, html = page("")
    assert status == 200
    assert "search-ways" in html
    assert "hit-list" not in html


def test_hits_are_marked_grouped_and_open_at_their_passage(
    page: Callable[..., tuple[int, str]], writer: Caller, project: Project
) -> None:
    body = "เราตั้งกองทุน <b>ใหม่</b>"
    entry = write(writer, project, body, title="กองทุน & เรา", kind="aar", places=["93"], event_date="2551")
    comment = answer(writer, entry, "กองทุนดี")
    with transaction() as opened:
        code = create_code(opened, writer, opened.merge(project), CodeIn(name_th="เงินออม"))
        source = opened.get_one(Source, entry.source_id)
        add_coding(opened, writer, source, CodingIn(code_id=code.id, start=7, end=13, quote=body[7:13], revision=1))
    drain()
    status, html = page("กองทุน")
    assert status == 200
    assert html.count("<h3>") == 1
    assert '<mark class="hit">กองทุน</mark> &amp; เรา' in html
    assert 'เราตั้ง<mark class="hit">กองทุน</mark> &lt;b&gt;ใหม่' in html
    asked = f"?q={quote('กองทุน')}&amp;hit="
    assert f"{asked}{entry.source_id}%3A7-13%401#hit" in html
    assert f"{asked}{comment.source_id}%3A0-6%401#hit" in html
    assert "พัทลุง" in html
    assert "<span>พ.ศ. 2551</span>" in html  # no day is shown where only the year is known
    assert "เงินออม" in html


def test_codes_are_not_told_as_standing_in_notes(
    page: Callable[..., tuple[int, str]], writer: Caller, project: Project
) -> None:
    write(writer, project, "เราคุยกันเรื่องฝายแม้ว")
    with transaction() as opened:
        create_code(opened, writer, opened.merge(project), CodeIn(name_th="ฝายแม้ว"))
    drain()
    _, html = page("ฝายแม้ว")
    assert '<span role="status">2 แห่ง ใน 1 บันทึก · 1 รหัส</span>' in html
    _, html = page("ฝายแม้ว", "&in=entry")
    assert '<span role="status">1 แห่ง ใน 1 บันทึก</span>' in html
    _, html = page("ฝายแม้ว", "&in=code")
    assert '<span role="status">1 แห่ง</span>' in html


def test_filters_in_force_are_chips_that_take_them_away(
    page: Callable[..., tuple[int, str]], writer: Caller, project: Project
) -> None:
    write(writer, project, "กองทุน", kind="aar", places=["93"])
    write(writer, project, "กองทุน", kind="meeting", places=["56"])
    drain()
    _, html = page("กองทุน", "&province=93&kind=aar&from=2550&to=2569")
    assert html.count("chip--on") == 2 + 1
    assert 'value="93" checked' in html
    assert "kind=aar&amp;from=2550" in html  # the chip of the province leads to the rest
    _, none = page("กองทุน", "&province=93&kind=meeting")
    assert "<h3>" not in none
    assert 'value="meeting" checked' in none


def test_pages_lead_on(page: Callable[..., tuple[int, str]], writer: Caller, project: Project) -> None:
    for number in range(23):
        write(writer, project, "กองทุน", title=f"ที่ {number}")
    drain()
    _, first = page("กองทุน")
    _, second = page("กองทุน", "&page=2")
    assert (first.count("<h3>"), second.count("<h3>")) == (20, 3)
    assert 'rel="next"' in first
    assert 'rel="prev"' in second


def test_what_else_is_searched_can_be_left_out(
    page: Callable[..., tuple[int, str]], writer: Caller, project: Project
) -> None:
    write(writer, project, "พ.ศ. 2551")
    drain()
    _, html = page("ปี 51")
    assert "๒๕๕๑" in html
    assert "mode=exact" in html
    _, exact = page("ปี AND 51", "&mode=exact")
    assert "<h3>" not in exact


def test_a_slip_is_offered_back(page: Callable[..., tuple[int, str]], writer: Caller, project: Project) -> None:
    write(writer, project, "เรื่อง บูรณาการ ของเรา")
    drain()
    _, html = page("บุรณาการ")
    assert f"q={quote('บูรณาการ')}" in html


def test_nothing_found_says_what_to_try(page: Callable[..., tuple[int, str]], writer: Caller, project: Project) -> None:
    write(writer, project, "กองทุน")
    write(writer, project, "สวัสดิการ")
    drain()
    status, html = page("กองทุน สวัสดิการ")
    assert status == 200
    assert "search-words" in html


@pytest.mark.parametrize(("query", "shown"), [('"กองทุน', "กองทุน"), ("(ก", "(")])
def test_a_broken_query_is_kept_and_pointed_at(page: Callable[..., tuple[int, str]], query: str, shown: str) -> None:
    status, html = page(query)
    assert status == 400
    assert 'aria-invalid="true"' in html
    assert 'class="wrong"' in html
    assert shown in html


def test_a_filter_that_cannot_be_meant_is_told(page: Callable[..., tuple[int, str]]) -> None:
    status, html = page("กองทุน", "&from=%E0%B8%AA%E0%B8%B1%E0%B8%81")
    assert status == 400
    assert "note--bad" in html


def test_without_an_index_the_page_says_so_and_keeps_the_query(
    page: Callable[..., tuple[int, str]], writer: Caller, project: Project, settings: Settings
) -> None:
    write(writer, project, "กองทุน")
    drain()
    shutil.rmtree(settings.index_dir)
    status, html = page("กองทุน")
    assert status == 503
    assert 'value="กองทุน"' in html
    drain()
    assert page("กองทุน")[0] == 200


def test_a_code_opens_in_the_codebook(page: Callable[..., tuple[int, str]], writer: Caller, project: Project) -> None:
    with transaction() as opened:
        code = create_code(opened, writer, opened.merge(project), CodeIn(name_th="เงินออม", definition="ออมทีละน้อย"))
    drain()
    _, html = page("ออม")
    assert f'href="/p/village/codebook/{code.id}"' in html


def test_a_visitor_is_sent_to_sign_in(client: FlaskClient, project: Project) -> None:
    assert client.get(f"/p/{project.slug}/search?q=a").status_code == 302
