"""Lists of passages as files, and questions kept under a name."""

from __future__ import annotations

import csv
import io
import os
import re
import zipfile
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import openpyxl
import pytest
from lxml import html

from kmwiki.db import now, session, transaction
from kmwiki.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from kmwiki.events.models import Event
from kmwiki.jobs.models import Job
from kmwiki.jobs.worker import JobKind, Worker
from kmwiki.quotes.service import pin
from kmwiki.retrieval import exporting, saved
from kmwiki.retrieval.files import Export, write_file
from kmwiki.sources.models import Source
from kmwiki.web.i18n import translate
from tests.make_retrieval import Field, make_field

if TYPE_CHECKING:
    from kmwiki.config import Settings
    from kmwiki.security.policy import Caller
    from tests.make import Make

SITE = "https://km.example.org"
ANY = {"code": ["any"]}


@pytest.fixture
def place(make: Make) -> Field:
    """Two notes with passages whose words, title and memo would mean something to programs that read files."""
    made = make_field(make)
    made.code("=ทุน")
    made.code("ศพ")
    made.code("โทร 081-555-0142")
    made.note("<b>ก</b> & =1+1", "=HYPERLINK(1) ของเรา\n\nจ่ายค่าทำศพ <script>1</script>\n\nโทร 081-555-0142 นะ",
              places=["93"], event_date="18 ก.พ. 2551")  # fmt: skip
    made.put("=ทุน", "=HYPERLINK(1) ของเรา", "<b>ก</b> & =1+1", memo="@SUM(1)\n+2", voice="informant")
    made.put("ศพ", "จ่ายค่าทำศพ <script>1</script>", "<b>ก</b> & =1+1")
    made.put("โทร 081-555-0142", "โทร 081-555-0142", "<b>ก</b> & =1+1")
    return made


def written(place: Field, form: str, who: Caller | None = None, **asked: str) -> bytes:
    """Write what a question finds as a file."""
    caller = who or place.coder
    with session() as opened:
        found, book = exporting.found_for(opened, caller, place.project, place.address(**asked), form)
        tongue = exporting.tongue_of("th", translate)
        return write_file(Export(opened, caller, place.project, book, found, tongue, SITE), form)


def test_tables_hold_every_fact_and_nothing_that_reckons(place: Field, make: Make) -> None:
    with transaction() as opened:
        source = opened.get_one(Source, place.sources["<b>ก</b> & =1+1"])
        quote, _ = pin(opened, place.coder, source, start=0, end=20)
    data = written(place, "csv", by="code")
    assert data.startswith(b"\xef\xbb\xbf")
    heads = next(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert len(set(heads)) == len(heads)
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert [row["ถ้อยคำ"] for row in rows][:2] == ["'=HYPERLINK(1) ของเรา", "จ่ายค่าทำศพ <script>1</script>"]
    first = rows[0]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for row in rows for cell in row.values())
    assert {"18 กุมภาพันธ์ 2551", "2008-02-18", "จ.พัทลุง", "ผู้ให้ข้อมูล"} <= {*first.values()}
    assert first["จัดกลุ่ม"] == "'=ทุน"
    assert f"{SITE}/q/{quote.id}" in first.values()
    assert re.search(rf"{SITE}/p/{place.project.slug}/e/1\?hit=\d+:22-\d+@1#hit", "\n".join(rows[1].values()))
    book = openpyxl.load_workbook(io.BytesIO(written(place, "xlsx")))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert "=HYPERLINK(1) ของเรา" in [cell.value for cell in cells]
    reader = make.member(place.project, "reader")
    for form in ("csv", "html", "docx", "xlsx"):
        data = written(place, form, reader)
        parts = [data] if form in {"csv", "html"} else zip_parts(data)
        assert not any(b"555-0142" in part for part in parts), form


def zip_parts(data: bytes) -> list[bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [archive.read(name) for name in archive.namelist()]


def test_papers_have_a_heading_for_each_code_and_a_source_below_each_quote(place: Field) -> None:
    with zipfile.ZipFile(io.BytesIO(written(place, "docx"))) as archive:
        text = archive.read("word/document.xml").decode()
    paragraphs = [re.sub(r"<[^>]+>", "", one) for one in re.findall(r"<w:p>.*?</w:p>", text, re.DOTALL)]
    assert "=ทุน" in paragraphs
    assert "ศพ" in paragraphs
    at = paragraphs.index("=HYPERLINK(1) ของเรา")
    assert paragraphs[at + 1].startswith(
        "&lt;b&gt;ก&lt;/b&gt; &amp; =1+1 (บันทึกที่ 1) · จ.พัทลุง · 18 กุมภาพันธ์ 2551 · ผู้ให้ข้อมูล"
    )
    assert 'w:cs="TH Sarabun New"' in text
    assert 'w:bidi="th-TH"' in text
    page = html.fromstring(written(place, "html"))
    assert [one.text for one in page.iter("h2")] == ["=ทุน", "ศพ", "โทร 081-555-0142"]
    assert [one.text for one in page.iter("blockquote")][1] == "จ่ายค่าทำศพ <script>1</script>"
    assert not list(page.iter("script"))
    assert not list(page.iter("img", "link"))
    assert page.get("lang") == "th"


def drain() -> None:
    kind = JobKind(partial(exporting.export_batch, translate=translate))
    Worker({exporting.KIND: kind}).drain()


def test_a_file_made_in_the_background_is_its_askers_for_a_day(place: Field, make: Make, settings: Settings) -> None:
    exporting.bind(settings)
    other = make.member(place.project)
    with transaction() as opened:
        job = exporting.ask(opened, place.coder, place.project, ANY, form="csv", locale="th")
    with session() as opened, pytest.raises(NotFound):
        exporting.file_of(settings, opened.get_one(Job, job.id))
    drain()
    with session() as opened:
        done = exporting.job_for(opened, place.coder, job.id)
        assert done.result is not None
        assert done.result["count"] == 3
        path = exporting.file_of(settings, done)
        assert path.read_bytes() == written(place, "csv").replace(SITE.encode(), b"http://127.0.0.1:8000")
        assert path.stat().st_mode & 0o077 == 0
        verbs = [row.verb for row in opened.query(Event).filter(Event.verb.like("passages.%"))]
        assert verbs == ["passages.export_asked", "passages.exported"]
        with pytest.raises(NotFound):
            exporting.job_for(opened, other, job.id)
        done.finished = now() - timedelta(hours=25)
        with pytest.raises(NotFound):
            exporting.file_of(settings, done)
    stranger = exporting.folder(settings) / "kept.txt"
    stranger.write_text("x")
    long_ago = now().timestamp() - 25 * 3600
    os.utime(path, (long_ago, long_ago))
    os.utime(stranger, (long_ago, long_ago))
    with transaction() as opened:
        opened.query(Job).filter(Job.kind == exporting.KIND).delete()
        for _ in range(exporting.MOST_OPEN):
            exporting.ask(opened, place.coder, place.project, ANY, form="html", locale="en")
        with pytest.raises(TooMany):
            exporting.ask(opened, place.coder, place.project, ANY, form="html", locale="en")
        with pytest.raises(Invalid):
            exporting.ask(opened, other, place.project, ANY, form="pdf", locale="en")
    drain()
    assert not path.exists()
    assert stranger.exists()


def test_a_question_is_kept_shared_removed_and_brought_back(place: Field, make: Make) -> None:
    reader, moderator = make.member(place.project, "reader"), make.member(place.project, "supervisor")
    query = {"code": ["=ทุน"], "op1": ["near"], "code1": ["ศพ"], "n1": [""], "from": [""]}
    with transaction() as opened:
        draft = saved.Draft("  ทุน\u202eใกล้ศพ ", query, is_shared=True)
        row = saved.save_retrieval(opened, place.coder, place.project, draft)
        assert row.name == "ทุน ใกล้ศพ"
        ids = [str(place.codes[name].id) for name in ("=ทุน", "ศพ")]
        assert row.query == {"code": [ids[0]], "op1": ["near"], "code1": [ids[1]]}
        for refused, draft in (
            (Conflict, saved.Draft("ทุน ใกล้ศพ", ANY)),
            (Invalid, saved.Draft("", ANY)),
            (Invalid, saved.Draft("ก" * 121, ANY)),
            (Invalid, saved.Draft("ว่าง", {"sort": ["date"]})),
            (Invalid, saved.Draft("ผิด", {"code": ["404"]})),
        ):
            with pytest.raises(refused):
                saved.save_retrieval(opened, place.coder, place.project, draft)
        with pytest.raises(Forbidden):
            saved.save_retrieval(opened, reader, place.project, saved.Draft("แบ่ง", ANY, is_shared=True))
        own = saved.save_retrieval(opened, reader, place.project, saved.Draft("ของฉัน", ANY))
        with pytest.raises(NotFound):
            saved.retrieval_for(opened, place.coder, place.project, own.id)
        with pytest.raises(Forbidden):
            saved.change_retrieval(opened, reader, row, saved.Draft("เอามา", ANY))
        with pytest.raises(Forbidden):
            saved.remove_retrieval(opened, reader, row)
        saved.change_retrieval(opened, reader, own, saved.Draft("ของฉันเอง", {"code": ["ศพ"]}))
        with pytest.raises(Forbidden):
            saved.change_retrieval(opened, reader, own, saved.Draft("แบ่ง", ANY, is_shared=True))
        kept, total = saved.retrievals_of(opened, reader, place.project.id)
        assert ([each.row.name for each in kept], total) == (["ของฉันเอง", "ทุน ใกล้ศพ"], 2)
        assert [each.is_own for each in kept] == [True, False]
        saved.remove_retrieval(opened, moderator, row)
        assert [each.id for each in saved.removed_of(opened, place.coder, place.project.id)] == [row.id]
        with pytest.raises(NotFound):
            saved.retrieval_for(opened, reader, place.project, row.id, is_removed=True)
        saved.save_retrieval(opened, place.coder, place.project, saved.Draft("ทุน ใกล้ศพ", ANY))
        with pytest.raises(Conflict):
            saved.restore_retrieval(opened, place.coder, row)
        saved.restore_retrieval(opened, moderator, row)
        assert row.deleted is None
