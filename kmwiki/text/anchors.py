"""Where a coded passage stands after the text was edited.

The two texts are aligned by words, the changed stretches again by clusters; a passage is followed along its own
characters only. It is never looked for elsewhere: the same words in another place are another passage.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import regex

from kmwiki.text.clusters import snap
from kmwiki.text.doubt import Doubts, Run
from kmwiki.text.sequences import Op, opcodes
from kmwiki.text.words import segmenter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

State = Literal["placed", "changed", "lost"]

_CLUSTER = regex.compile(r"\X")


@dataclass(frozen=True, slots=True)
class Carried:
    """Where a passage stands in the new text: exactly (`placed`), with other words in it (`changed`), or nowhere."""

    state: State
    start: int | None
    end: int | None


def carry(old_text: str, new_text: str, spans: Sequence[tuple[int, int]]) -> list[Carried]:
    """Say for each passage of the old text, in the given order, where it stands in the new one.

    `placed` means that every character of the passage is there, in one piece, and nothing was put between; `changed`
    that some of them are, from the first kept to the last kept one, at whole clusters; `lost` that too little is left.
    """
    if old_text == new_text:
        return [Carried("placed", start, end) for start, end in spans]
    kept = _kept(old_text, new_text)
    doubts = Doubts(old_text, new_text, kept)
    return [_carried(kept, doubts, new_text, span) for span in spans]


def _kept(old: str, new: str) -> list[Run]:
    low, high = 0, 0
    shorter = min(len(old), len(new))
    while low < shorter and old[low] == new[low]:
        low += 1
    low = min(snap(old, low, low)[0], snap(new, low, low)[0])
    while high < shorter - low and old[-1 - high] == new[-1 - high]:
        high += 1
    runs = [Run(0, low, 0)]
    runs += _by_words(old[low : len(old) - high], new[low : len(new) - high], low)
    runs.append(Run(len(old) - high, len(old), len(new) - high))
    return [run for run in runs if run.end > run.start]


def _by_words(old: str, new: str, shift: int) -> Iterator[Run]:
    olds = [word.text for word in segmenter().words(old)]
    news = [word.text for word in segmenter().words(new)]
    a_at = [0]
    for text in olds:
        a_at.append(a_at[-1] + len(text))
    b_at = [0]
    for text in news:
        b_at.append(b_at[-1] + len(text))
    for op in opcodes(olds, news):
        a_start, a_end, b_start, b_end = a_at[op.a_start], a_at[op.a_end], b_at[op.b_start], b_at[op.b_end]
        if op.is_same:
            yield Run(shift + a_start, shift + a_end, shift + b_start)
        else:
            yield from _by_clusters(old[a_start:a_end], new[b_start:b_end], shift + a_start, shift + b_start)


def _by_clusters(old: str, new: str, a_shift: int, b_shift: int) -> Iterator[Run]:
    olds, news = _CLUSTER.findall(old), _CLUSTER.findall(new)
    a_at = b_at = 0
    for op in opcodes(olds, news):
        a_size = sum(map(len, olds[op.a_start : op.a_end]))
        b_size = sum(map(len, news[op.b_start : op.b_end]))
        if op.is_same and _is_enough(op, old, new):
            yield Run(a_shift + a_at, a_shift + a_at + a_size, b_shift + b_at)
        a_at += a_size
        b_at += b_size


def _is_enough(op: Op, old: str, new: str) -> bool:
    """A stray letter that two different words share is no trace of the passage."""
    count = op.a_end - op.a_start
    return count >= 3 or 2 * count >= min(len(old), len(new))  # noqa: PLR2004


def _carried(kept: list[Run], doubts: Doubts, new: str, span: tuple[int, int]) -> Carried:
    start, end = span
    first = bisect_right(kept, start, key=lambda run: run.end)
    last = bisect_left(kept, end, key=lambda run: run.start)
    pieces = [(max(run.start, start), min(run.end, end), run) for run in kept[first:last]]
    size = sum(stop - begin for begin, stop, _ in pieces)
    if not pieces or 3 * size < end - start:
        return Carried("lost", None, None)
    new_start = pieces[0][0] - pieces[0][2].start + pieces[0][2].to
    new_end = pieces[-1][1] - pieces[-1][2].start + pieces[-1][2].to
    at = snap(new, new_start, new_end)
    is_whole = size == end - start == new_end - new_start and at == (new_start, new_end)
    return Carried("placed" if is_whole and not doubts.cover(start, end) else "changed", *at)
