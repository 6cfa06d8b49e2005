"""Going on in the list of entries from the last one seen, so that a new one at the front repeats none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select

from kmwiki.entries.filters import key_of
from kmwiki.entries.models import Entry
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from kmwiki.security.policy import Caller

_READERS: dict[str, Callable[[str], Any]] = {
    "event": date.fromisoformat,
    "updated": datetime.fromisoformat,
    "talked": datetime.fromisoformat,
    "title": str,
}
_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Seen:
    """The last entry seen: its id, and the value by which the list is sorted."""

    entry_id: int
    key: Any = None

    @classmethod
    def read(cls, sort: str, parts: Sequence[str]) -> Seen:
        """Make it of the texts that `as_parts` gave. ValueError for any others."""
        given, *keys = parts
        if not (given.isascii() and given.isdigit() and len(given) <= _DIGITS) or len(keys) > (sort in _READERS):
            raise ValueError(given)
        key = _READERS[sort](keys[0]) if keys else None
        if isinstance(key, datetime) and key.tzinfo is None:
            raise ValueError(keys[0])
        return cls(int(given), key)

    def as_parts(self) -> list[str]:
        """Give it as texts; a key that is missing is left out."""
        shown = self.key.isoformat() if isinstance(self.key, date) else self.key
        return [str(self.entry_id)] if shown is None else [str(self.entry_id), shown]


def seen(session: Session, entry: Entry, sort: str) -> Seen:
    """Return where the list of that order stands after the entry."""
    if sort == "number":
        return Seen(entry.number)
    column, _ = key_of(sort)
    if column is None:
        return Seen(entry.id)
    joined = select(column).select_from(Entry).join(Source, Source.id == Entry.source_id)
    return Seen(entry.id, session.scalar(joined.where(Entry.id == entry.id)))


def seen_by_id(session: Session, caller: Caller, project_id: int, last: Seen) -> Seen:
    """Return where a list by titles stands after an entry that is named by its id alone.

    For who does not see all of every title: a key would tell the title, and one made up would be answered with how it
    compares. ValueError for a key, and for an entry that the caller does not read.
    """
    found = select(Entry.title_key).join(Source, Source.id == Entry.source_id)
    mine = Entry.id == last.entry_id, Entry.project_id == project_id, visible_to(caller)
    key = session.scalar(found.where(*mine)) if last.key is None else None
    if key is None:
        raise ValueError(last.entry_id)
    return Seen(last.entry_id, key)


def behind(sort: str, last: Seen) -> ColumnElement[bool]:
    """Return the condition on entries that come after the last one seen."""
    if sort == "number":
        return Entry.number > last.entry_id
    column, is_falling = key_of(sort)
    older = Entry.id < last.entry_id
    if column is None:
        return older
    if last.key is None:
        return and_(column.is_(None), older)
    beyond = column < last.key if is_falling else column > last.key
    return or_(beyond, column.is_(None), and_(column == last.key, older))
