"""What a file is by its bytes, never by its name; of an image also how large it is. Pure."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import IO

IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""The kinds of images that a page may show: raster images, in which nothing can act."""

UNKNOWN = "application/octet-stream"

_HEAD = 4096
_MOST_SEGMENTS = 2000  # of a JPEG file, before its size must have come
_TEXT_CONTROLS = frozenset(range(32)) - {9, 10, 12, 13, 27}
_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"{\\rtf", "application/rtf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"\x1f\x8b", "application/gzip"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"BM", "image/bmp"),
)
_OFFICE: tuple[tuple[bytes, str], ...] = (
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    (b"mimetypeapplication/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text"),
    (b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "application/vnd.oasis.opendocument.spreadsheet"),
)


@dataclass(frozen=True, slots=True)
class Media:
    """The media type of a file and, of an image whose head could be read, its width and height in pixels."""

    type: str
    width: int | None = None
    height: int | None = None

    @property
    def is_shown(self) -> bool:
        """Whether a page may show it as an image: a raster image whose size could be read."""
        return self.type in IMAGES and self.width is not None


def inspect(stream: IO[bytes]) -> Media:
    """Say what a file is; it stands at its beginning then."""
    stream.seek(0)
    head = stream.read(_HEAD)
    try:
        found = _image(stream, head)
    except (struct.error, IndexError):  # cut off within its head
        found = None
    stream.seek(0)
    return found or Media(_other(head))


def _image(stream: IO[bytes], head: bytes) -> Media | None:
    size: tuple[int, int] | None = None
    if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR":
        kind, size = "image/png", struct.unpack(">II", head[16:24])
    elif head[:6] in {b"GIF87a", b"GIF89a"}:
        kind, size = "image/gif", struct.unpack("<HH", head[6:10])
    elif head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        kind, size = "image/webp", _webp_size(head)
    elif head.startswith(b"\xff\xd8\xff"):
        kind, size = "image/jpeg", _jpeg_size(stream)
    else:
        return None
    return Media(kind, *size) if size and min(size) > 0 else Media(kind)


def _webp_size(head: bytes) -> tuple[int, int] | None:
    kind = head[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", head[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return None


def _jpeg_size(stream: IO[bytes]) -> tuple[int, int] | None:
    """Walk over the segments of a JPEG file to the one that tells its size."""
    stream.seek(2)
    for _ in range(_MOST_SEGMENTS):
        mark = stream.read(2)
        while len(mark) == 2 and mark[0] == 0xFF and mark[1] == 0xFF:  # noqa: PLR2004 - fill bytes
            mark = mark[1:] + stream.read(1)
        if len(mark) < 2 or mark[0] != 0xFF or mark[1] in {0xD9, 0xDA}:  # noqa: PLR2004 - the image itself begins
            return None
        (length,) = struct.unpack(">H", stream.read(2))
        if 0xC0 <= mark[1] <= 0xCF and mark[1] not in {0xC4, 0xC8, 0xCC}:  # noqa: PLR2004 - a start of frame
            height, width = struct.unpack(">xHH", stream.read(5))
            return width, height
        stream.seek(max(length - 2, 0), 1)
    return None


def _other(head: bytes) -> str:
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return next((kind for sign, kind in _OFFICE if sign in head), "application/zip")
    if head[4:8] == b"ftyp":
        return "video/mp4"
    known = next((kind for start, kind in _STARTS if head.startswith(start)), None)
    if known is not None:
        return known
    return "text/plain" if head and not any(byte in _TEXT_CONTROLS for byte in head) else UNKNOWN
