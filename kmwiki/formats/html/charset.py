"""The encoding of an HTML file: what its bytes certainly are, then what its head declares, then a guess."""

from __future__ import annotations

import codecs
import re
from dataclasses import replace

from kmwiki.errors import Invalid
from kmwiki.formats.decoding import Decoded, decode

_HEAD = 4096
_DECLARED = re.compile(
    rb"""<(?:meta\b[^>]{0,400}?charset|\?xml[^>]{0,200}?encoding)\s*=\s*["']?\s*([A-Za-z0-9_:.-]{1,40})""",
    re.IGNORECASE,
)
_THAI = frozenset({"tis-620", "tis620", "windows-874", "cp874", "x-windows-874", "ms874", "ibm874", "iso-8859-11"})


def declared_charset(data: bytes) -> str | None:
    """Return the encoding that the head of the file names, in lower case, or None."""
    found = _DECLARED.search(data[:_HEAD])
    return found[1].decode("ascii").lower() if found else None


def decode_html(data: bytes, encoding: str | None = None) -> Decoded:
    """Turn a file into text. A declaration that the bytes belie does not count. Invalid as `decode`."""
    declared = declared_charset(data)
    if encoding is not None or declared is None or _is_certain(data):
        return decode(data, encoding)
    if declared in _THAI:
        try:
            return decode(data, "cp874")
        except Invalid:
            return decode(data)
    try:
        found = decode(data)
    except Invalid:
        if not _is_codec(declared):
            raise
        return decode(data, declared)
    return replace(found, is_guess=found.is_guess and found.encoding != _name_of(declared))


def _is_certain(data: bytes) -> bool:
    if data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\x00" not in data


def _is_codec(name: str) -> bool:
    try:
        return codecs.lookup(name)._is_text_encoding  # noqa: SLF001 - rot13 and its like are no encodings of text
    except LookupError:
        return False


def _name_of(declared: str) -> str:
    return codecs.lookup(declared).name.replace("_", "-") if _is_codec(declared) else declared
