"""Importing files for real: what comes in, what a second import does, and what it must never overwrite."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from kmwiki.coding.codings import add_coding
from kmwiki.coding.models import Code, Coding
from kmwiki.coding.schemas import CodingIn
from kmwiki.coding.service import save_comment, save_entry
from kmwiki.comments.models import Comment
from kmwiki.comments.service import add_comment, bin_comment
from kmwiki.db import session, transaction
from kmwiki.entries.access import entry_for
from kmwiki.entries.models import Entry
from kmwiki.entries.schemas import EntryPatch
from kmwiki.entries.service import bin_entry
from kmwiki.errors import Forbidden, Invalid, NotFound
from kmwiki.exchange.importing.files import gather, left_out
from kmwiki.exchange.importing.model import Item, Options, Report
from kmwiki.exchange.importing.run import Import
from kmwiki.jobs.models import Job
from kmwiki.sources.models import Original, Revision, Source

if TYPE_CHECKING:
    from pathlib import Path

    from kmwiki.config import Settings
    from kmwiki.security.policy import Caller
    from tests.make import Make

COMMENTS = ("สวัสดีค่ะ คุณแดง\n\nอ่านแล้วคิดถึงกลุ่มที่บ้านค่ะ", "เห็นด้วยครับ เรื่องบัญชีสำคัญมาก")
BODY = "วันนี้(18 กพ. 51) นั่งคุยกันที่ท่าน้ำ จังหวัดพัทลุง\n\nมากันสิบสี่คน"


def page(*, title: str = "คุยกันที่ท่าน้ำ", body: str = BODY, record: int = 5, comments: tuple[str, ...] = COMMENTS) -> str:
    """Return an invented page."""
    meta = f"หมายเลขบันทึก: {record}เขียนเมื่อ 19 กุมภาพันธ์ 2008 19:36 น. ()แก้ไขเมื่อ 20 กุมภาพันธ์ 2008 09:00 น. ()สัญญาอนุญาต: "
    heading = f"ความเห็น ({len(comments)})"
    return "\n".join([title, "", "", body, "", f"{meta}จำนวนที่อ่าน:", "", "", heading, "", "\n\n".join(comments), ""])


@dataclass
class Importer:
    """Imports texts (name -> text or bytes) as one caller into the project `p`."""

    settings: Settings
    caller: Caller
    folder: Path

    def __call__(
        self, files: dict[str, str | bytes], *, is_dry: bool = False, options: Options | None = None
    ) -> Report:
        """Write the files and import them."""
        paths = [self.folder / name for name in files]
        for path, content in zip(paths, files.values(), strict=True):
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return Import(self.settings, self.caller, "p", options or Options(), is_dry).run(gather(paths))


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


def only(report: Report) -> Item:
    assert len(report.items) == 1
    return report.items[0]


def said(item: Item) -> str:
    return " | ".join(str(warning) for warning in item.warnings)


def count(table: type) -> int:
    with session() as opened:
        return opened.scalar(select(func.count()).select_from(table)) or 0


def head(entry_id: int | None) -> Revision:
    assert entry_id is not None
    with session() as opened:
        source = opened.get_one(Source, opened.get_one(Entry, entry_id).source_id)
        return opened.get_one(Revision, (source.id, source.head_no))


def texts(entry_id: int | None) -> list[str]:
    with session() as opened:
        rows = opened.scalars(
            select(Revision.body)
            .join(Source, (Source.id == Revision.source_id) & (Source.head_no == Revision.no))
            .join(Comment, Comment.source_id == Source.id)
            .join(Entry, Entry.source_id == Comment.on_source_id)
            .where(Entry.id == entry_id, Source.deleted.is_(None))
            .order_by(Comment.ord, Comment.id)
        )
        return list(rows)


def test_a_page_comes_in_published_for_the_team_with_all_that_it_says(bring: Importer, settings: Settings) -> None:
    item = only(bring({"a.txt": page()}))
    assert (item.status, item.number, item.title, item.comments) == ("created", 1, "คุยกันที่ท่าน้ำ", 2)
    with session() as opened:
        entry = opened.get_one(Entry, item.entry_id)
        source = opened.get_one(Source, entry.source_id)
        original = opened.get_one(Original, entry.original_id)
    assert (source.state, source.audience, entry.kind) == ("published", "team", "reflection")
    assert (entry.origin_key, entry.origin["record_no"], entry.origin["layout"]) == ("gotoknow:5", 5, "post")
    assert entry.licence is None
    assert (entry.event_written, str(entry.event_start)) == ("18 กพ. 51", "2008-02-18")
    assert entry.provenance["title"] == {"from": "text", "lines": [1, 1]}
    assert entry.provenance["kind"] == {"from": "guess", "lines": None}
    assert head(entry.id).body == BODY
    assert texts(entry.id) == list(COMMENTS)
    stored = settings.originals_dir / original.sha256[:2] / original.sha256
    assert stored.read_bytes() == page().encode()


def test_a_dry_run_writes_nothing_and_says_what_would_come(bring: Importer) -> None:
    before = [count(table) for table in (Entry, Source, Revision, Original, Job)]
    report = bring({"a.txt": page(), "b.txt": page(), "c.txt": "จดไว้กันลืม\n\nสองบรรทัด"}, is_dry=True)
    assert [item.status for item in report.items] == ["created", "unchanged", "created"]
    assert [item.entry_id for item in report.items] == [None, None, None]
    assert [count(table) for table in (Entry, Source, Revision, Original, Job)] == before


def test_the_same_file_again_changes_nothing(bring: Importer) -> None:
    first = only(bring({"a.txt": page()}))
    counts = [count(table) for table in (Entry, Source, Revision, Original)]
    again = only(bring({"a.txt": page()}))
    assert (again.status, again.entry_id, again.comments) == ("unchanged", first.entry_id, 2)
    assert [count(table) for table in (Entry, Source, Revision, Original)] == counts


def test_the_same_file_twice_in_one_call_is_one_note(bring: Importer) -> None:
    report = bring({"a.txt": page(), "copy.txt": page()})
    assert [item.status for item in report.items] == ["created", "unchanged"]
    assert count(Entry) == 1


def test_a_changed_page_makes_a_new_revision_and_carries_the_codings(bring: Importer, researcher: Caller) -> None:
    first = only(bring({"a.txt": page()}))
    with transaction() as opened:
        entry = opened.get_one(Entry, first.entry_id)
        code = Code(project_id=entry.project_id, guid="33333333-3333-4333-8333-333333333333", name_th="คนมา")
        opened.add(code)
        opened.flush()
        source = opened.get_one(Source, entry.source_id)
        start = BODY.index("สิบสี่คน")
        wanted = CodingIn(code_id=code.id, start=start, end=start + 8, quote="สิบสี่คน", revision=1)
        coding, _ = add_coding(opened, researcher, source, wanted)
        coding_id = coding.id
    changed = page(body="ย่อหน้าใหม่ข้างหน้า\n\n" + BODY)
    item = only(bring({"a.txt": changed}))
    assert (item.status, item.entry_id) == ("updated", first.entry_id)
    assert (head(first.entry_id).no, head(first.entry_id).body) == (2, "ย่อหน้าใหม่ข้างหน้า\n\n" + BODY)
    with session() as opened:
        placed = opened.get_one(Coding, coding_id)
        assert head(first.entry_id).reading_text[placed.start : placed.end] == "สิบสี่คน"
        assert opened.get_one(Entry, first.entry_id).origin["sha256"] == hashlib.sha256(changed.encode()).hexdigest()
    assert only(bring({"a.txt": changed})).status == "unchanged"


def test_comments_are_matched_and_only_what_changed_is_written(bring: Importer, researcher: Caller) -> None:
    first = only(bring({"a.txt": page()}))
    with transaction() as opened:
        entry = entry_for(opened, researcher, first.entry_id or 0)
        add_comment(opened, researcher, entry.source, body="คนในทีมเขียนเอง")
    changed = (COMMENTS[0], COMMENTS[1] + " และต้องเปิดให้ทุกคนดู", "ขอบคุณที่แวะมาอ่านนะครับ ไว้คุยกันใหม่")
    item = only(bring({"a.txt": page(comments=changed)}))
    assert (item.status, item.comments) == ("updated", 3)
    assert sorted(texts(first.entry_id)) == sorted([*changed, "คนในทีมเขียนเอง"])
    with session() as opened:
        heads = opened.scalars(
            select(Source.head_no)
            .join(Comment, Comment.source_id == Source.id)
            .where(Source.author_id.is_(None))
            .order_by(Comment.ord)
        ).all()
    assert list(heads) == [1, 2, 1]
    assert head(first.entry_id).no == 1


def test_what_people_edited_here_is_kept_and_said(bring: Importer, researcher: Caller) -> None:
    first = only(bring({"a.txt": page()}))
    with transaction() as opened:
        entry = entry_for(opened, researcher, first.entry_id or 0)
        save_entry(opened, researcher, entry, EntryPatch(body=BODY + "\n\nเราแก้เอง"), base_no=1)
    changed = page(title="ชื่อใหม่จากไฟล์", body="เนื้อความใหม่ทั้งหมดจากไฟล์")
    for _ in range(2):
        item = only(bring({"a.txt": changed}))
        assert "The text of note 1 was edited here" in said(item)
        assert head(first.entry_id).body == BODY + "\n\nเราแก้เอง"
        assert head(first.entry_id).meta["title"] == "ชื่อใหม่จากไฟล์"
    assert item.status == "unchanged"
    third = only(bring({"a.txt": page(body="ไฟล์เปลี่ยนอีกครั้ง")}))
    assert head(first.entry_id).body == BODY + "\n\nเราแก้เอง"
    assert "The text of note 1" in said(third)


def test_places_that_a_person_set_survive_a_changed_page(bring: Importer, researcher: Caller) -> None:
    first = only(bring({"a.txt": page()}))
    with transaction() as opened:
        entry = entry_for(opened, researcher, first.entry_id or 0)
        save_entry(opened, researcher, entry, EntryPatch(places=["80"]), base_no=1)
    item = only(bring({"a.txt": page(body=BODY + "\n\nต่อท้ายในไฟล์")}))
    assert item.status == "updated"
    assert head(first.entry_id).body.endswith("ต่อท้ายในไฟล์")
    assert head(first.entry_id).meta["places"] == ["80"]


def test_a_comment_edited_or_removed_here_is_left_alone(bring: Importer, make: Make) -> None:
    first = only(bring({"a.txt": page()}))
    moderator = make.caller(make.user(is_admin=True))
    with transaction() as opened:
        one, two = opened.scalars(select(Comment).order_by(Comment.ord)).all()
        save_comment(opened, moderator, one, body="คนของเราแก้คำ", base_no=1)
        bin_comment(opened, moderator, two)
    changed = (COMMENTS[0] + " เพิ่มในไฟล์", COMMENTS[1] + " เพิ่มในไฟล์")
    item = only(bring({"a.txt": page(comments=changed)}))
    assert texts(first.entry_id) == ["คนของเราแก้คำ"]
    assert "1 comments were edited here" in said(item)


def test_comments_gone_from_the_page_are_kept_and_said(bring: Importer) -> None:
    first = only(bring({"a.txt": page()}))
    item = only(bring({"a.txt": page(comments=COMMENTS[:1])}))
    assert texts(first.entry_id) == list(COMMENTS)
    assert "not on the page any more" in said(item)


def test_a_note_in_the_bin_is_neither_doubled_nor_brought_back(bring: Importer, researcher: Caller) -> None:
    first = only(bring({"a.txt": page()}))
    with transaction() as opened:
        bin_entry(opened, researcher, entry_for(opened, researcher, first.entry_id or 0))
    item = only(bring({"a.txt": page(body="ใหม่")}))
    assert item.status == "unchanged"
    assert "bin" in said(item)
    assert count(Entry) == 1


def test_plain_text_is_found_again_by_its_words_and_once_changed_by_its_name(bring: Importer) -> None:
    text = "จดไว้หลังประชุมกลุ่มแม่บ้าน\n\nตกลงกันว่าจะออมวันละบาท เริ่มเดือนหน้า และให้ประธานถือสมุดบัญชี"
    first = only(bring({"note.txt": text}))
    assert "plain text" in said(first)
    assert only(bring({"other-name.txt": text})).status == "unchanged"
    changed = only(bring({"note.txt": text + "\n\nเพิ่มอีกบรรทัดหนึ่ง"}))
    assert (changed.status, changed.entry_id) == ("updated", first.entry_id)
    assert "same file name" in said(changed)
    quite_other = only(bring({"note.txt": "เรื่องอื่นโดยสิ้นเชิง ไม่เกี่ยวกับของเดิมแม้แต่น้อย ว่าด้วยปลาและเรือ"}))
    assert quite_other.status == "created"


def test_one_bad_file_does_not_stop_the_others(bring: Importer) -> None:
    files: dict[str, str | bytes] = {
        "1-empty.txt": b"",
        "2-zip.txt": b"PK\x03\x04" + b"x" * 100,
        "3-good.txt": page(),
        "4-image.txt": b"\x89PNG\r\n\x1a\n\x00\x00",
        "5-broken.txt": "ภาษาไทยที่ขาดกลางตัว".encode()[:-1],
        "6-good.txt": page(record=6).encode("cp874", "ignore"),
    }
    report = bring(files)
    assert [item.status for item in report.items] == ["failed", "failed", "created", "failed", "failed", "created"]
    assert "empty" in said(report.items[0])
    assert "zip" in said(report.items[1])
    assert "PNG" in said(report.items[3])
    assert "UTF-8" in said(report.items[4])
    assert "guessed" in said(report.items[5])
    assert report.as_json()["failed"] == 4


def test_a_file_above_the_limit_is_refused_before_it_is_read(bring: Importer, tmp_path: Path) -> None:
    huge = tmp_path / "huge.txt"
    with huge.open("wb") as out:
        out.truncate(61 * 1024 * 1024)
    with pytest.raises(Invalid, match="61 MB"):
        gather([huge])[0].read(60)
    bring({"a.txt": page()})


def test_a_folder_stands_for_its_text_files_sorted(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    for name in ("b.txt", "a.txt", "picture.png", "sub/c.TXT"):
        (folder / name).write_text("ก", encoding="utf-8")
    assert [incoming.name for incoming in gather([folder])] == ["a.txt", "b.txt", "c.TXT"]
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(Invalid, match="no text file"):
        gather([empty])[0].read(60)
    with pytest.raises(Invalid, match="no such file"):
        gather([tmp_path / "missing.txt"])[0].read(60)


def test_options_are_checked_and_win_over_guesses(bring: Importer) -> None:
    item = only(bring({"a.txt": page()}, options=Options(kind="aar", province="พะเยา")))
    with session() as opened:
        entry = opened.get_one(Entry, item.entry_id)
    assert entry.kind == "aar"
    assert entry.provenance["kind"]["from"] == "person"
    assert head(entry.id).meta["places"] == ["56"]
    for wrong in (Options(format="docx"), Options(kind="poem"), Options(province="แอตแลนติส")):
        with pytest.raises(Invalid):
            bring({"a.txt": page()}, options=wrong)


def test_markdown_keeps_its_format_and_its_heading_is_the_title(bring: Importer) -> None:
    item = only(bring({"a.md": "# เวทีสามตำบล\n\nเริ่ม **ตรงเวลา**"}))
    assert (item.title, head(item.entry_id).format) == ("เวทีสามตำบล", "markdown")
    assert head(item.entry_id).body == "เริ่ม **ตรงเวลา**"


def test_only_whoever_may_import_does(settings: Settings, make: Make, tmp_path: Path) -> None:
    project = make.project("q")
    with pytest.raises(Forbidden):
        Import(settings, make.member(project, "commenter"), "q", Options()).run(gather([tmp_path]))
    with pytest.raises(NotFound):
        Import(settings, make.member(make.project()), "q", Options()).run(gather([tmp_path]))


def test_the_real_posts_come_in_once_with_their_comments(
    settings: Settings, researcher: Caller, seeds_dir: Path
) -> None:
    files = gather([seeds_dir])
    wanted = Import(settings, researcher, "p", Options())
    report = wanted.run([incoming for incoming in files if incoming.path.suffix == ".txt"])
    assert [item.status for item in report.items] == ["created"] * 5
    assert [item.comments for item in report.items] == [8, 3, 3, 5, 2]
    again = wanted.run(files)
    assert [item.status for item in again.items] == ["unchanged"] * 5


def test_a_post_a_journal_and_a_question_of_one_number_are_three_notes(bring: Importer) -> None:
    labels = {"post": "หมายเลขบันทึก", "journal": "หมายเลขอนุทิน", "question": "หมายเลขคำถาม"}
    report = bring({f"{name}.txt": page(record=88).replace("หมายเลขบันทึก", label) for name, label in labels.items()})
    assert [item.status for item in report.items] == ["created"] * 3
    with session() as opened:
        entries = [opened.get_one(Entry, item.entry_id) for item in report.items]
    assert [entry.origin_key for entry in entries] == ["gotoknow:88", "gotoknow:journal:88", "gotoknow:question:88"]
    assert [(entry.origin or {}).get("layout") for entry in entries] == list(labels)
    assert [bool((entry.origin or {}).get("url")) for entry in entries] == [True, False, False]


def test_the_province_of_a_header_is_taken_as_read(bring: Importer) -> None:
    header = "ผู้เขียน: มาลี ศรีสุข\nวันที่: 3 มีนาคม 2552\nจังหวัด: {}\n"
    text = f"ฝายหลังบ้าน\n{header}\n{BODY}\n\nความเห็น (0)\n"
    item = only(bring({"a.txt": text.format("ตรัง")}))
    with session() as opened:
        entry = opened.get_one(Entry, item.entry_id)
    assert head(entry.id).meta["places"] == ["92"]
    assert entry.provenance["places"]["from"] == "text"
    assert "แดนไกล" in said(only(bring({"b.txt": text.format("แดนไกล")})))


def test_what_a_folder_holds_besides_texts_is_named_with_what_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_text("ก", encoding="utf-8")
    (folder / "sub" / "b.docx").write_bytes(b"PK\x03\x04" + b"x" * 20 + b"word/document.xml")
    (folder / "c.docx").write_text("คำที่ไม่ใช่เอกสาร", encoding="utf-8")
    skipped = {path.name: str(why) for path, why in left_out([folder, tmp_path / "alone.pdf"])}
    assert list(skipped) == ["c.docx", "b.docx"]
    assert "Left out" in skipped["c.docx"]
    assert "Word document" in skipped["b.docx"]
