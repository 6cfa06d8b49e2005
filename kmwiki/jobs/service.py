"""Asking for work, claiming it, ending it. All of it in the caller's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select, update

from kmwiki.db import now
from kmwiki.jobs import holder
from kmwiki.jobs.models import Job

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

LEASE = timedelta(seconds=60)
MOST_TRIES = 8
MOST_CRASHES = 4
"""So often may a job end the whole program before it is given up: at the next start it would do so again."""
MOST_WAITS = 6
"""So often is a job that a person waits for tried again while the database is locked or the disk is full: a minute."""
FIRST_DELAY = timedelta(seconds=2)
LONGEST_DELAY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job in a worker's hands: what it is about, and the generation that it will answer for.

    `tries` tells the holder apart: who claims a job after a lease that ran out has a higher one.
    """

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
    job.run_after, job.error, job.finished = now(), None, None
    if job.state != "running":
        job.state, job.tries = "queued", 0
    return job


def claim(session: Session, kinds: Collection[str], *, most: int = 1, lease: timedelta = LEASE) -> list[Claimed]:
    """Take up to `most` due jobs of one kind, oldest first; a job whose lease ran out is due again."""
    moment = now()
    due = _due(moment)
    first = session.scalar(select(Job.kind).where(Job.kind.in_(kinds), due).order_by(Job.run_after, Job.id).limit(1))
    if first is None:
        return []
    jobs = session.scalars(select(Job).where(Job.kind == first, due).order_by(Job.run_after, Job.id).limit(most)).all()
    return [_hand_over(job, until=moment + lease) for job in jobs if not _is_given_up(job)]


def _is_given_up(job: Job) -> bool:
    """Whether the program has ended too often in the middle of this job; it is marked failed then.

    One that goes on has only been unable to write down how the job ended.
    """
    if job.state != "running" or job.tries < MOST_CRASHES or holder.is_at_work(job.holder):
        return False
    job.state, job.finished, job.lease_until, job.holder = "failed", now(), None, None
    job.error = f"The program ended {job.tries} times in the middle of this job, so it is not tried again."
    return True


def _hand_over(job: Job, *, until: datetime) -> Claimed:
    job.state, job.lease_until, job.holder = "running", until, holder.present()
    job.tries += 1
    payload = dict(job.payload)
    return Claimed(job.id, job.kind, job.key, job.generation, job.tries, payload, job.project_id, job.user_id)


def _held(session: Session, claimed: Claimed) -> Job | None:
    """Return the job if it is still in these hands: not ended, and not claimed by another after its lease ran out."""
    job = session.get(Job, claimed.id)
    return job if job is not None and job.state == "running" and job.tries == claimed.tries else None


def finish(session: Session, claimed: Claimed, result: dict[str, Any] | None = None) -> None:
    """End a job; if it was asked again meanwhile it is due once more instead. Whose lease ran out ends nothing."""
    job = _held(session, claimed)
    if job is None:
        return
    job.lease_until = job.holder = None
    if job.generation != claimed.generation:
        job.state, job.tries = "queued", 0
    elif job.is_kept:
        job.state, job.result, job.error, job.finished = "done", result or {}, None, now()
    else:
        session.delete(job)


def fail(
    session: Session, claimed: Claimed, error: str, *, most_tries: int = MOST_TRIES, is_passing: bool = False
) -> None:
    """Note a failure: the job is tried again later, ever more rarely.

    One that a person waits for fails at once, but for a fault of the machine that will pass.
    """
    job = _held(session, claimed)
    if job is None:
        return
    job.lease_until, job.holder, job.error = None, None, error[:2000]
    if job.generation == claimed.generation and job.tries >= (
        _kept_tries(is_passing=is_passing) if job.is_kept else most_tries
    ):
        job.state, job.finished = "failed", now()
        return
    job.state = "queued"
    if job.generation != claimed.generation:
        job.tries = 0
    job.run_after = now() + min(FIRST_DELAY * 2 ** max(job.tries - 1, 0), LONGEST_DELAY)


def _kept_tries(*, is_passing: bool) -> int:
    return MOST_WAITS if is_passing else 1


def report_progress(session: Session, job_id: int, *, done: int, total: int, message: str = "") -> None:
    """Tell how far a job is, and keep its lease."""
    session.execute(
        update(Job)
        .where(Job.id == job_id)
        .values(progress={"done": done, "total": total, "message": message}, lease_until=now() + LEASE)
    )


def keep(session: Session, claimed: Collection[Claimed]) -> None:
    """Keep the leases of jobs that take long."""
    held = [job for each in claimed if (job := _held(session, each)) is not None]
    for job in held:
        job.lease_until = now() + LEASE


def take_back(session: Session) -> int:
    """Let jobs of processes that are gone be due now, and end leases that only a wrong clock could give. How many.

    Nobody need wait for the lease of a killed worker; and where the clock was ahead when a job was claimed, its lease
    would end as much too late.
    """
    moment = now()
    taken = 0
    for job in session.scalars(select(Job).where(Job.state == "running", Job.lease_until >= moment)):
        if holder.is_gone(job.holder):
            job.lease_until = moment - timedelta(microseconds=1)
        elif job.lease_until is not None and job.lease_until > moment + 2 * LEASE:
            job.lease_until = moment + LEASE
        else:
            continue
        taken += 1
    return taken


def count_due(session: Session, kinds: Collection[str]) -> int:
    """Count the jobs of these kinds that a worker could take now."""
    return session.scalar(select(func.count()).select_from(Job).where(Job.kind.in_(kinds), _due(now()))) or 0


def count_waiting(session: Session, *kinds: str) -> int:
    """Count the jobs of these kinds that are not done: queued, running or failed."""
    return session.scalar(select(func.count()).select_from(Job).where(Job.kind.in_(kinds), Job.state != "done")) or 0


def _due(moment: datetime) -> ColumnElement[bool]:
    """What can be claimed. Only a failure makes a job wait, and never for long: a later moment is of a wrong clock."""
    is_ripe = (Job.tries == 0) | (Job.run_after <= moment) | (Job.run_after > moment + LONGEST_DELAY)
    return or_(
        (Job.state == "queued") & is_ripe,
        (Job.state == "running") & (Job.lease_until < moment),
    )
