"""Carrying codings from one revision of a text to the next: placed, changed or lost, never silently wrong.

The evidence of a coding is not touched here. What moves is its present place, and every revision gets a Placement that
says where the coding stood in it. A coding that was changed stays so until a person accepts it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from kmwiki.coding.models import Coding, Placement
from kmwiki.errors import say
from kmwiki.events.service import record
from kmwiki.sources.models import Revision, Source
from kmwiki.text.anchors import carry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from kmwiki.errors import Message
    from kmwiki.security.policy import Caller


@dataclass(frozen=True, slots=True)
class Place:
    """Where a coding stands in a revision: no offsets when it is lost."""

    start: int | None
    end: int | None
    state: str


@dataclass(frozen=True, slots=True)
class CarryResult:
    """What an edit did to the codings of its text, by their ids."""

    placed: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)

    @property
    def message(self) -> Message | None:
        """A sentence for who edited, or None when every coding stands where it stood."""
        if not self.changed and not self.lost:
            return None
        return say(
            "Codings on the text: %(placed)s stayed on their words, %(changed)s changed, %(lost)s lost their words. "
            "Look at them in the review list.",
            placed=len(self.placed),
            changed=len(self.changed),
            lost=len(self.lost),
        )


LOST = Place(None, None, "lost")


def carry_codings(session: Session, caller: Caller, source: Source, old: Revision, new: Revision) -> CarryResult:
    """Place every live coding of `source` in its new revision, coming from the old one; return what became of them."""
    codings = list(
        session.scalars(
            select(Coding).where(Coding.source_id == source.id, Coding.deleted.is_(None)).order_by(Coding.id)
        )
    )
    if not codings:
        return CarryResult()
    places = _carried([Place(item.start, item.end, item.state) for item in codings], old.reading_text, new.reading_text)
    if old.sha256 != new.sha256:
        places = _as_it_was(session, codings, places, new)
    result = CarryResult()
    for coding, place in zip(codings, places, strict=True):
        coding.start, coding.end, coding.state = place.start, place.end, place.state
        getattr(result, place.state).append(coding.id)
    session.add_all(_placement(coding.id, new.no, place) for coding, place in zip(codings, places, strict=True))
    session.flush()
    record(
        session,
        caller,
        "codings.carried",
        project_id=source.project_id,
        source_id=source.id,
        revision=new.no,
        placed=len(result.placed),
        changed=result.changed,
        lost=result.lost,
    )
    return result


def outcome_of(session: Session, source_id: int, number: int) -> CarryResult:
    """Return what the edit that made revision `number` did to the codings of its text that are still there."""
    rows = session.execute(
        select(Placement.coding_id, Placement.state)
        .join(Coding, Coding.id == Placement.coding_id)
        .where(Coding.source_id == source_id, Coding.deleted.is_(None), Placement.revision == number)
        .order_by(Placement.coding_id)
    )
    result = CarryResult()
    for coding_id, state in rows:
        getattr(result, state).append(coding_id)
    return result


def bring_to_head(session: Session, coding: Coding) -> None:
    """Place a coding that was away while its text went on: carried from the last revision that knew it to the head."""
    source = session.get_one(Source, coding.source_id)
    latest = session.scalars(
        select(Placement).where(Placement.coding_id == coding.id).order_by(Placement.revision.desc()).limit(1)
    ).first()
    number = max(latest.revision, coding.ev_revision) if latest else coding.ev_revision
    if number == source.head_no:
        return
    old = session.get_one(Revision, (source.id, number))
    new = session.get_one(Revision, (source.id, source.head_no))
    place = _carried([Place(coding.start, coding.end, coding.state)], old.reading_text, new.reading_text)[0]
    coding.start, coding.end, coding.state = place.start, place.end, place.state
    session.add(_placement(coding.id, source.head_no, place))
    session.flush()


def place_by_hand(session: Session, caller: Caller, coding: Coding, start: int, end: int) -> None:
    """Let a coding stand on text[start:end] of the head because a person says so; the offsets have been checked."""
    source = session.get_one(Source, coding.source_id)
    coding.start, coding.end, coding.state = start, end, "placed"
    session.merge(
        Placement(
            coding_id=coding.id,
            revision=source.head_no,
            start=start,
            end=end,
            state="placed",
            decided_by=caller.user_id,
        )
    )
    session.flush()


def lay_back(
    session: Session, coding: Coding, number: int, place: Place, *, decided_by: int | None, is_laid: bool
) -> None:
    """Let a coding stand on `place` in revision `number`, as though it had not been moved there, and carry it on again.

    `is_laid`: whether that revision had a Placement; `decided_by` is who decided it. Later ones are written anew.
    """
    session.execute(delete(Placement).where(Placement.coding_id == coding.id, Placement.revision == number))
    if is_laid:
        session.add(_placement(coding.id, number, place, decided_by))
    later = session.scalars(
        select(Placement)
        .where(Placement.coding_id == coding.id, Placement.revision > number)
        .order_by(Placement.revision)
    ).all()
    before = session.get_one(Revision, (coding.source_id, number))
    known = {before.sha256: place}
    for row in later:
        text = session.get_one(Revision, (coding.source_id, row.revision))
        place = known.get(text.sha256) or _carried([place], before.reading_text, text.reading_text)[0]
        row.start, row.end, row.state, row.decided_by = place.start, place.end, place.state, None
        known[text.sha256], before = place, text
    coding.start, coding.end, coding.state = place.start, place.end, place.state
    session.flush()


def _carried(places: Sequence[Place], old: str, new: str) -> list[Place]:
    if old == new:
        return list(places)
    standing = [(place.start, place.end) for place in places if place.start is not None and place.end is not None]
    found = iter(carry(old, new, standing))
    moved: list[Place] = []
    for place in places:
        if place.start is None or place.end is None:
            moved.append(LOST)
            continue
        there = next(found)
        if there.state == "lost" or there.start is None or there.end is None:
            moved.append(LOST)
        else:
            is_sure = there.state == "placed" and place.state == "placed"
            moved.append(Place(there.start, there.end, "placed" if is_sure else "changed"))
    return moved


def _placement(coding_id: int, number: int, place: Place, decided_by: int | None = None) -> Placement:
    return Placement(
        coding_id=coding_id,
        revision=number,
        start=place.start,
        end=place.end,
        state=place.state,
        decided_by=decided_by,
    )


def _as_it_was(session: Session, codings: Sequence[Coding], places: Sequence[Place], new: Revision) -> list[Place]:
    """Let codings stand where they stood when the text was this one before, unless a person has placed them since."""
    number = session.scalar(
        select(Revision.no)
        .where(Revision.source_id == new.source_id, Revision.sha256 == new.sha256, Revision.no < new.no)
        .order_by(Revision.no.desc())
        .limit(1)
    )
    if number is None:
        return list(places)
    rows = session.scalars(
        select(Placement).where(Placement.coding_id.in_([item.id for item in codings]), Placement.revision >= number)
    ).all()
    then = {row.coding_id: Place(row.start, row.end, row.state) for row in rows if row.revision == number}
    decided = {row.coding_id for row in rows if row.revision > number and row.decided_by is not None}
    for item in codings:
        if item.ev_revision == number:
            then.setdefault(item.id, Place(item.ev_start, item.ev_end, "placed"))
    return [
        then[item.id] if item.id in then and item.id not in decided else place
        for item, place in zip(codings, places, strict=True)
    ]
