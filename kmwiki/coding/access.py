"""The only way a door gets a code or a coding: what may not be read is not found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kmwiki.accounts.models import Project
from kmwiki.coding.models import Code, Coding
from kmwiki.coding.seen import seen_by
from kmwiki.entries.models import Entry
from kmwiki.errors import Forbidden, NotFound, say
from kmwiki.security.policy import Caller, Permission, can
from kmwiki.sources.access import source_for, visible_to
from kmwiki.sources.models import Source

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def code_for(session: Session, caller: Caller, code_id: int, permission: Permission) -> Code:
    """Return the code. NotFound if the caller is not of its project, Forbidden if the role does not suffice."""
    code = session.get(Code, code_id)
    if code is None or not can(caller, Permission.READ, code.project_id):
        raise NotFound(say("There is no code %(code)s here.", code=code_id))
    if not can(caller, permission, code.project_id):
        raise Forbidden(
            say("Your role in this project does not let you change the codebook. Ask an owner of the project.")
        )
    return code


def coded_source(session: Session, caller: Caller, source_id: int, permission: Permission = Permission.READ) -> Source:
    """Return a source whose codings the caller may see: a readable one of their own project. NotFound, Forbidden."""
    source = source_for(session, caller, source_id, permission)
    if not can(caller, Permission.READ, source.project_id):
        raise NotFound(say("There is no such text."))
    return source


def root_by_number(session: Session, caller: Caller, slug: str, number: int) -> Source:
    """Return the source of the entry of that number, and nothing else of it. NotFound if it may not be read."""
    entry = select(Entry.source_id).join(Project, Project.id == Entry.project_id)
    wanted = entry.where(Project.slug == slug, Entry.number == number).scalar_subquery()
    found = session.scalar(select(Source).where(Source.id == wanted, visible_to(caller)))
    if found is None:
        raise NotFound(say("There is no such note."))
    return found


def coding_for(
    session: Session, caller: Caller, coding_id: int, permission: Permission, *, with_removed: bool = False
) -> tuple[Coding, Source]:
    """Return a coding, its code loaded, and its source.

    NotFound if it is removed (unless asked for), if its text may not be read, or if it is another's of a round that is
    coded blind. To change it (`CODE`) takes its own
    coder or the right to moderate; Forbidden otherwise.
    """
    coding = session.scalar(
        select(Coding).where(Coding.id == coding_id, seen_by(caller)).options(joinedload(Coding.code))
    )
    missing = NotFound(say("There is no coding %(coding)s here.", coding=coding_id))
    if coding is None or (coding.deleted is not None and not with_removed):
        raise missing
    if not can(
        caller, Permission.READ, coding.project_id
    ):  # who reads a public text is not yet of the team that codes it
        raise missing
    try:
        source = source_for(session, caller, coding.source_id, Permission.READ)
    except NotFound as error:
        raise missing from error
    if permission is not Permission.READ and not may_change(caller, coding):
        raise Forbidden(say("This coding is another person's. Only its coder or a supervisor may change it."))
    return coding, source


def may_change(caller: Caller, coding: Coding) -> bool:
    """Whether the caller may change or remove it: the coder who still may code, or somebody who moderates."""
    is_own = caller.user_id is not None and caller.user_id == coding.coder_id
    wanted = Permission.CODE if is_own else Permission.MODERATE
    return can(caller, wanted, coding.project_id)
