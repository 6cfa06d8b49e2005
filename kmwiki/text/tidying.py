"""Bring the tree of a rendered Markdown text into the form that its reading text is taken from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kmwiki.text.blocks import BLOCKS, LEAVES, Node

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ADDRESS = re.compile(r"https?://[^\s<>\"'“”‘’|\\^`{}\u0e00-\u0e7f]+(?<![.,;:!?)\]])")
_OWN_IMAGE = re.compile(r"(?:attachment:|/?(?![/\\]))[^\s:\\\"'<>]+")
# With one of these schemes, or with none: no colon before the first slash, question mark or number sign.
_TARGET = re.compile(r"(?:https?|mailto|tel|attachment):[^\s]*|[^:/?#\s]*(?:[/?#][^\s]*)?", re.IGNORECASE)
_ALIGNED = {"right": "to-right", "center": "to-center"}


def tidy(node: Node) -> None:
    """Tidy a block and all in it: stray inline runs get a paragraph, line ends a break, foreign images a link."""
    if node.tag == "pre":
        node.children = [Node("code", {}, [node.text().removesuffix("\n")])]
    elif node.tag in LEAVES or (node.tag == "li" and not node.has_blocks()):
        if (align := node.attributes.pop("align", None)) in _ALIGNED:
            node.attributes["class"] = _ALIGNED[str(align)]
        node.children = list(_inline(_stripped(node.children), in_link=False))
    else:
        node.children = list(_wrapped(node))
        for child in node.children:
            if isinstance(child, Node):
                tidy(child)


def linked(text: str) -> Iterator[Node | str]:
    """Make the addresses in a text links; no character changes."""
    done = 0
    for match in _ADDRESS.finditer(text):
        yield text[done : match.start()]
        yield Node("a", {"href": match[0]}, [match[0]])
        done = match.end()
    yield text[done:]


def _wrapped(node: Node) -> Iterator[Node | str]:
    """Put the inline runs beside blocks into paragraphs of their own; blanks between blocks go."""
    run: list[Node | str] = []
    for child in [*node.children, None]:
        if child is not None and not (isinstance(child, Node) and child.tag in BLOCKS):
            run.append(child)
            continue
        if any(isinstance(part, Node) or part.strip() for part in run):
            yield Node("p", {"class": "tight"} if node.tag == "li" else {}, run)
        run = []
        if child is not None:
            yield child


def _stripped(children: list[Node | str]) -> list[Node | str]:
    """Drop the line ends that the renderer puts at the edges of a block."""
    kept = list(children)
    if kept and isinstance(kept[0], str):
        kept[0] = kept[0].lstrip("\n")
    if kept and isinstance(kept[-1], str):
        kept[-1] = kept[-1].rstrip("\n")
    return kept


def _inline(children: Iterable[Node | str], *, in_link: bool) -> Iterator[Node | str]:
    was_break = False
    for child in children:
        if isinstance(child, str):
            text = child.removeprefix("\n") if was_break else child
            yield from _with_breaks(text, in_link=in_link)
        elif child.tag == "br":
            yield child
            yield "\n"
        elif child.tag == "img":
            yield _image(child, in_link=in_link)
        elif child.tag == "code":
            yield child
        elif child.tag == "a" and not _TARGET.fullmatch(child.attributes.get("href", ":")):
            yield from _inline(child.children, in_link=in_link)
        else:
            child.children = list(_inline(child.children, in_link=in_link or child.tag == "a"))
            yield child
        was_break = isinstance(child, Node) and child.tag == "br"


def _with_breaks(text: str, *, in_link: bool) -> Iterator[Node | str]:
    for number, line in enumerate(text.split("\n")):
        if number:
            yield Node("br")
            yield "\n"
        yield from [line] if in_link else linked(line)


def _image(node: Node, *, in_link: bool) -> Node | str:
    """Keep an image of this machine; one from elsewhere becomes a link, so that reading sends no request away."""
    source, alt = node.attributes.get("src", ""), node.attributes.get("alt", "")
    if _OWN_IMAGE.fullmatch(source):
        return node
    if in_link or not source.startswith(("https://", "http://")):
        return alt
    return Node("a", {"href": source}, [alt or source])
