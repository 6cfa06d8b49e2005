"""The scores behind the cuts: what speaks for a break before a line, and how well a run of lines reads as one comment.

The weights were set by hand on the meaning of each sign, not fitted to any page; an ordinary break between paragraphs
scores 0, a greeting 5.
"""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kmwiki.formats.gotoknow.signals import Item


def score_breaks(items: Sequence[Item], *, is_last_glued: bool, count: int | None) -> list[float]:
    """Score a break before each item by the two lines around it; position 0 is no break."""
    glued = sum(
        after.empty_before == 0 and not (before.is_bullet and after.is_bullet) for before, after in pairwise(items)
    )
    are_gaps_telling = count is not None and 0 < glued <= 2 * (count - 1)
    scores = [0.0]
    for at, (before, after) in enumerate(pairwise(items), 1):
        score = _score_start(before, after) + _score_end(before, after) + _score_gap(before, after)
        if are_gaps_telling and after.empty_before == 0 and not before.is_bullet:
            score += 1.0
        if is_last_glued and at == len(items) - 1 and after.empty_before:
            score += 4.0  # the last comment is one bare line: the platform's paragraphs bring an empty line each
        scores.append(score)
    return scores


def _score_start(before: Item, after: Item) -> float:
    score = 0.0
    if after.marker is not None:
        score += 6.0
    if after.is_greeting:
        score += 0.5 if before.is_full_name or before.is_greeting else 5.0
    elif after.is_visit or (after.is_thanks and not after.is_closing):
        score += 2.5
    elif after.is_call:
        score += 3.0
    elif after.is_address or after.is_reaction or after.is_encouraging:
        score += 1.0
    if after.is_full_name and not before.is_closing:
        score += 2.5
    if after.goes_on:
        score -= 1.5
    if after.is_closing and after.is_short:
        score -= 1.5
    return score


def _score_end(before: Item, after: Item) -> float:
    score = 0.0
    if before.is_closing:
        score += 2.5
    elif before.is_encouraging:
        score += 1.5
    elif before.ends_politely:
        score += 1.0
    if before.is_nickname and after.is_greeting:
        score += 1.0
    if before.stays_open:
        score -= 4.0
    if before.is_bare_greeting:
        score -= 4.0
    return score


def _score_gap(before: Item, after: Item) -> float:
    score = 0.0
    if after.has_blank_paragraph and not before.is_bare_greeting:
        score += 2.0
    elif after.empty_before > 1:
        score += 0.8
    if after.is_indented and not before.is_indented:
        score += 1.0
    if after.is_bullet:
        score -= 3.0 if before.is_bullet or before.stays_open else 1.0
    if before.is_bullet and not after.is_bullet and not after.is_greeting:
        score -= 0.5  # a remark that closes a list
    if before.gender and after.gender:
        score += 2.5 if before.gender != after.gender else -0.7
    return score


class Reading:
    """How well any run of items reads as one comment; each question is answered in constant time."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._items = items
        self._greetings = _sums(item.is_greeting for item in items)
        self._closings = _sums(item.is_closing for item in items)
        self._markers = _sums(item.marker is not None for item in items)
        self._men = _sums(item.gender == "m" for item in items)
        self._women = _sums(item.gender == "f" for item in items)

    def score(self, start: int, end: int) -> float:
        """Score the run from `start` to `end` (exclusive): 0 is an ordinary comment, less is an odd one."""
        first, last, size = self._items[start], self._items[end - 1], end - start
        score = -0.01 * size * size
        inner = start + (2 if first.is_full_name and size > 1 else 1)
        score -= 4.0 * self._among(self._greetings, inner, end) + 6.0 * self._among(self._markers, start + 1, end)
        score -= 1.0 * self._among(self._closings, start, end - 2)
        men, women = self._among(self._men, start, end), self._among(self._women, start, end)
        score -= 3.0 * min(men, women, 2)
        if size == 1 and first.is_short:
            score -= self._odd_alone(last)
        return score

    @staticmethod
    def _odd_alone(item: Item) -> float:
        if item.is_closing or item.is_full_name:
            return 3.0
        if item.is_nickname:
            return 2.5
        return 2.0 if item.is_bare_greeting else 0.0

    @staticmethod
    def _among(sums: Sequence[int], start: int, end: int) -> int:
        return sums[end] - sums[start] if end > start else 0


def _sums(flags: Iterable[bool]) -> list[int]:
    return [0, *accumulate(int(flag) for flag in flags)]
