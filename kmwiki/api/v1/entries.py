"""Entries over the API."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, Field

from kmwiki.accounts.access import project_for
from kmwiki.api.v1.ground import (
    Page,
    PageQuery,
    answers,
    bp,
    caller,
    foreign_cursor,
    page_of,
    read_cursor_of,
    read_offset,
    spec,
    write_cursor,
)
from kmwiki.api.v1.preconditions import revision_wanted
from kmwiki.coding.service import save_entry
from kmwiki.db import session, transaction
from kmwiki.entries import queries, service
from kmwiki.entries.access import entry_for
from kmwiki.entries.filters import EntryFilters, Paging
from kmwiki.entries.kinds import known_kind
from kmwiki.entries.schemas import EntryIn, EntryOut, EntryPatch, EntrySummary, Status
from kmwiki.entries.seeking import Seen, seen, seen_by_id
from kmwiki.errors import Invalid, say
from kmwiki.places.queries import choose
from kmwiki.security.policy import Permission
from kmwiki.sources import queries as sources
from kmwiki.sources.access import demand_history
from kmwiki.sources.texts import prepare
from kmwiki.sources.veil import veil_for

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.entries.models import Entry
    from kmwiki.sources.models import Revision

BUDDHIST_FROM = 2400
BUDDHIST_AHEAD = 543


class EntryQuery(PageQuery):
    """Which entries, and in what order. Several values of one filter mean any of them."""

    kind: list[str] = Field(default_factory=list)
    province: list[str] = Field(default_factory=list, description="Codes or names.")
    tag: list[str] = Field(default_factory=list)
    author: list[str] = Field(default_factory=list)
    status: list[Status] = Field(default_factory=list)
    year: list[int] = Field(default_factory=list, description="Of the event; above 2400 it is a Buddhist year.")
    q: str = Field(default="", max_length=500, description="Stands in the title.")
    sort: Literal["event", "updated", "created", "title", "number", "talked"] = "created"


class RevisionSummary(BaseModel):
    """A revision in the history of an entry."""

    revision: int
    author: str
    reason: str
    created: datetime
    sha256: str


class RevisionOut(RevisionSummary):
    """A revision whole; `meta` is what stood around the text."""

    body: str
    body_format: str
    text: str
    meta: dict[str, Any]


@bp.get("/projects/<slug>/entries")
@spec.validate(resp=answers(Page[EntrySummary], refusals=(401, 404, 422)), tags=["entries"])
def list_entries(slug: str, query: EntryQuery) -> Page[EntrySummary]:
    """Give the entries that the token's owner may read, the youngest first unless `sort` says otherwise."""
    last = _last_seen(query)
    filters = EntryFilters(
        kinds=tuple(known_kind(each) for each in query.kind),
        provinces=tuple(choose(each, field="province").province_code for each in query.province),
        tags=tuple(query.tag),
        authors=tuple(query.author),
        statuses=tuple(query.status),
        years=tuple(_christian(year) for year in query.year),
        text=query.q,
        sort=query.sort,
    )
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        veil = veil_for(opened, caller(), project.id)
        is_told = veil.is_open or query.sort != "title"
        if last is not None and not is_told:
            last = _by_id(opened, project.id, last)
        paging = Paging(0, query.size + 1)  # one more tells whether the list goes on
        rows, total = queries.list_entries(opened, caller(), project.id, filters, paging, last=last)
        shown = rows[: query.size]
        more = None
        if len(rows) > len(shown):
            parts = seen(opened, shown[-1], query.sort).as_parts()
            more = write_cursor("entries", query.sort, *(parts if is_told else parts[:1]))
        return Page[EntrySummary](items=[queries.summary_of(slug, row, veil) for row in shown], next=more, total=total)


def _last_seen(query: EntryQuery) -> Seen | None:
    parts = read_cursor_of("entries", query.cursor)
    if parts is None:
        return None
    try:
        if parts[:1] == [query.sort]:
            return Seen.read(query.sort, parts[1:])
    except ValueError:
        pass
    raise foreign_cursor()


def _by_id(opened: Session, project_id: int, last: Seen) -> Seen:
    try:
        return seen_by_id(opened, caller(), project_id, last)
    except ValueError:
        raise foreign_cursor() from None


def _christian(year: int) -> int:
    if not 0 < year < 10_000:  # noqa: PLR2004 - years have four digits
        raise Invalid.one("year", say("A year has four digits."))
    return year - BUDDHIST_AHEAD if year > BUDDHIST_FROM else year


@bp.post("/projects/<slug>/entries")
@spec.validate(resp=answers(EntryOut, status=201, refusals=(401, 403, 404, 409, 422)), tags=["entries"])
def create_entry(slug: str, json: EntryIn) -> tuple[EntryOut, int, dict[str, str]]:
    """Make an entry: a draft for the team unless it says otherwise."""
    prepare(json.body, json.body_format)
    with transaction() as opened:
        project = project_for(opened, caller(), slug, Permission.WRITE)
        entry = service.create_entry(opened, caller(), project, json)
        made = queries.entry_out(opened, caller(), entry)
    return made, 201, {"Location": f"/api/v1/entries/{made.id}", **_tag(made.revision)}


@bp.get("/entries/<int:entry_id>")
@spec.validate(resp=answers(EntryOut, refusals=(401, 404)), tags=["entries"])
def read_entry(entry_id: int) -> tuple[EntryOut, int, dict[str, str]]:
    """Give an entry; its ETag is what If-Match wants."""
    with session() as opened:
        entry = entry_for(opened, caller(), entry_id)
        return _answer(opened, entry)


@bp.put("/entries/<int:entry_id>")
@spec.validate(resp=answers(EntryOut, refusals=(401, 403, 404, 409, 422, 428)), tags=["entries"])
def change_entry(entry_id: int, json: EntryPatch) -> tuple[EntryOut, int, dict[str, str]]:
    """Change an entry; what is left out keeps its value. Needs If-Match: "rev-N"; a stale one gets 409 with `merge`."""
    base_no = revision_wanted()
    prepare(json.body, json.body_format)
    with transaction() as opened:
        entry = entry_for(opened, caller(), entry_id, Permission.WRITE)
        save_entry(opened, caller(), entry, json, base_no=base_no)
        return _answer(opened, entry)


@bp.delete("/entries/<int:entry_id>")
@spec.validate(resp=answers(status=204, refusals=(401, 403, 404)), tags=["entries"])
def remove_entry(entry_id: int) -> tuple[str, int]:
    """Put an entry into the bin, from where it can be brought back."""
    with transaction() as opened:
        service.bin_entry(opened, caller(), entry_for(opened, caller(), entry_id))
    return "", 204


@bp.get("/entries/<int:entry_id>/revisions")
@spec.validate(resp=answers(Page[RevisionSummary], refusals=(401, 404, 422)), tags=["entries"])
def list_revisions(entry_id: int, query: PageQuery) -> Page[RevisionSummary]:
    """Give the history of an entry, the newest revision first. Only members of its project see it."""
    offset = read_offset(query.cursor)
    with session() as opened:
        entry = entry_for(opened, caller(), entry_id)
        demand_history(caller(), entry.source)
        veil = veil_for(opened, caller(), entry.project_id).over(entry.source)
        rows = sources.revisions(opened, entry.source, offset=offset, size=query.size)
        items = [_summary(veil.revision(row), author) for row, author in rows]
    return page_of(items, offset=offset, total=entry.source.head_no)


@bp.get("/entries/<int:entry_id>/revisions/<int:no>")
@spec.validate(resp=answers(RevisionOut, refusals=(401, 404)), tags=["entries"])
def read_revision(entry_id: int, no: int) -> RevisionOut:
    """Give one revision of an entry. Only members of its project see it."""
    with session() as opened:
        entry = entry_for(opened, caller(), entry_id)
        demand_history(caller(), entry.source)
        veil = veil_for(opened, caller(), entry.project_id).over(entry.source)
        found = veil.revision(sources.revision(opened, entry.source, no))
        author = sources.author_of(opened, found)
    summary = _summary(found, author).model_dump()
    return RevisionOut(**summary, body=found.body, body_format=found.format, text=found.reading_text, meta=found.meta)


def _summary(found: Revision, author: str) -> RevisionSummary:
    return RevisionSummary(
        revision=found.no, author=author, reason=found.reason, created=found.created, sha256=found.sha256
    )


def _answer(opened: Session, entry: Entry) -> tuple[EntryOut, int, dict[str, str]]:
    made = queries.entry_out(opened, caller(), entry)
    return made, 200, _tag(made.revision)


def _tag(revision: int) -> dict[str, str]:
    return {"ETag": f'"rev-{revision}"'}
