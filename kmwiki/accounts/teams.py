"""Writing projects and who belongs to them. A project always keeps an owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from kmwiki.accounts import queries
from kmwiki.accounts.fields import (
    clean_description,
    clean_name,
    clean_slug,
)
from kmwiki.accounts.models import Membership, Project, User
from kmwiki.errors import Conflict, Invalid, NotFound, say
from kmwiki.events.service import record
from kmwiki.security.policy import Caller, Role

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def create_project(session: Session, caller: Caller, *, slug: str, name: str, description: str = "") -> Project:
    """Make a project; a caller who is a person becomes its owner. Invalid; Conflict if the slug is taken."""
    short, clean, about = clean_slug(slug), clean_name(name), clean_description(description)
    if queries.project_by_slug(session, short) is not None:
        raise Conflict(say("There is already a project with the short name %(slug)s. Choose another.", slug=short))
    project = Project(slug=short, name=clean, description=about)
    session.add(project)
    session.flush()
    record(session, caller, "project.created", project_id=project.id, slug=short)
    if caller.user_id is not None:
        session.add(Membership(project_id=project.id, user_id=caller.user_id, role=Role.OWNER.label))
        record(session, caller, "member.added", project_id=project.id, user=caller.user_id, role=Role.OWNER.label)
        session.flush()
    return project


def edit_project(
    session: Session, caller: Caller, project: Project, *, name: str | None = None, description: str | None = None
) -> Project:
    """Change a project's name or description; None leaves it. Invalid names the field."""
    before = {"name": project.name, "description": project.description}
    project.name = project.name if name is None else clean_name(name)
    project.description = project.description if description is None else clean_description(description)
    changed = {key: old for key, old in before.items() if getattr(project, key) != old}
    if changed:
        record(session, caller, "project.edited", project_id=project.id, before=changed)
    return project


def set_member(session: Session, caller: Caller, project: Project, user: User, role: Role) -> Membership:
    """Add a person to a project or change the role they have. Conflict if the project would be left without an owner.

    Invalid for a person whose account is not active and who is no member yet.
    """
    row = session.get(Membership, (project.id, user.id))
    if row is None:
        if not user.is_active:
            raise Invalid.one(
                "email", say("The account of %(email)s is not active. Make it active first.", email=user.email)
            )
        row = Membership(project_id=project.id, user_id=user.id, role=role.label)
        session.add(row)
        record(session, caller, "member.added", project_id=project.id, user=user.id, role=role.label)
    elif row.role != role.label:
        _keep_an_owner(session, project, row)
        record(session, caller, "member.changed", project_id=project.id, user=user.id, role=role.label, before=row.role)
        row.role = role.label
    session.flush()
    return row


def remove_member(session: Session, caller: Caller, project: Project, user: User) -> None:
    """Take a person out of a project; what they wrote stays. NotFound for no member; Conflict for the last owner."""
    row = session.get(Membership, (project.id, user.id))
    if row is None:
        raise NotFound(say("%(email)s is not a member of this project.", email=user.email))
    _keep_an_owner(session, project, row)
    verb = "member.left" if user.id == caller.user_id else "member.removed"
    record(session, caller, verb, project_id=project.id, user=user.id, before=row.role)
    session.delete(row)
    session.flush()


def _keep_an_owner(session: Session, project: Project, leaving: Membership) -> None:
    if leaving.role != Role.OWNER.label:
        return
    others = session.scalar(
        select(func.count())
        .select_from(Membership)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.project_id == project.id,
            Membership.role == Role.OWNER.label,
            Membership.user_id != leaving.user_id,
            User.is_active,
        )
    )
    if not others:
        raise Conflict(say("This is the project's last owner. Make somebody else an owner first."))
