"""Writing one-time links: they sign a person in once, soon, and only the newest does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import select, update

from kmwiki.accounts import queries
from kmwiki.accounts.models import OneTimeLink, SignInSession, User
from kmwiki.accounts.sign_ins import NO_DEVICE, Device, open_session
from kmwiki.db import now
from kmwiki.errors import Invalid, NotFound, say
from kmwiki.events.service import record
from kmwiki.security.policy import Caller
from kmwiki.security.tokens import digest, new_secret

if TYPE_CHECKING:
    from sqlalchemy import CursorResult
    from sqlalchemy.orm import Session

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""When a link expires that is ended before its time: no clock set back comes before it."""
LINK_LIFE = {"sign_in": timedelta(hours=1), "reset": timedelta(hours=1), "invite": timedelta(days=7)}
"""How long a one-time link of each purpose works."""


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
