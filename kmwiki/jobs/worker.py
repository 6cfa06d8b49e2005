"""The worker: claims due jobs and hands them to the function of their kind, until it is told to stop."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from kmwiki import db
from kmwiki.errors import KmwikiError, Unavailable
from kmwiki.jobs import service

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.jobs.service import Claimed

POLL_SECONDS = 0.3
PAUSE_SECONDS = 2.0  # after a fault of the database
KEEP_SECONDS = 20.0  # a third of a lease

log = structlog.get_logger(__name__)


class Hopeless(KmwikiError):  # noqa: N818 - named after what it says
    """The job cannot be done, now or later: it fails at once instead of being tried again."""


@dataclass(frozen=True, slots=True)
class JobKind:
    """What to do with jobs of a kind: `run` gets up to `batch` of them and opens its own transactions.

    `lane` names those that wait for another machine: they run in a thread of their own, so that nothing waits for them.
    """

    run: Callable[[Sequence[Claimed]], dict[str, Any] | None]
    batch: int = 1
    lane: str = ""
    most_tries: int = service.MOST_TRIES


class Worker:
    """Runs the jobs of the given kinds, one batch at a time."""

    def __init__(self, kinds: Mapping[str, JobKind]) -> None:
        self.kinds = kinds
        self._stop = threading.Event()
        self._looked = -KEEP_SECONDS

    def stop(self) -> None:
        """Ask the loop to end after the batch in hand."""
        self._stop.set()

    def run(self) -> None:
        """Work until `stop`; a fault of one job or of the database never ends the loop."""
        while not self._stop.is_set():
            try:
                is_idle = not self.run_once()
            except Exception:
                log.exception("the worker could not reach its jobs; it tries again")
                self._stop.wait(PAUSE_SECONDS)
                continue
            if is_idle:
                self._stop.wait(POLL_SECONDS)

    def run_once(self) -> bool:
        """Run one batch if any is due. Whether there was one."""
        self._look_for_left_jobs()
        with db.session() as session:
            has_due = bool(service.count_due(session, self.kinds.keys()))
        if not has_due:
            return False
        with db.transaction() as session:
            claimed = self._claim(session)
        if not claimed:
            return False
        self._run_batch(claimed)
        return True

    def _look_for_left_jobs(self) -> None:
        """At the start, and now and then: let jobs that a killed worker left be due."""
        if time.monotonic() - self._looked < KEEP_SECONDS:
            return
        with db.session() as session:
            has_left = bool(service.take_back(session))
        if has_left:
            with db.transaction() as session:
                service.take_back(session)
        self._looked = time.monotonic()

    def drain(self) -> None:
        """Run everything that is due now, in this thread."""
        while self.run_once():
            pass

    def _claim(self, session: Session) -> list[Claimed]:
        first = service.claim(session, self.kinds.keys())
        if not first or (more := self.kinds[first[0].kind].batch - 1) < 1:
            return first
        return first + service.claim(session, [first[0].kind], most=more)

    def _run_batch(self, claimed: list[Claimed]) -> None:
        """Run jobs together; if they fail, one by one, so that a bad one does not take the others with it."""
        kind = self.kinds[claimed[0].kind]
        try:
            with keeping_leases(claimed):
                result = kind.run(claimed)
        except Exception as error:
            is_passing = isinstance(error, Unavailable) or db.will_pass(error)
            if not isinstance(error, KmwikiError):
                log.exception("job failed", kind=claimed[0].kind, keys=[job.key for job in claimed[:5]])
            if len(claimed) > 1 and not is_passing:
                for job in claimed:
                    self._run_batch([job])
                return
            most = 1 if isinstance(error, Hopeless) else kind.most_tries
            with db.transaction() as session:
                for job in claimed:
                    service.fail(session, job, words_for(error), most_tries=most, is_passing=is_passing)
            return
        with db.transaction() as session:
            for job in claimed:
                service.finish(session, job, result)


def words_for(error: Exception) -> str:
    """Say what a failed job may tell: our own errors and the machine's in full.

    Of any other fault only its kind is told, for its words may quote people's texts.
    """
    if isinstance(error, SQLAlchemyError) and db.will_pass(error):
        return f"{type(error).__name__}: the database is in use elsewhere, or its disk is full"
    if isinstance(error, KmwikiError | OSError):
        return f"{type(error).__name__}: {error}"
    return f"{type(error).__name__}: something went wrong in the program; its log says more"


@contextmanager
def keeping_leases(claimed: Collection[Claimed]) -> Iterator[None]:
    """Keep the jobs' leases for as long as the block takes."""
    over = threading.Event()

    def keep_on() -> None:
        while not over.wait(KEEP_SECONDS):
            try:
                with db.transaction() as session:
                    service.keep(session, claimed)
            except SQLAlchemyError:
                log.warning("a lease could not be kept; it is tried again", kind=next(iter(claimed)).kind)

    keeper = threading.Thread(target=keep_on, name="kmwiki-lease", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


def workers_for(kinds: Mapping[str, JobKind]) -> list[Worker]:
    """Return a worker for each lane of these kinds; the first has those that wait for nobody."""
    lanes = sorted({kind.lane for kind in kinds.values()})
    return [Worker({name: kind for name, kind in kinds.items() if kind.lane == lane}) for lane in lanes]


def start_thread(worker: Worker) -> threading.Thread:
    """Run the worker beside the web server in this process."""
    thread = threading.Thread(target=worker.run, name="kmwiki-worker", daemon=True)
    thread.start()
    return thread
