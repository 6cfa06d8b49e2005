"""The part of a page below its heading of comments: the lines that are cut into comments, and their number as told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmwiki.formats.gotoknow.frame import find_frame
from kmwiki.formats.gotoknow.lines import has_markup, split_lines, strip_markup

if TYPE_CHECKING:
    from kmwiki.formats.gotoknow.lines import Line


@dataclass(frozen=True, slots=True)
class Below:
    """The comments' lines, from the first that can be seen to the last, and how many comments the heading counts."""

    lines: tuple[Line, ...]
    count: int | None


def read_below(text: str) -> Below:
    """Find the comments' lines of a page as `parse` does."""
    frame = find_frame(strip_markup(text) if has_markup(text) else split_lines(text))
    lines = list(frame.lines[slice(*frame.rest)])
    while lines and lines[0].is_blank:
        lines.pop(0)
    while lines and lines[-1].is_blank:
        lines.pop()
    return Below(tuple(lines), frame.heading.count if frame.heading else None)
