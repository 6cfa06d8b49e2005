"""Cutting the comments of a page anew without losing anything that hangs on them, and taking that back.

A comment goes on in the piece that has most of its letters; its words become a new revision. Codings go with their
words, also into the next comment; answers stay under the comment they were given to, or go with its words. A comment
that ends goes into the bin. All of it is one event, from which it can be taken back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kmwiki.coding.carrying import Place
from kmwiki.coding.models import Coding
from kmwiki.coding.moving import set_place, take_out_again
from kmwiki.comments.models import Comment
from kmwiki.db import now
from kmwiki.errors import Conflict, say
from kmwiki.events.models import Event
from kmwiki.events.service import record
from kmwiki.exchange.reviewing.matching import match
from kmwiki.exchange.reviewing.pieces import SURE, Piece, Pieces
from kmwiki.exchange.reviewing.reading import cut_of
from kmwiki.exchange.reviewing.settling import Settler
from kmwiki.exchange.reviewing.wanted import Wanted, check

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.entries.models import Entry
    from kmwiki.exchange.reviewing.board import Board
    from kmwiki.exchange.reviewing.matching import Match
    from kmwiki.security.policy import Caller

RECUT = "import.recut"
UNDONE = "import.recut_undone"


@dataclass(frozen=True, slots=True)
class Recut:
    """What a new cut did, in figures for who saved it."""

    comments: int
    added: int = 0
    binned: int = 0
    moved: int = 0
    """Codings that went with their words into another comment."""
    doubtful: int = 0
    """Codings that a person is to look at."""
    is_changed: bool = True


def recut(session: Session, caller: Caller, entry: Entry, board: Board, wanted: Wanted, *, token: str) -> Recut:
    """Cut the comments of an imported entry so, and set who wrote each. The caller may change the entry.

    Conflict if the comments are not any more what `token` was given for; Invalid for cuts that cannot be.
    """
    if token != board.token:
        raise Conflict(
            say("The comments were changed in the meantime. Look at what stands here now, then cut them again.")
        )
    return _cut(session, caller, entry, board, check(board, wanted))


def last_cut(session: Session, entry: Entry) -> Event | None:
    """Return the event of the newest cut of an entry's comments if it can be taken back: nothing came after it."""
    newest = session.scalar(
        select(Event)
        .where(Event.source_id == entry.source_id, Event.verb.in_((RECUT, UNDONE)))
        .order_by(Event.seq.desc())
        .limit(1)
    )
    return newest if newest is not None and newest.verb == RECUT else None


def undo_recut(session: Session, caller: Caller, entry: Entry, board: Board) -> Recut:
    """Take the newest cut back: the comments, their authors, codings and answers are what they were.

    Conflict where there is none, or where comments were changed since in a way that would be lost.
    """
    event = last_cut(session, entry)
    if event is None:
        raise Conflict(say("There is no cut to be taken back."))
    data = event.data
    _check_back(board, data)
    return _take_back(session, caller, entry, board, event)


def _check_back(board: Board, data: dict[str, Any]) -> None:
    """Refuse where the comments are not any more what the cut left. Conflict."""
    if [[one.start, one.comment.id] for one in board.segments] != [after[:2] for after in data["after"]]:
        raise Conflict(
            say("The comments were cut anew or imported again since, so the older cut cannot be taken back.")
        )
    starts = [start for start, _, _ in data["before"]]
    spans = set(board.region.spans(starts))
    if any(one.lock and (one.start, one.end) not in spans for one in board.segments):
        raise Conflict(say("A comment was edited since it was cut, so the cut cannot be taken back any more."))


def _take_back(session: Session, caller: Caller, entry: Entry, board: Board, event: Event) -> Recut:
    data = event.data
    starts = [start for start, _, _ in data["before"]]
    back = _untouched(session, data["codings"])
    for kept in back:
        if kept["old"] != kept["new"]:
            session.get_one(Coding, kept["new"]).deleted = now()
    session.flush()
    wanted = Wanted(
        starts,
        [author for _, _, author in data["before"]],
        chosen={start: comment for start, comment, _ in data["before"]},
    )
    done = _cut(session, caller, entry, board, wanted, skipped={kept["new"] for kept in back}, is_back=True)
    for kept in back:
        row, place = session.get_one(Coding, kept["old"]), Place(*kept["place"])
        (take_out_again if kept["old"] != kept["new"] else set_place)(session, row, place)
    for answer, old, new in data["replies"]:
        said = session.get_one(Comment, answer)
        if said.parent_id == new:
            said.parent_id = old
    told = {"project_id": entry.project_id, "source_id": entry.source_id, "of": event.seq}
    record(session, caller, UNDONE, **told)
    session.flush()
    return done


def _untouched(session: Session, moved: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return those codings of a cut that stand as it left them; what people placed since goes with its words."""
    found = []
    for kept in moved:
        row = session.get_one(Coding, kept["new"])
        if row.deleted is None and [row.start, row.end, row.state] == kept["now"]:
            found.append(kept)
    return found


def _cut(
    session: Session,
    caller: Caller,
    entry: Entry,
    board: Board,
    wanted: Wanted,
    *,
    skipped: Collection[int] = (),
    is_back: bool = False,
) -> Recut:
    before = [[one.start, one.comment.id, one.comment.author_name] for one in board.segments]
    fixed = frozenset(one.comment.id for one in board.segments if one.lock) - wanted.unlocked
    matched = match(board, wanted.starts, wanted.chosen, fixed)
    settler = Settler(session, caller, board)
    settler.aim(wanted.starts, fixed=fixed, skipped=skipped)
    pieces = Pieces(session, caller, board, entry.source)
    comments = _written(board, wanted, matched, fixed, pieces)
    for segment in matched.ended:
        pieces.end(segment)
    if not pieces.traces:
        return Recut(len(comments), is_changed=False)
    session.flush()
    codings = settler.settle(comments)
    ended = [segment.comment.id for segment in matched.ended]
    replies = settler.rehang(wanted.starts, ended, comments)
    _keep(board, wanted, comments, ended)
    if not is_back:
        after = [[start, one.id, one.author_name] for start, one in zip(wanted.starts, comments, strict=True)]
        told = {"before": before, "after": after, "comments": pieces.traces, "codings": codings, "replies": replies}
        record(session, caller, RECUT, project_id=entry.project_id, source_id=entry.source_id, **told)
    session.flush()
    live = sum(comment.source.deleted is None for comment in comments)
    return Recut(live, pieces.added, pieces.binned, settler.moved, settler.doubtful)


def _written(board: Board, wanted: Wanted, matched: Match, fixed: frozenset[int], pieces: Pieces) -> list[Comment]:
    """Write every piece and return the comments that stand on them."""
    bodies = board.region.bodies(wanted.starts)
    return [
        pieces.write(
            Piece(number + 1, span, bodies[number], wanted.authors[number], wanted.chosen.get(span[0])),
            segment,
            is_fixed=segment is not None and segment.comment.id in fixed,
        )
        for number, (span, segment) in enumerate(zip(board.region.spans(wanted.starts), matched.pieces, strict=True))
    ]


def _keep(board: Board, wanted: Wanted, comments: Sequence[Comment], ended: Collection[int]) -> None:
    """Write down where the comments stand now."""
    known = {(one.start, one.end): one.sure for one in board.segments}
    spans = board.region.spans(wanted.starts)
    review = board.review
    review.cuts = [
        cut_of(span[0], comment.id, known.get(span, SURE)) for span, comment in zip(spans, comments, strict=True)
    ]
    there = {comment.id for comment in comments}
    review.spare = [one for one in dict.fromkeys([*review.spare, *ended]) if one not in there]
    review.has_own_cuts = True
