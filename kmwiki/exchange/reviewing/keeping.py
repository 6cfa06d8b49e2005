"""A page that changed, read with the cuts and names that a person set: they hold for the lines that stay."""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Literal

from kmwiki.exchange.reviewing.matching import letters
from kmwiki.exchange.reviewing.regions import Region, region_of
from kmwiki.formats.gotoknow.model import PageComment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kmwiki.exchange.importing.models import ImportReview
    from kmwiki.exchange.importing.reading import Draft
    from kmwiki.exchange.reviewing.regions import ReadRegion

Format = Literal["plain", "markdown"]
SURE = 1.0
"""The confidence of a cut that a person made."""


@dataclass(frozen=True, slots=True)
class OwnCut:
    """A comment as a person cut it: the line it starts with, and who wrote it."""

    start: int
    author: str


def with_own_cuts(draft: Draft, review: ImportReview | None, authors: Mapping[int, str]) -> Draft:
    """Return the draft with its comments cut as a person cut them, as far as the lines are still there.

    `authors` names the writer of each comment by its id.
    """
    if review is None or not review.has_own_cuts or not review.region or not draft.comments:
        return draft
    read = region_of(draft)
    own = [OwnCut(int(cut["start"]), authors.get(cut["comment"], "")) for cut in review.cuts]
    kept = carry_cuts(Region.from_json(review.region), own, read.region, read.starts)
    parsed = dict(zip(read.starts, draft.comments, strict=True))
    starts = [start for start, _ in kept]
    comments = [
        _comment(read.region, span, name, parsed.get(span[0]), body_format=_format(read, draft.comments, span))
        for span, (_, name) in zip(read.region.spans(starts), kept, strict=True)
    ]
    return replace(draft, comments=tuple(comment for comment in comments if comment.text))


def carry_cuts(old: Region, own: Sequence[OwnCut], new: Region, read: Sequence[int]) -> list[tuple[int, str | None]]:
    """Return the cuts of the new region: a person's where their lines still stand, the reader's in lines that came.

    Each comes with the name that the person set; None where the reader cut.
    """
    there = _lines_kept(old, new)
    starts = [cut.start for cut in own]
    found: dict[int, str | None] = {}
    for (left, right), cut in zip(old.spans(starts), own, strict=True):
        place = next((there[at] for at in range(left, right) if at in there and not old.is_blank(at)), None)
        if place is not None:
            found[place] = cut.author
    back = {line: _piece_at(starts, at) for at, line in there.items()}
    for start in read:
        if start not in back and _is_between(back, start, len(new.lines)):
            found.setdefault(start, None)
    first = next((at for at in range(len(new.lines)) if not new.is_blank(at)), 0)
    if first not in found:
        found[first] = None
    return sorted((0 if start == first else start, name) for start, name in found.items() if start >= first)


def _lines_kept(old: Region, new: Region) -> dict[int, int]:
    """Return for lines of the old region which of the new one they are."""
    matcher = SequenceMatcher(None, old.lines, new.lines, autojunk=False)
    return {block.a + at: block.b + at for block in matcher.get_matching_blocks() for at in range(block.size)}


def _piece_at(starts: Sequence[int], line: int) -> int:
    return max((number for number, start in enumerate(starts) if start <= line), default=0)


def _is_between(back: Mapping[int, int], start: int, size: int) -> bool:
    """Whether a new line stands between two comments, or after the last, and not amid the lines of one."""
    above = next((back[at] for at in range(start - 1, -1, -1) if at in back), None)
    below = next((back[at] for at in range(start + 1, size) if at in back), None)
    return above is None or above != below


def _format(read: ReadRegion, comments: Sequence[PageComment], span: tuple[int, int]) -> Format:
    """Return how a piece is written: Markdown as soon as a comment of the page is whose lines go into it."""
    spans = zip(read.region.spans(read.starts), comments, strict=True)
    formats = {
        comment.body_format
        for (left, right), comment in spans
        if letters(read.region, max(left, span[0]), min(right, span[1]))
    }
    return "markdown" if "markdown" in formats else "plain"


def _comment(
    region: Region, span: tuple[int, int], name: str | None, parsed: PageComment | None, *, body_format: Format
) -> PageComment:
    """Return a piece as a comment of the page."""
    text = "\n".join(region.lines[slice(*span)]).strip()
    lines = region.number_span(*span) or (parsed.lines if parsed else (0, 0))
    is_same = parsed is not None and parsed.text == text
    if name is None:
        found = parsed or PageComment(lines, text)
        return replace(found, lines=lines, text=text)
    written = parsed.written if parsed is not None and is_same else None
    author = name or (parsed.author if parsed and is_same else None)
    return PageComment(lines, text, author, written, SURE, body_format=body_format)
