"""Imports as jobs: the worker looks over (a dry run) or imports what was sent, while people see how far it is."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from kmwiki.accounts.access import OPERATOR, project_for
from kmwiki.accounts.models import Project
from kmwiki.accounts.queries import caller_for_user
from kmwiki.db import session, transaction
from kmwiki.entries.kinds import KINDS
from kmwiki.errors import Forbidden, Invalid, NotFound, say
from kmwiki.events.service import record
from kmwiki.exchange.importing import spool
from kmwiki.exchange.importing.model import Options, check_options, keep_message
from kmwiki.exchange.importing.run import Import
from kmwiki.jobs import service
from kmwiki.jobs.models import Job
from kmwiki.places.queries import choose
from kmwiki.security.policy import Permission, can

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from kmwiki.config import Settings
    from kmwiki.exchange.importing.reading import Draft
    from kmwiki.jobs.service import Claimed
    from kmwiki.security.policy import Caller

KIND = spool.KIND
_TOLD_EVERY = 0.5  # seconds between two notes of how far it is


class _Bound:
    settings: Settings | None = None


def bind(settings: Settings) -> None:
    """Let the jobs of this process work on that instance, as the doors do."""
    _Bound.settings = settings


def check_request(session: Session, caller: Caller, slug: str, options: Options) -> Project:
    """Return the project to import into. NotFound, Forbidden; Invalid for an option that there is not."""
    project = project_for(session, caller, slug, Permission.IMPORT)
    check_options(options, KINDS)
    if options.province:
        choose(options.province, field="province")
    return project


def ask(
    session: Session,
    caller: Caller,
    project: Project,
    token: str,
    options: Options,
    *,
    is_dry: bool,
    channel: str = "web",
) -> Job:
    """Ask the worker to import (or look over) the files of an upload. Asking twice for the same is one job."""
    key = spool.key_of(token, is_dry=is_dry)
    known = session.scalar(select(Job).where(Job.kind == KIND, Job.key == key))
    if known is not None:
        return known
    job = service.enqueue(
        session,
        KIND,
        key,
        payload={"token": token, "is_dry": is_dry, "options": options.as_json(), "channel": channel},
        project_id=project.id,
        user_id=caller.user_id,
        is_kept=True,
    )
    session.flush()
    record(session, caller, "import.asked", project_id=project.id, job=job.id, is_dry=is_dry)
    return job


def job_for(session: Session, caller: Caller, job_id: int) -> Job:
    """Return a job that the caller waits for. Its result tells of texts that may be theirs alone.

    NotFound for another's or outside its project, Forbidden without the right to import.
    """
    job = session.get(Job, job_id)
    is_own = job is not None and job.is_kept and job.project_id is not None and job.user_id == caller.user_id
    if job is None or not is_own or not can(caller, Permission.READ, job.project_id or 0):
        raise NotFound(say("There is no such job."))
    if not can(caller, Permission.IMPORT, job.project_id or 0):
        raise Forbidden(
            say("Your role in this project does not allow this. An owner of the project can change your role.")
        )
    return job


def confirm(session: Session, caller: Caller, project: Project, looked: Job) -> Job:
    """Ask for the import of what a dry run looked over. Invalid if that job was no dry run."""
    if looked.kind != KIND or looked.project_id != project.id or not looked.payload.get("is_dry"):
        raise Invalid(say("There is nothing to import here: look the files over first."))
    options = Options(**looked.payload["options"])
    return ask(session, caller, project, looked.payload["token"], options, is_dry=False)


def read_sent(settings: Settings, job: Job, project_id: int, place: int) -> Draft:
    """Read one file of an upload that waits for its import, as the import would.

    NotFound when it is not there any more; Invalid if it cannot be read.
    """
    gone = NotFound(say("The files that were sent are not here any more. Send them again."))
    if job.kind != KIND or job.project_id != project_id or "token" not in job.payload:
        raise gone
    files = spool.take(settings, str(job.payload["token"]))
    if place >= len(files):
        raise gone
    incoming = files[place]
    return Import(settings, OPERATOR, "", Options(**job.payload["options"])).read(incoming)


def import_batch(claimed: Sequence[Claimed]) -> dict[str, Any]:
    """Run the jobs of this kind. Invalid or NotFound ends a job as failed, with that sentence for its reader."""
    result: dict[str, Any] = {}
    for job in claimed:
        result = _run(job)
    return result


def _run(job: Claimed) -> dict[str, Any]:
    settings = _Bound.settings
    if settings is None:
        raise RuntimeError("no instance is bound; create_app() or bind() comes first")
    token, is_dry = str(job.payload["token"]), bool(job.payload["is_dry"])
    with session() as opened:
        caller = OPERATOR if job.user_id is None else caller_for_user(opened, job.user_id)
        slug = opened.get_one(Project, job.project_id).slug
        known = opened.scalar(select(Job.result).where(Job.id == job.id))
    if known and not is_dry:  # the program was ended between the import's end and the job's
        spool.drop(settings, token)
        return dict(known)
    channel = str(job.payload.get("channel", "web"))
    wanted = Import(settings, caller, slug, Options(**job.payload["options"]), is_dry, channel, job.id)
    report = wanted.run(spool.take(settings, token), tell=Teller(job.id))
    result = {**report.as_json(keep_message), "is_dry": is_dry}
    if not is_dry:
        with transaction() as opened:  # before the files go: who comes after a kill could not import them again
            opened.execute(update(Job).where(Job.id == job.id).values(result=result))
        spool.drop(settings, token)
    return result


class Teller:
    """Writes down how far a job is, now and then: each note is a write of its own."""

    def __init__(self, job_id: int) -> None:
        self._job_id = job_id
        self._told = 0.0

    def __call__(self, done: int, total: int) -> None:
        """Note that `done` of `total` files are through."""
        if done not in {0, total} and monotonic() - self._told < _TOLD_EVERY:
            return
        self._told = monotonic()
        with transaction() as opened:
            service.report_progress(opened, self._job_id, done=done, total=total)
