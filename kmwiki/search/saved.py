"""Keeping searches under a name: for oneself or for all members, with how each person follows them.

Whoever reads a project keeps searches there. Sharing one takes EDIT_CODEBOOK, as the dictionary does: it is a tool of
the whole team. A shared search is changed by its owner alone; who moderates may remove it. What is shared is the
question: everybody who opens it finds what they may read themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from kmwiki.accounts.models import Project
from kmwiki.db import now
from kmwiki.errors import Conflict, Forbidden, Invalid, NotFound, say
from kmwiki.events.service import record
from kmwiki.jobs import service as jobs
from kmwiki.search.matching import matcher
from kmwiki.search.models import SavedSearch, SearchWatch
from kmwiki.security.policy import Permission, can
from kmwiki.security.tokens import digest, new_secret
from kmwiki.sources.access import demand
from kmwiki.text.lines import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from kmwiki.security.policy import Caller

NAMES = ("q", "in", "province", "district", "kind", "code", "voice", "year", "author", "from", "to", "sort", "mode")
"""What of a search is kept: all that stands in its address but the page."""
MAILS = ("off", "at_once", "daily", "weekly")
LONGEST_NAME = 120
LONGEST_QUERY = 4000
MOST = 100
ALERTS = "alerts"
"""The kind of job that looks for new hits; its key is `source:ID`, `search:ID` or `project:ID`."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A search as somebody wants it kept."""

    name: str
    query: Mapping[str, Iterable[str]] = field(default_factory=dict)
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class Follow:
    """How somebody wants to hear of new hits."""

    in_app: bool = True
    mail: str = "off"


def kept_query(given: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """Return what is kept of what stands in an address. Invalid if nothing is asked, or far too much."""
    query = {name: [value.strip() for value in given.get(name, ()) if value.strip()] for name in NAMES}
    query = {name: values for name, values in query.items() if values}
    if "q" not in query:
        raise Invalid.one("q", say("Search for something first; then it can be saved."))
    if sum(len(value) for values in query.values() for value in values) > LONGEST_QUERY:
        raise Invalid.one("q", say("At most %(most)s characters.", most=LONGEST_QUERY))
    return query


def save_search(session: Session, caller: Caller, project: Project, draft: Draft, follow: Follow) -> SavedSearch:
    """Keep a search under a name; its owner follows it from now on.

    Invalid for a query or name that cannot be taken, Conflict for a name that one has already or too many, Forbidden
    to share it without EDIT_CODEBOOK.
    """
    demand(caller, Permission.READ, project.id)
    query = kept_query(draft.query)
    matcher(session, caller, project, query)
    _check_sharing(caller, project.id, is_shared=draft.is_shared)
    name = _name(session, caller, project.id, draft.name)
    owned = select(func.count()).where(SavedSearch.owner_id == caller.user_id, *_live(project.id))
    if (session.scalar(owned) or 0) >= MOST:
        raise Conflict(say("You keep %(most)s searches here already. Remove one first.", most=MOST))
    row = SavedSearch(project_id=project.id, owner_id=caller.user_id, name=name, query=query, is_shared=draft.is_shared)
    session.add(row)
    session.flush()
    record(session, caller, "search.saved", project_id=project.id, search=row.id, shared=row.is_shared)
    follow_search(session, caller, row, follow)
    return row


def change_search(session: Session, caller: Caller, row: SavedSearch, draft: Draft) -> None:
    """Give a search of one's own another name, query or audience. Errors as `save_search`."""
    _demand_own(caller, row)
    project = session.get_one(Project, row.project_id)
    query = kept_query(draft.query)
    if draft.is_shared and not row.is_shared:
        _check_sharing(caller, row.project_id, is_shared=True)
    name = _name(session, caller, row.project_id, draft.name, besides=row.id)
    if query != row.query:
        matcher(session, caller, project, query)
        _forget_known(session, row)
    row.name, row.query, row.is_shared, row.changed = name, query, draft.is_shared, now()
    record(session, caller, "search.changed", project_id=row.project_id, search=row.id, shared=row.is_shared)


def delete_search(session: Session, caller: Caller, row: SavedSearch) -> None:
    """Remove a search; it can be brought back. Forbidden unless it is one's own, or shared and one moderates."""
    if row.owner_id != caller.user_id:
        demand(caller, Permission.MODERATE, row.project_id)
    row.deleted = now()
    record(session, caller, "search.removed", project_id=row.project_id, search=row.id)


def restore_search(session: Session, caller: Caller, row: SavedSearch) -> None:
    """Bring a removed search back; what was found meanwhile is not told of. Conflict if its name is taken by now."""
    _demand_own(caller, row)
    row.name = _name(session, caller, row.project_id, row.name, besides=row.id)
    row.deleted = None
    _forget_known(session, row)
    record(session, caller, "search.restored", project_id=row.project_id, search=row.id)


def follow_search(session: Session, caller: Caller, row: SavedSearch, follow: Follow) -> SearchWatch:
    """Settle how the caller hears of new hits of a search that they may open. Invalid for no way of mail."""
    if follow.mail not in MAILS:
        message = say("%(value)s is none of: %(names)s.", value=follow.mail[:80], names=", ".join(MAILS))
        raise Invalid.one("mail", message)
    watch = _watch(session, caller, row)
    if watch.mail != follow.mail:
        watch.mailed = now()
    watch.in_app, watch.mail = follow.in_app, follow.mail
    record(session, caller, "search.followed", project_id=row.project_id, search=row.id, mail=watch.mail)
    return watch


def make_feed(session: Session, caller: Caller, row: SavedSearch) -> str:
    """Make a new key for the caller's feed of a search and return it, this once; the one before stops working."""
    secret = new_secret()
    _watch(session, caller, row).feed_hash = digest(secret)
    record(session, caller, "feed.made", project_id=row.project_id, search=row.id)
    return secret


def revoke_feed(session: Session, caller: Caller, row: SavedSearch) -> None:
    """Let the key of the caller's feed work no longer."""
    _watch(session, caller, row).feed_hash = None
    record(session, caller, "feed.revoked", project_id=row.project_id, search=row.id)


def search_for(session: Session, caller: Caller, search_id: int, *, is_removed: bool = False) -> SavedSearch:
    """Return a search that the caller may open: their own, or a shared one of a project they read. NotFound.

    With `is_removed` one that was removed, which only its owner can bring back.
    """
    row = session.get(SavedSearch, search_id)
    if row is None or (row.deleted is not None) is not is_removed or not _may_open(caller, row, is_removed=is_removed):
        raise NotFound(say("There is no such saved search."))
    return row


def _may_open(caller: Caller, row: SavedSearch, *, is_removed: bool) -> bool:
    is_own = caller.user_id is not None and row.owner_id == caller.user_id
    return can(caller, Permission.READ, row.project_id) and (is_own or (row.is_shared and not is_removed))


def _demand_own(caller: Caller, row: SavedSearch) -> None:
    if row.owner_id != caller.user_id:
        raise Forbidden(say("This search is somebody else's. Save it under a name of your own to change it."))


def _check_sharing(caller: Caller, project_id: int, *, is_shared: bool) -> None:
    if is_shared and not can(caller, Permission.EDIT_CODEBOOK, project_id):
        raise Forbidden(say("Your role does not allow to share searches. Save it for yourself."))


def _live(project_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return SavedSearch.project_id == project_id, SavedSearch.deleted.is_(None)


def _name(session: Session, caller: Caller, project_id: int, given: str, *, besides: int | None = None) -> str:
    """Check a name. Invalid, Conflict."""
    name = one_line(given)
    if not name:
        raise Invalid.one("name", say("Give the search a name."))
    if len(name) > LONGEST_NAME:
        raise Invalid.one("name", say("At most %(most)s characters.", most=LONGEST_NAME))
    mine = select(SavedSearch).where(SavedSearch.owner_id == caller.user_id, *_live(project_id))
    if any(row.name.casefold() == name.casefold() and row.id != besides for row in session.scalars(mine)):
        raise Conflict(say("You have a search called “%(name)s” already. Take another name.", name=name))
    return name


def _watch(session: Session, caller: Caller, row: SavedSearch) -> SearchWatch:
    """Return how the caller follows a search; who begins now is told of nothing that it finds already."""
    watch = session.get(SearchWatch, (row.id, caller.user_id))
    if watch is None:
        watch = SearchWatch(search_id=row.id, user_id=caller.user_id, in_app=False, checked=now())
        session.add(watch)
        jobs.enqueue(session, ALERTS, f"search:{row.id}", project_id=row.project_id)
    return watch


def _forget_known(session: Session, row: SavedSearch) -> None:
    """Let what it finds now count as known, for everybody who follows it."""
    for watch in session.scalars(select(SearchWatch).where(SearchWatch.search_id == row.id)):
        watch.is_known, watch.problem, watch.checked = False, "", now()
    jobs.enqueue(session, ALERTS, f"search:{row.id}", project_id=row.project_id)
