"""Cutting a coding in two: both halves keep code, voice and memo, and each its part of the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import select

from kmwiki.coding.access import may_change
from kmwiki.coding.actions.noting import note, together
from kmwiki.coding.actions.stances import check_version, stances_of
from kmwiki.coding.batches.confirming import confirm
from kmwiki.coding.carrying import place_by_hand
from kmwiki.coding.codings import text_to_code, usable_code
from kmwiki.coding.in_rounds import check_open, in_units
from kmwiki.coding.models import BatchCoding, Code, Coding, Placement
from kmwiki.coding.twins import standing_on
from kmwiki.db import now
from kmwiki.errors import Conflict, Forbidden, Invalid, say
from kmwiki.events.service import record
from kmwiki.sources.models import Source
from kmwiki.text.clusters import snap

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.coding.schemas import SplitIn
    from kmwiki.security.policy import Caller


def split_coding(session: Session, caller: Caller, coding: Coding, data: SplitIn) -> tuple[Coding, Coding]:
    """Cut a coding in two at an offset into the text as it is. Return the one before the cut and the new one after it.

    The coding itself becomes the first half and keeps its evidence, as when it is shrunk. The second has an identity of
    its own; its evidence is its part of what was coded, as long as those very words stand there. Invalid names the
    nearest places that can be cut; Conflict if a half stands under the code already or the words are lost.
    """
    if not may_change(caller, coding):
        raise Forbidden(say("This coding is another person's. Only its coder or a supervisor may change it."))
    check_open(session, coding)
    check_version(coding, data.version, is_moved=True)
    usable_code(session, coding.project_id, coding.code_id)
    source = session.get_one(Source, coding.source_id)
    text = text_to_code(session, source, source.head_no if data.revision is None else data.revision)
    start, end = _check(coding, text, data.at)
    _check_halves(session, coding, text, (start, data.at, end))
    with together(session, caller, verb="coding.split"):
        stood = stances_of(session, [coding])
        second = _second(session, coding, source, text, data.at)
        if second.ev_revision != source.head_no and session.get(Placement, (second.id, source.head_no)) is None:
            place_by_hand(session, caller, second, data.at, end)
        place_by_hand(session, caller, coding, start, data.at)
        confirm(session, caller, coding)  # who cuts what a batch has made has looked at it
        _join_batch(session, caller, coding, second)
        note(session, caller, "coding.split", [coding], stood)
        note(session, caller, "coding.split", [second])
    record(
        session,
        caller,
        "coding.split",
        project_id=coding.project_id,
        source_id=coding.source_id,
        coding=coding.id,
        into=second.id,
        codings=[coding.id, second.id],
        at=data.at,
        revision=source.head_no,
    )
    return coding, second


def _check(coding: Coding, text: str, at: int) -> tuple[int, int]:
    """Return where the coding stands. Invalid unless both halves have words and the cut lies between two characters."""
    if coding.start is None or coding.end is None:
        raise Conflict(
            say("The words of this coding are no longer in the text. Point at other words, or take the coding away.")
        )
    start, end = coding.start, coding.end
    if not start < at < end:
        raise Invalid.one(
            "at",
            say(
                "The cut %(at)s lies outside the passage: it must lie between its borders %(start)s and %(end)s.",
                at=at,
                start=start,
                end=end,
            ),
        )
    left, right = snap(text, at, at)
    if left != right:
        raise Invalid.one(
            "at",
            say(
                "The cut %(at)s falls inside a character and its marks. "
                "The nearest borders are %(left)s and %(right)s.",
                at=at,
                left=left,
                right=right,
            ),
        )
    if not text[start:at].strip() or not text[at:end].strip():
        raise Invalid.one("at", say("One half would hold only spaces. Cut between words."))
    return start, end


def _check_halves(session: Session, coding: Coding, text: str, places: tuple[int, int, int]) -> None:
    """Raise Conflict if a half stands under the code already, Invalid if it is no whole unit of the coding's round."""
    start, at, end = places
    for spot in ((start, at), (at, end)):
        if in_units(session, coding.round_id, text, spot) != spot:
            raise Invalid.one("at", say("This round codes whole units: cut between two of them."))
        twin = standing_on(session, coding, spot)
        if twin is not None:
            name = session.get_one(Code, coding.code_id).name_th
            raise Conflict(say("The passage is under “%(name)s” already.", name=name), {"coding_id": twin.id})


def _second(session: Session, coding: Coding, source: Source, text: str, at: int) -> Coding:
    """Add the second half. Its evidence is its part of the first one's if those words stand there still."""
    start, end = coding.start or 0, coding.end or 0
    shared = {
        name: getattr(coding, name)
        for name in (
            "project_id",
            "source_id",
            "root_id",
            "code_id",
            "layer_id",
            "coder_id",
            "round_id",
            "voice",
            "memo",
        )
    }
    is_as_seen = text[start:end] == coding.ev_quote
    cut = at - start
    second = Coding(
        guid=str(uuid4()),
        **shared,
        status="accepted",
        ev_revision=coding.ev_revision if is_as_seen else source.head_no,
        ev_start=coding.ev_start + cut if is_as_seen else at,
        ev_end=coding.ev_end if is_as_seen else end,
        ev_quote=text[at:end],
        start=at,
        end=end,
        created=now(),
    )
    session.add(second)
    session.flush()
    if is_as_seen:
        _share_past(session, coding, second, cut)
    return second


def _share_past(session: Session, coding: Coding, second: Coding, cut: int) -> None:
    """Let the second half have stood in the revisions between where its words stood, as far as they were these."""
    length = coding.ev_end - coding.ev_start
    rows = session.scalars(select(Placement).where(Placement.coding_id == coding.id)).all()
    for row in rows:
        is_same = row.state == "placed" and row.start is not None and row.end == row.start + length
        if is_same and row.start is not None:
            session.add(
                Placement(
                    coding_id=second.id,
                    revision=row.revision,
                    start=row.start + cut,
                    end=row.end,
                    state="placed",
                    decided_by=row.decided_by,
                )
            )
    session.flush()


def _join_batch(session: Session, caller: Caller, coding: Coding, second: Coding) -> None:
    made = session.get(BatchCoding, coding.id)
    if made is not None:
        session.add(
            BatchCoding(
                coding_id=second.id,
                batch_id=made.batch_id,
                accepted_by=made.accepted_by or caller.user_id,
                accepted=made.accepted or now(),
            )
        )
        session.flush()
