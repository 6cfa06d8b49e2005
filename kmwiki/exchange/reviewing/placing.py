"""Where codings stand after a new cut: counted along the lines of the page, so that nothing has to be guessed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmwiki.coding.carrying import LOST, Place
from kmwiki.text.anchors import carry
from kmwiki.text.clusters import snap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kmwiki.exchange.reviewing.regions import Region


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in one of the pieces of a region."""

    piece: int
    place: Place


def bases(region: Region, starts: Sequence[int]) -> list[tuple[int, int]]:
    """Return for each piece where its text (without the white space around) begins and ends in the region's text."""
    offsets = [0]
    for line in region.lines:
        offsets.append(offsets[-1] + len(line) + 1)
    found = []
    for (left, _), piece in zip(region.spans(starts), region.pieces(starts), strict=True):
        begin = offsets[left] + len(piece) - len(piece.lstrip())
        found.append((begin, begin + len(piece.strip())))
    return found


def to_region(place: Place, base: tuple[int, int], words: tuple[str, str]) -> Place:
    """Return where a coding of a comment stands in the region's text. `words`: the comment's text, and its piece's.

    They differ where people edited the comment: then the coding is carried, and what has changed says so.
    """
    if place.start is None or place.end is None:
        return LOST
    start, end, state = place.start, place.end, place.state
    if words[0] != words[1]:
        there = carry(words[0], words[1], [(start, end)])[0]
        if there.start is None or there.end is None:
            return LOST
        start, end = there.start, there.end
        state = "placed" if there.state == "placed" and place.state == "placed" else "changed"
    return Place(base[0] + start, base[0] + end, state)


def to_piece(place: Place, pieces: Sequence[tuple[int, int]], text: str) -> Spot | None:
    """Return the piece that a place of the region's text falls into, and where in it; None for a lost one.

    One that a cut goes through stands on its longer part, as changed: a person is to look at it.
    """
    if place.start is None or place.end is None:
        return None
    parts = [(max(place.start, left), min(place.end, right)) for left, right in pieces]
    sizes = [len(text[left:right].strip()) if left < right else 0 for left, right in parts]
    best = max(range(len(parts)), key=lambda number: sizes[number])
    if not sizes[best]:
        return None
    (left, right), base = parts[best], pieces[best][0]
    is_whole = sizes[best] == sum(sizes)
    body = text[slice(*pieces[best])]
    start, end = snap(body, left - base, right - base)
    return Spot(best, Place(start, end, place.state if is_whole else "changed"))
