"""The pages of the analysis and their API: what they show, where they lead, what they refuse."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from kmwiki.security.policy import Role
from tests.make_search import drain, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from kmwiki.accounts.models import Project
    from kmwiki.security.policy import Caller
    from tests.make import Make


@pytest.fixture
def project(make: Make) -> Project:
    """A project."""
    return make.project("village")


@pytest.fixture
def writer(make: Make, project: Project) -> Caller:
    """A researcher with two notes of two provinces."""
    caller = make.member(project, Role.RESEARCHER)
    write(caller, project, "กองทุน ข้าว ๒๕๕๑ ทะเล ทะเล", title="ใต้", places=["สงขลา"])
    write(caller, project, "กองทุน ดอย", title="เหนือ", places=["พะเยา"], kind="meeting")
    drain()
    return caller


@pytest.fixture
def page(writer: Caller, signed_in: Callable[[Caller], FlaskClient]) -> Callable[..., tuple[int, str]]:
    """Ask for a page: status and text."""
    client = signed_in(writer)

    def ask(path: str, form: dict[str, str] | None = None, **given: Any) -> tuple[int, str]:
        address = f"/p/village/{path}"
        answer = client.get(address, query_string=given) if form is None else client.post(address, data=form)
        return answer.status_code, answer.get_data(as_text=True)

    return ask


def addresses(html: str, wanted: str) -> list[str]:
    """Return the addresses in a page that hold this."""
    return [unescape(one) for one in re.findall(r'href="([^"]+)"', html) if wanted in one]


def test_every_line_leads_to_its_place_which_is_marked_there(
    page: Callable[..., tuple[int, str]], writer: Caller, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    status, html = page("kwic", q="กองทุน", sort="left", width="40")
    assert status == 200
    lines = addresses(html, "?hit=")
    assert len(lines) == 2
    opened = signed_in(writer).get(lines[0].partition("#")[0]).get_data(as_text=True)
    assert re.search(r'<mark[^>]*id="hit"[^>]*>กองทุน', opened)
    assert addresses(html, "/kwic/export?")
    assert page("kwic")[0] == 200
    assert "ไม่พบในข้อความที่คุณอ่านได้" in page("kwic", q="ยักษ์")[1]
    assert "หน้านี้เลยหน้าสุดท้ายแล้ว" in page("kwic", q="กองทุน", page="9")[1]


@pytest.mark.parametrize(
    "given",
    [
        {"q": "(กองทุน"},
        {"q": "กองทุน", "width": "5"},
        {"q": "กองทุน", "sort": "size"},
        {"q": "กองทุน", "province": "ไม่มี"},
        {"q": "กองทุน", "among": "((("},
        {"q": "ก* " * 10_000},
        {"q": "(" * 100},
    ],
)
def test_what_cannot_be_asked_is_refused_with_words(
    page: Callable[..., tuple[int, str]], given: dict[str, str]
) -> None:
    status, html = page("kwic", **given)
    assert status == 400
    assert 'role="alert"' in html


def test_counts_have_a_table_first_and_a_picture_beside_it(page: Callable[..., tuple[int, str]]) -> None:
    status, html = page("words", by="province")
    assert status == 200
    assert html.index("<table") < html.index('<svg class="cloud"')
    assert "ทะเล" in html
    kwic = next(one for one in addresses(html, "/kwic?") if "%E0%B8%97%E0%B8%B0%E0%B9%80%E0%B8%A5" in one)
    assert "mode=exact" in kwic
    cells = addresses(html, "/search?")
    assert any("province=" in one for one in cells)
    status, narrowed = page("words", q="ดอย")
    assert status == 200
    assert "ทะเล" not in narrowed
    assert any("among=" in one for one in addresses(narrowed, "/kwic?"))
    assert page("words", q="(")[0] == 400
    assert page("words", min_length="0")[0] == 400
    assert page("words", by="colour")[0] == 400
    assert "ไม่มีคำให้นับ" in page("words", q="ยักษ์")[1]


def test_comparing_shows_both_sides(page: Callable[..., tuple[int, str]]) -> None:
    assert "เลือกข้อความฝั่ง A" in page("words/compare")[1]
    status, html = page("words/compare", province="90", b_province="56", sort="log_ratio", side="first")
    assert status == 200
    assert "ทะเล" in html
    assert ">ดอย<" not in html
    assert ">ดอย<" in page("words/compare", province="90", side="second")[1]
    assert page("words/compare", province="90", sort="size")[0] == 400
    assert page("words/compare", q="ยักษ์")[0] == 200
    status, table = page("words/compare/export", province="90")
    assert status == 200
    assert "ทะเล" in table


def test_the_stop_list_is_edited_on_its_page(page: Callable[..., tuple[int, str]]) -> None:
    assert page("words/stop", form={"word": "ทะเล"})[0] == 302
    assert page("words/stop", form={"word": "ทะเล"})[0] == 409
    assert page("words/stop", form={"word": " "})[0] == 422
    status, html = page("words/stop")
    assert status == 200
    assert "words/stop/undo/1" in html
    assert "ทะเล" not in page("words")[1].partition("<table")[2].partition("</table>")[0]
    assert page("words/stop/undo/1", form={})[0] == 302
    assert page("words/stop/undo/1", form={})[0] == 302  # told that it is too late
    assert page("words/stop", form={"word": "ที่", "state": "count"})[0] == 302
    assert "ทะเล" in page("words")[1]


def test_files_are_handed_out(page: Callable[..., tuple[int, str]]) -> None:
    status, table = page("kwic/export", q="กองทุน")
    assert status == 200
    assert table.startswith("\ufeff")
    assert page("words/export")[1].count("\n") > 3
    assert page("words/export", format="pdf")[0] == 422


def test_the_api_answers_as_the_pages_do(writer: Caller, api: Callable[..., Any]) -> None:
    door = api(writer)
    status, found = door.get("/projects/village/kwic", query_string={"q": "กองทุน", "sort": "right", "size": "1"})
    assert (status, found["total"], len(found["lines"])) == (200, 2, 1)
    status, told = door.get("/projects/village/kwic", query_string={"q": "(กองทุน"})
    assert (status, told["position"]) == (400, 0)
    assert door.get("/projects/village/kwic", query_string={"q": "ก", "width": "9"})[0] == 422
    status, counted = door.get("/projects/village/words", query_string={"province": "สงขลา"})
    assert (status, counted["words"][0]["word"]) == (200, "ทะเล")
    status, table = door.get("/projects/village/words/cross", query_string={"by": "kind"})
    assert (status, table["by"]) == (200, "kind")
    status, compared = door.get("/projects/village/words/compare", query_string={"province": "90", "b_province": "56"})
    assert status == 200
    assert {row["word"]: row["direction"] for row in compared["words"]}["ทะเล"] == 1
    for path in ("words", "words/cross", "words/compare", "kwic/export", "words/export", "words/compare/export"):
        assert door.get(f"/projects/village/{path}", query_string={"q": "("})[0] == 400, path
        wanted = {"q": "กองทุน", "format": "xlsx"}
        assert door.get(f"/projects/village/{path}", query_string=wanted)[0] == 200, path
    status, made = door.post("/projects/village/stop-words", {"word": "ดอย"})
    assert (status, made) == (201, {"change": 1})
    status, listed = door.get("/projects/village/stop-words")
    assert listed["version"] == 1
    assert "ดอย" in {row["word"] for row in listed["words"] if row["is_own"]}
    assert door.delete("/projects/village/stop-words/1")[0] == 200
