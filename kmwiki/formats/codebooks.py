"""A codebook as any file may hold it: codes in the order of the tree, and what of each the file tells. Pure.

`given` holds only what the file says: a field that is not in it is left as it is by whoever takes the file in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from kmwiki.errors import Message, say

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXTS = ("name_en", "definition", "include", "exclude", "example")
MOST_BYTES = 6 << 20
MOST_CODES = 20_000
MOST_GROUPS = 1000
HUES = (
    (0xC6, 0x50, 0x47), (0xBE, 0x6B, 0x32), (0xA4, 0x79, 0x17), (0x7E, 0x8D, 0x31),
    (0x41, 0x8F, 0x50), (0x35, 0x93, 0x81), (0x1C, 0x8F, 0xAA), (0x39, 0x7E, 0xC7),
    (0x73, 0x6B, 0xD2), (0x9F, 0x62, 0xC2), (0xC3, 0x54, 0x8B), (0x89, 0x75, 0x64),
)  # fmt: skip
"""The twelve colours of codes as they look on paper (`--code-N-line` of tokens.css, light)."""
PATTERNS = 12
_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class FileCode:
    """A code of a file. `line` is where it stands there, from 1.

    Its place is told by `under` (the index of a row), or by `path` (names from the top, of a code of the file or of
    the codebook); neither means the top, unless `has_place` is false: then the file tells no place.
    """

    line: int
    name: str
    guid: str = ""
    under: int | None = None
    path: tuple[str, ...] = ()
    has_place: bool = True
    given: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    notes: tuple[Message, ...] = ()
    problem: Message | None = None


@dataclass(frozen=True, slots=True)
class FileGroup:
    """A group of codes in a file. `codes` are indexes of its codes; a `description` of None is one it does not tell."""

    name: str
    codes: tuple[int, ...]
    guid: str = ""
    description: str | None = None
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class FileBook:
    """The codes of a file, parents before children where it nests them; `notes` are about the file as a whole."""

    codes: tuple[FileCode, ...]
    encoding: str = "utf-8"
    is_guess: bool = False
    notes: tuple[Message, ...] = ()
    groups: tuple[FileGroup, ...] = ()


def plain(text: str) -> str:
    """Return a text with line feeds, without blanks around it and without signs that no XML and no table holds."""
    return _UNWRITABLE.sub("", text).replace("\r\n", "\n").replace("\r", "\n").strip()


def one_line(text: str) -> str:
    """Return a name as it is kept: one line, single blanks."""
    return " ".join(plain(text).split())


def hex_of(color: int, pattern: int) -> str:
    """Return colour and pattern (1 to 12 each) as #rrggbb: the pattern is the last digit, which no eye sees."""
    red, green, blue = HUES[color - 1]
    return f"#{red:02x}{green:02x}{blue & 0xF0 | pattern:02x}"


PAIRS: Mapping[str, tuple[int, int]] = {
    hex_of(color, pattern): (color, pattern) for color in range(1, len(HUES) + 1) for pattern in range(1, PATTERNS + 1)
}


def read_hex(text: str) -> tuple[dict[str, int], Message | None]:
    """Read #rrggbb or #rgb: ours gives colour and pattern, any other the nearest colour, said so; else nothing."""
    written = text.strip()
    if not _HEX.fullmatch(written):
        return {}, say("The colour “%(color)s” is none that we know; one is chosen.", color=written[:40])
    code = written.lower()
    if len(code) == 4:  # noqa: PLR2004 - #rgb
        code = "#" + "".join(sign * 2 for sign in code[1:])
    if code in PAIRS:
        color, pattern = PAIRS[code]
        return {"color": color, "pattern": pattern}, None
    nearest = _nearest(int(code[1:3], 16), int(code[3:5], 16), int(code[5:], 16))
    note = say("The colour %(color)s becomes the nearest of our twelve, number %(number)s.", color=code, number=nearest)
    return {"color": nearest}, note


def _nearest(red: int, green: int, blue: int) -> int:
    """Return the number of the colour that looks most alike: distance weighted as the eye does, by the mean of red."""

    def apart(number: int) -> float:
        other = HUES[number - 1]
        mean = (red + other[0]) / 2
        weights = (2 + mean / 256, 4.0, 2 + (255 - mean) / 256)
        parts = zip(weights, (red, green, blue), other, strict=True)
        return sum(weight * (mine - theirs) ** 2 for weight, mine, theirs in parts)

    return min(range(1, len(HUES) + 1), key=apart)


def read_guid(text: str) -> tuple[str, Message | None]:
    """Read a GUID in either case, with or without braces; anything else is told and counts as none."""
    bare = text.strip().lower()
    bare = bare[1:-1] if bare[:1] == "{" and bare[-1:] == "}" else bare
    if not bare or _GUID.fullmatch(bare):
        return bare, None
    return "", say("“%(guid)s” is no GUID; the code is known by its name alone.", guid=text.strip()[:60])
