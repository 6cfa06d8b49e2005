"""Whom a text names as somebody who wrote it, came, told or took something on, for the filter by person or group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kmwiki.accounts.models import User
from kmwiki.comments.models import Comment
from kmwiki.entries.models import Entry, EntryAuthor
from kmwiki.sources.models import Source
from kmwiki.sources.veil import veil_for
from kmwiki.text.thai import fold, strip_titles

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from sqlalchemy.orm import Session

    from kmwiki.retrieval.relations import Passage
    from kmwiki.security.policy import Caller

FIELDS = ("facilitator", "informant", "agency", "companions", "area")
"""Fields of a note that name people or groups."""
ROWS = {"attendees": ("name", "organisation"), "actions": ("who",)}
"""Fields of rows, and the columns of them that do."""


def named_in(
    session: Session, caller: Caller, project_id: int, wanted: str, passages: Collection[Passage]
) -> tuple[set[int], set[int]]:
    """Return the roots (notes) that name somebody, and the comments that they wrote, by their sources.

    A part of the name will do, titles aside. What the caller sees masked is not matched: a hidden number could be
    found digit by digit.
    """
    key = fold(strip_titles(wanted)).strip()
    veil = veil_for(session, caller, project_id)
    roots = {one.root_id for one in passages}
    notes: set[int] = set()
    comments: set[int] = set()
    if not key:
        return notes, comments
    for source, names in _names_of_notes(session, project_id):
        if source.id in roots and _has(key, names, veil.over(source)):
            notes.add(source.id)
    said = {one.source_id for one in passages if one.is_comment}
    for source, name in _names_of_comments(session, project_id) if said else ():
        if source.id in said and _has(key, [name], veil.over(source)):
            comments.add(source.id)
    return notes, comments


def _has(key: str, names: list[str], veil: Any) -> bool:
    return any(key in fold(veil.text(name)) for name in names if name)


def _names_of_notes(session: Session, project_id: int) -> Iterator[tuple[Source, list[str]]]:
    authors: dict[int, list[str]] = {}
    rows = select(EntryAuthor.entry_id, EntryAuthor.name).join(Entry, Entry.id == EntryAuthor.entry_id)
    for entry_id, name in session.execute(rows.where(Entry.project_id == project_id)):
        authors.setdefault(entry_id, []).append(name)
    wanted = select(Source, Entry.id, Entry.fields, User.name).join(Entry, Entry.source_id == Source.id)
    wanted = wanted.outerjoin(User, User.id == Source.author_id).where(Entry.project_id == project_id)
    for source, entry_id, fields, writer in session.execute(wanted):
        told = authors.get(entry_id) or [writer or ""]
        yield source, [*told, *_in_fields(fields or {})]


def _in_fields(fields: Mapping[str, Any]) -> Iterator[str]:
    for name in FIELDS:
        if isinstance(fields.get(name), str):
            yield fields[name]
    for name, columns in ROWS.items():
        for row in fields.get(name) or ():
            yield from (str(row[column]) for column in columns if row.get(column))


def _names_of_comments(session: Session, project_id: int) -> Iterator[tuple[Source, str]]:
    rows = (
        select(Source, Comment.author_name, User.name)
        .join(Comment, Comment.source_id == Source.id)
        .outerjoin(User, User.id == Source.author_id)
        .where(Source.project_id == project_id)
    )
    for source, given, writer in session.execute(rows):
        yield source, given or writer or ""
