"""Undoing an import as a job: a thousand notes take a while, and people see how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kmwiki.accounts.access import OPERATOR
from kmwiki.accounts.models import Project
from kmwiki.accounts.queries import caller_for_user
from kmwiki.db import now, session
from kmwiki.events.service import record
from kmwiki.exchange.importing.job import Teller
from kmwiki.exchange.importing.model import keep_message
from kmwiki.exchange.importing.undoing import Undo
from kmwiki.jobs import service
from kmwiki.jobs.models import Job

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from kmwiki.exchange.importing.models import ImportBatch
    from kmwiki.jobs.service import Claimed
    from kmwiki.security.policy import Caller

KIND = "undo_import"


def ask_undo(
    session: Session, caller: Caller, batch: ImportBatch, *, everything: bool = False, is_again: bool = False
) -> Job:
    """Ask the worker to take an import back, or to do it again. Asking twice while it waits or runs is one job."""
    waiting = session.scalar(
        select(Job).where(
            Job.kind == KIND,
            Job.key.startswith(f"{batch.id}:"),
            Job.user_id == caller.user_id,
            Job.state.in_(("queued", "running")),
        )
    )
    if waiting is not None:
        return waiting
    job = service.enqueue(
        session,
        KIND,
        f"{batch.id}:{now().isoformat()}",
        payload={"batch": batch.id, "everything": everything, "is_again": is_again},
        project_id=batch.project_id,
        user_id=caller.user_id,
        is_kept=True,
    )
    session.flush()
    verb = "import.redo_asked" if is_again else "import.undo_asked"
    record(session, caller, verb, project_id=batch.project_id, batch=batch.id, job=job.id)
    return job


def undo_batch(claimed: Sequence[Claimed]) -> dict[str, Any]:
    """Run the jobs of this kind. NotFound and Conflict end a job as failed, with that sentence for its reader."""
    result: dict[str, Any] = {}
    for job in claimed:
        with session() as opened:
            caller = OPERATOR if job.user_id is None else caller_for_user(opened, job.user_id)
            slug = opened.get_one(Project, job.project_id).slug
        wanted = Undo(
            caller,
            slug,
            int(job.payload["batch"]),
            everything=bool(job.payload["everything"]),
            is_again=bool(job.payload["is_again"]),
        )
        done = wanted.run(tell=Teller(job.id))
        result = {**done.as_json(keep_message), "is_again": wanted.is_again}
    return result
