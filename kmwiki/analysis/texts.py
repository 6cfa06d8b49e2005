"""The texts of a selection as they are counted and shown: masked for everybody, as search has them in its index.

What is derived from a text (its folded form, where its words begin) is kept in memory under the hash of the text, so
that a second page costs no cutting of words; what is kept belongs to nobody and is used only for texts that the
database has just given to the caller.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from sqlalchemy import select

from kmwiki.entries.kinds import texts_of
from kmwiki.entries.models import Entry
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Revision, Source
from kmwiki.sources.texts import sha256
from kmwiki.text.personal import masked
from kmwiki.text.thai import Folded, fold_with_map

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.search.engine import Match
    from kmwiki.security.policy import Caller
    from kmwiki.text.words import Segmenter

CHUNK = 2000
KEPT_CHARACTERS = 4_000_000
"""Of so many characters the folded form and the words are kept: some 40 MB at most."""

Value = TypeVar("Value")


class Head(NamedTuple):
    """A source and the note it stands in, as the database has them now."""

    source_id: int
    type: str
    revision: int
    digest: str
    """Of the reading text, before anything is masked."""
    entry_id: int
    number: int
    title: str
    lead: str
    fields: tuple[str, ...]


class Part(NamedTuple):
    """A piece of text: `name` is title, lead, body or fields; only offsets in a body are those of the reading text."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A source with its pieces, masked."""

    head: Head
    columns: Mapping[str, tuple[str, ...]]
    """What the index filters it by."""
    parts: tuple[Part, ...]


class Kept(Generic[Value]):
    """Derived values by key; the longest unused are forgotten once all weigh too much. Safe in several threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._weight = 0
        self._lock = Lock()

    def get(self, key: Hashable) -> Value | None:
        """Return what is kept under the key."""
        with self._lock:
            found = self._values.get(key)
            if found is None:
                return None
            self._values.move_to_end(key)
            return found[0]

    def put(self, key: Hashable, value: Value, weight: int) -> None:
        """Keep a value that weighs so much."""
        with self._lock:
            old = self._values.pop(key, None)
            self._weight += weight - (old[1] if old is not None else 0)
            self._values[key] = value, weight
            while self._weight > self._most and len(self._values) > 1:
                self._weight -= self._values.popitem(last=False)[1][1]


_FOLDED: Kept[Folded] = Kept(KEPT_CHARACTERS)
_STARTS: Kept[array[int]] = Kept(KEPT_CHARACTERS)


def heads(session: Session, caller: Caller, matches: Sequence[Match]) -> Iterator[tuple[Head, Match]]:
    """Yield the sources of matches that the caller may read at this moment, in the order of the matches."""
    for at in range(0, len(matches), CHUNK):
        some = {int(match.columns["source"][0]): match for match in matches[at : at + CHUNK]}
        rows = session.execute(
            select(Source.id, Source.kind, Source.root_id, Revision.no, Revision.sha256)
            .join(Revision, (Revision.source_id == Source.id) & (Revision.no == Source.head_no))
            .where(Source.id.in_(some), visible_to(caller))
        ).all()
        found = {row.id: row for row in rows}
        notes = {
            row.source_id: row
            for row in session.execute(
                select(
                    Entry.id, Entry.source_id, Entry.number, Entry.title, Entry.lead, Entry.kind, Entry.fields
                ).where(Entry.source_id.in_({row.root_id or row.id for row in rows}))
            )
        }
        for source_id, match in some.items():
            row = found.get(source_id)
            note = notes.get(row.root_id or row.id) if row is not None else None
            if row is None or note is None:
                continue
            is_note = row.kind == "entry"
            fields = tuple(texts_of(note.kind, note.fields)) if is_note else ()
            lead = note.lead if is_note else ""
            yield Head(row.id, row.kind, row.no, row.sha256, note.id, note.number, note.title, lead, fields), match


def bodies(session: Session, source_ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Yield the reading texts of sources that were found readable."""
    for at in range(0, len(source_ids), CHUNK):
        rows = session.execute(
            select(Revision.source_id, Revision.reading_text)
            .join(Source, (Source.id == Revision.source_id) & (Source.head_no == Revision.no))
            .where(Revision.source_id.in_(source_ids[at : at + CHUNK]))
        )
        yield from ((source_id, text) for source_id, text in rows)


def whole(head: Head, columns: Mapping[str, tuple[str, ...]], body: str, keep: frozenset[str]) -> Text:
    """Put a text together: the title and the fields of a note, and the body, masked as in the index."""
    pieces = [("body", body)]
    if head.type == "entry":
        pieces = [("title", head.title), ("lead", head.lead), ("body", body), *(("fields", one) for one in head.fields)]
    head = head._replace(title=masked(head.title, keep))
    return Text(head, columns, tuple(Part(name, masked(text, keep)) for name, text in pieces if text))


def folded(text: str) -> Folded:
    """Fold a text; kept."""
    return _kept(_FOLDED, sha256(text), text, lambda: _compact(fold_with_map(text)))


def word_starts(text: str, segmenter: Segmenter) -> array[int]:
    """Return where the tokens of a text begin, cut as the index cuts its folded form; kept."""

    def cut() -> array[int]:
        made = folded(text)
        return array("I", (made.starts[word.start] for word in segmenter.words(made.text)))

    return _kept(_STARTS, (sha256(text), segmenter.version), text, cut)


def _kept(shelf: Kept[Value], key: Hashable, text: str, make: Callable[[], Value]) -> Value:
    found = shelf.get(key)
    if found is None:
        found = make()
        shelf.put(key, found, len(text) + 100)
    return found


def _compact(made: Folded) -> Folded:
    """Keep the map in four bytes a character instead of one object each."""
    if isinstance(made.starts, range):
        return made
    return Folded(made.text, array("I", made.starts), array("I", made.ends), made.length)
