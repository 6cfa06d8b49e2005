"""Tables of coding rounds: several people code the same texts, each unseen by the others until the round closes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kmwiki.db import Base, now


class CodingRound(Base):
    """A round of a project: its texts, its coders, in which units they code and whether they see each other."""

    __tablename__ = "coding_rounds"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), index=True)
    name: Mapped[str]
    purpose: Mapped[str] = mapped_column(default="")
    unit: Mapped[str] = mapped_column(default="free")  # free | sentence | paragraph
    is_blind: Mapped[bool] = mapped_column(default=True)
    state: Mapped[str] = mapped_column(default="open")  # open | closed
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created: Mapped[datetime] = mapped_column(default=now)
    closed: Mapped[datetime | None]


class RoundText(Base):
    """An entry of a round, by its source, and the revision it stood at when the round was opened."""

    __tablename__ = "round_texts"

    round_id: Mapped[int] = mapped_column(ForeignKey("coding_rounds.id"), primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("sources.id"), primary_key=True, index=True)
    revision: Mapped[int]


class RoundCoder(Base):
    """A person who codes in a round."""

    __tablename__ = "round_coders"

    round_id: Mapped[int] = mapped_column(ForeignKey("coding_rounds.id"), primary_key=True)
    coder_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
