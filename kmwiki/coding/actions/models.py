"""The table of what each person has done on each entry's codings: what can be undone, and done again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from kmwiki.db import Base, now


class CodingAction(Base):
    """One thing that a person did to codings of an entry and its comments.

    `steps` hold, for each coding touched, how it stood before and after (`coding.stances`); they name codings by id and
    repeat no word of the text. What was done over several entries is one action on each, held together by `together`.
    """

    __tablename__ = "coding_actions"
    __table_args__ = (Index(None, "user_id", "root_id"), Index(None, "user_id", "together"))

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    root_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))
    round_id: Mapped[int | None] = mapped_column(ForeignKey("coding_rounds.id"))  # its desk has a stack of its own
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    verb: Mapped[str]  # of the event that it wrote, such as coding.added
    together: Mapped[str | None]
    made_code: Mapped[int | None] = mapped_column(ForeignKey("codes.id"))  # the code that was made with it
    steps: Mapped[list[Any]]
    created: Mapped[datetime] = mapped_column(default=now)
    undone: Mapped[datetime | None]
