"""The job `alerts`: hold saved searches against the texts that changed, and note what is new to each person.

Only the changed texts are asked for, so N searches cost N small questions however large the project is. Nothing is
told twice while it stays found; what left and came back is new again. One's own writing is never told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from kmwiki.accounts.models import Project
from kmwiki.accounts.queries import caller_for_user
from kmwiki.db import now, transaction
from kmwiki.db import session as reading
from kmwiki.errors import Invalid, NotFound, Unavailable, say
from kmwiki.notifications.models import KnownHit, Notice
from kmwiki.search.engine import IndexBusy, IndexMissing
from kmwiki.search.matching import matcher
from kmwiki.search.models import SavedSearch, SearchWatch
from kmwiki.security.policy import Permission, can
from kmwiki.sources.models import Revision, Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from kmwiki.jobs.service import Claimed
    from kmwiki.security.policy import Caller

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """What the jobs in hand name: single texts, and searches or projects to be gone through as a whole."""

    sources: frozenset[int]
    searches: frozenset[int]
    projects: frozenset[int]

    @classmethod
    def of(cls, keys: Sequence[str]) -> Asked:
        """Read the keys of jobs."""
        named: dict[str, set[int]] = {"source": set(), "search": set(), "project": set()}
        for key in keys:
            kind, _, number = key.partition(":")
            named[kind].add(int(number))
        return cls(*(frozenset(named[kind]) for kind in ("source", "search", "project")))


@dataclass(frozen=True, slots=True)
class Found:
    """What one person's search finds now. `among` is what was asked for: None for everything."""

    search_id: int
    user_id: int
    moment: datetime
    among: frozenset[int] | None = None
    sources: frozenset[int] = frozenset()
    problem: str = ""


def alert_batch(claimed: Sequence[Claimed]) -> dict[str, Any] | None:
    """Evaluate what these jobs name. Unavailable while the index cannot be asked: it is tried again."""
    asked = Asked.of([job.key for job in claimed])
    try:
        with reading() as session:
            found = list(_evaluate(session, asked))
    except (IndexMissing, IndexBusy) as error:
        raise Unavailable(say("The search index cannot be asked now; this will be tried again.")) from error
    if found:
        with transaction() as session:
            for one in found:
                _note(session, one)
    return None


def _evaluate(session: Session, asked: Asked) -> Iterator[Found]:
    by_project: dict[int, set[int]] = {}
    for source_id, project_id in _in_chunks(session, asked.sources):
        by_project.setdefault(project_id, set()).add(source_id)
    callers: dict[int, Caller | None] = {}
    concerned = set(by_project) | asked.projects
    rows = session.execute(
        select(SearchWatch, SavedSearch, Project)
        .join(SavedSearch, SavedSearch.id == SearchWatch.search_id)
        .join(Project, Project.id == SavedSearch.project_id)
        .where(
            SavedSearch.deleted.is_(None),
            SavedSearch.project_id.in_(concerned) | SavedSearch.id.in_(asked.searches),
        )
        .order_by(SearchWatch.search_id, SearchWatch.user_id)
    ).all()
    for watch, search, project in rows:
        if watch.user_id not in callers:
            callers[watch.user_id] = _caller(session, watch.user_id)
        caller = callers[watch.user_id]
        if caller is None or not _may_follow(caller, search):
            continue
        is_whole = not watch.is_known or project.id in asked.projects or project.id not in by_project
        among = None if is_whole else frozenset(by_project[project.id])
        if watch.is_known and search.id in asked.searches and project.id not in concerned:
            continue  # asked for somebody else who has begun to follow it
        yield _one(session, caller, project, (watch, search), among)


def _one(
    session: Session,
    caller: Caller,
    project: Project,
    kept: tuple[SearchWatch, SavedSearch],
    among: frozenset[int] | None,
) -> Found:
    watch, search = kept
    moment = now()
    try:
        sources = matcher(session, caller, project, search.query).sources(among)
    except Invalid as error:
        return Found(search.id, watch.user_id, moment, problem=str(error.message.text)[:500])
    return Found(search.id, watch.user_id, moment, among, frozenset(sources))


def _note(session: Session, found: Found) -> None:
    """Write down what is found, and what of it is to be told."""
    watch = session.get(SearchWatch, (found.search_id, found.user_id))
    if watch is None:
        return
    if found.problem:
        if not watch.problem:
            watch.problem = found.problem
            session.add(_notice(watch, None))
        return
    watch.problem = ""
    mine = KnownHit.search_id == found.search_id, KnownHit.user_id == found.user_id
    known = _known(session, found)
    for source_id in known - found.sources:
        session.execute(delete(KnownHit).where(*mine, KnownHit.source_id == source_id))
        session.execute(
            delete(Notice).where(
                Notice.search_id == found.search_id, Notice.user_id == found.user_id, Notice.source_id == source_id
            )
        )
    fresh = sorted(found.sources - known)
    session.add_all(
        KnownHit(search_id=found.search_id, user_id=found.user_id, source_id=source_id) for source_id in fresh
    )
    since = watch.checked if found.among is None else None
    session.add_all(_notice(watch, source_id) for source_id in _told(session, fresh, found.user_id, since))
    watch.is_known, watch.checked = True, found.moment


def _known(session: Session, found: Found) -> set[int]:
    statement = select(KnownHit.source_id).where(
        KnownHit.search_id == found.search_id, KnownHit.user_id == found.user_id
    )
    known = set(session.scalars(statement))
    return known if found.among is None else known & found.among


def _told(session: Session, fresh: Sequence[int], user_id: int, since: datetime | None) -> list[int]:
    """Return which new hits are told of: not what the person wrote last themselves.

    When a search is new, or the index or the dictionary is, old texts are found; `since` leaves out what did not change
    since then.
    """
    told: list[int] = []
    for start in range(0, len(fresh), CHUNK):
        rows = session.execute(
            select(Source.id, Source.updated, Source.author_id, Revision.author_id)
            .outerjoin(Revision, (Revision.source_id == Source.id) & (Revision.no == Source.head_no))
            .where(Source.id.in_(fresh[start : start + CHUNK]))
            .order_by(Source.id)
        )
        for source_id, updated, author_id, last_id in rows:
            is_own = user_id == (last_id if last_id is not None else author_id)
            if not is_own and (since is None or updated >= since):
                told.append(source_id)
    return told


def _notice(watch: SearchWatch, source_id: int | None) -> Notice:
    return Notice(
        user_id=watch.user_id,
        search_id=watch.search_id,
        source_id=source_id,
        in_app=watch.in_app or source_id is None,
        post="waits" if watch.mail != "off" and source_id is not None else "no",
    )


def _in_chunks(session: Session, ids: frozenset[int]) -> Iterator[tuple[int, int]]:
    wanted = sorted(ids)
    for start in range(0, len(wanted), CHUNK):
        rows = session.execute(select(Source.id, Source.project_id).where(Source.id.in_(wanted[start : start + CHUNK])))
        yield from ((source_id, project_id) for source_id, project_id in rows)


def _caller(session: Session, user_id: int) -> Caller | None:
    try:
        return caller_for_user(session, user_id)
    except NotFound:  # shut out
        return None


def _may_follow(caller: Caller, search: SavedSearch) -> bool:
    is_own = search.owner_id == caller.user_id
    return can(caller, Permission.READ, search.project_id) and (is_own or search.is_shared)
