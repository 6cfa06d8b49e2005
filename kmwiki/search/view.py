"""Finding and ranking in texts held in memory: what the in-process engines share.

A string is looked for in all texts at once, which finds every substring; no posting list of Thai words does. Only the
ranking of long questions uses posting lists. Everything is kept in arrays with a place for each text, so that a word
which stands in tens of thousands of texts costs hardly more than a rare one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property, reduce
from typing import TYPE_CHECKING, Protocol

import numpy as np

from kmwiki.search.engine import AllOf, AnyOf, Ask, Fact, Has, Leaf, Match, Node, Page, Slice, Without
from kmwiki.search.ranking import BOOST, TRIGRAM_SHARE, WORD_SHARE, idf, saturated
from kmwiki.search.resident import MOST_NUMBER, Coded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from kmwiki.search.lookup import Lookup, Plain
    from kmwiki.search.resident import Mask, Numbers, Small
    from kmwiki.search.scan import Weights

    Scores = npt.NDArray[np.float64]


class Postings(Protocol):
    """Where a view looks words and trigrams up."""

    def frequency(self, field: str, term: str) -> int:
        """Return in how many texts the term stands, at least roughly."""
        ...

    def postings(self, field: str, term: str) -> tuple[Small, Weights]:
        """Return places in the view, each once, and the term's weight there."""
        ...


class _Row(Mapping[str, tuple[str, ...]]):
    """The columns of one text, read when they are asked for."""

    __slots__ = ("_block", "_place")

    def __init__(self, lookup: Lookup, place: int) -> None:
        self._block = lookup.block
        self._place = place

    def __getitem__(self, name: str) -> tuple[str, ...]:
        values = self._block.columns[name].of(self._place)
        if not values:
            raise KeyError(name)
        return values

    def __iter__(self) -> Iterator[str]:
        return iter(self._block.columns_of(self._place))

    def __len__(self) -> int:
        return len(self._block.columns_of(self._place))


class _Tally:
    """The scores of the texts that may be answered; what else there is changes nothing in them."""

    def __init__(self, among: Mask, lengths: Weights) -> None:
        self.among = among
        self.scores: Scores = np.zeros(len(among), dtype=np.float64)
        self._total = int(np.count_nonzero(among))
        self._lengths = lengths / (float(lengths[among].mean()) if self._total else 1.0)

    def add(self, places: Numbers | Small, weights: Weights, share: float) -> None:
        """Add what something that stands at these places, each given once, is worth there."""
        kept = self.among[places]
        places = places[kept]
        rarity = share * idf(self._total, len(places))
        self.scores[places] += rarity * saturated(weights[kept], self._lengths[places])


class _Answer:
    """Which texts answer, how well, and which of them wholly: a place for each text of the view."""

    def __init__(self, mask: Mask, scores: Scores, whole: Mask) -> None:
        self.mask = mask
        self.scores = scores
        self.whole = whole


class View:
    """The texts of one project at one moment: blocks behind each other, with those texts that are not deleted."""

    def __init__(self, parts: Sequence[tuple[Lookup, Mask]], postings: Postings) -> None:
        self._lookups = [lookup for lookup, _ in parts]
        self._postings = postings
        self._bases = np.cumsum([0, *(len(one.block) for one in self._lookups)])
        self._alive = np.concatenate([alive for _, alive in parts]) if parts else np.zeros(0, dtype=np.bool_)
        self._columns: dict[str, Coded] = {}

    def __len__(self) -> int:
        """Return the number of places."""
        return len(self._alive)

    @cached_property
    def _lengths(self) -> Weights:
        """The length of each text."""
        parts = [one.block.lengths for one in self._lookups]
        return np.concatenate(parts) if parts else np.zeros(0, dtype=np.float32)

    @cached_property
    def _order(self) -> Numbers:
        """A number for each text that puts them in the order of their keys."""
        heads = sorted({head for one in self._lookups for head in one.block.order[0]})
        parts = [np.zeros(0, dtype=np.int64)]
        for one in self._lookups:
            names, codes, numbers = one.block.order
            ranks = np.array([heads.index(name) for name in names], dtype=np.int64)
            parts.append(ranks[codes] * MOST_NUMBER + numbers)
        return np.concatenate(parts)

    def column(self, name: str) -> Coded:
        """Return one column over all blocks."""
        found = self._columns.get(name)
        if found is None:
            found = self._columns[name] = joined(
                [(one.block.columns.get(name), len(one.block)) for one in self._lookups]
            )
        return found

    def find(self, ask: Ask) -> list[Match]:
        """Answer as `SearchEngine.find` promises."""
        return self.page(ask, Slice(size=len(self))).matches

    def page(self, ask: Ask, wanted: Slice) -> Page:
        """Answer as `SearchEngine.page` promises."""
        answer = self._answer(ask)
        narrowing = {name: self._satisfying(node) for name, node in wanted.filters.items()}
        found = reduce(np.logical_and, narrowing.values(), answer.mask)
        counts = {}
        for name in wanted.counts:
            others = (mask for other, mask in narrowing.items() if other != name)
            counted = reduce(np.logical_and, others, answer.mask) if name in narrowing else found
            counts[name] = self._count(name, counted) | {
                value: count
                for value, condition in wanted.gathered.get(name, {}).items()
                if (count := int(np.count_nonzero(counted & self._satisfying(condition))))
            }
        places = np.flatnonzero(found)
        total = len(places)
        distinct = np.count_nonzero(self._counts(wanted.distinct, found)) if wanted.distinct else 0
        if wanted.size > 0 and total:
            ordered = places[np.lexsort(self._sort_keys(answer, places, wanted))]
            places = ordered[wanted.start : wanted.start + wanted.size]
        else:
            places = places[:0]
        return Page(total, int(distinct), [self._match(int(place), answer) for place in places], counts)

    def _sort_keys(self, answer: _Answer, places: Numbers, wanted: Slice) -> list[npt.NDArray[np.number]]:
        """Return what is sorted by, the weightiest last."""
        keys: list[npt.NDArray[np.number]] = [
            self._order[places],
            -answer.scores[places],
            (~answer.whole[places]).astype(np.int8),
        ]
        if wanted.order:
            column = self.column(wanted.order)
            firsts = column.starts[:-1][places]
            has = column.starts[1:][places] > firsts
            ranks = np.full(len(places), np.iinfo(np.int32).max, dtype=np.int32)
            if has.any():
                own = column.ranks[column.codes[firsts[has]]]
                ranks[has] = -own if wanted.is_descending else own
            keys.append(ranks)
        return keys

    def _counts(self, name: str, mask: Mask) -> Numbers:
        """Count the texts of a mask for each value of a column."""
        column = self.column(name)
        return np.bincount(column.codes[mask[column.rows]], minlength=len(column.values))

    def _count(self, name: str, mask: Mask) -> dict[str, int]:
        column, counts = self.column(name), self._counts(name, mask)
        return {column.values[code]: int(counts[code]) for code in np.flatnonzero(counts).tolist()}

    def _match(self, place: int, answer: _Answer) -> Match:
        part = int(np.searchsorted(self._bases, place, side="right")) - 1
        lookup, local = self._lookups[part], place - int(self._bases[part])
        row = _Row(lookup, local)
        return Match(lookup.block.keys[local], float(answer.scores[place]), bool(answer.whole[place]), row)

    def _answer(self, ask: Ask) -> _Answer:
        among = self._alive if ask.within is None else self._alive & self._satisfying(ask.within)
        tally = _Tally(among, self._lengths)
        ranked = self._rank(tally, ask) if ask.words or ask.trigrams else None
        if ask.match is not None:
            mask = among & self._satisfying(ask.match)
        else:
            mask = ranked if ranked is not None else np.zeros(len(self), dtype=np.bool_)
        whole = np.ones(len(self), dtype=np.bool_)
        for group in ask.groups:
            whole &= self._add_group(tally, group)
        for boost in ask.boosts:
            self._add_group(tally, (boost,), share=BOOST)
        for condition, factor in ask.shares:
            tally.scores[self._satisfying(condition)] *= factor
        if ask.whole is not None:
            whole = self._satisfying(ask.whole)
        return _Answer(mask, tally.scores, whole)

    def _satisfying(self, node: Node) -> Mask:
        if isinstance(node, (Has, Fact)):
            return self._holding(node)
        if isinstance(node, AnyOf):
            return reduce(np.logical_or, map(self._satisfying, node.nodes), np.zeros(len(self), dtype=np.bool_))
        if isinstance(node, AllOf):
            mask = np.ones(len(self), dtype=np.bool_)
            for one in node.nodes:
                mask &= self._satisfying(one)
                if not mask.any():
                    break
            return mask
        if isinstance(node, Without):
            return ~self._satisfying(node.node)
        return self._plain(node)

    def _plain(self, node: Plain) -> Mask:
        masks = [lookup.mask(node) for lookup in self._lookups]
        return np.concatenate(masks) if masks else np.zeros(0, dtype=np.bool_)

    def _holding(self, leaf: Leaf) -> Mask:
        mask = np.zeros(len(self), dtype=np.bool_)
        for base, lookup in zip(self._bases, self._lookups, strict=False):
            mask[lookup.hits(leaf).places + base] = True
        return mask

    def _add_group(self, tally: _Tally, group: Sequence[Leaf], *, share: float = 1.0) -> Mask:
        """Add what a word with its equals is worth in each text; return where it stands as a whole word."""
        weights = np.zeros(len(self), dtype=np.float32)
        whole = np.zeros(len(self), dtype=np.bool_)
        for leaf in group:
            for base, lookup in zip(self._bases, self._lookups, strict=False):
                hits = lookup.hits(leaf)
                places = hits.places + base
                weights[places] += hits.weights
                whole[places] |= hits.wholes
        places = np.flatnonzero(weights)
        tally.add(places, weights[places], share)
        return whole

    def _rank(self, tally: _Tally, ask: Ask) -> Mask:
        """Add what words and trigrams are worth; return the texts in which one of them stands."""
        touched = np.zeros(len(self), dtype=np.bool_)
        terms = [("words", word, WORD_SHARE * weight) for word, weight in ask.words]
        counted = ((self._postings.frequency("trigrams", one), one) for one in ask.trigrams)
        rarest = sorted(pair for pair in counted if pair[0])[: ask.most_trigrams]
        terms += [("trigrams", trigram, TRIGRAM_SHARE) for _, trigram in rarest]
        for field, term, share in terms:
            places, weights = self._postings.postings(field, term)
            touched[places] = True
            tally.add(places, weights, share)
        return touched & tally.among


def joined(columns: Sequence[tuple[Coded | None, int]]) -> Coded:
    """Join the columns of several blocks, each with its number of texts, into one."""
    if len(columns) == 1 and columns[0][0] is not None:
        return columns[0][0]
    known: dict[str, int] = {}
    codes: list[Small] = [np.zeros(0, dtype=np.int32)]
    sizes: list[Small] = [np.zeros(1, dtype=np.int32)]
    for column, count in columns:
        if column is None:
            sizes.append(np.zeros(count, dtype=np.int32))
            continue
        number: Callable[[str], int] = lambda value: known.setdefault(value, len(known))  # noqa: E731
        table = np.array([number(value) for value in column.values], dtype=np.int32)
        codes.append(table[column.codes] if len(column.codes) else column.codes)
        sizes.append(np.diff(column.starts))
    return Coded(list(known), np.cumsum(np.concatenate(sizes), dtype=np.int32), np.concatenate(codes))
