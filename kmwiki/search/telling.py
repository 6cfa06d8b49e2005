"""After texts were indexed: asking for a job for each that somebody's saved search may have found anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from kmwiki.db import session as reading
from kmwiki.db import transaction
from kmwiki.jobs import service as jobs
from kmwiki.search.documents import expand
from kmwiki.search.models import SavedSearch, SearchWatch
from kmwiki.search.saved import ALERTS
from kmwiki.sources.models import Source

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

CHUNK = 500


def ask_alerts(keys: Collection[str]) -> None:
    """Ask that saved searches are held against the texts that these index jobs named, where there are any.

    Asked before the index jobs end, so that a program that is killed in between asks again.
    """
    with reading() as session:
        projects = watched(session)
        if not projects:
            return
        ids = sorted(int(key[7:]) for key in expand(session, keys) if key.startswith("source:"))
        wanted = [
            (source_id, project_id)
            for start in range(0, len(ids), CHUNK)
            for source_id, project_id in session.execute(
                select(Source.id, Source.project_id).where(
                    Source.id.in_(ids[start : start + CHUNK]), Source.project_id.in_(projects)
                )
            )
        ]
    if wanted:
        with transaction() as session:
            for source_id, project_id in wanted:
                jobs.enqueue(session, ALERTS, f"source:{source_id}", project_id=project_id)


def ask_all_alerts() -> None:
    """Ask that all saved searches are evaluated: a new index may hold what no index job named."""
    with reading() as session:
        projects = watched(session)
    if projects:
        with transaction() as session:
            for project_id in projects:
                jobs.enqueue(session, ALERTS, f"project:{project_id}", project_id=project_id)


def watched(session: Session) -> list[int]:
    """Return the projects in which somebody follows a saved search."""
    followed = select(SavedSearch.project_id).join(SearchWatch).where(SavedSearch.deleted.is_(None)).distinct()
    return list(session.scalars(followed.order_by(SavedSearch.project_id)))
