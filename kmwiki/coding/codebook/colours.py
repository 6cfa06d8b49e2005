"""Which colour and pattern a new code gets: the first unused pair that its siblings leave clearest. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

HUES = 12
STEP = 5  # round the wheel: it visits every hue once and never a neighbour of the last one

Pair = tuple[int, int]


def choose(siblings: Sequence[Pair], used: Collection[Pair], *, hue: int | None = None) -> Pair:
    """Return (colour, pattern), each 1 to 12, for a new code.

    `siblings` are the pairs of the codes under the same parent, oldest first; `used` those of the whole codebook. The
    hue farthest from the siblings wins, and among its patterns, its own first, one that no sibling has. `hue` fixes the
    colour. When all 144 pairs are taken, the one used least is taken again.
    """
    hues = [hue] if hue else _by_distance([pair[0] for pair in siblings])
    taken = {pair[1] for pair in siblings}
    pairs = [(colour, pattern) for colour in hues for pattern in _patterns(colour)]
    in_use = Counter(used)
    fresh = [pair for pair in pairs if not in_use[pair]]
    for pair in fresh:
        if pair[1] not in taken:
            return pair
    return fresh[0] if fresh else min(pairs, key=lambda pair: in_use[pair])


def _by_distance(taken: Sequence[int]) -> list[int]:
    first = taken[-1] if taken else 1 - STEP
    wheel = [(first - 1 + STEP * turn) % HUES + 1 for turn in range(1, HUES + 1)]
    return sorted(wheel, key=lambda hue: -min((_apart(hue, other) for other in taken), default=0))


def _apart(one: int, other: int) -> int:
    steps = abs(one - other) % HUES
    return min(steps, HUES - steps)


def _patterns(hue: int) -> list[int]:
    return [(hue - 1 + turn) % HUES + 1 for turn in range(HUES)]
