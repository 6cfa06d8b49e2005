"""A codebook as CSV and xlsx: read back as it was written, columns in any order, nothing a spreadsheet would reckon."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from kmwiki.errors import Invalid
from kmwiki.formats.codebook_tables import COLUMNS, read_csv, read_xlsx, write_table
from kmwiki.formats.codebooks import FileCode, one_line, plain

ENDS = st.sampled_from(["=1+1", "'=1", "''-x", "-", "@", "/", "\\", " / ", ",", ";", '"', "\n", "น้ำ", "🙂", "|"])
LINES = st.lists(st.one_of(ENDS, st.text(max_size=10)), max_size=5).map("".join)


@st.composite
def codebooks(draw: st.DrawFn) -> list[FileCode]:
    made: list[FileCode] = []
    for number in range(draw(st.integers(1, 6))):
        under = draw(st.one_of(st.none(), st.integers(0, number - 1))) if number else None
        values: dict[str, Any] = {
            name: draw(LINES) for name in ("definition", "include", "exclude", "example", "name_en")
        }
        values["aliases"] = [f"ก{alias}" for alias in draw(st.lists(st.text("กข -=;|\\", max_size=5), max_size=3))]
        values["groups"] = draw(st.lists(st.sampled_from(["เงิน", "=1", "ก;ข", "a|b", "\\;"]), unique=True))
        values |= {"color": draw(st.integers(1, 12)), "pattern": draw(st.integers(1, 12))}
        values["is_codable"] = draw(st.booleans())
        guid = f"{number:08x}-0000-4000-8000-000000000000"
        made.append(FileCode(line=0, name=f"{draw(LINES)} {number}", guid=guid, under=under, given=values))
    return made


def paths(codes: list[FileCode]) -> list[tuple[str, ...]]:
    """Return the names above each code, from the top."""
    found: list[tuple[str, ...]] = []
    for code in codes:
        found.append(() if code.under is None else (*found[code.under], one_line(codes[code.under].name)))
    return found


def told(code: FileCode) -> dict[str, Any]:
    texts = {name: plain(code.given[name]) for name in ("definition", "include", "exclude", "example")}
    names = {"name": one_line(code.name), "name_en": one_line(code.given["name_en"]), "guid": code.guid}
    rest = {key: code.given[key] for key in ("color", "pattern", "is_codable")}
    return {**texts, **names, **rest, "aliases": [one_line(alias) for alias in code.given["aliases"]]}


@settings(max_examples=40)
@given(codes=codebooks(), form=st.sampled_from(["csv", "xlsx"]), is_thai=st.booleans())
def test_what_is_written_is_read_back_tree_texts_and_colours(
    codes: list[FileCode], form: str, *, is_thai: bool
) -> None:
    data = write_table(codes, form, title="สมุดรหัส", is_thai=is_thai)
    book = read_csv(data) if form == "csv" else read_xlsx(data)
    assert [told(code) for code in book.codes] == [told(code) for code in codes]
    assert [code.path for code in book.codes] == paths(codes)
    assert not any(code.notes or code.problem for code in book.codes)
    inside = {group.name: group.codes for group in book.groups}
    names = {name for code in codes for name in code.given["groups"]}
    assert inside == {
        name: tuple(at for at, code in enumerate(codes) if name in code.given["groups"]) for name in names
    }


def test_a_table_for_spreadsheets_has_its_mark_and_no_cell_that_begins_a_formula() -> None:
    texts = {"name_en": "@x", "include": "-", "exclude": "", "example": "", "definition": "+1"}
    rest = {"color": 1, "pattern": 1, "is_codable": True, "aliases": []}
    code = FileCode(line=0, name="=HYPERLINK(1)", given=texts | rest)
    data = write_table([code], "csv")
    assert data.startswith(b"\xef\xbb\xbf")
    assert "'=HYPERLINK(1)" in data.decode()
    assert "'+1" in data.decode()
    assert read_csv(data).codes[0].given["definition"] == "+1"


def test_columns_may_come_in_any_order_and_what_is_not_there_is_not_given() -> None:
    book = read_csv("คำอธิบาย;นิยาม;ชื่อไทย\r\nx;เงินก้อน;กองทุน\r\n;;\r\ny;;ออม\r\n".encode("cp874"), "cp874")
    assert [code.name for code in book.codes] == ["กองทุน", "ออม"]
    assert dict(book.codes[0].given) == {"definition": "เงินก้อน"}
    assert not book.codes[0].has_place
    assert [code.line for code in book.codes] == [2, 4]


def test_what_a_cell_says_wrongly_is_told_and_the_code_is_taken_all_the_same() -> None:
    head = "name,stands under,colour,pattern,codable,guid,other names\n"
    text = head + "ก,บน / ข\\/ค,แดง,13,บางที,12,ฝาก; ออม\nข,,#f00,3,no,,\n"
    first, second = read_csv(text.encode()).codes
    assert first.path == ("บน", "ข/ค")
    assert len(first.notes) == 4
    assert dict(first.given) == {"aliases": ["ฝาก", "ออม"]}
    assert dict(second.given) == {"aliases": [], "color": 1, "pattern": 3, "is_codable": False}
    assert second.has_place


def test_numbers_and_formulas_of_a_workbook_are_read_as_their_values() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["ชื่อไทย", "สี", "ลงรหัสได้", "นิยาม"])
    sheet.append(["กองทุน", 4.0, True, 12.5])
    sheet.append(["สูตร", 13, None, "=1+1"])
    out = io.BytesIO()
    book.save(out)
    first, second = read_xlsx(out.getvalue()).codes
    assert dict(first.given) == {"definition": "12.5", "color": 4, "is_codable": True}
    assert dict(second.given) == {"definition": ""}


def archive(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, data in members.items():
            opened.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no zip",
        archive({"a.txt": b"x"}),
        archive({"[Content_Types].xml": b"<!DOCTYPE x><Types/>"}),
        archive({"big.bin": b"\0" * (81 << 20)}),
        b"x" * ((6 << 20) + 1),
        archive({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<"}),
    ],
    ids=["empty", "words", "zip", "doctype", "bomb", "large", "torn"],
)
def test_what_is_no_workbook_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid):
        read_xlsx(data)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2\n", "ชื่อไทย"),
        ("ชื่อไทย\n", "no code"),
        ('ชื่อไทย\n"ก' + "x" * 140_000, "Line"),
        ("ชื่อไทย\n" + "ก\n" * 20_001, "20000"),
    ],
    ids=["no name", "no row", "torn", "many"],
)
def test_what_is_no_table_of_codes_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        read_csv(text.encode())


def test_a_cell_that_may_have_been_cut_is_not_taken() -> None:
    head = COLUMNS["definition"][0]
    assert read_csv(f"ชื่อไทย,{head}\nก,{'ข' * 32_000}\n".encode()).codes[0].problem is not None
