"""Reading entries: the list with its filters, and the shapes that the doors give out."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from sqlalchemy import func, select

from kmwiki.accounts.models import Project
from kmwiki.entries.access import WHOLE
from kmwiki.entries.filters import EntryFilters, Paging, conditions, not_by_guess, order_of
from kmwiki.entries.linking import told_fields
from kmwiki.entries.models import Entry
from kmwiki.entries.schemas import EntryOut, EntrySummary, EventOut, Origin, PlaceOut
from kmwiki.entries.seeking import Seen, behind
from kmwiki.places.queries import place
from kmwiki.sources.access import in_bin_for, visible_to
from kmwiki.sources.models import Source
from kmwiki.sources.queries import revision
from kmwiki.sources.veil import veil_for
from kmwiki.text.personal import masked
from kmwiki.text.thai import slugify

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from kmwiki.security.policy import Caller
    from kmwiki.sources.veil import Veil

__all__ = ["EntryFilters", "Paging", "binned", "entry_out", "list_entries", "path_of", "path_to", "summary_of"]

_SLUG_LONGEST = 60


def path_of(slug: str, entry: Entry) -> str:
    """Return the entry's address on this site: its number, and its title for people to read."""
    return path_to(slug, entry.number, entry.title)


def path_to(slug: str, number: int, title: str) -> str:
    """Return the address of the entry of that number and title."""
    return f"/p/{slug}/e/{number}{_readable(title)}"


@lru_cache(maxsize=4096)
def _readable(title: str) -> str:
    words = slugify(masked(title))[:_SLUG_LONGEST].rstrip("-")
    return f"-{quote(words)}" if words else ""


def list_entries(
    session: Session,
    caller: Caller,
    project_id: int,
    filters: EntryFilters | None = None,
    page: Paging | None = None,
    *,
    last: Seen | None = None,
) -> tuple[Sequence[Entry], int]:
    """Return a page of the entries that the caller may read and the filters let through, and how many there are.

    Each is loaded whole. With `last`, the page begins behind that entry.
    """
    filters, page = filters or EntryFilters(), page or Paging()
    wanted = (
        Entry.project_id == project_id,
        visible_to(caller),
        *conditions(filters, caller),
        *not_by_guess(session, caller, project_id, filters),
    )
    joined = select(Entry).join(Source, Source.id == Entry.source_id).where(*wanted)
    total = session.scalar(select(func.count()).select_from(joined.with_only_columns(Entry.id).subquery())) or 0
    if last is not None:
        joined = joined.where(behind(filters.sort, last))
    rows = session.scalars(
        joined.options(*WHOLE).order_by(*order_of(filters.sort)).offset(page.offset).limit(page.size)
    )
    return rows.all(), total


def count_readable(session: Session, caller: Caller, project_id: int) -> int:
    """Return how many entries of the project the caller may read."""
    statement = select(func.count()).select_from(Entry).join(Source, Source.id == Entry.source_id)
    return session.scalar(statement.where(Entry.project_id == project_id, visible_to(caller))) or 0


def binned(session: Session, caller: Caller, project_id: int) -> Sequence[Entry]:
    """Return the binned entries that the caller may bring back, the last thrown away first."""
    statement = (
        select(Entry)
        .join(Source, Source.id == Entry.source_id)
        .where(Entry.project_id == project_id, in_bin_for(caller))
        .order_by(Source.deleted.desc(), Entry.id.desc())
        .options(*WHOLE)
    )
    return session.scalars(statement).all()


def comment_counts(session: Session, source_ids: Sequence[int]) -> dict[int, int]:
    """Return how many comments hang on each of these entries' sources; those with none are left out."""
    rows = session.execute(
        select(Source.root_id, func.count())
        .where(Source.kind == "comment", Source.deleted.is_(None), Source.root_id.in_(source_ids))
        .group_by(Source.root_id)
    )
    return {root: count for root, count in rows if root is not None}


def entry_out(session: Session, caller: Caller, entry: Entry) -> EntryOut:
    """Make the API's whole shape of an entry that was loaded whole, without links that the caller may not follow."""
    veil = veil_for(session, caller, entry.project_id).over(entry.source)
    head = veil.revision(revision(session, entry.source))
    summary = summary_of(_slug(session, entry.project_id), entry, veil)
    origin = Origin.model_validate({**entry.origin, "licence": entry.licence}) if entry.origin else None
    fields = veil.value(told_fields(session, caller, entry))
    return EntryOut(**summary.model_dump(), body=head.body, body_format=head.format, origin=origin, fields=fields)


def _slug(session: Session, project_id: int) -> str:
    return session.scalars(select(Project.slug).where(Project.id == project_id)).one()


def summary_of(slug: str, entry: Entry, veil: Veil) -> EntrySummary:
    """Make the API's list shape of an entry that was loaded whole, under the veil over its project."""
    veil = veil.over(entry.source)
    return EntrySummary(
        id=entry.id,
        number=entry.number,
        source_id=entry.source_id,
        revision=entry.source.head_no,
        url=path_of(slug, entry),
        kind=entry.kind,
        title=veil.text(entry.title),
        lead=veil.text(entry.lead),
        event_date=entry.event_written,
        event=event_of(entry),
        places=[_place_out(each.place_code) for each in entry.places],
        tags=[veil.text(each.tag) for each in entry.tags],
        authors=[veil.text(each.name) for each in entry.authors],
        visibility=entry.source.audience,
        status=entry.source.state,
        created=entry.source.created,
        updated=entry.source.updated,
    )


def event_of(entry: Entry) -> EventOut | None:
    """Return when it happened, or None if that is not told."""
    if entry.event_start is None or entry.event_end is None:
        return None
    return EventOut(
        start=entry.event_start,
        end=entry.event_end,
        precision=entry.event_precision or "day",
        calendar=entry.event_calendar or "be",
        written=entry.event_written or "",
    )


def _place_out(code: str) -> PlaceOut:
    found = place(code)
    return PlaceOut(code=found.code, name_th=found.name_th, name_en=found.name_en, level=found.level)
