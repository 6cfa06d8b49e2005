"""The table of quotes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kmwiki.db import Base, now


class Quote(Base):
    """A passage of one revision of a text, with an address of its own. It holds no words: those are the revision's.

    `sha256` is that of the reading text: the same words of a revision that reads the same are the same quote.
    """

    __tablename__ = "quotes"
    __table_args__ = (UniqueConstraint("source_id", "sha256", "start", "end"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), index=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))
    revision: Mapped[int]
    sha256: Mapped[str]
    start: Mapped[int]
    end: Mapped[int]  # exclusive
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created: Mapped[datetime] = mapped_column(default=now)
