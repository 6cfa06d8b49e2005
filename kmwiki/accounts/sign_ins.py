"""Writing sign-ins: proving who one is, and the browsers where one is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import update

from kmwiki.accounts import attempts, queries
from kmwiki.accounts.fields import (
    find_email,
)
from kmwiki.accounts.models import SignInSession, User
from kmwiki.db import now
from kmwiki.errors import NotFound, Unauthenticated, say
from kmwiki.events.service import record
from kmwiki.security import passwords
from kmwiki.security.policy import Caller
from kmwiki.security.tokens import digest, new_secret

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

LONG_SESSION = timedelta(days=30)
"""A browser that was asked to remember must sign in again after so long, however much it is used."""
SHORT_SESSION = timedelta(hours=12)
"""One that was not asked to must do so after a working day."""
SEEN_EVERY = timedelta(minutes=5)
"""`last_seen` and `last_used` are written at most this often, so that reading pages writes nothing."""
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
    record(session, Caller(user_id=user.id), "session.opened", session_id=row.id, via=via, address=row.address)
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
