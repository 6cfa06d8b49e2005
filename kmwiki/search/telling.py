"""After texts and codes were indexed: asking for a job for each that somebody's saved search may have found anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from kmwiki.coding.models import Code
from kmwiki.db import session as reading
from kmwiki.db import transaction
from kmwiki.jobs import service as jobs
from kmwiki.search.documents import expand
from kmwiki.search.models import SavedSearch, SearchWatch
from kmwiki.search.saved import ALERTS
from kmwiki.sources.models import Source

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from sqlalchemy.orm import Session

CHUNK = 500
KINDS: Mapping[str, type[Source | Code]] = {"source": Source, "code": Code}
"""What saved searches find."""


def ask_alerts(keys: Collection[str]) -> None:
    """Ask that saved searches are held against the texts that these index jobs named, where there are any.

    Asked before the index jobs end, so that a program that is killed in between asks again.
    """
    with reading() as session:
        projects = watched(session)
        if not projects:
            return
        changed = expand(session, keys)
        wanted = [pair for kind in KINDS for pair in projects_of(session, kind, changed) if pair[1] in projects]
    if wanted:
        with transaction() as session:
            for key, project_id in wanted:
                jobs.enqueue(session, ALERTS, key, project_id=project_id)


def projects_of(session: Session, kind: str, keys: Collection[str]) -> Iterator[tuple[str, int]]:
    """Yield the keys of one kind, `source` or `code`, each with its project; those that are gone are left out."""
    table = KINDS[kind]
    ids = sorted(int(key.partition(":")[2]) for key in keys if key.startswith(f"{kind}:"))
    for start in range(0, len(ids), CHUNK):
        rows = session.execute(select(table.id, table.project_id).where(table.id.in_(ids[start : start + CHUNK])))
        yield from ((f"{kind}:{number}", project_id) for number, project_id in rows)


def ask_all_alerts(project_id: int | None = None) -> None:
    """Ask that all saved searches, or those of a project, are evaluated: an index may hold what no index job named."""
    with reading() as session:
        projects = [one for one in watched(session) if project_id in {None, one}]
    if projects:
        with transaction() as session:
            for each in projects:
                jobs.enqueue(session, ALERTS, f"project:{each}", project_id=each)


def watched(session: Session) -> list[int]:
    """Return the projects in which somebody follows a saved search."""
    followed = select(SavedSearch.project_id).join(SearchWatch).where(SavedSearch.deleted.is_(None)).distinct()
    return list(session.scalars(followed.order_by(SavedSearch.project_id)))
