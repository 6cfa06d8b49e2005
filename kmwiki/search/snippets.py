"""Passages of a text around what was looked for, with places to mark. Cuts fall between clusters, never inside one."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice, zip_longest
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from kmwiki.search.engine import Fact, Has, Leaf
from kmwiki.search.equals import Said, said_in
from kmwiki.text.clusters import snap
from kmwiki.text.thai import Folded, fold_with_map
from kmwiki.text.words import segmenter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_MORE = re.compile(r"\S")
_BLANK = re.compile(r"\s")
WIDTH = 170
BEFORE = 50
MOST = 3
NEAR = 20
MOST_PLACES = 150
SHORT = 500
"""Of shorter pieces of a text many are kept cut into words, of longer ones few."""
MOST_LEAVES, MOST_OF_ONE, MOST_TRIED = 40, 100, 10_000
"""So much is marked in one text: different things, places of each, and how often a beginning of a word is tried."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """`text` is the source text's [start, end), unchanged; `marks` are ranges within it."""

    text: str
    start: int
    end: int
    marks: tuple[tuple[int, int], ...]
    goes_on: bool = False


class Place(NamedTuple):
    """Where something that was looked for stands in the original text. A tuple, since a page makes thousands."""

    start: int
    end: int
    leaf: int


@lru_cache(maxsize=512)
def folded_once(key: tuple[int, int], text: str) -> Folded:
    """Fold a revision's text, kept for the next page; the key tells revisions apart before their texts are compared."""
    del key
    return fold_with_map(text)


@lru_cache(maxsize=4096)
def folded_title(text: str) -> Folded:
    """Fold a title, kept for the next page."""
    return fold_with_map(text)


@lru_cache(maxsize=2048)
def passages_once(key: tuple[int, int], text: str, leaves: tuple[Leaf, ...]) -> tuple[Snippet, ...]:
    """Choose the passages of a revision, kept: who ticks a facet or turns back a page sees the same texts again."""
    return tuple(snippets(text, places(folded_once(key, text), leaves), leaves))


def places(folded: Folded, leaves: Sequence[Leaf]) -> list[Place]:
    """Find the leaves in a text, in order of place; what is shown of them is snapped to clusters later.

    Of many the longest are taken, and the first places of each: a letter that stands everywhere hides no rare word.
    """
    text, original = folded.text, folded.original
    by_rank: list[list[Place]] = []
    for number, leaf in _by_length(leaves):
        if isinstance(leaf, Has) and leaf.text not in text:
            continue
        here = [Place(*original(*at), number) for at in islice(found_in(text, leaf), MOST_OF_ONE)]
        if here:
            by_rank.append(here)
            if len(by_rank) >= MOST_LEAVES:
                break
    if len(by_rank) == 1:
        return list(dict.fromkeys(by_rank[0]))  # one thing, in the order in which it was found
    taken = islice(filter(None, chain.from_iterable(zip_longest(*by_rank))), MOST_PLACES)
    return sorted(set(taken), key=lambda place: (place.start, -place.end))


class _Last:
    """The leaves that were put in order last: those of a page are sought in many texts, one after the other."""

    order: ClassVar[tuple[Sequence[Leaf], list[tuple[int, Leaf]]]] = ((), [])


def _by_length(leaves: Sequence[Leaf]) -> list[tuple[int, Leaf]]:
    """Return the leaves with their numbers, each once, the longest first."""
    given, order = _Last.order
    if given is not leaves:
        first = {leaf: number for number, leaf in reversed(list(enumerate(leaves)))}
        order = sorted(((number, leaf) for leaf, number in first.items()), key=lambda one: (-_length(one[1]), one[0]))
        if isinstance(leaves, tuple):  # a list may be another one by the next time
            _Last.order = leaves, order
    return order


def found_in(folded: str, leaf: Leaf) -> Iterator[tuple[int, int]]:
    """Yield where something stands in a folded text, in order, as ranges of it."""
    if isinstance(leaf, Fact):
        yield from ((one.start, one.end) for one in _said(folded) if one.fact == leaf.name)
        return
    at = folded.find(leaf.text)
    start, end, edges = 0, 0, frozenset[int]()
    for _ in range(MOST_TRIED):
        if at < 0 or not leaf.text:
            return
        if leaf.starts_word and at >= end:
            # Words are cut between two blanks: none reaches over one.
            start, end = folded.rfind(" ", 0, at) + 1, (folded.find(" ", at) + 1 or len(folded) + 1)
            edges = (_edges if end - start < SHORT else _edges_of_long)(folded[start : end - 1])
        if not leaf.starts_word or at - start in edges:
            yield at, at + len(leaf.text)
        at = folded.find(leaf.text, at + 1)


@lru_cache(maxsize=128)
def _said(folded: str) -> tuple[Said, ...]:
    return tuple(said_in(folded))


@lru_cache(maxsize=4096)
def _edges(piece: str) -> frozenset[int]:
    return frozenset(word.start for word in segmenter().words(piece))


@lru_cache(maxsize=16)
def _edges_of_long(piece: str) -> frozenset[int]:
    return frozenset(word.start for word in segmenter().words(piece))


def merged(text: str, found: Iterable[Place]) -> list[tuple[int, int]]:
    """Join places that touch or overlap into ranges to mark, their ends between clusters."""
    return _joined(snap(text, start, end) for start, end in _joined((place.start, place.end) for place in found))


def _joined(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in ranges:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def snippets(text: str, found: Sequence[Place], leaves: Sequence[Leaf], *, most: int = MOST) -> list[Snippet]:
    """Choose the passages that tell most: those with the most different and the rarest of what was looked for."""
    if not found:
        return []
    chosen: list[int] = []
    for start in _by_worth(found, leaves):
        if all(abs(start - other) >= WIDTH for other in chosen):
            chosen.append(start)
            if len(chosen) == most:
                break
    ranges = _joined((place.start, place.end) for place in found)
    lows = [low for low, _ in ranges]
    return [_snippet(text, start, ranges, lows) for start in sorted(chosen)]


def _by_worth(found: Sequence[Place], leaves: Sequence[Leaf]) -> list[int]:
    """Return where passages may begin, those that tell most first."""
    counts = Counter(place.leaf for place in found)
    starts = dict.fromkeys(place.start for place in found)
    if len(counts) == 1:
        return list(starts)  # each tells as much as any other
    worth = {leaf: _length(leaves[leaf]) / count**0.5 for leaf, count in counts.items()}
    reach = WIDTH - BEFORE
    at_start = [place.start for place in found]
    windows: list[tuple[float, int]] = []
    for start in starts:
        until = start + reach
        here = found[bisect_left(at_start, start) : bisect_left(at_start, until)]
        inside = {one.leaf for one in here if one.end <= until}
        windows.append((-sum(worth[leaf] for leaf in inside), start))
    return [start for _, start in sorted(windows)]


def _length(leaf: Leaf) -> int:
    return min(len(leaf.text), 12) if isinstance(leaf, Has) else 12


def _snippet(text: str, around: int, ranges: Sequence[tuple[int, int]], lows: Sequence[int]) -> Snippet:
    """Cut a passage around a place, at blanks where one is near. `lows` are the beginnings of the ranges."""
    start = max(0, around - BEFORE)
    end = min(len(text), around + WIDTH - BEFORE)
    for _, high in reversed(ranges[bisect_left(lows, around) : bisect_left(lows, end)]):
        if high - around <= 2 * WIDTH:
            end = max(end, high)
            break
    if start > 0:
        start = _after_blank(text, start, around)
    if end < len(text):
        before = bisect_left(lows, end)
        end = _before_blank(text, end, ranges[before - 1][1] if before else 0)
    start, end = snap(text, start, end)
    first = max(0, bisect_right(lows, start) - 1)
    here = (one for one in ranges[first : bisect_left(lows, end)] if one[1] > start)
    inside = _joined(snap(text, low, high) for low, high in here)
    marks = tuple((max(low, start) - start, min(high, end) - start) for low, high in inside)
    return Snippet(text[start:end], start, end, marks, goes_on=_MORE.search(text, end) is not None)


def _after_blank(text: str, start: int, limit: int) -> int:
    """Move a beginning behind a near blank, else to the beginning of a word, but not beyond `limit`."""
    blank = _BLANK.search(text, start, min(start + NEAR, limit))
    if blank is not None:
        return blank.end()
    around = max(0, start - NEAR)
    starts, _ = _word_ends(text[around : start + NEAR])
    return next((around + one for one in starts if start <= around + one <= limit), start)


def _before_blank(text: str, end: int, limit: int) -> int:
    """Move an end before a near blank, else to the end of a word, but not before `limit`."""
    blank = _BLANK.search(text[max(end - NEAR, limit) : end][::-1])
    if blank is not None:
        return end - blank.end()
    around = max(0, end - NEAR)
    _, ends = _word_ends(text[around : end + NEAR])
    return max((around + one for one in ends if limit <= around + one <= end), default=end)


@lru_cache(maxsize=8192)
def _word_ends(text: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return where the words of a few characters begin and end."""
    words = segmenter().words(text)
    return tuple(word.start for word in words), tuple(word.end for word in words)


def opening(text: str, *, length: int = WIDTH) -> Snippet | None:
    """Return how a text begins, for a hit that has nothing to mark in it."""
    start = len(text) - len(text.lstrip())
    if start == len(text):
        return None
    start, end = snap(text, start, min(len(text), start + length))
    return Snippet(text[start:end], start, end, (), goes_on=_MORE.search(text, end) is not None)
