"""The index as an instance has it: a folder of generations, one of them in force, stamped with what made it.

`CURRENT` names the folder in force; a rebuild fills another and then replaces that one small file, so that a crash at
any point leaves the old index or the new one. A stamp beside the index tells the schema, dictionary and segmenter that
made it.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

from whoosh.filedb.filestore import FileStorage

from kmwiki.search.engine import Ask, EngineStatus, IndexBusy, IndexMissing, IndexStale, Match
from kmwiki.search.whoosh_beside import Beside, read_labels, write_labels
from kmwiki.search.whoosh_fields import merge_many
from kmwiki.search.whoosh_index import WhooshIndex
from kmwiki.search.whoosh_segment import damage_shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from kmwiki.search.engine import Document, Labels, Page, Sink, Slice

T = TypeVar("T")
CURRENT = "CURRENT"
STAMP = "stamp.json"
SCHEMA = "schema"
GATE_SECONDS = 10.0


class WhooshEngine:
    """See `SearchEngine`. `stamp` must hold `schema`; an index of another schema cannot be read at all."""

    name = "whoosh"

    def __init__(self, root: Path, stamp: Mapping[str, str]) -> None:
        self.root = root
        self.stamp = dict(stamp)
        self._lock = threading.RLock()
        self._index: WhooshIndex | None = None

    def _in_force(self) -> WhooshIndex:
        """Return the index that CURRENT names; opened anew when that has changed. IndexMissing if there is none."""
        with self._lock:
            try:
                folder = self.root / (self.root / CURRENT).read_text(encoding="ascii").strip()
                made_by = json.loads((folder / STAMP).read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                self.close()
                raise IndexMissing(str(error)) from error
            if not isinstance(made_by, dict) or made_by.get(SCHEMA) != self.stamp[SCHEMA]:
                self.close()
                raise IndexMissing("made by another version")
            if self._index is None or self._index.folder != folder:
                self.close()
                self._index = WhooshIndex(folder)
            return self._index

    def put(self, documents: Iterable[Document], dropped: Iterable[str] = (), *, labels: Labels | None = None) -> None:
        """Commit new documents and drops."""
        with self._gate("gate", GATE_SECONDS):
            index = self._in_force()
            index.write(documents, dropped)
            if labels is not None:
                write_labels(index.folder, labels)

    def drop(self, keys: Iterable[str]) -> None:
        """Forget these keys."""
        self.put([], keys)

    def _read(self, read: Callable[[WhooshIndex], T]) -> T:
        """Read from the index in force; once more if a rebuild has put another in its place meanwhile."""
        index = self._in_force()
        try:
            return read(index)
        except IndexMissing:
            newer = self._in_force()
            if newer.folder == index.folder:
                raise
            return read(newer)

    def find(self, ask: Ask) -> list[Match]:
        """Answer a question."""
        return self._read(lambda index: index.find(ask))

    def page(self, ask: Ask, wanted: Slice) -> Page:
        """Answer a question in part, with counts."""
        return self._read(lambda index: index.page(ask, wanted))

    def versions(self) -> dict[str, str]:
        """Return the version of every document."""
        return self._read(WhooshIndex.versions)

    def vocabulary(self, project_id: int) -> Mapping[str, int]:
        """Return the words of a project with their counts."""
        return self._read(lambda index: index.vocabulary(project_id))

    def labels(self) -> Labels:
        """Return what is written on the index in force."""
        return self._read(lambda index: read_labels(index.folder))

    def rebuild(
        self,
        fill: Callable[[Sink], Iterator[tuple[int, int]]],
        settle: Callable[[Sink], object],
        *,
        is_on_top: bool = False,
    ) -> Iterator[tuple[int, int]]:
        """Fill a new folder, then put it in force. IndexBusy if another rebuild is under way."""
        with self._gate("rebuild", 0.0):
            folder = self.root / f"index-{uuid4().hex[:12]}"
            folder.mkdir()
            beside: Beside | None = None
            try:
                beside = self._beside(folder, is_on_top=is_on_top)
                yield from fill(beside)
                with self._gate("gate", GATE_SECONDS):
                    settle(beside)
                    beside.flush()
                    self._put_in_force(folder)
            except BaseException:
                with suppress(Exception):
                    if beside is not None:
                        beside.close()
                shutil.rmtree(folder, ignore_errors=True)
                raise
            beside.close()
            self._remove_others(folder)

    def _beside(self, folder: Path, *, is_on_top: bool) -> Beside:
        """Return what fills a new folder; on top of what is in force, which nobody changes while it is shared."""
        if not is_on_top:
            return Beside(folder)
        with self._gate("gate", GATE_SECONDS):
            return Beside(folder, self._in_force().folder)

    def _put_in_force(self, folder: Path) -> None:
        (folder / STAMP).write_text(json.dumps(self.stamp, indent=1), encoding="utf-8")
        _sync(folder / STAMP)
        new = self.root / f"{CURRENT}.new"
        new.write_text(folder.name, encoding="ascii")
        _sync(new)
        if (self.root / CURRENT).is_dir():
            shutil.rmtree(self.root / CURRENT)
        new.replace(self.root / CURRENT)

    def _remove_others(self, kept: Path) -> None:
        """Remove the folders of earlier rebuilds, finished or killed; who still reads one holds its files open."""
        with self._lock:
            self.close()
        for path in self.root.glob("index-*"):
            if path != kept:
                shutil.rmtree(path, ignore_errors=True)
                with suppress(OSError):
                    path.unlink(missing_ok=True)  # a file in the place of a folder

    def check(self) -> None:
        """Raise IndexMissing, also for damage behind what is in memory; IndexStale if other words made it."""
        made_by = self._read(self._made_by)
        if made_by != self.stamp:
            raise IndexStale

    @staticmethod
    def _made_by(index: WhooshIndex) -> object:
        index.verify()
        with damage_shown():
            return json.loads((index.folder / STAMP).read_text(encoding="utf-8"))

    def status(self) -> EngineStatus:
        """Tell how large the index is."""
        return self._read(self._describe)

    def _describe(self, index: WhooshIndex) -> EngineStatus:
        with index.snapshot() as snapshot:
            return EngineStatus(self.name, snapshot.count(), index.size(), len(snapshot.segments), dict(self.stamp))

    def optimize(self) -> None:
        """Join all but large segments into one."""
        with self._gate("gate", GATE_SECONDS):
            self._in_force().write([], merge=merge_many)

    def close(self) -> None:
        """Close all files."""
        with self._lock:
            if self._index is not None:
                self._index.close()
                self._index = None

    def _make_root(self) -> None:
        """Make the folder; what stands in its place and is none is put aside, for it is not ours to remove."""
        if os.path.lexists(self.root) and not self.root.is_dir():
            self.root.rename(self.root.with_name(f"{self.root.name}.aside-{uuid4().hex[:8]}"))
        self.root.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def _gate(self, name: str, seconds: float) -> Iterator[None]:
        """Hold a lock file of the index folder: `gate` for writing and swapping, `rebuild` for rebuilding."""
        self._make_root()
        lock = FileStorage(str(self.root)).lock(name)
        until = time.monotonic() + seconds
        while not lock.acquire(blocking=False):
            if time.monotonic() >= until:
                raise IndexBusy
            time.sleep(0.02)
        try:
            yield
        finally:
            lock.release()


def _sync(path: Path) -> None:
    """Bring a file to the disk; Whoosh itself never does, but these two decide what is in force."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
