"""Did you mean: a word of the project close to one that hardly stands there. Offered, never searched unasked."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from rapidfuzz.distance import OSA

from kmwiki.search import query
from kmwiki.search.engine import Ask, Has
from kmwiki.search.query_fields import field_like
from kmwiki.search.query_tokens import unknown_field
from kmwiki.text.thai import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from kmwiki.search.engine import SearchEngine
    from kmwiki.search.query import Parsed, Word

SHORTEST = 4
MOST_TRIED = 5
MORE_OFTEN = 3
"""A suggestion must stand in so many times as many texts as the word that was typed."""

_SILENT = re.compile("[\u0e47-\u0e4e]|[ก-ฮ][ิุ]?\u0e4c")
_ALIKE = str.maketrans("ูีืใฌฆฎฏฐฑฒณญศษฬ", "ุิึไชคดตทททนยสสล")


@lru_cache(maxsize=100_000)
def skeleton(word: str) -> str:
    """Drop what is easily mistyped: tones, silent letters, length of vowels, letters of one sound."""
    return _SILENT.sub("", word).translate(_ALIKE)


def suggest(engine: SearchEngine, project_id: int, parsed: Parsed, count: Callable[[Ask], int]) -> str | None:
    """Return the query with one word replaced by one that is much more frequent, or with a field rightly named.

    None if there is no such word.

    `count` tells in how many texts that the reader may see something stands; a suggestion must stand in one of them.
    """
    for word in query.words_of(parsed.tree):
        name = unknown_field(word)
        if name is not None and len(word.text) > len(name) + 1 and (meant := field_like(name)) is not None:
            return _replaced(parsed.text, word, meant + word.text[len(name) :])
        folded = fold(word.text).strip()
        if len(folded) < SHORTEST or word.is_phrase or not re.search(r"[^\W\d]", folded):
            continue
        typed = count(Ask(project_id, Has(folded)))
        better = _better(folded, engine.vocabulary(project_id))
        for other in better:
            if count(Ask(project_id, Has(other))) >= max(1, MORE_OFTEN * typed):
                return _replaced(parsed.text, word, other)
    return None


def _better(folded: str, vocabulary: Mapping[str, int]) -> list[str]:
    """Return words close to this one, the closest and most frequent first."""
    bones = skeleton(folded)
    most = 1 if len(folded) < 2 * SHORTEST else 2
    near: list[tuple[int, int, str]] = []
    for word, frequency in _candidates(folded, vocabulary, most):
        distance = 0 if skeleton(word) == bones else OSA.distance(folded, word, score_cutoff=most)
        if distance <= most:
            near.append((distance, -frequency, word))
    return [word for _, _, word in sorted(near)[:MOST_TRIED]]


def _candidates(folded: str, vocabulary: Mapping[str, int], most: int) -> Iterator[tuple[str, int]]:
    for word, frequency in vocabulary.items():
        if word != folded and abs(len(word) - len(folded)) <= most + 1 and len(word) >= SHORTEST - 1:
            yield word, frequency


def _replaced(text: str, word: Word, other: str) -> str:
    end = word.end - 1 if word.is_prefix else word.end
    return text[: word.start] + other + text[end:]
