"""Where in each of several texts the codings stand: the small strip beside an entry in a list."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from kmwiki.coding.models import Code, Coding
from kmwiki.coding.seen import COUNTED, seen_by
from kmwiki.sources.models import Revision, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from kmwiki.security.policy import Caller

MOST_BARS = 40


@dataclass(frozen=True, slots=True)
class Bar:
    """A coded passage, in hundredths of the text's length, with its code's colour."""

    x: float
    width: float
    color: int


@dataclass(slots=True)
class Strip:
    """How much of an entry is coded.

    Its codings, comments' included, those that wait for a look, the bars of its own text.
    """

    count: int = 0
    waiting: int = 0
    bars: list[Bar] = field(default_factory=list)


def strips_of(session: Session, caller: Caller, source_ids: Sequence[int]) -> dict[int, Strip]:
    """Return the strip of each entry, by the id of its source; which entries may be read was settled before."""
    strips = {source_id: Strip() for source_id in source_ids}
    rows = session.execute(
        select(Coding.root_id, Coding.source_id, Coding.start, Coding.end, Coding.state, Code.color)
        .join(Code, Code.id == Coding.code_id)
        .join(Source, Source.id == Coding.source_id)
        .where(
            Coding.root_id.in_(source_ids),
            COUNTED,
            seen_by(caller),
            Source.deleted.is_(None),
        )
        .order_by(Coding.start)
    ).all()
    lengths = _lengths(session, source_ids)
    for root_id, source_id, start, end, state, color in rows:
        strip = strips[root_id]
        strip.count += 1
        strip.waiting += state != "placed"
        if source_id == root_id and start is not None and end is not None and len(strip.bars) < MOST_BARS:
            whole = max(lengths.get(root_id, 1), 1)
            strip.bars.append(
                Bar(round(100 * start / whole, 1), max(1.5, round(100 * (end - start) / whole, 1)), color)
            )
    return strips


def _lengths(session: Session, source_ids: Sequence[int]) -> dict[int, int]:
    rows = session.execute(
        select(Revision.source_id, func.length(Revision.reading_text))
        .join(Source, (Source.id == Revision.source_id) & (Source.head_no == Revision.no))
        .where(Revision.source_id.in_(source_ids))
    )
    return {source_id: length for source_id, length in rows}  # noqa: C416 - rows are no pairs to mypy
