"""Fields of a note that name another note of its project: an AAR its meeting. Stored is the other note's number.

What the reader may not read is not told, neither its title nor that it is linked; saving without it keeps it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload

from kmwiki.entries.kinds import KINDS
from kmwiki.entries.models import Entry
from kmwiki.errors import Invalid, Message, say
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Source
from kmwiki.text.thai import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from kmwiki.entries.kinds import Field
    from kmwiki.security.policy import Caller

MOST_OFFERED = 300
"""So many notes are offered while one types; every other can still be named by its number."""

NAMED = 3
"""So many notes are named where a title fits several."""


@dataclass(frozen=True, slots=True)
class LinkedFrom:
    """Notes of one kind that name this one in a field: the AARs of a meeting."""

    kind: str
    field: Field
    entries: Sequence[Entry]


def link_fields(kind: str) -> list[Field]:
    """Return the fields of a kind that name another note."""
    known = KINDS.get(kind)
    return [each for each in known.fields if each.type == "entry"] if known else []


def settle(
    session: Session,
    caller: Caller,
    project_id: int,
    kind: str,
    fields: Mapping[str, Any],
    *,
    before: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the fields with every link as the number of a note that there is.

    A link that stood there `before` is kept as it was, also where the caller may not read what it leads to and so
    could not send it. Invalid where nothing, or several notes, are meant.
    """
    settled, wrong = dict(fields), dict[str, Message]()
    for each in link_fields(kind):
        old = (before or {}).get(each.key)
        value = settled.get(each.key)
        if value == old:
            continue
        if value is None:
            if readable(session, caller, project_id, old) is None and _exists(session, project_id, old):
                settled[each.key] = old
            continue
        try:
            settled[each.key] = _meant(session, caller, project_id, each, value).number
        except Invalid as error:
            wrong[f"fields.{each.key}"] = error.message
    if wrong:
        raise Invalid(next(iter(wrong.values())), wrong)
    return settled


def readable(session: Session, caller: Caller, project_id: int, number: Any) -> Entry | None:
    """Return the note of that number if there is one that the caller may read."""
    if not isinstance(number, int):
        return None
    return session.scalar(_readable(caller, project_id).where(Entry.number == number))


def links_of(session: Session, caller: Caller, entry: Entry) -> dict[str, Entry]:
    """Return, by field, the notes that this one names and that the caller may read."""
    found = {
        each.key: readable(session, caller, entry.project_id, entry.fields.get(each.key))
        for each in link_fields(entry.kind)
    }
    return {key: linked for key, linked in found.items() if linked is not None}


def told_fields(session: Session, caller: Caller, entry: Entry) -> dict[str, Any]:
    """Return the fields of a note without the links that the caller may not follow."""
    keys = {each.key for each in link_fields(entry.kind)} & entry.fields.keys()
    hidden = keys - links_of(session, caller, entry).keys() if keys else set()
    return {key: value for key, value in entry.fields.items() if key not in hidden}


def linked_from(session: Session, caller: Caller, entry: Entry) -> list[LinkedFrom]:
    """Return the notes that name this one and that the caller may read, by kind and field, in their own order."""
    wanted = [
        (kind.key, each) for kind in KINDS.values() for each in link_fields(kind.key) if each.of_kind == entry.kind
    ]
    if not wanted:
        return []
    rows = session.scalars(
        _readable(caller, entry.project_id)
        .where(or_(*(_names(kind, each.key, entry.number) for kind, each in wanted)))
        .order_by(Entry.event_start, Entry.number)
    ).all()
    groups = [
        LinkedFrom(kind, each, [row for row in rows if row.kind == kind and row.fields.get(each.key) == entry.number])
        for kind, each in wanted
    ]
    return [group for group in groups if group.entries]


def offered(session: Session, caller: Caller, project_id: int, kind: str) -> dict[str, list[Entry]]:
    """Return, by field of that kind, the notes that may be named there: the newest ones that the caller may read."""
    return {
        each.key: list(
            session.scalars(
                _readable(caller, project_id)
                .where(Entry.kind == each.of_kind)
                .order_by(Entry.event_start.desc(), Entry.number.desc())
                .limit(MOST_OFFERED)
            )
        )
        for each in link_fields(kind)
    }


def _names(kind: str, key: str, number: int) -> ColumnElement[bool]:
    return and_(Entry.kind == kind, Entry.fields[key].as_integer() == number)


def _readable(caller: Caller, project_id: int) -> Select[Entry]:
    return (
        select(Entry)
        .join(Source, Source.id == Entry.source_id)
        .where(Entry.project_id == project_id, visible_to(caller))
        .options(joinedload(Entry.source))
    )


def _exists(session: Session, project_id: int, number: Any) -> bool:
    wanted = select(Entry.id).where(Entry.project_id == project_id, Entry.number == number)
    return isinstance(number, int) and session.scalar(wanted) is not None


def _meant(session: Session, caller: Caller, project_id: int, field: Field, value: int | str) -> Entry:
    """Return the note that a number or a title means. Invalid says why there is none."""
    if isinstance(value, int):
        found = readable(session, caller, project_id, value)
        if found is None:
            raise Invalid(say("There is no note number %(number)s here. Choose one from the list.", number=value))
        if found.kind != field.of_kind:
            raise Invalid(
                say("No. %(number)s, “%(title)s”, is of another kind. Choose one from the list.", **_told(found))
            )
        return found
    wanted = fold(value)
    notes = session.scalars(_readable(caller, project_id).where(Entry.kind == field.of_kind)).all()
    titled = [(fold(each.title), each) for each in notes]
    fitting = [each for title, each in titled if title == wanted] or [each for title, each in titled if wanted in title]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        some = ", ".join(f"{each.number} {each.title}" for each in fitting[:NAMED])
        raise Invalid(say("Several have such a title: %(some)s. Write the number of the one you mean.", some=some))
    raise Invalid(say("None has such a title: “%(text)s”. Write its number or choose it from the list.", text=value))


def _told(entry: Entry) -> dict[str, str | int]:
    return {"number": entry.number, "title": entry.title}
