"""What the fields of a query mean: each becomes a condition on columns, or on texts that only the database knows.

Rights are not decided here: whatever a condition lets through is still asked of `sources.access`. Only which codings
count is, since a text may be open to somebody who may not see who coded it how.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process
from sqlalchemy import ColumnElement, and_, or_, select

from kmwiki.accounts.models import User
from kmwiki.coding.models import Code, CodeAncestor, Coding
from kmwiki.coding.seen import COUNTED, seen_by
from kmwiki.comments.models import Comment
from kmwiki.entries.models import Entry, EntryAuthor, EntryTag
from kmwiki.errors import Invalid, Message, say
from kmwiki.places.queries import choose, readings
from kmwiki.search.engine import AnyOf, Column, Keys, Node, Span
from kmwiki.search.query_fields import HAS, KIND_NAMES, TYPES, VOICES
from kmwiki.search.query_tokens import QueryError
from kmwiki.sources.models import Attachment, Source
from kmwiki.text.dates import read_date
from kmwiki.text.thai import fold, strip_titles

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from sqlalchemy import Row, Select
    from sqlalchemy.orm import Session

    from kmwiki.search.query_tree import Filter, Word
    from kmwiki.security.policy import Caller

_SHORT_YEAR = re.compile(r"(?<!\d)\d{2}(?!\d)")  # ปี 51 is 2551
LEVEL_NAMES = {"province": "จ.", "district": "อ."}
_TO = re.compile(r"(\d{2}|\d{4})\s*(?:จนถึง|ถึง|to|[-–—])\s*(\d{2}|\d{4})")
_YEARS = re.compile(r"(\d{2}|\d{4}|)\.\.(\d{2}|\d{4}|)|\d{2}")
_RANGE = re.compile(r"(?=\.\.)")
LIKE = 70
"""So alike, of 100, must a written name be to that of a code which is offered instead."""
NOBODY: Node = Keys(frozenset())


def seen_codings(caller: Caller) -> ColumnElement[bool]:
    """Return the condition on `Coding` for those that count for a caller: confirmed, and standing somewhere."""
    return and_(COUNTED, seen_by(caller), or_(Coding.state != "lost", Coding.state.is_(None)))


def read_days(value: str) -> tuple[date, date] | None:
    """Read a day, month or year as people write it, as its first and last day. None if that is not sure."""
    found = read_date(value)
    return (found[0].start, found[0].end) if len(found) == 1 else None


def read_range(value: str) -> tuple[date | None, date | None] | None:
    """Read a date or a range of dates, `2551..2552`, `2551..`, `..ก.พ. 2552`. None if that is not sure."""
    for match in _RANGE.finditer(value):
        before, after = value[: match.start()].strip(), value[match.start() + 2 :].strip()
        first, last = read_days(before), read_days(after)
        if (before and first is None) or (after and last is None) or not (first or last):
            continue
        return (first[0] if first else None, last[1] if last else None)
    return read_days(value)


def _unread(word: Word, name: str, hint: Message) -> QueryError:
    return QueryError(
        say("“%(value)s” is no value that %(name)s: can have.", value=word.text[:60], name=name), word.start, hint
    )


def _one_of(word: Word, name: str, known: Mapping[str, str]) -> str:
    """Return the value that a word names."""
    found = known.get(fold(word.text).strip())
    if found is None:
        raise _unread(word, name, say("Write one of: %(values)s.", values=", ".join(dict.fromkeys(known.values()))))
    return found


class Filters:
    """Turns the fields of one caller's queries in one project into conditions for the engine."""

    def __init__(self, session: Session, caller: Caller, project_id: int) -> None:
        self._session = session
        self._caller = caller
        self._project_id = project_id

    def __call__(self, one: Filter) -> Node:
        """Return the condition. QueryError points at a value that names nothing."""
        nodes = tuple(self._value(one.field, word) for word in one.values)
        columns = [node for node in nodes if isinstance(node, Column)]
        if (
            len(columns) == len(nodes)
            and len({column.name for column in columns}) == 1
            and all(column.values for column in columns)
        ):
            return Column(columns[0].name, frozenset().union(*(column.values for column in columns)))
        return nodes[0] if len(nodes) == 1 else AnyOf(nodes)

    def _value(self, name: str, word: Word) -> Node:
        if name in {"province", "district", "place"}:
            return _place(name, word)
        if name in {"date", "year"}:
            return _span(name, word)
        if name == "in":
            return Column("type", frozenset({_one_of(word, name, TYPES)}))
        if name == "kind":
            return Column("kind", frozenset({_one_of(word, name, KIND_NAMES)}))
        if name == "voice":
            voice = _one_of(word, name, VOICES)
            return self._coded(Coding.voice == voice)
        return {"code": self._code, "author": self._author, "tag": self._tag, "has": self._has}[name](word)

    def _coded(self, *conditions: ColumnElement[bool]) -> Node:
        wanted = select(Coding.source_id).where(
            Coding.project_id == self._project_id, seen_codings(self._caller), *conditions
        )
        return self._keys(wanted)

    def _keys(self, sources: Select[int]) -> Node:
        return Keys(frozenset(f"source:{one}" for one in self._session.scalars(sources.distinct())))

    def _code(self, word: Word) -> Node:
        ids = self._codes(word.text)
        if not ids:
            raise _unread(word, "code", self._code_hint(word.text))
        below = select(CodeAncestor.code_id).where(CodeAncestor.ancestor_id.in_(ids))
        return self._coded(or_(Coding.code_id.in_(ids), Coding.code_id.in_(below)))

    def _code_hint(self, text: str) -> Message:
        """Say how a code is written, or which one may be meant."""
        names = {fold(name).strip(): name for row in self._live_codes() for name in (row.name_th, row.name_en) if name}
        found = process.extractOne(fold(text).strip(), list(names), scorer=fuzz.ratio, score_cutoff=LIKE)
        if found is None:
            return say("Write the name of a code as the codebook has it, or its number.")
        return say("Do you mean code:“%(name)s”?", name=names[found[0]])

    def _live_codes(self) -> Sequence[Row[int, str, str, list[str]]]:
        live = Code.project_id == self._project_id, Code.state == "live"
        return self._session.execute(select(Code.id, Code.name_th, Code.name_en, Code.aliases).where(*live)).all()

    def _codes(self, text: str) -> list[int]:
        """Return the live codes of a name, an alias or an id."""
        wanted = fold(text).strip()
        rows = self._live_codes()
        by_name = [
            row.id for row in rows if wanted in {fold(one).strip() for one in (row.name_th, row.name_en, *row.aliases)}
        ]
        return by_name or [row.id for row in rows if str(row.id) == wanted]

    def _author(self, word: Word) -> Node:
        """Match a part of a name, titles left out; which texts of these people may be read is settled elsewhere."""
        wanted = fold(strip_titles(word.text)).strip()
        names = {name for name in self._names() if wanted and wanted in fold(name)}
        return Column("author", frozenset(names)) if names else NOBODY

    def _names(self) -> Iterable[str]:
        in_project = Source.project_id == self._project_id
        yield from self._session.scalars(
            select(EntryAuthor.name)
            .join(Entry, Entry.id == EntryAuthor.entry_id)
            .where(Entry.project_id == self._project_id)
            .distinct()
        )
        yield from self._session.scalars(
            select(Comment.author_name).join(Source, Source.id == Comment.source_id).where(in_project).distinct()
        )
        yield from self._session.scalars(
            select(User.name).where(User.id.in_(select(Source.author_id).where(in_project).distinct()))
        )

    def _tag(self, word: Word) -> Node:
        wanted = fold(word.text).strip()
        tags = self._session.scalars(
            select(EntryTag.tag)
            .join(Entry, Entry.id == EntryTag.entry_id)
            .where(Entry.project_id == self._project_id)
            .distinct()
        )
        found = frozenset(tag for tag in tags if fold(tag).strip() == wanted)
        return Column("tag", found) if found else NOBODY

    def _has(self, word: Word) -> Node:
        what = _one_of(word, "has", HAS)
        if what == "codes":
            return self._coded()
        if what == "place":
            return Column("place")
        if what == "date":
            return Span("event")
        if what == "comments":
            said = select(Comment.on_source_id).join(Source, Source.id == Comment.source_id)
            return self._keys(said.where(Source.project_id == self._project_id, Source.deleted.is_(None)))
        kept = select(Attachment.source_id).join(Source, Source.id == Attachment.source_id)
        return self._keys(kept.where(Source.project_id == self._project_id, Attachment.deleted.is_(None)))


def places_of(written: str, level: str = "") -> list[str]:
    """Return the codes of the places that somebody may mean, of one level: เมืองพัทลุง is a district if one is wanted."""
    for text in (written, f"{LEVEL_NAMES[level]}{written}") if level else (written,):
        found = [one.code for one in readings(text) if not level or one.level == level]
        if found:
            return found
    return []


def _place(name: str, word: Word) -> Node:
    level = name if name != "place" else ""
    found = places_of(word.text, level)
    if not found:
        try:
            choose(word.text)
        except Invalid as error:
            raise _unread(word, name, error.fields["places"]) from error
        raise _unread(word, name, say("That is a place of another level; write place: instead."))
    return Column("province" if level == "province" else "place", frozenset(found))


def _span(name: str, word: Word) -> Node:
    text = fold(word.text).strip()
    if years := _TO.fullmatch(text):
        text = f"{years[1]}..{years[2]}"
    if _YEARS.fullmatch(text):
        text = _SHORT_YEAR.sub("25\\g<0>", text)
    found = read_range(text)
    if found is None:
        hint = say("Write it like 2551, “ก.พ. 2551”, 2551..2552 or ..2552.")
        raise _unread(word, name, hint)
    first, last = (one.isoformat() if one is not None else "" for one in found)
    if first and last and first > last:
        raise _unread(word, name, say("The first date must not be later than the last."))
    return Span("event", first, last)
