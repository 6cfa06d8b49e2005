"""What the API takes and gives of projects and members."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from kmwiki.shapes import Taken

RoleLabel = Literal["owner", "supervisor", "researcher", "commenter", "reader"]


class ProjectIn(Taken):
    """A project to make. `slug` stands in addresses and stays; `codebook` says what codes it begins with."""

    GIVEN_ONLY = frozenset({"id", "role", "url", "created"})

    slug: str
    name: str
    description: str = ""
    codebook: Literal["starter", "none"] = "starter"


class ProjectPatch(Taken):
    """A change to a project; what is left out stays."""

    GIVEN_ONLY = frozenset({"id", "role", "url", "created"})

    name: str | None = None
    description: str | None = None


class ProjectOut(BaseModel):
    """A project as the caller sees it; `role` is the caller's own, null for an admin who is no member."""

    id: int
    slug: str
    name: str
    description: str
    role: RoleLabel | None
    url: str
    created: datetime


class MemberIn(Taken):
    """The role that somebody is to have."""

    GIVEN_ONLY = frozenset({"user_id", "email", "name", "is_active", "created"})

    role: RoleLabel


class MemberOut(BaseModel):
    """Somebody's place in a project."""

    user_id: int
    email: str
    name: str
    role: RoleLabel
    is_active: bool
    created: datetime
