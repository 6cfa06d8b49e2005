"""Finding in texts held in memory: what the in-process engines share.

A scan of ten thousand folded texts takes about ten milliseconds and finds every substring, which no posting list of
Thai words does. So conditions are answered by scanning, results are kept per string while the view lives, and only the
ranking of long questions uses posting lists.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from kmwiki.search.conditions import holds
from kmwiki.search.engine import AllOf, AnyOf, Ask, Column, Fact, Has, Keys, Leaf, Match, Near, Node, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

K1 = 1.2
B = 0.6
MOST_OCCURRENCES = 30
MOST_TRIED = 3_000
"""So often a string is looked at in one text, in the hope that it is a whole word there."""
TITLE, LEAD, PARTIAL = 4.0, 2.0, 0.4
BOOST = 2.0
WORD_SHARE, TRIGRAM_SHARE = 1.0, 0.35
CACHE = 96


@dataclass(frozen=True, slots=True)
class Held:
    """A document as it stays in memory: without its word counts."""

    key: str
    version: str
    text: str
    edges: bytes
    title_end: int
    lead_end: int
    facts: frozenset[str]
    columns: Mapping[str, tuple[str, ...]]


class Postings(Protocol):
    """Where a view looks words and trigrams up."""

    def frequency(self, field: str, term: str) -> int:
        """Return in how many texts the term stands, at least roughly."""
        ...

    def postings(self, field: str, term: str) -> Iterable[tuple[int, float]]:
        """Return places in the view and the term's weight there."""
        ...


Found = dict[int, tuple[float, bool]]
"""Place in the view -> (weighted count, whether it stands there as a whole word)."""


class View:
    """The texts of one project at one moment."""

    def __init__(self, held: Sequence[Held], postings: Postings) -> None:
        self.held = held
        self._texts = [one.text for one in held]
        self._postings = postings
        self._average = max(1.0, sum(map(len, self._texts)) / len(held)) if held else 1.0
        self._lock = threading.Lock()
        self._cache: OrderedDict[Leaf, Found] = OrderedDict()

    def find(self, ask: Ask) -> list[Match]:
        """Answer as `SearchEngine.find` promises."""
        scores: dict[int, float] = {}
        if ask.words or ask.trigrams:
            self._rank(scores, ask)
        places = set(scores) if ask.match is None else self._satisfying(ask.match)
        groups = [self._group(group) for group in ask.groups]
        self._add_groups(scores, groups, places)
        self._add_groups(scores, [self._leaf(boost) for boost in ask.boosts], places, share=BOOST)
        answer = [self._match(place, scores.get(place, 0.0), groups) for place in places]
        answer.sort(key=lambda match: (not match.is_whole, -match.score, match.key))
        return answer

    def _match(self, place: int, score: float, groups: list[Found]) -> Match:
        held = self.held[place]
        is_whole = all(place in found and found[place][1] for found in groups)
        return Match(held.key, score, is_whole, held.columns)

    def _satisfying(self, node: Node) -> set[int]:
        if isinstance(node, (Has, Fact)):
            return set(self._leaf(node))
        if isinstance(node, (Near, Column, Span, Keys)):
            return {place for place in self._likely(node) if holds(self.held[place], node)}
        if isinstance(node, AnyOf):
            return set().union(*(self._satisfying(one) for one in node.nodes))
        if isinstance(node, AllOf):
            places = set(range(len(self.held)))
            for one in node.nodes:
                places &= self._satisfying(one)
                if not places:
                    break
            return places
        return set(range(len(self.held))) - self._satisfying(node.node)

    def _likely(self, node: Node) -> Iterable[int]:
        """Return the places worth looking at: for two strings near each other those that hold both."""
        if not isinstance(node, Near):
            return range(len(self.held))
        return self._satisfying(AllOf((AnyOf(node.left), AnyOf(node.right))))

    def _leaf(self, leaf: Leaf) -> Found:
        with self._lock:
            found = self._cache.get(leaf)
            if found is not None:
                self._cache.move_to_end(leaf)
                return found
        found = self._scan_facts(leaf) if isinstance(leaf, Fact) else self._scan(leaf)
        with self._lock:
            self._cache[leaf] = found
            while len(self._cache) > CACHE:
                self._cache.popitem(last=False)
        return found

    def _scan_facts(self, leaf: Fact) -> Found:
        return {place: (1.0, True) for place, held in enumerate(self.held) if leaf.name in held.facts}

    def _scan(self, leaf: Has) -> Found:
        needle = leaf.text
        if not needle:
            return {}
        found: Found = {}
        for place, text in enumerate(self._texts):
            if needle in text and (weighed := weigh(self.held[place], leaf)) is not None:
                found[place] = weighed
        return found

    def _group(self, group: tuple[Leaf, ...]) -> Found:
        """Join a word with its equals: the counts add up."""
        if len(group) == 1:
            return self._leaf(group[0])
        joined: Found = {}
        for leaf in group:
            for place, (count, is_whole) in self._leaf(leaf).items():
                before = joined.get(place, (0.0, False))
                joined[place] = (before[0] + count, before[1] or is_whole)
        return joined

    def _add_groups(
        self, scores: dict[int, float], groups: list[Found], places: set[int], *, share: float = 1.0
    ) -> None:
        for found in groups:
            rarity = share * idf(len(self.held), len(found))
            for place in places & found.keys() if len(found) > len(places) else found:
                if place in places:
                    scores[place] = scores.get(place, 0.0) + rarity * self._saturated(found[place][0], place)

    def _saturated(self, count: float, place: int) -> float:
        return count * (K1 + 1) / (count + K1 * (1 - B + B * len(self._texts[place]) / self._average))

    def _rank(self, scores: dict[int, float], ask: Ask) -> None:
        for word, weight in ask.words:
            self._add_postings(scores, "words", word, WORD_SHARE * weight)
        counted = ((self._postings.frequency("trigrams", trigram), trigram) for trigram in ask.trigrams)
        for _, trigram in sorted(pair for pair in counted if pair[0])[: ask.most_trigrams]:
            self._add_postings(scores, "trigrams", trigram, TRIGRAM_SHARE)

    def _add_postings(self, scores: dict[int, float], field: str, term: str, share: float) -> None:
        found = list(self._postings.postings(field, term))
        rarity = share * idf(len(self.held), len(found))
        for place, weight in found:
            scores[place] = scores.get(place, 0.0) + rarity * self._saturated(weight, place)


def idf(total: int, found: int) -> float:
    """Tell how much a term says: the weight of Robertson and Spärck Jones (1976) as BM25 uses it, never negative."""
    return math.log(1 + (total - found + 0.5) / (found + 0.5))


def weigh(held: Held, leaf: Has) -> tuple[float, bool] | None:
    """Count a string in a text: whole words weigh more, title and lead more than the body. None if it is not there."""
    text, needle, size = held.text, leaf.text, len(leaf.text)
    start, stop = _reach(held, leaf.part)
    count, is_whole, seen = 0.0, False, 0
    at = text.find(needle, start, stop)
    for _ in range(MOST_TRIED):
        if at < 0:
            break
        end = at + size
        if not leaf.starts_word or has_edge(held.edges, at):
            whole = has_edge(held.edges, at) and has_edge(held.edges, end)
            is_whole = is_whole or whole
            place = TITLE if at < held.title_end else LEAD if at < held.lead_end else 1.0
            count += place if whole else place * PARTIAL
            seen += 1
            if seen >= MOST_OCCURRENCES and is_whole:
                break
        at = text.find(needle, at + 1, stop)
    return (count, is_whole) if seen else None


def _reach(held: Held, part: str) -> tuple[int, int]:
    if part == "title":
        return 0, held.title_end
    if part == "lead":
        return held.title_end, held.lead_end
    return (held.lead_end, len(held.text)) if part == "body" else (0, len(held.text))


def has_edge(edges: bytes, offset: int) -> bool:
    """Whether a word begins or ends at the offset."""
    byte = offset >> 3
    return byte < len(edges) and bool(edges[byte] >> (offset & 7) & 1)
