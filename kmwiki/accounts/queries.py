"""Reading accounts: who asks, which projects they see, who belongs to one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, bindparam, false, func, select, true
from sqlalchemy.orm import joinedload

from kmwiki.accounts.fields import find_email, is_slug
from kmwiki.accounts.models import ApiToken, Membership, OneTimeLink, Project, SignInSession, User
from kmwiki.db import now
from kmwiki.errors import NotFound, say
from kmwiki.security.policy import TABLE, Caller, Permission, Role
from kmwiki.security.tokens import API_PREFIX, digest
from kmwiki.text.thai import sort_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Row
    from sqlalchemy.orm import Session

IDLE = timedelta(days=14)
"""A browser not seen for so long must sign in again, whatever its absolute end."""
CLOCK_SLACK = timedelta(minutes=5)
"""A link from further ahead was made by a clock that was wrong: nobody can say how long it should work."""


# Put together once: every request asks who calls, and making the statement would cost more than asking it.
_PEOPLE = select(
    User.id,
    User.name,
    User.email,
    User.is_admin,
    User.locale,
    User.theme,
    Membership.project_id,
    Membership.role,
).outerjoin(Membership, Membership.user_id == User.id)
_BY_SECRET = _PEOPLE.join(SignInSession, SignInSession.user_id == User.id).where(
    SignInSession.token_hash == bindparam("secret"),
    SignInSession.revoked.is_(None),
    SignInSession.expires > bindparam("moment"),
    SignInSession.last_seen > bindparam("oldest"),
    User.is_active,
)
_BY_TOKEN = (
    _PEOPLE.join(ApiToken, ApiToken.user_id == User.id)
    .add_columns(ApiToken.id)
    .where(ApiToken.token_hash == bindparam("secret"), ApiToken.revoked.is_(None), User.is_active)
)
_BY_ID = _PEOPLE.where(User.id == bindparam("user_id"), User.is_active)
_PROJECT = select(Project).where(Project.slug == bindparam("short"))
_PROJECT_ID = select(Project.id).where(Project.slug == bindparam("short"))


def caller_for_session(session: Session, secret: str) -> Caller | None:
    """Return who holds this browser's secret, with all roles, in one query.

    None if the secret is unknown, its session over, or the person not active.
    """
    moment = now()
    asked = {"secret": digest(secret), "moment": moment, "oldest": moment - IDLE}
    return _caller(session.execute(_BY_SECRET, asked).all())


def caller_for_token(session: Session, token: str) -> Caller | None:
    """Return the owner of this API token, with all roles; None if it is unknown, revoked, or the person inactive."""
    if not token.startswith(API_PREFIX):
        return None
    rows = session.execute(_BY_TOKEN, {"secret": digest(token)}).all()
    return _caller(rows, token_id=rows[0][-1] if rows else None)


def caller_for_user(session: Session, user_id: int) -> Caller:
    """Return the caller that this person is, for the command line and jobs. NotFound unless active."""
    found = _caller(session.execute(_BY_ID, {"user_id": user_id}).all())
    if found is None:
        raise NotFound(say("There is no such user, or the account is not active."))
    return found


def _caller(rows: Sequence[Row[*tuple[Any, ...]]], *, token_id: int | None = None) -> Caller | None:
    """Make the caller that these rows tell of, one for each project they belong to."""
    if not rows:
        return None
    user_id, name, email, is_admin, locale, theme = rows[0][:6]
    roles = {
        row.project_id: role for row in rows if row.project_id is not None and (role := Role.parse(row.role or ""))
    }
    return Caller(
        user_id=user_id,
        name=name,
        email=email,
        is_admin=is_admin,
        roles=roles,
        locale=locale,
        theme=theme,
        token_id=token_id,
    )


def session_row(session: Session, secret: str) -> SignInSession | None:
    """Return the row of the browser that holds this secret, in force or not."""
    return session.scalar(select(SignInSession).where(SignInSession.token_hash == digest(secret)))


def sessions_of(session: Session, user_id: int) -> Sequence[SignInSession]:
    """Return the browsers where this person is signed in now, last seen first."""
    moment = now()
    return session.scalars(
        select(SignInSession)
        .where(
            SignInSession.user_id == user_id,
            SignInSession.revoked.is_(None),
            SignInSession.expires > moment,
            SignInSession.last_seen > moment - IDLE,
        )
        .order_by(SignInSession.last_seen.desc(), SignInSession.id.desc())
    ).all()


def tokens_of(session: Session, user_id: int) -> Sequence[ApiToken]:
    """Return this person's API tokens in force, newest first."""
    return session.scalars(
        select(ApiToken).where(ApiToken.user_id == user_id, ApiToken.revoked.is_(None)).order_by(ApiToken.id.desc())
    ).all()


def link_row(session: Session, secret: str) -> OneTimeLink | None:
    """Return the one-time link of this secret with its person, in force or not."""
    return session.scalar(
        select(OneTimeLink).where(OneTimeLink.token_hash == digest(secret)).options(joinedload(OneTimeLink.user))
    )


def link_state(session: Session, secret: str) -> str:
    """Return what became of a one-time link: `ready`, `used`, `expired` or `unknown`."""
    row = link_row(session, secret)
    if row is None or not row.user.is_active:
        return "unknown"
    if row.used is not None:
        return "used"
    moment = now()
    return "ready" if row.created - CLOCK_SLACK <= moment < row.expires else "expired"


def user_by_email(session: Session, email: str) -> User | None:
    """Return the person with this address, in whatever case it is written."""
    return session.scalar(select(User).where(User.email == find_email(email)))


def user_for(session: Session, user_id: int) -> User:
    """Return the person of that number. NotFound."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound(say("There is no such user."))
    return user


def users(session: Session) -> Sequence[User]:
    """Return every person, active ones first, by address."""
    return session.scalars(select(User).order_by(User.is_active.desc(), User.email)).all()


def last_seen(session: Session) -> dict[int, datetime]:
    """Return when each person was last seen in a browser; those who never signed in are left out."""
    rows = session.execute(
        select(SignInSession.user_id, func.max(SignInSession.last_seen)).group_by(SignInSession.user_id)
    )
    return dict(rows.all())


def first_admin(session: Session) -> User | None:
    """Return the active admin with the lowest number, or None before there is one."""
    return session.scalar(select(User).where(User.is_admin, User.is_active).order_by(User.id).limit(1))


def projects_where(caller: Caller, permission: Permission) -> ColumnElement[bool]:
    """Return the condition on Project that is `security.policy.can` in SQL: where the caller holds the permission."""
    if caller.is_admin:
        return true()
    if caller.user_id is None:
        return false()
    enough = [role.label for role in Role if role >= TABLE[permission]]
    return Project.id.in_(
        select(Membership.project_id).where(Membership.user_id == caller.user_id, Membership.role.in_(enough))
    )


def projects_of(session: Session, caller: Caller) -> Sequence[Project]:
    """Return the projects that the caller may read, by name in Thai order."""
    rows = session.scalars(select(Project).where(projects_where(caller, Permission.READ))).all()
    return sorted(rows, key=lambda row: (sort_key(row.name), row.id))


def newest_project(session: Session, user_id: int) -> Project | None:
    """Return the project that this person became a member of last, or None."""
    return session.scalar(
        select(Project)
        .join(Membership, Membership.project_id == Project.id)
        .where(Membership.user_id == user_id)
        .order_by(Membership.created.desc(), Project.id.desc())
        .limit(1)
    )


def project_by_slug(session: Session, slug: str) -> Project | None:
    """Return the project of that short name. Doors use `access.project_for`, which asks who wants it."""
    short = slug.strip().lower()
    return session.scalar(_PROJECT, {"short": short}) if is_slug(short) else None


def project_id_by_slug(session: Session, slug: str) -> int | None:
    """Return the id of the project of that short name, whoever wants it."""
    short = slug.strip().lower()
    return session.scalar(_PROJECT_ID, {"short": short}) if is_slug(short) else None


def members_of(session: Session, project_id: int) -> Sequence[Membership]:
    """Return a project's memberships with their people, highest role first, then by name."""
    rows = session.scalars(
        select(Membership).where(Membership.project_id == project_id).options(joinedload(Membership.user))
    ).all()
    return sorted(rows, key=lambda row: (-(Role.parse(row.role) or 0), sort_key(row.user.name), row.user_id))


def membership(session: Session, project_id: int, user_id: int) -> Membership | None:
    """Return a person's membership of a project with the person, or None."""
    return session.scalar(
        select(Membership)
        .where(Membership.project_id == project_id, Membership.user_id == user_id)
        .options(joinedload(Membership.user))
    )


def count_members(session: Session, project_ids: Iterable[int]) -> dict[int, int]:
    """Return how many members each of these projects has; those without any are left out."""
    rows = session.execute(
        select(Membership.project_id, func.count())
        .where(Membership.project_id.in_(list(project_ids)))
        .group_by(Membership.project_id)
    )
    return dict(rows.all())
