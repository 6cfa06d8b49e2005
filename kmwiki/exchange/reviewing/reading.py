"""What the review keeps of a reading: the comments' lines and cuts, and the origin that a person mended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmwiki.entries.schemas import Origin
from kmwiki.exchange.importing.models import ImportReview
from kmwiki.exchange.reviewing.regions import region_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.entries.models import Entry
    from kmwiki.exchange.importing.reading import Draft

ORIGIN_FIELDS = ("licence", "record_no", "url", "written", "edited")
"""Fields that tell of the page itself; they stand in `Entry.origin`."""


def keep_reading(
    session: Session, entry: Entry, draft: Draft, comment_ids: Sequence[int], *, is_again: bool = False
) -> ImportReview:
    """Write down where the comments of a draft, whose rows are given in their order, stand in its page.

    A page read again is to be looked over again, unless a person's cuts are all that there is to it.
    """
    review = session.get(ImportReview, entry.id)
    if review is None:
        review = ImportReview(entry_id=entry.id, accepted={}, spare=[], has_own_cuts=False)
        session.add(review)
    read = region_of(draft)
    review.region = read.region.as_json()
    review.expected = read.expected
    review.cuts = [
        cut_of(start, comment_id, parsed.confidence)
        for start, comment_id, parsed in zip(read.starts, comment_ids, draft.comments, strict=True)
    ]
    if is_again or not review.state:
        review.state = "open"
    session.flush()
    return review


def cut_of(start: int, comment_id: int | None, sure: float) -> dict[str, Any]:
    """Return the shape in which a cut is kept: its line, the comment behind it, how sure it is."""
    return {"start": start, "comment": comment_id, "sure": sure}


def kept_origin(entry: Entry, origin: Origin, kept: Collection[str]) -> Origin:
    """Return what a page says of itself, but for what a person accepted or set here."""
    old = Origin(**entry.origin)
    return origin.model_copy(update={name: getattr(old, name) for name in ORIGIN_FIELDS if name in kept})
