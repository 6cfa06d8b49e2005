"""Draw coded passages and search hits into rendered HTML, without touching a character of its text.

Marks nest: the passage that begins first (of two, the longer) is the outer one. A mark never reaches over the edge of a
block or of an inline element; it is closed there and opened again. The first segment of coding N has the id `cN`.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from kmwiki.text.markup import VOID, escape, quote, tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_NAMED = 20
_DRAWN = re.compile(r'<mark\b(?:[^<>"]|"[^"]*")*>|</mark>|<span class="at" id="c\d+"></span>')


@dataclass(frozen=True, slots=True)
class Span:
    """A passage to draw: [start, end) of the reading text, the coding's id, its classes (`c6 p2`) and name."""

    start: int
    end: int
    id: int
    classes: str = ""
    label: str = ""


class _Level(NamedTuple):
    """One open mark: the span (by its place in the order), and what its tag says."""

    place: int
    attributes: str


def draw(html: str, spans: Sequence[Span], *, max_depth: int = 4) -> str:
    """Put a mark around each span; deeper than `max_depth` they are counted in `data-more` of the innermost one.

    `data-codings` names the codings that cover the segment, outermost first, those of `data-more` last; of a heap of
    them only the first MOST_NAMED, for each segment would name them all again. Empty spans and spans outside the text
    draw nothing.
    """
    return _Pen(sorted((span for span in spans if span.start < span.end), key=_order), max_depth).draw(html)


def highlight(html: str, ranges: Sequence[tuple[int, int]], first_id: str = "") -> str:
    """Put `<mark class="hit">` around each range of the reading text; ranges that overlap or touch are joined.

    The first mark has the id `first_id`, if one is given.
    """
    joined: list[Span] = []
    for start, end in sorted((start, end) for start, end in ranges if start < end):
        if joined and start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(end, joined[-1].end), 0)
        else:
            joined.append(Span(start, end, 0))
    return _Pen(joined, 1, hit_id=first_id).draw(html)


def strip(html: str) -> str:
    """Take every mark out again; gives back what was handed to `draw` or `highlight`."""
    return _DRAWN.sub("", html)


def _order(span: Span) -> tuple[int, int, int]:
    return span.start, -span.end, span.id


class _Cover(NamedTuple):
    """What lies over a stretch of the text: the first spans (by their place in the order), and how many in all."""

    named: tuple[int, ...]
    total: int


_BARE = _Cover((), 0)


class _Pen:
    """Goes through the tokens of a page once, knowing which spans cover each stretch of the reading text."""

    def __init__(self, spans: list[Span], max_depth: int, *, hit_id: str | None = None) -> None:
        self._spans = spans
        self._depth = max(max_depth, 1)
        self._hit_id = hit_id
        self._is_hit = hit_id is not None
        self._edges, self._covers = _stretches(spans, max(self._depth, MOST_NAMED))
        self._reached = 0
        self._anchored: set[int] = set()
        self._open: list[_Level] = []
        self._out: list[str] = []

    def draw(self, html: str) -> str:
        if not self._spans:
            return html
        at: int | None = None
        leaf = ""
        for token in tokens(html):
            if token.tag:
                self._change([])
                self._out.append(token.raw)
                if token.is_end and token.tag == leaf:
                    at, leaf = None, ""
                elif (
                    not token.is_end and token.tag not in VOID and (start := token.attribute("data-start")) is not None
                ):
                    at, leaf = int(start), token.tag
            elif at is None:
                self._out.append(token.raw)
            else:
                at = self._text(token.text, at)
        return "".join(self._out)

    def _text(self, text: str, at: int) -> int:
        """Write a text that begins at `at` of the reading text; give its end."""
        begin, end = at, at + len(text)
        index = bisect_right(self._edges, at) - 1
        while at < end:
            until = min(end, self._edges[index + 1]) if index + 1 < len(self._edges) else end
            cover = self._covers[index] if index >= 0 else _BARE
            if not self._is_hit:
                self._anchor_hidden(at, cover.named[: self._depth])
            self._change(self._levels(cover))
            self._out.append(_escaped(text[at - begin : until - begin]))
            at = until
            index += 1
        return end

    def _levels(self, cover: _Cover) -> list[_Level]:
        """Say which marks a stretch under these spans needs, outermost first."""
        if self._is_hit:
            return [_Level(index, ' class="hit"') for index in cover.named]
        shown = cover.named[: self._depth]
        levels = []
        for depth, index in enumerate(shown, start=1):
            is_last = depth == len(shown)
            hidden = cover.total - len(shown) if is_last else 0
            ids = [str(self._spans[each].id) for each in (cover.named if is_last else shown[:depth])]
            span = self._spans[index]
            written = f" class={quote(f'k {span.classes}'.strip())} data-codings={quote(' '.join(ids))}"
            written += f" title={quote(span.label)}" if span.label else ""
            written += f' data-more="+{hidden}"' if hidden else ""
            levels.append(_Level(index, written))
        return levels

    def _anchor_hidden(self, at: int, shown: Sequence[int]) -> None:
        """Write an anchor for every coding that is first met at `at` and only counted there: it can be linked to."""
        while self._reached < len(self._spans) and self._spans[self._reached].start <= at:
            if self._spans[self._reached].end > at and self._reached not in shown:
                self._out.append(f'<span class="at" id="c{self._spans[self._reached].id}"></span>')
                self._anchored.add(self._reached)
            self._reached += 1

    def _change(self, wanted: list[_Level]) -> None:
        """Close and open marks until exactly the wanted ones are open; those outside stay untouched."""
        same = 0
        while same < min(len(wanted), len(self._open)) and wanted[same] == self._open[same]:
            same += 1
        self._out.append("</mark>" * (len(self._open) - same))
        for level in wanted[same:]:
            self._out.append(f"<mark{level.attributes}{self._anchor(level.place)}>")
        self._open = list(wanted)

    def _anchor(self, place: int) -> str:
        """Write the id of a span's first segment (of hits: of the very first)."""
        if place in self._anchored or (self._is_hit and self._anchored):
            return ""
        self._anchored.add(place)
        name = self._hit_id if self._is_hit else f"c{self._spans[place].id}"
        return f" id={quote(name)}" if name else ""


def _escaped(text: str) -> str:
    return escape(text).replace("\u00a0", "&nbsp;")


def _stretches(spans: list[Span], most: int) -> tuple[list[int], list[_Cover]]:
    """Cut the text at every edge; `covers[i]` tells of the spans over the stretch from `edges[i]` to the next edge."""
    edges = sorted({edge for span in spans for edge in (span.start, span.end)})
    ending: dict[int, list[int]] = defaultdict(list)
    for index, span in enumerate(spans):
        ending[span.end].append(index)
    covers: list[_Cover] = []
    active: list[int] = []
    coming = 0
    for edge in edges:
        for index in ending.get(edge, ()):
            del active[bisect_left(active, index)]
        while coming < len(spans) and spans[coming].start == edge:
            active.append(coming)
            coming += 1
        covers.append(_Cover(tuple(active[:most]), len(active)))
    return edges, covers
