"""Reading memos: all of a project with filters, those about one thing, what links to a memo. Only what may be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import contains_eager

from kmwiki.accounts.models import User
from kmwiki.coding.models import CodeAncestor, Coding
from kmwiki.entries.models import Entry
from kmwiki.memos.about import address_of, opening, things
from kmwiki.memos.access import shown_to
from kmwiki.memos.links import Ref, without_links
from kmwiki.memos.models import Memo, MemoLink
from kmwiki.memos.schemas import LinkOut, MemoOut, TargetOut
from kmwiki.sources.access import in_bin_for
from kmwiki.sources.models import Revision, Source
from kmwiki.sources.queries import heads, names_of
from kmwiki.sources.veil import veil_for
from kmwiki.text.clusters import clip

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.memos.about import Thing
    from kmwiki.security.policy import Caller

EXCERPT = 240
SORTS = ("created", "updated", "oldest")


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoFilters:
    """What a list is narrowed to.

    `code_id` takes memos on it, on codes below it and on their codings; `until` is the first moment that is too late.
    """

    kinds: tuple[str, ...] = ()
    target_id: int | None = None  # of the one kind
    authors: tuple[int, ...] = ()
    code_id: int | None = None
    root_id: int | None = None  # the source of the entry they hang on
    since: datetime | None = None
    until: datetime | None = None
    sort: str = "created"


@dataclass(frozen=True, slots=True)
class MemoRow:
    """A memo with what a list tells about it; `about` is None where that was removed."""

    memo: Memo
    head: Revision
    author: str
    about: Thing | None
    title: str
    excerpt: str

    @property
    def source(self) -> Source:
        """Its source."""
        return self.memo.source


def list_memos(
    session: Session, caller: Caller, project: Project, filters: MemoFilters, *, offset: int = 0, size: int = 20
) -> tuple[list[MemoRow], int]:
    """Return a page of the memos that the caller may read and the filters let through, and how many there are."""
    wanted = _readable(caller, project.id).where(*_conditions(filters))
    total = session.scalar(select(func.count()).select_from(wanted.with_only_columns(Memo.id).subquery())) or 0
    rows = session.scalars(wanted.order_by(*_order(filters.sort)).offset(offset).limit(size)).all()
    return rows_of(session, caller, project, rows), total


def memos_on(session: Session, caller: Caller, project: Project, kind: str, target_id: int) -> list[MemoRow]:
    """Return the memos on one thing, the oldest first."""
    filters = MemoFilters(kinds=(kind,), target_id=target_id, sort="oldest")
    return list_memos(session, caller, project, filters, size=200)[0]


def linking_to(session: Session, caller: Caller, project: Project, kind: str, target_id: int) -> list[MemoRow]:
    """Return the memos whose text links to a thing, the youngest first."""
    links = select(MemoLink.memo_id).where(MemoLink.kind == kind, MemoLink.target_id == target_id)
    wanted = _readable(caller, project.id).where(Memo.id.in_(links)).order_by(*_order("created")).limit(200)
    return rows_of(session, caller, project, session.scalars(wanted).all())


def binned_memos(session: Session, caller: Caller, project: Project) -> list[MemoRow]:
    """Return the binned memos that the caller may bring back, the last thrown away first."""
    statement = (
        select(Memo)
        .join(Source, Source.id == Memo.source_id)
        .where(Source.project_id == project.id, in_bin_for(caller))
        .order_by(Source.deleted.desc(), Memo.id.desc())
        .options(contains_eager(Memo.source))
    )
    return rows_of(session, caller, project, session.scalars(statement).all())


def filter_values(
    session: Session, caller: Caller, project: Project
) -> tuple[dict[str, int], list[tuple[int, str, int]]]:
    """Return how many readable memos there are of each kind, and by each author (id, name, number)."""
    base = select(func.count()).select_from(Memo).join(Source, Source.id == Memo.source_id)
    base = base.where(Source.project_id == project.id, shown_to(caller))
    kinds = session.execute(base.add_columns(Memo.target_kind).group_by(Memo.target_kind))
    people = session.execute(
        base.join(User, User.id == Source.author_id)
        .add_columns(User.id, User.name)
        .group_by(User.id)
        .order_by(User.name)
    )
    veil = veil_for(session, caller, project.id)
    return {kind: number for number, kind in kinds}, [(key, veil.text(name), number) for number, key, name in people]


def rows_of(session: Session, caller: Caller, project: Project, memos: Sequence[Memo]) -> list[MemoRow]:
    """Tell these memos, whose sources are loaded and which the caller may read."""
    texts = heads(session, [memo.source for memo in memos])
    names = names_of(session, {memo.source.author_id for memo in memos if memo.source.author_id is not None})
    about = things(session, caller, project, [Ref(memo.target_kind, memo.target_id) for memo in memos])
    veil = veil_for(session, caller, project.id)
    rows = []
    for memo in memos:
        own = veil.over(memo.source)
        head = own.revision(texts[memo.source_id])
        title = opening(own.text(memo.title), head.reading_text)
        rows.append(
            MemoRow(
                memo,
                head,
                veil.text(names.get(memo.source.author_id or 0, "")),
                about.get(Ref(memo.target_kind, memo.target_id)),
                title,
                clip(without_links(" ".join(head.reading_text.split())), EXCERPT),
            )
        )
    return rows


def outs(session: Session, caller: Caller, project: Project, memos: Sequence[Memo]) -> list[MemoOut]:
    """Make the API's shape of memos whose sources are loaded."""
    rows = rows_of(session, caller, project, memos)
    roots = {row.source.root_id for row in rows} - {None}
    found = session.execute(select(Entry.source_id, Entry.id).where(Entry.source_id.in_(roots)))
    entries = {row.source_id: row.id for row in found}
    backs = _links_to(session, caller, project, [memo.id for memo in memos])
    return [_out(project, row, entries.get(row.source.root_id or 0), backs.get(row.memo.id, [])) for row in rows]


def _out(project: Project, row: MemoRow, entry_id: int | None, backs: list[LinkOut]) -> MemoOut:
    memo, about = row.memo, row.about
    return MemoOut(
        id=memo.id,
        source_id=memo.source_id,
        revision=row.head.no,
        target=TargetOut.model_validate(
            {
                "kind": memo.target_kind,
                "id": memo.target_id,
                "title": about.title if about else None,
                "url": about.url if about else None,
            }
        ),
        entry_id=entry_id,
        title=str(row.head.meta.get("title", "")),
        body=row.head.body,
        body_format=row.head.format,
        author=row.author or None,
        visibility=memo.source.audience,
        linked_from=backs,
        created=memo.source.created,
        updated=memo.source.updated,
        url=address_of(project.slug, memo.id),
    )


def _links_to(session: Session, caller: Caller, project: Project, ids: Sequence[int]) -> dict[int, list[LinkOut]]:
    rows = session.execute(
        select(MemoLink.target_id, MemoLink.memo_id)
        .where(MemoLink.kind == "memo", MemoLink.target_id.in_(ids))
        .order_by(MemoLink.memo_id)
    ).all()
    known = things(session, caller, project, [Ref("memo", row.memo_id) for row in rows])
    found: dict[int, list[LinkOut]] = {}
    for target, memo_id in rows:
        thing = known.get(Ref("memo", memo_id))
        if thing is not None:
            found.setdefault(target, []).append(LinkOut(id=thing.id, title=thing.title, url=thing.url))
    return found


def _readable(caller: Caller, project_id: int) -> Select[Memo]:
    return (
        select(Memo)
        .join(Source, Source.id == Memo.source_id)
        .where(Source.project_id == project_id, shown_to(caller))
        .options(contains_eager(Memo.source))
    )


def _conditions(filters: MemoFilters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.kinds:
        found.append(Memo.target_kind.in_(filters.kinds))
    if filters.target_id is not None:
        found.append(Memo.target_id == filters.target_id)
    if filters.authors:
        found.append(Source.author_id.in_(filters.authors))
    if filters.root_id is not None:
        found.append(Source.root_id == filters.root_id)
    if filters.code_id is not None:
        below = select(CodeAncestor.code_id).where(CodeAncestor.ancestor_id == filters.code_id)
        codings = select(Coding.id).where(Coding.code_id.in_(below))
        found.append(
            or_(
                and_(Memo.target_kind == "code", or_(Memo.target_id.in_(below), Memo.target_id == filters.code_id)),
                and_(Memo.target_kind == "coding", Memo.target_id.in_(codings)),
            )
        )
    if filters.since is not None:
        found.append(Source.created >= filters.since)
    if filters.until is not None:
        found.append(Source.created < filters.until)
    return found


def _order(sort: str) -> tuple[ColumnElement[object], ...]:
    orders = {
        "created": (Source.created.desc(), Memo.id.desc()),
        "updated": (Source.updated.desc(), Memo.id.desc()),
        "oldest": (Source.created.asc(), Memo.id.asc()),
    }
    return orders.get(sort, orders["created"])  # type: ignore[return-value]
