"""Bare tantivy, fed the same words as our index: what a native engine takes for the same questions.

It is asked for the twenty best texts and their number only: no rights, no facets, no passages.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import tantivy

from kmwiki.db import session
from kmwiki.search import documents
from kmwiki.search.documents import all_keys, outlines
from kmwiki.text.words import segmenter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FIELD = "words"
BULK = 400
MEMORY = 100_000_000


def schema() -> Any:
    """Return a schema of one field whose words are cut at blanks, with their places."""
    made = tantivy.SchemaBuilder()
    made.add_text_field(FIELD, stored=False, tokenizer_name="whitespace", index_option="position")
    return made.build()


def words_of(text: str) -> list[str]:
    """Cut a folded text into words, as the index does."""
    return [word.text for word in segmenter().words(text) if word.is_word and " " not in word.text]


def build_index(folder: Path, texts: list[str]) -> None:
    """Write an index of texts that are cut into words already."""
    folder.mkdir(parents=True)
    made = tantivy.Index(schema(), str(folder))
    writer = made.writer(MEMORY, 1)
    for text in texts:
        writer.add_document(tantivy.Document(**{FIELD: [text]}))
    writer.commit()
    writer.wait_merging_threads()


def build(folder: Path, project_id: int) -> tuple[int, float]:
    """Index all texts of a project. Return their characters, and the processor time that tantivy alone took."""
    texts: list[str] = []
    with session() as opened:
        keys = all_keys(opened)
        for start in range(0, len(keys), BULK):
            found = outlines(opened, keys[start : start + BULK])
            mine = [one for one in found.values() if one.project_id == project_id]
            texts += [one.text for one in documents.build(opened, mine, lambda _: segmenter())]
    characters = sum(map(len, texts))
    words = [" ".join(words_of(text)) for text in texts]
    started = time.process_time()
    build_index(folder, words)
    return characters, time.process_time() - started


class Peer:
    """Tantivy's index, open for searching."""

    def __init__(self, folder: Path) -> None:
        self._schema = schema()
        self._searcher = tantivy.Index.open(str(folder)).searcher()

    def asking(self, kind: str, words: list[str]) -> Callable[[], object] | None:
        """Return a run of the same question; None if tantivy has none like it."""
        query = self._query(kind, words)
        return None if query is None else lambda: self._searcher.search(query, 20, count=True)

    def _query(self, kind: str, words: list[str]) -> Any:
        one = tantivy.Query
        terms = [one.term_query(self._schema, FIELD, word) for word in words]
        if kind in {"all", "any"}:
            occur = tantivy.Occur.Must if kind == "all" else tantivy.Occur.Should
            return one.boolean_query([(occur, term) for term in terms])
        if kind == "phrase":
            return one.phrase_query(self._schema, FIELD, list(words)) if len(words) > 1 else terms[0]
        if kind == "prefix":
            return one.regex_query(self._schema, FIELD, f"{words[0]}.*")
        return one.regex_query(self._schema, FIELD, f".*{words[0]}.*") if kind == "substring" else None
