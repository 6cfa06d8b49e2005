"""Bytes to text: what is certain, what is guessed, and what is refused with a reason."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmwiki.errors import Invalid
from kmwiki.formats.decoding import decode

THAI = "ชาวบ้านตกลงกันว่าจะออมวันละบาท\nเริ่มเดือนหน้า ที่ศาลากลางหมู่บ้าน (๔๐ คน)\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_marked_or_valid_unicode_is_certain(encoding: str) -> None:
    found = decode(THAI.encode(encoding))
    assert (found.text, found.is_guess) == (THAI, False)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "tis-620", "cp874"])
def test_everything_else_is_a_guess_and_says_which(encoding: str) -> None:
    found = decode(THAI.encode(encoding))
    assert (found.text, found.is_guess) == (THAI, True)
    assert found.encoding in {encoding, "tis-620"}


def test_quotes_of_the_windows_code_page_are_told_apart_from_the_older_standard() -> None:
    text = f"“{THAI}” – เขาว่า…"
    assert decode(text.encode("cp874")).text == text
    assert decode(text.encode("cp874")).encoding == "cp874"


def test_latin_text_is_not_taken_for_thai() -> None:
    found = decode(("The café of the village opens at nine. " * 5).encode("latin-1"))
    assert "café" in found.text
    assert found.is_guess


@given(
    st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), min_size=1).filter(
        lambda text: text.strip("\ufeff \xa0") != ""
    )
)
def test_valid_utf_8_comes_back_code_point_for_code_point(text: str) -> None:
    if text.isspace() or not text.strip("\ufeff \t\r\n\f\v"):
        return
    found = decode(text.encode())
    assert found.text in {text, text.removeprefix("\ufeff")}


@given(st.binary(min_size=1, max_size=300))
def test_any_bytes_are_read_or_refused_but_never_patched(data: bytes) -> None:
    try:
        found = decode(data)
    except Invalid:
        return
    assert found.replaced == found.text.count("\ufffd")
    if found.is_guess:
        assert "\ufffd" not in found.text or b"\xfd\xff" in data or b"\xff\xfd" in data


def test_line_ends_become_line_feeds_and_nothing_else_changes() -> None:
    assert decode("ก\r\nข\rค\u2028ง\x0cจ\xa0".encode()).text == "ก\nข\nค\u2028ง\x0cจ\xa0"


def test_the_end_mark_of_dos_is_no_part_of_the_text() -> None:
    assert decode(THAI.encode("tis-620") + b"\x1a").text == THAI


@pytest.mark.parametrize("data", [b"", b"   \r\n\t", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_an_empty_file_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid, match="empty"):
        decode(data)


def zipped(name: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(name, "x")
    return made.getvalue()


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (zipped("a.txt"), "zip file"),
        (zipped("word/document.xml"), "Word"),
        (zipped("xl/workbook.xml"), "Excel"),
        (zipped("mimetypeapplication/vnd.oasis.opendocument.text"), "OpenDocument"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "WebP"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "sound"),
        (b"\x00\x00\x00\x18ftypmp42", "sound"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Word"),
        (b"{\\rtf1 x}", "RTF"),
        (b"text\x00with\x00nul and more of it", "binary"),
        (bytes(range(1, 32)) * 4, "binary"),
        (b"\xff\xfe\x00" * 50, "binary"),
        (b"\xfe\xff\xff\x00\x00\xfe" * 50, "binary"),
    ],
)
def test_what_is_no_text_is_called_by_its_name(data: bytes, word: str) -> None:
    with pytest.raises(Invalid, match=word):
        decode(data)


def test_damaged_utf_8_is_not_read_as_an_old_code_page() -> None:
    with pytest.raises(Invalid, match=r"UTF-8 \(line 2\)"):
        decode(THAI.encode()[:-10] + b"\xe0\xb8 " + THAI.encode())


def test_random_high_bytes_have_no_known_encoding() -> None:
    with pytest.raises(Invalid):
        decode(bytes(0x80 + (number * 37) % 128 for number in range(400)))


def test_a_person_may_say_what_the_encoding_is() -> None:
    assert decode(THAI.encode("tis-620"), "tis-620").is_guess is False
    assert decode(b"\xef\xbb\xbf" + THAI.encode(), "utf-8").text == THAI
    with pytest.raises(Invalid, match="UTF-8"):
        decode(THAI.encode("tis-620"), "utf-8")
    with pytest.raises(Invalid, match="no encoding"):
        decode(b"x", "klingon")


def test_characters_that_were_lost_before_are_counted() -> None:
    assert decode("หาย\ufffdไป\ufffd".encode()).replaced == 2
