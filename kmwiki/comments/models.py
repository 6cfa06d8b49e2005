"""The table of comments."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kmwiki.db import Base
from kmwiki.sources.models import Source


class Comment(Base):
    """What somebody said under a source, or about a passage of it. Its text is the head revision of its own source."""

    __tablename__ = "comments"
    __table_args__ = (Index(None, "on_source_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"), unique=True)
    on_source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))  # the root entry's source
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("comments.id"))
    on_revision: Mapped[int | None]  # with start, end and quote: the passage it is about
    start: Mapped[int | None]
    end: Mapped[int | None]
    quote: Mapped[str | None]
    author_name: Mapped[str] = mapped_column(default="")  # of an imported comment; empty means not known
    ord: Mapped[int] = mapped_column(default=0)  # place within an import, so that twice imported is once stored
    confidence: Mapped[float | None]  # of the cut, 0..1, for an imported comment
    written: Mapped[datetime | None]

    source: Mapped[Source] = relationship(lazy="raise", foreign_keys=[source_id])

    def index_keys(self) -> list[str]:
        """A comment is found through its own source's document."""
        return [f"source:{self.source_id}"]
