"""An engine that keeps everything in memory: for tests, and to keep the seam honest."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

from kmwiki.search.engine import Ask, Document, EngineStatus, IndexMissing, Match
from kmwiki.search.view import Held, View

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from kmwiki.search.engine import Sink


def hold(document: Document) -> Held:
    """Keep what finding needs."""
    return Held(
        document.key,
        document.version,
        document.text,
        document.edges,
        document.title_end,
        document.lead_end,
        document.facts,
        document.columns,
    )


class _Counts:
    """The words and trigrams of a list of documents."""

    def __init__(self, documents: list[Document]) -> None:
        self.documents = documents

    def _counts(self, field: str, place: int) -> Mapping[str, float]:
        document = self.documents[place]
        return document.words if field == "words" else document.trigrams

    def frequency(self, field: str, term: str) -> int:
        """Count the texts that hold the term."""
        return sum(1 for _ in self.postings(field, term))

    def postings(self, field: str, term: str) -> Iterator[tuple[int, float]]:
        """Yield the places of the term."""
        for place in range(len(self.documents)):
            weight = self._counts(field, place).get(term)
            if weight is not None:
                yield place, weight


class MemoryEngine:
    """See `SearchEngine`. It forgets everything when the process ends."""

    name = "memory"

    def __init__(self) -> None:
        self._documents: dict[str, Document] | None = {}
        self._views: dict[int, View] = {}
        self._lock = threading.RLock()

    def _all(self) -> dict[str, Document]:
        if self._documents is None:
            raise IndexMissing
        return self._documents

    def put(self, documents: Iterable[Document], dropped: Iterable[str] = ()) -> None:
        """Take in and drop."""
        new = {document.key: document for document in documents}
        with self._lock:
            kept = dict(self._all())
            for key in dropped:
                kept.pop(key, None)
            kept.update(new)
            self._documents, self._views = kept, {}

    def drop(self, keys: Iterable[str]) -> None:
        """Forget these keys."""
        self.put([], keys)

    def find(self, ask: Ask) -> list[Match]:
        """Answer the question."""
        return self._view(ask.project_id).find(ask)

    def _view(self, project_id: int) -> View:
        with self._lock:
            view = self._views.get(project_id)
            if view is None:
                documents = [one for one in self._all().values() if one.project_id == project_id]
                view = self._views[project_id] = View([hold(one) for one in documents], _Counts(documents))
            return view

    def versions(self) -> dict[str, str]:
        """Return all versions."""
        return {key: document.version for key, document in self._all().items()}

    def vocabulary(self, project_id: int) -> Mapping[str, int]:
        """Count in how many texts each word stands."""
        return Counter(word for one in self._all().values() if one.project_id == project_id for word in one.words)

    def rebuild(
        self, fill: Callable[[Sink], Iterator[tuple[int, int]]], settle: Callable[[Sink], object]
    ) -> Iterator[tuple[int, int]]:
        """Fill another engine and take over what it holds."""
        beside = MemoryEngine()
        yield from fill(beside)
        settle(beside)
        with self._lock:
            self._documents, self._views = beside._all(), {}

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
