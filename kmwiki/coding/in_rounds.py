"""What a round asks of a coding: by one of its coders, on one of its texts, under one of its codes, in whole units.

Who a round is about and what it shows is decided in `kmwiki.rounds`; this is what the verbs of codings check.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from sqlalchemy import select

from kmwiki.coding.layers import own_layer
from kmwiki.coding.models import Code, CodeAncestor, Layer
from kmwiki.coding.round_models import CodingRound, RoundCoder, RoundText
from kmwiki.errors import Conflict, Forbidden, Invalid, NotFound, say
from kmwiki.text.clusters import snap
from kmwiki.text.units import widen

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.coding.choices import Choice
    from kmwiki.coding.models import Coding
    from kmwiki.security.policy import Caller
    from kmwiki.sources.models import Source
    from kmwiki.text.units import Unit

FREE = "free"


def seat(session: Session, caller: Caller, source: Source, round_id: int) -> CodingRound:
    """Return the open round in which the caller may code this text.

    NotFound if the project has none such or the text is not of it, Forbidden for who does not code in it, Conflict if
    it is closed.
    """
    found = session.get(CodingRound, round_id)
    if found is None or found.project_id != source.project_id:
        raise NotFound(say("There is no such coding round here."))
    if session.get(RoundText, (round_id, source.root_id or source.id)) is None:
        raise NotFound(say("This text does not belong to the coding round “%(name)s”.", name=found.name))
    if caller.user_id is None or session.get(RoundCoder, (round_id, caller.user_id)) is None:
        raise Forbidden(say("You do not code in the round “%(name)s”. A supervisor can add you.", name=found.name))
    demand_open(found)
    return found


def demand_open(found: CodingRound) -> None:
    """Raise Conflict if the round is closed."""
    if found.state != "open":
        raise Conflict(
            say("The coding round “%(name)s” is closed; what was coded in it stays as it is.", name=found.name)
        )


def check_open(session: Session, coding: Coding) -> None:
    """Raise Conflict if a coding is of a closed round: what was compared must not change behind the comparison."""
    if coding.round_id is not None:
        demand_open(session.get_one(CodingRound, coding.round_id))


def check_code(session: Session, round_id: int | None, code: Code) -> None:
    """Raise Invalid for a code that the round does not use; outside of rounds every code will do."""
    found = None if round_id is None else session.get_one(CodingRound, round_id)
    if found is not None and found.code_ids and code.id not in codes_of(session, found):
        message = say("The round “%(name)s” does not use the code “%(code)s”.", name=found.name, code=code.name_th)
        raise Invalid.one("code_id", message)


def codes_of(session: Session, found: CodingRound) -> set[int]:
    """Return the ids of the codes that a round was narrowed to, with all below them; empty if it uses all."""
    if not found.code_ids:
        return set()
    below = select(CodeAncestor.code_id).where(CodeAncestor.ancestor_id.in_(found.code_ids))
    return {*found.code_ids, *session.scalars(below)}


def in_units(session: Session, round_id: int | None, text: str, spot: tuple[int, int]) -> tuple[int, int]:
    """Return the whole units of the round that a passage of the text stands in; as it is where there are no units."""
    found = None if round_id is None else session.get_one(CodingRound, round_id)
    if found is None or found.unit == FREE:
        return spot
    start, end = spot
    return snap(text, *widen(text, start, end, cast("Unit", found.unit)))


def layer_for(session: Session, caller: Caller, source: Source, round_id: int | None) -> Layer:
    """Return the layer that the caller codes a text in, locked: their own, or theirs in the round, as `seat` allows."""
    if round_id is None:
        return own_layer(session, source.project_id, caller.user_id or 0)
    return _round_layer(session, seat(session, caller, source, round_id), caller.user_id or 0)


def _round_layer(session: Session, found: CodingRound, coder_id: int) -> Layer:
    wanted = (Layer.round_id == found.id, Layer.coder_id == coder_id, Layer.kind == "round")
    layer = session.scalar(select(Layer).where(*wanted).with_for_update())
    if layer is None:
        layer = Layer(project_id=found.project_id, coder_id=coder_id, kind="round", round_id=found.id)
        session.add(layer)
        session.flush()
    return layer


def narrowed(session: Session, project_id: int, round_id: int | None, choices: list[Choice]) -> list[Choice]:
    """Leave only a round's codes to be chosen; the others stand as headings, which name what is below them."""
    found = None if round_id is None else session.get(CodingRound, round_id)
    if found is None or found.project_id != project_id or not found.code_ids:
        return choices
    used = codes_of(session, found)
    return [replace(choice, is_codable=choice.is_codable and choice.id in used) for choice in choices]
