"""Codings whose words went over to another text, as when the comments of a page are cut anew.

What the coder saw must stay with the text it was seen in. So the row in the old text is put away, and a new one in the
same layer, under the same code, stands on the words where they are now; who undoes the cut takes the old row out again.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from sqlalchemy import select

from kmwiki.coding.models import Coding, Placement
from kmwiki.coding.twins import standing_on
from kmwiki.db import now
from kmwiki.events.service import record
from kmwiki.sources.models import Revision, Source

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.coding.carrying import Place
    from kmwiki.security.policy import Caller


def codings_on(session: Session, source_ids: Collection[int]) -> Sequence[Coding]:
    """Return the live codings of these texts, lost ones included."""
    wanted = select(Coding).where(Coding.source_id.in_(source_ids), Coding.deleted.is_(None)).order_by(Coding.id)
    return session.scalars(wanted).all()


def move_coding(session: Session, caller: Caller, coding: Coding, target: Source, place: Place) -> Coding:
    """Let a coding stand in another text of the same root, at `place` of its head. Returns the row that stands there.

    Where its layer has the passage under the code already, that row is returned. A place that is not `placed` keeps
    the words that the coder saw, for the review list to show beside what is there now.
    """
    made = _row_in(session, coding, target, place)
    twin = standing_on(session, made, (place.start, place.end)) if place.start is not None else None
    coding.deleted = now()
    if twin is None:
        session.add(made)
        session.flush()
        session.add(_placement(made, target.head_no, place))
    else:
        made = twin
        made.memo = "\n\n".join(dict.fromkeys(filter(None, (twin.memo, coding.memo))))
    session.flush()
    record(
        session,
        caller,
        "coding.moved",
        project_id=coding.project_id,
        source_id=target.id,
        coding=made.id,
        before=coding.id,
        state=place.state,
    )
    return made


def _row_in(session: Session, coding: Coding, target: Source, place: Place) -> Coding:
    """Make the row that is to stand in the other text."""
    head = session.get_one(Revision, (target.id, target.head_no))
    start, end = place.start or 0, place.end or 0
    return Coding(
        guid=str(uuid.uuid4()),
        project_id=coding.project_id,
        source_id=target.id,
        root_id=coding.root_id,
        code_id=coding.code_id,
        layer_id=coding.layer_id,
        coder_id=coding.coder_id,
        round_id=coding.round_id,
        voice=coding.voice,
        memo=coding.memo,
        status=coding.status,
        ev_revision=head.no,
        ev_start=start,
        ev_end=end,
        ev_quote=head.reading_text[start:end] if place.state == "placed" else coding.ev_quote,
        start=place.start,
        end=place.end,
        state=place.state,
    )


def set_place(session: Session, coding: Coding, place: Place) -> None:
    """Let a coding stand exactly there in its text's head, because it is known, not guessed, where its words are."""
    source = session.get_one(Source, coding.source_id)
    coding.start, coding.end, coding.state = place.start, place.end, place.state
    session.merge(_placement(coding, source.head_no, place))
    session.flush()


def take_out_again(session: Session, coding: Coding, place: Place) -> None:
    """Let a coding that was moved away stand in its old text again, at `place` of its head."""
    coding.deleted = None
    set_place(session, coding, place)


def _placement(coding: Coding, number: int, place: Place) -> Placement:
    return Placement(coding_id=coding.id, revision=number, start=place.start, end=place.end, state=place.state)
