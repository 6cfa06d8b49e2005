"""Places in texts as addresses name them, with the revision in which they were found: `7:4-10@3`.

A text may be edited between finding a place and opening it. Then the place is carried along its own words to the text
as it is now, exactly as codings are; where its words are gone, the old revision is named instead of marking others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from kmwiki.sources.access import may_read_history, visible_to
from kmwiki.sources.models import Revision, Source
from kmwiki.sources.veil import veil_for
from kmwiki.text.anchors import carry
from kmwiki.text.clusters import clip, snap

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.security.policy import Caller

MOST = 200
MOST_CARRIED = 8
"""Carrying compares two whole texts; so many different old revisions are followed for one page."""
LONGEST_QUOTE = 80
_WRITTEN = re.compile(r"([0-9]{1,9}):([0-9]{1,8})-([0-9]{1,8})(?:@([0-9]{1,8}))?")

Ranges = dict[int, list[tuple[int, int]]]


class Pinpoint(NamedTuple):
    """Code points [start, end) of a revision of a source; without a revision those of the text as it is now."""

    source_id: int
    start: int
    end: int
    revision: int | None = None

    def __str__(self) -> str:
        """Write it as it stands in an address."""
        written = f"{self.source_id}:{self.start}-{self.end}"
        return written if self.revision is None else f"{written}@{self.revision}"


@dataclass(frozen=True, slots=True)
class Moved:
    """A place whose words have changed since it was found, or are gone (`is_lost`); `quote` is what stood there."""

    pinpoint: Pinpoint
    root_id: int
    quote: str
    is_lost: bool
    is_readable: bool
    """Whether the reader may open the revision in which it was found."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where places stand now, by source in the order in which they were named, and which of them have changed."""

    ranges: Ranges = field(default_factory=dict)
    moved: tuple[Moved, ...] = ()


def read_pinpoint(written: str) -> Pinpoint | None:
    """Read one place of an address; None for what is none."""
    match = _WRITTEN.fullmatch(written)
    if match is None or int(match[2]) >= int(match[3]):
        return None
    return Pinpoint(int(match[1]), int(match[2]), int(match[3]), int(match[4]) if match[4] else None)


def place_pinpoints(session: Session, caller: Caller, written: Iterable[str]) -> Placed:
    """Say where the places that an address names stand now. Nonsense, and texts not to be read, are left out."""
    named = list(islice(filter(None, map(read_pinpoint, written)), MOST))
    if not named:
        return Placed()
    readable = select(Source).where(Source.id.in_({one.source_id for one in named}), visible_to(caller))
    sources = {row.id: row for row in session.scalars(readable)}
    here = [one for one in named if one.source_id in sources]
    ranges: Ranges = {one.source_id: [] for one in here}
    older: dict[tuple[int, int], list[Pinpoint]] = {}
    for one in here:
        if one.revision is None or one.revision == sources[one.source_id].head_no:
            ranges[one.source_id].append((one.start, one.end))
        else:
            older.setdefault((one.source_id, one.revision), []).append(one)
    moved: list[Moved] = []
    for (source_id, no), some in islice(older.items(), MOST_CARRIED):
        stand, changed = _carried(session, caller, sources[source_id], no, some)
        ranges[source_id] += stand
        moved += changed
    return Placed(ranges, tuple(moved))


def _carried(
    session: Session, caller: Caller, source: Source, no: int, named: Sequence[Pinpoint]
) -> tuple[list[tuple[int, int]], list[Moved]]:
    """Follow places from an old revision to the text as it is now.

    Who reads only the text as it is now is told nothing about older ones, not even what of them is still there.
    """
    old = session.get(Revision, (source.id, no)) if may_read_history(caller, source) else None
    if old is None:
        return [], [Moved(one, source.root_id or source.id, "", is_lost=True, is_readable=False) for one in named]
    head = session.get_one(Revision, (source.id, source.head_no))
    veil = veil_for(session, caller, source.project_id).over(source)
    spans = [(min(one.start, len(old.reading_text)), min(one.end, len(old.reading_text))) for one in named]
    stand: list[tuple[int, int]] = []
    moved: list[Moved] = []
    for one, (start, end), now in zip(named, spans, carry(old.reading_text, head.reading_text, spans), strict=True):
        is_lost = now.start is None or now.end is None or start == end
        if now.start is not None and now.end is not None and not is_lost:
            stand.append((now.start, now.end))
        if now.state != "placed" or is_lost:
            quote = clip(veil.cut(old.reading_text, *snap(old.reading_text, start, end)), LONGEST_QUOTE)
            moved.append(Moved(one, source.root_id or source.id, quote, is_lost=is_lost, is_readable=True))
    return stand, moved
