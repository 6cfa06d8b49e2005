"""Understanding a place as it was written.

`อ.ควนขนุน จ.พัทลุง`, `ควนขนุน พัทลุง`, `Khuan Khanun, Phatthalung`, `93`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmwiki.places.aliases import BREAK_BEFORE, PREFIXES, SUFFIXES
from kmwiki.places.gazetteer import Place, gazetteer, key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmwiki.places.aliases import Level

LONGEST = 200
"""Code points of a written place that are looked at; nothing longer is the name of one."""

_FIRST_THAI = "\u0e01"  # an English name may end in Khet; a Thai word for a level begins a part wherever it stands
_SEPARATORS = re.compile(r"[,;·/>|\n\t]+|\s-\s")
_PREFIX = [(re.compile(rf"^(?:{words})\s*", re.IGNORECASE), level) for words, level in PREFIXES]
_SUFFIX = [(re.compile(rf"\s+{words}", re.IGNORECASE), level) for words, level in SUFFIXES]


@dataclass(frozen=True, slots=True)
class Part:
    """One name within a written place, with the level that a word before or behind it told."""

    name: str
    level: Level | None

    def codes(self) -> tuple[str, ...]:
        """The codes of the places of that name and level."""
        books = gazetteer()
        found = books.by_key.get(key(self.name), ())
        if self.level is None:
            return found
        return tuple(code for code in found if books.by_code[code].level == self.level)


def parts_of(text: str) -> list[Part]:
    """Cut a written place into its names."""
    clean = unicodedata.normalize("NFC", text[:LONGEST]).replace("\xa0", " ").replace("\u200b", "")
    clean = BREAK_BEFORE.sub(",", clean.replace("(", ",").replace(")", ","))
    return [part for chunk in _SEPARATORS.split(clean) if chunk.strip(" .") for part in _parts_of_chunk(chunk.strip())]


def _parts_of_chunk(chunk: str) -> Iterator[Part]:
    level: Level | None = None
    for pattern, told in _PREFIX:
        if (match := pattern.match(chunk)) and match.end() < len(chunk):
            level, chunk = told, chunk[match.end() :]
            break
    for pattern, told in _SUFFIX:
        if match := pattern.search(chunk):
            level, chunk = level or told, chunk[: match.start()]
            break
    words = chunk.split()
    while words:
        taken = next(
            (n for n in range(len(words), 0, -1) if _prefixed(words, n) or Part(" ".join(words[:n]), level).codes()),
            len(words),
        )
        if taken > 1 and _prefixed(words, taken):
            taken = _prefixed(words, taken)
        name, words = " ".join(words[:taken]), words[taken:]
        inner = _level_of(name) if level is None else None
        yield inner or Part(name, level)
        level = None


def _prefixed(words: list[str], taken: int) -> int:
    """Where a later word begins a part of its own (`ควนขนุน จ.พัทลุง`), the number of words before it; else 0."""
    for index in range(1, taken):
        if words[index] >= _FIRST_THAI and any(pattern.match(words[index]) for pattern, _ in _PREFIX):
            return index
    return 0


def _level_of(name: str) -> Part | None:
    for pattern, told in _PREFIX:
        if (match := pattern.match(name)) and match.end() < len(name) and Part(name[match.end() :], told).codes():
            return Part(name[match.end() :], told)
    return None


def readings(text: str) -> list[Place]:
    """Return the places that `text` may mean.

    None if it is not understood, one if it is sure, several if a person must choose.

    A bare name that a province bears means the province; one that a single district bears, within which the tambons
    of that name lie, means the district.
    """
    books = gazetteer()
    digits = key(text[:LONGEST])
    if digits.isdecimal():
        return [books.by_code[digits]] if digits in books.by_code else []
    parts = parts_of(text)
    candidates = [part.codes() for part in parts]
    if not parts or not all(candidates):
        return []
    found = {code for codes in candidates for code in codes if _fits(code, candidates)}
    longest = len(parts)
    fitting = _narrowest(found, candidates) if longest > 1 else found
    return [books.by_code[code] for code in _plain_meaning(fitting, is_bare=longest == 1 and parts[0].level is None)]


def _fits(code: str, candidates: list[tuple[str, ...]]) -> bool:
    """Whether every other name that was written is one of a place around it (or its own)."""
    return all(any(code.startswith(other) for other in codes) for codes in candidates)


def _narrowest(found: set[str], candidates: list[tuple[str, ...]]) -> set[str]:
    """Of several names each should name a place of its own.

    `ควนขนุน ควนขนุน พัทลุง` is the tambon, `ควนขนุน พัทลุง` need not be.
    """
    if len(candidates) == len(set(candidates)):
        return found
    deepest = max((len(code) for code in found), default=0)
    return {code for code in found if len(code) == deepest}


def _plain_meaning(found: set[str], *, is_bare: bool) -> list[str]:
    ordered = sorted(found, key=lambda code: (len(code), code))
    if len(ordered) < 2:  # noqa: PLR2004 - one is sure
        return ordered
    first = ordered[0]
    is_only_one = len(ordered[1]) > len(first)
    if is_only_one and (all(code.startswith(first) for code in ordered) or (is_bare and len(first) == 2)):  # noqa: PLR2004
        return [first]
    return ordered
