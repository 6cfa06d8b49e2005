"""An index being filled while nobody searches it yet."""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from kmwiki.search import resident_file
from kmwiki.search.resident import Held, make_block
from kmwiki.search.whoosh_index import WhooshIndex, abandon, add
from kmwiki.search.whoosh_segment import LEAST_SAVED, texts_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from kmwiki.search.engine import Document, Labels

LABELS = "labels.json"
SHARED = frozenset({".toc", ".seg", ".texts"})
"""What is written once and never changed. Labels are told anew."""
AT_ONCE = 5_000
"""So many texts become one segment: every segment costs each question a look into its table of words."""


class Beside:
    """See `engine.Sink`. What is put first is written in large segments; what is put again, in small ones after it.

    With `base`, the folder of another index in which nobody writes now, it begins with all that is there: its segments
    never change, so the same files serve both.
    """

    def __init__(self, folder: Path, base: Path | None = None) -> None:
        self._folder = folder
        self._index = WhooshIndex(folder)
        if base is None:
            self._index.create()
        else:
            _share(base, folder)
            write_labels(folder, read_labels(base))
        self._versions = self._index.versions() if base is not None else {}
        self._put: set[str] = set()
        self._gone: set[str] = set()
        self._writer: Any = None
        self._new: list[tuple[int, Held]] = []

    def put(self, documents: Iterable[Document], dropped: Iterable[str] = ()) -> None:
        """Take in documents and drop others."""
        given, gone = list(documents), list(dropped)
        keys = [document.key for document in given]
        if len(set(keys)) < len(keys) or not self._put.isdisjoint([*keys, *gone]):
            self.flush()
            self._index.write(given, gone, merge=lambda writer, segments: segments)  # noqa: ARG005 - Whoosh's signature
        else:
            self._gone.update(key for key in (*keys, *gone) if key in self._versions)
            for document in given:
                self._add(document)
        for key in gone:
            self._versions.pop(key, None)
        self._put.update(keys)
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
        if self._writer is None and not self._gone:
            return
        writer, self._writer = self._writer or self._index.writer(), None
        try:
            self._index.delete(writer, self._gone)
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
        self._new, self._gone = [], set()

    def label(self, labels: Labels) -> None:
        """Write on the new index."""
        write_labels(self._folder, labels)

    def versions(self) -> dict[str, str]:
        """Return the version of every document taken in so far."""
        return dict(self._versions)

    def close(self) -> None:
        """Close all files; what was not flushed is given up."""
        if self._writer is not None:
            writer, self._writer = self._writer, None
            abandon(writer)
        self._index.close()


def _share(base: Path, folder: Path) -> None:
    """Give a folder the files of an index: by another name for the same file, or as copies where that cannot be."""
    for path in base.iterdir():
        if not path.is_file() or path.suffix not in SHARED:
            continue
        try:
            (folder / path.name).hardlink_to(path)
        except OSError:
            shutil.copy2(path, folder / path.name)


def read_labels(folder: Path) -> Labels:
    """Return what is written on the index in a folder; nothing if that cannot be read."""
    try:
        found = json.loads((folder / LABELS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_labels(folder: Path, labels: Labels) -> None:
    """Write on the index in a folder, all of it at once."""
    new = folder / f"{LABELS}.{uuid4().hex[:8]}.new"
    try:
        new.write_text(json.dumps(labels, ensure_ascii=True), encoding="ascii")
        new.replace(folder / LABELS)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
