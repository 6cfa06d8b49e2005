"""The table of what a project has changed about the words that are not counted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kmwiki.db import Base, now


class StopWordChange(Base):
    """One change of a project's stop list; the last one of a word holds, so the list of any earlier day can be told."""

    __tablename__ = "stop_word_changes"
    __table_args__ = (UniqueConstraint("project_id", "no"), Index(None, "project_id", "key"))

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    no: Mapped[int]  # counts from 1 within the project: the version of its list
    key: Mapped[str]  # folded
    word: Mapped[str]  # as typed
    state: Mapped[str]  # stop: not counted | count: counted though it is built in | default: as built in
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created: Mapped[datetime] = mapped_column(default=now)
