"""Passages as lists and files show them: the words, what stands before and behind, who coded them how, where and when.

Everything is cut from the texts as the caller may see them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, select, tuple_
from sqlalchemy.orm import defer

from kmwiki.accounts.models import User
from kmwiki.coding.models import Coding
from kmwiki.comments.models import Comment
from kmwiki.entries.models import Entry, EntryPlace
from kmwiki.sources.models import Revision, Source
from kmwiki.sources.veil import veil_for
from kmwiki.text.clusters import snap
from kmwiki.text.units import widen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.coding.models import Code
    from kmwiki.retrieval.book import Book
    from kmwiki.retrieval.finding import Found
    from kmwiki.retrieval.ordering import GroupKey
    from kmwiki.retrieval.relations import Hit, Passage
    from kmwiki.security.policy import Caller

AROUND = 300
"""At most so many code points of its paragraph stand before and behind a passage."""
MOST_BESIDE = 6
"""So many of the passages that it was compared with are shown with a passage."""
GAP = " […] "
PORTION = 500
_STATEMENT = (
    select(Coding, Source, Entry, User.name, Comment.author_name)
    .join(Source, Source.id == Coding.source_id)
    .join(Entry, Entry.source_id == Coding.root_id)
    .outerjoin(User, User.id == Coding.coder_id)
    .outerjoin(Comment, Comment.source_id == Coding.source_id)
    .options(*(defer(column, raiseload=True) for column in (Entry.fields, Entry.origin, Entry.provenance)))
)


@dataclass(frozen=True, slots=True)
class Beside:
    """Another passage that a condition compared this one with, where it stands outside the words shown."""

    coding_id: int
    code: Code
    quote: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of the words shown: around the passage or in it, in what `and` left of it, under which codes beside."""

    text: str
    is_passage: bool
    is_shared: bool
    codes: tuple[Code, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A passage with all that a list tells of it."""

    group: GroupKey
    at: int  # in the whole list, from 0
    coding: Coding
    code: Code
    revision: int
    quote: str  # what was asked for: the shared words, where `and` left less than the whole
    whole: str  # the words of the passage; those that were coded first, where they are gone
    pieces: tuple[Piece, ...]
    before: str
    after: str
    memo: str
    coder: str
    entry: Entry
    title: str
    places: tuple[str, ...]  # codes of places
    is_comment: bool
    said_by: str  # the author of the comment, as far as the page that it came from told
    beside: tuple[Beside, ...]

    @property
    def is_lost(self) -> bool:
        """Whether its words are no longer in the text."""
        return self.coding.state == "lost"

    @property
    def is_partial(self) -> bool:
        """Whether what was asked for is not the whole passage."""
        return self.quote != self.whole


def rows_of(
    session: Session, caller: Caller, project_id: int, found: Found, book: Book, *, first: int = 0, size: int = 50
) -> list[Row]:
    """Return the lines of a list from `first` on; the number of statements depends on neither list nor page."""
    return _Shower(session, caller, project_id, found, book).rows(found.lines[first : first + size], first)


def portions(session: Session, caller: Caller, project_id: int, found: Found, book: Book) -> Iterator[list[Row]]:
    """Give all lines of a list without the pieces of their words, some hundreds at a time: for files."""
    shower = _Shower(session, caller, project_id, found, book, is_brief=True)
    for at in range(0, len(found.lines), PORTION):
        yield shower.rows(found.lines[at : at + PORTION], at)


@dataclass(frozen=True, slots=True)
class _Told:
    """What the database tells of a coding."""

    coding: Coding
    source: Source
    entry: Entry
    coder: str | None
    said_by: str | None


class _Shower:
    def __init__(
        self, session: Session, caller: Caller, project_id: int, found: Found, book: Book, *, is_brief: bool = False
    ) -> None:
        self._session, self._found, self._book, self._is_brief = session, found, book, is_brief
        self._veil = veil_for(session, caller, project_id)
        self._texts: dict[int, str] = {}

    def rows(self, lines: Sequence[tuple[GroupKey, Hit]], first: int) -> list[Row]:
        """Return the rows of these lines."""
        ids = {hit.passage.id for _, hit in lines}
        told = {row[0].id: _Told(*row) for row in self._session.execute(_STATEMENT.where(Coding.id.in_(ids)))}
        beside = {} if self._is_brief else {hit.passage.id: self._partners(hit) for _, hit in lines}
        sources = {one.source.id for one in told.values()}
        self._read_texts(sources | {one.source_id for some in beside.values() for one in some})
        gone = self._evidence([one for one in told.values() if one.coding.state == "lost"])
        places = self._places({one.entry.id for one in told.values()})
        return [
            self._row((key, at), hit, told[hit.passage.id], beside.get(hit.passage.id, ()), (gone, places))
            for at, (key, hit) in enumerate(lines, start=first)
            if hit.passage.id in told
        ]

    def _partners(self, hit: Hit) -> list[Passage]:
        found: dict[int, Passage] = {}
        for matcher in self._found.matchers:
            if (
                matcher.condition.is_against
                or matcher.condition.op in {"or", "not"}
                or hit.passage.start == hit.passage.end
            ):
                continue
            for one in matcher.partners(hit):
                if one.id != hit.passage.id:
                    found[one.id] = one
                if len(found) >= MOST_BESIDE:
                    break
        return sorted(
            found.values(), key=lambda one: (one.source_id != hit.passage.source_id, one.source_id, one.start)
        )

    def _read_texts(self, sources: set[int]) -> None:
        """Hold the texts of these sources, as the caller may see them, and no others."""
        head = and_(Revision.source_id == Source.id, Revision.no == Source.head_no)
        self._texts = {one: text for one, text in self._texts.items() if one in sources}
        wanted = select(Source, Revision.reading_text).join(Revision, head)
        for source, text in self._session.execute(wanted.where(Source.id.in_(sources - self._texts.keys()))):
            self._texts[source.id] = self._veil.over(source).text(text)

    def _evidence(self, lost: Sequence[_Told]) -> dict[int, str]:
        """Return the words that were coded, for passages that have none any more."""
        keys = {(one.source.id, one.coding.ev_revision) for one in lost}
        rows = select(Revision.source_id, Revision.no, Revision.reading_text)
        rows = rows.where(tuple_(Revision.source_id, Revision.no).in_(keys))
        texts = {(source_id, no): text for source_id, no, text in self._session.execute(rows)} if keys else {}
        found = {}
        for one in lost:
            coding = one.coding
            text = texts[one.source.id, coding.ev_revision]
            found[coding.id] = self._veil.over(one.source).cut(text, coding.ev_start, coding.ev_end)
        return found

    def _places(self, entries: set[int]) -> Mapping[int, list[str]]:
        rows = select(EntryPlace.entry_id, EntryPlace.place_code).where(EntryPlace.entry_id.in_(entries))
        found: dict[int, list[str]] = {}
        for entry_id, code in self._session.execute(rows.order_by(EntryPlace.ord, EntryPlace.place_code)):
            found.setdefault(entry_id, []).append(code)
        return found

    def _row(
        self, line: tuple[GroupKey, int], hit: Hit, told: _Told, partners: Sequence[Passage], more: tuple[Any, Any]
    ) -> Row:
        gone, places = more
        one, coding, veil = hit.passage, told.coding, self._veil.over(told.source)
        words = self._words_gone(gone[coding.id]) if coding.id in gone else self._words(hit, partners)
        return Row(
            group=line[0],
            at=line[1],
            coding=coding,
            code=self._book.codes[coding.code_id],
            revision=told.source.head_no,
            memo=self._veil.text(coding.memo),
            coder=self._veil.text(told.coder or ""),
            entry=told.entry,
            title=(self._veil if one.is_comment else veil).text(told.entry.title),
            places=tuple(places.get(told.entry.id, ())),
            is_comment=one.is_comment,
            said_by=veil.text(told.said_by or ""),
            **words,
        )

    @staticmethod
    def _words_gone(words: str) -> dict[str, Any]:
        return {"quote": words, "whole": words, "pieces": (), "before": "", "after": "", "beside": ()}

    def _words(self, hit: Hit, partners: Sequence[Passage]) -> dict[str, Any]:
        """Cut what is shown of a passage and of those it was compared with out of the texts."""
        one = hit.passage
        text = self._texts[one.source_id]
        left, right = window(text, one.start, one.end)
        inside = [
            each for each in partners if each.source_id == one.source_id and each.end > left and each.start < right
        ]
        return {
            "quote": GAP.join(text[start:end] for start, end in hit.words),
            "whole": text[one.start : one.end],
            "pieces": () if self._is_brief else self._pieces(text, (left, right), hit, inside),
            "before": text[left : one.start],
            "after": text[one.end : right],
            "beside": tuple(
                Beside(each.id, self._book.codes[each.code_id], self._texts[each.source_id][each.start : each.end])
                for each in partners
                if each not in inside and each.source_id in self._texts
            ),
        }

    def _pieces(self, text: str, around: tuple[int, int], hit: Hit, inside: Sequence[Passage]) -> tuple[Piece, ...]:
        """Cut the words shown where anything begins or ends."""
        one = hit.passage
        low, high = around
        edges = {low, high, one.start, one.end, *(edge for words in hit.words for edge in words)}
        edges |= {min(max(edge, low), high) for each in inside for edge in (each.start, each.end)}
        return tuple(
            Piece(
                text[start:end],
                one.start <= start and end <= one.end,
                any(left <= start and end <= right for left, right in hit.words),
                tuple(
                    {
                        each.code_id: self._book.codes[each.code_id]
                        for each in inside
                        if each.start <= start and end <= each.end
                    }.values()
                ),
            )
            for start, end in pairwise(sorted(edges))
        )


def window(text: str, start: int, end: int) -> tuple[int, int]:
    """Return what is shown of a text around a passage: its paragraph, but no more than AROUND on either side."""
    left, right = widen(text, start, end, "paragraph")
    return snap(text, max(left, start - AROUND), min(right, end + AROUND))
