"""The table of a project's dictionary: abbreviations with their full names, and words the segmenter should know."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kmwiki.db import Base, now


class DictionaryTerm(Base):
    """A term; with `expansion` it is an abbreviation and both are found by either."""

    __tablename__ = "dictionary_terms"
    __table_args__ = (UniqueConstraint("project_id", "term", "expansion"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    term: Mapped[str]
    expansion: Mapped[str] = mapped_column(default="")
    kind: Mapped[str] = mapped_column(default="abbreviation")  # abbreviation | person | place | term
    created: Mapped[datetime] = mapped_column(default=now)
