"""An engine that keeps everything in memory: for tests, and to keep the seam honest."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from kmwiki.search.engine import Ask, Document, EngineStatus, IndexMissing, Match, Page, Slice
from kmwiki.search.lookup import Lookup
from kmwiki.search.resident import Held, make_block
from kmwiki.search.view import View

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from kmwiki.search.engine import Labels, Sink
    from kmwiki.search.resident import Small
    from kmwiki.search.scan import Weights


class _Counts:
    """The words and trigrams of a list of documents, turned into posting lists when they are first asked for."""

    def __init__(self, documents: list[Document]) -> None:
        self._documents = documents

    @cached_property
    def _lists(self) -> dict[tuple[str, str], list[tuple[int, float]]]:
        found: dict[tuple[str, str], list[tuple[int, float]]] = defaultdict(list)
        for place, document in enumerate(self._documents):
            for field, counts in (("words", document.words), ("trigrams", document.trigrams)):
                for term, weight in counts.items():
                    found[field, term].append((place, weight))
        return found

    def frequency(self, field: str, term: str) -> int:
        """Count the texts that hold the term."""
        return len(self._lists.get((field, term), ()))

    def postings(self, field: str, term: str) -> tuple[Small, Weights]:
        """Return the places of the term."""
        found = self._lists.get((field, term), [])
        places = np.array([place for place, _ in found], dtype=np.int32)
        return places, np.array([weight for _, weight in found], dtype=np.float32)


class MemoryEngine:
    """See `SearchEngine`. It forgets everything when the process ends."""

    name = "memory"

    def __init__(self) -> None:
        self._documents: dict[str, Document] | None = {}
        self._views: dict[int, View] = {}
        self._labels: Labels = {}
        self._lock = threading.RLock()

    def _all(self) -> dict[str, Document]:
        if self._documents is None:
            raise IndexMissing
        return self._documents

    def put(self, documents: Iterable[Document], dropped: Iterable[str] = (), *, labels: Labels | None = None) -> None:
        """Take in and drop."""
        new = {document.key: document for document in documents}
        with self._lock:
            kept = dict(self._all())
            for key in dropped:
                kept.pop(key, None)
            kept.update(new)
            self._documents, self._views = kept, {}
            if labels is not None:
                self._labels = labels

    def drop(self, keys: Iterable[str]) -> None:
        """Forget these keys."""
        self.put([], keys)

    def find(self, ask: Ask) -> list[Match]:
        """Answer the question."""
        return self._view(ask.project_id).find(ask)

    def page(self, ask: Ask, wanted: Slice) -> Page:
        """Answer a question in part, with counts."""
        return self._view(ask.project_id).page(ask, wanted)

    def _view(self, project_id: int) -> View:
        with self._lock:
            view = self._views.get(project_id)
            if view is None:
                documents = [one for one in self._all().values() if one.project_id == project_id]
                block = make_block(list(enumerate(map(Held.of, documents))))
                alive = np.ones(len(documents), dtype=np.bool_)
                view = self._views[project_id] = View([(Lookup(block), alive)], _Counts(documents))
            return view

    def versions(self) -> dict[str, str]:
        """Return all versions."""
        return {key: document.version for key, document in self._all().items()}

    def vocabulary(self, project_id: int) -> Mapping[str, int]:
        """Count in how many texts each word stands."""
        return Counter(word for one in self._all().values() if one.project_id == project_id for word in one.words)

    def labels(self) -> Labels:
        """Return what was last written on it."""
        self._all()
        return self._labels

    def label(self, labels: Labels) -> None:
        """Write on it."""
        self._labels = labels

    def rebuild(
        self,
        fill: Callable[[Sink], Iterator[tuple[int, int]]],
        settle: Callable[[Sink], object],
        *,
        is_on_top: bool = False,
    ) -> Iterator[tuple[int, int]]:
        """Fill another engine and take over what it holds."""
        beside = MemoryEngine()
        if is_on_top:
            beside.put(self._all().values(), labels=self._labels)
        yield from fill(beside)
        settle(beside)
        with self._lock:
            self._documents, self._views, self._labels = beside._all(), {}, beside._labels

    def forget(self) -> None:
        """Lose everything, as when files are deleted under a running program."""
        with self._lock:
            self._documents, self._views = None, {}

    def check(self) -> None:
        """Raise IndexMissing after `forget`."""
        self._all()

    def status(self) -> EngineStatus:
        """Count the documents."""
        return EngineStatus(self.name, len(self._all()), 0)

    def optimize(self) -> None:
        """Nothing is left behind in memory."""

    def close(self) -> None:
        """Nothing is open; views are made anew when asked."""
        with self._lock:
            self._views = {}
