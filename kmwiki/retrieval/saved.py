"""Keeping questions about passages under a name: for oneself or for all members.

Whoever reads a project keeps questions there. Sharing one takes EDIT_CODEBOOK, as sharing a search does. A shared one
is changed by its owner alone; who moderates may remove it. What is shared is the question: everybody who opens it finds
what they may see themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from kmwiki.accounts.models import User
from kmwiki.db import now
from kmwiki.errors import Conflict, Forbidden, Invalid, NotFound, say
from kmwiki.events.service import record
from kmwiki.retrieval.asking import is_asked
from kmwiki.retrieval.book import read_book
from kmwiki.retrieval.models import SavedRetrieval
from kmwiki.retrieval.reading import read_question
from kmwiki.security.policy import Permission, can
from kmwiki.sources.access import demand
from kmwiki.text.lines import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.security.policy import Caller

LONGEST_NAME = 120
MOST = 100
MOST_REMOVED = 20


@dataclass(frozen=True, slots=True)
class Draft:
    """A question as somebody wants it kept; `query` is what stands in its address."""

    name: str
    query: Mapping[str, Iterable[str]] = field(default_factory=dict)
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept question as one person sees it."""

    row: SavedRetrieval
    owner: str
    is_own: bool


def save_retrieval(session: Session, caller: Caller, project: Project, draft: Draft) -> SavedRetrieval:
    """Keep a question under a name.

    Invalid for a question or name that cannot be taken, Conflict for a name that one has already or too many, Forbidden
    to share it without EDIT_CODEBOOK.
    """
    demand(caller, Permission.READ, project.id)
    query = _query(session, project.id, draft.query)
    _check_sharing(caller, project.id, is_shared=draft.is_shared)
    name = _name(session, caller, project.id, draft.name)
    owned = select(func.count()).where(SavedRetrieval.owner_id == caller.user_id, *_live(project.id))
    if (session.scalar(owned) or 0) >= MOST:
        raise Conflict(say("You keep %(most)s questions here already. Remove one first.", most=MOST))
    row = SavedRetrieval(
        project_id=project.id, owner_id=caller.user_id, name=name, query=query, is_shared=draft.is_shared
    )
    session.add(row)
    session.flush()
    record(session, caller, "retrieval.saved", project_id=project.id, retrieval=row.id, shared=row.is_shared)
    return row


def change_retrieval(session: Session, caller: Caller, row: SavedRetrieval, draft: Draft) -> None:
    """Give a question of one's own another name, other conditions or another audience. Errors as `save_retrieval`."""
    demand_own(caller, row)
    query = _query(session, row.project_id, draft.query)
    if draft.is_shared and not row.is_shared:
        _check_sharing(caller, row.project_id, is_shared=True)
    row.name = _name(session, caller, row.project_id, draft.name, besides=row.id)
    row.query, row.is_shared, row.changed = query, draft.is_shared, now()
    record(session, caller, "retrieval.changed", project_id=row.project_id, retrieval=row.id, shared=row.is_shared)


def remove_retrieval(session: Session, caller: Caller, row: SavedRetrieval) -> None:
    """Remove a question; it can be brought back. Forbidden unless it is one's own, or shared and one moderates."""
    if row.owner_id != caller.user_id:
        demand(caller, Permission.MODERATE, row.project_id)
    row.deleted = now()
    record(session, caller, "retrieval.removed", project_id=row.project_id, retrieval=row.id)


def restore_retrieval(session: Session, caller: Caller, row: SavedRetrieval) -> None:
    """Bring a removed question back. Conflict if one has another of its name by now; Forbidden as for removing."""
    if row.owner_id != caller.user_id:
        demand(caller, Permission.MODERATE, row.project_id)
    else:
        row.name = _name(session, caller, row.project_id, row.name, besides=row.id)
    row.deleted = None
    record(session, caller, "retrieval.restored", project_id=row.project_id, retrieval=row.id)


def retrieval_for(
    session: Session, caller: Caller, project: Project, row_id: int, *, is_removed: bool = False
) -> SavedRetrieval:
    """Return a question of a project that the caller may open: their own, or a shared one. NotFound.

    With `is_removed` one that was removed: by its owner, or a shared one for who moderates.
    """
    row = session.get(SavedRetrieval, row_id)
    if row is None or row.project_id != project.id or (row.deleted is not None) is not is_removed:
        raise NotFound(say("There is no such saved question."))
    may_moderate = can(caller, Permission.MODERATE, project.id)
    is_own = caller.user_id is not None and row.owner_id == caller.user_id
    if not is_own and not (row.is_shared and (may_moderate or not is_removed)):
        raise NotFound(say("There is no such saved question."))
    return row


def retrievals_of(
    session: Session, caller: Caller, project_id: int, *, offset: int = 0, size: int = 50
) -> tuple[list[Kept], int]:
    """Return one's own and the shared questions by name, and how many there are."""
    mine = SavedRetrieval.owner_id == caller.user_id
    wanted = (*_live(project_id), or_(mine, SavedRetrieval.is_shared))
    total = session.scalar(select(func.count()).select_from(SavedRetrieval).where(*wanted)) or 0
    rows = session.execute(
        select(SavedRetrieval, User.name)
        .join(User, User.id == SavedRetrieval.owner_id)
        .where(*wanted)
        .order_by(func.lower(SavedRetrieval.name), SavedRetrieval.id)
        .offset(offset)
        .limit(size)
    )
    return [Kept(row, owner, row.owner_id == caller.user_id) for row, owner in rows], total


def removed_of(session: Session, caller: Caller, project_id: int) -> Sequence[SavedRetrieval]:
    """Return the caller's questions that were removed last."""
    wanted = (
        SavedRetrieval.project_id == project_id,
        SavedRetrieval.owner_id == caller.user_id,
        SavedRetrieval.deleted.is_not(None),
    )
    rows = select(SavedRetrieval).where(*wanted).order_by(SavedRetrieval.deleted.desc()).limit(MOST_REMOVED)
    return session.scalars(rows).all()


def _query(session: Session, project_id: int, given: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """Return a question as addresses have it. Invalid if nothing is asked or it cannot be understood."""
    if not is_asked(given):
        raise Invalid.one("code", say("Choose a code first; then the question can be saved."))
    return dict(read_question(given, read_book(session, project_id)).address)


def demand_own(caller: Caller, row: SavedRetrieval) -> None:
    """Raise Forbidden unless the question is the caller's own."""
    if row.owner_id != caller.user_id:
        raise Forbidden(say("This question is somebody else’s. Save it under a name of your own to change it."))


def _check_sharing(caller: Caller, project_id: int, *, is_shared: bool) -> None:
    if is_shared and not can(caller, Permission.EDIT_CODEBOOK, project_id):
        raise Forbidden(say("Your role does not allow to share questions. Save it for yourself."))


def _live(project_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return SavedRetrieval.project_id == project_id, SavedRetrieval.deleted.is_(None)


def _name(session: Session, caller: Caller, project_id: int, given: str, *, besides: int | None = None) -> str:
    """Check a name. Invalid, Conflict."""
    name = one_line(given)
    if not name:
        raise Invalid.one("name", say("Give the question a name."))
    if len(name) > LONGEST_NAME:
        raise Invalid.one("name", say("At most %(most)s characters.", most=LONGEST_NAME))
    mine = select(SavedRetrieval).where(SavedRetrieval.owner_id == caller.user_id, *_live(project_id))
    if any(row.name.casefold() == name.casefold() and row.id != besides for row in session.scalars(mine)):
        raise Conflict(say("You have a question called “%(name)s” already. Take another name.", name=name))
    return name
