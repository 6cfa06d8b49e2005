"""Builders of accounts: people with passwords, and the short ways to ask what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kmwiki.accounts import queries, service, sign_ins
from kmwiki.accounts.access import OPERATOR
from kmwiki.accounts.models import User
from kmwiki.db import session, transaction
from kmwiki.events.models import Event

if TYPE_CHECKING:
    from kmwiki.security.policy import Caller

PASSWORD = "ทุ่งนาหลังฝน ๗ วัน"
OTHER_PASSWORD = "เรือลำเล็กริมคลอง"


def somebody(email: str = "somchai@example.org", *, name: str = "สมชาย", is_admin: bool = False) -> User:
    """Make a person who has `PASSWORD`."""
    with transaction() as opened:
        return service.create_user(opened, OPERATOR, email=email, name=name, is_admin=is_admin, password=PASSWORD)


def caller_of(user: User) -> Caller:
    """Return the person as the database has them."""
    with session() as opened:
        return queries.caller_for_user(opened, user.id)


def who_holds(secret: str) -> Caller | None:
    """Return who is signed in with this secret."""
    with session() as opened:
        return queries.caller_for_session(opened, secret)


def signed_in_secret(user: User, *, address: str = "", agent: str = "") -> str:
    """Sign a browser in for the person and return its secret."""
    with transaction() as opened:
        return sign_ins.open_session(opened, opened.get_one(User, user.id), sign_ins.Device(address, agent))[1]


def verbs() -> list[str]:
    """Return what has happened, in order."""
    with session() as opened:
        return list(opened.scalars(select(Event.verb).order_by(Event.seq)))


def all_event_data() -> list[dict[str, Any]]:
    """Return the data of all events."""
    with session() as opened:
        return list(opened.scalars(select(Event.data)))
