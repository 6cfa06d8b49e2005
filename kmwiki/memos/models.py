"""The tables of memos and of what their texts link to."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kmwiki.db import Base
from kmwiki.sources.models import Source


class Memo(Base):
    """A thought about something. Its text is the head revision of its own source, and so are its rights.

    A memo on an entry, a comment or a coding hangs on that entry's source (its root); one on a code or on the project
    is its own root.
    """

    __tablename__ = "memos"
    __table_args__ = (Index(None, "target_kind", "target_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"), unique=True)
    target_kind: Mapped[str]  # project | code | entry | coding | comment
    target_id: Mapped[int]
    title: Mapped[str] = mapped_column(default="")  # as in the head revision's meta; may be empty

    source: Mapped[Source] = relationship(lazy="raise")

    def index_keys(self) -> list[str]:
        """A memo is found through its own source's document."""
        return [f"source:{self.source_id}"]


class MemoLink(Base):
    """What the head revision of a memo links to, for the way back."""

    __tablename__ = "memo_links"
    __table_args__ = (Index(None, "kind", "target_id"),)

    memo_id: Mapped[int] = mapped_column(ForeignKey("memos.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)  # memo | code | entry | coding | comment | quote
    target_id: Mapped[int] = mapped_column(primary_key=True)
