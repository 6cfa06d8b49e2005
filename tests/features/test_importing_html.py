"""GotoKnow pages saved as HTML: their folder, the text imported before, people's edits, and the same again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmwiki.coding.models import Code, Coding
from kmwiki.coding.schemas import CodingIn
from kmwiki.coding.service import add_coding, save_entry
from kmwiki.db import session, transaction
from kmwiki.entries.access import entry_by_number
from kmwiki.entries.schemas import EntryPatch
from kmwiki.exchange.importing.files import gather, left_out
from kmwiki.exchange.importing.model import Options
from kmwiki.exchange.importing.run import Import
from kmwiki.exchange.importing.undoing import Undo
from kmwiki.sources.attachments import attachments_of, bin_attachment, path_of
from kmwiki.sources.models import Original
from kmwiki.sources.queries import revision
from tests import make_html

if TYPE_CHECKING:
    from pathlib import Path

    from kmwiki.accounts.models import Project
    from kmwiki.config import Settings
    from kmwiki.entries.models import Entry
    from kmwiki.exchange.importing.model import Item
    from kmwiki.security.policy import Caller
    from tests.make import Make

TEXT = """{title}


{lead}

  วันนี้ (18 กพ. 51) ประชุมที่จังหวัดพัทลุง มา ๔๐ คน

มีเรื่อง สำคัญ ดูบันทึกก่อน

ออมวันละบาท

ทำแล้วต้องได้ใจ

หมายเลขบันทึก: 900221เขียนเมื่อ 19 กุมภาพันธ์ 2008 19:36 น. ()แก้ไขเมื่อ 6 กันยายน 2013 20:27 น. ()สัญญาอนุญาต: จำนวนที่อ่านจำนวนที่อ่าน:

ความเห็น (2)

สวัสดีค่ะ

ชอบเรื่องออมค่ะ

ขอบคุณครับ
จะลองทำดู
"""


class Desk:
    """A project into which files are brought."""

    def __init__(self, make: Make, settings: Settings, folder: Path) -> None:
        self.settings = settings
        self.project: Project = make.project("ours")
        self.caller: Caller = make.member(self.project)
        self.folder = folder
        self.folder.mkdir(exist_ok=True)

    def bring(self, path: Path, **options: str) -> Item:
        """Import a file or folder of one page."""
        wanted = Import(self.settings, self.caller, self.project.slug, Options(**options))
        (item,) = wanted.run(gather([path])).items
        return item

    def save_page(self, html: str, *, name: str = "page", images: dict[str, bytes] | None = None) -> Path:
        """Put a page and its folder where a browser saves them."""
        path = self.folder / f"{name}.html"
        path.write_text(html.replace("page_files", f"{name}_files"), encoding="utf-8")
        beside = self.folder / f"{name}_files"
        beside.mkdir(exist_ok=True)
        (beside / "style.css").write_text("p {}", encoding="utf-8")
        (beside / "saved_resource.html").write_text("<p>กรอบโฆษณา</p>", encoding="utf-8")
        for image, data in ({"stage.png": make_html.png()} if images is None else images).items():
            (beside / image).write_bytes(data)
        return path


@pytest.fixture
def desk(make: Make, settings: Settings, tmp_path: Path) -> Desk:
    return Desk(make, settings, tmp_path / "saved")


def entry_of(desk: Desk, item: Item) -> Entry:
    assert item.number is not None, [str(warning) for warning in item.warnings]
    with session() as opened:
        return entry_by_number(opened, desk.caller, desk.project.slug, item.number)


def body_of(desk: Desk, item: Item) -> str:
    with session() as opened:
        return revision(opened, entry_of(desk, item).source).body


def said(item: Item) -> str:
    return "\n".join(str(warning) for warning in item.warnings)


def test_a_folder_with_a_saved_page_brings_the_page_its_comments_and_its_images(desk: Desk) -> None:
    page = desk.save_page(make_html.posts_page())
    item = desk.bring(desk.folder)
    assert (item.status, item.comments, item.confidence) == ("created", 2, 1.0)
    assert left_out([desk.folder]) == []
    entry = entry_of(desk, item)
    assert (entry.title, entry.origin_key, entry.licence) == (make_html.TITLE, "gotoknow:900221", "CC BY-NC-SA")
    assert [author.name for author in entry.authors] == ["สมชาย เก็บเรื่อง"]
    assert [place.place_code for place in entry.places] == ["93"]
    with session() as opened:
        (image,) = attachments_of(opened, entry.source)
        head = revision(opened, entry.source)
        original = opened.get_one(Original, entry.original_id)
    assert (image.name, image.media_type, image.width, image.height) == ("stage.png", "image/png", 3, 2)
    assert path_of(desk.settings.attachments_dir, image.sha256).read_bytes() == make_html.png()
    assert '<img alt="เวทีเช้า" src="attachment:stage.png">' in head.html
    assert 'href="https://www.gotoknow.org/posts/99"' in head.html
    assert "<table>" in head.html
    assert "<strong>สำคัญ</strong>" in head.html
    kept = desk.settings.originals_dir / original.sha256[:2] / original.sha256
    assert kept.read_bytes() == page.read_bytes()
    assert desk.bring(desk.folder).status == "unchanged"


def test_a_missing_image_stays_as_a_link_and_comes_when_the_folder_is_sent(desk: Desk) -> None:
    page = desk.save_page(make_html.posts_page(), images={})
    item = desk.bring(page)
    assert "[เวทีเช้า](attachment:stage.png)" in body_of(desk, item)
    assert "stage.png" in said(item)
    desk.save_page(make_html.posts_page())
    again = desk.bring(page)
    assert (again.status, again.number) == ("updated", item.number)
    assert "![เวทีเช้า](attachment:stage.png)" in body_of(desk, item)
    assert desk.bring(page).status == "unchanged"


def test_an_image_that_was_removed_here_stays_away_and_another_of_its_name_gets_a_number(desk: Desk) -> None:
    page = desk.save_page(make_html.posts_page())
    item = desk.bring(page)
    with transaction() as opened:
        source = entry_by_number(opened, desk.caller, "ours", item.number or 0).source
        (image,) = attachments_of(opened, source)
        bin_attachment(opened, desk.caller, source, image)
    assert desk.bring(page).status == "unchanged"
    with session() as opened:
        assert attachments_of(opened, entry_of(desk, item).source) == []
    desk.save_page(make_html.posts_page(), name="two", images={})
    other = make_html.posts_page().replace("900221", "7")
    second = desk.bring(desk.save_page(other, name="other"))
    changed = other.replace("ทำแล้วต้องได้ใจ", "ทำแล้วได้ใจ")
    desk.bring(desk.save_page(changed, name="other", images={"stage.png": make_html.png(shade=9)}))
    assert "attachment:stage%20%282%29.png" in body_of(desk, second)
    with session() as opened:
        names = [each.name for each in attachments_of(opened, entry_of(desk, second).source)]
    assert names == ["stage.png", "stage (2).png"]


def test_html_after_text_is_a_new_state_of_the_note_and_codings_go_along(desk: Desk) -> None:
    path = desk.folder / "page.txt"
    path.write_text(TEXT.format(title=make_html.TITLE, lead=make_html.LEAD), encoding="utf-8")
    first = desk.bring(path)
    with transaction() as opened:
        source = entry_by_number(opened, desk.caller, "ours", first.number or 0).source
        text = revision(opened, source).reading_text
        code = Code(project_id=desk.project.id, guid="11111111-1111-4111-8111-111111111111", name_th="การออม")
        opened.add(code)
        opened.flush()
        start = text.rindex("ออมวันละบาท")
        wanted = CodingIn(code_id=code.id, start=start, end=start + 11, quote="ออมวันละบาท", revision=1)
        add_coding(opened, desk.caller, source, wanted)
    again = desk.bring(desk.save_page(make_html.posts_page()))
    assert (again.status, again.number, again.comments) == ("updated", first.number, 2)
    with session() as opened:
        head = revision(opened, entry_of(desk, again).source)
        (coding,) = opened.query(Coding).all()
    assert head.format == "markdown"
    assert head.reading_text[coding.start : coding.end] == "ออมวันละบาท"
    left = desk.bring(path)
    assert (left.status, left.number) == ("unchanged", first.number)
    assert "holds more" in said(left)
    assert body_of(desk, first) == head.body


def test_what_people_changed_here_is_kept_when_the_html_comes_anew(desk: Desk) -> None:
    page = desk.save_page(make_html.posts_page())
    item = desk.bring(page)
    with transaction() as opened:
        entry = entry_by_number(opened, desk.caller, "ours", item.number or 0)
        patch = EntryPatch(body=revision(opened, entry.source).body + "\n\nเติมโดยทีม")
        save_entry(opened, desk.caller, entry, patch, base_no=1)
    desk.save_page(make_html.posts_page(body="<p>ข้อความใหม่ทั้งหมด</p>"))
    again = desk.bring(page)
    assert "was edited here since" in said(again)
    assert body_of(desk, item).endswith("เติมโดยทีม")


def test_an_instance_says_where_the_parts_stand_and_a_mistake_in_it_is_told_with_its_line(desk: Desk) -> None:
    html = "<body><h1>ก</h1><div class='q'>ของเรา</div><i>คนเขียน</i><u>หมายเลขบันทึก: 5</u></body>"
    file = desk.settings.instance / "gotoknow.toml"
    file.write_text('[[layout]]\nname = "ours"\nbody = [".q"]\nauthor = ["i"]\nfacts = ["u"]\n', encoding="utf-8")
    item = desk.bring(desk.save_page(html))
    assert (item.found["record_no"], body_of(desk, item)) == (5, "ของเรา")
    file.write_text('[[layout]]\nname = "ours"\nprojects = ["theirs"]\nbody = [".q"]\n', encoding="utf-8")
    assert desk.bring(desk.save_page(html.replace("5", "6"), name="b")).status == "created"
    for wrong, line in (
        ('[[layout]]\nname = "x"\nbody = [".a["]\n', "toml:3: "),
        ('[[layout]]\nname = "x"\nbodi = [".a"]\n', "toml:3: "),
        ('[[layout]]\nname = "x"\nbody = [".a"\n', "no TOML"),
        ("layout = 3\n", "toml:1: "),
        ('[[layout]]\nbody = [".a"]\n', "toml:1: "),
        ('[[layout]]\nname = "x"\n', "no body"),
        ('[[layout]]\nname = "x"\npage = "blog"\nbody = "p"\n', "toml:3: "),
        ('[[layout]]\nname = "x"\nbody = [1]\n', "toml:3: "),
        ('[[layout]]\nname = "x"\nbody = [""]\n', "toml:3: "),
        ('[[layout]]\nname = "x"\nprojects = "a"\nbody = "p"\n', "toml:3: "),
        ("other = 1\n", "other"),
    ):
        file.write_text(wrong, encoding="utf-8")
        failed = desk.bring(desk.save_page(html, name="c"))
        assert failed.status == "failed"
        assert line in said(failed), (wrong, said(failed))
    file.write_bytes(b"\xff\xfe\xff")
    assert "UTF-8" in said(desk.bring(desk.save_page(html, name="c")))


def test_any_page_of_the_web_comes_in_as_what_it_is(desk: Desk) -> None:
    article = "<article><h1>ข่าวชุมชน</h1><p>เนื้อข่าว</p></article>"
    html = f"<html><head><title>ข่าวชุมชน</title></head><body><div id='menu'>เมนู</div>{article}</body></html>"
    item = desk.bring(desk.save_page(html), format="html")
    entry = entry_of(desk, item)
    assert (item.found["layout"], entry.origin["system"], entry.title) == ("html", "file", "ข่าวชุมชน")
    assert body_of(desk, item) == "เนื้อข่าว"
    assert "main text" in said(item)
    assert desk.bring(desk.folder / "page.html").status == "unchanged"


def test_a_dry_run_writes_no_image(desk: Desk) -> None:
    page = desk.save_page(make_html.posts_page())
    wanted = Import(desk.settings, desk.caller, desk.project.slug, Options(), is_dry=True)
    (item,) = wanted.run(gather([page])).items
    assert item.status == "created"
    assert not desk.settings.attachments_dir.exists()


def test_an_undone_import_takes_its_images_along_and_a_further_one_brings_them_back(desk: Desk) -> None:
    page = desk.save_page(make_html.posts_page(), images={})
    item = desk.bring(page)
    desk.save_page(make_html.posts_page())
    wanted = Import(desk.settings, desk.caller, "ours", Options())

    def names(*, binned: bool = False) -> list[str]:
        with session() as opened:
            return [each.name for each in attachments_of(opened, entry_of(desk, item).source, binned=binned)]

    def undo(batch: int | None, *, is_again: bool = False) -> list[str]:
        done = Undo(desk.caller, "ours", batch or 0, is_again=is_again).run()
        return [one.state for one in done.items]

    second = wanted.run(gather([page])).batch
    assert names() == ["stage.png"]
    assert undo(second) == ["undone"]
    assert (names(), names(binned=True)) == ([], ["stage.png"])
    assert "[เวทีเช้า](attachment:stage.png)" in body_of(desk, item)
    assert undo(second, is_again=True) == ["redone"]
    assert names() == ["stage.png"]

    undo(second)
    third = wanted.run(gather([page]))
    assert [one.status for one in third.items] == ["updated"]
    assert (names(), names(binned=True)) == (["stage.png"], [])
    assert "![เวทีเช้า](attachment:stage.png)" in body_of(desk, item)
    with transaction() as opened:
        source = entry_by_number(opened, desk.caller, "ours", item.number or 0).source
        (image,) = attachments_of(opened, source)
        bin_attachment(opened, desk.caller, source, image)
    assert desk.bring(page).status == "unchanged"
    assert names() == []  # somebody took it out: no undo, no import brings it back
