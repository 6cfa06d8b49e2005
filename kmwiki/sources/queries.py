"""Reading sources and their revisions. Who may read a source is settled before, by `access.source_for`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from kmwiki.accounts.models import User
from kmwiki.errors import NotFound, say
from kmwiki.sources.models import Revision, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session


def revision(session: Session, source: Source, no: int | None = None) -> Revision:
    """Return revision `no` of the source, the head without a number. NotFound if there is none of that number."""
    found = session.get(Revision, (source.id, source.head_no if no is None else no))
    if found is None:
        raise NotFound(say("There is no such revision."))
    return found


def revisions(session: Session, source: Source, *, offset: int = 0, size: int = 100) -> Sequence[tuple[Revision, str]]:
    """Return revisions, the newest first, each with the name of who saved it (empty if not known)."""
    rows = session.execute(
        select(Revision, User.name)
        .outerjoin(User, User.id == Revision.author_id)
        .where(Revision.source_id == source.id)
        .order_by(Revision.no.desc())
        .offset(offset)
        .limit(size)
    )
    return [(row, name or "") for row, name in rows]


def heads(session: Session, sources: Iterable[Source]) -> dict[int, Revision]:
    """Return the head revision of each source, by the source's id."""
    ids = [source.id for source in sources]
    found: dict[int, Revision] = {}
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        rows = session.scalars(
            select(Revision)
            .join(Source, (Source.id == Revision.source_id) & (Source.head_no == Revision.no))
            .where(Revision.source_id.in_(some))
        )
        found.update({row.source_id: row for row in rows})
    return found


def author_of(session: Session, of: Revision) -> str:
    """Return the name of who saved a revision, empty if not known."""
    return session.scalar(select(User.name).where(User.id == of.author_id)) or ""


def names_of(session: Session, user_ids: Iterable[int]) -> dict[int, str]:
    """Return the names of these people, by their ids."""
    wanted = list(user_ids)
    if not wanted:
        return {}
    return {row.id: row.name for row in session.execute(select(User.id, User.name).where(User.id.in_(wanted)))}
