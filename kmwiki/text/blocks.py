"""What a rendered text consists of: leaf blocks, headings, and the tree that they are taken from.

A *leaf block* is the innermost block around a run of text: a paragraph, heading, list item, table cell, code block.
Its DOM text is exactly `reading_text[start:end]`, and it alone carries `data-start` and `data-end`. Between leaf blocks
the reading text has a tab (cells of a row), a line end (items of a list, rows) or an empty line (all else); nothing of
that is in the DOM. Inside a block a line break is `<br>` and a line end, so that both hold the same characters.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from kmwiki.text.markup import VOID, escape, quote, read_attributes, tokens

LEAVES = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "td", "th"})
BLOCKS = LEAVES | {"ul", "ol", "li", "blockquote", "table", "thead", "tbody", "tr", "hr"}


class TooDeep(ValueError):  # noqa: N818 - says what it is
    """The text is nested deeper than any person would."""


@dataclass(frozen=True, slots=True)
class Block:
    """A leaf block: `reading_text[start:end]` stands in an element `tag`."""

    start: int
    end: int
    tag: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the outline; `start` is its place in the reading text, its element has the id `h<start>`."""

    level: int
    text: str
    start: int


@dataclass(slots=True)
class Node:
    """An element; its children are elements and texts."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    def text(self) -> str:
        """Give the DOM's textContent."""
        return "".join(child if isinstance(child, str) else child.text() for child in self.children)

    def has_blocks(self) -> bool:
        """Tell whether blocks stand in it, so that it is no leaf itself."""
        return any(isinstance(child, Node) and child.tag in BLOCKS for child in self.children)


def parse(html: str, max_depth: int) -> Node:
    """Read HTML as nh3 writes it into a tree; TooDeep if its elements nest deeper than `max_depth`."""
    root = Node("")
    open_nodes = [root]
    for token in tokens(html):
        if not token.tag:
            open_nodes[-1].children.append(token.text)
        elif token.is_end:
            open_nodes.pop()
        else:
            node = Node(token.tag, read_attributes(token.attributes))
            open_nodes[-1].children.append(node)
            if token.tag not in VOID:
                open_nodes.append(node)
            if len(open_nodes) > max_depth:
                raise TooDeep
    return root


class Writer:
    """Writes a tidied tree as HTML and its reading text side by side."""

    def __init__(self) -> None:
        self.html: list[str] = []
        self.blocks: list[Block] = []
        self.outline: list[Heading] = []
        self._texts: list[str] = []
        self._length = 0
        self._gap = ""

    @property
    def reading_text(self) -> str:
        """The text written so far."""
        return "".join(self._texts)

    def write(self, node: Node | str) -> None:
        """Write a block with all that is in it; texts beside blocks are blanks and stay out."""
        if isinstance(node, str):
            return
        if node.tag in LEAVES or (node.tag == "li" and not node.has_blocks()):
            self._leaf(node)
            return
        if node.tag in VOID:
            self.html.append(f"<{node.tag}>\n")
            return
        self.html.append(_start(node) if node.tag else "")
        for child in node.children:
            self.write(child)
            self._part(node.tag)
        self.html.append(f"</{node.tag}>\n" if node.tag else "")

    def _part(self, tag: str) -> None:
        """Remember what separates the block just written from the next; an empty cell still has its tab."""
        if tag == "tr":
            self._gap += "\t"
            return
        gap = "\n" if tag in {"li", "ul", "ol", "table", "thead", "tbody"} else "\n\n"
        self._gap = max(self._gap, gap, key=lambda each: each.count("\n"))

    def _leaf(self, node: Node) -> None:
        text = node.text()
        if text and self._texts:
            self._add(self._gap)
        self._gap = "" if text else self._gap
        start = self._length
        if text:
            self._add(text)
            self.blocks.append(Block(start, self._length, node.tag))
        node.attributes |= {"data-start": str(start), "data-end": str(self._length)}
        if node.tag[0] == "h" and text:
            self.outline.append(Heading(int(node.tag[1]), text, start))
            node.attributes["id"] = f"h{start}"
        self._inline(node)
        self.html.append("\n")

    def _add(self, text: str) -> None:
        self._texts.append(text)
        self._length += len(text)

    def _inline(self, node: Node) -> None:
        self.html.append(_start(node))
        for child in node.children:
            if isinstance(child, str):
                self.html.append(escape(child))
            else:
                self._inline(child)
        if node.tag not in VOID:
            self.html.append(f"</{node.tag}>")


def _start(node: Node) -> str:
    return f"<{node.tag}{''.join(f' {name}={quote(value)}' for name, value in node.attributes.items())}>"
