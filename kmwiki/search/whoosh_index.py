"""One Whoosh index in one folder, with its texts resident.

Whoosh keeps the posting lists, the stored texts and the segments, and makes commits atomic. Its own searcher is not
used: conditions are answered from the resident texts (see view.py) and posting lists are decoded once and ranked by us,
which is some hundred times faster than its OR. Segments never change, so each is read into memory once.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from whoosh import index
from whoosh.filedb.filestore import FileStorage
from whoosh.writing import LockError

from kmwiki.search.engine import Ask, Document, IndexBusy, IndexMissing, Match, Page, Slice
from kmwiki.search.whoosh_fields import Codec, merge_small, schema
from kmwiki.search.whoosh_segment import Segment, damage_shown, file_print
from kmwiki.search.whoosh_snapshot import Snapshot
from kmwiki.search.whoosh_writer import Writer

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

LOCK_SECONDS = 5.0


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
                        taken = sum(one.size for one in (*known.values(), *fresh))
                        fresh.append(Segment(self._storage, toc.schema, segment, taken=taken))
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

    def writer(self) -> Writer:
        """Return Whoosh's writer. IndexBusy if another one holds the lock."""
        opened = _Index(self._storage, indexname="MAIN")
        try:
            return Writer(opened, timeout=LOCK_SECONDS, codec=Codec())
        except LockError as error:
            raise IndexBusy from error
        except BaseException:
            _release(opened.held)
            raise

    def _write(self, new: list[Document], gone: set[str], merge: Any) -> None:
        writer = self.writer()
        try:
            self.delete(writer, gone)
            for document in new:
                add(writer, document)
            writer.commit(mergetype=merge)
        except BaseException:
            abandon(writer)
            raise

    def delete(self, writer: Writer, gone: Collection[str]) -> None:
        """Let a writer delete the texts of these keys from the newest commit."""
        if not gone:
            return
        with self.snapshot() as snapshot:
            numbers = {name: number for number, name in enumerate(s.segment_id() for s in writer.segments)}
            for name, block, place in snapshot.live():
                if block.keys[place] in gone:
                    writer.segments[numbers[name]].delete_document(int(block.numbers[place]))

    def find(self, ask: Ask) -> list[Match]:
        """Answer a question."""
        with self.snapshot() as snapshot:
            return snapshot.view(ask.project_id).find(ask)

    def page(self, ask: Ask, wanted: Slice) -> Page:
        """Answer a question in part, with counts."""
        with self.snapshot() as snapshot:
            return snapshot.view(ask.project_id).page(ask, wanted)

    def versions(self) -> dict[str, str]:
        """Return the version of every document."""
        with self.snapshot() as snapshot:
            return {block.keys[place]: block.versions[place] for _, block, place in snapshot.live()}

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


class _Index(index.FileIndex):  # type: ignore[misc]
    """Whoosh's index, which forgets to give its lock back where a writer cannot be made."""

    held: Any = None

    def lock(self, name: str) -> Any:
        """Return the lock of that name, remembered."""
        self.held = super().lock(name)
        return self.held


def abandon(writer: Any) -> None:
    """Give up what a writer has not committed. Its lock is let go in any case, also if the disk is full."""
    with suppress(Exception):
        if not writer.is_closed:
            writer.cancel()
    _release(writer.writelock)


def _release(lock: Any) -> None:
    if lock is not None and lock.fd is not None:
        lock.release()


def add(writer: Writer, document: Document) -> None:
    """Give Whoosh a document: terms carry their project in front."""
    writer.add_text(
        f"{document.project_id} ",
        {"words": document.words, "trigrams": document.trigrams},
        lexicon="\n".join(document.words).encode(),
        document=(
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
    )
