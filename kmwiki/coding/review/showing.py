"""What the review list shows of a coding: the words it stood on, the text now, and look-alikes to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from kmwiki.coding.access import may_change
from kmwiki.coding.queries import CodingRow, review_queue
from kmwiki.coding.review.filters import EVERYTHING, ReviewFilters
from kmwiki.coding.veiled import veiled_rows
from kmwiki.sources.models import Source
from kmwiki.sources.queries import heads
from kmwiki.sources.veil import veil_for
from kmwiki.text.clusters import is_boundary, snap
from kmwiki.text.diff import diff_words

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.security.policy import Caller
    from kmwiki.text.diff import Piece

AROUND = 80  # code points of text shown on each side
LOOK_ALIKES = 3
FEWEST = 8  # code points that a quote needs to be looked for elsewhere: shorter ones stand everywhere
MOST_PLACES = 20


@dataclass(frozen=True, slots=True)
class Passage:
    """Words in the present text with what stands around them."""

    start: int
    end: int
    before: str
    words: str
    after: str


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """A coding that waits: what it was put on, what stands there now, and where else the same words stand."""

    row: CodingRow
    old: str
    now: Passage | None
    pieces: list[Piece]
    look_alikes: list[Passage]
    more_alike: int  # so many stand elsewhere besides those listed
    may_change: bool

    @property
    def tick(self) -> str:
        """The coding as it was seen, as forms carry it: `12@3:4-10`, or `12@3:-` where it is lost."""
        coding = self.row.coding
        place = "-" if coding.start is None else f"{coding.start}-{coding.end}"
        return f"{coding.id}@{self.row.revision}:{place}"


def review_page(
    session: Session,
    caller: Caller,
    project_id: int,
    *,
    own: bool = False,
    filters: ReviewFilters = EVERYTHING,
    offset: int,
    size: int,
) -> tuple[list[ReviewItem], int]:
    """Return a page of the review list and the number of all that wait. Few statements, however many wait."""
    rows, total = review_queue(session, caller, project_id, own=own, filters=filters, offset=offset, size=size)
    rows = veiled_rows(session, caller, project_id, rows)
    veil = veil_for(session, caller, project_id)
    sources = list(session.scalars(select(Source).where(Source.id.in_({row.coding.source_id for row in rows}))))
    found = heads(session, sources)
    texts = {source.id: veil.over(source).text(found[source.id].reading_text) for source in sources}
    return [_item(row, texts[row.coding.source_id], caller) for row in rows], total


def places_of(text: str, quote: str, taken: int | None, *, fewest: int = FEWEST) -> list[int]:
    """Return where else in a text the same words stand, at whole characters: offers, for a person to choose from."""
    found: list[int] = []
    if len(quote) < fewest:
        return found
    at = text.find(quote)
    while at >= 0 and len(found) < MOST_PLACES:
        if at != taken and is_boundary(text, at) and is_boundary(text, at + len(quote)):
            found.append(at)
        at = text.find(quote, at + 1)
    return found


def _item(row: CodingRow, text: str, caller: Caller) -> ReviewItem:
    coding = row.coding
    now = None if coding.start is None or coding.end is None else _passage(text, coding.start, coding.end)
    places = places_of(text, coding.ev_quote, coding.start)
    return ReviewItem(
        row=row,
        old=coding.ev_quote,
        now=now,
        pieces=list(diff_words(coding.ev_quote, now.words)) if now else [],
        look_alikes=[_passage(text, at, at + len(coding.ev_quote)) for at in places[:LOOK_ALIKES]],
        more_alike=max(len(places) - LOOK_ALIKES, 0),
        may_change=may_change(caller, coding),
    )


def _passage(text: str, start: int, end: int) -> Passage:
    left, right = snap(text, max(start - AROUND, 0), min(end + AROUND, len(text)))
    return Passage(start, end, text[left:start], text[start:end], text[end:right])
