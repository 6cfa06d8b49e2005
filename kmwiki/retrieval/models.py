"""The table of questions that people keep under a name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from kmwiki.db import Base, now


class SavedRetrieval(Base):
    """A question about coded passages, kept for oneself or for all members of its project.

    `query` is what stands in the address of the page: name -> values, with codes and groups by their ids.
    """

    __tablename__ = "saved_retrievals"
    __table_args__ = (Index(None, "project_id", "deleted"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str]
    query: Mapped[dict[str, Any]] = mapped_column(JSON)
    is_shared: Mapped[bool] = mapped_column(default=False)
    created: Mapped[datetime] = mapped_column(default=now)
    changed: Mapped[datetime] = mapped_column(default=now)
    deleted: Mapped[datetime | None]
