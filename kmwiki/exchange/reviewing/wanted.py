"""What a person wants the cuts of a page to be, checked before anything is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kmwiki.comments.service import NAME_LONGEST
from kmwiki.errors import Invalid, say
from kmwiki.sources.texts import problem_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kmwiki.exchange.reviewing.board import Board

MOST = 2_000
"""Comments that one page can be cut into."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where the comments are to start (lines of the region), who wrote each, and which locked ones may be cut.

    `chosen` says which comment is to stand on a start, where an undo knows it.
    """

    starts: Sequence[int]
    authors: Sequence[str]
    unlocked: frozenset[int] = frozenset()
    chosen: Mapping[int, int] = field(default_factory=dict)


def check(board: Board, wanted: Wanted) -> Wanted:
    """Return the wish with its names tidied. Invalid says which cut or name cannot be taken, and why."""
    starts = list(wanted.starts)
    size = len(board.region.lines)
    if not starts or starts[0] != 0 or sorted(set(starts)) != starts or starts[-1] >= size:
        raise Invalid.one("cuts", say("The cuts do not fit the lines of this page. Load the page anew."))
    if len(starts) > MOST:
        raise Invalid.one("cuts", say("A page can be cut into %(most)s comments at most.", most=MOST))
    if len(wanted.authors) != len(starts):
        raise Invalid.one("cuts", say("There must be one author field for each comment. Load the page anew."))
    for number, (left, right) in enumerate(board.region.spans(starts), 1):
        if all(board.region.is_blank(at) for at in range(left, right)):
            message = say("Comment %(number)s would have no words. Move or join its cut.", number=number)
            raise Invalid.one("cuts", message)
    _check_locks(board, wanted)
    authors = [" ".join(name.split()) for name in wanted.authors]
    for number, name in enumerate(authors, 1):
        if problem := problem_of(name, longest=NAME_LONGEST):
            raise Invalid(say("The author of comment %(number)s cannot be taken.", number=number), {"authors": problem})
    return Wanted(starts, authors, wanted.unlocked, wanted.chosen)


def _check_locks(board: Board, wanted: Wanted) -> None:
    spans = set(board.region.spans(wanted.starts))
    for number, segment in enumerate(board.segments, 1):
        is_locked = segment.lock and segment.comment.id not in wanted.unlocked
        if is_locked and (segment.start, segment.end) not in spans:
            message = (
                say(
                    "Comment %(number)s was edited here, so its cuts stay unless you allow them to move.", number=number
                )
                if segment.lock == "edited"
                else say(
                    "Comment %(number)s was removed here, so its cuts stay unless you bring it back.", number=number
                )
            )
            raise Invalid.one("cuts", message)
