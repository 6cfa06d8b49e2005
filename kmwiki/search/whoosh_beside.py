"""An index being filled while nobody searches it yet."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from kmwiki.search import resident_file
from kmwiki.search.resident import Held, make_block
from kmwiki.search.whoosh_index import WhooshIndex, abandon, add
from kmwiki.search.whoosh_segment import LEAST_SAVED, texts_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from kmwiki.search.engine import Document

AT_ONCE = 5_000
"""So many texts become one segment: every segment costs each question a look into its table of words."""


class Beside:
    """See `engine.Sink`. What is put first is written in large segments; what is put again, in small ones after it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._index = WhooshIndex(folder)
        self._index.create()
        self._versions: dict[str, str] = {}
        self._writer: Any = None
        self._new: list[tuple[int, Held]] = []

    def put(self, documents: Iterable[Document], dropped: Iterable[str] = ()) -> None:
        """Take in documents and drop others."""
        given, gone = list(documents), list(dropped)
        keys = [document.key for document in given]
        if len(set(keys)) < len(keys) or not self._versions.keys().isdisjoint([*keys, *gone]):
            self.flush()
            self._index.write(given, gone, merge=lambda writer, segments: segments)  # noqa: ARG005 - Whoosh's signature
        else:
            for document in given:
                self._add(document)
        for key in gone:
            self._versions.pop(key, None)
        self._versions.update((document.key, document.version) for document in given)
        if len(self._new) >= AT_ONCE:
            self.flush()

    def _add(self, document: Document) -> None:
        if self._writer is None:
            self._writer = self._index.writer()
        add(self._writer, document)
        self._new.append((document.project_id, Held.of(document)))

    def flush(self) -> None:
        """Write what was put so far, and its texts as a file beside it."""
        if self._writer is None:
            return
        writer, self._writer = self._writer, None
        try:
            writer.commit(merge=False)
        except BaseException:
            abandon(writer)
            raise
        numbered: dict[int, list[tuple[int, Held]]] = defaultdict(list)
        for number, (project_id, held) in enumerate(self._new):
            numbered[project_id].append((number, held))
        if len(self._new) >= LEAST_SAVED:
            with suppress(OSError):  # whoever opens the segment first makes it then
                blocks = {project_id: make_block(texts) for project_id, texts in numbered.items()}
                resident_file.save(self._folder / texts_file(writer.newsegment), blocks)
        self._new = []

    def versions(self) -> dict[str, str]:
        """Return the version of every document taken in so far."""
        return dict(self._versions)

    def close(self) -> None:
        """Close all files; what was not flushed is given up."""
        if self._writer is not None:
            writer, self._writer = self._writer, None
            abandon(writer)
        self._index.close()
