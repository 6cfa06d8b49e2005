"""One Whoosh index in one folder, with its texts resident.

Whoosh keeps the posting lists, the stored texts and the segments, and makes commits atomic. Its own searcher is not
used: conditions are answered from the resident texts (see view.py) and posting lists are decoded once and ranked by us,
which is some hundred times faster than its OR. Segments never change, so each is read into memory once.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whoosh import index
from whoosh.filedb.filestore import FileStorage
from whoosh.reading import SegmentReader, TermNotFound
from whoosh.writing import LockError

from kmwiki.search.engine import Ask, Document, IndexBusy, IndexMissing, Match
from kmwiki.search.view import Held, View
from kmwiki.search.whoosh_fields import Codec, merge_small, schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LOCK_SECONDS = 5.0
POOL_MB = 128
DECODED = 4096


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


class Segment:
    """One segment in memory: its texts by document number, and the open reader of its posting lists."""

    def __init__(self, storage: Any, fields: Any, segment: Any) -> None:
        self.file = segment.make_filename(segment.COMPOUND_EXT)
        self.print = file_print(storage, self.file)
        self.reader = SegmentReader(storage, fields, segment)
        self.held: list[tuple[int, Held]] = []
        self._vocabularies: dict[int, Counter[str]] = {}
        for _, stored in self.reader.iter_docs():
            project_id, *rest = stored["document"]
            self.held.append((project_id, Held(*rest)))
        # Documents deleted before the segment was opened are not given by iter_docs; numbers must still be right.
        self.numbers = [number for number in range(segment.doc_count_all()) if not segment.is_deleted(number)]

    def vocabulary(self, project_id: int) -> Counter[str]:
        """Count the words of a project's texts: read when first asked for, then kept."""
        if project_id not in self._vocabularies:
            found: Counter[str] = Counter()
            for _, stored in self.reader.iter_docs():
                if stored["document"][0] == project_id:
                    found.update(stored["lexicon"].decode().split("\n"))
            self._vocabularies[project_id] = found
        return self._vocabularies[project_id]

    def close(self) -> None:
        """Close the files."""
        self.reader.close()


class Snapshot:
    """What the index held at one commit. Closed when the last who uses it has left."""

    def __init__(
        self,
        table: tuple[str, tuple[int, int]],
        generation: int,
        segments: dict[str, Segment],
        deleted: dict[str, frozenset[int]],
    ) -> None:
        self.table = table
        """The file that names the segments, with its print."""
        self.generation = generation
        self.segments = segments
        self.deleted = deleted
        self._views: dict[int, View] = {}
        self._vocabularies: dict[int, Counter[str]] = {}
        self._lock = threading.RLock()

    def live(self) -> Iterator[tuple[str, int, int, Held]]:
        """Yield segment, document number, project and text of everything that is not deleted."""
        for name, segment in self.segments.items():
            gone = self.deleted[name]
            for number, (project_id, held) in zip(segment.numbers, segment.held, strict=True):
                if number not in gone:
                    yield name, number, project_id, held

    def view(self, project_id: int) -> View:
        """Return the texts of a project, ready to be searched."""
        with self._lock:
            view = self._views.get(project_id)
            if view is None:
                view = self._views[project_id] = self._make_view(project_id)
            return view

    def _make_view(self, project_id: int) -> View:
        held: list[Held] = []
        places: dict[str, dict[int, int]] = {name: {} for name in self.segments}
        for name, number, owner, one in self.live():
            if owner == project_id:
                places[name][number] = len(held)
                held.append(one)
        return View(held, _Lists(self, project_id, places))

    def read(self, name: str, field: str, term: bytes) -> list[tuple[int, float]]:
        """Decode one posting list of one segment."""
        with self._lock, damage_shown():
            try:
                matcher = self.segments[name].reader.postings(field, term)
            except TermNotFound:
                return []
            found = []
            while matcher.is_active():
                found.append((matcher.id(), matcher.weight()))
                matcher.next()
            return found

    def frequency(self, field: str, term: bytes) -> int:
        """Count the texts that hold the term, deleted ones included."""
        with self._lock, damage_shown():
            return sum(segment.reader.doc_frequency(field, term) for segment in self.segments.values())

    def vocabulary(self, project_id: int) -> Counter[str]:
        """Count the words of a project; deleted texts count until their segment is joined to another."""
        with self._lock, damage_shown():
            found = self._vocabularies.get(project_id)
            if found is None:
                found = self._vocabularies[project_id] = Counter()
                for segment in self.segments.values():
                    found.update(segment.vocabulary(project_id))
            return found


class _Lists:
    """The posting lists of one project in one snapshot, decoded once."""

    def __init__(self, snapshot: Snapshot, project_id: int, places: dict[str, dict[int, int]]) -> None:
        self._snapshot = snapshot
        self._project_id = project_id
        self._places = places
        self._decoded: OrderedDict[tuple[str, str], list[tuple[int, float]]] = OrderedDict()
        self._frequencies: dict[tuple[str, str], int] = {}

    def frequency(self, field: str, term: str) -> int:
        """Count the texts that hold the term, roughly."""
        found = self._frequencies.get((field, term))
        if found is None:
            found = self._snapshot.frequency(field, _term(self._project_id, term))
            self._frequencies[field, term] = found
            if len(self._frequencies) > 8 * DECODED:
                self._frequencies.clear()
        return found

    def postings(self, field: str, term: str) -> list[tuple[int, float]]:
        """Return where the term stands in the view."""
        found = self._decoded.get((field, term))
        if found is None:
            wanted = _term(self._project_id, term)
            found = [
                (places[number], weight)
                for name, places in self._places.items()
                for number, weight in self._snapshot.read(name, field, wanted)
                if number in places
            ]
            self._decoded[field, term] = found
            while len(self._decoded) > DECODED:
                self._decoded.popitem(last=False)
        return found


def _term(project_id: int, text: str) -> bytes:
    """Projects share an index but no posting list: neither counts nor words of one show in another."""
    return f"{project_id} {text}".encode()


class WhooshIndex:
    """An index in a folder that exists. Safe to use from several threads and processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # Not memory-mapped: a file cut short under a mapping kills the process instead of raising an error.
        self._storage = FileStorage(str(folder), supports_mmap=False)
        self._lock = threading.RLock()
        self._snapshot: Snapshot | None = None
        self._users: dict[int, int] = {}
        self._retired: list[Snapshot] = []

    def create(self) -> None:
        """Make an empty index in the folder."""
        index.TOC.create(self._storage, schema())

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Give the newest commit, kept open as long as it is used. IndexMissing if it cannot be read."""
        with self._lock:
            newest = self._newest()
            self._users[id(newest)] = self._users.get(id(newest), 0) + 1
        try:
            yield newest
        finally:
            with self._lock:
                self._users[id(newest)] -= 1
                self._clear_retired()

    def _newest(self) -> Snapshot:
        with damage_shown():
            generation = index.TOC._latest_generation(self._storage, "MAIN")  # noqa: SLF001 - the public way reads it all
            if self._snapshot is not None and self._snapshot.generation == generation:
                return self._snapshot
            opened = self._open()
        if self._snapshot is not None:
            self._retired.append(self._snapshot)
        self._snapshot = opened
        self._clear_retired()
        return opened

    def _open(self) -> Snapshot:
        """Read the newest commit; a segment that another process has just merged away is looked for once more."""
        for is_last in (False, False, True):
            generation = index.TOC._latest_generation(self._storage, "MAIN")  # noqa: SLF001
            table = index.TOC._filename("MAIN", generation)  # noqa: SLF001 - Whoosh tells it in no other way
            known = self._snapshot.segments if self._snapshot is not None else {}
            segments: dict[str, Segment] = {}
            fresh: list[Segment] = []
            try:
                seen = table, file_print(self._storage, table)
                toc = index.TOC.read(self._storage, "MAIN", generation)
                for segment in toc.segments:
                    name = segment.segment_id()
                    if name not in known:
                        fresh.append(Segment(self._storage, toc.schema, segment))
                    segments[name] = known[name] if name in known else fresh[-1]
            except FileNotFoundError:
                for made in fresh:
                    made.close()
                if is_last:
                    raise
                continue
            deleted = {one.segment_id(): frozenset(one.deleted_docs() or ()) for one in toc.segments}
            return Snapshot(seen, toc.generation, segments, deleted)
        raise IndexMissing

    def verify(self) -> None:
        """Raise IndexMissing if the files in force are not those that were read, though all may still be in memory."""
        for _ in range(3):
            with self.snapshot() as held:
                prints = dict([held.table, *((one.file, one.print) for one in held.segments.values())])
                if all(self._is_whole(name, seen) for name, seen in prints.items()):
                    return
                with damage_shown():
                    newest = index.TOC._latest_generation(self._storage, "MAIN")  # noqa: SLF001
                if newest == held.generation:  # else another process has just committed and cleared away
                    break
        raise IndexMissing("its files were changed or removed")

    def _is_whole(self, name: str, seen: tuple[int, int]) -> bool:
        try:
            return file_print(self._storage, name) == seen
        except OSError:
            return False

    def _clear_retired(self) -> None:
        """Close the segments that no snapshot in use needs."""
        unused = [one for one in self._retired if not self._users.get(id(one))]
        if not unused:
            return
        self._retired = [one for one in self._retired if one not in unused]
        alive = [*self._retired, *([self._snapshot] if self._snapshot is not None else [])]
        needed = {id(segment) for snapshot in alive for segment in snapshot.segments.values()}
        done = {
            id(segment): segment for one in unused for segment in one.segments.values() if id(segment) not in needed
        }
        for segment in done.values():
            segment.close()
        for one in unused:
            self._users.pop(id(one), None)

    def write(self, documents: Iterable[Document], dropped: Iterable[str] = (), *, merge: Any = merge_small) -> None:
        """Commit new documents and drops. IndexBusy if another writer holds the lock."""
        new = list(documents)
        self.verify()
        # A full disk or a folder that may not be written is no damage: making the index anew would not help.
        with damage_shown(IndexBusy, OSError):
            self._write(new, {*dropped, *(document.key for document in new)}, merge)

    def _write(self, new: list[Document], gone: set[str], merge: Any) -> None:
        try:
            writer = index.FileIndex(self._storage, indexname="MAIN").writer(
                timeout=LOCK_SECONDS, limitmb=POOL_MB, codec=Codec()
            )
        except LockError as error:
            raise IndexBusy from error
        try:
            with self.snapshot() as snapshot:
                numbers = {name: number for number, name in enumerate(s.segment_id() for s in writer.segments)}
                for name, number, _, held in snapshot.live():
                    if held.key in gone:
                        writer.segments[numbers[name]].delete_document(number)
            for document in new:
                writer.add_document(**_stored(document))
            writer.commit(mergetype=merge)
        except BaseException:
            if not writer.is_closed:
                writer.cancel()
            raise

    def find(self, ask: Ask) -> list[Match]:
        """Answer a question."""
        with self.snapshot() as snapshot:
            return snapshot.view(ask.project_id).find(ask)

    def versions(self) -> dict[str, str]:
        """Return the version of every document."""
        with self.snapshot() as snapshot:
            return {held.key: held.version for _, _, _, held in snapshot.live()}

    def vocabulary(self, project_id: int) -> Counter[str]:
        """Return the words of a project with their counts."""
        with self.snapshot() as snapshot:
            return snapshot.vocabulary(project_id)

    def size(self) -> int:
        """Return the bytes on disk."""
        return sum(path.stat().st_size for path in self.folder.iterdir() if path.is_file())

    def close(self) -> None:
        """Close all files."""
        with self._lock:
            if self._snapshot is not None:
                self._retired.append(self._snapshot)
                self._snapshot = None
            self._clear_retired()


def _stored(document: Document) -> dict[str, Any]:
    """Give Whoosh a document: terms carry their project in front."""
    mark = f"{document.project_id} "
    return {
        "words": {mark + word: weight for word, weight in document.words.items()},
        "trigrams": {mark + trigram: weight for trigram, weight in document.trigrams.items()},
        "lexicon": "\n".join(document.words).encode(),
        "document": (
            document.project_id,
            document.key,
            document.version,
            document.text,
            document.edges,
            document.title_end,
            document.lead_end,
            document.facts,
            dict(document.columns),
        ),
    }
