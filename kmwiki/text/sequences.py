"""Which parts of two sequences are the same, in time that stays small for long texts.

The common beginning and end go first; what is unique in both halves of the rest anchors the alignment (the idea of
Bram Cohen's patience diff, 2005); only the gaps between anchors are compared by longest common subsequence.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz.distance import Indel

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Above this product of lengths a gap without unique anchors is taken as replaced outright.
_LCS_CELLS = 40_000_000


class Op(NamedTuple):
    """A stretch of both sequences: equal, or the one replaced by the other (either may be empty)."""

    is_same: bool
    a_start: int
    a_end: int
    b_start: int
    b_end: int


def opcodes(a: Sequence[str], b: Sequence[str]) -> list[Op]:
    """Align two sequences of tokens (or two strings); the stretches cover both, same and changed in turn."""
    found: list[Op] = []
    for op in _align(a, b):
        if op.a_start == op.a_end and op.b_start == op.b_end:
            continue
        if found and found[-1].is_same == op.is_same:
            last = found.pop()
            found.append(Op(op.is_same, last.a_start, op.a_end, last.b_start, op.b_end))
        else:
            found.append(op)
    return found


def _align(a: Sequence[str], b: Sequence[str]) -> Iterator[Op]:
    low, high = _common_ends(a, b, (0, len(a)), (0, len(b)))
    yield Op(True, 0, low, 0, low)  # noqa: FBT003 - the field's name stands in Op
    yield from _between(a, b, (low, len(a) - high), (low, len(b) - high))
    yield Op(True, len(a) - high, len(a), len(b) - high, len(b))  # noqa: FBT003


def _common_ends(a: Sequence[str], b: Sequence[str], in_a: tuple[int, int], in_b: tuple[int, int]) -> tuple[int, int]:
    """Count the equal items at the beginning and then at the end of two ranges."""
    shorter = min(in_a[1] - in_a[0], in_b[1] - in_b[0])
    low = 0
    while low < shorter and a[in_a[0] + low] == b[in_b[0] + low]:
        low += 1
    high = 0
    while high < shorter - low and a[in_a[1] - 1 - high] == b[in_b[1] - 1 - high]:
        high += 1
    return low, high


def _between(a: Sequence[str], b: Sequence[str], in_a: tuple[int, int], in_b: tuple[int, int]) -> Iterator[Op]:
    """Align two ranges by what is unique in both, and the gaps by longest common subsequence."""
    at_a, at_b = in_a[0], in_b[0]
    for next_a, next_b in [*_anchors(a, b, in_a, in_b), (in_a[1], in_b[1])]:
        if (next_a, next_b) != (at_a, at_b):
            yield from _gap(a, b, (at_a, next_a), (at_b, next_b))
        if next_a < in_a[1] and next_b < in_b[1]:
            yield Op(True, next_a, next_a + 1, next_b, next_b + 1)  # noqa: FBT003
        at_a, at_b = next_a + 1, next_b + 1


def _anchors(a: Sequence[str], b: Sequence[str], in_a: tuple[int, int], in_b: tuple[int, int]) -> list[tuple[int, int]]:
    """Find items that occur once in each range, keeping the longest run of them that stands in the same order."""
    count_a, count_b = Counter(a[in_a[0] : in_a[1]]), Counter(b[in_b[0] : in_b[1]])
    place_b = {b[at]: at for at in range(*in_b) if count_b[b[at]] == 1}
    pairs = [(at, place_b[a[at]]) for at in range(*in_a) if count_a[a[at]] == 1 and a[at] in place_b]
    tails: list[int] = []
    tail_pairs: list[int] = []
    before = [-1] * len(pairs)
    for index, (_, at_b) in enumerate(pairs):
        depth = bisect_left(tails, at_b)
        before[index] = tail_pairs[depth - 1] if depth else -1
        tails[depth : depth + 1] = [at_b]
        tail_pairs[depth : depth + 1] = [index]
    chain: list[tuple[int, int]] = []
    index = tail_pairs[-1] if tail_pairs else -1
    while index >= 0:
        chain.append(pairs[index])
        index = before[index]
    return chain[::-1]


def _gap(a: Sequence[str], b: Sequence[str], in_a: tuple[int, int], in_b: tuple[int, int]) -> Iterator[Op]:
    size_a, size_b = in_a[1] - in_a[0], in_b[1] - in_b[0]
    if not size_a or not size_b or size_a * size_b > _LCS_CELLS:
        yield Op(False, *in_a, *in_b)  # noqa: FBT003
        return
    for op in Indel.opcodes(a[slice(*in_a)], b[slice(*in_b)]):
        starts_a, starts_b = in_a[0], in_b[0]
        yield Op(
            op.tag == "equal",
            starts_a + op.src_start,
            starts_a + op.src_end,
            starts_b + op.dest_start,
            starts_b + op.dest_end,
        )
