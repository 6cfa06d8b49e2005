"""Where an alignment of two texts could as well be another one.

After 'มา มา' became 'มา', nobody can tell which of the two was deleted: what stood on either may have gone. A stretch
beside a change is in doubt when the same characters stand again so near that the change may have happened on their
other side. How near: as far as the changes hereabouts could have shifted the text. How many characters: any number
where the change could slide over them and stay one change; otherwise more than come back by chance.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import regex

from kmwiki.text.clusters import is_boundary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_CLUSTER = regex.compile(r"\X")
_FIRST_LOOK = 64
_ISLAND = 4
_BY_CHANCE = 4
# How many characters a return may lack, and how many in a row make it worth looking.
_MISSING, _GRAM = 8, 10
# Changes reach at least and at most so far, in code points.
_NEAR, _FAR = 24, 1200


class Run(NamedTuple):
    """Old [start, end) stands unchanged at `to` in the new text."""

    start: int
    end: int
    to: int


class _Zone(NamedTuple):
    start: int
    end: int


class Doubts:
    """The stretches of the old text that `runs` may have aligned wrongly."""

    def __init__(self, old: str, new: str, runs: Sequence[Run]) -> None:
        gaps = _gaps(old, new, runs)
        strong: set[_Zone] = set(_islands(old, gaps))
        weak: set[_Zone] = set()
        reach = min(_NEAR + sum(gap.size for gap in gaps), _FAR)
        weak.update(_wandering(old, new, runs, reach))
        for gap in gaps:
            for zone, is_strong in (*_before(old, new, gap, reach), *_after(old, new, gap, reach)):
                (strong if is_strong else weak).add(zone)
        self._strong = _joined(strong)
        self._weak = _joined(weak)

    def cover(self, start: int, end: int) -> bool:
        """Tell whether the passage [start, end) may belong elsewhere, in whole or in part."""
        at = bisect_right(self._strong, start, key=lambda zone: zone.end)
        if at < len(self._strong) and self._strong[at].start < end:
            return True
        at = bisect_right(self._weak, start, key=lambda zone: zone.end)
        return at < len(self._weak) and self._weak[at].start <= start and end <= self._weak[at].end


class _Gap(NamedTuple):
    """A change: old [a_start, a_end) became new [b_start, b_end); how far unchanged text reaches on either side."""

    a_start: int
    a_end: int
    b_start: int
    b_end: int
    before: int
    after: int

    @property
    def size(self) -> int:
        """How far this change can have shifted what follows."""
        return self.a_end - self.a_start + self.b_end - self.b_start


def _gaps(old: str, new: str, runs: Sequence[Run]) -> list[_Gap]:
    whole = [Run(0, 0, 0), *runs, Run(len(old), len(old), len(new))]
    found = []
    for left, right in pairwise(whole):
        b_start = left.to + left.end - left.start
        if left.end < right.start or b_start < right.to:
            found.append(_Gap(left.end, right.start, b_start, right.to, left.end - left.start, right.end - right.start))
    return found


def _before(old: str, new: str, gap: _Gap, reach: int) -> Iterator[tuple[_Zone, bool]]:
    """Yield what of the run before the gap stands again behind its place, in the old text or in the new one."""
    kept = old[gap.a_start - gap.before : gap.a_start]
    for text, start, end in ((old, gap.a_start, gap.a_end), (new, gap.b_start, gap.b_end)):
        size, is_strong = _again(kept, text[start : end + reach], end - start)
        yield _inner(old, gap.a_start - size, gap.a_start), is_strong


def _after(old: str, new: str, gap: _Gap, reach: int) -> Iterator[tuple[_Zone, bool]]:
    """Yield what of the run after the gap stands again before its place."""
    kept = old[gap.a_end : gap.a_end + gap.after][::-1]
    for text, start, end in ((old, gap.a_start, gap.a_end), (new, gap.b_start, gap.b_end)):
        size, is_strong = _again(kept, text[max(start - reach, 0) : end][::-1], end - start)
        yield _inner(old, gap.a_end, gap.a_end + size), is_strong


def _islands(old: str, gaps: Sequence[_Gap]) -> Iterator[_Zone]:
    """Yield the runs between two changes that are so short, or so small beside them, that chance may have kept them."""
    for left, right in pairwise(gaps):
        size = right.a_start - left.a_end
        clusters = _CLUSTER.findall(old[left.a_end : min(right.a_start, left.a_end + 8 * _ISLAND)])
        if len(clusters) < _ISLAND or 2 * size < left.size + right.size:
            yield _Zone(left.a_end, right.a_start)


def _wandering(old: str, new: str, runs: Sequence[Run], reach: int) -> Iterator[_Zone]:
    """Yield the runs between two changes that stand as a whole in another place nearby, too."""
    for run in runs:
        size = run.end - run.start
        if run.start > 0 and run.end < len(old) and size <= reach:
            text = old[run.start : run.end]
            around = ((new, run.to), (old, run.start))
            for where, at in around:
                before = where.find(text, max(at - reach, 0), at + size - 1)
                after = where.find(text, at + 1, at + size + reach)
                if before >= 0 or after >= 0:
                    yield _Zone(run.start, run.end)
                    break


def _joined(zones: set[_Zone]) -> list[_Zone]:
    found: list[_Zone] = []
    for zone in sorted(zones):
        if zone.start == zone.end:
            continue
        if found and zone.start <= found[-1].end:
            found[-1] = _Zone(found[-1].start, max(zone.end, found[-1].end))
        else:
            found.append(zone)
    return found


def _inner(old: str, start: int, end: int) -> _Zone:
    """Shrink to whole clusters."""
    while start < end and not is_boundary(old, start):
        start += 1
    while start < end and not is_boundary(old, end):
        end -= 1
    return _Zone(start, end)


def _again(kept: str, behind: str, width: int) -> tuple[int, bool]:
    """Say how much of the end of `kept` stands again within `kept + behind`, and whether that counts by itself.

    A return that ends `width` behind is the change sliding over it. A few characters at the very end may be missing
    from the return: they could have gone with the change.
    """
    if not kept or not behind:
        return 0, False
    best, slide = _longest(kept, behind, width)
    is_chance = len(_CLUSTER.findall(kept[-best:])) < _BY_CHANCE if best else True
    for drop in range(1, min(_MISSING, len(kept) - _GRAM)):
        rest, tail = kept[:-drop], kept[-drop:]
        if drop + _GRAM > best and rest[-_GRAM:] in (tail + behind)[:-1]:
            size, _ = _longest(rest, tail + behind, 0)
            if len(_CLUSTER.findall(rest[-size:])) >= 2 * _BY_CHANCE:
                best, is_chance = max(best, drop + size), False
    if slide and (is_chance or slide == best):
        return slide, True
    return best, not is_chance


def _longest(kept: str, behind: str, width: int) -> tuple[int, int]:
    """Give the longest end of `kept` that stands again up to the end of `behind`, and the one that ends at `width`."""
    look = _FIRST_LOOK
    while True:
        tail = kept[-look:][::-1]
        sizes = _prefixes(tail, behind[::-1] + tail)[: len(behind)]
        best = max(sizes)
        if best < len(tail) or len(tail) == len(kept):
            return best, sizes[len(behind) - width] if width else 0
        look *= 4


def _prefixes(pattern: str, text: str) -> list[int]:
    """For each place of `text`, how much of the beginning of `pattern` stands there (the Z function; Gusfield 1997)."""
    joined = pattern + "\x00" + text
    sizes = [0] * len(joined)
    left = right = 0
    for at in range(1, len(joined)):
        size = min(right - at, sizes[at - left]) if at < right else 0
        while at + size < len(joined) and joined[size] == joined[at + size]:
            size += 1
        sizes[at] = size
        if at + size > right:
            left, right = at, at + size
    return sizes[len(pattern) + 1 :]
