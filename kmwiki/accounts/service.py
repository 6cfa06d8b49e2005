"""Writing accounts: people, signing in, links, tokens, projects and members. `administration` has what admins do.

The doors ask `access` first; the rules kept here hold for everybody: a link works once, a project keeps an owner.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import func, select, update

from kmwiki.accounts import attempts, queries
from kmwiki.accounts.fields import (
    LOCALES,
    THEMES,
    clean_description,
    clean_email,
    clean_name,
    clean_slug,
    find_email,
    read_choice,
)
from kmwiki.accounts.models import ApiToken, Membership, OneTimeLink, Project, SignInSession, User
from kmwiki.db import now
from kmwiki.errors import Conflict, Invalid, NotFound, Unauthenticated, say
from kmwiki.events.service import record
from kmwiki.security import passwords
from kmwiki.security.policy import Caller, Role
from kmwiki.security.tokens import digest, new_api_token, new_secret

if TYPE_CHECKING:
    from sqlalchemy import CursorResult
    from sqlalchemy.orm import Session

LONG_SESSION = timedelta(days=30)
"""A browser that was asked to remember must sign in again after so long, however much it is used."""
SHORT_SESSION = timedelta(hours=12)
"""One that was not asked to must do so after a working day."""
SEEN_EVERY = timedelta(minutes=5)
"""`last_seen` and `last_used` are written at most this often, so that reading pages writes nothing."""
LINK_LIFE = {"sign_in": timedelta(hours=1), "reset": timedelta(hours=1), "invite": timedelta(days=7)}
"""How long a one-time link of each purpose works."""
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
MAX_AGENT = 300
MAX_ADDRESS = 64


@dataclass(frozen=True, slots=True)
class Device:
    """The browser at the other end: its network address, what it says it is, and whether to remember it for 30 days."""

    address: str = ""
    agent: str = ""
    is_remembered: bool = False


NO_DEVICE = Device()
"""A browser of which nothing is known."""


def create_user(
    session: Session, caller: Caller, *, email: str, name: str, is_admin: bool = False, password: str | None = None
) -> User:
    """Add a person. Invalid for a bad address, name or password; Conflict if the address has an account."""
    address, clean = clean_email(email), clean_name(name)
    if queries.user_by_email(session, address) is not None:
        raise Conflict(say("There is already an account for %(email)s.", email=address))
    if password is not None:
        passwords.check_new(password, email=address, name=clean)
    hashed = None if password is None else passwords.hash_password(password)
    user = User(email=address, name=clean, is_admin=is_admin, password_hash=hashed)
    session.add(user)
    session.flush()
    record(session, caller, "user.created", user=user.id, is_admin=is_admin)
    return user


def set_look(session: Session, caller: Caller, *, locale: str | None = None, theme: str | None = None) -> User:
    """Change the caller's own language (th, en) or theme (auto, light, dark); None leaves it. Invalid; NotFound."""
    user = queries.user_for(session, caller.user_id or 0)
    wanted = {
        "locale": user.locale if locale is None else read_choice(locale, LOCALES, "locale"),
        "theme": user.theme if theme is None else read_choice(theme, THEMES, "theme"),
    }
    changed = {key: value for key, value in wanted.items() if getattr(user, key) != value}
    for key, value in changed.items():
        setattr(user, key, value)
    if changed:
        record(session, caller, "user.look_set", user=user.id, locale=user.locale, theme=user.theme)
    return user


def set_password(
    session: Session, caller: Caller, user: User, password: str, *, keep_secret: str | None = None
) -> None:
    """Give a person a new password and sign out all their browsers but the one that holds `keep_secret`.

    Unused one-time links die too: whoever changes a password wants every old way in closed. API tokens stay. Invalid
    says what is wrong with the password.
    """
    passwords.check_new(password, email=user.email, name=user.name)
    user.password_hash, user.password_changed = passwords.hash_password(password), now()
    end_sessions(session, caller, user, keep_secret=keep_secret)
    void_links(session, user)
    record(session, caller, "user.password_set", user=user.id)


def prove(session: Session, email: str, password: str, *, address: str = "") -> tuple[User, str | None]:
    """Return the active person whose password this is, and a new hash if theirs is of old parameters. Writes nothing.

    Unauthenticated, in the same words and the same time, for an unknown address, a wrong password and an inactive
    person; TooMany after many wrong tries, with the seconds to wait. Doors call this before they open a transaction:
    hashing takes long.
    """
    kept = find_email(email)
    user = queries.user_by_email(session, email)
    is_known = user is not None and attempts.is_known_address(session, user.id, address)
    attempts.take(kept, address, is_known=is_known)
    verdict = passwords.verify(None if user is None else user.password_hash, password)
    if user is None or not verdict.is_right or not user.is_active:
        raise Unauthenticated(
            say("The e-mail address or the password is not right. Try again, or ask an admin for a sign-in link.")
        )
    attempts.forgive(kept, address)
    return user, verdict.renewed


def sign_in(session: Session, email: str, password: str, address: str, agent: str) -> tuple[SignInSession, str]:
    """Sign a browser in by password; return its row and the secret for its cookie. Errors are those of `prove`."""
    user, renewed = prove(session, email, password, address=address)
    return open_session(session, user, Device(address, agent), renewed=renewed)


def open_session(
    session: Session, user: User, device: Device, *, via: str = "password", renewed: str | None = None
) -> tuple[SignInSession, str]:
    """Sign a browser in for a person who has proved who they are; return its row and the secret for its cookie.

    The secret is new each time and only its hash is stored. `renewed` is a password hash from `prove` to keep.
    """
    secret, moment = new_secret(), now()
    if renewed is not None:
        unchanged = (User.id == user.id) & (User.password_hash == user.password_hash)
        session.execute(update(User).where(unchanged).values(password_hash=renewed))
    row = SignInSession(
        user_id=user.id,
        token_hash=digest(secret),
        created=moment,
        last_seen=moment,
        expires=moment + (LONG_SESSION if device.is_remembered else SHORT_SESSION),
        via=via,
        address=device.address[:MAX_ADDRESS],
        agent=device.agent[:MAX_AGENT],
    )
    session.add(row)
    session.flush()
    record(session, Caller(user_id=user.id), "session.opened", session_id=row.id, via=via)
    return row, secret


def note_failed_sign_in(session: Session, email: str, *, address: str) -> None:
    """Record a refused sign-in for the audit: whose account it was, if anybody's; nothing of what was typed."""
    user = queries.user_by_email(session, email)
    record(
        session,
        Caller(user_id=None),
        "session.refused",
        user=None if user is None else user.id,
        address=address[:MAX_ADDRESS],
    )


def sign_out(session: Session, secret: str) -> None:
    """End the session of the browser that holds this secret; one that is over already stays as it is."""
    row = queries.session_row(session, secret)
    if row is not None and row.revoked is None:
        row.revoked = now()
        record(session, Caller(user_id=row.user_id), "session.closed", session_id=row.id)


def revoke_session(session: Session, caller: Caller, session_id: int) -> None:
    """End one of the caller's own sessions. NotFound for any other."""
    row = session.get(SignInSession, session_id)
    if row is None or row.user_id != caller.user_id:
        raise NotFound(say("There is no such session."))
    if row.revoked is None:
        row.revoked = now()
        record(session, caller, "session.revoked", session_id=row.id)


def end_sessions(session: Session, caller: Caller, user: User, *, keep_secret: str | None = None) -> None:
    """End all sessions of a person, but for the browser that holds `keep_secret`."""
    ending = (
        update(SignInSession)
        .where(SignInSession.user_id == user.id, SignInSession.revoked.is_(None))
        .values(revoked=now())
    )
    if keep_secret is not None:
        ending = ending.where(SignInSession.token_hash != digest(keep_secret))
    session.execute(ending)
    record(session, caller, "sessions.ended", user=user.id)


def touch_session(session: Session, secret: str) -> None:
    """Write that the browser with this secret was seen now, unless that was written within the last minutes."""
    moment = now()
    session.execute(
        update(SignInSession)
        .where(SignInSession.token_hash == digest(secret), SignInSession.last_seen < moment - SEEN_EVERY)
        .values(last_seen=moment)
    )


def create_link(session: Session, caller: Caller, user: User, *, purpose: str = "sign_in") -> str:
    """Make a one-time link that signs this person in; return the secret for the address `/link/SECRET`.

    `purpose` is sign_in or reset (an hour) or invite (seven days). Links made before for this person stop working, but
    anybody can ask for a reset: that ends earlier resets only, not an invitation. Invalid if the person is not active.
    """
    if not user.is_active:
        raise Invalid(say("The account of %(email)s is not active. Make it active first.", email=user.email))
    void_links(session, user, only=purpose if purpose == "reset" else None)
    secret, moment = new_secret(), now()
    row = OneTimeLink(
        user_id=user.id, purpose=purpose, token_hash=digest(secret), created=moment, expires=moment + LINK_LIFE[purpose]
    )
    session.add(row)
    session.flush()
    record(session, caller, "link.created", user=user.id, purpose=purpose, link=row.id)
    return secret


def void_links(session: Session, user: User, *, only: str | None = None) -> None:
    """Let all unused one-time links of a person expire, or those of one purpose; no clock set back revives them."""
    ending = (
        update(OneTimeLink).where(OneTimeLink.user_id == user.id, OneTimeLink.used.is_(None)).values(expires=LONG_AGO)
    )
    session.execute(ending if only is None else ending.where(OneTimeLink.purpose == only))


def use_link(session: Session, secret: str, device: Device = NO_DEVICE) -> tuple[SignInSession, str]:
    """Burn a one-time link and sign its person in; return the session's row and secret.

    NotFound if the link is unknown, used or expired (`queries.link_state` tells which). Of two uses at once one wins.
    """
    moment = now()
    burnt = cast(
        "CursorResult[Any]",
        session.execute(
            update(OneTimeLink)
            .where(OneTimeLink.token_hash == digest(secret), OneTimeLink.used.is_(None), OneTimeLink.expires > moment)
            .where(OneTimeLink.created <= moment + queries.CLOCK_SLACK)
            .values(used=moment)
        ),
    )
    link = session.scalar(select(OneTimeLink).where(OneTimeLink.token_hash == digest(secret)))
    user = None if link is None else session.get(User, link.user_id)
    if burnt.rowcount != 1 or link is None or user is None or not user.is_active:
        raise NotFound(say("This link does not work any more. Ask for a new one."))
    record(session, Caller(user_id=user.id), "link.used", link=link.id, purpose=link.purpose)
    return open_session(session, user, device, via="link")


def create_token(session: Session, caller: Caller, user: User, *, name: str) -> tuple[ApiToken, str]:
    """Make an API token of a person; return its row and the token itself, which is not to be had again. Invalid."""
    secret = new_api_token()
    row = ApiToken(user_id=user.id, name=clean_name(name), token_hash=digest(secret))
    session.add(row)
    session.flush()
    record(session, caller, "token.created", user=user.id, token=row.id)
    return row, secret


def revoke_token(session: Session, caller: Caller, token_id: int) -> None:
    """End an API token of the caller, or anybody's for an admin. NotFound for any other."""
    row = session.get(ApiToken, token_id)
    if row is None or not (caller.is_admin or row.user_id == caller.user_id):
        raise NotFound(say("There is no such token."))
    if row.revoked is None:
        row.revoked = now()
        record(session, caller, "token.revoked", user=row.user_id, token=row.id)


def touch_token(session: Session, token_id: int) -> None:
    """Write that this token was used now, unless that was written within the last minutes."""
    moment = now()
    stale = ApiToken.last_used.is_(None) | (ApiToken.last_used < moment - SEEN_EVERY)
    session.execute(update(ApiToken).where(ApiToken.id == token_id, stale).values(last_used=moment))


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
