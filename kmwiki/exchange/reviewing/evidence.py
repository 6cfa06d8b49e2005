"""The file that an imported note came from, line by line, with what was read from each line."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kmwiki.entries.events import choice_of, readings_of
from kmwiki.formats.decoding import decode
from kmwiki.places.mentions import find_mentions
from kmwiki.text.clusters import clip
from kmwiki.text.dates import find_dates
from kmwiki.text.personal import find_personal, plain_form

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kmwiki.places.gazetteer import Place
    from kmwiki.text.dates import DateReading

MOST_LINES = 3_000
"""Lines of a file that are shown."""
LINE_LONGEST = 2_000
"""Code points of a line that are shown: a page saved as HTML may stand on a single one."""
MOST_FOUND = 24

WHOLE = frozenset({"body", "comments", "comment_count"})
"""Fields that are a stretch of the page rather than a word of it: they are told at its first line alone."""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line of the file, the fields that were read from it, and those whose stretch begins with it."""

    no: int
    text: str
    fields: tuple[str, ...] = ()
    part: str = ""
    """The stretch it lies in: `body`, `comments` or nothing."""


@dataclass(frozen=True, slots=True)
class DateFound:
    """A date in the text: its words, the line, and what they may mean (several: a person chooses)."""

    written: str
    line: int
    readings: tuple[tuple[str, DateReading], ...]


@dataclass(frozen=True, slots=True)
class PlaceFound:
    """A place named in the text, the first line that names it, how often, and what it may mean."""

    written: str
    line: int
    count: int
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class PersonalFound:
    """A telephone number, an address or a citizen's number in the text."""

    kind: str
    text: str
    line: int


def lines_of(data: bytes, encoding: str) -> list[str]:
    """Return the lines of a file as its reader counted them."""
    return decode(data, encoding or None).text.removeprefix("\ufeff").split("\n")


def mark(lines: Sequence[str], provenance: Mapping[str, Any]) -> list[SourceLine]:
    """Return the lines to show, each with the fields that were read from it."""
    fields: defaultdict[int, list[str]] = defaultdict(list)
    parts: dict[int, str] = {}
    for name, how in provenance.items():
        span = lines_in(how)
        if span is None:
            continue
        if name in WHOLE:
            parts.update(dict.fromkeys(range(span[0], span[1] + 1), name))
            continue
        for number in range(span[0], min(span[1], span[0] + MOST_LINES) + 1):
            fields[number].append(name)
    return [
        SourceLine(number, clip(line, LINE_LONGEST), tuple(fields[number]), parts.get(number, ""))
        for number, line in enumerate(lines[:MOST_LINES], 1)
    ]


def lines_in(how: object) -> tuple[int, int] | None:
    """Return the first and last line that an entry's provenance of a field names, or None."""
    lines = how.get("lines") if isinstance(how, dict) else None
    if not isinstance(lines, list) or len(lines) != 2 or not all(isinstance(one, int) for one in lines):  # noqa: PLR2004
        return None
    return lines[0], lines[1]


def find_all_dates(lines: Sequence[str]) -> list[DateFound]:
    """Return the dates that these lines name, each once, the first line that does."""
    found: dict[str, DateFound] = {}
    for number, line in enumerate(lines[:MOST_LINES], 1):
        for one in find_dates(line):
            written = one.reading.written.strip()
            if written in found or len(found) >= MOST_FOUND:
                continue
            readings = readings_of(written) or [one.reading]
            found[written] = DateFound(written, number, tuple((choice_of(each), each) for each in readings))
    return list(found.values())


def find_all_places(lines: Sequence[str]) -> list[PlaceFound]:
    """Return the places that these lines name, the most often named first."""
    text = "\n".join(lines[:MOST_LINES])
    starts = _starts(text)
    first: dict[tuple[str, ...], PlaceFound] = {}
    for mention in find_mentions(text):
        key = tuple(place.code for place in mention.places)
        known = first.get(key)
        line = known.line if known else _line_at(starts, mention.start)
        written = known.written if known else mention.written
        first[key] = PlaceFound(written, line, (known.count if known else 0) + 1, mention.places)
    return sorted(first.values(), key=lambda one: (-one.count, one.line))[:MOST_FOUND]


def find_all_personal(lines: Sequence[str], cleared: frozenset[str]) -> list[PersonalFound]:
    """Return what looks personal in these lines and was not cleared; the same thing once."""
    found: dict[str, PersonalFound] = {}
    for number, line in enumerate(lines[:MOST_LINES], 1):
        for one in find_personal(line):
            written = line[one.start : one.end]
            if plain_form(written) not in cleared:
                found.setdefault(plain_form(written), PersonalFound(one.kind, written, number))
    return list(found.values())


def _starts(text: str) -> list[int]:
    return [0, *(at + 1 for at, sign in enumerate(text) if sign == "\n")]


def _line_at(starts: Sequence[int], offset: int) -> int:
    return bisect_right(starts, offset)
