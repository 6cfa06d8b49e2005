"""What a person is told: reading, counting and ending their notices. Rights are asked anew each time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVarTuple

from sqlalchemy import func, or_, select, true, update

from kmwiki.accounts.access import require_signed_in
from kmwiki.accounts.models import Project
from kmwiki.coding.models import Code
from kmwiki.db import now
from kmwiki.entries.models import Entry
from kmwiki.entries.queries import path_of
from kmwiki.errors import Invalid, NotFound, say
from kmwiki.events.service import record
from kmwiki.memos.about import address_of, opening
from kmwiki.memos.models import Memo
from kmwiki.notifications.models import Notice
from kmwiki.search.engine import IndexBusy, IndexMissing
from kmwiki.search.matching import matcher
from kmwiki.search.models import SavedSearch, SearchWatch
from kmwiki.security.policy import Caller
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Source
from kmwiki.sources.queries import revision
from kmwiki.sources.veil import veil_for

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from kmwiki.search.schemas import HitOut
    from kmwiki.sources.veil import Veil

T = TypeVarTuple("T")


@dataclass(frozen=True, slots=True)
class Told:
    """A notice as its person may see it. Without `title` it tells that the search is broken; `hit` is the passage."""

    notice: Notice
    search: SavedSearch
    project: Project
    title: str = ""
    kind: str = ""
    address: str = ""
    hit: HitOut | None = None


def shown_to(caller: Caller) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on notices, with search and source joined, that hold for what the caller may see."""
    member = true() if caller.is_admin else SavedSearch.project_id.in_(list(caller.roles))
    return (
        Notice.user_id == caller.user_id,
        SavedSearch.deleted.is_(None),
        member,
        or_(SavedSearch.is_shared, SavedSearch.owner_id == caller.user_id),
        or_(Notice.source_id.is_(None), visible_to(caller)),
        or_(Notice.code_id.is_(None), Notice.code_id.in_(select(Code.id).where(Code.state == "live"))),
    )


def is_hit() -> ColumnElement[bool]:
    """Return the condition on notices that tell of a hit, not of a search that is broken."""
    return or_(Notice.source_id.is_not(None), Notice.code_id.is_not(None))


def count_unread(session: Session, caller: Caller) -> int:
    """Count what the bell tells of."""
    mine = Notice.user_id == caller.user_id, Notice.in_app, Notice.read.is_(None)
    if caller.user_id is None or session.scalar(select(Notice.id).where(*mine).limit(1)) is None:
        return 0  # nearly always: no page waits for more than a look into one index
    return session.scalar(joined(select(func.count(Notice.id))).where(*mine, *shown_to(caller))) or 0


def count_new(session: Session, caller: Caller, search_ids: Collection[int]) -> dict[int, int]:
    """Count, for each search, the texts and codes found since the caller last looked."""
    wanted = Notice.search_id.in_(search_ids), Notice.read.is_(None), is_hit()
    rows = session.execute(
        joined(select(Notice.search_id, func.count(Notice.id)))
        .where(*wanted, *shown_to(caller))
        .group_by(Notice.search_id)
    )
    return {search_id: count for search_id, count in rows}  # noqa: C416 - dict() knows no rows


def page(session: Session, caller: Caller, *, offset: int, size: int) -> tuple[list[Told], int]:
    """Return notices with their passages, the newest first, and how many there are."""
    require_signed_in(caller)
    mine = *shown_to(caller), Notice.in_app
    total = session.scalar(joined(select(func.count(Notice.id))).where(*mine)) or 0
    rows = session.scalars(
        joined(select(Notice)).where(*mine).order_by(Notice.id.desc()).offset(offset).limit(size)
    ).all()
    return tell(session, caller, rows), total


def notice_for(session: Session, caller: Caller, notice_id: int) -> Told:
    """Return one of the caller's notices. NotFound if it is not theirs, or its text not to be read any more."""
    require_signed_in(caller)
    row = session.scalar(joined(select(Notice)).where(Notice.id == notice_id, *shown_to(caller)))
    if row is None:
        raise NotFound(say("There is no such notice. The text may have been removed."))
    return tell(session, caller, [row])[0]


def mark_read(session: Session, caller: Caller, *, notice: int | None = None, search: int | None = None) -> int:
    """Mark one notice, those of a search, or all of the caller's as read. How many were not."""
    wanted = [Notice.user_id == require_signed_in(caller), Notice.read.is_(None)]
    if notice is not None:
        wanted.append(Notice.id == notice)
    if search is not None:
        wanted.append(Notice.search_id == search)
    ids = session.scalars(select(Notice.id).where(*wanted)).all()
    if ids:
        session.execute(update(Notice).where(*wanted).values(read=now()))
        record(session, caller, "notices.read", count=len(ids))
    return len(ids)


def stop_letters(session: Session, user_id: int) -> None:
    """Let no letter of saved searches go to this person any more, until they ask for them again."""
    session.execute(update(SearchWatch).where(SearchWatch.user_id == user_id).values(mail="off"))
    session.execute(
        update(Notice).where(Notice.user_id == user_id, Notice.post.in_(("waits", "due"))).values(post="no")
    )
    record(session, Caller(user_id=user_id), "letters.stopped", user=user_id)


def tell(session: Session, caller: Caller, notices: Sequence[Notice]) -> list[Told]:
    """Join notices with their texts: the title as the caller may see it, and the passage where it is still found."""
    entries = _entries(session, caller, {row.source_id for row in notices if row.source_id is not None})
    by_search: dict[int, list[Notice]] = {}
    for row in notices:
        by_search.setdefault(row.search_id, []).append(row)
    told: dict[int, Told] = {}
    for search_id, rows in by_search.items():
        search = session.get_one(SavedSearch, search_id)
        project = session.get_one(Project, search.project_id)
        veil = veil_for(session, caller, project.id)
        hits = _hits(session, caller, project, search, set(filter(None, map(key_of, rows))))
        for row in rows:
            kind, entry = entries.get(row.source_id or 0, ("", None))
            hit = hits.get(key_of(row) or "")
            title = veil.text(entry.title) if entry is not None else ""
            address = path_of(project.slug, entry) if entry is not None else ""
            if row.code_id is not None:
                kind, address = "code", f"/p/{project.slug}/codebook/{row.code_id}"
                title = veil.text(session.get_one(Code, row.code_id).name_th)
            elif kind == "memo":
                title, address = _memo(session, project, row.source_id or 0, veil)
            told[row.id] = Told(row, search, project, title, kind, hit.url if hit is not None else address, hit)
    return [told[row.id] for row in notices]


def key_of(row: Notice) -> str | None:
    """Return the key of what a notice tells of, as search calls it; None if it tells that the search is broken."""
    if row.code_id is not None:
        return f"code:{row.code_id}"
    return f"source:{row.source_id}" if row.source_id is not None else None


def _memo(session: Session, project: Project, source_id: int, veil: Veil) -> tuple[str, str]:
    """Return what a memo that the caller may read is called, and its address."""
    row = session.scalars(select(Memo).where(Memo.source_id == source_id)).one()
    head = revision(session, session.get_one(Source, source_id))
    return opening(veil.text(row.title), veil.text(head.reading_text)), address_of(project.slug, row.id)


def joined(statement: Select[*T]) -> Select[*T]:
    """Join to notices what `shown_to` asks for."""
    return statement.join(SavedSearch, SavedSearch.id == Notice.search_id).outerjoin(
        Source, Source.id == Notice.source_id
    )


def _entries(session: Session, caller: Caller, ids: Collection[int]) -> dict[int, tuple[str, Entry | None]]:
    """Return of sources their kind and the note they stand under; a memo may stand under none."""
    if not ids:
        return {}
    root = func.coalesce(Source.root_id, Source.id)
    rows = session.execute(
        select(Source.id, Source.kind, Entry)
        .outerjoin(Entry, Entry.source_id == root)
        .where(Source.id.in_(ids), visible_to(caller))
    )
    return {source_id: (kind, entry) for source_id, kind, entry in rows}


def _hits(
    session: Session, caller: Caller, project: Project, search: SavedSearch, keys: Collection[str]
) -> dict[str, HitOut]:
    """Return the passages; none while the index is rebuilt or the query cannot be read any more."""
    try:
        return matcher(session, caller, project, search.query).hits(keys)
    except (Invalid, IndexMissing, IndexBusy):
        return {}
