"""Imports as a whole: begun, written down file by file, listed for who may know of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, case, cast, func, select

from kmwiki.db import now, transaction
from kmwiki.errors import NotFound, say
from kmwiki.events.service import record
from kmwiki.exchange.importing.models import ImportBatch, ImportItem
from kmwiki.jobs.models import Job
from kmwiki.security.policy import Permission, can
from kmwiki.sources.queries import names_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.exchange.importing.model import Item, Options
    from kmwiki.security.policy import Caller

PAGE = 30
"""Imports on a page of their history."""

_LONGEST_COMMAND = timedelta(hours=1)  # after it, a command that never said so is taken to have been killed


@dataclass(slots=True)
class Log:
    """Writes one running import down. What changed nothing is kept back, to be written with the next change."""

    batch_id: int
    _waiting: list[ImportItem]

    def note(self, ord: int, item: Item) -> None:  # noqa: A002 - the column's name
        """Keep back a file that changed nothing."""
        self._waiting.append(_row(self.batch_id, ord, item))

    def write(self, opened: Session, ord: int, item: Item) -> None:  # noqa: A002
        """Write down what a file did, in the transaction that does it."""
        self.flush(opened)
        opened.add(_row(self.batch_id, ord, item))

    def flush(self, opened: Session) -> None:
        """Write what was kept back; what stands there already was written before the program was ended."""
        if self._waiting:
            places = [row.ord for row in self._waiting]
            there = set(
                opened.scalars(
                    select(ImportItem.ord).where(ImportItem.batch_id == self.batch_id, ImportItem.ord.in_(places))
                )
            )
            opened.add_all(row for row in self._waiting if row.ord not in there)
            self._waiting = []

    def end(self) -> None:
        """Write the rest, and that the import is through."""
        with transaction() as opened:
            self.flush(opened)
            opened.get_one(ImportBatch, self.batch_id).finished = now()


def begin(
    session: Session,
    caller: Caller,
    project: Project,
    options: Options,
    *,
    channel: str,
    total: int,
    job_id: int | None = None,
) -> ImportBatch:
    """Open a batch of `total` files; a job that is tried again goes on with the one it had."""
    known = session.scalar(select(ImportBatch).where(ImportBatch.job_id == job_id)) if job_id else None
    if known is not None:
        return known
    batch = ImportBatch(
        project_id=project.id,
        user_id=caller.user_id,
        channel=channel,
        job_id=job_id,
        options=options.as_json(),
        total=total,
    )
    session.add(batch)
    session.flush()
    record(session, caller, "import.begun", project_id=project.id, batch=batch.id, files=total, channel=channel)
    return batch


def log_of(session: Session, batch: ImportBatch) -> tuple[Log, set[int]]:
    """Return the log of a batch and the places of the files that it holds already."""
    done = set(session.scalars(select(ImportItem.ord).where(ImportItem.batch_id == batch.id)))
    return Log(batch.id, []), done


def _row(batch_id: int, ord: int, item: Item) -> ImportItem:  # noqa: A002
    return ImportItem(
        batch_id=batch_id,
        ord=ord,
        path=item.path,
        status=item.status,
        entry_id=item.entry_id,
        comments=item.comments,
        confidence=item.confidence,
        did=item.did,
    )


@dataclass(frozen=True, slots=True)
class Told:
    """A batch as its history shows it."""

    batch: ImportBatch
    who: str
    """The person's name; empty for whoever runs the program."""
    counts: Mapping[str, int]
    """Files by status; `undone` counts those of them that were taken back."""
    is_running: bool = False

    @property
    def standing(self) -> int:
        """Notes that the import made or changed and that were not taken back."""
        return self.counts.get("created", 0) + self.counts.get("updated", 0) - self.counts.get("undone", 0)

    @property
    def state(self) -> str:
        """`running`, `stopped` (the program was ended amid it), `done`, `partly` (taken back), or `undone`."""
        if self.is_running:
            return "running"
        if self.counts.get("undone", 0):
            return "partly" if self.standing else "undone"
        return "stopped" if self.batch.finished is None else "done"


def may_undo(caller: Caller, batch: ImportBatch) -> bool:
    """Whether the caller may take the import back: who imported and still may, or who moderates."""
    if can(caller, Permission.MODERATE, batch.project_id):
        return True
    is_own = caller.user_id is not None and caller.user_id == batch.user_id
    return is_own and can(caller, Permission.IMPORT, batch.project_id)


def batch_for(session: Session, caller: Caller, project_id: int, batch_id: int) -> ImportBatch:
    """Return an import of that project that the caller may take back.

    NotFound otherwise: its files may be another's alone.
    """
    batch = session.get(ImportBatch, batch_id)
    if batch is None or batch.project_id != project_id or not may_undo(caller, batch):
        raise NotFound(say("There is no import %(number)s here.", number=batch_id))
    return batch


def list_batches(
    session: Session, caller: Caller, project_id: int, *, offset: int = 0, size: int = PAGE, before: int | None = None
) -> tuple[list[Told], int]:
    """Return imports, the newest first (with `before`: those older than that one), and how many there are.

    One's own, or all for who moderates.
    """
    wanted = select(ImportBatch).where(ImportBatch.project_id == project_id)
    if not can(caller, Permission.MODERATE, project_id):
        wanted = wanted.where(ImportBatch.user_id == caller.user_id)
    total = session.scalar(select(func.count()).select_from(wanted.with_only_columns(ImportBatch.id).subquery())) or 0
    if before is not None:
        wanted = wanted.where(ImportBatch.id < before)
    return told(session, wanted.order_by(ImportBatch.id.desc()).offset(offset).limit(size)), total


def told(session: Session, wanted: Select[Any]) -> list[Told]:
    """Return batches with who made them and what came of their files."""
    batches = session.scalars(wanted).all()
    names = names_of(session, {batch.user_id for batch in batches if batch.user_id is not None})
    counts = counts_of(session, [batch.id for batch in batches])
    return [
        Told(batch, names.get(batch.user_id or 0, ""), counts.get(batch.id, {}), is_running(session, batch))
        for batch in batches
    ]


def tell(session: Session, batch: ImportBatch) -> Told:
    """Return one batch with who made it and what came of its files."""
    return told(session, select(ImportBatch).where(ImportBatch.id == batch.id))[0]


def is_running(session: Session, batch: ImportBatch) -> bool:
    """Whether files may still come in: its job is not over, or a command began lately and did not say it ended."""
    if batch.finished is not None:
        return False
    if batch.job_id is None:
        return now() - batch.created < _LONGEST_COMMAND
    job = session.get(Job, batch.job_id)
    return job is not None and job.state in {"queued", "running"}


def counts_of(session: Session, batch_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Return for each batch how many files have which status, and how many were taken back: `undone`."""
    is_undone = func.length(cast(ImportItem.undone, String)) > len("{}")
    found: dict[int, dict[str, int]] = {}
    rows = session.execute(
        select(ImportItem.batch_id, ImportItem.status, func.count(), func.sum(case((is_undone, 1), else_=0)))
        .where(ImportItem.batch_id.in_(batch_ids))
        .group_by(ImportItem.batch_id, ImportItem.status)
    )
    for batch_id, status, number, undone in rows:
        counts = found.setdefault(batch_id, {})
        counts[status] = number
        counts["undone"] = counts.get("undone", 0) + undone
    return found
