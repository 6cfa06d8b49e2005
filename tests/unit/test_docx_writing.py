"""Word files: every run and style has a Thai face and the Thai language, and nothing in the words breaks the file."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from kmwiki.formats.docx_styles import W
from kmwiki.formats.docx_writing import Paper, Run
from kmwiki.formats.spreadsheets import FACE

Q = f"{{{W}}}"


def part(data: bytes, name: str) -> Any:
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        return etree.fromstring(opened.read(name))


def paper() -> bytes:
    made = Paper("สมุดรหัส <ทดลอง> & อื่น")
    made.heading("ทุน", 1)
    made.heading("ลึกเกินไป", 9)
    made.paragraph("บรรทัดแรก\nบรรทัดสอง\tหลังแท็บ")
    made.paragraph([Run("เน้น", is_bold=True, is_italic=True, color="aa0000")], is_small=True)
    made.term("ใช้เมื่อ", "พูดถึงการออม")
    made.item("ข้อหนึ่ง")
    made.quote("ถ้อยคำ 🙂", Run("ที่มา", link='https://example.org/q/1?a=1&b="2"'))
    made.quote("ไม่มีที่มา")
    made.table(["ชื่อ", "จำนวน"], [["การออม", "12"]])
    made.page_break()
    return made.to_bytes()


def test_every_run_has_the_thai_face_and_language_for_complex_script() -> None:
    body = part(paper(), "word/document.xml")
    runs = [run for run in body.iter(f"{Q}r") if run.find(f"{Q}t") is not None]
    assert len(runs) >= 12
    for run in runs:
        assert run.find(f"{Q}rPr/{Q}rFonts").get(f"{Q}cs") == FACE
        assert run.find(f"{Q}rPr/{Q}lang").get(f"{Q}bidi") == "th-TH"
        assert (run.find(f"{Q}rPr/{Q}b") is None) == (run.find(f"{Q}rPr/{Q}bCs") is None)


def test_every_style_and_the_defaults_have_the_thai_face_its_size_and_no_face_of_a_theme() -> None:
    styles = part(paper(), "word/styles.xml")
    looks = [styles.find(f"{Q}docDefaults/{Q}rPrDefault/{Q}rPr")]
    looks += [style.find(f"{Q}rPr") for style in styles.iter(f"{Q}style") if style.get(f"{Q}type") == "paragraph"]
    assert len(looks) > 12
    for look in looks:
        fonts = look.find(f"{Q}rFonts")
        assert {fonts.get(f"{Q}{kind}") for kind in ("ascii", "hAnsi", "cs")} == {FACE}
        assert not [name for name in fonts.attrib if "Theme" in name]
        assert look.find(f"{Q}szCs").get(f"{Q}val") == look.find(f"{Q}sz").get(f"{Q}val")
        assert look.find(f"{Q}lang").get(f"{Q}bidi") == "th-TH"


def test_headings_have_their_level_and_words_come_out_as_they_went_in() -> None:
    read = Document(io.BytesIO(paper()))
    told = [(each.style.name, each.text) for each in read.paragraphs if each.style is not None]
    assert told[:4] == [
        ("Title", "สมุดรหัส <ทดลอง> & อื่น"),
        ("Heading 1", "ทุน"),
        ("Heading 6", "ลึกเกินไป"),
        ("Normal", "บรรทัดแรก\nบรรทัดสอง\tหลังแท็บ"),
    ]
    assert ("Quote", "ถ้อยคำ 🙂") in told
    assert [cell.text for row in read.tables[0].rows for cell in row.cells] == ["ชื่อ", "จำนวน", "การออม", "12"]
    assert 'https://example.org/q/1?a=1&b="2"' in {rel.target_ref for rel in read.part.rels.values() if rel.is_external}
    assert read.sections[0].page_width is not None
    assert round(read.sections[0].page_width.mm) == 210


@given(st.text(max_size=40))
def test_no_sign_breaks_a_paragraph(text: str) -> None:
    made = Paper(text)
    made.paragraph(text)
    xml = f'<w:p xmlns:w="{W}">{made.runs(text)}</w:p>'
    read = etree.fromstring(xml)
    kept = "".join(each.text or "" for each in read.iter(f"{Q}t"))
    assert [sign for sign in kept if sign.isalnum()] == [
        sign for sign in text if sign.isalnum() and not "\ud800" <= sign <= "\udfff"
    ]
