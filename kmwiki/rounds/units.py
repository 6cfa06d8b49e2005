"""The data that coefficients of agreement are counted from: units x coders x codes. Pure.

In a round by sentence or paragraph the units are the sentences or paragraphs of the text, coded or not, and each
weighs the same. In a free round nobody has cut the text: there every stretch between two places at which any coding
begins or ends is a unit, and `length` is its weight in code points. Summed over the units of a text the lengths are
the length of what was judged (blanks between sentences belong to no unit), so that Cohen's and Fleiss' kappa over
units, over characters, Krippendorff's alpha and its unitising form can all be counted from this without the text.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, cast

from kmwiki.text.units import cut

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from kmwiki.rounds.cases import Mark
    from kmwiki.text.units import Unit as TextUnit

FREE = "free"


@dataclass(frozen=True, slots=True)
class Unit:
    """A stretch of a text, end exclusive, with the codes that each coder gave it; who gave none is left out."""

    start: int
    end: int
    codes: dict[int, frozenset[int]] = field(default_factory=dict)

    @property
    def length(self) -> int:
        """Its code points."""
        return self.end - self.start

    def coders_of(self, code_id: int) -> set[int]:
        """Return who gave it this code."""
        return {coder_id for coder_id, codes in self.codes.items() if code_id in codes}


@dataclass(frozen=True, slots=True)
class Share:
    """How one code was used: passages by coder, characters that anybody and that everybody put under it."""

    code_id: int
    by_coder: dict[int, int]
    any_length: int
    all_length: int

    @property
    def percent(self) -> int | None:
        """Of what anybody put under the code, the percentage that everybody did; None if nobody used it."""
        return round(100 * self.all_length / self.any_length) if self.any_length else None


def pieces(text: str, unit: str) -> list[tuple[int, int]]:
    """Return the sentences or paragraphs of a text in order; of a free round its paragraphs."""
    return cut(text, cast("TextUnit", "paragraph" if unit == FREE else unit))


def units_of(text: str, unit: str, marks: Sequence[Mark]) -> list[Unit]:
    """Return the units of one text with what was coded in them; a coding counts in every unit that it touches."""
    standing = [mark for mark in marks if mark.start is not None]
    spans = _cut(text, standing) if unit == FREE else pieces(text, unit)
    ends = [end for _, end in spans]
    codes: list[dict[int, set[int]]] = [{} for _ in spans]
    for mark in standing:
        start, end = mark.span
        at = bisect_right(ends, start)
        while at < len(spans) and spans[at][0] < end:
            codes[at].setdefault(mark.coder_id, set()).add(mark.code_id)
            at += 1
    return [
        Unit(start, end, {coder: frozenset(given) for coder, given in found.items()})
        for (start, end), found in zip(spans, codes, strict=True)
    ]


def _cut(text: str, marks: Sequence[Mark]) -> list[tuple[int, int]]:
    edges = {0, len(text)} | {edge for mark in marks for edge in mark.span}
    return list(pairwise(sorted(edges)))


def shares(units: Collection[Unit], marks: Sequence[Mark], coders: Collection[int]) -> dict[int, Share]:
    """Return by code how far the coders of one text used it alike."""
    found: dict[int, Share] = {}
    for code_id in {mark.code_id for mark in marks}:
        touched = [(unit.length, unit.coders_of(code_id)) for unit in units]
        found[code_id] = Share(
            code_id,
            {coder: sum(mark.code_id == code_id and mark.coder_id == coder for mark in marks) for coder in coders},
            sum(length for length, who in touched if who),
            sum(length for length, who in touched if who >= set(coders)),
        )
    return found


def added(left: Share, right: Share) -> Share:
    """Add what two texts tell of one code."""
    coders = left.by_coder.keys() | right.by_coder.keys()
    return Share(
        left.code_id,
        {coder: left.by_coder.get(coder, 0) + right.by_coder.get(coder, 0) for coder in coders},
        left.any_length + right.any_length,
        left.all_length + right.all_length,
    )
