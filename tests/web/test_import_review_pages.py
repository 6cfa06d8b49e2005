"""Looking an imported note over without scripts: fields accepted and mended, cuts, stale saves, queue, history."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from kmwiki.accounts.models import Project
from kmwiki.comments.models import Comment
from kmwiki.db import session, transaction
from kmwiki.entries.access import entry_for
from kmwiki.entries.models import Entry
from kmwiki.entries.schemas import EntryPatch
from kmwiki.entries.service import save_entry
from kmwiki.exchange.importing.models import ImportReview
from kmwiki.jobs.worker import Worker
from kmwiki.main import job_kinds
from kmwiki.sources.models import Source
from tests.features.test_importing import Importer, only, page

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask.testing import FlaskClient

    from kmwiki.config import Settings
    from kmwiki.security.policy import Caller
    from tests.make import Make

BODY = "วันนี้(18 กพ. 51) นั่งคุยกันที่ท่าน้ำ จังหวัดพัทลุง\n\nไปต่อที่อำเภอควนขนุน โทร 081-234-5678\n\nนัดกันอีก 3/4/08"
SAID = ("สวัสดีค่ะ คุณแดง\n\nอ่านแล้วนึกถึงบ้าน", "กลุ่มที่บ้านมีสมุดสองเล่ม", "สวัสดีครับ\n\nจะกลับมาอ่านอีก\n\nสมชาย ใจดี")
URL = "/p/p/e/1/review"


@pytest.fixture
def researcher(make: Make) -> Caller:
    """A researcher of the project `p`."""
    return make.member(make.project("p"))


@pytest.fixture
def bring(settings: Settings, tmp_path: Path, researcher: Caller) -> Importer:
    """Import as the researcher."""
    folder = tmp_path / "files"
    folder.mkdir()
    return Importer(settings, researcher, folder)


@pytest.fixture
def mine(bring: Importer, researcher: Caller, signed_in: Callable[[Caller], FlaskClient]) -> FlaskClient:
    """The researcher's browser, a page with three comments imported."""
    only(bring({"a.txt": page(body=BODY, comments=SAID)}))
    return signed_in(researcher)


def shown(client: FlaskClient, url: str = URL) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def hidden(text: str, name: str, *, last: bool = False) -> str:
    found = re.findall(rf'name="{re.escape(name)}" value="([^"]*)"', text)
    return str(found[-1 if last else 0])


def fields(text: str, **changed: str) -> dict[str, str]:
    """The form of the fields as a browser sends it."""
    names = ("base", "was.written", "was.edited", "was.licence", "was.record_no", "was.url", "title", "event_date")
    sent = {name: hidden(text, name) for name in (*names, "tags", "written", "edited", "licence", "record_no", "url")}
    sent |= {"token": hidden(text, "token"), "lead": "", "authors": "", "kind": "reflection", "places": "จ.พัทลุง"}
    return sent | changed


def entry() -> Entry:
    with session() as opened:
        return opened.scalars(select(Entry)).one()


def review() -> ImportReview:
    with session() as opened:
        return opened.scalars(select(ImportReview)).one()


def test_the_page_shows_the_file_with_its_evidence_and_each_field_with_how_sure_it_is(mine: FlaskClient) -> None:
    text = shown(mine)
    assert '<li id="L1" class="src-line ev' in text
    assert 'data-fields="title"' in text
    assert "อ.ควนขนุน จ.พัทลุง" in text
    assert 'value="3/4/08"' in text
    assert "ทักถึงคุณแดง" in text
    assert "ลงชื่อ: สมชาย ใจดี" in text
    assert "081-234-5678" in text
    assert "หน้าเดิมบอกว่า 3 แบ่งได้" in text
    assert 'href="/p/p/e/1/review"' in shown(mine, "/p/p/e/1")


def test_fields_are_accepted_and_mended_and_what_is_wrong_is_said_beside_them(mine: FlaskClient) -> None:
    sent = fields(shown(mine), title="ชื่อที่แก้", licence="CC BY", url="ftp://x", record_no="ก", written="เมื่อวาน")
    answer = mine.post(f"{URL}/fields", data=sent)
    said = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "http://" in said
    assert "900221" in said
    assert 'value="ชื่อที่แก้"' in said
    assert entry().title == "คุยกันที่ท่าน้ำ"
    sent |= {"url": "https://www.gotoknow.org/posts/5", "record_no": "6", "written": "20 ก.พ. 2551 10.00 น."}
    assert mine.post(f"{URL}/fields", data={**sent, "accept": "kind"}).status_code == 302
    made = entry()
    assert (made.title, made.licence, made.origin["record_no"]) == ("ชื่อที่แก้", "CC BY", 6)
    assert made.provenance["title"] == "person"
    assert made.provenance["licence"]["from"] == "person"
    assert set(review().accepted) == {"kind"}
    stale = mine.post(f"{URL}/fields", data={**sent, "licence": "CC0"})
    assert stale.status_code == 409
    assert "CC BY" in stale.get_data(as_text=True)


def test_a_date_and_a_place_of_the_text_are_taken_with_one_click_and_a_doubtful_date_is_asked_about(
    mine: FlaskClient,
) -> None:
    sent = fields(shown(mine))
    assert mine.post(f"{URL}/fields", data={**sent, "take_place": "9305"}).status_code == 302
    sent = fields(shown(mine))
    answer = mine.post(f"{URL}/fields", data={**sent, "take_date": "3/4/08"})
    assert answer.status_code == 422
    assert 'name="event_choice"' in answer.get_data(as_text=True)
    assert {"places"} == set(review().accepted)
    mine.post(f"{URL}/fields", data={**sent, "accept_all": "1"})
    assert {"title", "kind", "event_date", "record_no"} <= set(review().accepted)


def test_a_save_from_an_old_page_is_shown_beside_what_stands_now(mine: FlaskClient, researcher: Caller) -> None:
    sent = fields(shown(mine), title="ของฉัน")
    with transaction() as opened:
        made = entry_for(opened, researcher, entry().id)
        save_entry(opened, researcher, made, EntryPatch(title="ของคนอื่น"), base_no=1)
    answer = mine.post(f"{URL}/fields", data=sent)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert 'value="ของฉัน"' in text
    assert "<bdi>ของคนอื่น</bdi>" in text
    assert entry().title == "ของคนอื่น"
    assert mine.post(f"{URL}/fields", data=fields(text, title="ของฉัน", base=hidden(text, "base"))).status_code == 302
    assert entry().title == "ของฉัน"


def test_cuts_work_without_scripts_are_looked_at_first_and_taken_back(mine: FlaskClient) -> None:
    def comments() -> list[str]:
        with session() as opened:
            rows = select(Comment.author_name).join(Source, Source.id == Comment.source_id)
            return list(opened.scalars(rows.where(Source.deleted.is_(None)).order_by(Comment.ord)))

    text = shown(mine)
    token = hidden(text, "token", last=True)
    starts = re.findall(r'name="cut" value="(\d+)" checked', text)
    sent = {"token": token, "cut": [starts[0]], "author.0": "แดง", f"author.{starts[0]}": "ดำ"}
    looked = mine.post(f"{URL}/cuts", data={**sent, "do": "look"}).get_data(as_text=True)
    assert "ยังไม่ได้บันทึก" in looked
    assert len(comments()) == 3
    assert mine.post(f"{URL}/cuts", data={**sent, "do": "save"}).status_code == 302
    assert comments() == ["แดง", "ดำ"]
    assert mine.post(f"{URL}/cuts", data=sent).status_code == 409
    token = hidden(shown(mine), "token", last=True)
    wrong = mine.post(f"{URL}/cuts", data={**sent, "token": token, "cut": ["99999"]})
    assert wrong.status_code == 422
    assert mine.post(f"{URL}/cuts/undo").status_code == 302
    assert len(comments()) == 3
    assert mine.post(f"{URL}/cuts/undo").status_code == 409


def test_a_looked_over_note_leaves_the_queue_and_can_come_back(mine: FlaskClient) -> None:
    queue = "/p/p/imports/look-over"
    assert "คุยกันที่ท่าน้ำ" in shown(mine, queue)
    assert mine.post(f"{URL}/state", data={"state": "done"}).headers["Location"].endswith(queue)
    assert "ตรวจครบแล้ว" in shown(mine, queue)
    assert "คุยกันที่ท่าน้ำ" in shown(mine, f"{queue}?state=done")
    assert "คุยกันที่ท่าน้ำ" in shown(mine, f"{queue}?state=all&batch=1")
    assert "คุยกันที่ท่าน้ำ" not in shown(mine, f"{queue}?state=all&batch=2&unsure=1")
    mine.post(f"{URL}/state", data={"state": "open"})
    assert review().state == "open"


def test_a_false_alarm_is_cleared_from_the_page(mine: FlaskClient) -> None:
    assert mine.post(f"{URL}/personal", data={"text": "ไม่มีเบอร์"}).status_code == 422
    assert mine.post(f"{URL}/personal", data={"text": "081-234-5678"}).status_code == 302
    assert 'id="personal"' not in shown(mine)


def test_an_import_is_undone_and_done_again_from_its_page(
    mine: FlaskClient, researcher: Caller, make: Make, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    assert "ใช้อยู่" in shown(mine, "/p/p/imports")
    assert "เลิก 1 ฉบับ" in shown(mine, "/p/p/imports/1")
    with transaction() as opened:
        save_entry(opened, researcher, entry_for(opened, researcher, entry().id), EntryPatch(title="แก้แล้ว"), base_no=1)
    page_ = shown(mine, "/p/p/imports/1")
    assert "มีคนแก้บันทึกหลังนำเข้า" in page_
    assert "เลิกทั้งหมด 1 ฉบับ" in page_

    def ask(url: str, **form: str) -> str:
        answer = mine.post(url, data=form)
        assert answer.status_code == 303
        Worker(job_kinds()).drain()
        return shown(mine, answer.headers["Location"])

    assert "คงไว้" in ask("/p/p/imports/1/undo", what="untouched")
    assert "เลิก 1 ฉบับ" in ask("/p/p/imports/1/undo", what="everything")
    assert readable() == 0
    assert "นำ 1 ฉบับกลับมา" in shown(mine, "/p/p/imports/1")
    assert "กลับมาแล้ว" in ask("/p/p/imports/1/redo")
    assert readable() == 1
    assert "ทำไม่สำเร็จ" in ask("/p/p/imports/1/redo")
    with session() as opened:
        project = opened.scalars(select(Project)).one()
    other = signed_in(make.member(project))
    assert other.get("/p/p/imports/1").status_code == 404
    assert "ยังไม่เคยนำเข้า" in shown(other, "/p/p/imports")


def readable() -> int:
    with session() as opened:
        return len(
            opened.scalars(
                select(Entry).join(Source, Source.id == Entry.source_id).where(Source.deleted.is_(None))
            ).all()
        )


def test_a_file_is_looked_into_before_it_comes_in(mine: FlaskClient) -> None:
    sent = {"file": [(io.BytesIO(page(record=9, title="ยังไม่เข้า").encode()), "new.txt")], "kind": ""}
    answer = mine.post("/p/p/import", data=sent, content_type="multipart/form-data")
    Worker(job_kinds()).drain()
    job = answer.headers["Location"].rpartition("/")[2]
    assert f"/p/p/import/{job}/0" in shown(mine, answer.headers["Location"])
    text = shown(mine, f"/p/p/import/{job}/0")
    assert "ยังไม่เข้า" in text
    assert 'data-fields="title"' in text
    assert mine.get(f"/p/p/import/{job}/5").status_code == 302
