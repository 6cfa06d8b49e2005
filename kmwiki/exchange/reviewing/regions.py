"""The comments of a page as one run of lines with cuts in it. Whatever the cuts, the pieces make up the whole again."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from kmwiki.formats.decoding import decode
from kmwiki.formats.gotoknow.below import read_below

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kmwiki.exchange.importing.reading import Draft

_UNSEEN = "\u200b\u2060\ufeff"


@dataclass(frozen=True, slots=True)
class Region:
    """The lines of all comments of a page. A cut is the position of the line that a comment starts with."""

    lines: tuple[str, ...] = ()
    numbers: tuple[int | None, ...] = ()
    """The line's number in the file, from 1; None where the file has no such line."""

    @property
    def text(self) -> str:
        """All of it, as it stands in the page."""
        return "\n".join(self.lines)

    def pieces(self, starts: Sequence[int]) -> list[str]:
        """Return the pieces between the cuts; joined by line feeds they are the whole again."""
        return ["\n".join(self.lines[left:right]) for left, right in self.spans(starts)]

    def spans(self, starts: Sequence[int]) -> list[tuple[int, int]]:
        """Return the first line of each piece and the one behind its last."""
        return list(pairwise([*starts, len(self.lines)])) if self.lines else []

    def bodies(self, starts: Sequence[int]) -> list[str]:
        """Return the comments' texts: the pieces without the white space around them."""
        return [piece.strip() for piece in self.pieces(starts)]

    def is_blank(self, at: int) -> bool:
        """Whether nothing can be seen in that line."""
        return not self.lines[at].strip().strip(_UNSEEN).strip()

    def number_span(self, left: int, right: int) -> tuple[int, int] | None:
        """Return the numbers in the file of the first and last line that can be seen, None where there are none."""
        seen = [self.numbers[at] for at in range(left, right) if not self.is_blank(at)]
        numbers = [number for number in seen if number is not None]
        return (numbers[0], numbers[-1]) if numbers else None

    def as_json(self) -> list[list[object]]:
        """Return the shape that `ImportReview.region` keeps."""
        return [[number, line] for number, line in zip(self.numbers, self.lines, strict=True)]

    @classmethod
    def from_json(cls, kept: Sequence[Sequence[object]]) -> Region:
        """Make it of what `as_json` gave."""
        return cls(
            tuple(str(line) for _, line in kept),
            tuple(number if isinstance(number, int) else None for number, _ in kept),
        )


@dataclass(frozen=True, slots=True)
class ReadRegion:
    """The comments of a draft: their lines, where the reader cut them, and how many the page's heading counts."""

    region: Region
    starts: tuple[int, ...]
    expected: int | None


def region_of(draft: Draft) -> ReadRegion:
    """Return the comments' lines of a draft: those of its page, or its comments joined where no page can be cut."""
    bodies = [comment.text for comment in draft.comments]
    if not bodies:
        return ReadRegion(Region(), (), None)
    below = read_below(decode(draft.data, draft.encoding).text)
    region = Region(tuple(line.text for line in below.lines), tuple(line.no for line in below.lines))
    starts = find_starts(region, bodies)
    if starts is not None:
        return ReadRegion(region, starts, below.count)
    return joined(bodies)


def joined(bodies: Sequence[str]) -> ReadRegion:
    """Return comments that came apart already as one run of lines, an empty one between them."""
    lines: list[str] = []
    starts: list[int] = []
    for body in bodies:
        if lines:
            lines.append("")
        starts.append(len(lines))
        lines.extend(body.split("\n"))
    return ReadRegion(Region(tuple(lines), (None,) * len(lines)), tuple(starts), len(bodies))


def find_starts(region: Region, bodies: Sequence[str]) -> tuple[int, ...] | None:
    """Return where these comments start, one behind the other; None if they do not make up the region."""
    starts: list[int] = []
    at = 0
    for body in bodies:
        size = body.count("\n") + 1
        while at < len(region.lines) and region.is_blank(at):
            at += 1
        if "\n".join(region.lines[at : at + size]).strip() != body:
            return None
        starts.append(at)
        at += size
    rest = range(at, len(region.lines))
    return tuple(starts) if all(region.is_blank(line) for line in rest) else None
