"""Writing segments: Whoosh's writer, but for postings, which are gathered by their terms instead of sorted one by one.

Whoosh makes a tuple of each posting, sorts millions of them and looks at each once more. Here a term's postings are two
arrays from the beginning, in order because texts are numbered in order; the files are those that Whoosh reads.
"""

from __future__ import annotations

import heapq
import pickle
import zlib
from array import array
from itertools import groupby
from operator import itemgetter
from struct import Struct
from typing import TYPE_CHECKING, Any

import numpy as np
from whoosh.codec.whoosh3 import WHOOSH3_HEADER_MAGIC, W3FieldWriter
from whoosh.writing import SegmentWriter

from kmwiki.search.whoosh_segment import decoded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    Entry = tuple[array[int], array[float]]
    Term = tuple[str, bytes]

BLOCK = 8192
"""So many postings are kept, and read, together."""
INLINE = 12
"""So few postings stand beside their term instead of in a file of their own."""
POOL_BYTES = 128 << 20
"""Postings of more bytes than this are put on the disk until the segment is written."""
_POSTING_BYTES, _TERM_BYTES = 8, 420
_INFO = Struct("!BfIBBfII")
_PLACE = Struct("!qi")
_FIELD = Struct("!H")
_PROTOCOL = 2


class Pool:
    """Postings by field and term. What does not fit is written to the disk, sorted, and read again at the end."""

    def __init__(self, storage: Any) -> None:
        self._storage = storage
        self._terms: dict[Term, Entry] = {}
        self._known: dict[tuple[str, str], dict[str, Entry]] = {}
        self._count = 0
        self._runs: list[str] = []

    def add_text(self, field: str, mark: str, number: int, weights: Mapping[str, float]) -> None:
        """Take the terms of one text, each with its weight; they are written with the mark in front."""
        known = self._known.setdefault((field, mark), {})
        for term, weight in weights.items():
            entry = known.get(term)
            if entry is None:
                entry = known[term] = self._entry(field, (mark + term).encode())
            entry[0].append(number)
            entry[1].append(weight)
        self._grow(len(weights))

    def add_list(self, field: str, term: bytes, numbers: array[int], weights: array[float]) -> None:
        """Take the postings of one term from another segment."""
        entry = self._entry(field, term)
        entry[0].extend(numbers)
        entry[1].extend(weights)
        self._grow(len(numbers))

    def add(self, item: tuple[str, bytes, int, float, bytes]) -> None:
        """Take one posting, as Whoosh gives them to its own pools."""
        field, term, number, weight, _ = item
        self.add_list(field, term, array("I", [number]), array("f", [weight]))

    def _entry(self, field: str, term: bytes) -> Entry:
        return self._terms.setdefault((field, term), (array("I"), array("f")))

    def _grow(self, count: int) -> None:
        self._count += count
        if self._count * _POSTING_BYTES + len(self._terms) * _TERM_BYTES > POOL_BYTES:
            self._spill()

    def _spill(self) -> None:
        name = f"{len(self._runs)}.run"
        file = self._storage.create_file(name).raw_file()
        self._runs.append(name)
        try:
            for item in sorted(self._terms.items(), key=itemgetter(0)):
                pickle.dump(item, file, _PROTOCOL)
        finally:
            file.close()
        self._terms, self._known, self._count = {}, {}, 0

    def _run(self, name: str) -> Iterator[tuple[Term, Entry]]:
        file = self._storage.open_file(name).raw_file()
        try:
            while True:
                try:
                    yield pickle.load(file)  # noqa: S301 - written by ourselves a moment ago
                except EOFError:
                    return
        finally:
            file.close()

    def lists(self) -> Iterator[tuple[Term, Entry]]:
        """Yield field and term in order, with all postings of each in order."""
        last = iter(sorted(self._terms.items(), key=itemgetter(0)))
        if not self._runs:
            yield from last
            return
        runs = [*map(self._run, self._runs), last]
        # Runs that hold the same term come in the order in which they were written: merging is stable.
        for term, entries in groupby(heapq.merge(*runs, key=itemgetter(0)), key=itemgetter(0)):
            numbers, weights = array("I"), array("f")
            for _, (some, theirs) in entries:
                numbers.extend(some)
                weights.extend(theirs)
            yield term, (numbers, weights)

    def cleanup(self) -> None:
        """Remove what was put on the disk."""
        while self._runs:
            self._storage.delete_file(self._runs.pop())


class Writer(SegmentWriter):  # type: ignore[misc]  # Whoosh ships no types
    """Whoosh's writer with a pool of our own. LockError if there is another one."""

    def __init__(self, index: Any, **options: Any) -> None:
        super().__init__(index, **options)
        self.pool = Pool(self._tempstorage)

    def add_text(self, mark: str, terms: Mapping[str, Mapping[str, float]], **kept: Any) -> None:
        """Add a text: its terms by field, and what is stored of it."""
        number = self.docnum
        self.add_document(**kept)
        for field, weights in terms.items():
            self.pool.add_text(field, mark, number, weights)

    def add_postings_to_pool(self, reader: Any, startdoc: int, docmap: Mapping[int, int] | None) -> None:
        """Take all postings of another segment but those of its deleted texts."""
        places = np.arange(startdoc, startdoc + reader.doc_count_all(), dtype=np.int64)
        if docmap is not None:
            places[:] = -1
            places[list(docmap)] = list(docmap.values())
        # The reader's own way leaves deleted texts out one by one.
        for field, term in reader.all_terms():
            numbers, weights = decoded(reader._terms.matcher(field, term, self.schema[field].format))  # noqa: SLF001
            moved = places[numbers]
            kept = moved >= 0
            if kept.any():
                lists = array("I", moved[kept].tolist()), array("f", weights[kept].tolist())
                self.pool.add_list(field, term, *lists)

    def _flush_segment(self) -> None:
        self.perdocwriter.close()
        for field, group in groupby(self.pool.lists(), key=lambda item: item[0][0]):
            self.fieldwriter.start_field(field, self.schema[field])
            self.fieldwriter.write((term, entry) for (_, term), entry in group)
            self.fieldwriter.finish_field()
        self.fieldwriter.close()


class FieldWriter(W3FieldWriter):  # type: ignore[misc]
    """Writes whole posting lists in Whoosh's format; short ones beside their term, which reading finds at once."""

    def write(self, lists: Iterable[tuple[bytes, Entry]]) -> None:
        """Write the terms of the field that was started, in order."""
        field = _FIELD.pack(self._fieldid)
        for term, (numbers, weights) in lists:
            is_inline = len(numbers) <= INLINE
            info = _INFO.pack(is_inline, sum(weights), len(numbers), 0, 0, max(weights), numbers[0], numbers[-1])
            self._tindex.add(field + term, info + (_inline if is_inline else self._outside)(numbers, weights))

    def _outside(self, numbers: array[int], weights: array[float]) -> bytes:
        file = self._postfile
        start = file.tell()
        file.write(WHOOSH3_HEADER_MAGIC)
        for at in range(0, len(numbers), BLOCK):
            some, theirs = numbers[at : at + BLOCK], weights[at : at + BLOCK]
            heaviest = max(theirs)
            is_even = heaviest == min(theirs)
            steps = np.diff(np.frombuffer(some, dtype=np.uint32), prepend=np.uint32(0)).tolist()
            told: object = (None if heaviest == 1 else heaviest) if is_even else tuple(theirs)
            data = zlib.compress(pickle.dumps((tuple(steps), told, None), _PROTOCOL), 1)
            head = pickle.dumps((len(some), some[-1], heaviest, 1, 0, 0), _PROTOCOL)
            size = len(head) + len(data)
            file.write_int(size if at + BLOCK < len(numbers) else -size)
            file.write(head)
            file.write(data)
        return _PLACE.pack(start, file.tell() - start)


def _inline(numbers: array[int], weights: array[float]) -> bytes:
    return pickle.dumps((tuple(numbers), tuple(weights), ()), _PROTOCOL)
