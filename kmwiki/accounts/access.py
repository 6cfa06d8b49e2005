"""The only way a door gets a project: it checks who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmwiki.accounts import queries
from kmwiki.errors import Forbidden, NotFound, Unauthenticated, say
from kmwiki.security.policy import Caller, Permission, can

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project

OPERATOR = Caller(name="kmwiki", is_admin=True)
"""Who gives commands at the machine itself: may do all, is no person. Events made so carry no user."""


def project_for(session: Session, caller: Caller, slug: str, permission: Permission) -> Project:
    """Return the project of that short name for a caller with the permission.

    Unauthenticated for a visitor, whether it exists or not; NotFound if the caller may not read it; Forbidden if they
    may read it but lack this permission.
    """
    if caller.user_id is None and not caller.is_admin:
        raise Unauthenticated(say("Please sign in first."))
    project = queries.project_by_slug(session, slug)
    if project is None or not can(caller, Permission.READ, project.id):
        raise NotFound(say("There is no project called %(slug)s that you can see.", slug=slug))
    if not can(caller, permission, project.id):
        raise Forbidden(
            say("Your role in this project does not allow this. An owner of the project can change your role.")
        )
    return project


def require_signed_in(caller: Caller) -> int:
    """Return the number of the person who asks. Unauthenticated for a visitor."""
    if caller.user_id is None:
        raise Unauthenticated(say("Please sign in first."))
    return caller.user_id


def require_admin(caller: Caller) -> None:
    """Raise Unauthenticated for a visitor and Forbidden for anybody who is no admin."""
    if caller.is_admin:
        return
    require_signed_in(caller)
    raise Forbidden(say("Only an admin of this site may do this."))
