"""Places that a running text names, each at its place: provinces by name, districts and tambons behind their word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from kmwiki.places.aliases import COMMON_WORDS
from kmwiki.places.gazetteer import Place, gazetteer
from kmwiki.places.queries import province_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SMALL = re.compile(r"(?P<word>อำเภอ|อ\.|กิ่งอำเภอ|เขต|ตำบล|ต\.|แขวง)\s?(?P<name>[ก-๎]{2,40})")
_LEVELS = {"อำเภอ": "district", "อ.": "district", "กิ่งอำเภอ": "district", "เขต": "district"}


@dataclass(frozen=True, slots=True)
class Mention:
    """A place named in text[start:end]. `places` are all that it may mean: a person chooses where it is several."""

    start: int
    end: int
    written: str
    places: tuple[Place, ...]


def find_mentions(text: str) -> list[Mention]:
    """Return the places that a text names, in order. Of places of one name those in the named provinces are meant."""
    provinces = list(_provinces(text))
    around = frozenset(place.code for mention in provinces for place in mention.places)
    found = [*provinces, *_smaller(text, around)]
    return sorted(found, key=lambda mention: (mention.start, mention.end))


def _provinces(text: str) -> Iterator[Mention]:
    pattern, names = province_pattern()
    for match in pattern.finditer(text):
        code = names.get(match[2])
        if code is not None and (match[1] or match[2] not in COMMON_WORDS):
            yield Mention(match.start(), match.end(), match[0], (gazetteer().by_code[code],))


def _smaller(text: str, around: frozenset[str]) -> Iterator[Mention]:
    for match in _SMALL.finditer(text):
        level = _LEVELS.get(match["word"], "tambon")
        names = _names(level)
        run = match["name"]
        longest = next((size for size in range(len(run), 1, -1) if run[:size] in names), 0)
        if not longest:
            continue
        meant = names[run[:longest]]
        near = tuple(place for place in meant if place.code[:2] in around)
        end = match.start("name") + longest
        yield Mention(match.start(), end, text[match.start() : end], near or meant)


@cache
def _names(level: str) -> Mapping[str, tuple[Place, ...]]:
    found: dict[str, tuple[Place, ...]] = {}
    for place in gazetteer().by_code.values():
        if place.level == level:
            found[place.name_th] = (*found.get(place.name_th, ()), place)
    return found
