"""Telling what a file is from its first bytes, when it is not text."""

from __future__ import annotations

from kmwiki.errors import Message, say

_PLAIN_SIGNATURES: tuple[tuple[bytes, Message], ...] = (
    (b"%PDF-", say("This is a PDF file, not a text. Save its text as a .txt file and import that.")),
    (b"\x89PNG\r\n\x1a\n", say("This is a picture (PNG), not a text.")),
    (b"\xff\xd8\xff", say("This is a picture (JPEG), not a text.")),
    (b"GIF8", say("This is a picture (GIF), not a text.")),
    (b"II*\x00", say("This is a picture (TIFF), not a text.")),
    (b"MM\x00*", say("This is a picture (TIFF), not a text.")),
    (b"{\\rtf", say("This is an RTF document, not plain text. Save it as a .txt file and import that.")),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        say("This is an old Word or Excel file, not a text. Save it as a .txt file and import that."),
    ),
    (b"\x1f\x8b", say("This is a gzip file, not a text. Unpack it and import the files in it.")),
    (b"7z\xbc\xaf\x27\x1c", say("This is a 7z archive, not a text. Unpack it and import the files in it.")),
    (b"Rar!\x1a\x07", say("This is a RAR archive, not a text. Unpack it and import the files in it.")),
    (b"SQLite format 3\x00", say("This is a SQLite database, not a text.")),
    (b"\x7fELF", say("This is a program, not a text.")),
    (b"MZ\x90\x00", say("This is a program, not a text.")),
    (b"ID3", say("This is a sound or video recording, not a text.")),
    (b"OggS", say("This is a sound or video recording, not a text.")),
)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_ZIP_HEAD = 16_384  # bytes at either end in which the names of a document's members stand


def describe(data: bytes) -> Message | None:
    """Say what kind of file `data` is and what to do, or None when its first bytes look like no known binary file."""
    if data.startswith(_ZIP):
        return _describe_zip(data[:_ZIP_HEAD] + data[-_ZIP_HEAD:])
    if data[4:8] == b"ftyp" or (data.startswith(b"RIFF") and data[8:12] in {b"WAVE", b"AVI "}):
        return say("This is a sound or video recording, not a text.")
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return say("This is a picture (WebP), not a text.")
    for start, message in _PLAIN_SIGNATURES:
        if data.startswith(start):
            return message
    return None


def _describe_zip(head: bytes) -> Message:
    if b"word/" in head:
        return say("This is a Word document (.docx), not plain text. Save it as a .txt file and import that.")
    if b"xl/" in head:
        return say("This is an Excel workbook (.xlsx), not a text.")
    if b"mimetypeapplication/vnd.oasis" in head:
        return say("This is an OpenDocument file, not plain text. Save it as a .txt file and import that.")
    return say("This is a zip file, not a text. Unpack it and import the files in it.")
