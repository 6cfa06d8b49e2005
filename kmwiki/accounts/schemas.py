"""What the API takes and gives of projects and members."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

RoleLabel = Literal["owner", "supervisor", "researcher", "commenter", "reader"]


class ProjectIn(BaseModel):
    """A project to make. `slug` stands in addresses and stays; `codebook` says what codes it begins with."""

    model_config = ConfigDict(extra="forbid")

    slug: str
    name: str
    description: str = ""
    codebook: Literal["starter", "none"] = "starter"


class ProjectPatch(BaseModel):
    """A change to a project; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

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


class MemberIn(BaseModel):
    """The role that somebody is to have."""

    model_config = ConfigDict(extra="forbid")

    role: RoleLabel


class MemberOut(BaseModel):
    """Somebody's place in a project."""

    user_id: int
    email: str
    name: str
    role: RoleLabel
    is_active: bool
    created: datetime
