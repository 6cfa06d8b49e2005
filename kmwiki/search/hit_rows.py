"""What the hits of a page are made of, read from the database as it is now: plain columns, and only those needed."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam, select

from kmwiki.coding.models import Code, Coding
from kmwiki.coding.seen import COUNTED, seen_by
from kmwiki.comments.models import Comment
from kmwiki.entries.models import Entry, EntryPlace
from kmwiki.entries.schemas import EventOut
from kmwiki.memos.models import Memo
from kmwiki.security.policy import Caller
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Revision, Source

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date

    from sqlalchemy import BindParameter, Row, Select
    from sqlalchemy.orm import Session

    from kmwiki.search.engine import Match
    from kmwiki.security.policy import Role
    from kmwiki.sources.veil import Veil

    Statement = Select[*tuple[Any, ...]]
    Plain = Row[*tuple[Any, ...]]

Marked = tuple[int, int, int]
"""A code and where it stands in a text."""

# Made once: putting a statement together costs as much as asking it.
_IDS: BindParameter[int] = bindparam("ids", expanding=True)
_HEADS = (
    select(Revision.source_id, Revision.no, Revision.reading_text)
    .join(Source, (Source.id == Revision.source_id) & (Source.head_no == Revision.no))
    .where(Revision.source_id.in_(_IDS))
)
_ENTRIES = select(
    Entry.id,
    Entry.number,
    Entry.kind,
    Entry.title,
    Entry.lead,
    Entry.fields,
    Entry.event_start,
    Entry.event_end,
    Entry.event_precision,
    Entry.event_calendar,
    Entry.event_written,
).where(Entry.id.in_(_IDS))
_PROVINCES = (
    select(EntryPlace.entry_id, EntryPlace.province_code)
    .where(EntryPlace.entry_id.in_(_IDS))
    .order_by(EntryPlace.entry_id, EntryPlace.ord)
)
_COMMENTS = select(Comment.source_id, Comment.id).where(Comment.source_id.in_(_IDS))
_MEMOS = select(Memo.source_id, Memo.id, Memo.title).where(Memo.source_id.in_(_IDS))
_CODES = select(Code.id, Code.name_th, Code.definition, Code.include, Code.exclude, Code.example, Code.aliases).where(
    Code.id.in_(_IDS)
)
_CODINGS = select(Coding.source_id, Coding.code_id, Coding.start, Coding.end).where(
    Coding.source_id.in_(_IDS),
    COUNTED,
    Coding.start.is_not(None),
)


class Head(NamedTuple):
    """A source's text as it is now, as the reader may see it."""

    no: int
    text: str


class EntryRow(NamedTuple):
    """What is told of an entry."""

    id: int
    number: int
    kind: str
    title: str
    lead: str
    fields: Mapping[str, Any]
    event_start: date | None
    event_end: date | None
    event_precision: str | None
    event_calendar: str | None
    event_written: str | None

    @property
    def event(self) -> EventOut | None:
        """When it happened, or None if that is not told."""
        if self.event_start is None or self.event_end is None:
            return None
        return EventOut(
            start=self.event_start,
            end=self.event_end,
            precision=self.event_precision or "day",
            calendar=self.event_calendar or "be",
            written=self.event_written or "",
        )


class MemoRow(NamedTuple):
    """What is told of a memo."""

    source_id: int
    id: int
    title: str


class CodeRow(NamedTuple):
    """What is told of a code."""

    id: int
    name: str
    definition: str
    include: str
    exclude: str
    example: str
    aliases: Sequence[str]


class Found(NamedTuple):
    """A text that was found: what the index told of it that names rows. A code has an `id`, anything else a source."""

    match: Match
    type: str
    id: int | None
    source: int | None
    entry: int | None

    @classmethod
    def of(cls, match: Match) -> Found:
        """Read what a match names."""
        columns = match.columns
        numbers = [int(values[0]) if (values := columns.get(name)) else None for name in ("id", "source", "entry")]
        return cls(match, columns["type"][0], *numbers)


class Rows(NamedTuple):
    """What the hits of a page need, by id."""

    heads: Mapping[int, Head]
    entries: Mapping[int, EntryRow]
    provinces: Mapping[int, Sequence[str]]
    comments: Mapping[int, int]
    memos: Mapping[int, MemoRow]
    codes: Mapping[int, CodeRow]
    codings: Mapping[int, Sequence[Marked]]
    veil: Veil


def read_rows(session: Session, caller: Caller, found: Sequence[Found], veil: Veil) -> Rows:
    """Read what these hits are made of. Kinds of rows that none of them needs are not asked for."""
    sources = [one.source for one in found if one.source is not None]
    entries = {one.entry for one in found if one.entry is not None}
    heads, codings = _of_caller(caller.user_id, caller.is_admin, frozenset(caller.roles.items()))
    return Rows(
        {source_id: Head(no, veil.text(text)) for source_id, no, text in _read(session, heads, sources)},
        {row[0]: EntryRow(*row) for row in _read(session, _ENTRIES, entries)},
        _gathered(_read(session, _PROVINCES, entries)),
        {row[0]: row[1] for row in _read(session, _COMMENTS, _sources_of(found, "comment"))},
        {row[0]: MemoRow(*row) for row in _read(session, _MEMOS, _sources_of(found, "memo"))},
        {row[0]: CodeRow(*row) for row in _read(session, _CODES, [one.id for one in found if one.id is not None])},
        _gathered((row[0], (row[1], row[2], row[3])) for row in _read(session, codings, sources) if row[3] is not None),
        veil,
    )


def _sources_of(found: Iterable[Found], kind: str) -> list[int]:
    return [one.source for one in found if one.type == kind and one.source is not None]


@lru_cache(maxsize=128)
def _of_caller(
    user_id: int | None,
    is_admin: bool,  # noqa: FBT001 - a cache compares what it is called with
    roles: frozenset[tuple[int, Role]],
) -> tuple[Statement, Statement]:
    """Return the statements that depend on who asks: for texts and for codings."""
    caller = Caller(user_id=user_id, is_admin=is_admin, roles=dict(sorted(roles)))
    return _HEADS.where(visible_to(caller)), _CODINGS.where(seen_by(caller))


def _read(session: Session, wanted: Statement, ids: Collection[int]) -> Sequence[Plain]:
    """Read plain rows by the connection itself: the session would look at each for objects that there are none of."""
    return session.connection().execute(wanted, {"ids": list(ids)}).all() if ids else ()


def _gathered(pairs: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found
