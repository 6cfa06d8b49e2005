"""Reading codings, each with its code, its coder and the words it stands on now. Only what the caller may read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from kmwiki.accounts.models import User
from kmwiki.coding.models import BatchCoding, Code, CodeAncestor, Coding
from kmwiki.coding.review.filters import EVERYTHING, ReviewFilters, waiting
from kmwiki.coding.seen import OF_NO_ROUND, seen_by
from kmwiki.coding.veiled import veiled_rows
from kmwiki.db import LARGEST_INTEGER
from kmwiki.entries.models import Entry, EntryPlace
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Revision, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from kmwiki.coding.models import CodingBatch
    from kmwiki.security.policy import Caller


ID_DIGITS = len(str(LARGEST_INTEGER))


@dataclass(frozen=True, slots=True)
class CodingRow:
    """A coding with what a list tells about it. `quote` is the present words, None when they are lost."""

    coding: Coding
    code: Code
    coder: str | None
    quote: str | None
    revision: int  # the head, in which start, end and quote count
    source_kind: str
    entry_id: int | None
    number: int | None  # of the entry
    title: str
    entry_kind: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingFilters:
    """Which codings to list. `below` takes the codes under `code_id` too; `coder` is an address, a name or an id."""

    code_id: int | None = None
    below: bool = False
    province: str | None = None  # two digits
    kind: str | None = None  # of the entry
    coder: str | None = None
    source_id: int | None = None
    states: tuple[str, ...] = ()
    own_of: int | None = None  # a user's id
    round_id: int | None = None  # None: those of no round
    statuses: tuple[str, ...] = ("accepted",)  # what a batch made counts only when asked for


def find_codings(
    session: Session, caller: Caller, project_id: int, filters: CodingFilters, *, after: int = 0, size: int = 50
) -> tuple[list[CodingRow], int]:
    """Return codings with ids above `after` in the order of their ids, and how many the filters let through in all."""
    theirs = (Coding.project_id == project_id, Coding.deleted.is_(None), visible_to(caller), seen_by(caller))
    wanted = (*theirs, *_conditions(filters))
    count = select(func.count()).select_from(Coding).join(Source, Source.id == Coding.source_id)
    if filters.kind or filters.province:
        count = count.outerjoin(Entry, Entry.source_id == Coding.root_id)
    if filters.coder:
        count = count.outerjoin(User, User.id == Coding.coder_id)
    total = session.scalar(count.where(*wanted)) or 0
    rows = session.execute(_rows().where(*wanted, Coding.id > after).order_by(Coding.id).limit(size))
    return veiled_rows(session, caller, project_id, [CodingRow(*row) for row in rows]), total


def codings_of_batch(
    session: Session, caller: Caller, batch: CodingBatch, *, offset: int = 0, size: int = 50
) -> list[CodingRow]:
    """Return the codings of a batch that are there and may be read, note by note, those that wait first."""
    wanted = _rows().join(BatchCoding, BatchCoding.coding_id == Coding.id)
    wanted = wanted.where(BatchCoding.batch_id == batch.id, Coding.deleted.is_(None), visible_to(caller))
    wanted = wanted.where(seen_by(caller))
    order = (Coding.status == "accepted", Entry.number, Coding.source_id, Coding.ev_start, Coding.id)
    rows = [CodingRow(*row) for row in session.execute(wanted.order_by(*order).offset(offset).limit(size))]
    return veiled_rows(session, caller, batch.project_id, rows)


def rows_of_codings(session: Session, caller: Caller, project_id: int, ids: Sequence[int]) -> list[CodingRow]:
    """Return these codings of a project, in the order of their ids, as far as the caller may know of them."""
    wanted = _rows().where(Coding.id.in_(ids), Coding.project_id == project_id, visible_to(caller), seen_by(caller))
    rows = session.execute(wanted.where(Coding.deleted.is_(None)).order_by(Coding.id))
    return veiled_rows(session, caller, project_id, [CodingRow(*row) for row in rows])


def coding_row(session: Session, coding_id: int) -> CodingRow:
    """Return one coding as a list tells it; access has been settled before."""
    return CodingRow(*session.execute(_rows().where(Coding.id == coding_id)).one())


def review_queue(
    session: Session,
    caller: Caller,
    project_id: int,
    *,
    own: bool = False,
    filters: ReviewFilters = EVERYTHING,
    offset: int = 0,
    size: int = 20,
) -> tuple[list[CodingRow], int]:
    """Return the changed and lost codings that wait, text by text, and their number. `own`: the caller's only."""
    wanted = waiting(caller, project_id, replace(filters, own=own or filters.own))
    total = session.scalar(
        select(func.count()).select_from(Coding).join(Source, Source.id == Coding.source_id).where(*wanted)
    )
    order = (Entry.number, Coding.source_id, Coding.start.is_(None), Coding.start, Coding.id)
    rows = session.execute(_rows().where(*wanted).order_by(*order).offset(offset).limit(size))
    return [CodingRow(*row) for row in rows], total or 0


LOOKED_BACK = 200
"""Among so many of a coder's latest codings the recent codes are found."""


def recent_codes(session: Session, caller: Caller, project_id: int, *, size: int = 8) -> list[int]:
    """Return the ids of the codes that the caller used last, the newest first."""
    if caller.user_id is None:
        return []
    latest = (
        select(Coding.id, Coding.code_id)
        .where(Coding.project_id + 0 == project_id)  # no index helps: the newest rows are read backwards
        .where(Coding.coder_id == caller.user_id, Coding.deleted.is_(None), Coding.status == "accepted")
        .order_by(Coding.id.desc())
        .limit(LOOKED_BACK)
        .subquery()
    )
    rows = session.scalars(
        select(latest.c.code_id)
        .join(Code, Code.id == latest.c.code_id)
        .where(Code.state == "live", Code.is_codable)
        .group_by(latest.c.code_id)
        .order_by(func.max(latest.c.id).desc())
        .limit(size)
    )
    return list(rows)


PRESENT_QUOTE = func.substr(Revision.reading_text, Coding.start + 1, Coding.end - Coding.start)


def _rows(quote: ColumnElement[Any] = PRESENT_QUOTE) -> Select[Any]:
    return (
        select(
            Coding, Code, User.name, quote, Source.head_no, Source.kind, Entry.id, Entry.number,
            func.coalesce(Entry.title, ""), Entry.kind,
        )
        .join(Code, Code.id == Coding.code_id)
        .join(Source, Source.id == Coding.source_id)
        .join(Revision, and_(Revision.source_id == Source.id, Revision.no == Source.head_no))
        .outerjoin(User, User.id == Coding.coder_id)
        .outerjoin(Entry, Entry.source_id == Coding.root_id)
    )  # fmt: skip


def _conditions(filters: CodingFilters) -> Sequence[ColumnElement[bool]]:
    found = [OF_NO_ROUND if filters.round_id is None else Coding.round_id == filters.round_id]
    if filters.code_id is not None and filters.below:
        inner = select(CodeAncestor.code_id).where(CodeAncestor.ancestor_id == filters.code_id)
        found.append(Coding.code_id.in_(inner))
    elif filters.code_id is not None:
        found.append(Coding.code_id == filters.code_id)
    if filters.province:
        at = and_(EntryPlace.entry_id == Entry.id, EntryPlace.province_code == filters.province)
        found.append(exists(select(EntryPlace.entry_id).where(at)))
    if filters.kind:
        found.append(Entry.kind == filters.kind)
    if filters.coder:
        named = or_(User.email == filters.coder.lower(), User.name == filters.coder)
        is_id = filters.coder.isascii() and filters.coder.isdigit() and len(filters.coder) < ID_DIGITS
        found.append(or_(named, User.id == int(filters.coder)) if is_id else named)
    if filters.source_id is not None:
        found.append(Coding.source_id == filters.source_id)
    if filters.states:
        found.append(Coding.state.in_(filters.states))
    if filters.statuses:
        found.append(Coding.status.in_(filters.statuses))
    if filters.own_of is not None:
        found.append(Coding.coder_id == filters.own_of)
    return found
