"""Links in a memo: `[[memo:12]]`, `[[quote:8]]`, `[[coding:34]]`, `[[comment:9]]`, `[[code:7]]`, `[[note:5]]`.

Words may follow a bar: `[[memo:12|the first thought]]`. Ids are those that addresses and the API give; a note goes by
its number in the project. The text is stored as typed; links are made when it is shown, each time with the title and
the rights of that moment.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_LINKS = 500
"""Of one text; what comes behind them is shown as typed."""

_LINK = re.compile(r"\[\[\s*(memo|coding|comment|code|note|quote)\s*:\s*([0-9]{1,18})\s*(?:\|([^\[\]|\n]{0,200}))?\]\]")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:\"[^\"]*\"|[^\">])*)>")
_CLOSED = {"a", "pre", "code"}
"""Elements in which nothing is a link."""


class Ref(NamedTuple):
    """What a link names: a kind and an id; of a `note`, its number."""

    kind: str
    id: int


def refs_in(text: str) -> list[Ref]:
    """Return what a text links to, each once, in its order."""
    found = dict.fromkeys(Ref(match[1], int(match[2])) for match in _LINK.finditer(text))
    return list(found)[:MOST_LINKS]


def written(kind: str, ref_id: int) -> str:
    """Return the link as one types it; `entry` is not a kind here, a note's number is."""
    return f"[[{kind}:{ref_id}]]"


def without_links(text: str) -> str:
    """Return a text for a list or a title: of a link its words, of one without words an ellipsis."""
    return _LINK.sub(lambda match: (match[3] or "").strip() or "…", text) if "[[" in text else text


def draw_links(html: str, draw: Callable[[Ref, str], str]) -> str:
    """Put `draw(ref, words)` in the place of every link in safe HTML; `words` are escaped, empty without a bar.

    What `draw` gives must be safe HTML. Links inside other links and in code stay as they are.
    """
    pieces: list[str] = []
    closed = at = 0
    for tag in _TAG.finditer(html):
        pieces.append(_drawn(html[at : tag.start()], draw, is_closed=closed > 0))
        pieces.append(tag[0])
        at = tag.end()
        if tag[2].lower() in _CLOSED:
            closed = max(0, closed + (-1 if tag[1] else 1))
    pieces.append(_drawn(html[at:], draw, is_closed=closed > 0))
    return "".join(pieces)


def _drawn(text: str, draw: Callable[[Ref, str], str], *, is_closed: bool) -> str:
    if is_closed or "[[" not in text:
        return text
    return _LINK.sub(lambda match: draw(Ref(match[1], int(match[2])), (match[3] or "").strip()), text)
