"""Tables of people, sessions, tokens, projects and memberships."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kmwiki.db import Base, now


class User(Base):
    """A person with an account. `email` is kept in lower case; it is the name at sign-in.

    `called` is how others address them, `affiliation` where they work: both may be empty.
    """

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    called: Mapped[str] = mapped_column(default="")
    affiliation: Mapped[str] = mapped_column(default="")
    password_hash: Mapped[str | None]
    password_changed: Mapped[datetime | None]  # by the person; a hash renewed at sign-in does not count
    is_admin: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    locale: Mapped[str] = mapped_column(default="th")
    theme: Mapped[str] = mapped_column(default="auto")
    created: Mapped[datetime] = mapped_column(default=now)


class SignInSession(Base):
    """A browser that is signed in. Only the hash of its secret is stored."""

    __tablename__ = "sign_in_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    created: Mapped[datetime] = mapped_column(default=now)
    last_seen: Mapped[datetime] = mapped_column(default=now)
    expires: Mapped[datetime]
    revoked: Mapped[datetime | None]
    via: Mapped[str] = mapped_column(default="password")  # or "link": how it was opened
    address: Mapped[str] = mapped_column(default="")
    agent: Mapped[str] = mapped_column(default="")

    user: Mapped[User] = relationship()


class OneTimeLink(Base):
    """A single-use link: `purpose` sign_in, reset or invite. Only the hash of its secret is stored."""

    __tablename__ = "one_time_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    purpose: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    created: Mapped[datetime] = mapped_column(default=now)
    expires: Mapped[datetime]
    used: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class Project(Base):
    """A research programme's room: its members, codebook, dictionary and entries."""

    __tablename__ = "projects"

    id: Mapped[int] = mapped_column(primary_key=True)
    guid: Mapped[str] = mapped_column(default=lambda: str(uuid4()), server_default="")
    """Its identity towards other programs; those of what is in it derive from it (`kmwiki.coding.guids`)."""
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    next_number: Mapped[int] = mapped_column(default=1)  # of the next entry
    created: Mapped[datetime] = mapped_column(default=now)


class Membership(Base):
    """A person's role in a project."""

    __tablename__ = "memberships"
    __table_args__ = (Index(None, "user_id"),)

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    role: Mapped[str]  # a label of security.policy.Role
    created: Mapped[datetime] = mapped_column(default=now)

    user: Mapped[User] = relationship()
    project: Mapped[Project] = relationship()


class ApiToken(Base):
    """A bearer token of a person. Only its hash is stored."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    created: Mapped[datetime] = mapped_column(default=now)
    last_used: Mapped[datetime | None]
    revoked: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class IdempotencyKey(Base):
    """The answer already given to a request that carried this key, so that a second try does nothing twice."""

    __tablename__ = "idempotency_keys"

    token_id: Mapped[int] = mapped_column(ForeignKey("api_tokens.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[str]  # of method, path and body
    status: Mapped[int]
    answer: Mapped[dict[str, Any] | None]
    created: Mapped[datetime] = mapped_column(default=now)
