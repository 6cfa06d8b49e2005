"""Changing a person's own account, and what an admin does to others': name, active or not, admin or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from kmwiki.accounts.fields import clean_label, clean_name
from kmwiki.accounts.models import ApiToken, User
from kmwiki.accounts.one_time_links import void_links
from kmwiki.accounts.queries import user_for
from kmwiki.accounts.sign_ins import end_sessions
from kmwiki.accounts.teams import remove_member
from kmwiki.db import now
from kmwiki.errors import Conflict, say
from kmwiki.events.service import record

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.security.policy import Caller


def rename(session: Session, caller: Caller, name: str) -> User:
    """Change the caller's own name. Invalid."""
    user = user_for(session, caller.user_id or 0)
    clean = clean_name(name)
    if clean != user.name:
        record(session, caller, "user.renamed", user=user.id, before=user.name)
        user.name = clean
    return user


def set_profile(session: Session, caller: Caller, *, called: str, affiliation: str) -> User:
    """Change how the caller is called and where they work; both may be left empty. Invalid names the field."""
    user = user_for(session, caller.user_id or 0)
    wanted = {"called": clean_label(called, "called"), "affiliation": clean_label(affiliation, "affiliation")}
    before = {key: getattr(user, key) for key in wanted if getattr(user, key) != wanted[key]}
    for key in before:
        setattr(user, key, wanted[key])
    if before:
        record(session, caller, "user.profile_set", user=user.id, before=before)
    return user


def leave(session: Session, caller: Caller, project: Project) -> None:
    """Take the caller out of a project. What they wrote stays; their drafts wait until they come back.

    NotFound for no member; Conflict for the last owner.
    """
    remove_member(session, caller, project, user_for(session, caller.user_id or 0))


def set_active(session: Session, caller: Caller, user: User, *, is_active: bool) -> None:
    """Let a person in again, or shut them out: their browsers, links and tokens are dead at once and stay so.

    What they wrote stays, and their places in projects too. Conflict for the last admin who is active.
    """
    if user.is_active == is_active:
        return
    if not is_active:
        _keep_an_admin(session, user)
        end_sessions(session, caller, user)
        void_links(session, user)
        live = (ApiToken.user_id == user.id) & ApiToken.revoked.is_(None)
        session.execute(update(ApiToken).where(live).values(revoked=now()))
    user.is_active = is_active
    record(session, caller, "user.activated" if is_active else "user.deactivated", user=user.id)


def set_admin(session: Session, caller: Caller, user: User, *, is_admin: bool) -> None:
    """Give or take the rights of an admin. Conflict for the last admin who is active."""
    if user.is_admin == is_admin:
        return
    if not is_admin:
        _keep_an_admin(session, user)
    user.is_admin = is_admin
    record(session, caller, "user.admin_given" if is_admin else "user.admin_taken", user=user.id)


def _keep_an_admin(session: Session, leaving: User) -> None:
    if not (leaving.is_admin and leaving.is_active):
        return
    others = select(func.count()).select_from(User).where(User.is_admin, User.is_active, User.id != leaving.id)
    if not session.scalar(others):
        raise Conflict(say("This is the site's last admin. Make somebody else an admin first."))
