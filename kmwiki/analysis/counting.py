"""Counting the words of a selection. What a text's words are is worked out once and kept under the text's hash.

Kept are numbers: six bytes for each different word of a text, some 2 KB a text. The words that the numbers stand for
are one table of the process; a word is told only to whoever may read a text in which it stands.
"""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kmwiki.analysis.frequencies import Counts, Pair, words_of
from kmwiki.analysis.texts import Kept, bodies, folded, heads
from kmwiki.sources.texts import sha256
from kmwiki.sources.veil import cleared_forms
from kmwiki.text.personal import masked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.analysis.texts import Head
    from kmwiki.search.engine import Match
    from kmwiki.search.selecting import Selected
    from kmwiki.security.policy import Caller
    from kmwiki.text.words import Segmenter

KEPT_BYTES = 64_000_000
"""Of what was counted: 30,000 texts of 2,000 characters."""
MOST_WORDS = 400_000
"""So many writings of words are numbered (some 60 MB); beyond that everything is counted anew."""


class Counted(NamedTuple):
    """The words of one text: numbers of the vocabulary, and how often each stands."""

    pairs: array[int]
    counts: array[int]


class Vocabulary:
    """Numbers for words and their writings, the same as long as the process lives. Safe to use from several threads."""

    def __init__(self) -> None:
        self.pairs: list[Pair] = []
        self._numbers: dict[Pair, int] = {}
        self._first: dict[str, int] = {}
        self._word_of: array[int] = array("q")
        self._lock = Lock()

    def count(self, words: Sequence[Pair]) -> Counted:
        """Count the words of a text."""
        counts = Counter(words)
        with self._lock:
            numbers = array("I", (self._number(pair) for pair in counts))
        return Counted(numbers, array("I", counts.values()))

    def _number(self, pair: Pair) -> int:
        found = self._numbers.get(pair)
        if found is None:
            found = self._numbers[pair] = len(self.pairs)
            self._word_of.append(self._first.setdefault(pair[0], found))
            self.pairs.append(pair)
        return found

    def word_of(self) -> npt.NDArray[np.int64]:
        """Return for each writing the number of its word."""
        with self._lock:
            return np.array(self._word_of, dtype=np.int64)


Key = tuple[str, tuple[str, ...], str, frozenset[str]]
"""What the words of a text depend on: its hash, what stands around it, how it is cut, what is not masked."""


@dataclass(slots=True)
class Shelf:
    """A vocabulary with what was counted by it; both are renewed together."""

    vocabulary: Vocabulary
    counted: Kept[Counted]


def _new_shelf() -> Shelf:
    return Shelf(Vocabulary(), Kept(KEPT_BYTES))


_SHELVES = [_new_shelf()]


def _shelf() -> Shelf:
    if len(_SHELVES[0].vocabulary.pairs) > MOST_WORDS:
        _SHELVES[0] = _new_shelf()
    return _SHELVES[0]


@dataclass(frozen=True, slots=True)
class Counting:
    """The words of a selection: texts in the order of their sources, with what they are told apart by."""

    counts: Counts
    vocabulary: Vocabulary
    word_of: npt.NDArray[np.int64]
    columns: Sequence[Mapping[str, tuple[str, ...]]]
    source_ids: Sequence[int]

    @property
    def size(self) -> int:
        """How many writings of words were numbered when this was counted."""
        return len(self.word_of)


def count_words(session: Session, caller: Caller, project: Project, selected: Selected) -> Counting:
    """Count the words of titles, leads, bodies and fields of a selection, as far as the caller may read them now."""
    shelf = _shelf()
    keep = cleared_forms(session, project.id)
    found = list(heads(session, caller, selected.matches))
    made = _from_shelf(session, shelf, found, selected.segmenter, keep)
    sizes = np.array([sum(part.counts) for part in made], dtype=np.int64)
    lengths = [len(part.pairs) for part in made]
    counts = Counts(
        _joined([part.pairs for part in made]),
        np.repeat(np.arange(len(made), dtype=np.int64), lengths),
        _joined([part.counts for part in made]),
        sizes,
    )
    columns = [match.columns for _, match in found]
    return Counting(
        counts, shelf.vocabulary, shelf.vocabulary.word_of(), columns, [head.source_id for head, _ in found]
    )


def _joined(parts: Sequence[array[int]]) -> npt.NDArray[np.int64]:
    joined = array("I")
    for part in parts:
        joined.extend(part)
    return np.array(joined, dtype=np.int64)


def _from_shelf(
    session: Session,
    shelf: Shelf,
    found: Sequence[tuple[Head, Match]],
    segmenter: Segmenter,
    keep: frozenset[str],
) -> list[Counted]:
    """Return the words of each text; bodies are read only where nothing is kept of them."""
    around = {head.source_id: _around(head) for head, _ in found}
    keys: dict[int, Key] = {
        head.source_id: (head.digest, around[head.source_id], segmenter.version, keep) for head, _ in found
    }
    kept = {source_id: one for source_id, key in keys.items() if (one := shelf.counted.get(key)) is not None}
    for source_id, body in bodies(session, [source_id for source_id in keys if source_id not in kept]):
        pairs: list[Pair] = []
        for text in (*around[source_id], body):
            shown = masked(text, keep)
            pairs += words_of(folded(shown), shown, segmenter)
        kept[source_id] = shelf.vocabulary.count(pairs)
        # a revision that was written since belongs to another hash
        if sha256(body) == keys[source_id][0]:
            shelf.counted.put(keys[source_id], kept[source_id], 8 * len(kept[source_id].pairs) + 400)
    empty = Counted(array("I"), array("I"))
    return [kept.get(head.source_id, empty) for head, _ in found]


def _around(head: Head) -> tuple[str, ...]:
    """Return what of a note is counted beside its body."""
    return (head.title, head.lead, *head.fields) if head.type == "entry" else ()
