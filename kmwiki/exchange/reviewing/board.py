"""What the review of comments works on: the page's lines, the comments that stand on them now, and what is locked."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from sqlalchemy import select

from kmwiki.errors import Invalid
from kmwiki.exchange.importing.known import KnownText, comments_of, texts_of
from kmwiki.exchange.importing.model import Options
from kmwiki.exchange.importing.models import ImportReview
from kmwiki.exchange.importing.pages import is_html, layouts_for
from kmwiki.exchange.importing.reading import read_draft
from kmwiki.exchange.reviewing.evidence import lines_of
from kmwiki.exchange.reviewing.reading import cut_of
from kmwiki.exchange.reviewing.regions import ReadRegion, Region, find_starts, joined, region_of
from kmwiki.sources.models import Original

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sqlalchemy.orm import Session

    from kmwiki.comments.models import Comment
    from kmwiki.config import Settings
    from kmwiki.entries.models import Entry

Lock = Literal["", "edited", "removed"]
"""Why a comment is not cut anew unless a person says so: its words were edited here, or it was removed here."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of lines and the comment that stands on it."""

    start: int
    end: int
    comment: Comment
    text: KnownText
    sure: float
    lock: Lock = ""


@dataclass(frozen=True, slots=True)
class Board:
    """The comments of an imported page, ready to be cut anew."""

    review: ImportReview
    region: Region
    segments: Sequence[Segment]
    outside: Sequence[Comment] = field(default_factory=tuple)
    """Imported comments whose words are not among the page's lines any more; they are left as they are."""

    @property
    def starts(self) -> list[int]:
        """The line that each comment starts with."""
        return [segment.start for segment in self.segments]

    @property
    def token(self) -> str:
        """What stands now, in short: a save that was made from anything else is stale."""
        rows = [
            [one.start, one.comment.id, one.comment.author_name, one.comment.source.head_no, one.lock]
            for one in self.segments
        ]
        told = json.dumps([rows, len(self.region.lines)], ensure_ascii=False)
        return hashlib.sha256(told.encode()).hexdigest()[:32]


def load_board(session: Session, originals: Path, entry: Entry) -> Board:
    """Return the comments of an imported entry with their lines. A page without comments has an empty board."""
    review = session.get(ImportReview, entry.id)
    comments = {comment.id: comment for comment in comments_of(session, entry)}
    texts = texts_of(session, [comment.source for comment in comments.values()])
    if review is None:
        review = _made_anew(session, originals, entry, list(comments.values()), texts)
    region = Region.from_json(review.region)
    cuts = [cut for cut in review.cuts if cut["comment"] in comments]
    segments = []
    for (start, end), cut in zip(region.spans([int(cut["start"]) for cut in cuts]), cuts, strict=False):
        comment = comments.pop(cut["comment"])
        text = texts[comment.source_id]
        segments.append(Segment(start, end, comment, text, float(cut["sure"]), lock_of(comment, text)))
    outside = tuple(comment for comment in comments.values() if comment.source.deleted is None)
    return Board(review, region, segments, outside)


def lock_of(comment: Comment, text: KnownText) -> Lock:
    """Say whether people changed a comment since its import."""
    if comment.source.deleted is not None:
        return "removed"
    return "edited" if text.is_touched else ""


def original_of(session: Session, originals: Path, entry: Entry) -> tuple[Original, bytes] | None:
    """Return the file that an entry came from and its bytes; None where it is not kept."""
    if entry.original_id is None:
        return None
    original = session.scalar(select(Original).where(Original.id == entry.original_id))
    if original is None:
        return None
    try:
        return original, (originals / original.sha256[:2] / original.sha256).read_bytes()
    except OSError:
        return None


def evidence_of(settings: Settings, slug: str, original: Original, data: bytes) -> list[str]:
    """Return the lines in which provenance counts: those of the file, of a page of HTML those of its text as read."""
    options = Options(encoding=original.encoding or None)
    if is_html(original.name, data, options):
        with suppress(Invalid):  # by now it may be read otherwise: then the file itself is shown
            return read_draft(original.name, data, options, layouts=layouts_for(settings, slug)).text.split("\n")
    return lines_of(data, original.encoding)


def _made_anew(
    session: Session, originals: Path, entry: Entry, comments: Sequence[Comment], texts: Mapping[int, KnownText]
) -> ImportReview:
    """Make the review of an entry that came in before imports kept one. It is stored with the next save."""
    read = _read_again(session, originals, entry)
    live = [comment for comment in comments if comment.source.deleted is None]
    for some in (comments, live):  # removed ones count if they still are a part of the page
        bodies = [texts[comment.source_id].imported.body for comment in some]
        starts = find_starts(read.region, bodies) if read is not None else None
        if starts is not None:
            comments = some
            break
    if read is None or starts is None:
        read, comments = joined(bodies), live
        starts = read.starts
    cuts = [
        cut_of(start, comment.id, comment.confidence if comment.confidence is not None else 1.0)
        for start, comment in zip(starts, comments, strict=True)
    ]
    review = ImportReview(
        entry_id=entry.id,
        state="open",
        accepted={},
        region=read.region.as_json(),
        cuts=cuts,
        spare=[],
        has_own_cuts=False,
        expected=read.expected,
    )
    session.add(review)
    return review


def _read_again(session: Session, originals: Path, entry: Entry) -> ReadRegion | None:
    kept = original_of(session, originals, entry)
    if kept is None:
        return None
    original, data = kept
    return region_of(read_draft(original.name, data, Options(encoding=original.encoding or None)))
