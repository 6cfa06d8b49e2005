"""The pages of a dictionary, the API beside them, help while typing, and stepping through a note, without scripts."""

from __future__ import annotations

import io
import re
from base64 import b64encode
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import quote
from zlib import compress

import pytest

from kmwiki.coding.codebook import codes as codebook
from kmwiki.coding.schemas import CodeIn
from kmwiki.db import transaction
from kmwiki.search.terms_table import MOST_ROWS
from kmwiki.security.policy import Role
from kmwiki.web.carried_rows import pack
from tests.make_search import answer, drain, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from kmwiki.accounts.models import Project
    from kmwiki.security.policy import Caller
    from tests.conftest import Api
    from tests.make import Make

BASE = "/p/village/dictionary"


@pytest.fixture
def project(make: Make) -> Project:
    """A project."""
    return make.project("village")


@pytest.fixture
def editor(make: Make, project: Project) -> Caller:
    """Who may change its dictionary."""
    return make.member(project)


def page(client: FlaskClient, path: str, status: int = 200) -> str:
    """Open a page."""
    answered = client.get(path)
    assert answered.status_code == status
    return unescape(answered.get_data(as_text=True))


def send(client: FlaskClient, path: str, status: int = 302, **form: object) -> str:
    """Send a form."""
    answered = client.post(path, data=form)
    assert answered.status_code == status, answered.get_data(as_text=True)[:2000]
    return unescape(answered.get_data(as_text=True))


def test_a_word_is_added_changed_removed_and_brought_back(
    signed_in: Callable[[Caller], FlaskClient], editor: Caller
) -> None:
    client = signed_in(editor)
    empty = page(client, BASE)
    assert "พมจ" in empty  # what kmwiki knows already
    assert "/turn" not in empty
    send(client, BASE, term="คกท", expansion="คณะทำงานกลาง", kind="abbreviation", reason="ใช้บ่อย")
    shown = page(client, BASE)
    assert "คณะทำงานกลาง" in shown
    assert "<progress" in shown  # the index follows
    (number,) = set(re.findall(rf"{BASE}/(\d+)\"", shown))
    kept = send(client, BASE, 422, term="คกท", expansion="คณะทำงานกลาง", kind="abbreviation", reason="อีกครั้ง")
    assert 'value="อีกครั้ง"' in kept
    refused = send(client, BASE, 422, term="ก", expansion="", kind="abbreviation")
    assert 'id="d-term-error"' in refused
    assert 'value="คณะทำงานกลาง"' in page(client, f"{BASE}/{number}")
    assert 'aria-invalid="true"' in send(client, f"{BASE}/{number}", 422, term="คกท", expansion="", kind="abbreviation")
    send(client, f"{BASE}/{number}", term="คกท", expansion="คณะกรรมการทุ่งนา", kind="abbreviation")
    assert "คณะกรรมการทุ่งนา" in page(client, f"{BASE}?q=ทุ่งนา&kind=abbreviation")
    assert "คณะกรรมการทุ่งนา" not in page(client, f"{BASE}?kind=person")
    send(client, f"{BASE}/{number}/remove")
    history = page(client, f"{BASE}/history")
    assert history.count("/dictionary/undo/") == 3
    assert "ใช้บ่อย" in history
    send(client, f"{BASE}/undo/3")
    assert "คณะกรรมการทุ่งนา" in page(client, BASE)
    send(client, f"{BASE}/undo/1")
    assert "note--bad" in page(client, f"{BASE}/history")
    assert client.post(f"{BASE}/undo/99").status_code == 404
    drain()
    assert "<progress" not in page(client, BASE)
    polled = client.get(f"{BASE}/progress", headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "note--ok" in polled
    assert client.get(f"{BASE}/progress").status_code == 302


def test_a_table_is_shown_row_by_row_then_written(signed_in: Callable[[Caller], FlaskClient], editor: Caller) -> None:
    client = signed_in(editor)
    assert "note--bad" in send(client, f"{BASE}/import", 422)
    table = "กทน,กองทุนนา,คำย่อ\nกทน,กองทุนนา,คำย่อ\nก,ข,คำ\n"
    report = send(client, f"{BASE}/import", 200, file=(io.BytesIO(table.encode("cp874")), "คำ.csv"))
    assert report.count("<tr>") == 1 + 3
    assert "note--warn" in report  # the encoding is a guess
    packed = re.search(r'name="rows" value="([^"]+)"', report)
    assert packed
    assert "กองทุนนา" not in page(client, BASE)
    send(client, f"{BASE}/import/write", rows=packed[1], reason="จากตาราง")
    assert "กองทุนนา" in page(client, BASE)
    for rows in ("", "x", packed[1][:-8], "eJyLrlZyzs8rSS0qUbJSUCpJLS5RqgUAVZgH1Q=="):
        assert client.post(f"{BASE}/import/write", data={"rows": rows}).status_code in {400, 422}
    exported = client.get("/p/village/dictionary.csv")
    assert exported.mimetype == "text/csv"
    assert exported.get_data(as_text=True).splitlines()[1] == "กทน,กองทุนนา,คำย่อ"


def test_rows_that_no_report_carried_are_refused(signed_in: Callable[[Caller], FlaskClient], editor: Caller) -> None:
    client = signed_in(editor)
    many = pack([[f"ก{number}", "", "term"] for number in range(MOST_ROWS + 1)])
    deep = b64encode(compress(b"[" * 200_000)).decode()
    for rows in (many, deep):
        assert client.post(f"{BASE}/import/write", data={"rows": rows}).status_code in {400, 422}


def test_personal_data_is_hidden_in_files_and_offers_too(
    make: Make, signed_in: Callable[[Caller], FlaskClient], editor: Caller, project: Project
) -> None:
    send(signed_in(editor), BASE, term="ป้าสมมุติ", expansion="ป้าสมมุติ 081-555-0142", kind="person")
    with transaction() as opened:
        codebook.create_code(opened, editor, project, CodeIn(name_th="โทรหา 081-555-0142", definition="โทรหาใคร"))
    addresses = ("/p/village/dictionary.csv", f"/p/village/search/complete?q={quote('โทรหา')}", BASE)
    for person, is_told in ((editor, True), (make.member(project, Role.READER), False)):
        client = signed_in(person)
        for address in addresses:
            answered = client.get(address)
            assert answered.status_code == 200
            assert ("0142" in answered.get_data(as_text=True)) is is_told, (address, is_told)


def test_readers_see_the_words_and_nothing_to_change_them_with(
    make: Make, signed_in: Callable[[Caller], FlaskClient], project: Project
) -> None:
    shown = page(signed_in(make.member(project, Role.READER)), BASE)
    assert "พมจ" in shown
    assert 'method="post"' not in shown.split('id="main"')[1]


def test_the_api_lists_adds_changes_replaces_and_removes(api: Callable[[Caller | None], Api], editor: Caller) -> None:
    door = api(editor)
    path = "/projects/village/dictionary"
    status, made = door.post(path, {"term": "คกท", "expansion": "คณะทำงานกลาง"})
    assert (status, made["kind"]) == (201, "abbreviation")
    assert door.post(path, {"term": "คกท", "expansion": "คณะทำงานกลาง"})[0] == 409
    status, wrong = door.post(path, {"term": "ก", "expansion": "ข", "kind": "poem"})
    assert (status, {error["field"] for error in wrong["errors"]}) == (422, {"term", "kind"})
    assert door.patch(f"/dictionary/{made['id']}", {"kind": "term"})[1]["kind"] == "term"
    assert door.get(f"/dictionary/{made['id']}")[1]["expansion"] == "คณะทำงานกลาง"
    words = [{"term": "กทน", "expansion": "กองทุนนา"}, {"term": "ใบข้าว", "kind": "person"}]
    assert door.put(path, {"terms": words, "reason": "ใหม่หมด"})[1] == {"change": 3, "total": 2}
    status, listed = door.get(path)
    assert ([item["term"] for item in listed["items"]], listed["total"]) == (["กทน", "ใบข้าว"], 2)
    assert door.get(f"{path}?q={quote('นา')}&kind=abbreviation&size=1")[1]["total"] == 1
    number = listed["items"][0]["id"]
    assert door.delete(f"/dictionary/{number}")[0] == 204
    assert door.get(f"/dictionary/{number}")[0] == 404


def test_typing_is_helped_and_a_note_is_stepped_through(
    signed_in: Callable[[Caller], FlaskClient], api: Callable[[Caller | None], Api], editor: Caller, project: Project
) -> None:
    entry = write(editor, project, "กองทุนแรก แล้วก็กองทุนที่สอง", title="เล่าเรื่องกองทุน")
    answer(editor, entry, "กองทุนของเรา")
    drain()
    client = signed_in(editor)
    found = client.get(f"/p/village/search/complete?q={quote('กองทุ')}").get_json()["items"]
    assert found == api(editor).get(f"/projects/village/search/complete?q={quote('กองทุ')}")[1]["items"]
    assert (found[0]["kind"], found[0]["text"]) == ("title", "เล่าเรื่องกองทุน")
    assert "data-complete" in page(client, "/p/village/search")
    text = page(client, f"{found[0]['url']}?q={quote('กองทุน')}&hit={entry.source_id}:16-22")
    assert text.count('class="hit"') == 3
    assert re.search(r'class="walk-at"[^>]*>2 จาก 3<', text)
    marked = re.search(r'<mark class="hit" id="hit">กองทุน</mark>ที่สอง', text)
    assert marked, re.findall(r"<mark[^>]*>", text)
    following = re.search(r'rel="next" href="([^"]+)"', text)
    assert following
    last = page(client, f"{found[0]['url']}{following[1].partition('#')[0]}")
    assert 'rel="next"' not in last.split("walk-at")[1].split("</nav>")[0]
    assert 'class="walk"' not in page(client, f"{found[0]['url']}?q={quote('ไม่มี')}")


def test_page_api_and_understanding_agree(
    signed_in: Callable[[Caller], FlaskClient], api: Callable[[Caller | None], Api], editor: Caller, project: Project
) -> None:
    write(editor, project, "กองทุนปี ๒๕๕๑", title="แรก", kind="aar", places=["93"])
    drain()
    query = "กองทุน จังหวัด:พัทลุง (ก OR ทุน)"
    shown = page(signed_in(editor), f"/p/village/search?q={quote(query)}")
    assert "กองทุน province:พัทลุง (ก OR ทุน)" in shown
    body = api(editor).get(f"/projects/village/search?q={quote(query)}")[1]
    assert (body["total"], body["query"]["understood"]) == (1, "กองทุน province:พัทลุง (ก OR ทุน)")
    nothing = page(signed_in(editor), f"/p/village/search?q={quote('กองทุน')}&kind=meeting")
    assert "search-instead" in nothing
    status, wrong = api(editor).get(f"/projects/village/search?q={quote('ก kind:กลอน')}")
    assert status == 400
    (error,) = wrong["errors"]
    assert (error["field"], error["position"]) == ("q", 7)
    assert "meeting" in error["hint"]
    assert "meeting" in page(signed_in(editor), f"/p/village/search?q={quote('ก kind:กลอน')}", 400)
    noted = page(signed_in(editor), f"/p/village/search?q={quote('หมายเหตุ:กองทุน')}")
    assert "หมายเหตุ:” ไม่ใช่ชื่อช่อง" in noted
