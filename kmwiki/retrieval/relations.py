"""How coded passages stand to each other: which of them a list of conditions leaves.

Pure; record 0507 says what means what, and a test holds every operator against a reckoning by hand.

A passage is one coding where it stands now: `text[start:end]` of a source, which hangs on a root (the note). Conditions
are taken from top to bottom and the passages of the first set are what is found; each keeps the words that `and` has
left of it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

Op = Literal["or", "and", "not", "overlap", "exact", "within", "around", "near", "text", "entry"]
OPS: tuple[Op, ...] = ("and", "or", "not", "overlap", "exact", "within", "around", "near", "text", "entry")
BOOLEAN: frozenset[Op] = frozenset({"or", "and", "not"})
"""These look at words; all others compare whole passages and can be asked for or against."""
Unit = Literal["character", "sentence", "paragraph"]
UNITS: tuple[Unit, ...] = ("character", "sentence", "paragraph")
Range = tuple[int, int]


class Passage(NamedTuple):
    """A coding where it stands now, with what lists are narrowed, sorted and grouped by. `end` is exclusive."""

    id: int
    source_id: int  # the text it stands in
    root_id: int  # the note that the text is or hangs on
    start: int
    end: int
    code_id: int = 0
    coder_id: int | None = None
    created: datetime | None = None
    state: str = "placed"
    is_comment: bool = False
    entry_id: int = 0
    number: int = 0
    kind: str = ""
    title_key: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """What passages found so far must be towards those of another set; `is_against`: must not be."""

    op: Op
    is_against: bool = False
    distance: int = 0
    unit: Unit = "character"


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found, and the ranges of its words that `and` has left: all of it, where nothing was asked."""

    passage: Passage
    words: tuple[Range, ...]


class UnitsOf(Protocol):
    """Gives where the units of a text begin, from its start on."""

    def __call__(self, source_id: int, unit: Unit, /) -> Sequence[int]:
        """Return the offsets in rising order."""
        ...


class Set:
    """The passages that one condition names, ready to be asked what of them lies where."""

    def __init__(self, passages: Iterable[Passage], scale: Callable[[int, int, int], Range] | None = None) -> None:
        rows: dict[int, list[tuple[int, int, Passage]]] = defaultdict(list)
        self.roots: dict[int, list[Passage]] = defaultdict(list)
        for one in passages:
            start, end = scale(one.source_id, one.start, one.end) if scale else (one.start, one.end)
            rows[one.source_id].append((start, end, one))
            self.roots[one.root_id].append(one)
        self._rows = rows
        self._covered: dict[int, list[Range]] = {}
        self._starts: dict[int, list[int]] = {}
        self._furthest: dict[int, list[int]] = {}
        for source_id, found in rows.items():
            found.sort(key=lambda row: row[0])
            self._starts[source_id] = [row[0] for row in found]
            self._furthest[source_id] = list(accumulate((row[1] for row in found), max))

    @cached_property
    def exactly(self) -> dict[tuple[int, int, int], list[Passage]]:
        """Those that stand at a source, a start and an end."""
        found: dict[tuple[int, int, int], list[Passage]] = defaultdict(list)
        for rows in self._rows.values():
            for start, end, one in rows:
                found[one.source_id, start, end].append(one)
        return found

    def in_text(self, source_id: int) -> Iterator[Passage]:
        """Give all of a text."""
        return (row[2] for row in self._rows.get(source_id, ()))

    def reaching(self, source_id: int, low: int, high: int) -> Iterator[Passage]:
        """Give those of a text that begin before `high` and end behind `low`."""
        starts = self._starts.get(source_id)
        if starts is None:
            return
        rows, furthest = self._rows[source_id], self._furthest[source_id]
        at = bisect_left(starts, high) - 1
        while at >= 0 and furthest[at] > low:
            if rows[at][1] > low:
                yield rows[at][2]
            at -= 1

    def reaches(self, source_id: int, low: int, high: int) -> bool:
        """Whether `reaching` gives any, without going through them."""
        at = bisect_left(self._starts.get(source_id, ()), high) - 1
        return at >= 0 and self._furthest[source_id][at] > low

    def holding(self, source_id: int, start: int, end: int) -> Iterator[Passage]:
        """Give those of a text that begin at `start` or before and end at `end` or behind."""
        rows, furthest = self._rows.get(source_id, []), self._furthest.get(source_id, [])
        at = bisect_right(self._starts.get(source_id, ()), start) - 1
        while at >= 0 and furthest[at] >= end:
            if rows[at][1] >= end:
                yield rows[at][2]
            at -= 1

    def inside(self, source_id: int, start: int, end: int) -> Iterator[Passage]:
        """Give those of a text that begin at `start` or behind and end at `end` or before."""
        starts, rows = self._starts.get(source_id, ()), self._rows.get(source_id, [])
        for at in reversed(range(bisect_left(starts, start), bisect_left(starts, end))):
            if rows[at][1] <= end:
                yield rows[at][2]

    def covered(self, source_id: int) -> list[Range]:
        """Return what of a text lies in any of them, joined where it touches."""
        known = self._covered.get(source_id)
        if known is None:
            known = self._covered[source_id] = joined(row[:2] for row in self._rows.get(source_id, ()))
        return known


class Matcher:
    """One condition over one set, ready for many passages."""

    def __init__(self, condition: Condition, others: Sequence[Passage], units_of: UnitsOf) -> None:
        self.condition = condition
        self.others = others
        self._units_of = units_of
        self._scale = None if condition.unit == "character" or condition.op != "near" else self._in_units
        self._set = Set(others, self._scale)

    def partners(self, hit: Hit) -> Iterator[Passage]:
        """Give the passages of the set to which a hit stands as the condition says, `is_against` aside."""
        own = hit.passage
        match self.condition.op:
            case "and" | "not":
                found = {
                    one.id: one for start, end in hit.words for one in self._set.reaching(own.source_id, start, end)
                }
                yield from found.values()
            case "text":
                yield from self._set.in_text(own.source_id)
            case "entry":
                yield from self._set.roots.get(own.root_id, ())
            case "or":
                return
            case _:
                yield from (one for one in self._beside(own) if one.id != own.id)

    def _beside(self, own: Passage) -> Iterator[Passage]:
        start, end = own.start, own.end
        if self.condition.op == "near":
            if self._scale is not None:
                start, end = self._scale(own.source_id, start, end)
            far = self.condition.distance
            # In units a gap of 1 means the very next one; in characters passages that touch have a gap of 0.
            reach = far if self._scale is not None else far + 1
            yield from self._set.reaching(own.source_id, start - reach, end + reach)
            return
        if self.condition.op == "exact":
            yield from self._set.exactly.get((own.source_id, start, end), ())
            return
        look = {"overlap": self._set.reaching, "within": self._set.holding, "around": self._set.inside}
        yield from look[self.condition.op](own.source_id, start, end)

    def _in_units(self, source_id: int, start: int, end: int) -> Range:
        """Return the first unit that a passage touches and the one behind its last."""
        starts = self._units_of(source_id, self.condition.unit)
        return max(bisect_right(starts, start) - 1, 0), max(bisect_right(starts, end - 1), 1)

    def keep(self, hits: list[Hit]) -> list[Hit]:
        """Return the hits that the condition leaves; `or` adds the passages of the set behind them."""
        match self.condition.op:
            case "or":
                return _joined(hits, self.others)
            case "and":
                covered = self._set.covered
                shared = (Hit(hit.passage, _shared(hit.words, covered(hit.passage.source_id))) for hit in hits)
                return [hit for hit in shared if hit.words]
            case "not":
                return [hit for hit in hits if not self._touches(hit)]
        against = self.condition.is_against
        return [hit for hit in hits if (next(self.partners(hit), None) is None) is against]

    def _touches(self, hit: Hit) -> bool:
        return any(self._set.reaches(hit.passage.source_id, start, end) for start, end in hit.words)


def find(first: Iterable[Passage], matchers: Iterable[Matcher]) -> list[Hit]:
    """Return the passages of the first set that all conditions leave, in the order given."""
    hits = [Hit(one, ((one.start, one.end),)) for one in first]
    for matcher in matchers:
        hits = matcher.keep(hits)
    return hits


def _joined(hits: list[Hit], others: Iterable[Passage]) -> list[Hit]:
    """Add passages to those found; one that is there already has all its words again."""
    added: Mapping[int, Hit] = {one.id: Hit(one, ((one.start, one.end),)) for one in others}
    known = {hit.passage.id for hit in hits}
    kept = [added.get(hit.passage.id, hit) for hit in hits]
    return kept + [hit for key, hit in added.items() if key not in known]


def _shared(words: Iterable[Range], covered: Sequence[Range]) -> tuple[Range, ...]:
    """Return what of some ranges lies in others, which are apart and in order."""
    found: list[Range] = []
    for start, end in words:
        at = max(bisect_right(covered, (start, start)) - 1, 0)
        while at < len(covered) and covered[at][0] < end:
            low, high = max(start, covered[at][0]), min(end, covered[at][1])
            if low < high:
                found.append((low, high))
            at += 1
    return tuple(found)


def joined(ranges: Iterable[Range]) -> list[Range]:
    """Return ranges in order, those that overlap or touch as one."""
    found: list[Range] = []
    for start, end in sorted(ranges):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found
