"""Draw a plain text without changing a character: paragraphs, bullet lines and addresses are shown, never rewritten.

The reading text *is* the body. What separates blocks (line ends and blank lines) stands in no block; inside a block
every blank and line end is kept, and the class `pre` tells the style sheet to show them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kmwiki.text.blocks import Block
from kmwiki.text.markup import escape, quote
from kmwiki.text.tidying import linked

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE = re.compile(r"([^\r\n]*)(\r\n|\n|\r|\Z)")
_BULLET = re.compile(r"[^\S\r\n]*(?:[•●▪◦‣·*–-]|\d{1,3}[.)]|[๐-๙]{1,3}[.)])[^\S\r\n]+\S")


def draw_plain(body: str) -> tuple[str, tuple[Block, ...]]:
    """Give HTML (to be cleaned) and blocks of a plain text; `body[start:end]` is each block's DOM text."""
    html: list[str] = []
    blocks: list[Block] = []
    is_list = False
    for start, end, is_item in _runs(body):
        if is_item != is_list:
            html.append('<ul class="drawn">\n' if is_item else "</ul>\n")
            is_list = is_item
        tag = "li" if is_item else "p"
        blocks.append(Block(start, end, tag))
        html.append(f'<{tag} class="pre" data-start="{start}" data-end="{end}">{_text(body[start:end])}</{tag}>\n')
    if is_list:
        html.append("</ul>\n")
    return "".join(html), tuple(blocks)


def _runs(body: str) -> Iterator[tuple[int, int, bool]]:
    """Cut into paragraphs at blank lines, and at bullets; a bullet's line is a block of its own."""
    start = end = -1
    for match in _LINE.finditer(body):
        is_blank = not match[1].strip()
        is_item = not is_blank and bool(_BULLET.match(match[1]))
        if (is_blank or is_item) and start >= 0:
            yield start, end, False
            start = -1
        if is_item:
            yield match.start(1), match.end(1), True
        elif not is_blank:
            start = match.start(1) if start < 0 else start
            end = match.end(1)
    if start >= 0:
        yield start, end, False


def _text(text: str) -> str:
    return "".join(
        escape(part) if isinstance(part, str) else f"<a href={quote(part.attributes['href'])}>{escape(part.text())}</a>"
        for part in linked(text)
    )
