"""Counting words: how often each stands in which text, for all words at once.

A word is what the segmenter cuts and fold makes of it, so that all its writings count together; it is shown as it is
most often written. Shares are per 10,000 of all words, stop words and numbers included: hiding words must not change
what the others weigh.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kmwiki.analysis.dispersion import deviations

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from kmwiki.text.thai import Folded
    from kmwiki.text.words import Segmenter

    Numbers = npt.NDArray[np.int64]
    Figures = npt.NDArray[np.float64]

SHARE_OF = 10_000
_NUMBER = re.compile(r"[\d.,:/%-]+")
_SIGN_ALONE = frozenset({"ๆ", "ฯ", "ฯลฯ"})

Pair = tuple[str, str]
"""A folded word and one of its writings."""


def words_of(folded: Folded, original: str, segmenter: Segmenter) -> list[Pair]:
    """Return the words of a text in order: what they fold to and as they stand there. Signs and blanks are no words."""
    found = []
    for word in segmenter.words(folded.text):
        text = word.text
        if word.is_word and text not in _SIGN_ALONE and any(char.isalnum() for char in text):
            start, end = folded.original(word.start, word.end)
            found.append((text, original[start:end]))
    return found


def is_number(word: str) -> bool:
    """Whether a folded word is made of digits and what stands between them."""
    return _NUMBER.fullmatch(word) is not None


class Counts(NamedTuple):
    """Words by texts: a place for each pair of a word's writing and a text in which it stands so often."""

    pairs: Numbers
    texts: Numbers
    counts: Numbers
    sizes: Numbers
    """How many words each text has."""

    def of(self, chosen: npt.NDArray[np.bool_]) -> Counts:
        """Return the counts of some of the texts alone; the texts are numbered anew."""
        kept = chosen[self.texts]
        renumbered = np.cumsum(chosen) - 1
        return Counts(self.pairs[kept], renumbered[self.texts[kept]], self.counts[kept], self.sizes[chosen])


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a selection. `number` is its place in the vocabulary."""

    number: int
    key: str
    shown: str
    count: int
    texts: int
    dp: float


class Table(NamedTuple):
    """The words of a selection, the most frequent first."""

    words: list[Word]
    total: int
    """How many words, each as often as it stands."""
    texts: int


def tabulate(counts: Counts, vocabulary: Sequence[Pair], word_of: Numbers, wanted: Callable[[str], bool]) -> Table:
    """Count the words that are `wanted` by their folded form.

    `vocabulary` names the pairs, `word_of` says which pairs are writings of one word: for each the number of the first.
    """
    size = len(vocabulary)
    by_pair = np.bincount(counts.pairs, weights=counts.counts, minlength=size).astype(np.int64)
    words = word_of[counts.pairs]
    by_word = np.bincount(words, weights=counts.counts, minlength=size).astype(np.int64)
    merged = _merged(words, counts.texts, counts.counts, len(counts.sizes))
    ranges = np.bincount(merged[0], minlength=size)
    spread = deviations(*merged, counts.sizes, size)
    best = _most_written(by_pair, word_of)
    numbers = [number for number in np.flatnonzero(by_word).tolist() if wanted(vocabulary[number][0])]
    found = [
        Word(
            number,
            vocabulary[number][0],
            vocabulary[best[number]][1],
            int(by_word[number]),
            int(ranges[number]),
            round(float(spread[number]), 3),
        )
        for number in numbers
    ]
    found.sort(key=lambda word: (-word.count, word.key))
    return Table(found, int(counts.sizes.sum()), len(counts.sizes))


def _merged(words: Numbers, texts: Numbers, counts: Numbers, most: int) -> tuple[Numbers, Numbers, Numbers]:
    """Add up the writings of a word within each text: word, text, count, none twice."""
    keys, places = np.unique(words * max(1, most) + texts, return_inverse=True)
    sums = np.bincount(places, weights=counts, minlength=len(keys)).astype(np.int64)
    return keys // max(1, most), keys % max(1, most), sums


def _most_written(by_pair: Numbers, word_of: Numbers) -> dict[int, int]:
    """Return for each word the pair by which it is most often written; of equals the first that was ever seen."""
    best: dict[int, int] = {}
    for pair in np.flatnonzero(by_pair).tolist():
        word = int(word_of[pair])
        if word not in best or by_pair[pair] > by_pair[best[word]]:
            best[word] = pair
    return best


def by_word(counts: Counts, word_of: Numbers, size: int) -> Numbers:
    """Return how often each word stands, by its number in the vocabulary."""
    return np.bincount(word_of[counts.pairs], weights=counts.counts, minlength=size).astype(np.int64)


def per_share(count: int, total: int) -> float:
    """Return how often it stands in 10,000 words."""
    return round(count / total * SHARE_OF, 2) if total else 0.0
