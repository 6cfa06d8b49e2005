"""Tables of coding rounds: several people code the same texts, each unseen by the others until the round closes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index
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
    reopened: Mapped[datetime | None]  # its coders may have seen each other by then
    code_ids: Mapped[list[int]] = mapped_column(JSON, default=list)  # codes to use, with all below them; none: all


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


class RoundMark(Base):
    """A coder is done with a text of a round, as it stood at that revision; no row while they are not."""

    __tablename__ = "round_marks"

    round_id: Mapped[int] = mapped_column(ForeignKey("coding_rounds.id"), primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("sources.id"), primary_key=True)
    coder_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    revision: Mapped[int]
    done: Mapped[datetime] = mapped_column(default=now)


class RoundDecision(Base):
    """What was settled about some codings of a closed round, and why. Undone, it stays as what was once decided."""

    __tablename__ = "round_decisions"
    __table_args__ = (Index(None, "round_id", "root_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("coding_rounds.id"))
    root_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))
    choice: Mapped[str]  # agreed | coder | all | other | none
    coder_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # whose coding holds, if one coder's does
    reason: Mapped[str] = mapped_column(default="")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created: Mapped[datetime] = mapped_column(default=now)
    undone: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class DecisionCoding(Base):
    """A coding that a decision is about, or one that it made in the adjudicated layer."""

    __tablename__ = "decision_codings"
    __table_args__ = (Index(None, "coding_id"),)

    decision_id: Mapped[int] = mapped_column(ForeignKey("round_decisions.id"), primary_key=True)
    coding_id: Mapped[int] = mapped_column(ForeignKey("codings.id"), primary_key=True)
    is_made: Mapped[bool]
