"""Keeping the index in step with the database: batches of jobs, rebuilding, checking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from kmwiki.db import session as reading
from kmwiki.db import transaction
from kmwiki.errors import Conflict, Unavailable, say
from kmwiki.jobs import service as jobs
from kmwiki.jobs.models import Job
from kmwiki.search import index
from kmwiki.search.dictionary import segmenters
from kmwiki.search.documents import all_keys, build, expand, outlines
from kmwiki.search.engine import IndexBusy, IndexMissing, IndexStale
from kmwiki.search.outbox import KIND, REBUILD, REBUILD_KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.config import Settings
    from kmwiki.jobs.service import Claimed
    from kmwiki.search.documents import Outline
    from kmwiki.search.engine import EngineStatus, Sink

BULK = 400
_IS_IDLE = Job.state.in_(("queued", "failed"))


@dataclass(frozen=True, slots=True)
class Report:
    """How index and database compare: keys that one has and the other has not, or not as it is."""

    missing: tuple[str, ...] = ()
    surplus: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    waiting: int = 0
    """Index jobs that are not done."""
    problem: str = ""
    """Why the index cannot be compared at all: `missing`, or `stale` if it was made with other words."""

    @property
    def is_equal(self) -> bool:
        """Whether they are equal and nothing waits."""
        return not (self.missing or self.surplus or self.stale or self.waiting or self.problem)


@dataclass(frozen=True, slots=True)
class Status:
    """What `kmwiki search status` tells."""

    state: str
    """`ready`, `stale` (searched while a new one is made) or `missing`."""
    waiting: int
    is_rebuilding: bool
    engine: EngineStatus | None


def index_batch(claimed: Sequence[Claimed]) -> dict[str, Any] | None:
    """Index anew what these jobs name: the rows are read now, as they are.

    Without an index a rebuild is asked for instead; it reads every row itself, so nothing is lost. Unavailable if
    another process is writing: the jobs are tried again.
    """
    try:
        update([job.key for job in claimed])
    except IndexMissing:
        ask_rebuild()
    except IndexBusy as error:
        raise Unavailable(say("Another process is writing the search index; this will be tried again.")) from error
    return None


def update(keys: Collection[str]) -> None:
    """Put or drop these documents, and those that follow them, in one commit. IndexMissing, IndexBusy."""
    engine = index.engine()
    known = engine.versions()
    with reading() as session:
        wanted = expand(session, keys)
        found = outlines(session, wanted)
        changed = [one for key, one in found.items() if known.get(key) != one.version]
        gone = [key for key in wanted if key not in found and key in known]
        if changed or gone:
            engine.put(list(build(session, changed, segmenters(session))), gone)


def prepare() -> None:
    """At a start: ask for an index if there is none, or one made with other words."""
    try:
        index.engine().check()
    except (IndexMissing, IndexStale):
        ask_rebuild()


def ask_rebuild() -> None:
    """Ask for a new index, unless that is already under way."""
    with transaction() as session:
        state = session.scalar(select(Job.state).where(Job.kind == REBUILD, Job.key == REBUILD_KEY))
        if state not in {"queued", "running"}:
            jobs.enqueue(session, REBUILD, REBUILD_KEY)


def rebuild_batch(claimed: Sequence[Claimed]) -> dict[str, Any] | None:
    """Make a new index beside the old one and put it in its place, telling how far it is."""
    job = claimed[0]

    def tell(done: int, total: int) -> None:
        with transaction() as session:
            jobs.report_progress(session, job.id, done=done, total=total)

    return {"documents": rebuild(tell)}


def rebuild(tell: Callable[[int, int], object] = lambda done, total: None) -> int:  # noqa: ARG005 - they are named for callers
    """Make a new index beside the old one and put it in its place. Return how many texts it holds.

    Conflict if another process is already doing so.
    """
    count = 0
    try:
        for done, total in index.engine().rebuild(_fill, _settle):
            count = total
            tell(done, total)
    except IndexBusy as error:
        raise Conflict(say("Another process is already rebuilding the search index.")) from error
    return count


def rebuild_now(tell: Callable[[int, int], object]) -> int:
    """Rebuild in this process, and end the jobs that this makes needless. Errors as `rebuild`."""
    with reading() as session:
        waiting = session.scalars(select(Job).where(Job.kind.in_((KIND, REBUILD)), _IS_IDLE))
        asked = {job.id: job.generation for job in waiting}
    count = rebuild(tell)
    with transaction() as session:
        for job in session.scalars(select(Job).where(Job.id.in_(asked), _IS_IDLE)):
            if job.generation == asked[job.id]:  # else it was asked for again, perhaps too late for this rebuild
                session.delete(job)
    return count


def count_open(session: Session) -> int:
    """Count the index jobs that are due or under way; those that failed for good are not."""
    wanted = Job.kind.in_((KIND, REBUILD)), Job.state.in_(("queued", "running"))
    return session.scalar(select(func.count()).select_from(Job).where(*wanted)) or 0


def _fill(sink: Sink) -> Iterator[tuple[int, int]]:
    with reading() as session:
        keys = all_keys(session)
    yield 0, len(keys)
    for start in range(0, len(keys), BULK):
        with reading() as session:
            found = outlines(session, keys[start : start + BULK])
            sink.put(list(build(session, found.values(), segmenters(session))))
        yield min(start + BULK, len(keys)), len(keys)
    _settle(sink)


def _settle(sink: Sink) -> None:
    """Bring the new index up to what was saved while it was being filled."""
    with reading() as session:
        missing, surplus, stale, found = _compare(session, sink.versions())
        changed = [found[key] for key in (*missing, *stale)]
        if changed or surplus:
            sink.put(list(build(session, changed, segmenters(session))), surplus)


def _compare(session: Session, known: dict[str, str]) -> tuple[list[str], list[str], list[str], dict[str, Outline]]:
    found = outlines(session, all_keys(session))
    missing = [key for key in found if key not in known]
    surplus = [key for key in known if key not in found]
    stale = [key for key, one in found.items() if key in known and known[key] != one.version]
    return missing, surplus, stale, found


def check(settings: Settings | None = None) -> Report:
    """Compare index and database. With `settings` it is done for that instance, else for the one that is bound."""
    if settings is not None:
        index.bind(settings)
    engine = index.engine()
    problem = ""
    with reading() as session:
        waiting = jobs.count_waiting(session, KIND) + jobs.count_waiting(session, REBUILD)
        try:
            engine.check()
        except IndexStale:
            problem = "stale"
        except IndexMissing:
            return Report(waiting=waiting, problem="missing")
        missing, surplus, stale, _ = _compare(session, engine.versions())
    return Report(tuple(missing), tuple(surplus), tuple(stale), waiting, problem)


def status() -> Status:
    """Tell what state the index is in."""
    engine = index.engine()
    with reading() as session:
        waiting = jobs.count_waiting(session, KIND)
        is_rebuilding = bool(jobs.count_waiting(session, REBUILD))
    try:
        engine.check()
        state = "ready"
    except IndexStale:
        state = "stale"
    except IndexMissing:
        return Status("missing", waiting, is_rebuilding, None)
    return Status(state, waiting, is_rebuilding, engine.status())
