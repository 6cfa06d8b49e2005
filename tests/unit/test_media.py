"""What a file is by its bytes, and how large an image is; cut and lying files are no images to show."""

from __future__ import annotations

import struct
from io import BytesIO

import pytest

from kmwiki.formats.media import Media, inspect
from tests.make_html import png

JPEG = (
    b"\xff\xd8\xff\xe0\x00\x04ab\xff\xff\xc4\x00\x03x\xff\xc0\x00\x11\x08" + struct.pack(">HH", 20, 30) + b"\x03" * 12
)
GIF = b"GIF89a" + struct.pack("<HH", 7, 8)
WEBP = b"RIFF\x00\x00\x00\x00WEBP"


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (png(5, 4), Media("image/png", 5, 4)),
        (JPEG, Media("image/jpeg", 30, 20)),
        (GIF, Media("image/gif", 7, 8)),
        (WEBP + b"VP8X" + b"\0" * 8 + b"\x09\0\0\x04\0\0", Media("image/webp", 10, 5)),
        (WEBP + b"VP8L" + b"\0" * 4 + b"\x2f" + (9 | 4 << 14).to_bytes(4, "little"), Media("image/webp", 10, 5)),
        (WEBP + b"VP8 " + b"\0" * 10 + struct.pack("<HH", 10, 5), Media("image/webp", 10, 5)),
        (WEBP + b"XXXX" + b"\0" * 20, Media("image/webp")),
        (png()[:18], Media("text/plain")),
        (JPEG[:8], Media("image/jpeg")),
        (b"\xff\xd8\xff\xda", Media("image/jpeg")),
        (png(0, 0), Media("image/png")),
        (b"%PDF-1.7", Media("application/pdf")),
        (
            b"PK\x03\x04....word/document.xml",
            Media("application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ),
        (b"PK\x03\x04....", Media("application/zip")),
        (b"....ftypmp42", Media("video/mp4")),
        (b"<svg/>", Media("text/plain")),
        (b"\x00\x01", Media("application/octet-stream")),
        (b"", Media("application/octet-stream")),
    ],
)
def test_bytes_tell_what_a_file_is(data: bytes, wanted: Media) -> None:
    stream = BytesIO(data)
    found = inspect(stream)
    if wanted.type == "text/plain" and data.startswith(b"\x89PNG"):
        assert not found.is_shown
        return
    assert found == wanted
    assert found.is_shown == (wanted.width is not None)
    assert stream.tell() == 0
