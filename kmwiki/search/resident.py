"""Texts held in memory as arrays: one block holds what one part of an index knows of one project.

The folded texts of a block stand behind each other in one array of UTF-16 units, with a zero after each; beside it one
bit a unit for the edges of words. What texts are filtered and counted by is kept as numbers into a list of values. A
block never changes, so what was found in it once stays true as long as it lives.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import numpy.typing as npt

    from kmwiki.search.engine import Document

    Numbers = npt.NDArray[np.int64]
    Small = npt.NDArray[np.int32]
    Units = npt.NDArray[np.uint16]
    Bits = npt.NDArray[np.uint8]
    Mask = npt.NDArray[np.bool_]

CHUNK = 1 << 19
"""So many units are looked through at a time: what is left over of each stays in the processor's cache."""
LONGEST = 16
MOST_NUMBER = 10**15
"""Numbers of keys that are compared as numbers have fewer than LONGEST digits."""
FACTS = "\n"
"""The name under which facts are kept among the columns; no column can be called so."""
_LOW_FIRST, _LOW_LAST = 0xDC00, 0xDFFF


@dataclass(frozen=True, slots=True)
class Held:
    """A document as an index keeps it: without its counts of words."""

    key: str
    version: str
    text: str
    edges: bytes
    title_end: int
    lead_end: int
    facts: frozenset[str]
    columns: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, one: Document) -> Held:
        """Keep what finding needs."""
        places = one.title_end, one.lead_end
        return cls(one.key, one.version, one.text, one.edges, *places, one.facts, one.columns)


@dataclass(frozen=True)
class Coded:
    """One column of many texts: text i has values[codes[starts[i]:starts[i + 1]]], in their order."""

    values: Sequence[str]
    starts: Small
    codes: Small

    def of(self, place: int) -> tuple[str, ...]:
        """Return the values of one text."""
        return tuple(self.values[code] for code in self.codes[self.starts[place] : self.starts[place + 1]])

    @cached_property
    def rows(self) -> Small:
        """The text to which each code belongs."""
        return np.repeat(np.arange(len(self.starts) - 1, dtype=np.int32), np.diff(self.starts))

    def holding(self, wanted: Iterable[bool]) -> Mask:
        """Return which texts have a value that is wanted; `wanted` tells it of each value."""
        flags = np.fromiter(wanted, dtype=np.bool_, count=len(self.values))
        mask = np.zeros(len(self.starts) - 1, dtype=np.bool_)
        mask[self.rows[flags[self.codes]]] = True
        return mask

    @cached_property
    def ranks(self) -> Small:
        """Where each value stands in the order of all."""
        ranks = np.empty(len(self.values), dtype=np.int32)
        ranks[np.array(sorted(range(len(self.values)), key=self.values.__getitem__), dtype=np.int64)] = np.arange(
            len(self.values), dtype=np.int32
        )
        return ranks


def coded(lists: Iterable[Iterable[str]]) -> Coded:
    """Number the values of a column; `lists` gives those of each text."""
    known: dict[str, int] = {}
    codes: list[int] = []
    starts = [0]
    for values in lists:
        codes += [known.setdefault(value, len(known)) for value in values]
        starts.append(len(codes))
    return Coded(list(known), np.array(starts, dtype=np.int32), np.array(codes, dtype=np.int32))


@dataclass(frozen=True)
class Block:
    """Some texts of one project. Places are numbers from 0, `numbers` their numbers in the index."""

    keys: list[str]
    versions: list[str]
    numbers: Small
    units: Units
    edges: Bits
    starts: Numbers
    """Where each text begins among the units; one more than there are texts."""
    title_ends: Numbers
    lead_ends: Numbers
    columns: dict[str, Coded] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self.keys)

    @cached_property
    def lengths(self) -> npt.NDArray[np.float32]:
        """The length of each text in units."""
        return (np.diff(self.starts) - 1).astype(np.float32)

    @cached_property
    def order(self) -> tuple[list[str], Small, Numbers]:
        """What comes before the colon of keys, which of these each key has, and the number behind it."""
        heads: dict[str, int] = {}
        codes: list[int] = []
        numbers: list[int] = []
        for key in self.keys:
            head, _, number = key.rpartition(":")
            is_number = number.isascii() and number.isdigit() and len(number) < LONGEST
            codes.append(heads.setdefault(head if is_number else key, len(heads)))
            numbers.append(int(number) if is_number else 0)
        return list(heads), np.array(codes, dtype=np.int32), np.array(numbers, dtype=np.int64)

    @property
    def text_bytes(self) -> int:
        """Bytes of the texts, in memory or on the disk."""
        return 2 * len(self.units)

    @property
    def size(self) -> int:
        """Bytes of the arrays in memory, about."""
        return int(
            self.units.nbytes + self.edges.nbytes + sum(one.codes.nbytes * 3 for one in self.columns.values())
        ) + 200 * len(self.keys)

    def at_edge(self, units: Numbers) -> Mask:
        """Tell of each of some units whether a word begins or ends before it."""
        if len(units) > len(self.edges):  # of so many it is quicker to lay out every bit
            return np.unpackbits(self.edges, bitorder="little")[units].view(np.bool_)
        bits: Bits = self.edges[units >> 3] >> (units & 7).astype(np.uint8)
        return (bits & 1).astype(np.bool_)

    def held(self, place: int) -> Held:
        """Return one text as it was put in."""
        start, stop = int(self.starts[place]), int(self.starts[place + 1])
        units = self.units[start : stop - 1]
        edges = self.at_edge(np.arange(start, stop, dtype=np.int64))
        ends = int(self.title_ends[place]) - start, int(self.lead_ends[place]) - start
        low = (units >= _LOW_FIRST) & (units <= _LOW_LAST)
        if low.any():
            ends = ends[0] - int(low[: ends[0]].sum()), ends[1] - int(low[: ends[1]].sum())
            edges = edges[np.append(~low, True)]
        facts = self.columns[FACTS].of(place) if FACTS in self.columns else ()
        return Held(
            self.keys[place],
            self.versions[place],
            units.tobytes().decode("utf-16-le", "surrogatepass"),
            np.packbits(edges, bitorder="little").tobytes(),
            *ends,
            frozenset(facts),
            self.columns_of(place),
        )

    def columns_of(self, place: int) -> dict[str, tuple[str, ...]]:
        """Return what one text is filtered by."""
        found = {name: column.of(place) for name, column in self.columns.items() if name != FACTS}
        return {name: values for name, values in found.items() if values}


def make_block(numbered: Sequence[tuple[int, Held]]) -> Block:
    """Lay texts, each with its number in the index, behind each other."""
    held = [one for _, one in numbered]
    parts: list[Units] = []
    bits: list[Any] = []
    starts, title_ends, lead_ends = [0], [], []
    for one in held:
        units, edges, ends = _laid_out(one)
        parts += [units, np.zeros(1, dtype=np.uint16)]
        bits.append(edges)
        title_ends.append(starts[-1] + ends[0])
        lead_ends.append(starts[-1] + ends[1])
        starts.append(starts[-1] + len(units) + 1)
    names = dict.fromkeys(name for one in held for name in one.columns)
    columns = {name: coded(one.columns.get(name, ()) for one in held) for name in names}
    columns[FACTS] = coded(sorted(one.facts) for one in held)
    return Block(
        [one.key for one in held],
        [one.version for one in held],
        np.array([number for number, _ in numbered], dtype=np.int32),
        np.concatenate(parts) if parts else np.zeros(0, dtype=np.uint16),
        np.packbits(np.concatenate(bits), bitorder="little") if bits else np.zeros(0, dtype=np.uint8),
        np.array(starts, dtype=np.int64),
        np.array(title_ends, dtype=np.int64),
        np.array(lead_ends, dtype=np.int64),
        columns,
    )


def _laid_out(one: Held) -> tuple[Units, Mask, tuple[int, int]]:
    """Return a text's units, whether an edge is before each and behind the last, and where title and lead end."""
    units = np.frombuffer(one.text.encode("utf-16-le", "surrogatepass"), dtype=np.uint16)
    size = len(one.text) + 1
    stored = np.frombuffer(one.edges, dtype=np.uint8)
    edges = np.zeros(size, dtype=np.bool_)
    known = np.unpackbits(stored, bitorder="little")[:size]
    edges[: len(known)] = known
    if len(units) == len(one.text):
        return units, edges, (one.title_end, one.lead_end)
    # A character outside the first plane is two units: what is counted in characters moves behind those before it.
    low = (units >= _LOW_FIRST) & (units <= _LOW_LAST)
    places = np.append(np.flatnonzero(~low), len(units))
    wide = np.zeros(len(units) + 1, dtype=np.bool_)
    wide[places[: len(edges)]] = edges
    last = len(places) - 1
    return units, wide, (int(places[min(one.title_end, last)]), int(places[min(one.lead_end, last)]))


def spans(units: Units, reach: int) -> Iterator[tuple[int, Units]]:
    """Cut an array into pieces that overlap by `reach` units, each with the place where it begins."""
    for base in range(0, len(units), CHUNK):
        yield base, units[base : base + CHUNK + reach]
