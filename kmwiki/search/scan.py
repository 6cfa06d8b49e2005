"""Finding a string in a block: every place of it, then how much it weighs in each text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kmwiki.search.resident import spans

if TYPE_CHECKING:
    import numpy.typing as npt

    from kmwiki.search.engine import Has
    from kmwiki.search.resident import Block, Numbers, Small, Units

    Weights = npt.NDArray[np.float32]

TITLE, LEAD, PARTIAL = 4.0, 2.0, 0.4
"""What a whole word weighs in the title and in the lead, and what a part of a word does; in the body it is 1."""
_LOW_FIRST, _LOW_LAST = 0xDC00, 0xDFFF

# How common characters are in Thai prose, the commonest first: the rarest of a string is looked for. Any order works.
_COMMON = {ord(char): rank for rank, char in enumerate(" านรกเอมงวยลท่ส้ีตดัคิปะ็ใบุหจขพแไูชำ์โถผณซญธศษฐภื1205")}
_RARE = 40
"""From this rank on a character is rare."""


@dataclass(frozen=True, slots=True)
class Hits:
    """Where something stands in a block: places in order, its weighted count at each, whether as a whole word."""

    places: Small
    weights: Weights
    wholes: npt.NDArray[np.bool_]

    @property
    def size(self) -> int:
        """Bytes."""
        return self.places.nbytes + self.weights.nbytes + self.wholes.nbytes


def occurrences(block: Block, needle: str) -> Numbers:
    """Return every unit of the block at which the string begins, overlapping ones included."""
    wanted = np.frombuffer(needle.encode("utf-16-le", "surrogatepass"), dtype=np.uint16)
    if not len(wanted) or not wanted.all():
        return np.zeros(0, dtype=np.int64)
    found = [at + base for base, piece in spans(block.units, len(wanted) - 1) if len(at := _in_piece(piece, wanted))]
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)


def _in_piece(piece: Units, wanted: Units) -> Numbers:
    """Look for the rarest unit first, then whether the others stand around it.

    Where even the rarest is common, three units are compared everywhere before places are listed: listing costs more.
    """
    size = len(wanted)
    last = len(piece) - size + 1
    if last <= 0:
        return np.zeros(0, dtype=np.int64)
    order = sorted(range(size), key=lambda at: _COMMON.get(int(wanted[at]), 99), reverse=True)
    is_rare = _COMMON.get(int(wanted[order[0]]), 99) >= _RARE
    everywhere = 1 if is_rare else 3
    mask = piece[order[0] : order[0] + last] == wanted[order[0]]
    for at in order[1:everywhere]:
        mask &= piece[at : at + last] == wanted[at]
    places = np.flatnonzero(mask)
    for at in order[everywhere:]:
        if not len(places):
            break
        places = places[piece[places + at] == wanted[at]]
    return places


def scan(block: Block, leaf: Has) -> Hits:
    """Find a string: whole words weigh more than parts of words, title and lead more than the body."""
    at, place = standing(block, leaf)
    if not len(at):
        return NOTHING
    units = len(leaf.text.encode("utf-16-le", "surrogatepass")) >> 1
    whole = block.at_edge(at) & block.at_edge(at + units)
    weight = np.where(whole, 1.0, PARTIAL)
    weight[at < block.lead_ends[place]] *= LEAD
    weight[at < block.title_ends[place]] *= TITLE / LEAD
    sums = np.bincount(place, weights=weight, minlength=len(block))
    wholes = np.zeros(len(block), dtype=np.bool_)
    wholes[place[whole]] = True
    places = np.flatnonzero(sums)
    return Hits(places.astype(np.int32), sums[places].astype(np.float32), wholes[places])


def standing(block: Block, leaf: Has) -> tuple[Numbers, Numbers]:
    """Return every unit at which the string stands as it is asked for, and the text of each."""
    at = occurrences(block, leaf.text)
    if len(at) and leaf.starts_word:
        at = at[block.at_edge(at)]
    # Where each text begins among the places: far fewer to look up than the text of every place.
    counts = np.diff(np.searchsorted(at, block.starts))
    place = np.repeat(np.arange(len(block), dtype=np.int64), counts)
    if leaf.part:
        kept = within_part(block, leaf.part, place, at)
        at, place = at[kept], place[kept]
    return at, place


def within_part(block: Block, part: str, place: Numbers, at: Numbers) -> npt.NDArray[np.bool_]:
    """Tell of each occurrence, given with its text, whether it stands in that part: title, lead or body."""
    titles, leads = block.title_ends[place], block.lead_ends[place]
    if part == "title":
        return at < titles
    return (at >= titles) & (at < leads) if part == "lead" else at >= leads


NOTHING = Hits(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32), np.zeros(0, dtype=np.bool_))
