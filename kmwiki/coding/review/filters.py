"""Which codings wait in the review list, and what the list can be narrowed by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, or_, select

from kmwiki.accounts.models import User
from kmwiki.coding.models import Code, Coding
from kmwiki.coding.seen import OF_NO_ROUND, OPEN_ROUNDS, seen_by
from kmwiki.entries.models import Entry
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Source
from kmwiki.sources.veil import veil_for

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from kmwiki.security.policy import Caller

STATES = ("changed", "lost")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFilters:
    """What the list is narrowed to: `own` the caller's codings, a state, a code, a coder, the entry of a source."""

    own: bool = False
    state: str | None = None
    code_id: int | None = None
    coder_id: int | None = None
    root_id: int | None = None

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but all is asked for."""
        return self != ReviewFilters()


EVERYTHING = ReviewFilters()


@dataclass(frozen=True, slots=True)
class Facets:
    """How many codings wait, of all that the caller may know of, by what one can narrow the list: key, name, number."""

    states: list[tuple[str, str, int]]
    codes: list[tuple[int, str, int]]
    coders: list[tuple[int, str, int]]
    notes: list[tuple[int, str, int]]  # by the entry's source


def waiting(caller: Caller, project_id: int, filters: ReviewFilters = EVERYTHING) -> list[ColumnElement[bool]]:
    """Return the conditions on `Coding`, joined with `Source`, for what waits and the caller may know of."""
    wanted = [
        Coding.project_id == project_id,
        Coding.deleted.is_(None),
        Coding.status == "accepted",
        Coding.state.in_(STATES),
        visible_to(caller),
        seen_by(caller),
        or_(OF_NO_ROUND, and_(Coding.coder_id == caller.user_id, Coding.round_id.in_(OPEN_ROUNDS))),
    ]
    if filters.own:
        wanted.append(Coding.coder_id == caller.user_id)
    for column, value in (
        (Coding.state, filters.state),
        (Coding.code_id, filters.code_id),
        (Coding.coder_id, filters.coder_id),
        (Coding.root_id, filters.root_id),
    ):
        if value is not None:
            wanted.append(column == value)
    return wanted


def facets(session: Session, caller: Caller, project_id: int) -> Facets:
    """Count what waits by state, code, coder and note: four statements, whatever waits."""
    base = select(func.count()).select_from(Coding).join(Source, Source.id == Coding.source_id)
    base = base.where(*waiting(caller, project_id))
    veil = veil_for(session, caller, project_id)

    def counted(key: Any, name: Any, join: tuple[Any, Any] | None = None) -> list[tuple[Any, str, int]]:
        statement = base.join(*join) if join else base
        rows = session.execute(statement.add_columns(key, name).group_by(key, name).order_by(func.count().desc(), key))
        return [(found, veil.text(said or ""), number) for number, found, said in rows]

    return Facets(
        states=counted(Coding.state, Coding.state),
        codes=counted(Code.id, Code.name_th, (Code, Code.id == Coding.code_id)),
        coders=counted(User.id, User.name, (User, User.id == Coding.coder_id)),
        notes=counted(Coding.root_id, Entry.title, (Entry, Entry.source_id == Coding.root_id)),
    )


def number_of(session: Session, roots: Iterable[int]) -> dict[int, int]:
    """Return the numbers of the entries of these sources."""
    rows = session.execute(select(Entry.source_id, Entry.number).where(Entry.source_id.in_(list(roots))))
    return {row.source_id: row.number for row in rows}
