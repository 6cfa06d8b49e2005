"""Tables of groups of codes, which lie across the tree: one code may be in several."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kmwiki.db import Base


class CodeGroup(Base):
    """A group of codes; `guid` is its identity towards other programs. One that was deleted keeps its row."""

    __tablename__ = "code_groups"
    __table_args__ = (UniqueConstraint("project_id", "guid"), Index(None, "project_id", "state"))

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    guid: Mapped[str]
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="live")  # live | deleted


class CodeGroupMember(Base):
    """A code in a group."""

    __tablename__ = "code_group_members"

    group_id: Mapped[int] = mapped_column(ForeignKey("code_groups.id"), primary_key=True)
    code_id: Mapped[int] = mapped_column(ForeignKey("codes.id"), primary_key=True, index=True)


class CodeGroupVersion(Base):
    """A group as it stood after a change of the codebook: name, description, state and the ids of its codes."""

    __tablename__ = "code_group_versions"

    group_id: Mapped[int] = mapped_column(ForeignKey("code_groups.id"), primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    change_no: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[dict[str, Any]]
