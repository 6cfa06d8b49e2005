"""Typed builders of people, projects and members, written straight into the tables: other tests stand alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from kmwiki.accounts.models import ApiToken, Membership, Project, SignInSession, User
from kmwiki.db import now, transaction
from kmwiki.security import tokens
from kmwiki.security.policy import Caller, Role

if TYPE_CHECKING:
    from datetime import timedelta


@dataclass
class Make:
    """Makes things, each with a name of its own."""

    numbers: count[int] = field(default_factory=lambda: count(1))

    def user(self, name: str = "", *, email: str = "", is_admin: bool = False, locale: str = "th") -> User:
        """Make a person without a password."""
        number = next(self.numbers)
        user = User(
            name=name or f"ผู้ใช้สมมุติ {number}",
            email=email or f"person{number}@example.org",
            is_admin=is_admin,
            locale=locale,
        )
        with transaction() as session:
            session.add(user)
        return user

    def project(self, slug: str = "", *, name: str = "") -> Project:
        """Make an empty project: no members, no codes."""
        number = next(self.numbers)
        project = Project(slug=slug or f"project-{number}", name=name or f"โครงการสมมุติ {number}")
        with transaction() as session:
            session.add(project)
        return project

    def member(self, project: Project, role: Role | str = Role.RESEARCHER, *, user: User | None = None) -> Caller:
        """Make somebody (or this user) a member and return them as a caller."""
        user = user or self.user()
        wanted = role if isinstance(role, Role) else Role[role.upper()]
        with transaction() as session:
            session.merge(Membership(project_id=project.id, user_id=user.id, role=wanted.label))
        return self.caller(user)

    def caller(self, user: User) -> Caller:
        """Return the user as a caller with all their roles."""
        with transaction() as session:
            rows = session.query(Membership).filter(Membership.user_id == user.id).all()
            roles = {row.project_id: Role[row.role.upper()] for row in rows}
        return Caller(
            user_id=user.id, name=user.name, email=user.email, is_admin=user.is_admin, roles=roles, locale=user.locale
        )

    def token(self, user_id: int) -> str:
        """Make an API token and return its secret."""
        secret = tokens.new_api_token()
        with transaction() as session:
            session.add(ApiToken(user_id=user_id, name="test", token_hash=tokens.digest(secret)))
        return secret

    def sign_in(self, user_id: int, *, lasts: timedelta) -> str:
        """Make a signed-in session and return its secret."""
        secret = tokens.new_secret()
        with transaction() as session:
            session.add(SignInSession(user_id=user_id, token_hash=tokens.digest(secret), expires=now() + lasts))
        return secret
