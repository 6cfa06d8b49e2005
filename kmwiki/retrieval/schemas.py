"""Shapes of found passages, as other programs see them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field

from kmwiki.coding.schemas import State, Status, Voice
from kmwiki.places.queries import place

if TYPE_CHECKING:
    from kmwiki.retrieval.finding import Found
    from kmwiki.retrieval.ordering import GroupKey
    from kmwiki.retrieval.showing import Row


class RangeOut(BaseModel):
    """Code points [start, end) of the text."""

    start: int
    end: int


class BesideOut(BaseModel):
    """A passage that a condition compared this one with, where it stands outside the paragraph shown."""

    coding_id: int
    code_id: int
    quote: str


class PlaceOut(BaseModel):
    """A place that the note is about."""

    code: str
    name_th: str
    name_en: str


class PassageOut(BaseModel):
    """A found passage: the coding, its words with those around them, and the note it stands in."""

    coding_id: int
    guid: str
    group: int | str | None = Field(description="The group it is listed under: the key of one of `groups`.")
    code_id: int
    code_name_th: str
    code_name_en: str
    source_id: int
    revision: int
    start: int | None
    end: int | None
    quote: str = Field(description="The words asked for: those shared, where `and` leaves less than the whole.")
    whole: str = Field(description="All words of the passage; those first coded where they are gone.")
    words: list[RangeOut] = Field(description="Where the words asked for stand.")
    before: str
    after: str
    state: State
    status: Status
    voice: Voice | None
    memo: str
    coder: str | None
    round_id: int | None
    entry_id: int
    number: int
    title: str
    kind: str
    places: list[PlaceOut]
    event_start: date | None
    event_end: date | None
    text: str = Field(description="entry or comment")
    comment_author: str
    beside: list[BesideOut]
    created: datetime
    url: str


class GroupOut(BaseModel):
    """A group of the list: its key, its name, how many stand in it and where they begin, from 0."""

    key: int | str | None
    name: str
    count: int
    at: int


class PassagesOut(BaseModel):
    """A page of what was found. `total` counts lines; what stands in several groups is a line in each."""

    items: list[PassageOut]
    next: str | None = None
    total: int
    codings: int = Field(description="Codings found, each counted once.")
    passages: int = Field(description="Different passages: what several people or codes marked alike is one.")
    notes: int
    lost: int = Field(description="Codings of the first codes that lost their words; listed with state=lost only.")
    groups: list[GroupOut]
    understood: list[str] = Field(description="The question in words, part by part.")
    query: dict[str, list[str]] = Field(description="The question as addresses have it.")


def tell_row(row: Row, found: Found, slug: str) -> PassageOut:
    """Return a row as other programs see it; `slug` names the project."""
    coding, code, entry = row.coding, row.code, row.entry
    words = [] if row.is_lost else found.lines[row.at][1].words
    told: dict[str, Any] = {
        "coding_id": coding.id,
        "guid": coding.guid,
        "group": row.group,
        "code_id": code.id,
        "code_name_th": code.name_th,
        "code_name_en": code.name_en,
        "words": [RangeOut(start=start, end=end) for start, end in words],
        "source_id": coding.source_id,
        "revision": row.revision,
        "start": coding.start,
        "end": coding.end,
        "state": coding.state,
        "status": coding.status,
        "voice": coding.voice,
        "round_id": coding.round_id,
        "created": coding.created,
        "quote": row.quote,
        "whole": row.whole,
        "before": row.before,
        "after": row.after,
        "memo": row.memo,
        "coder": row.coder or None,
        "entry_id": entry.id,
        "number": entry.number,
        "title": row.title,
        "kind": entry.kind,
        "places": [_place(each) for each in row.places],
        "event_start": entry.event_start,
        "event_end": entry.event_end,
        "text": "comment" if row.is_comment else "entry",
        "comment_author": row.said_by,
        "beside": [BesideOut(coding_id=each.coding_id, code_id=each.code.id, quote=each.quote) for each in row.beside],
        "url": f"/p/{slug}/e/{entry.number}#c{coding.id}",
    }
    return PassageOut(**told)


def tell_groups(found: Found, names: dict[GroupKey, str]) -> list[GroupOut]:
    """Return the groups of a list; none where it is not grouped."""
    if found.question.by == "none":
        return []
    return [GroupOut(key=each.key, name=names[each.key], count=each.count, at=each.at) for each in found.groups]


def _place(code: str) -> PlaceOut:
    known = place(code)
    return PlaceOut(code=code, name_th=known.name_th, name_en=known.name_en)
