"""The job `alerts`: hold saved searches against the texts and codes that changed, and note what is new to each person.

Only the changed texts are asked for, so N searches cost N small questions however large the project is. Nothing is
told twice while it stays found; what left and came back is new again. One's own writing is never told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kmwiki.accounts.models import Project
from kmwiki.accounts.queries import caller_for_user
from kmwiki.db import now, transaction
from kmwiki.db import session as reading
from kmwiki.errors import Invalid, NotFound, Unavailable, say
from kmwiki.notifications.known import THINGS
from kmwiki.notifications.models import Notice
from kmwiki.search.engine import IndexBusy, IndexMissing
from kmwiki.search.matching import matcher
from kmwiki.search.models import SavedSearch, SearchWatch
from kmwiki.search.telling import KINDS, projects_of
from kmwiki.security.policy import Permission, can

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from kmwiki.jobs.service import Claimed
    from kmwiki.notifications.known import Thing
    from kmwiki.security.policy import Caller


@dataclass(frozen=True, slots=True)
class Asked:
    """What the jobs in hand name: single texts and codes (`things`), and searches or projects to be gone through."""

    things: frozenset[str]
    searches: frozenset[int]
    projects: frozenset[int]

    @classmethod
    def of(cls, keys: Sequence[str]) -> Asked:
        """Read the keys of jobs."""
        whole: dict[str, set[int]] = {"search": set(), "project": set()}
        for key in keys:
            kind, _, number = key.partition(":")
            if kind in whole:
                whole[kind].add(int(number))
        things = frozenset(key for key in keys if key.partition(":")[0] in KINDS)
        return cls(things, frozenset(whole["search"]), frozenset(whole["project"]))


@dataclass(frozen=True, slots=True)
class Found:
    """What one person's search finds now. `among` is what was asked for: None for everything."""

    search_id: int
    user_id: int
    moment: datetime
    among: frozenset[str] | None = None
    keys: frozenset[str] = frozenset()
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
    by_project: dict[int, set[str]] = {}
    for key, project_id in (pair for kind in KINDS for pair in projects_of(session, kind, asked.things)):
        by_project.setdefault(project_id, set()).add(key)
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
    among: frozenset[str] | None,
) -> Found:
    watch, search = kept
    moment = now()
    try:
        keys = matcher(session, caller, project, search.query).keys(among)
    except Invalid as error:
        return Found(search.id, watch.user_id, moment, problem=str(error.message.text)[:500])
    return Found(search.id, watch.user_id, moment, among, keys)


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
    since = watch.checked if found.among is None else None
    for thing in THINGS:
        fresh = thing.note(session, watch, found.keys, found.among)
        session.add_all(_notice(watch, thing, one) for one in thing.told(session, fresh, found.user_id, since))
    watch.is_known, watch.checked = True, found.moment


def _notice(watch: SearchWatch, thing: Thing | None, number: int = 0) -> Notice:
    """Make the notice of a hit; without a thing, that the search cannot be evaluated any more."""
    return Notice(
        user_id=watch.user_id,
        search_id=watch.search_id,
        in_app=watch.in_app or thing is None,
        post="waits" if watch.mail != "off" and thing is not None else "no",
        **({thing.column: number} if thing is not None else {}),
    )


def _caller(session: Session, user_id: int) -> Caller | None:
    try:
        return caller_for_user(session, user_id)
    except NotFound:  # shut out
        return None


def _may_follow(caller: Caller, search: SavedSearch) -> bool:
    is_own = search.owner_id == caller.user_id
    return can(caller, Permission.READ, search.project_id) and (is_own or search.is_shared)
