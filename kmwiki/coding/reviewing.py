"""What the review list shows of a coding: the words it stood on, the text now, and look-alikes to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmwiki.coding.access import may_change
from kmwiki.coding.queries import CodingRow, review_queue
from kmwiki.sources.models import Revision
from kmwiki.text.clusters import snap
from kmwiki.text.diff import diff_words

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.security.policy import Caller
    from kmwiki.text.diff import Piece

AROUND = 80  # code points of text shown on each side
LOOK_ALIKES = 3
FEWEST = 8  # code points that a quote needs to be looked for elsewhere: shorter ones stand everywhere


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
    may_change: bool


def review_page(
    session: Session, caller: Caller, project_id: int, *, own: bool, offset: int, size: int
) -> tuple[list[ReviewItem], int]:
    """Return a page of the review list and the number of all that wait."""
    rows, total = review_queue(session, caller, project_id, own=own, offset=offset, size=size)
    texts = {row.coding.source_id: row.revision for row in rows}
    heads = {
        source_id: session.get_one(Revision, (source_id, number)).reading_text for source_id, number in texts.items()
    }
    return [_item(row, heads[row.coding.source_id], caller) for row in rows], total


def _item(row: CodingRow, text: str, caller: Caller) -> ReviewItem:
    coding = row.coding
    now = None if coding.start is None or coding.end is None else _passage(text, coding.start, coding.end)
    return ReviewItem(
        row=row,
        old=coding.ev_quote,
        now=now,
        pieces=list(diff_words(coding.ev_quote, now.words)) if now else [],
        look_alikes=_look_alikes(text, coding.ev_quote, coding.start),
        may_change=may_change(caller, coding),
    )


def _passage(text: str, start: int, end: int) -> Passage:
    left, right = snap(text, max(start - AROUND, 0), min(end + AROUND, len(text)))
    return Passage(start, end, text[left:start], text[start:end], text[end:right])


def _look_alikes(text: str, quote: str, taken: int | None) -> list[Passage]:
    found: list[Passage] = []
    if len(quote) < FEWEST:
        return found
    at = text.find(quote)
    while at >= 0 and len(found) < LOOK_ALIKES:
        if at != taken:
            found.append(_passage(text, at, at + len(quote)))
        at = text.find(quote, at + 1)
    return found
