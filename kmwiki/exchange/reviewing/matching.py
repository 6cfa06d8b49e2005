"""Which comment goes on in which piece of a new cut: the one that has most of its letters there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kmwiki.exchange.reviewing.board import Board, Segment
    from kmwiki.exchange.reviewing.regions import Region


@dataclass(frozen=True, slots=True)
class Match:
    """For each piece the segment whose comment goes on in it (None: a new comment), and the segments that end."""

    pieces: Sequence[Segment | None]
    ended: Sequence[Segment]


def match(board: Board, starts: Sequence[int], chosen: Mapping[int, int], fixed: frozenset[int]) -> Match:
    """Match pieces with comments. `chosen` (start -> comment) wins, then `fixed` comments, which stay as they are."""
    spans = board.region.spans(starts)
    by_comment = {segment.comment.id: segment for segment in board.segments}
    taken: dict[int, Segment] = {}
    for number, (left, _) in enumerate(spans):
        if (segment := by_comment.get(chosen.get(left, 0))) is not None:
            taken[number] = segment
    reserved = set(chosen.values())
    by_span = {(one.start, one.end): one for one in board.segments if one.comment.id in fixed}
    for number, span in enumerate(spans):
        if number not in taken and (segment := by_span.get(span)) is not None:
            taken[number] = segment
    for _, number, at in _overlaps(board, spans):
        segment = board.segments[at]
        is_free = segment.comment.id not in fixed and segment.comment.id not in reserved
        if number not in taken and spans[number][0] not in chosen and is_free and segment not in taken.values():
            taken[number] = segment
    used = {segment.comment.id for segment in taken.values()}
    return Match(
        [taken.get(number) for number in range(len(spans))],
        [segment for segment in board.segments if segment.comment.id not in used],
    )


def _overlaps(board: Board, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Return (letters in common, piece, segment), most first; of equals the earlier."""
    found = []
    at = 0
    for number, (left, right) in enumerate(spans):
        while at < len(board.segments) and board.segments[at].end <= left:
            at += 1
        for place in range(at, len(board.segments)):
            segment = board.segments[place]
            if segment.start >= right:
                break
            shared = letters(board.region, max(left, segment.start), min(right, segment.end))
            if shared:
                found.append((shared, number, place))
    return sorted(found, key=lambda one: (-one[0], one[1], one[2]))


def letters(region: Region, left: int, right: int) -> int:
    """Count what can be seen in some lines."""
    return sum(len("".join(region.lines[at].split())) for at in range(left, right))
