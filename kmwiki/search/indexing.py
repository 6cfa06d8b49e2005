"""Keeping the index in step with the database: batches of jobs, rebuilding, checking."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import func, select

from kmwiki.db import session as reading
from kmwiki.db import transaction
from kmwiki.errors import Conflict, Unavailable, say
from kmwiki.jobs import service as jobs
from kmwiki.jobs.models import Job
from kmwiki.search import index
from kmwiki.search.cutting import cuts_now, follow, label_of, stale_by_words
from kmwiki.search.dictionary import segmenters
from kmwiki.search.documents import all_keys, build, expand, outlines
from kmwiki.search.engine import IndexBusy, IndexMissing, IndexStale
from kmwiki.search.outbox import KIND, REBUILD, REBUILD_KEY
from kmwiki.search.telling import ask_alerts, ask_all_alerts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.config import Settings
    from kmwiki.jobs.service import Claimed
    from kmwiki.search.documents import Outline
    from kmwiki.search.engine import EngineStatus, Sink

BULK = 400
MOST_NAMED = 5
PROBLEMS = {
    "missing": "the index is missing or damaged",
    "stale": "the index was made with other words",
}
log = structlog.get_logger(__name__)

_IS_IDLE = Job.state.in_(("queued", "failed"))


@dataclass(frozen=True, slots=True)
class Report:
    """How index and database compare: keys that one has and the other has not, or not as it is."""

    missing: tuple[str, ...] = ()
    surplus: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    waiting: int = 0
    """Index jobs that are not done."""
    failed: int = 0
    """How many of them have failed for good."""
    problem: str = ""
    """Why the index cannot be compared at all: `missing`, or `stale` if it was made with other words."""

    @property
    def is_equal(self) -> bool:
        """Whether they are equal and nothing waits."""
        return not (self.waiting or self.differs)

    @property
    def differs(self) -> bool:
        """Whether the index is not what the database asks for, or cannot be compared."""
        return bool(self.missing or self.surplus or self.stale or self.problem)

    def __str__(self) -> str:
        """Say in a few English words what was found."""
        if self.is_equal:
            return "equal to the database"
        parts = [PROBLEMS.get(self.problem, self.problem)]
        counts = {"missing": self.missing, "surplus": self.surplus, "out of date": self.stale}
        parts += [f"{_count(len(keys), 'text')} {name}: {_some(keys)}" for name, keys in counts.items() if keys]
        pending = self.waiting - self.failed
        parts.append(f"{_count(pending, 'job')} {'waits' if pending == 1 else 'wait'}" if pending else "")
        parts.append(f"{_count(self.failed, 'job')} failed" if self.failed else "")
        return "; ".join(filter(None, parts))


def _count(number: int, name: str) -> str:
    return f"{number} {name}" if number == 1 else f"{number} {name}s"


def _some(keys: tuple[str, ...]) -> str:
    return ", ".join(keys[:MOST_NAMED]) + (", …" if len(keys) > MOST_NAMED else "")


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

    Without an index, or with a damaged one, a rebuild is asked for instead; it reads every row itself, so nothing is
    lost. Unavailable if another process is writing: the jobs are tried again.
    """
    try:
        keys = [job.key for job in claimed]
        update(keys)
        ask_alerts(keys)
        index.engine().check()
    except IndexMissing as error:
        if not is_rebuild_asked():  # at the first start of an instance nothing is wrong
            log.warning("the search index is missing or damaged; a rebuild is asked for", reason=str(error))
        ask_rebuild(again=True)
    except IndexStale:
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
    while changed or gone:
        with reading() as session:
            segmenter = segmenters(session)
            cut_by = {one.project_id: segmenter(one.project_id).version for one in changed}
            engine.put(list(build(session, changed, segmenter)), gone)
        # What follows another dictionary may have looked for its words before these texts were there.
        with reading() as session:
            segmenter = segmenters(session)
            changed = [one for one in changed if segmenter(one.project_id).version != cut_by[one.project_id]]
        gone = []


def prepare() -> None:
    """At a start: ask for an index if there is none, or one made with other words, or one that lacks texts.

    Texts are lacking when the program was killed so often in the middle of their jobs that they were given up.
    """
    with reading() as session:
        failed = select(Job.kind).where(Job.kind.in_((KIND, REBUILD)), Job.state == "failed").distinct()
        has_gaps = session.scalars(failed).all() == [KIND]  # a rebuild that fails too is not begun at every start
    try:
        index.engine().check()
    except (IndexMissing, IndexStale):
        has_gaps = True
    if has_gaps:
        ask_rebuild()


def ask_rebuild(*, again: bool = False) -> None:
    """Ask for a new index, unless that is already under way.

    With `again` also then: what was saved just now may be too late for the one under way.
    """
    with transaction() as session:
        if again or not _is_under_way(session):
            jobs.enqueue(session, REBUILD, REBUILD_KEY)


def is_rebuild_asked() -> bool:
    """Whether a new index is under way or about to be."""
    with reading() as session:
        return _is_under_way(session)


def _is_under_way(session: Session) -> bool:
    state = session.scalar(select(Job.state).where(Job.kind == REBUILD, Job.key == REBUILD_KEY))
    return state in {"queued", "running"}


def rebuild_batch(claimed: Sequence[Claimed]) -> dict[str, Any] | None:
    """Make a new index beside the old one and put it in its place, telling how far it is.

    Where only a dictionary has changed, only what it cuts otherwise is indexed anew.
    """
    job = claimed[0]

    def tell(done: int, total: int) -> None:
        with transaction() as session:
            jobs.report_progress(session, job.id, done=done, total=total)

    head, _, project_id = job.key.partition(":")
    if head == "project" and project_id.isdigit():
        return _follow(int(project_id), tell)
    asked = _asked(KIND)
    count = rebuild(tell)
    _end(asked)
    return {"documents": count}


def _follow(project_id: int, tell: Callable[[int, int], object]) -> dict[str, Any] | None:
    try:
        count = follow(project_id, tell, _settle)
    except (IndexMissing, IndexStale):
        ask_rebuild()  # which cuts everything by the words of now
        return None
    except IndexBusy as error:
        raise Unavailable(say("Another process is writing the search index; this will be tried again.")) from error
    if count:
        ask_all_alerts(project_id)
    return {"documents": count}


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
    ask_all_alerts()
    return count


def rebuild_now(tell: Callable[[int, int], object]) -> int:
    """Rebuild in this process, and end the jobs that this makes needless. Errors as `rebuild`."""
    asked = _asked(KIND, REBUILD)
    count = rebuild(tell)
    _end(asked)
    return count


def _asked(*kinds: str) -> dict[int, int]:
    """Return the jobs that nobody has in hand, with their generations."""
    with reading() as session:
        idle = select(Job.id, Job.generation).where(Job.kind.in_(kinds), _IS_IDLE)
        return {row.id: row.generation for row in session.execute(idle)}


def _end(asked: dict[int, int]) -> None:
    """End the jobs that a rebuild has made needless."""
    with transaction() as session:
        for job in session.scalars(select(Job).where(Job.kind.in_((KIND, REBUILD)), _IS_IDLE)):
            if asked.get(job.id) == job.generation:  # else it was asked for again, perhaps too late for this rebuild
                session.delete(job)


def count_open(session: Session) -> int:
    """Count the index jobs that are due or under way; those that failed for good are not."""
    wanted = Job.kind.in_((KIND, REBUILD)), Job.state.in_(("queued", "running"))
    return session.scalar(select(func.count()).select_from(Job).where(*wanted)) or 0


def _fill(sink: Sink) -> Iterator[tuple[int, int]]:
    with reading() as session:
        keys = all_keys(session)
        sink.label(label_of(cuts_now(session)))
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
    """Compare index and database. With `settings` it is done for that instance, else for the one that is bound.

    What no waiting job would mend - damage, jobs that failed, texts that differ - makes it ask for a rebuild, which
    the report then counts among what waits.
    """
    if settings is not None:
        index.bind(settings)
    report = _look()
    if report.differs and report.waiting == report.failed and not report.problem:
        report = _look()  # what was saved and indexed while we looked must not seem to differ
    if not report.is_equal and (report.problem or report.waiting == report.failed):
        ask_rebuild()
        with reading() as session:
            waiting, failed = _count_jobs(session)
        report = replace(report, waiting=waiting, failed=failed)
    return report


def _look() -> Report:
    engine = index.engine()
    problem = ""
    with reading() as session:
        waiting, failed = _count_jobs(session)
        try:
            try:
                engine.check()
            except IndexStale:
                problem = "stale"
            missing, surplus, stale, _ = _compare(session, engine.versions())
            stale = list(dict.fromkeys([*stale, *stale_by_words(session, engine)]))
        except IndexMissing:
            return Report(waiting=waiting, failed=failed, problem="missing")
    return Report(tuple(missing), tuple(surplus), tuple(stale), waiting, failed, problem)


def _count_jobs(session: Session) -> tuple[int, int]:
    """Count the jobs of the index that are not done, and how many of them failed for good."""
    ours = Job.kind.in_((KIND, REBUILD))
    states = session.scalars(select(Job.state).where(ours, Job.state != "done")).all()
    return len(states), states.count("failed")


def status() -> Status:
    """Tell what state the index is in; for one that is missing or stale a rebuild is asked for."""
    engine = index.engine()
    described: EngineStatus | None = None
    state = "ready"
    try:
        try:
            engine.check()
        except IndexStale:
            state = "stale"
        described = engine.status()
    except IndexMissing:
        state = "missing"
    if state != "ready":
        ask_rebuild()
    with reading() as session:
        waiting = jobs.count_waiting(session, KIND)
        is_rebuilding = bool(jobs.count_waiting(session, REBUILD))
    return Status(state, waiting, is_rebuilding, described)
