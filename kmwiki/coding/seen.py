"""Which codings a caller may know of, and which ones count. Whoever reads codings asks here, besides `visible_to`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, not_, or_, select

from kmwiki.coding.models import Coding
from kmwiki.coding.round_models import CodingRound, RoundCoder, RoundText

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from kmwiki.security.policy import Caller

COUNTED = and_(Coding.deleted.is_(None), Coding.status == "accepted", Coding.round_id.is_(None))
"""Codings that count in figures, facets and search: not those of a round, nor what a batch made and nobody accepted."""


def seen_by(caller: Caller) -> ColumnElement[bool]:
    """Return the condition on `Coding` for those that a caller may know of, whatever texts they stand in.

    Nobody sees what others code in an open round. On the texts of an open blind round its coders see their own codings
    only, those that others made before it included: who has read another's opinion is not blind.
    """
    me = caller.user_id
    open_rounds = select(CodingRound.id).where(CodingRound.state == "open")
    not_in_a_round = or_(Coding.round_id.is_(None), Coding.round_id.not_in(open_rounds))
    if me is None:
        return not_in_a_round
    return or_(Coding.coder_id == me, and_(not_in_a_round, not_(_stands_blind(me))))


def _stands_blind(user_id: int) -> ColumnElement[bool]:
    texts = (
        select(RoundText.root_id)
        .join(CodingRound, CodingRound.id == RoundText.round_id)
        .join(RoundCoder, RoundCoder.round_id == CodingRound.id)
        .where(RoundCoder.coder_id == user_id, CodingRound.state == "open", CodingRound.is_blind)
    )
    return Coding.root_id.in_(texts)
