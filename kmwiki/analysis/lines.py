"""Where in a text the lines of a concordance are: the very places that search would mark, and pairs that stand near."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, islice
from typing import TYPE_CHECKING

from kmwiki.analysis.concordance import Range, without_overlaps
from kmwiki.analysis.texts import folded
from kmwiki.search.compounds import all_words
from kmwiki.search.conditions import words_between
from kmwiki.search.engine import AllOf, AnyOf, Has, Near
from kmwiki.search.snippets import found_in
from kmwiki.text.clusters import snap
from kmwiki.text.words import general_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kmwiki.analysis.texts import Part
    from kmwiki.search.engine import Leaf, Node
    from kmwiki.search.plan import Plan
    from kmwiki.text.words import Segmenter

MOST_IN_ONE = 20_000


@dataclass(frozen=True, slots=True)
class Looked:
    """What is looked for: single strings and facts, and pairs of which a line spans from the first to the last."""

    leaves: tuple[Leaf, ...]
    pairs: tuple[Near, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A folded piece of text as the conditions of search look at it."""

    text: str
    edges: bytes
    key: str = ""
    title_end: int = 0
    lead_end: int = 0

    @property
    def columns(self) -> Mapping[str, tuple[str, ...]]:
        """None; conditions on columns have been met already."""
        return {}


def looked_for(plan: Plan) -> Looked:
    """Return what of a query makes lines. Words that are only asked for near others make none by themselves."""
    pairs = tuple(dict.fromkeys(_pairs(plan.ask.match)))
    sides = {frozenset(side) for pair in pairs for side in (pair.left, pair.right)}
    groups = plan.groups if pairs else ()
    near = {leaf for group in groups if frozenset(group) in sides for leaf in group}
    alone = {leaf for group in groups if frozenset(group) not in sides for leaf in group}
    return Looked(tuple(leaf for leaf in plan.marks if leaf not in near or leaf in alone), pairs)


def _pairs(node: Node | None) -> Iterator[Near]:
    if isinstance(node, Near):
        yield node
    elif isinstance(node, (AllOf, AnyOf)):
        for inner in node.nodes:
            yield from _pairs(inner)


def places_in(part: Part, looked: Looked, segmenter: Segmenter) -> list[Range]:
    """Return the lines of a piece of text as ranges of it, in order, none over another."""
    made = folded(part.text)
    spans = [
        span
        for leaf in looked.leaves
        if _fits(leaf, part.name)
        for span in islice(found_in(made.text, leaf), MOST_IN_ONE)
    ]
    for pair in looked.pairs:
        spans += _near(made.text, pair, part.name, segmenter)
    return [snap(part.text, *made.original(*span)) for span in without_overlaps(spans)]


def _fits(leaf: Leaf, part: str) -> bool:
    wanted = leaf.part if isinstance(leaf, Has) else ""
    return not wanted or wanted == part or (wanted == "body" and part == "fields")


def _near(text: str, pair: Near, part: str, segmenter: Segmenter) -> list[Range]:
    """Return the spans from one side of a pair to the nearest of the other side, where it is near enough."""
    left, right = (
        sorted({span for leaf in side if _fits(leaf, part) for span in islice(found_in(text, leaf), MOST_IN_ONE)})
        for side in (pair.left, pair.right)
    )
    if not left or not right:
        return []
    piece = _Piece(text, _edges(text, segmenter))
    return [*_following(piece, left, right, pair.within), *_following(piece, right, left, pair.within)]


def _following(piece: _Piece, first: Sequence[Range], second: Sequence[Range], within: int) -> Iterator[Range]:
    at = 0
    for place, (start, end) in enumerate(first):
        while at < len(second) and second[at][0] < end:
            at += 1
        if at == len(second):
            return
        is_nearest = place + 1 == len(first) or first[place + 1][1] > second[at][0]
        if is_nearest and words_between(piece, end, second[at][0], within) <= within:
            yield start, second[at][1]


def _edges(text: str, segmenter: Segmenter) -> bytes:
    """Return a bit for each place where a word begins or ends, the parts of compounds as search counts them."""
    edges = bytearray((len(text) >> 3) + 1)
    for word, inside in all_words(segmenter, text):
        pieces = () if word.text in general_words() else inside[:-1]
        for offset in (*accumulate(map(len, pieces), initial=word.start), word.end):
            edges[offset >> 3] |= 1 << (offset & 7)
    return bytes(edges)
