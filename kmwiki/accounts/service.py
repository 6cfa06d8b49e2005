"""Writing accounts: people with their passwords and looks, and API tokens. `administration` has what admins do.

The doors ask `access` first. Browsers are in `sign_ins`, links in `one_time_links`, projects and members in `teams`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update

from kmwiki.accounts import queries
from kmwiki.accounts.fields import (
    LOCALES,
    THEMES,
    clean_email,
    clean_name,
    read_choice,
)
from kmwiki.accounts.models import ApiToken, User
from kmwiki.accounts.one_time_links import void_links
from kmwiki.accounts.sign_ins import SEEN_EVERY, end_sessions
from kmwiki.db import now
from kmwiki.errors import Conflict, NotFound, say
from kmwiki.events.service import record
from kmwiki.security import passwords
from kmwiki.security.tokens import digest, new_api_token

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.security.policy import Caller


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
