"""Keywords in their contexts: which places are lines, where a context is cut, and what lines are sorted by.

After the KWIC index of H. P. Luhn, "Key word-in-context index for technical literature", American Documentation 11(4),
1960, pp. 288-295. Thai writes no blanks between words, so contexts are sorted by the words of the segmenter, the left
one read from the keyword outwards, each word by its place in the Thai dictionary.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING

from kmwiki.text.clusters import is_boundary
from kmwiki.text.thai import sort_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

OUTWARD = 5
"""So many words of a context decide its place; further ones are never looked at."""
LEAST_WIDTH, MOST_WIDTH, WIDTH = 20, 200, 60

word_key = lru_cache(maxsize=65_536)(sort_key)
"""What a word is sorted by; the same few words stand beside most keywords."""

Range = tuple[int, int]


def without_overlaps(found: Iterable[Range]) -> list[Range]:
    """Keep of places that share characters the one that begins first, of those the longest: one line for each."""
    kept: list[Range] = []
    for start, end in sorted(found, key=lambda one: (one[0], -one[1])):
        if end > start and (not kept or start >= kept[-1][1]):
            kept.append((start, end))
    return kept


def before(text: str, start: int, width: int) -> str:
    """Return at most `width` code points before a place, beginning between two clusters."""
    at = max(0, start - width)
    while at < start and not is_boundary(text, at):
        at += 1
    return text[at:start]


def behind(text: str, end: int, width: int) -> str:
    """Return at most `width` code points behind a place, ending between two clusters."""
    at = min(len(text), end + width)
    while at > end and not is_boundary(text, at):
        at -= 1
    return text[end:at]


def left_key(text: str, starts: Sequence[int], at: int) -> tuple[str, ...]:
    """Return what the context before `at` is sorted by: its nearest words, the nearest first.

    `starts` are the places where the tokens of the text begin, in order. Of a word that the keyword begins within, the
    piece before it counts.
    """
    found: list[str] = []
    for piece in _leftwards(text, starts, at):
        if _is_word(piece):
            found.append(word_key(piece))
            if len(found) == OUTWARD:
                break
    return tuple(found)


def right_key(text: str, starts: Sequence[int], at: int) -> tuple[str, ...]:
    """Return what the context from `at` on is sorted by: its nearest words in reading order."""
    found: list[str] = []
    for piece in _rightwards(text, starts, at):
        if _is_word(piece):
            found.append(word_key(piece))
            if len(found) == OUTWARD:
                break
    return tuple(found)


def _leftwards(text: str, starts: Sequence[int], at: int) -> Iterator[str]:
    place, end = bisect_left(starts, at) - 1, at
    for number in range(place, -1, -1):
        yield text[starts[number] : end]
        end = starts[number]


def _rightwards(text: str, starts: Sequence[int], at: int) -> Iterator[str]:
    start = at
    for number in range(bisect_right(starts, at), len(starts)):
        yield text[start : starts[number]]
        start = starts[number]
    yield text[start:]


def _is_word(piece: str) -> bool:
    return any(char.isalnum() for char in piece)
