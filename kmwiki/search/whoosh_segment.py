"""One segment of a Whoosh index: its texts in memory, its posting lists decoded when they are first asked for."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict, defaultdict
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from whoosh.codec.whoosh3 import W3LeafMatcher
from whoosh.reading import SegmentReader, TermNotFound

from kmwiki.search import resident_file
from kmwiki.search.engine import IndexMissing
from kmwiki.search.lookup import Lookup
from kmwiki.search.resident import Block, Held, make_block

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmwiki.search.resident import Small
    from kmwiki.search.scan import Weights

MOST_RESIDENT = 512 << 20
"""So many bytes of texts an index holds in memory; those of further segments are read from the disk at every search."""
LEAST_SAVED = 200
"""A segment of so many texts gets a file of its blocks; smaller ones are read from what is stored quickly enough."""
DECODED_BYTES = 1 << 20
"""Of a segment's posting lists as many bytes are kept decoded as its texts have, but so many in any case."""


@contextmanager
def damage_shown(*kept: type[Exception]) -> Iterator[None]:
    """Turn whatever Whoosh raises over a damaged file, which may be any error at all, into IndexMissing.

    Errors of the kinds `kept` tell of something else and go on as they are, but a file that is gone is damage.
    """
    try:
        yield
    except (IndexMissing, MemoryError):
        raise
    except Exception as error:
        if isinstance(error, kept) and not isinstance(error, FileNotFoundError):
            raise
        raise IndexMissing(f"{type(error).__name__}: {error}") from error


def file_print(storage: Any, name: str) -> tuple[int, int]:
    """Return size and time of change of a file: what is in force is written once and never changes."""
    return storage.file_length(name), Path(storage.folder, name).stat().st_mtime_ns


def texts_file(segment: Any) -> str:
    """Name the file of a segment's texts: so that Whoosh clears it away with the segment."""
    return f"{segment.segment_id()}.texts"


class Segment:
    """A segment in memory, deleted texts included: which are deleted is told by the table of a commit."""

    def __init__(self, storage: Any, fields: Any, segment: Any, *, taken: int) -> None:
        """Open a segment; `taken` bytes are in memory already for others."""
        self.file = segment.make_filename(segment.COMPOUND_EXT)
        self.print = file_print(storage, self.file)
        self.count = int(segment.doc_count_all())
        self.reader = SegmentReader(storage, fields, segment)
        self._lock = threading.RLock()
        self._vocabularies: dict[int, Counter[str]] = {}
        self._decoded: OrderedDict[tuple[str, bytes], tuple[Small, Weights]] = OrderedDict()
        self._bytes = 0
        try:
            path = Path(storage.folder, texts_file(segment))
            self.lookups = {project: Lookup(block) for project, block in self._blocks(path, taken).items()}
        except BaseException:
            self.reader.close()
            raise

    def _blocks(self, path: Path, taken: int) -> dict[int, Block]:
        if self.count < LEAST_SAVED:
            return self._read_all()
        found = resident_file.load(path, most_bytes=MOST_RESIDENT - taken)
        if found is None or sum(map(len, found.values())) != self.count:
            found = self._read_all()
            with suppress(OSError):  # without it the next start is slower, that is all
                resident_file.save(path, found)
        return found

    def _read_all(self) -> dict[int, Block]:
        numbered: dict[int, list[tuple[int, Held]]] = defaultdict(list)
        for number in range(self.count):
            project_id, *rest = self.reader.stored_fields(number)["document"]
            numbered[project_id].append((number, Held(*rest)))
        return {project_id: make_block(texts) for project_id, texts in numbered.items()}

    @property
    def size(self) -> int:
        """Bytes in memory, about."""
        return sum(one.block.size for one in self.lookups.values())

    def vocabulary(self, project_id: int) -> Counter[str]:
        """Count the words of a project's texts: read when first asked for, then kept."""
        with self._lock:
            if project_id not in self._vocabularies:
                found: Counter[str] = Counter()
                lookup = self.lookups.get(project_id)
                for number in lookup.block.numbers if lookup is not None else ():
                    found.update(self.reader.stored_fields(int(number))["lexicon"].decode().split("\n"))
                self._vocabularies[project_id] = found
            return self._vocabularies[project_id]

    def postings(self, field: str, term: bytes) -> tuple[Small, Weights]:
        """Return the numbers of the texts with a term and its weight in each."""
        with self._lock, damage_shown():
            found = self._decoded.get((field, term))
            if found is not None:
                self._decoded.move_to_end((field, term))
                return found
            try:
                found = decoded(self.reader.postings(field, term))
            except TermNotFound:
                found = np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32)
            self._decoded[field, term] = found
            self._bytes += found[0].nbytes + found[1].nbytes + 200
            texts = sum(one.block.text_bytes for one in self.lookups.values())
            while self._bytes > max(DECODED_BYTES, texts) and len(self._decoded) > 1:
                gone = self._decoded.popitem(last=False)[1]
                self._bytes -= gone[0].nbytes + gone[1].nbytes + 200
            return found

    def frequency(self, field: str, term: bytes) -> int:
        """Count the texts that hold the term, deleted ones included."""
        with self._lock, damage_shown():
            return int(self.reader.doc_frequency(field, term))

    def close(self) -> None:
        """Close the files."""
        self.reader.close()


def decoded(matcher: Any) -> tuple[Small, Weights]:
    """Read a posting list; Whoosh's own, block by block, for step by step takes thirty times as long."""
    ids: list[Any] = []
    weights: list[Any] = []
    if isinstance(matcher, W3LeafMatcher):
        while matcher.is_active():
            matcher.id()
            matcher.weight()
            ids.append(np.array(matcher._ids, dtype=np.int32))  # noqa: SLF001 - the block that id() has just read
            weights.append(np.array(matcher._weights, dtype=np.float32))  # noqa: SLF001
            matcher._next_block()  # noqa: SLF001
    else:
        while matcher.is_active():
            ids.append([matcher.id()])
            weights.append([matcher.weight()])
            matcher.next()
    if not ids:
        return np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32)
    return np.concatenate(ids).astype(np.int32), np.concatenate(weights).astype(np.float32)
