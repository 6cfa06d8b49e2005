"""Which codings a caller may know of, and which ones count. Whoever reads codings asks here, besides `visible_to`."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, func, not_, or_, select

from kmwiki.coding.models import Coding
from kmwiki.coding.round_models import CodingRound, RoundCoder, RoundText

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import InstrumentedAttribute

    from kmwiki.security.policy import Caller

OF_NO_ROUND = Coding.round_id.is_(None)
"""Codings that stand in a coder's own layer or in an adjudicated one: what desks, lists and exports show."""
COUNTED = and_(Coding.deleted.is_(None), Coding.status == "accepted", OF_NO_ROUND)
"""Codings that count in figures, facets and search: not those of a round, nor what a batch made and nobody accepted."""

OPEN_ROUNDS = select(CodingRound.id).where(CodingRound.state == "open")


def seen_by(caller: Caller) -> ColumnElement[bool]:
    """Return the condition on `Coding` for those that a caller may know of, whatever texts they stand in.

    Nobody sees what others code in an open blind round, whatever their role. On its texts its coders see their own
    codings only, those that others made before it included: who has read another's opinion is not blind.
    """
    return _seen_by(caller.user_id)


@lru_cache(maxsize=256)
def _seen_by(me: int | None) -> ColumnElement[bool]:
    """Made once for each person: making it costs a page more than asking it."""
    blind = select(CodingRound.id).where(CodingRound.state == "open", CodingRound.is_blind)
    in_none = or_(OF_NO_ROUND, Coding.round_id.not_in(blind))
    if me is None:
        return in_none
    return or_(func.coalesce(Coding.coder_id, 0) == me, and_(in_none, Coding.root_id.not_in(blind_roots(me))))


def blind_roots(user_id: int) -> Select[int]:
    """Return the query of the sources of entries that a person is coding blind now."""
    return (
        select(RoundText.root_id)
        .join(CodingRound, CodingRound.id == RoundText.round_id)
        .join(RoundCoder, RoundCoder.round_id == CodingRound.id)
        .where(RoundCoder.coder_id == user_id, CodingRound.state == "open", CodingRound.is_blind)
    )


def is_unseen(caller: Caller, coding_id: ColumnElement[Any] | InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Return whether a column holds the id of a coding that the caller may not know of: for what tells of codings."""
    return exists().where(Coding.id == coding_id, not_(seen_by(caller)))
