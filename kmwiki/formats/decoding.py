"""Bytes to text: UTF-8, UTF-16 and the two old Thai code pages. No character is ever replaced silently.

What is certain (a byte order mark, valid UTF-8) is told apart from what is guessed, so that a person can correct it.
Line ends become line feeds; every other code point stays as it was. What cannot be read is Invalid, with what it is and
what to do about it.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from unicodedata import category

from charset_normalizer import from_bytes

from kmwiki.errors import Invalid, say
from kmwiki.formats.signatures import describe

ENCODINGS = ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "tis-620", "cp874")
"""The encodings that a person can choose when the guess is wrong."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32", "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16", "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16", "utf-16-be"),
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_MOST_CONTROLS = 0.005  # of a text: a stray one is kept, more of them are no text
_MOST_UNASSIGNED = 0.03  # of a text: code points that stand for no sign in any writing
_THAI = re.compile("[\u0e01-\u0e3a\u0e3f-\u0e5b]")
_THAI_SLIP = re.compile(
    "(?<![\u0e01-\u0e2e\u0e31-\u0e3a\u0e47-\u0e4e])[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]"  # a mark on nothing
    "|[\u0e40-\u0e44](?![\u0e01-\u0e2e])"  # a vowel that leads no consonant
)
_LAST_OF_THAI = "\u0e7f"
_WESTERN = ("cp1252", "latin_1", "mac_roman")
_LEAST_THAI = 0.25  # of the bytes above 127, by code page 874
_MOST_SLIPS = 0.04  # of the Thai letters
_LEAST_ASCII = 0.9  # of a text in a western code page
_LEAST_UTF8 = 0.5  # of the bytes above 127: then it is damaged UTF-8 and no code page


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file's text, the name of the encoding it was read with, and whether that was a guess."""

    text: str
    encoding: str
    is_guess: bool
    replaced: int = 0
    """How many U+FFFD the file itself already held: characters lost before it came here."""


def decode(data: bytes, encoding: str | None = None) -> Decoded:
    """Turn `data` into text with line feeds; `encoding` overrules the guess. Invalid when it is empty or no text."""
    if not data:
        raise Invalid(say("The file is empty."))
    if encoding is not None:
        return _finish(_decode_as(data, encoding), encoding, is_guess=False)
    what = describe(data)
    if what is not None:
        raise Invalid(what)
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            return _finish(_decode_as(data, codec), name, is_guess=False)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _guess(data, error)
    if "\x00" in text:
        return _guess(data, None)
    return _finish(text, "utf-8", is_guess=False)


def _decode_as(data: bytes, encoding: str) -> str:
    try:
        found = codecs.lookup(encoding).name
    except LookupError as error:
        raise Invalid(say("There is no encoding called %(name)s.", name=encoding)) from error
    if found == "utf-8" and data.startswith(codecs.BOM_UTF8):
        found = "utf-8-sig"
    try:
        return data.decode(found)
    except (UnicodeDecodeError, UnicodeError) as error:
        at = error.start if isinstance(error, UnicodeDecodeError) else 0
        raise _undecodable(data, at, encoding) from error


def _undecodable(data: bytes, at: int, encoding: str) -> Invalid:
    line = data.count(b"\n", 0, at) + 1
    return Invalid(
        say(
            "The file is not valid %(encoding)s (line %(line)s). Save it again as UTF-8, or choose its encoding.",
            encoding=encoding.upper(),
            line=line,
        )
    )


def _guess(data: bytes, error: UnicodeDecodeError | None) -> Decoded:
    for codec in ("utf-16-le", "utf-16-be"):
        text = _as_utf16(data, codec)
        if text is not None:
            return _finish(text, codec, is_guess=True)
    if b"\x00" in data:
        raise Invalid(say("This is a binary file, not a text."))
    high = sum(byte > 0x7F for byte in data)  # noqa: PLR2004 - beyond ASCII
    if error is not None and 3 * len(re.findall(rb"\xe0[\xb8\xb9][\x80-\xbf]", data)) > _LEAST_UTF8 * high:
        raise _undecodable(data, error.start, "utf-8")
    text = _as_thai(data, high)
    if text is not None:
        return _finish(text, "cp874" if re.search(rb"[\x80-\xa0]", data) else "tis-620", is_guess=True)
    if high > (1 - _LEAST_ASCII) * len(data):
        raise Invalid(say("The encoding of the file is not known. Save it as UTF-8 and import it again."))
    best = from_bytes(data, cp_isolation=list(_WESTERN)).best()
    if best is None:
        raise Invalid(say("The encoding of the file is not known. Save it as UTF-8 and import it again."))
    return _finish(str(best), best.encoding.replace("_", "-"), is_guess=True)


def _as_utf16(data: bytes, codec: str) -> str | None:
    """UTF-16 without a mark: most high bytes are 00 (Latin, spaces) or 0E (Thai)."""
    if len(data) % 2 or len(data) < 4:  # noqa: PLR2004 - two characters at least
        return None
    upper = data[1::2] if codec == "utf-16-le" else data[0::2]
    if sum(byte in {0x00, 0x0E, 0x20} for byte in upper) < 0.95 * len(upper):
        return None
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        return None
    return None if _is_binary(text) else text


def _as_thai(data: bytes, high: int) -> str | None:
    """Code page 874 (of which TIS-620 is a part), if the letters stand as Thai letters can."""
    try:
        text = data.decode("cp874")
    except UnicodeDecodeError:
        return None
    letters = len(_THAI.findall(text))
    is_thai = letters >= _LEAST_THAI * high and len(_THAI_SLIP.findall(text)) <= _MOST_SLIPS * letters
    return text if is_thai and re.search("[\u0e01-\u0e4e]{3}", text) else None


def _is_binary(text: str) -> bool:
    return "\x00" in text or len(_CONTROL.findall(text)) > 1 + _MOST_CONTROLS * len(text)


def _is_senseless(text: str) -> bool:
    """Whether too much of it stands for no sign: any bytes make some UTF-16, so that alone says nothing."""
    unassigned = sum(category(sign) in {"Cn", "Cs"} for sign in text if sign > _LAST_OF_THAI)
    return unassigned > 1 + _MOST_UNASSIGNED * len(text)


def _finish(text: str, encoding: str, *, is_guess: bool) -> Decoded:
    if _is_binary(text) or (encoding != "utf-8" and _is_senseless(text)):
        raise Invalid(say("This is a binary file, not a text."))
    if not text.strip("\ufeff \t\r\n\f\v"):
        raise Invalid(say("The file is empty."))
    plain = text.removesuffix("\x1a").replace("\r\n", "\n").replace("\r", "\n")  # DOS ended a text with 1A
    return Decoded(plain, encoding, is_guess, plain.count("\ufffd"))
