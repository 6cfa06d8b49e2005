"""Tables of imports: each run, what it did file by file, and how far a person has looked its notes over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kmwiki.db import Base, now


class ImportBatch(Base):
    """One import: who brought which files in, when, by which door. It can be undone and done again as a whole."""

    __tablename__ = "import_batches"
    __table_args__ = (Index(None, "project_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # None: whoever runs the program
    channel: Mapped[str]  # web | api | cli
    job_id: Mapped[int | None] = mapped_column(index=True)  # a job that is tried again goes on with its batch
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)
    total: Mapped[int] = mapped_column(default=0)  # files that were sent
    created: Mapped[datetime] = mapped_column(default=now)
    finished: Mapped[datetime | None]
    undone: Mapped[datetime | None]  # when it was taken back; None again when it was done again
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class ImportItem(Base):
    """What an import made of one file.

    `did` holds what it takes to go back: revisions before and after, what stood around the text. `undone` holds what
    the undo did, and is empty while the item stands.
    """

    __tablename__ = "import_items"
    __table_args__ = (UniqueConstraint("batch_id", "ord"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batches.id"))
    ord: Mapped[int]  # place among the files, from 0
    path: Mapped[str]
    status: Mapped[str]  # created | updated | unchanged | failed
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entries.id"), index=True)
    comments: Mapped[int] = mapped_column(default=0)
    confidence: Mapped[float | None]  # of the least sure cut between comments, 0..1
    did: Mapped[dict[str, Any]] = mapped_column(default=dict)
    undone: Mapped[dict[str, Any]] = mapped_column(default=dict)


class ImportReview(Base):
    """How far people have looked over what an import read: fields that were accepted, and the cuts between comments."""

    __tablename__ = "import_reviews"

    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), primary_key=True)
    state: Mapped[str] = mapped_column(default="open")  # open | done
    looked: Mapped[datetime | None]  # when it was called done, and by whom
    looked_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    accepted: Mapped[dict[str, Any]] = mapped_column(default=dict)  # field -> {"by": user id, "at": ISO 8601}
    region: Mapped[list[Any]] = mapped_column(default=list)  # [[number in the file or null, line], ...] of the comments
    cuts: Mapped[list[Any]] = mapped_column(default=list)  # [{"start": line of the region, "comment": id}, ...]
    spare: Mapped[list[Any]] = mapped_column(default=list)  # ids of comments that a cut put into the bin
    has_own_cuts: Mapped[bool] = mapped_column(default=False)  # whether a person made them
    expected: Mapped[int | None]  # comments that the page's heading counts
