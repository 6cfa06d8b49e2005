"""Building blocks while elements open and close, and making them fit to be written."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from kmwiki.formats.html.model import Block, Look, Run

if TYPE_CHECKING:
    from kmwiki.formats.html.tree import Element

DEEPEST = 8
"""Lists and quotes nested deeper than this are flattened; nobody can tell them apart on a page."""

_BLANKS = re.compile(r"[ \t\n\r\f]+")
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset(
    (
        *("html", "body", "p", "div", "section", "article", "main", "header", "footer", "aside", "nav", "address"),
        *("center", "fieldset", "figure", "figcaption", "details", "summary", "dl", "dt", "dd", "form", "hgroup"),
        *(
            "table",
            "thead",
            "tbody",
            "tfoot",
            "tr",
            "td",
            "th",
            "caption",
            "ul",
            "ol",
            "menu",
            "dir",
            "li",
            "blockquote",
        ),
        *("pre", "hr", "listing", "xmp", "plaintext", "legend", "frameset", "noframes", "noscript", "dialog", "search"),
        *_HEADINGS,
    )
)
_LIST_ORDERED = "ol"


def leaves_of(block: Block) -> list[list[Run]]:
    """Return the runs of every block with text in it, in the order of reading."""
    if block.kind == "table":
        return [cell for row in block.rows for cell in row if cell]
    if block.runs:
        return [block.runs]
    return [leaf for inner in block.blocks for leaf in leaves_of(inner)]


class Pen:
    """Builds blocks while elements open and close."""

    def __init__(self) -> None:
        self._root = Block("root")
        self._open: list[tuple[Element, Block]] = []
        self._runs: list[Run] = []
        self._heading = 0
        self._line: int | None = None

    def write(self, text: str, look: Look) -> None:
        """Add text as a browser reads it: blanks of the file are one."""
        if text:
            self._runs.append(Run(_BLANKS.sub(" ", text).replace("\r", ""), look))

    def add(self, run: Run) -> None:
        """Add a run."""
        self._runs.append(run)

    def put(self, block: Block) -> None:
        """Add a whole block."""
        self._flush()
        self._target().blocks.append(block)

    def open(self, at: Element) -> None:
        """Begin an element."""
        if at.tag == "br":
            self._runs.append(Run("\n"))
            return
        if at.tag not in _BLOCKS:
            return
        self._flush()
        self._line = at.line
        if at.tag in _HEADINGS:
            self._heading = _HEADINGS[at.tag]
        elif at.tag == "hr":
            self.put(Block("rule", line=at.line))
        elif at.tag in {"ul", "ol", "menu", "dir", "blockquote", "li"}:
            self._nest(at)

    def close(self, at: Element) -> None:
        """End an element."""
        if at.tag not in _BLOCKS:
            return
        self._flush()
        self._heading = 0
        if self._open and self._open[-1][0] == at:
            self._open.pop()

    def finish(self) -> list[Block]:
        """Return what was built, empty blocks left out."""
        self._flush()
        return _kept(self._root.blocks)

    def _nest(self, at: Element) -> None:
        if len(self._open) >= 2 * DEEPEST:
            return
        if at.tag == "li":
            if self._target().kind != "list":
                return
            block = Block("item", line=at.line)
        elif at.tag == "blockquote":
            block = Block("quote", line=at.line)
        else:
            start = at.get("start")
            first = int(start) if start.isascii() and start.isdigit() and len(start) < 7 else 1  # noqa: PLR2004
            block = Block("list", level=first if at.tag == _LIST_ORDERED else 0, line=at.line)
        self._target().blocks.append(block)
        self._open.append((at, block))

    def _target(self) -> Block:
        return self._open[-1][1] if self._open else self._root

    def _flush(self) -> None:
        """End the paragraph; two breaks in a row end one, too."""
        runs, self._runs = self._runs, []
        for part in _parted(runs):
            line = tidied(part)
            if any(run.image or run.text.strip() for run in line):
                kind = "heading" if self._heading else "paragraph"
                self._target().blocks.append(Block(kind, line, level=self._heading, line=self._line))


def _parted(runs: list[Run]) -> list[list[Run]]:
    parts: list[list[Run]] = [[]]
    for run in runs:
        before = next(
            (each for each in reversed(parts[-1]) if each.is_break or each.image or each.text.strip(" ")), None
        )
        if run.is_break and before is not None and before.is_break:
            parts.append([])
        else:
            parts[-1].append(run)
    return parts


def tidied(runs: list[Run]) -> list[Run]:
    """Collapse blanks over the edges of runs, take them away at the ends of lines, and join runs of one look."""
    kept: list[Run] = []
    for run in runs:
        text = run.text
        if not run.image and not run.is_break and (not kept or kept[-1].is_break or _ends_blank(kept[-1])):
            text = text.lstrip(" ")
        if run.is_break:
            _trim(kept)
        if run.image or text:
            kept.append(replace(run, text=text))
    _trim(kept)
    while kept and kept[0].is_break:
        del kept[0]
    while kept and kept[-1].is_break:
        kept.pop()
        _trim(kept)
    joined: list[Run] = []
    for run in kept:
        is_text = not (run.image or run.is_break)
        if is_text and joined and not (joined[-1].image or joined[-1].is_break) and joined[-1].look == run.look:
            joined[-1] = replace(run, text=joined[-1].text + run.text)
        else:
            joined.append(run)
    return joined


def _ends_blank(run: Run) -> bool:
    return not run.image and run.text.endswith(" ")


def _trim(kept: list[Run]) -> None:
    while kept and not kept[-1].image and not kept[-1].is_break:
        text = kept[-1].text.rstrip(" ")
        if text == kept[-1].text:
            return
        if text:
            kept[-1] = replace(kept[-1], text=text)
            return
        kept.pop()


def _kept(blocks: list[Block]) -> list[Block]:
    """Leave out what is empty, join lists and quotes that follow each other, and let each item begin with text."""
    kept: list[Block] = []
    for block in blocks:
        if block.kind in {"list", "quote", "item"}:
            block.blocks = _kept(block.blocks)
            if block.kind == "list":
                block.blocks = _items(block.blocks)
            if not block.blocks:
                continue
        if block.kind == "pre" and not block.text().strip():
            continue
        if block.kind == "table" and not leaves_of(block):
            continue
        last = kept[-1] if kept else None
        if last is not None and block.kind == last.kind == "rule":
            continue
        if last is not None and _goes_on(last, block):
            last.blocks += block.blocks
            continue
        kept.append(block)
    return kept


def _goes_on(last: Block, block: Block) -> bool:
    if block.kind != last.kind or block.kind not in {"list", "quote"}:
        return False
    return block.kind == "quote" or bool(block.level) == bool(last.level)


def _items(blocks: list[Block]) -> list[Block]:
    """Make every part of a list an item; one that begins with no text of its own gives its parts to the list."""
    items: list[Block] = []
    for block in blocks:
        if block.kind == "item":
            if block.blocks[0].kind == "list":
                items += block.blocks[0].blocks
                rest = block.blocks[1:]
                items += [Block("item", blocks=rest, line=block.line)] if rest else []
                continue
            items.append(block)
        elif block.kind == "list" and items:
            items[-1].blocks = _kept([*items[-1].blocks, block])
        elif block.kind == "list":
            items += block.blocks
        else:
            items.append(Block("item", blocks=[block], line=block.line))
    return items
