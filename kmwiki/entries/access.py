"""The only way a door gets an entry: it exists for the caller, or NotFound; it may be done to, or Forbidden."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload, selectinload

from kmwiki.accounts.models import Project
from kmwiki.entries.models import Entry
from kmwiki.errors import Forbidden, NotFound, say
from kmwiki.security.policy import Permission, can
from kmwiki.sources.access import demand, in_bin_for, is_author, visible_to
from kmwiki.sources.models import Source

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from sqlalchemy.orm.interfaces import ORMOption

    from kmwiki.security.policy import Caller

WHOLE: tuple[ORMOption, ...] = (
    joinedload(Entry.source),
    selectinload(Entry.places),
    selectinload(Entry.authors),
    selectinload(Entry.tags),
)
"""Loads an entry with all that its page shows."""


def entry_for(session: Session, caller: Caller, entry_id: int, permission: Permission = Permission.READ) -> Entry:
    """Return the entry, whole. NotFound if the caller may not read it, Forbidden if they may not do this to it."""
    return _readable(session, caller, permission, Entry.id == entry_id)


def entry_by_number(
    session: Session, caller: Caller, slug: str, number: int, permission: Permission = Permission.READ
) -> Entry:
    """Return the entry of that number in the project of that slug. Errors as `entry_for`."""
    in_project = Entry.project_id == select(Project.id).where(Project.slug == slug).scalar_subquery()
    return _readable(session, caller, permission, in_project, Entry.number == number)


def entry_of_source(
    session: Session, caller: Caller, source_id: int, permission: Permission = Permission.READ
) -> Entry:
    """Return the entry whose text is that source. Errors as `entry_for`."""
    return _readable(session, caller, permission, Entry.source_id == source_id)


def _readable(session: Session, caller: Caller, permission: Permission, *wanted: ColumnElement[bool]) -> Entry:
    statement = (
        select(Entry).join(Source, Source.id == Entry.source_id).where(*wanted, visible_to(caller)).options(*WHOLE)
    )
    found = session.scalar(statement)
    if found is None:
        raise NotFound(say("There is no such note."))
    if permission is not Permission.READ:
        demand(caller, permission, found.project_id)
    return found


def binned_entry_for(session: Session, caller: Caller, slug: str, number: int) -> Entry:
    """Return an entry that lies in the bin and that the caller may bring back. NotFound otherwise."""
    statement = (
        select(Entry)
        .join(Source, Source.id == Entry.source_id)
        .join(Project, Project.id == Entry.project_id)
        .where(Project.slug == slug, Entry.number == number, in_bin_for(caller))
        .options(*WHOLE)
    )
    found = session.scalar(statement)
    if found is None:
        raise NotFound(say("There is no such note in the bin."))
    return found


def may_manage(caller: Caller, entry: Entry) -> bool:
    """Whether the caller may bin the entry, archive it and say who sees it.

    Its author who still writes here, or a moderator.
    """
    if can(caller, Permission.MODERATE, entry.project_id):
        return True
    return is_author(caller, entry.source) and can(caller, Permission.WRITE, entry.project_id)


def demand_manage(caller: Caller, entry: Entry) -> None:
    """Raise Forbidden (or Unauthenticated) unless `may_manage`."""
    if may_manage(caller, entry):
        return
    demand(caller, Permission.WRITE, entry.project_id)
    raise Forbidden(say("Only the author or a supervisor may do this to a note."))
