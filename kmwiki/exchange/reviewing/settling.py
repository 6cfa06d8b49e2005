"""Codings and answers after a new cut: each goes where its words, or the comment that it answers, went."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kmwiki.coding.carrying import LOST, Place
from kmwiki.coding.moving import codings_on, move_coding, set_place
from kmwiki.comments.models import Comment
from kmwiki.exchange.reviewing.matching import letters
from kmwiki.exchange.reviewing.placing import bases, to_piece, to_region
from kmwiki.sources.models import Revision
from kmwiki.text.anchors import carry

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.coding.models import Coding
    from kmwiki.exchange.reviewing.board import Board
    from kmwiki.security.policy import Caller
    from kmwiki.sources.models import Source


_SIGNS = re.compile(r"[^\w\u0e00-\u0e7f]|_")


@dataclass(frozen=True, slots=True)
class Aim:
    """A coding, where it stood, and the piece and place that it goes to (no place: its words are lost)."""

    coding: Coding
    before: Place
    piece: int
    place: Place


@dataclass(slots=True)
class Settler:
    """Takes the codings of a page's comments over a new cut. `aim` comes before anything is written, `settle` after."""

    session: Session
    caller: Caller
    board: Board
    aims: list[Aim] = field(default_factory=list)
    bodies: Sequence[str] = ()
    moved: int = 0
    doubtful: int = 0

    def aim(self, starts: Sequence[int], *, fixed: Collection[int], skipped: Collection[int]) -> None:
        """Find where each coding goes. Those of `fixed` comments, and those `skipped`, are left alone."""
        region = self.board.region
        self.bodies = region.bodies(starts)
        old, new, bodies = bases(region, self.board.starts), bases(region, starts), region.bodies(self.board.starts)
        numbers = {
            segment.comment.source_id: number
            for number, segment in enumerate(self.board.segments)
            if segment.comment.id not in fixed
        }
        for coding in codings_on(self.session, list(numbers)):
            if coding.id in skipped:
                continue
            number = numbers[coding.source_id]
            before = Place(coding.start, coding.end, coding.state)
            words = (self.board.segments[number].text.head.reading_text, bodies[number])
            there = to_region(before, old[number], words)
            if before.start is not None and _reads_alike(words[0][before.start : before.end], region.text, there):
                there = replace(there, state=before.state)
            spot = to_piece(there, new, region.text)
            piece, place = (spot.piece, spot.place) if spot else (self.heir(number, starts), LOST)
            self.aims.append(Aim(coding, before, piece, place))

    def heir(self, number: int, starts: Sequence[int]) -> int:
        """Return the piece that has most of a segment's letters."""
        segment = self.board.segments[number]
        shared = [
            letters(self.board.region, max(left, segment.start), min(right, segment.end))
            for left, right in self.board.region.spans(starts)
        ]
        return max(range(len(shared)), key=lambda piece: shared[piece])

    def settle(self, comments: Sequence[Comment]) -> list[dict[str, Any]]:
        """Let every coding stand at its aim. Returns those that moved or came into doubt, as they were and are."""
        told = []
        for aim in self.aims:
            source, row = comments[aim.piece].source, aim.coding
            place = self._as_read(source, aim)
            if source.id != row.source_id:
                row = move_coding(self.session, self.caller, row, source, place)
                self.moved += 1
            else:
                set_place(self.session, row, place)
            if row is not aim.coding or row.state != aim.before.state:
                told.append({"old": aim.coding.id, "new": row.id, "place": _listed(aim.before), "now": _listed(place)})
            self.doubtful += place.state != "placed" and aim.before.state == "placed"
        return told

    def _as_read(self, source: Source, aim: Aim) -> Place:
        """Return the place of an aim in the text as people read it, which has no signs of Markdown in it."""
        body = self.bodies[aim.piece]
        words = self.session.get_one(Revision, (source.id, source.head_no)).reading_text
        if words == body or aim.place.start is None or aim.place.end is None:
            return aim.place
        there = carry(body, words, [(aim.place.start, aim.place.end)])[0]
        if there.start is None or there.end is None:
            return LOST
        found = Place(there.start, there.end, "changed")
        is_alike = _reads_alike(body[aim.place.start : aim.place.end], words, found)
        return replace(found, state=aim.place.state) if is_alike else found

    def rehang(self, starts: Sequence[int], ended: Collection[int], comments: Sequence[Comment]) -> list[list[int]]:
        """Hang answers to comments that end under those that took their words, if these are older than the answer.

        Else they stay under a line that says that something stood there. Returns [answer, old parent, new parent].
        """
        told = []
        for number, segment in enumerate(self.board.segments):
            if segment.comment.id not in ended:
                continue
            heir = comments[self.heir(number, starts)]
            answers = self.session.scalars(select(Comment).where(Comment.parent_id == segment.comment.id))
            for answer in answers.all():
                if heir.id < answer.id:  # an answer is always younger than what it answers
                    answer.parent_id = heir.id
                    told.append([answer.id, segment.comment.id, heir.id])
        return told


def _reads_alike(words: str, text: str, place: Place) -> bool:
    """Whether words stand at a place of a text but for signs of Markdown."""
    if place.start is None or place.end is None:
        return False
    return _SIGNS.sub("", words) == _SIGNS.sub("", text[place.start : place.end])


def _listed(place: Place) -> list[Any]:
    return [place.start, place.end, place.state]
