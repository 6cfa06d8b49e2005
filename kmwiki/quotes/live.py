"""Quotes in other texts: a line of its own such as `[[quote:12]]` or `/q/12` shows the quote when the page is drawn.

The stored HTML and the reading text stay as they were typed: the block that shows the quote stands beside the
paragraph that names it and belongs to no text, so that no offset moves. What a block shows is asked anew for every
reader and every page. Pure: rights and words come from who calls.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from kmwiki.db import LARGEST_INTEGER

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

MOST_BLOCKS = 50
"""In one text; lines beyond them stay as they were typed."""

_LINE = re.compile(r"\[\[\s*quote\s*:\s*([0-9]{1,18})\s*(?:\|[^\[\]|\n]{0,200})?\]\]|(\S{0,200}?)/q/([0-9]{1,18})/?")
_PARAGRAPH = re.compile(r"(<p(?: [^>]*)?>)(.*?)</p>", re.DOTALL)
_BREAK = re.compile(r"<br ?/?>\n?|\n")
_TAG = re.compile(r"<[^>]*>")


def written(quote_id: int) -> str:
    """Return the line that one types."""
    return f"[[quote:{quote_id}]]"


def line_names(line: str, sites: Iterable[str]) -> int | None:
    """Return the id of the quote that a line of plain text names and nothing besides; addresses of these sites only."""
    match = _LINE.fullmatch(line.strip())
    if match is None:
        return None
    if match[3] is not None and match[2] and match[2].rstrip("/") not in set(sites):
        return None
    found = int(match[1] or match[3])
    return found if found <= LARGEST_INTEGER else None


def named_in(html: str, sites: Iterable[str]) -> list[int]:
    """Return the ids that paragraphs of safe HTML name on lines of their own, each once, in their order."""
    if not _may_name(html):
        return []
    known = set(sites)
    ids = (found for match in _PARAGRAPH.finditer(html) for found in _ids(match[2], known))
    return list(dict.fromkeys(ids))[:MOST_BLOCKS]


def draw_blocks(
    html: str, draw: Callable[[int], str], sites: Iterable[str], among: Collection[int] | None = None
) -> str:
    """Put `draw(id)`, which must be safe HTML, behind every paragraph that names a quote on a line of its own.

    With `among`, of those ids alone; what names others stays as it was typed.
    A paragraph that says nothing else gets the class `quote-ref`; nothing within a paragraph changes.
    """
    wanted = named_in(html, sites)
    if not wanted:
        return html
    known, allowed = set(sites), set(wanted) if among is None else set(wanted) & set(among)

    blocks = 0

    def drawn(match: re.Match[str]) -> str:
        nonlocal blocks
        ids = dict.fromkeys(found for found in _ids(match[2], known) if found in allowed)
        blocks += len(ids)
        if not ids or blocks > MOST_BLOCKS:  # a quote that is named again and again makes a page of megabytes
            return match[0]
        is_alone = all(line_names(line, known) is not None for line in _lines(match[2]) if line.strip())
        opening = _marked(match[1]) if is_alone else match[1]
        return "".join((opening, match[2], "</p>", *(draw(found) for found in ids)))

    return _PARAGRAPH.sub(drawn, html)


def _may_name(html: str) -> bool:
    return "/q/" in html or "quote" in html


def _lines(inner: str) -> list[str]:
    return [unescape(_TAG.sub("", line)) for line in _BREAK.split(inner)]


def _ids(inner: str, sites: set[str]) -> list[int]:
    if not _may_name(inner):
        return []
    return [found for line in _lines(inner) if (found := line_names(line, sites)) is not None]


def _marked(opening: str) -> str:
    if 'class="' in opening:
        return opening.replace('class="', 'class="quote-ref ', 1)
    return opening[:-1] + ' class="quote-ref">'
