"""The job table."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kmwiki.db import Base, now


class Job(Base):
    """A piece of work asked for in the same transaction as the change that needs it.

    Asking again for the same (kind, key) raises `generation`; the worker ends a job only if the generation is still the
    one that it claimed. Jobs that a person waits for keep their row and `result`; the others go when done.
    """

    __tablename__ = "jobs"
    # A job's id must never come back: a worker ends a job by its id long after another may have ended and deleted it.
    __table_args__ = (
        UniqueConstraint("kind", "key"),
        Index(None, "state", "run_after"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    key: Mapped[str]
    state: Mapped[str] = mapped_column(default="queued")  # queued | running | done | failed
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    run_after: Mapped[datetime] = mapped_column(default=now)
    lease_until: Mapped[datetime | None]
    holder: Mapped[str | None]  # the process that has it in hand, as `jobs.holder` names it
    generation: Mapped[int] = mapped_column(default=1)
    tries: Mapped[int] = mapped_column(default=0)
    progress: Mapped[dict[str, Any]] = mapped_column(default=dict)  # {"done": n, "total": n, "message": id}
    result: Mapped[dict[str, Any] | None]
    error: Mapped[str | None]
    is_kept: Mapped[bool] = mapped_column(default=False)
    created: Mapped[datetime] = mapped_column(default=now)
    finished: Mapped[datetime | None]
