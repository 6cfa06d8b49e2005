"""A page of the site that no layout fits: its parts are told by the site's words, as in a page saved as text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kmwiki.formats.gotoknow.page import parse
from kmwiki.formats.gotoknow_html.layouts import ANY, own_layouts
from kmwiki.formats.gotoknow_html.remarks import Remark, find_remarks
from kmwiki.formats.html.model import Block, Run
from kmwiki.formats.html.writing import to_plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kmwiki.formats.gotoknow.model import Page
    from kmwiki.formats.html.tree import Element
    from kmwiki.formats.html.walking import Walker

MARK = re.compile(r"หมายเลข(?:บันทึก|อนุทิน|คำถาม)\s*[:：]?\s*[\d๐-๙]|เขียนเมื่อ\s*[:：]?\s*[\d๐-๙]")
"""What only the site writes."""


def read_by_wording(
    root: Element, walker: Walker, title: str | None
) -> tuple[Page, str, Sequence[Remark], Sequence[Block]] | None:
    """Return the page, the text that its lines count in, its comments as found by elements, and the body's blocks.

    None where the words do not divide the page after all. Comments found by elements are given only where they are as
    many as the page says; else those of the page were cut by its words.
    """
    anything = next(layout for layout in own_layouts() if layout.name == ANY)
    whole = (root.select("body") or [root])[0]
    walker.arranging = [table for table in root.select("table") if _is_frame(table, title)]
    remarks, elements = find_remarks(root, anything, walker, None)
    blocks = _from_title(walker.blocks_of(whole, set(root.select("nav, form, aside, [role='navigation']"))), title)
    lines: list[str] = []
    starts: list[int] = []
    for block in blocks:
        lines += [""] if lines else []
        starts.append(len(lines) + 1)
        lines += to_plain([block]).split("\n")
    page = parse("\n".join(lines))
    if not page.is_known or page.body_lines is None:
        return None
    first, last = page.body_lines
    body = [block for start, block in zip(starts, blocks, strict=True) if first <= start <= last]
    if first not in starts:  # it begins amid a block: no words may be lost with that
        body = _paragraphs(page.body)
    is_counted = bool(elements) and (page.comment_count is None or page.comment_count == len(remarks))
    return page, "\n".join(lines), remarks if is_counted else (), body


def _is_frame(table: Element, title: str | None) -> bool:
    """Whether a table holds the page rather than data: the site's labels, or the title as a cell of its own."""
    if MARK.search(table.words()):
        return True
    return title is not None and any(cell.words() == title for cell in table.select("td"))


def _paragraphs(text: str) -> list[Block]:
    """Return plain text as paragraphs that keep their lines."""
    return [
        Block("paragraph", [Run(part) for part in re.split(r"(\n)", paragraph.strip("\n")) if part])
        for paragraph in re.split(r"\n\s*\n", text)
        if paragraph.strip()
    ]


def _from_title(blocks: list[Block], title: str | None) -> list[Block]:
    """Leave out what stands above the title: names and menus of the site."""
    for at, block in enumerate(blocks):
        words = " ".join(block.text().split())
        if (title and words == title) or (title is None and block.kind == "heading"):
            return blocks[at:]
    first = next((at for at, block in enumerate(blocks) if block.kind == "heading"), 0)
    return blocks[first:]
