"""Writing entries: a new one, a new revision, its standing, the bin and back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import inspect, select, update

from kmwiki.accounts.models import Project
from kmwiki.entries.access import WHOLE, demand_manage
from kmwiki.entries.describing import describe, put_on
from kmwiki.entries.linking import settle
from kmwiki.entries.models import Entry
from kmwiki.entries.schemas import EntryPatch, Origin
from kmwiki.errors import Forbidden, say
from kmwiki.events.service import record
from kmwiki.sources.access import is_author
from kmwiki.sources.service import add_revision, bin_source, check_standing, create_source, restore_source, revision_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from kmwiki.entries.describing import Description
    from kmwiki.entries.schemas import EntryIn
    from kmwiki.security.policy import Caller
    from kmwiki.sources.models import Revision, Source


def create_entry(
    session: Session,
    caller: Caller,
    project: Project,
    data: EntryIn,
    *,
    origin_key: str | None = None,
    original_id: int | None = None,
    provenance: Mapping[str, str] | None = None,
) -> Entry:
    """Make an entry with its first revision and the next number of the project.

    Invalid names every field that cannot be taken.

    `provenance` tells of each field whether it came from the text, a guess or a default; without it a person set
    them.
    """
    made = _linked(session, caller, project.id, describe(data, default_author=caller.name))
    source = create_source(
        session,
        caller,
        project_id=project.id,
        kind="entry",
        body=data.body,
        body_format=data.body_format,
        audience=data.visibility,
        state=data.status,
        author_id=caller.user_id,
        meta=made.as_meta(),
        reason=data.reason,
    )
    entry = _entry_around(source, number=_next_number(session, project), origin=data.origin)
    entry.origin_key, entry.original_id = origin_key, original_id
    entry.provenance = dict(provenance) if provenance is not None else _set_by_person(data)
    put_on(session, entry, made)
    session.add(entry)
    session.flush()
    told = {"number": entry.number, "kind": entry.kind, "state": source.state}
    record(session, caller, "entry.created", project_id=project.id, source_id=source.id, **told)
    return entry


def _linked(
    session: Session, caller: Caller, project_id: int, made: Description, *, before: Mapping[str, Any] | None = None
) -> Description:
    """Settle which notes its fields name; `before` is the snapshot that it changes."""
    old = before["fields"] if before and before.get("kind") == made.kind and "fields" in before else {}
    return replace(made, fields=settle(session, caller, project_id, made.kind, made.fields, before=old))


def _entry_around(source: Source, *, number: int, origin: Origin | None) -> Entry:
    return Entry(
        source_id=source.id,
        source=source,
        project_id=source.project_id,
        number=number,
        origin=origin.model_dump(mode="json", exclude_none=True) if origin else {},
        licence=origin.licence if origin else None,
        written=origin.written if origin else None,
        places=[],
        authors=[],
        tags=[],
    )


def _next_number(session: Session, project: Project) -> int:
    """Take the project's next number; the row is locked by the update, so no two entries get the same."""
    statement = (
        update(Project)
        .where(Project.id == project.id)
        .values(next_number=Project.next_number + 1)
        .returning(Project.next_number)
        .execution_options(synchronize_session=False)
    )
    return int(session.execute(statement).scalar_one()) - 1


def _set_by_person(data: EntryIn) -> dict[str, str]:
    told = ("kind", "title", "lead", "event_date", "places", "tags", "authors", "fields")
    return {name: "person" for name in told if getattr(data, name)}


def save_entry(
    session: Session,
    caller: Caller,
    entry: Entry,
    data: EntryPatch,
    *,
    base_no: int,
    provenance: Mapping[str, str] | None = None,
) -> Revision:
    """Save a change made from revision `base_no`.

    Fields left out keep their value. Returns the head, which is new only if something changed.

    Invalid names wrong fields; Conflict when the head is no longer `base_no` (its details hold all texts);
    Forbidden when only the author or a supervisor may change who sees the entry.
    """
    _load_whole(session, entry)
    before = revision_of(session, entry.source, entry.source.head_no)
    made = _linked(session, caller, entry.project_id, describe(data, before=before.meta), before=before.meta)
    revision = add_revision(
        session,
        caller,
        entry.source,
        base_no=base_no,
        body=data.body if data.body is not None else before.body,
        body_format=data.body_format or before.format,
        meta=made.as_meta(),
        reason=data.reason,
    )
    set_standing(session, caller, entry, state=data.status, audience=data.visibility)
    if revision.no != before.no:
        put_on(session, entry, made)
        changed = [name for name, value in made.as_meta().items() if value != before.meta.get(name)]
        by_whom = provenance if provenance is not None else dict.fromkeys(map(_field_name, changed), "person")
        entry.provenance = {**entry.provenance, **by_whom}
        told = {"revision": revision.no, "changed": changed}
        record(session, caller, "entry.saved", project_id=entry.project_id, source_id=entry.source_id, **told)
        session.flush()
    return revision


def _field_name(name: str) -> str:
    return "event_date" if name == "event" else name


def _load_whole(session: Session, entry: Entry) -> None:
    if {"source", "places", "authors", "tags"} & inspect(entry).unloaded:
        session.scalar(
            select(Entry).where(Entry.id == entry.id).options(*WHOLE).execution_options(populate_existing=True)
        )


def set_origin(
    session: Session, caller: Caller, entry: Entry, origin: Origin, *, original_id: int | None = None
) -> None:
    """Tell anew where an imported entry came from, when its page was imported again in another state."""
    entry.origin = origin.model_dump(mode="json", exclude_none=True)
    entry.licence, entry.written = origin.licence, origin.written
    if original_id is not None:
        entry.original_id = original_id
    record(session, caller, "entry.origin_changed", project_id=entry.project_id, source_id=entry.source_id)


def set_standing(
    session: Session, caller: Caller, entry: Entry, *, state: str | None = None, audience: str | None = None
) -> None:
    """Set state and audience: for the author and for supervisors alone.

    To make it a draft or private is for the author alone, for nobody else could read it then. Forbidden, or Invalid
    for a value that there is not.
    """
    check_standing(audience=audience, state=state)
    source = entry.source
    if audience is not None and audience != source.audience:
        demand_manage(caller, entry)
        if audience == "private" and not is_author(caller, source):
            raise Forbidden(say("Only its author may make a note private, for nobody else could read it then."))
        record(
            session,
            caller,
            "entry.audience_changed",
            project_id=entry.project_id,
            source_id=source.id,
            old=source.audience,
            new=audience,
        )
        source.audience = audience
    if state is not None and state != source.state:
        demand_manage(caller, entry)
        if state == "draft" and not is_author(caller, source):
            raise Forbidden(say("Only its author may make a note a draft again, for nobody else could read it then."))
        record(
            session,
            caller,
            f"entry.{_STATE_VERBS[state]}",
            project_id=entry.project_id,
            source_id=source.id,
            old=source.state,
        )
        source.state = state
    session.flush()


_STATE_VERBS = {"draft": "unpublished", "published": "published", "archived": "archived"}


def bin_entry(session: Session, caller: Caller, entry: Entry) -> None:
    """Put the entry into the bin, with all that hangs on it. Forbidden but for its author and supervisors."""
    demand_manage(caller, entry)
    bin_source(session, caller, entry.source)
    session.flush()


def restore_entry(session: Session, caller: Caller, entry: Entry) -> None:
    """Take the entry out of the bin."""
    demand_manage(caller, entry)
    restore_source(session, caller, entry.source)
    session.flush()


def patch_of(revision: Revision, *, reason: str = "") -> EntryPatch:
    """Make the change that brings an entry back to how it stood in a revision."""
    meta: dict[str, Any] = revision.meta
    event = meta.get("event")
    return EntryPatch(
        kind=meta.get("kind"),
        title=meta.get("title"),
        lead=meta.get("lead"),
        body=revision.body,
        body_format="plain" if revision.format == "plain" else "markdown",
        event_date=event["written"] if event else "",
        event_choice=event["start"] if event else None,
        places=meta.get("places"),
        tags=meta.get("tags"),
        authors=meta.get("authors"),
        fields=meta.get("fields"),
        reason=reason,
    )
