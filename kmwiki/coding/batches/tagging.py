"""Verbs of batches: put many passages under one code at once, accept them, take the whole batch back, bring it again.

What a batch makes is marked `auto` and counts nowhere until a person accepts it, each by itself or all together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

from sqlalchemy import select

from kmwiki.coding.access import may_change
from kmwiki.coding.actions.noting import note
from kmwiki.coding.actions.stances import stances_of
from kmwiki.coding.batches.confirming import confirm
from kmwiki.coding.carrying import bring_to_head
from kmwiki.coding.codings import usable_code
from kmwiki.coding.layers import own_layer
from kmwiki.coding.models import BatchCoding, Code, Coding, CodingBatch
from kmwiki.coding.passages import check_passage
from kmwiki.coding.twins import standing_on
from kmwiki.db import LARGEST_INTEGER, now
from kmwiki.errors import Conflict, Forbidden, Invalid, say
from kmwiki.events.service import record
from kmwiki.security.policy import Permission, can
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Revision, Source
from kmwiki.text.units import UNITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.coding.models import Layer
    from kmwiki.coding.schemas import Voice
    from kmwiki.security.policy import Caller

MOST = 1000
"""So many passages one batch holds; whoever has more narrows the search."""
LONGEST_KEY = 64
TAG_UNITS = (*UNITS, "text")
"""How much is coded around each place; `text` is all of it."""
_SPOT = re.compile(r"(\d{1,18}):(\d{1,18}):(\d{1,18})-(\d{1,18})", re.ASCII)


class Spot(NamedTuple):
    """A passage by its place: [start, end) in the reading text of a revision."""

    source_id: int
    revision: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be put under which code; `key` names the form, `query` is the search as in its address."""

    code_id: int
    spots: Sequence[Spot]
    key: str
    query: dict[str, list[str]]
    unit: str = "match"
    voice: Voice | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What accepting or undoing a batch did: how many codings it touched, and the ids of those it left."""

    done: int
    left: list[int]


def read_spots(values: Iterable[str]) -> list[Spot]:
    """Read passages as forms carry them, `source:revision:start-end`, each once. Invalid for anything else."""
    found: dict[Spot, None] = {}
    for value in values:
        read = _SPOT.fullmatch(value)
        if read is None or max(numbers := [int(number) for number in read.groups()]) > LARGEST_INTEGER:
            raise Invalid.one("p", say("“%(value)s” names no passage. Open the list again.", value=value[:80]))
        found[Spot(*numbers)] = None
    return list(found)


def tag(session: Session, caller: Caller, project: Project, order: Order) -> tuple[CodingBatch, bool]:
    """Put all passages under the code in the caller's own layer, or none. Return the batch, and if it is new.

    The same form sent twice is one batch. Passages whose text has changed or can no longer be read are left out and
    counted, as are those that stand under the code already. Invalid for a place that no text has or if nothing is left.
    """
    if caller.user_id is None or not can(caller, Permission.CODE, project.id):
        raise Forbidden(say("Your role in this project does not let you code. Ask an owner of the project."))
    layer = own_layer(session, project.id, caller.user_id)
    mine = CodingBatch.project_id == project.id, CodingBatch.coder_id == caller.user_id
    known = session.scalar(select(CodingBatch).where(*mine, CodingBatch.key == order.key))
    if known is not None:
        return known, False
    _check(order)
    code = usable_code(session, project.id, order.code_id)
    texts = _texts(session, caller, project.id, order.spots)
    standing = _standing(session, layer.id, code.id, texts)
    fresh = [spot for spot in order.spots if (spot.source_id, spot.revision) in texts]
    quotes = {spot: _quote(texts[spot.source_id, spot.revision][1], spot) for spot in fresh}
    wanted = [spot for spot in fresh if (spot.source_id, spot.start, spot.end) not in standing]
    if not wanted:
        raise Invalid.one("p", _why_none(len(order.spots) - len(fresh), len(fresh)))
    batch = CodingBatch(
        project_id=project.id, coder_id=caller.user_id, code_id=code.id, key=order.key, query=order.query,
        unit=order.unit, voice=order.voice, doubled=len(fresh) - len(wanted), moved=len(order.spots) - len(fresh),
    )  # fmt: skip
    made = [_coding(batch, layer, texts[spot.source_id, spot.revision][0], spot, quotes[spot]) for spot in wanted]
    session.add_all([batch, *made])
    session.flush()
    session.add_all(BatchCoding(coding_id=coding.id, batch_id=batch.id) for coding in made)
    session.flush()
    _record(session, caller, "batch.made", batch, code=code.id, codings=len(made))
    return batch, True


def accept_batch(session: Session, caller: Caller, batch: CodingBatch) -> Outcome:
    """Accept what of a batch waits and stands on the words it was put on; what an edit touched is looked at singly."""
    check_right(caller, batch)
    waiting = [
        coding for coding, _ in _made(session, batch) if coding.status != "accepted" and may_change(caller, coding)
    ]
    sure = [coding for coding in waiting if coding.state == "placed"]
    stood = stances_of(session, sure)
    for coding in sure:
        confirm(session, caller, coding)
    if sure:
        note(session, caller, "batch.accepted", sure, stood)
        _record(session, caller, "batch.accepted", batch, codings=len(sure))
    return Outcome(len(sure), [coding.id for coding in waiting if coding.state != "placed"])


def undo_batch(session: Session, caller: Caller, batch: CodingBatch) -> Outcome:
    """Take the codings of a batch away, but for those that somebody else has accepted or changed since."""
    check_right(caller, batch)
    moment, removed, kept = now(), 0, []
    for coding, made in _made(session, batch):
        if coding.status != "accepted" or (made.accepted_by is not None and made.accepted_by == caller.user_id):
            coding.deleted = moment
            removed += 1
        else:
            kept.append(coding.id)
    if removed:
        batch.undone = moment
        session.flush()
        _record(session, caller, "batch.undone", batch, codings=removed, kept=kept)
    return Outcome(removed, kept)


def redo_batch(session: Session, caller: Caller, batch: CodingBatch) -> Outcome:
    """Bring back what undoing took away, placed in the texts as they are now; what stands there again is left out.

    Conflict if the code is out of use or the batch was not undone.
    """
    check_right(caller, batch)
    if batch.undone is None:
        raise Conflict(say("This batch was not undone."))
    if "proposed" not in batch.query:  # what was proposed has many codes: one that is out of use stays away alone
        usable_code(session, batch.project_id, batch.code_id)
    own_layer(session, batch.project_id, batch.coder_id)
    gone = select(Coding).join(BatchCoding, BatchCoding.coding_id == Coding.id)
    back, left = 0, []
    for coding in session.scalars(gone.where(BatchCoding.batch_id == batch.id, Coding.deleted == batch.undone)).all():
        bring_to_head(session, coding)
        is_usable = session.get_one(Code, coding.code_id).state == "live"
        if not is_usable or standing_on(session, coding, (coding.start, coding.end)) is not None:
            left.append(coding.id)
            continue
        coding.deleted = None
        back += 1
    batch.undone = None
    session.flush()
    _record(session, caller, "batch.redone", batch, codings=back)
    return Outcome(back, left)


def check_right(caller: Caller, batch: CodingBatch) -> None:
    """Raise Forbidden unless the batch is the caller's own or they moderate."""
    is_own = caller.user_id is not None and caller.user_id == batch.coder_id
    if not can(caller, Permission.CODE if is_own else Permission.MODERATE, batch.project_id):
        raise Forbidden(say("This batch is another person's. Only its coder or a supervisor may change it."))


def _coding(batch: CodingBatch, layer: Layer, source: Source, spot: Spot, quote: str) -> Coding:
    return Coding(
        guid=str(uuid4()), project_id=batch.project_id, source_id=source.id, root_id=source.root_id or source.id,
        code_id=batch.code_id, layer_id=layer.id, coder_id=batch.coder_id, voice=batch.voice, status="auto",
        ev_revision=spot.revision, ev_start=spot.start, ev_end=spot.end, ev_quote=quote, start=spot.start, end=spot.end,
    )  # fmt: skip


def _check(order: Order) -> None:
    if not order.spots:
        raise Invalid.one("p", say("Tick at least one passage."))
    if len(order.spots) > MOST:
        raise Invalid.one(
            "p", say("At most %(most)s passages are coded at once. Narrow the search or untick some.", most=MOST)
        )
    if order.unit not in TAG_UNITS:
        raise Invalid.one(
            "unit", say("%(value)s is none of: %(names)s.", value=order.unit[:80], names=", ".join(TAG_UNITS))
        )
    if not 0 < len(order.key) <= LONGEST_KEY:
        raise Invalid.one("key", say("This form is not complete. Open the list again."))


def _texts(
    session: Session, caller: Caller, project_id: int, spots: Sequence[Spot]
) -> dict[tuple[int, int], tuple[Source, str]]:
    """Return the readable sources with their present text, by source and revision; what reads otherwise not."""
    at_head = (Source.id == Revision.source_id) & (Source.head_no == Revision.no)
    rows = session.execute(
        select(Source, Revision.reading_text, Revision.sha256)
        .join(Revision, at_head)
        .where(
            Source.id.in_({spot.source_id for spot in spots}),
            Source.project_id == project_id,
            Source.kind.in_(("entry", "comment")),
            visible_to(caller),
        )
    )
    heads = {source.id: (source, text, digest) for source, text, digest in rows}
    found = {}
    for source_id, number in {(spot.source_id, spot.revision) for spot in spots if spot.source_id in heads}:
        source, text, digest = heads[source_id]
        if number != source.head_no:
            old = session.get(Revision, (source_id, number))
            if old is None or old.sha256 != digest:
                continue
        found[source_id, number] = source, text
    return found


def _standing(
    session: Session, layer_id: int, code_id: int, texts: dict[tuple[int, int], tuple[Source, str]]
) -> set[tuple[int, int | None, int | None]]:
    rows = session.execute(
        select(Coding.source_id, Coding.start, Coding.end).where(
            Coding.layer_id == layer_id,
            Coding.code_id == code_id,
            Coding.deleted.is_(None),
            Coding.source_id.in_({source_id for source_id, _ in texts}),
        )
    )
    return {(source_id, start, end) for source_id, start, end in rows}


def _quote(text: str, spot: Spot) -> str:
    return check_passage(text, spot.start, spot.end, text[spot.start : spot.end])


def _why_none(moved: int, doubled: int) -> Any:
    if not moved:
        return say("All %(number)s passages stand under this code already.", number=doubled)
    return say(
        "Nothing is left to code: the text of %(moved)s passages has changed since, and %(doubled)s stand under the "
        "code already. Open the list again.",
        moved=moved,
        doubled=doubled,
    )


def _made(session: Session, batch: CodingBatch) -> list[tuple[Coding, BatchCoding]]:
    rows = session.execute(
        select(Coding, BatchCoding)
        .join(BatchCoding, BatchCoding.coding_id == Coding.id)
        .where(BatchCoding.batch_id == batch.id, Coding.deleted.is_(None))
        .order_by(Coding.id)
    )
    return [(coding, made) for coding, made in rows]


def _record(session: Session, caller: Caller, verb: str, batch: CodingBatch, **data: Any) -> None:
    record(session, caller, verb, project_id=batch.project_id, batch=batch.id, **data)
