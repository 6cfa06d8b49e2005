"""The frame of a page: where its metadata, its comments and its footer stand, and what is left between them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmwiki.formats.gotoknow.footer import cut_footer
from kmwiki.formats.gotoknow.labels import Labels, read_labels
from kmwiki.formats.gotoknow.moments import DIGITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kmwiki.formats.gotoknow.lines import Line

_NOUN = r"(?:ความเห็น|ความคิดเห็น|ข้อคิดเห็น|คำตอบ|[Cc]omments?)"
_UNIT = "รายการ|ข้อความ"
_HEADING = re.compile(
    rf"\s*(?:(?P<noun>{_NOUN})\s*(?:ทั้งหมด\s*)?(?:\(\s*(?P<inner>[\d,]+)\s*(?:{_UNIT})?\s*\)|[:：]?\s*(?P<bare>[\d,]+)|\(\s*\))\s*(?:{_UNIT})?"
    rf"|(?:มี\s*)?\(?\s*(?P<first>[\d,]+)\s*\)?\s*{_NOUN})\s*[:：]?\s*"
)
_NONE_YET = re.compile(rf"\s*(?:ยัง)?ไม่มี{_NOUN}\s*")
_WORD_ALONE = re.compile(rf"\s*{_NOUN}\s*[:：]?\s*")
_MOST_BETWEEN = 3  # lines that the platform may put between metadata and comments
_LONGEST_HEADING = 80
_MOST_ABOVE = 3  # a kind, a title and a name
_LONGEST_BELOW_TITLE = 60


@dataclass(frozen=True, slots=True)
class Heading:
    """The line above the comments: its position, the number in it (None: none), and whether it speaks of answers."""

    at: int
    count: int | None
    is_answers: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """The lines of a page without its footer, divided. Positions count in `lines`, end-exclusive."""

    lines: Sequence[Line]
    text_end: int
    """Where title and body end."""
    labels: Labels
    meta_lines: tuple[int, int] | None
    """Numbers of the first and last line of the metadata at the foot."""
    heading: Heading | None
    rest: tuple[int, int]
    """The lines of the comments."""
    footer_from: int | None
    unread: tuple[int, ...] = ()
    """Numbers of lines between metadata and comments that are neither."""

    @property
    def is_last_glued(self) -> bool:
        """Whether the footer follows the last comment without an empty line."""
        return self.footer_from is not None and self.rest[0] < self.rest[1] and bool(self.lines[self.rest[1] - 1].text)


def find_frame(lines: Sequence[Line]) -> Frame:
    """Find the foot of the page: metadata, then a heading, then comments, then a footer; each may be missing."""
    labelled = [read_labels(line.text) for line in lines]
    pairs = zip(lines, labelled, strict=True)
    parts = [(found is not None and found.is_anchor) or read_heading(line.text, 0) is not None for line, found in pairs]
    kept, footer_from = cut_footer(lines, parts)
    labelled = [read_labels(line.text) for line in kept]
    anchor = _last_anchor(kept, labelled)
    heading = _find_heading(kept, anchor)
    end = heading.at if heading else len(kept)
    rest = (heading.at + 1, len(kept)) if heading else (len(kept), len(kept))
    block = _block_above(kept, labelled, end)
    unread: tuple[int, ...] = ()
    if anchor is not None and not block.labels.is_anchor and not _opens_page(kept, labelled, anchor):
        block = _block_above(kept, labelled, _block_end(kept, labelled, anchor))
        between = [line.no for line in kept[block.end : end] if not line.is_blank]
        if heading is None:
            rest = (block.end, len(kept))
        elif len(between) <= _MOST_BETWEEN:
            unread = tuple(between)
        else:  # text goes on below the metadata: they are taken out of its middle
            return _without_block(kept, block, heading, footer_from)
    return Frame(kept, block.start, block.labels, block.lines, heading, rest, footer_from, unread)


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines of metadata: from `start` to `end`, what they say, and their first and last number in the file."""

    start: int
    end: int
    labels: Labels
    lines: tuple[int, int] | None


def _without_block(kept: list[Line], block: _Block, heading: Heading, footer_from: int | None) -> Frame:
    lines = [*kept[: block.start], *kept[block.end :]]
    at = heading.at - (block.end - block.start)
    moved = Heading(at, heading.count, heading.is_answers)
    return Frame(lines, at, block.labels, block.lines, moved, (at + 1, len(lines)), footer_from)


def read_heading(text: str, at: int) -> Heading | None:
    """Read "ความเห็น (8)" and its like, Thai digits too; None for any other line."""
    if len(text) > _LONGEST_HEADING:
        return None
    plain = text.translate(DIGITS)
    if _NONE_YET.fullmatch(plain):
        return Heading(at, 0)
    found = _HEADING.fullmatch(plain)
    if found is None:
        return None
    number = (found["inner"] or found["bare"] or found["first"] or "").replace(",", "")
    return Heading(at, int(number) if number else None, is_answers="คำตอบ" in text)


def _last_anchor(lines: Sequence[Line], labelled: Sequence[Labels | None]) -> int | None:
    """The platform's own line with a record number: the last one before the first heading after it."""
    records = [at for at, found in enumerate(labelled) if found is not None and found.record_no is not None]
    headings = [at for at, line in enumerate(lines) if read_heading(line.text, at)]
    before = [at for at in records if any(heading > at for heading in headings)]
    if not before:
        return records[-1] if records else None
    first = min(heading for heading in headings if heading > before[0])
    return max(at for at in before if at < first)


def _find_heading(lines: Sequence[Line], anchor: int | None) -> Heading | None:
    found = [heading for at, line in enumerate(lines) if (heading := read_heading(line.text, at))]
    if anchor is None:
        return found[-1] if found else None
    after = [heading for heading in found if heading.at > anchor]
    if after:
        return after[0]
    words = [
        at
        for at, line in enumerate(lines)
        if at > anchor and len(line.text) <= _LONGEST_HEADING and _WORD_ALONE.fullmatch(line.text)
    ]
    return Heading(words[0], None, is_answers="คำตอบ" in lines[words[0]].text) if words else None


def _block_above(lines: Sequence[Line], labelled: Sequence[Labels | None], end: int) -> _Block:
    """Find the metadata that end at `end`; what a person may have written, too, is text unless metadata stand above."""
    start, at, labels, pending = end, end, Labels(), Labels()
    lowest = end
    while at > 0 and (lines[at - 1].is_blank or labelled[at - 1] is not None):
        at -= 1
        found = labelled[at]
        if found is None:
            continue
        pending = pending.joined(found)
        if found.is_strong:
            start, labels = at, pending
            lowest = at if lowest == end else lowest
    return _Block(start, end, labels, (lines[start].no, lines[lowest].no) if lowest < end else None)


def _block_end(lines: Sequence[Line], labelled: Sequence[Labels | None], anchor: int) -> int:
    end = at = anchor + 1
    while at < len(lines) and (lines[at].is_blank or labelled[at] is not None):
        at += 1
        if labelled[at - 1] is not None:
            end = at
    return end


def _opens_page(lines: Sequence[Line], labelled: Sequence[Labels | None], anchor: int) -> bool:
    """Whether the metadata stand in a header: above them at most a title and a name."""
    above = [
        line.text
        for line, found in zip(lines[:anchor], labelled[:anchor], strict=True)
        if not line.is_blank and found is None
    ]
    is_short = all(len(text) <= _LONGEST_BELOW_TITLE for text in above[1:])
    return len(above) <= _MOST_ABOVE and is_short and any(not line.is_blank for line in lines[anchor + 1 :])
