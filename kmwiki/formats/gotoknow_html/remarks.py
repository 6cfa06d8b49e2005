"""The comments of a page: each is an element, so where it begins and ends is certain."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmwiki.formats.gotoknow.labels import read_byline, read_labels
from kmwiki.formats.gotoknow.model import PageComment
from kmwiki.formats.gotoknow_html.facts import read_time
from kmwiki.formats.html.writing import is_plain, to_markdown, to_plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kmwiki.formats.gotoknow.moments import Moment
    from kmwiki.formats.gotoknow_html.layouts import Layout
    from kmwiki.formats.html.model import Block
    from kmwiki.formats.html.tree import Element
    from kmwiki.formats.html.walking import Walker

MOST = 5000
"""Comments of one page that are read."""

_LONGEST_NAME = 100
_ADDRESS = re.compile(r"\s*\(?https?://[^\s()]*\)?")  # plain text writes it behind a link's words
_NO_NAME = re.compile(
    r"(?:ตอบ(?:กลับ)?|ลบ|แก้ไข|แจ้งลบ|รายงาน|ถูกใจ|อ้างอิง|[Rr]eply|[Ll]ike|[Rr]eport|[Dd]elete|[Ee]dit|[Pp]ermalink)"
    r"|(?:ความ(?:คิด)?เห็นที่\s*)?[\d๐-๙]+[.)]?"
)  # buttons and counters of a comment
_AROUND_NAME = " \t\xa0|·•#:"


class Evidence:
    """The page as it was read, line by line, so that a person can see what came from where. Lines count from 1."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    @property
    def text(self) -> str:
        """All lines."""
        return "\n".join(self._lines)

    def add(self, text: str) -> tuple[int, int] | None:
        """Add a part with an empty line before it; return its first and last line, None for nothing."""
        if not text.strip():
            return None
        self._lines += [""] if self._lines else []
        first = len(self._lines) + 1
        self._lines += text.split("\n")
        return first, len(self._lines)


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment as found: its blocks, and who wrote it when, as far as it says."""

    blocks: Sequence[Block]
    author: str | None = None
    written: Moment | None = None


def find_remarks(
    root: Element, layout: Layout, walker: Walker, body: Element | None
) -> tuple[list[Remark], list[Element]]:
    """Return the comments that a layout finds outside the body, in the order of the page, and their elements."""
    found = [each for each in layout.elements("comments", root) if body is None or not body.is_within(each)][:MOST]
    inner = _nested(found)
    remarks = [_read(each, layout, walker, inner[each]) for each in found]
    kept = [(remark, each) for remark, each in zip(remarks, found, strict=True) if remark.blocks]
    return [remark for remark, _ in kept], [each for _, each in kept]


def as_comments(remarks: Sequence[Remark], evidence: Evidence) -> tuple[PageComment, ...]:
    """Write the comments: as plain text where that holds all there is to them, else as Markdown."""
    comments = []
    for remark in remarks:
        plain = to_plain(remark.blocks)
        head = " ".join(part for part in (remark.author, remark.written.words if remark.written else None) if part)
        lines = evidence.add(f"{head}\n{plain}" if head else plain) or (1, 1)
        has_more = not is_plain(remark.blocks)
        comments.append(
            PageComment(
                lines,
                to_markdown(remark.blocks) if has_more else plain,
                remark.author,
                remark.written,
                body_format="markdown" if has_more else "plain",
            )
        )
    return tuple(comments)


def _nested(found: Sequence[Element]) -> dict[Element, list[Element]]:
    """Return for each comment those that stand directly within it: answers are comments of their own."""
    among = set(found)
    inner: dict[Element, list[Element]] = {each: [] for each in found}
    for each in found:
        above = each.parent
        while above is not None:
            if above in among:
                inner[above].append(each)
                break
            above = above.parent
    return inner


def _read(element: Element, layout: Layout, walker: Walker, inner: Sequence[Element]) -> Remark:
    def own(part: str) -> list[tuple[Element, str]]:
        return [
            (each, value)
            for each, value in layout.find(part, element)
            if not any(each.is_within(other) for other in inner)
        ]

    names, times, texts = own("comment_author"), own("comment_written"), own("comment_text")
    author = next((value for _, value in names if len(value) <= _LONGEST_NAME), None)
    written = next((moment for _, value in times if (moment := read_time(value))), None)
    without = {*inner, *layout.elements("remove", element)}
    if texts:
        text = texts[0][0]
        told = Remark(walker.blocks_of(text, without - {text}), author, written)
        read = {each for each, _ in names[:1]} | {each for each, value in times if read_time(value)}
        return _with_rest(told, walker.blocks_of(element, without | read | {text}))
    without |= {each for each, _ in names[:1]} | {each for each, _ in times[:1]}
    return _with_byline(Remark(walker.blocks_of(element, without), author, written))


def _with_rest(remark: Remark, rest: Sequence[Block]) -> Remark:
    """Read who wrote it when from what stands beside the text, where no selector told it."""
    author, written, names = remark.author, remark.written, []
    for line in to_plain(rest).split("\n"):
        words = _ADDRESS.sub("", line).strip(_AROUND_NAME)
        labels = read_labels(words) or read_byline(words)
        if labels is not None:
            author, written = author or labels.author, written or labels.written
        elif words and len(words) <= _LONGEST_NAME and not _NO_NAME.fullmatch(words):
            names.append(words)
    return Remark(remark.blocks, author or next(iter(names), None), written)


def _with_byline(remark: Remark) -> Remark:
    """Take a line of name and time above or below the text for what it is, where nothing else told them."""
    if remark.author is not None and remark.written is not None:
        return remark
    for at in (0, -1):
        if len(remark.blocks) > 1 and (labels := read_byline(to_plain([remark.blocks[at]]))) is not None:
            rest = list(remark.blocks)
            del rest[at]
            return Remark(rest, remark.author or labels.author, remark.written or labels.written)
    return remark
