"""Whether one text held in memory meets a condition that is more than a string: near, a column, a range, a key."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Protocol

from kmwiki.search.engine import Column, Has, Keys, Near, Span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_PLACES = 20_000
"""So many places of a string are looked at in one text."""


class Text(Protocol):
    """What is looked at of a text; `view.Held` is one."""

    @property
    def key(self) -> str:
        """What it is."""

    @property
    def text(self) -> str:
        """Its folded parts."""

    @property
    def edges(self) -> bytes:
        """A bit for each place where a word begins or ends."""

    @property
    def title_end(self) -> int:
        """Where its title ends."""

    @property
    def lead_end(self) -> int:
        """Where its lead ends."""

    @property
    def columns(self) -> Mapping[str, tuple[str, ...]]:
        """What it is filtered by."""


Condition = Near | Column | Span | Keys


def holds(text: Text, condition: Condition) -> bool:
    """Whether the text meets the condition."""
    if isinstance(condition, Keys):
        return text.key in condition.keys
    if isinstance(condition, Near):
        return is_near(text, condition)
    values = text.columns.get(condition.name, ())
    if isinstance(condition, Column):
        return bool(values) if not condition.values else not condition.values.isdisjoint(values)
    if not values:
        return False
    return (not condition.last or values[0] <= condition.last) and (
        not condition.first or values[-1] >= condition.first
    )


def is_near(text: Text, condition: Near) -> bool:
    """Whether both sides stand close enough somewhere. Only the nearest neighbours of a place can be."""
    left, right = _spans(text, condition.left), _spans(text, condition.right)
    return _follows(text, left, right, condition.within) or _follows(text, right, left, condition.within)


def _follows(text: Text, first: Sequence[tuple[int, int]], second: Sequence[tuple[int, int]], within: int) -> bool:
    """Whether one of `second`, ordered by beginning, follows one of `first` with at most `within` words between."""
    starts = [start for start, _ in second]
    for _, end in first:
        at = bisect_left(starts, end)
        if at < len(starts) and words_between(text, end, starts[at], within) <= within:
            return True
    return False


def words_between(text: Text, start: int, end: int, most: int) -> int:
    """Count the words that stand wholly in [start, end), no further than one more than `most`."""
    count, begin = 0, -1
    for offset in range(start, end + 1):
        byte = offset >> 3
        if byte < len(text.edges) and text.edges[byte] >> (offset & 7) & 1:
            if begin >= 0 and any(char.isalnum() for char in text.text[begin:offset]):
                count += 1
                if count > most:
                    break
            begin = offset
    return count


def _spans(text: Text, leaves: Sequence[Has]) -> list[tuple[int, int]]:
    return sorted({span for leaf in leaves for span in _places(text, leaf)})


def _places(text: Text, leaf: Has) -> list[tuple[int, int]]:
    start, stop = reach(text, leaf.part)
    found: list[tuple[int, int]] = []
    at = text.text.find(leaf.text, start, stop) if leaf.text else -1
    while at >= 0 and len(found) < MOST_PLACES:
        if not leaf.starts_word or text.edges[at >> 3] >> (at & 7) & 1:
            found.append((at, at + len(leaf.text)))
        at = text.text.find(leaf.text, at + 1, stop)
    return found


def reach(text: Text, part: str) -> tuple[int, int]:
    """Return the range of a part of the text: `title`, `lead`, `body`, or all of it."""
    if part == "title":
        return 0, text.title_end
    if part == "lead":
        return text.title_end, text.lead_end
    return (text.lead_end, len(text.text)) if part == "body" else (0, len(text.text))
