"""Whether a passage is under a code already: one layer has it there once, by where its codings stand now.

No index can hold this: an edit may lay two codings on the same words, and that must not fail. Adding is serial per
layer instead (`own_layer` locks it; SQLite has one writer anyway).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import exists, select

from kmwiki.coding.models import Coding, Placement

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

Spot = tuple[int | None, int | None]
"""Where a coding stands in the head's reading text; two None when its words are lost."""


def standing_on(session: Session, coding: Coding, spot: Spot, *, code_id: int | None = None) -> Coding | None:
    """Return the layer's other live coding with that code (by default its own) on that spot, a sure one first.

    Lost codings stand nowhere; of them, those are the same that were put on the same evidence.
    """
    where = _on_evidence_of(coding) if spot[0] is None else (Coding.end == spot[1])
    wanted = _others(coding, code_id or coding.code_id).where(Coding.start == spot[0], where)
    return session.scalars(wanted.order_by(Coding.state != "placed", Coding.id).limit(1)).first()


def made_by_same_request(session: Session, coding: Coding) -> Coding | None:
    """Return the live coding that the same words of the same revision have made, if no person has placed it since."""
    by_hand = exists().where(Placement.coding_id == Coding.id, Placement.decided_by.is_not(None))
    wanted = _others(coding, coding.code_id).where(
        _on_evidence_of(coding), Coding.ev_quote == coding.ev_quote, ~by_hand
    )
    return session.scalars(wanted.order_by(Coding.id).limit(1)).first()


def _others(coding: Coding, code_id: int) -> Select[Coding]:
    return select(Coding).where(
        Coding.layer_id == coding.layer_id,
        Coding.source_id == coding.source_id,
        Coding.code_id == code_id,
        Coding.deleted.is_(None),
        Coding.id != (coding.id or 0),
    )


def _on_evidence_of(coding: Coding) -> ColumnElement[bool]:
    return (
        (Coding.ev_revision == coding.ev_revision)
        & (Coding.ev_start == coding.ev_start)
        & (Coding.ev_end == coding.ev_end)
    )
