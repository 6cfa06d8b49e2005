"""Files of passages made in the background: asked for, written by the worker, fetched by their asker for a day.

A file lies in the instance under a token that its job alone names, and goes when its day is over. What a file holds is
what its asker may see at the moment it is written.
"""

from __future__ import annotations

import os
import re
import secrets
import time
from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from kmwiki.accounts.models import Project
from kmwiki.accounts.queries import caller_for_user
from kmwiki.config import DEFAULT_BASE_URL
from kmwiki.db import now, session, transaction
from kmwiki.errors import NotFound, TooMany, say
from kmwiki.events.service import record
from kmwiki.jobs import service
from kmwiki.jobs.models import Job
from kmwiki.retrieval.book import read_book
from kmwiki.retrieval.files import Export, question_for, read_format, write_file
from kmwiki.retrieval.finding import retrieve
from kmwiki.retrieval.reading import read_question
from kmwiki.retrieval.telling import Tongue
from kmwiki.security.policy import Permission, can
from kmwiki.sources.access import demand
from kmwiki.text.dates import show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from sqlalchemy.orm import Session

    from kmwiki.config import Settings
    from kmwiki.jobs.service import Claimed
    from kmwiki.retrieval.asking import Question
    from kmwiki.retrieval.book import Book
    from kmwiki.retrieval.finding import Found
    from kmwiki.security.policy import Caller

KIND = "export_passages"
KEPT = timedelta(hours=24)
"""So long a file can be fetched."""
MOST_OPEN = 5
"""So many files of a person may wait to be made."""
_WAIT_SECONDS = 30
_TOLD_EVERY = 0.5  # seconds between two notes of how far it is
_TOKEN = re.compile(r"[0-9a-f]{32}")


class _Bound:
    settings: Settings | None = None


def bind(settings: Settings) -> None:
    """Let the jobs of this process work on that instance, as the doors do."""
    _Bound.settings = settings


def tongue_of(locale: str, translate: Callable[[str, str], str]) -> Tongue:
    """Return a language for what is written outside a request; `translate` takes a locale and a message id."""

    def day(value: date) -> str:
        return show(value, locale)

    return Tongue(locale, lambda text: translate(locale, text), day)


def found_for(
    opened: Session, caller: Caller, project: Project, given: Mapping[str, Iterable[str]], form: str
) -> tuple[Found, Book]:
    """Answer a question as a file of that format lists it. Invalid for what cannot be asked."""
    book = read_book(opened, project.id)
    question: Question = question_for(read_question(given, book), form)
    return retrieve(opened, caller, project, question, book), book


def record_export(opened: Session, caller: Caller, project: Project, form: str, count: int) -> None:
    """Write down who took how many passages out, in which form."""
    record(opened, caller, "passages.exported", project_id=project.id, format=form, count=count)


def ask(
    opened: Session, caller: Caller, project: Project, given: Mapping[str, Iterable[str]], *, form: str, locale: str
) -> Job:
    """Ask for a file of what a question finds.

    Invalid for a question or format that cannot be taken, TooMany while several files of the caller wait.
    """
    demand(caller, Permission.READ, project.id)
    read_format(form)
    question = read_question(given, read_book(opened, project.id))
    waiting = select(func.count()).where(
        Job.kind == KIND, Job.user_id == caller.user_id, Job.state.in_(("queued", "running"))
    )
    count = opened.scalar(waiting) or 0
    if count >= MOST_OPEN:
        raise TooMany(say("%(count)s of your files are still being made. Wait for them.", count=count), _WAIT_SECONDS)
    token = secrets.token_hex(16)
    payload = {"token": token, "format": form, "query": dict(question.address), "locale": locale}
    job = service.enqueue(
        opened, KIND, token, payload=payload, project_id=project.id, user_id=caller.user_id, is_kept=True
    )
    opened.flush()
    record(opened, caller, "passages.export_asked", project_id=project.id, job=job.id, format=form)
    return job


def job_for(opened: Session, caller: Caller, job_id: int) -> Job:
    """Return an export that the caller waits for. NotFound for another's, or where they are no member any more."""
    job = opened.get(Job, job_id)
    is_own = job is not None and job.kind == KIND and job.user_id is not None and job.user_id == caller.user_id
    if job is None or not is_own or not can(caller, Permission.READ, job.project_id or 0):
        raise NotFound(say("There is no such file."))
    return job


def file_of(settings: Settings, job: Job) -> Path:
    """Return where the file of a job lies. NotFound when it is not made yet or its time is over."""
    token = str(job.payload.get("token", ""))
    path = folder(settings) / token
    is_over = job.finished is not None and job.finished + KEPT < now()
    if job.state != "done" or is_over or not _TOKEN.fullmatch(token) or not path.is_file():
        raise NotFound(say("This file is not here any more. Ask for it again."))
    return path


def folder(settings: Settings) -> Path:
    """Return where the files lie."""
    return settings.instance / "exports"


def export_batch(claimed: Sequence[Claimed], *, translate: Callable[[str, str], str]) -> dict[str, Any]:
    """Make the files of these jobs. Invalid or NotFound ends a job as failed, with that sentence for its asker."""
    result: dict[str, Any] = {}
    for job in claimed:
        result = _run(job, translate)
    return result


def _run(job: Claimed, translate: Callable[[str, str], str]) -> dict[str, Any]:
    settings = _Bound.settings
    if settings is None:
        raise RuntimeError("no instance is bound; create_app() or bind() comes first")
    clean(settings)
    token, form = str(job.payload["token"]), read_format(str(job.payload["format"]))
    with session() as opened:
        caller = caller_for_user(opened, job.user_id or 0)
        project = opened.get_one(Project, job.project_id)
        if not can(caller, Permission.READ, project.id):
            raise NotFound(say("There is no such project."))
        found, book = found_for(opened, caller, project, job.payload["query"], form)
        tongue = tongue_of(str(job.payload["locale"]), translate)
        site = settings.base_url or DEFAULT_BASE_URL
        data = write_file(Export(opened, caller, project, book, found, tongue, site, _Teller(job.id)), form)
    _keep(folder(settings), token, data)
    with transaction() as opened:
        record_export(opened, caller, project, form, found.total)
    return {"format": form, "size": len(data), "count": found.total}


def _keep(root: Path, token: str, data: bytes) -> None:
    """Write a file so that it is there whole or not at all; nobody else on the machine may read it."""
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = root / f"{token}.part"
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(root / token)


def clean(settings: Settings) -> None:
    """Throw away the files whose day is over."""
    root = folder(settings)
    for path in root.iterdir() if root.is_dir() else ():
        if _TOKEN.fullmatch(path.name.removesuffix(".part")):
            try:
                is_over = time.time() - path.stat().st_mtime > KEPT.total_seconds()
            except FileNotFoundError:  # another process has thrown it away just now
                continue
            if is_over:
                path.unlink(missing_ok=True)


class _Teller:
    """Writes down how far a file is, now and then: each note is a write of its own."""

    def __init__(self, job_id: int) -> None:
        self._job_id, self._told = job_id, 0.0

    def __call__(self, done: int, total: int) -> None:
        """Note that `done` of `total` rows are written."""
        if monotonic() - self._told < _TOLD_EVERY:
            return
        self._told = monotonic()
        with transaction() as opened:
            service.report_progress(opened, self._job_id, done=done, total=total)
