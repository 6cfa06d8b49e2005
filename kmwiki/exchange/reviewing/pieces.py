"""Writing the comments of a new cut: reworded, added, taken out of the bin or put into it; each change is traced."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import select

from kmwiki.coding.service import carried_by
from kmwiki.comments.models import Comment
from kmwiki.comments.service import add_comment
from kmwiki.errors import N_
from kmwiki.events.service import record
from kmwiki.exchange.importing.known import WRITTEN
from kmwiki.exchange.reviewing.matching import letters
from kmwiki.sources.models import Revision, Source
from kmwiki.sources.service import add_revision, bin_source, restore_source

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.exchange.reviewing.board import Board, Segment
    from kmwiki.security.policy import Caller

REASON = N_("The comments of the page were cut anew")
SURE = 1.0
"""The confidence of a cut that a person made."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the region as it is to stand: its number from 1, lines, words, author.

    `chosen` is the comment that is to stand there, where that is known.
    """

    number: int
    span: tuple[int, int]
    body: str
    author: str
    chosen: int | None = None


@dataclass(slots=True)
class Pieces:
    """Writes pieces in the name of a caller, and gathers what became of the comments.

    The comments are nobody's here, so the right to change their entry is right enough; the caller has been asked.
    """

    session: Session
    caller: Caller
    board: Board
    root: Source
    traces: list[dict[str, Any]] = field(default_factory=list)
    added: int = 0
    binned: int = 0

    def write(self, piece: Piece, segment: Segment | None, *, is_fixed: bool) -> Comment:
        """Let a comment stand on a piece: that of `segment`, or a new one. A fixed one keeps its words."""
        if segment is None:
            comment = self._spare(piece) or self._add(piece)
            before, author, fate = 0, "", "added"
        else:
            comment, fate = segment.comment, "kept"
            before, author = comment.source.head_no, comment.author_name
            if not is_fixed:
                if comment.source.deleted is not None:
                    restore_source(self.session, self.caller, comment.source)
                    fate = "back"
                self._reword(comment, piece)
        if segment is None or (segment.start, segment.end) != piece.span:
            comment.confidence = SURE
        comment.ord, comment.author_name = piece.number, piece.author
        if fate != "kept" or before != comment.source.head_no or author != piece.author:
            self._trace(comment, before, author, fate)
        return comment

    def end(self, segment: Segment) -> None:
        """Put a comment that has no piece any more into the bin."""
        source = segment.comment.source
        if source.deleted is None:
            bin_source(self.session, self.caller, source)
            self.binned += 1
        self._trace(segment.comment, source.head_no, segment.comment.author_name, "binned")

    def _spare(self, piece: Piece) -> Comment | None:
        """Return a comment that an earlier cut put into the bin, if it reads just so or is the one to come back."""
        for comment_id in self.board.review.spare:
            comment = self.session.get(Comment, comment_id)
            source = self.session.get(Source, comment.source_id) if comment is not None else None
            if comment is None or source is None or source.deleted is None:
                continue
            comment.source = source
            head = self.session.get_one(Revision, (source.id, source.head_no))
            if comment_id == piece.chosen or (piece.chosen is None and head.body == piece.body):
                restore_source(self.session, self.caller, source)
                self._reword(comment, piece)
                return comment
        return None

    def _add(self, piece: Piece) -> Comment:
        comment = add_comment(
            self.session,
            self.caller,
            self.root,
            body=piece.body,
            body_format=self._format(piece),
            author_name=piece.author,
            ord=piece.number,
            confidence=SURE,
            is_imported=True,
        )
        self._note(comment.source, WRITTEN)
        self.added += 1
        return comment

    def _reword(self, comment: Comment, piece: Piece) -> None:
        source = comment.source
        head = self.session.get_one(Revision, (source.id, source.head_no))
        if head.body == piece.body:
            return
        before = select(Revision.format).where(Revision.source_id == source.id, Revision.body == piece.body)
        body_format = self.session.scalar(before.order_by(Revision.no.desc()).limit(1)) or self._format(piece)

        def save() -> Revision:
            return add_revision(
                self.session,
                self.caller,
                source,
                base_no=head.no,
                body=piece.body,
                body_format=body_format,
                reason=REASON,
            )

        carried_by(self.session, self.caller, source.id, save)
        self._note(source, "comment.saved")
        self._note(source, WRITTEN)  # these words are the page's, not a person's

    def _format(self, piece: Piece) -> Literal["plain", "markdown"]:
        """Return how a piece is written: Markdown as soon as a comment is whose words go into it."""
        left, right = piece.span
        formats = {
            segment.text.head.format
            for segment in self.board.segments
            if letters(self.board.region, max(left, segment.start), min(right, segment.end))
        }
        return "markdown" if "markdown" in formats else "plain"

    def _note(self, source: Source, verb: str) -> None:
        told = {"project_id": source.project_id, "source_id": source.id, "revision": source.head_no}
        record(self.session, self.caller, verb, **told)

    def _trace(self, comment: Comment, before: int, author: str, fate: str) -> None:
        revisions = [before, comment.source.head_no]
        self.traces.append({"id": comment.id, "revisions": revisions, "author": author, "fate": fate})
