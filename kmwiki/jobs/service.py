"""Asking for work, claiming it, ending it. All of it in the caller's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select, update

from kmwiki.db import now
from kmwiki.jobs.models import Job

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

LEASE = timedelta(seconds=60)
MOST_TRIES = 8
FIRST_DELAY = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job in a worker's hands: what it is about, and the generation that it will answer for."""

    id: int
    kind: str
    key: str
    generation: int
    tries: int
    payload: dict[str, Any]
    project_id: int | None
    user_id: int | None


def enqueue(
    session: Session,
    kind: str,
    key: str,
    *,
    payload: dict[str, Any] | None = None,
    project_id: int | None = None,
    user_id: int | None = None,
    is_kept: bool = False,
) -> Job:
    """Ask for a piece of work. Asking again for the same kind and key makes it due anew instead of doubling it."""
    job = session.scalar(select(Job).where(Job.kind == kind, Job.key == key))
    if job is None:
        job = Job(kind=kind, key=key, payload=payload or {}, project_id=project_id, user_id=user_id, is_kept=is_kept)
        session.add(job)
        return job
    job.generation += 1
    job.payload = payload or job.payload
    job.run_after, job.tries, job.error, job.finished = now(), 0, None, None
    if job.state != "running":
        job.state = "queued"
    return job


def claim(session: Session, kinds: Collection[str], *, most: int = 1, lease: timedelta = LEASE) -> list[Claimed]:
    """Take up to `most` due jobs of one kind, oldest first; a job whose lease ran out is due again."""
    moment = now()
    due = _due(moment)
    first = session.scalar(select(Job.kind).where(Job.kind.in_(kinds), due).order_by(Job.run_after, Job.id).limit(1))
    if first is None:
        return []
    jobs = session.scalars(select(Job).where(Job.kind == first, due).order_by(Job.run_after, Job.id).limit(most)).all()
    for job in jobs:
        job.state = "running"
        job.lease_until = moment + lease
        job.tries += 1
    return [
        Claimed(job.id, job.kind, job.key, job.generation, job.tries, dict(job.payload), job.project_id, job.user_id)
        for job in jobs
    ]


def finish(session: Session, claimed: Claimed, result: dict[str, Any] | None = None) -> None:
    """End a job; if it was asked again meanwhile it is due once more instead."""
    job = session.get(Job, claimed.id)
    if job is None:
        return
    job.lease_until = None
    if job.generation != claimed.generation:
        job.state, job.tries = "queued", 0
    elif job.is_kept:
        job.state, job.result, job.finished = "done", result or {}, now()
    else:
        session.delete(job)


def fail(session: Session, claimed: Claimed, error: str, *, most_tries: int = MOST_TRIES) -> None:
    """Note a failure: the job is tried again later, ever more rarely; one that a person waits for fails at once."""
    job = session.get(Job, claimed.id)
    if job is None:
        return
    job.lease_until, job.error = None, error[:2000]
    if job.generation == claimed.generation and (job.is_kept or job.tries >= most_tries):
        job.state, job.finished = "failed", now()
        return
    job.state = "queued"
    job.run_after = now() + min(FIRST_DELAY * 2 ** max(job.tries - 1, 0), timedelta(minutes=10))


def report_progress(session: Session, job_id: int, *, done: int, total: int, message: str = "") -> None:
    """Tell how far a job is, and keep its lease."""
    session.execute(
        update(Job)
        .where(Job.id == job_id)
        .values(progress={"done": done, "total": total, "message": message}, lease_until=now() + LEASE)
    )


def count_due(session: Session, kinds: Collection[str]) -> int:
    """Count the jobs of these kinds that a worker could take now."""
    return session.scalar(select(func.count()).select_from(Job).where(Job.kind.in_(kinds), _due(now()))) or 0


def count_waiting(session: Session, kind: str) -> int:
    """Count the jobs of a kind that are not done: queued, running or failed."""
    return session.scalar(select(func.count()).select_from(Job).where(Job.kind == kind, Job.state != "done")) or 0


def _due(moment: datetime) -> ColumnElement[bool]:
    return or_(
        (Job.state == "queued") & (Job.run_after <= moment),
        (Job.state == "running") & (Job.lease_until < moment),
    )
