"""What an import does to a note, written down so that it can be taken back and done again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kmwiki.entries.schemas import Origin

if TYPE_CHECKING:
    from kmwiki.comments.models import Comment
    from kmwiki.entries.models import Entry
    from kmwiki.exchange.importing.models import ImportReview


@dataclass(slots=True)
class Trace:
    """Gathers what becomes of one note, in the shape of `ImportItem.did`.

    `entry` is [revision before (0: there was none), revision after]; `around` what stood around the text before and
    after; each comment says its revisions, what stood beside its words, and whether it was taken out of the bin.
    """

    entry: list[int] = field(default_factory=lambda: [0, 0])
    around: list[dict[str, Any]] = field(default_factory=list)
    comments: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[int] = field(default_factory=list)
    """Ids of the files that came to a note which was there before; those of a new note share its fate."""
    is_back: bool = False
    """Whether the note was taken out of the bin into which an undo had put it."""

    def add_comment(self, comment: Comment, before: int, *, beside: dict[str, Any], is_back: bool = False) -> None:
        """Note a comment whose head was `before` (0: it is new) and beside whose words stood `beside`."""
        self.comments.append(
            {
                "id": comment.id,
                "source": comment.source_id,
                "revisions": [before, comment.source.head_no],
                "beside": [beside, beside_of(comment)],
                "is_back": is_back,
            }
        )

    def as_json(self) -> dict[str, Any]:
        """Return the shape that is kept."""
        return {
            "entry": self.entry,
            "around": self.around,
            "comments": self.comments,
            "attachments": self.attachments,
            "is_back": self.is_back,
        }


def around_of(entry: Entry, review: ImportReview | None) -> dict[str, Any]:
    """Return what an import changes of a note beside its revision: where it came from, and how it was looked over."""
    return {
        "origin": entry.origin,
        "origin_key": entry.origin_key,
        "original_id": entry.original_id,
        "provenance": entry.provenance,
        "review": review_state(review) if review is not None else None,
    }


def review_state(review: ImportReview) -> dict[str, Any]:
    """Return what is kept of the looking over."""
    names = ("state", "accepted", "region", "cuts", "spare", "has_own_cuts", "expected")
    return {name: getattr(review, name) for name in names}


def put_around(entry: Entry, review: ImportReview | None, kept: dict[str, Any]) -> None:
    """Set what `around_of` gave."""
    entry.origin, entry.original_id = kept["origin"], kept["original_id"]
    entry.origin_key, entry.provenance = kept["origin_key"], kept["provenance"]
    origin = Origin(**kept["origin"])
    entry.licence, entry.written = origin.licence, origin.written
    if review is not None and kept["review"] is not None:
        for name, value in kept["review"].items():
            setattr(review, name, value)


def beside_of(comment: Comment) -> dict[str, Any]:
    """Return what stands beside a comment's words and comes from its page."""
    return {"ord": comment.ord, "author_name": comment.author_name, "confidence": comment.confidence}


def put_beside(comment: Comment, kept: dict[str, Any]) -> None:
    """Set what `beside_of` gave."""
    comment.ord, comment.author_name, comment.confidence = kept["ord"], kept["author_name"], kept["confidence"]
