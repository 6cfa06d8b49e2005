"""What a Whoosh index held at one commit, and the posting lists of one project in it."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from typing import TYPE_CHECKING

import numpy as np

from kmwiki.search.view import View

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmwiki.search.resident import Block, Mask, Small
    from kmwiki.search.scan import Weights
    from kmwiki.search.whoosh_segment import Segment

FREQUENCIES = 32_768


class Snapshot:
    """The segments of one commit with the texts deleted in each. Closed when the last who uses it has left."""

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

    def alive(self, name: str, block: Block) -> Mask:
        """Tell which texts of a block of that segment are not deleted."""
        gone = self.deleted[name]
        if not gone:
            return np.ones(len(block), dtype=np.bool_)
        return ~np.isin(block.numbers, np.fromiter(gone, dtype=np.int32, count=len(gone)))

    def live(self) -> Iterator[tuple[str, Block, int]]:
        """Yield segment, block and place in it of every text that is not deleted."""
        for name, segment in self.segments.items():
            for lookup in segment.lookups.values():
                for place in np.flatnonzero(self.alive(name, lookup.block)):
                    yield name, lookup.block, int(place)

    def count(self) -> int:
        """Count the texts."""
        return sum(one.count - len(self.deleted[name]) for name, one in self.segments.items())

    def view(self, project_id: int) -> View:
        """Return the texts of a project, ready to be searched."""
        with self._lock:
            view = self._views.get(project_id)
            if view is None:
                view = self._views[project_id] = self._make_view(project_id)
            return view

    def _make_view(self, project_id: int) -> View:
        inside = {name: one.lookups[project_id] for name, one in self.segments.items() if project_id in one.lookups}
        parts = [(lookup, self.alive(name, lookup.block)) for name, lookup in inside.items()]
        return View(parts, Lists(project_id, [(self.segments[name], one.block) for name, one in inside.items()]))

    def vocabulary(self, project_id: int) -> Counter[str]:
        """Count the words of a project; deleted texts count until their segment is joined to another."""
        with self._lock:
            found = self._vocabularies.get(project_id)
            if found is None:
                found = self._vocabularies[project_id] = Counter()
                for segment in self.segments.values():
                    found.update(segment.vocabulary(project_id))
            return found


class Lists:
    """The posting lists of one project over all segments of a commit."""

    def __init__(self, project_id: int, parts: list[tuple[Segment, Block]]) -> None:
        self._project_id = project_id
        self._segments = [segment for segment, _ in parts]
        self._places: list[Small] = []
        base = 0
        for segment, block in parts:
            places = np.full(segment.count, -1, dtype=np.int32)
            places[block.numbers] = np.arange(base, base + len(block), dtype=np.int32)
            self._places.append(places)
            base += len(block)
        self._frequencies: OrderedDict[tuple[str, str], int] = OrderedDict()

    def frequency(self, field: str, term: str) -> int:
        """Count the texts that hold the term, roughly."""
        found = self._frequencies.get((field, term))
        if found is None:
            wanted = marked(self._project_id, term)
            found = sum(one.frequency(field, wanted) for one in self._segments)
            self._frequencies[field, term] = found
            while len(self._frequencies) > FREQUENCIES:
                self._frequencies.popitem(last=False)
        return found

    def postings(self, field: str, term: str) -> tuple[Small, Weights]:
        """Return where the term stands in the view."""
        wanted = marked(self._project_id, term)
        found = [
            (places[numbers], weights)
            for segment, places in zip(self._segments, self._places, strict=True)
            for numbers, weights in (segment.postings(field, wanted),)
        ]
        if not found:
            return np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32)
        return np.concatenate([places for places, _ in found]), np.concatenate([weights for _, weights in found])


def marked(project_id: int, text: str) -> bytes:
    """Projects share an index but no posting list: neither counts nor words of one show in another."""
    return f"{project_id} {text}".encode()
