"""Cutting the comments apart: exactly as many as the heading says, where the breaks score best.

Nothing on the page separates comments reliably. Every line break gets a score from what stands around it; every run of
lines gets one from how well it reads as one comment; dynamic programming chooses the N runs whose sum is greatest. How
much worse the best other choice would be is the confidence of a cut.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kmwiki.formats.gotoknow.scoring import Reading, score_breaks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kmwiki.formats.gotoknow.signals import Item

_MOST_WORK = 1_500_000  # runs weighed; beyond it only the best breaks are considered
_CLEAR_BREAK = 2.5  # without a number in the heading, what a break must score to be taken
_MOST_SURE = 0.98
_LEAST_SURE = 0.05
_LIKE_A_START = 5.0  # what a break that was not taken must score to be told of: a greeting's
_UNCOUNTED = 0.6  # of the confidence, where the heading gave no number
_NEVER = -1e9


@dataclass(frozen=True, slots=True)
class Cuts:
    """Where each comment starts (positions of items; the first is 0) and how sure each of these starts is, 0 to 1."""

    starts: tuple[int, ...]
    sureness: tuple[float, ...]
    inner: tuple[int, ...] = ()
    """Where a further comment seems to start, though the heading's number leaves none for it."""


def cut(
    items: Sequence[Item], count: int | None, *, is_last_glued: bool, known: Mapping[int, float] | None = None
) -> Cuts:
    """Cut `items` into `count` comments, or as many as there are lines; None cuts wherever a break is clear.

    `is_last_glued`: no empty line stands between the last item and the footer. `known`: what names and times among the
    items add to the score of a break.
    """
    if not items:
        return Cuts((), ())
    breaks = score_breaks(items, is_last_glued=is_last_glued, count=count)
    breaks = [score + (known or {}).get(at, 0.0) for at, score in enumerate(breaks)]
    cuts = _cut(items, count, breaks)
    if count is None:
        return cuts
    inner = (at for at in range(1, len(items)) if at not in cuts.starts and _is_like_start(items, breaks, at))
    return replace(cuts, inner=tuple(inner))


def _is_like_start(items: Sequence[Item], breaks: Sequence[float], at: int) -> bool:
    """Whether another comment seems to start: the break is as good as a greeting's, or another voice greets."""
    before, after = items[at - 1], items[at]
    is_other_voice = bool(before.gender and after.gender and before.gender != after.gender)
    return breaks[at] >= _LIKE_A_START or (after.is_greeting and is_other_voice)


def _cut(items: Sequence[Item], count: int | None, breaks: Sequence[float]) -> Cuts:
    if count is None:
        starts = [at for at in range(1, len(items)) if breaks[at] >= _CLEAR_BREAK]
        return Cuts((0, *starts), (1.0, *(_sure(breaks[at] - _CLEAR_BREAK) * _UNCOUNTED for at in starts)))
    if count >= len(items):
        return Cuts(tuple(range(len(items))), tuple(_MOST_SURE for _ in items))
    allowed = _candidates(breaks, len(items), count)
    if len(allowed) == count + 1:
        return Cuts(tuple(allowed[:-1]), (1.0, *(_sure(breaks[at]) * _UNCOUNTED for at in allowed[1:-1])))
    return _best(allowed, breaks, Reading(items), count)


def _sure(margin: float) -> float:
    return max(_LEAST_SURE, min(_MOST_SURE, 1 - 0.5 * math.exp(-max(margin, 0.0))))


def _candidates(breaks: Sequence[float], size: int, count: int) -> list[int]:
    """Return the positions where a comment may start, 0 and the end included; fewer where all would take too long."""
    if count == 1:
        return [0, size]
    if count * size * size / 2 <= _MOST_WORK:
        return list(range(size + 1))
    keep = max(count - 1, min(size - 1, int(math.sqrt(2 * _MOST_WORK / count))))
    best = sorted(range(1, size), key=lambda at: breaks[at], reverse=True)[:keep]
    return [0, *sorted(best), size]


def _best(allowed: Sequence[int], breaks: Sequence[float], reading: Reading, count: int) -> Cuts:
    last = len(allowed) - 1
    run = [[0.0] * (last + 1) for _ in range(last)]
    for left in range(last):
        for right in range(left + 1, last + 1):
            run[left][right] = reading.score(allowed[left], allowed[right]) + (breaks[allowed[left]] if left else 0.0)
    ahead = _forward(run, last, count)
    behind = _backward(run, last, count)
    places = _trace(run, ahead, last, count)
    starts, sureness = [0], [1.0]
    for number in range(1, count):
        total = ahead[number][places[number]] + behind[number][places[number]]
        others = (ahead[number][at] + behind[number][at] for at in range(1, last) if at != places[number])
        starts.append(allowed[places[number]])
        sureness.append(_sure(total - max(others, default=_NEVER)))
    return Cuts(tuple(starts), tuple(sureness))


def _forward(run: Sequence[Sequence[float]], last: int, count: int) -> list[list[float]]:
    """`table[n][at]`: the best sum of n comments before candidate `at`."""
    table = [[_NEVER] * (last + 1) for _ in range(count + 1)]
    table[0][0] = 0.0
    for number in range(1, count + 1):
        before = table[number - 1]
        for at in range(number, last + 1):
            table[number][at] = max(before[left] + run[left][at] for left in range(number - 1, at))
    return table


def _backward(run: Sequence[Sequence[float]], last: int, count: int) -> list[list[float]]:
    """`table[n][at]`: the best sum of the comments from candidate `at` on, n having gone before."""
    table = [[_NEVER] * (last + 1) for _ in range(count + 1)]
    table[count][last] = 0.0
    for number in range(count - 1, -1, -1):
        after = table[number + 1]
        for at in range(number, last):
            table[number][at] = max(run[at][right] + after[right] for right in range(at + 1, last + 1))
    return table


def _trace(run: Sequence[Sequence[float]], ahead: Sequence[Sequence[float]], last: int, count: int) -> list[int]:
    places, at = [last], last
    for number in range(count, 0, -1):
        at = max(range(number - 1, at), key=lambda left, to=at, row=ahead[number - 1]: row[left] + run[left][to])  # type: ignore[misc]
        places.append(at)
    return places[::-1]
