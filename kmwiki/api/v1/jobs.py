"""Jobs that somebody waits for, over the API."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field

from kmwiki.api.v1.errors import words
from kmwiki.api.v1.ground import answers, bp, caller, spec
from kmwiki.db import session
from kmwiki.exchange.importing.job import job_for
from kmwiki.exchange.importing.model import take_message

if TYPE_CHECKING:
    from kmwiki.jobs.models import Job


class ProgressOut(BaseModel):
    """How far a job is."""

    done: int = 0
    total: int = 0


class JobOut(BaseModel):
    """A job. `result` of an import has the shape of `kmwiki import --json`."""

    id: int
    kind: str
    state: str = Field(description="queued, running, done or failed")
    is_dry_run: bool
    progress: ProgressOut
    result: dict[str, Any] | None
    error: str | None
    created: datetime
    finished: datetime | None


@bp.get("/jobs/<int:job_id>")
@spec.validate(resp=answers(JobOut, refusals=(401, 403, 404)), tags=["jobs"])
def read_job(job_id: int) -> JobOut:
    """Read how far a job is, and what came of it once its state is `done`."""
    with session() as opened:
        return tell_job(job_for(opened, caller(), job_id))


def tell_job(job: Job) -> JobOut:
    """Make the shape of a job that the doors give."""
    progress = ProgressOut(done=job.progress.get("done", 0), total=job.progress.get("total", 0))
    return JobOut(
        id=job.id,
        kind=job.kind,
        state=job.state,
        is_dry_run=bool(job.payload.get("is_dry")),
        progress=progress,
        result=worded_result(job.result),
        error=job.error.partition(": ")[2] or job.error if job.error else None,
        created=job.created,
        finished=job.finished,
    )


def worded_result(result: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return a job's result with its messages in the reader's language."""
    if not result or "items" not in result:
        return result
    items = [
        {
            **item,
            **{
                name: [words(take_message(kept)) for kept in item[name]]
                for name in ("warnings", "reasons")
                if name in item
            },
        }
        for item in result["items"]
    ]
    return {**result, "items": items}
