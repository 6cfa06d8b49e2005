"""How alike two passages are: tf-idf over Thai words and over runs of three letters, reckoned on this machine alone.

Words say what a passage is about, runs of letters forgive spelling and what the dictionary cuts otherwise. A passage is
kept as numbers of features (hashed, two may fall together, which costs a little sharpness and nothing else), so that
thousands are compared by a few operations on arrays. Likeness is the cosine, 0 to 1.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from itertools import pairwise
from math import log
from typing import TYPE_CHECKING

import numpy as np

from kmwiki.text.thai import fold
from kmwiki.text.words import segmenter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SIZE = 1 << 18
"""So many features are told apart."""
LONGEST = 2000
"""Code points of a passage that are looked at."""
_LETTERS_WEIGH = 0.5
_BLANKS = re.compile(r"\s+")


class Features:
    """What a passage is made of: numbers of features and how much each counts."""

    __slots__ = ("amounts", "ids")

    def __init__(self, ids: NDArray[np.int32], amounts: NDArray[np.float32]) -> None:
        self.ids = ids
        self.amounts = amounts


def features(text: str) -> Features:
    """Take a passage apart. The same passage always gives the same features."""
    counts: Counter[int] = Counter()
    words = [word for word in _words(text) if len(word) > 1]
    counts.update(_number(f"w {word}") for word in words)
    counts.update(_number(f"b {first} {second}") for first, second in pairwise(words))
    letters: Counter[int] = Counter()
    for run in _BLANKS.split(fold(text[:LONGEST])):
        letters.update(_number(f"l {run[at : at + 3]}") for at in range(len(run) - 2))
    ids = [*counts, *letters]
    amounts = [1 + log(each) for each in counts.values()]
    amounts += [_LETTERS_WEIGH * (1 + log(each)) for each in letters.values()]
    return Features(np.array(ids, dtype=np.int32), np.array(amounts, dtype=np.float32))


class Likeness:
    """Passages that others are compared with. Each is known by its place in the sequence it was made of."""

    def __init__(self, passages: Sequence[Features]) -> None:
        sizes = [each.ids.size for each in passages]
        self.size = len(passages)
        self._rows = np.repeat(np.arange(self.size, dtype=np.int32), sizes)
        self._ids = np.concatenate([each.ids for each in passages]) if passages else np.zeros(0, np.int32)
        amounts = np.concatenate([each.amounts for each in passages]) if passages else np.zeros(0, np.float32)
        spread = np.bincount(self._ids, minlength=SIZE)
        self._rarity = np.log((1 + self.size) / (1 + spread)).astype(np.float32) + 1
        weights = amounts * self._rarity[self._ids]
        lengths = np.sqrt(np.bincount(self._rows, weights=weights**2, minlength=self.size))
        self._weights = (weights / np.maximum(lengths, 1e-9)[self._rows]).astype(np.float32)

    def to(self, wanted: Features) -> NDArray[np.float64]:
        """Return how like the wanted passage each of these is."""
        asked = np.zeros(SIZE, dtype=np.float32)
        asked[wanted.ids] = wanted.amounts * self._rarity[wanted.ids]
        length = float(np.linalg.norm(asked))
        if not self.size or not length:
            return np.zeros(self.size)
        near = np.bincount(self._rows, weights=self._weights * asked[self._ids], minlength=self.size)
        return np.asarray(near, dtype=np.float64) / length


def _words(text: str) -> list[str]:
    return [fold(word.text) for word in segmenter().words(text[:LONGEST]) if word.is_word]


def _number(name: str) -> int:
    return zlib.crc32(name.encode()) % SIZE
