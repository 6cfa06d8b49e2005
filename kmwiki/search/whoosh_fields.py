"""What Whoosh is told: the fields, a codec that spares what we do not use, and when segments are joined."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from whoosh import formats
from whoosh.codec.whoosh3 import W3Codec, W3PerDocReader
from whoosh.fields import STORED, FieldType, Schema
from whoosh.reading import SegmentReader

from kmwiki.search.whoosh_writer import FieldWriter

if TYPE_CHECKING:
    from collections.abc import Iterator

SMALL, MOST_SMALL, MERGED_AT_MOST = 64, 8, 512
"""Segments of up to SMALL texts are joined when there are more than MOST_SMALL of them."""
LARGE = 5_000
"""Segments of so many texts are not joined any more: joining costs 15 ms a text, and they are not many."""


class Counted(FieldType):  # type: ignore[misc]  # Whoosh ships no types
    """A field whose terms come ready-made, each with its weight; see `whoosh_writer`."""

    def __init__(self) -> None:
        self.format = formats.Existence()
        self.analyzer = self.vector = self.column_type = None
        self.indexed = True
        self.scorable = self.stored = self.unique = self.spelling = self.sortable = False


def schema() -> Schema:
    """Return the fields of the index."""
    return Schema(words=Counted(), trigrams=Counted(), document=STORED(), lexicon=STORED())


def merge_small(writer: Any, segments: list[Any]) -> list[Any]:
    """Join many small segments into the one being written; large ones wait for the night."""
    small = [segment for segment in segments if segment.doc_count_all() <= SMALL]
    if len(small) <= MOST_SMALL:
        return segments
    joined, total = [], 0
    for segment in sorted(small, key=lambda one: one.doc_count_all()):
        total += segment.doc_count_all()
        if total > MERGED_AT_MOST:
            break
        joined.append(segment)
    for segment in joined:
        with opened(writer.storage, writer.schema, segment) as reader:
            writer.add_reader(reader)
    return [segment for segment in segments if segment not in joined]


def merge_many(writer: Any, segments: list[Any]) -> list[Any]:
    """Join all but large segments, and large ones of which much is deleted; a single one is left alone."""
    joined = [segment for segment in segments if segment.doc_count_all() < LARGE or _is_thin(segment)]
    if len(joined) == 1 and not _is_thin(joined[0]):
        return segments
    for segment in joined:
        with opened(writer.storage, writer.schema, segment) as reader:
            writer.add_reader(reader)
    return [segment for segment in segments if segment not in joined]


def _is_thin(segment: Any) -> bool:
    return bool(segment.deleted_count() * 4 > segment.doc_count_all())


@contextmanager
def opened(storage: Any, fields: Any, segment: Any) -> Iterator[Any]:
    """Open a segment for reading and close it again."""
    reader = SegmentReader(storage, fields, segment)
    try:
        yield reader
    finally:
        reader.close()


class _Lengthless(W3PerDocReader):  # type: ignore[misc]
    """Knows of no field lengths: for every posting written Whoosh would else look whether a file of them exists."""

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        """Return no length; ours are counted in the resident texts."""
        del docnum, fieldname
        return default


class Codec(W3Codec):  # type: ignore[misc]
    """Whoosh's own format, written several times as quickly; see `whoosh_writer`."""

    def field_writer(self, storage: Any, segment: Any) -> FieldWriter:
        """Write whole posting lists."""
        return FieldWriter(self, storage, segment)

    def per_document_reader(self, storage: Any, segment: Any) -> _Lengthless:
        """Read documents without looking for lengths."""
        return _Lengthless(storage, segment)
