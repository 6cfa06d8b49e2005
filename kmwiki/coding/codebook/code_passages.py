"""The passages of one code as a list to choose from: filtered, page by page, or all their ids at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, func, select

from kmwiki.accounts.models import User
from kmwiki.coding.models import Coding
from kmwiki.coding.queries import CodingRow, rows_of_codings
from kmwiki.coding.seen import OF_NO_ROUND, seen_by
from kmwiki.entries.models import Entry
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Source
from kmwiki.text.thai import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from kmwiki.coding.models import Code
    from kmwiki.security.policy import Caller


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageFilters:
    """Which passages of a code: with these words in what was coded, by this coder, in this voice, of this entry."""

    words: str = ""
    coder_id: int | None = None
    voice: str = ""
    number: int | None = None  # of the entry

    @property
    def is_narrow(self) -> bool:
        """Whether anything is left out."""
        return bool(self.words.strip() or self.coder_id is not None or self.voice or self.number is not None)


def passage_ids(session: Session, caller: Caller, code: Code, filters: PassageFilters) -> list[int]:
    """Return the ids of a code's passages that the caller may read and the filters let through, entry by entry."""
    order = (Entry.number, Coding.source_id, Coding.ev_start, Coding.id)
    statement = (
        select(Coding.id, Coding.ev_quote)
        .join(Source, Source.id == Coding.source_id)
        .outerjoin(Entry, Entry.source_id == Coding.root_id)
        .where(*_wanted(caller, code), *_conditions(filters))
        .order_by(*order)
    )
    wanted = fold(filters.words.strip())
    return [coding_id for coding_id, quote in session.execute(statement) if not wanted or wanted in fold(quote)]


def passages(session: Session, caller: Caller, project_id: int, coding_ids: Sequence[int]) -> list[CodingRow]:
    """Return these codings as lists tell them, in the order of the ids. Readable they must be."""
    rows = {row.coding.id: row for row in rows_of_codings(session, caller, project_id, coding_ids)}
    return [rows[coding_id] for coding_id in coding_ids if coding_id in rows]


def coders_of_code(session: Session, caller: Caller, code: Code) -> list[tuple[int, str, int]]:
    """Return who has coded with a code: id, name, number of passages, as far as the caller may know of them."""
    rows = session.execute(
        select(User.id, User.name, func.count())
        .select_from(Coding)
        .join(Source, Source.id == Coding.source_id)
        .join(User, User.id == Coding.coder_id)
        .where(*_wanted(caller, code))
        .group_by(User.id, User.name)
        .order_by(User.name, User.id)
    )
    return [(user_id, name, number) for user_id, name, number in rows]


def _wanted(caller: Caller, code: Code) -> Sequence[ColumnElement[bool]]:
    return (Coding.code_id == code.id, Coding.deleted.is_(None), OF_NO_ROUND, seen_by(caller), visible_to(caller))


def _conditions(filters: PassageFilters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.coder_id is not None:
        found.append(Coding.coder_id == filters.coder_id)
    if filters.voice:
        found.append(Coding.voice.is_(None) if filters.voice == "none" else Coding.voice == filters.voice)
    if filters.number is not None:
        found.append(Entry.number == filters.number)
    return found
