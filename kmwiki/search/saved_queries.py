"""Reading saved searches: the list of a project as one person sees it, and who stands behind a feed's key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from kmwiki.accounts.models import Project, User
from kmwiki.accounts.queries import caller_for_user
from kmwiki.db import now
from kmwiki.errors import Invalid, Message, NotFound, say
from kmwiki.search.matching import matcher
from kmwiki.search.models import SavedSearch, SearchWatch
from kmwiki.search.queries import Rebuilding, find
from kmwiki.search.request import read_request
from kmwiki.search.saved import search_for
from kmwiki.security.policy import Permission, can
from kmwiki.security.tokens import digest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from kmwiki.security.policy import Caller

REMOVED_DAYS = 30
"""So long a removed search is offered to be brought back."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A saved search as somebody sees it, with how they follow it."""

    search: SavedSearch
    owner: str
    is_own: bool
    watch: SearchWatch | None


@dataclass(frozen=True, slots=True)
class State:
    """What a search means and finds now; `total` None while the index is rebuilt or where it cannot be read."""

    understood: str
    total: int | None = None
    problem: Message | None = None


def searches_of(
    session: Session, caller: Caller, project_id: int, *, offset: int = 0, size: int = 1000
) -> tuple[list[Kept], int]:
    """Return the caller's own and the shared searches of a project by name, and how many there are in all."""
    mine = (
        SavedSearch.project_id == project_id,
        SavedSearch.deleted.is_(None),
        or_(SavedSearch.owner_id == caller.user_id, SavedSearch.is_shared),
    )
    total = session.scalar(select(func.count()).select_from(SavedSearch).where(*mine)) or 0
    return _kept(session, caller, mine, offset=offset, size=size), total


def kept_search(session: Session, caller: Caller, search_id: int) -> Kept:
    """Return one search that the caller may open. NotFound."""
    row = search_for(session, caller, search_id)
    return _kept(session, caller, (SavedSearch.id == row.id,), offset=0, size=1)[0]


def removed_of(session: Session, caller: Caller, project_id: int) -> Sequence[SavedSearch]:
    """Return the caller's searches that were removed not long ago, the newest first."""
    since = now() - timedelta(days=REMOVED_DAYS)
    mine = SavedSearch.project_id == project_id, SavedSearch.owner_id == caller.user_id, SavedSearch.deleted > since
    return session.scalars(select(SavedSearch).where(*mine).order_by(SavedSearch.deleted.desc())).all()


def state_of(session: Session, caller: Caller, project: Project, search: SavedSearch) -> State:
    """Tell how a search is understood and how many places the reader finds now, exactly as the search page does."""
    typed = " ".join(search.query.get("q", []))
    try:
        said = matcher(session, caller, project, search.query).plan.understood
        asked = read_request(session, project.id, {**search.query, "size": ["1"], "facets": ["none"]})
        return State(said, find(session, caller, project, asked).total)
    except Rebuilding:
        return State(typed)
    except Invalid as error:
        return State(typed, problem=_reason(error))


def feed_reader(session: Session, slug: str, search_id: int, key: str) -> tuple[Caller, Project, SavedSearch]:
    """Return whose key this is, with the project and the search that it opens. NotFound, whatever is wrong with it.

    The rights are the person's own as they are now: who was shut out, or left the project, reads nothing more.
    """
    refusal = NotFound(say("This feed does not work any more. Make a new one on the page of the saved search."))
    held = SearchWatch.search_id == search_id, SearchWatch.feed_hash == digest(key)
    watch = session.scalar(select(SearchWatch).where(*held)) if key else None
    if watch is None:
        raise refusal
    try:
        caller = caller_for_user(session, watch.user_id)
        search = search_for(session, caller, search_id)
    except NotFound:
        raise refusal from None
    project = session.get(Project, search.project_id)
    if project is None or project.slug != slug or not can(caller, Permission.READ, project.id):
        raise refusal
    return caller, project, search


def _kept(
    session: Session, caller: Caller, conditions: tuple[ColumnElement[bool], ...], *, offset: int, size: int
) -> list[Kept]:
    rows = session.execute(
        select(SavedSearch, User.called, User.name, SearchWatch)
        .join(User, User.id == SavedSearch.owner_id)
        .outerjoin(SearchWatch, (SearchWatch.search_id == SavedSearch.id) & (SearchWatch.user_id == caller.user_id))
        .where(*conditions)
        .order_by(SavedSearch.name, SavedSearch.id)
        .offset(offset)
        .limit(size)
    )
    return [Kept(row, called or name, row.owner_id == caller.user_id, watch) for row, called, name, watch in rows]


def _reason(error: Invalid) -> Message:
    return next(iter(error.fields.values()), error.message)
