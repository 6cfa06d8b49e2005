"""The filters and orders of the list of entries, and the counts beside each filter."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, exists, extract, func, or_, select

from kmwiki.entries.models import Entry, EntryAuthor, EntryPlace, EntryTag
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Source
from kmwiki.sources.veil import veil_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from kmwiki.security.policy import Caller

SORTS = ("event", "updated", "created", "title", "number", "talked")

_FIRST_YEAR, _LAST_YEAR = 1, 9998


@dataclass(frozen=True, slots=True)
class EntryFilters:
    """What a list is narrowed to; several values of one filter mean any of them. Years are CE, those of the event."""

    kinds: tuple[str, ...] = ()
    provinces: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    text: str = ""  # stands in the title
    is_mine: bool = False
    sort: str = "event"


@dataclass(frozen=True, slots=True)
class Paging:
    """Which part of a list: `size` rows from `offset` on."""

    offset: int = 0
    size: int = 50


def conditions(filters: EntryFilters, caller: Caller) -> list[ColumnElement[bool]]:
    """Return the conditions on `Entry` joined with its `Source`."""
    found: list[ColumnElement[bool]] = []
    if filters.kinds:
        found.append(Entry.kind.in_(filters.kinds))
    if filters.provinces:
        found.append(exists().where(EntryPlace.entry_id == Entry.id, EntryPlace.province_code.in_(filters.provinces)))
    if filters.tags:
        found.append(exists().where(EntryTag.entry_id == Entry.id, EntryTag.tag.in_(filters.tags)))
    if filters.authors:
        found.append(exists().where(EntryAuthor.entry_id == Entry.id, EntryAuthor.name.in_(filters.authors)))
    if filters.statuses:
        found.append(Source.state.in_(filters.statuses))
    if filters.years:
        found.append(or_(*(_in_year(year) for year in filters.years)))
    if filters.text.strip():
        found.append(func.lower(Entry.title).contains(filters.text.strip().lower(), autoescape=True))
    if filters.is_mine:
        found.append(Source.author_id == caller.user_id)
    return found


def not_by_guess(session: Session, caller: Caller, project_id: int, filters: EntryFilters) -> list[ColumnElement[bool]]:
    """Return the condition that leaves out notes in whose title the text stands only where the caller sees a mask.

    Otherwise a hidden number could be found digit by digit.
    """
    veil = veil_for(session, caller, project_id)
    wanted = filters.text.strip().lower()
    if veil.is_open or not wanted:
        return []
    rows = session.execute(
        select(Entry.id, Entry.title, Source)
        .join(Source, Source.id == Entry.source_id)
        .where(Entry.project_id == project_id, visible_to(caller), *conditions(EntryFilters(text=filters.text), caller))
    )
    guessed = [key for key, title, source in rows if wanted not in veil.over(source).text(title).lower()]
    return [Entry.id.not_in(guessed)] if guessed else []


def _in_year(year: int) -> ColumnElement[bool]:
    year = min(max(year, _FIRST_YEAR), _LAST_YEAR)
    return (Entry.event_start <= date(year, 12, 31)) & (Entry.event_end >= date(year, 1, 1))


def key_of(sort: str) -> tuple[ColumnElement[Any] | None, bool]:
    """Return by what the order of that name sorts before the id, and if the largest comes first. None: the id alone."""
    comment = Source.__table__.alias()
    last_talk = (
        select(func.max(comment.c.created))
        .where(comment.c.root_id == Entry.source_id, comment.c.kind == "comment", comment.c.deleted.is_(None))
        .scalar_subquery()
    )
    keys: dict[str, tuple[Any, bool]] = {
        "event": (Entry.event_start, True),
        "updated": (Source.updated, True),
        "created": (None, True),
        "title": (Entry.title_key, False),
        "number": (Entry.number, False),
        "talked": (last_talk, True),
    }
    return keys.get(sort, keys["event"])


def order_of(sort: str) -> Sequence[Any]:
    """Return the order of that name; what it does not tell apart comes youngest first."""
    key, is_falling = key_of(sort)
    if key is None:
        return (Entry.id.desc(),)
    return (key.desc().nulls_last() if is_falling else key, Entry.id.desc())


@dataclass(frozen=True, slots=True)
class Counts:
    """How many entries each value of a filter would let through, under the other filters in force."""

    kinds: dict[str, int]
    provinces: dict[str, int]
    tags: dict[str, int]
    authors: dict[str, int]
    statuses: dict[str, int]
    years: dict[int, int]


def count_values(session: Session, caller: Caller, project_id: int, filters: EntryFilters) -> Counts:
    """Count the values of every filter over what the caller may read."""
    not_guessed = not_by_guess(session, caller, project_id, filters)

    def counted(column: Any, **freed: Any) -> dict[Any, int]:
        wanted = [*conditions(replace(filters, **freed), caller), *not_guessed]
        statement: Select[Any] = select(column, func.count(Entry.id.distinct())).select_from(Entry)
        statement = statement.join(Source, Source.id == Entry.source_id)
        for table in (EntryPlace, EntryTag, EntryAuthor):
            if getattr(column, "class_", None) is table:
                statement = statement.join(table, table.entry_id == Entry.id)
        statement = statement.where(Entry.project_id == project_id, visible_to(caller), *wanted).group_by(column)
        return {value: count for value, count in session.execute(statement) if value is not None}

    years = counted(extract("year", Entry.event_start), years=())
    return Counts(
        kinds=counted(Entry.kind, kinds=()),
        provinces=counted(EntryPlace.province_code, provinces=()),
        tags=counted(EntryTag.tag, tags=()),
        authors=counted(EntryAuthor.name, authors=()),
        statuses=counted(Source.state, statuses=()),
        years={int(year): count for year, count in sorted(years.items(), reverse=True)},
    )
