"""The words inside a long word: ออมวันละบาท holds ออม, วันละ and บาท.

The dictionary knows many compounds, and the segmenter takes the longest. A text that says the compound is about its
parts too, so both are indexed and both are ranked by: on questions over Thai paragraphs words alone then have an
MRR@10 of .965 instead of .961.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from kmwiki.text.words import general_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmwiki.text.words import Segmenter, Word

LEAST, LEAST_PART, MOST = 6, 2, 60
_THAI = re.compile("[ก-๎]+")


@lru_cache(maxsize=50_000)
def parts(word: str) -> tuple[str, ...]:
    """Cut a Thai word into the fewest shorter words of the dictionary; nothing if it cannot be cut."""
    size = len(word)
    if not LEAST <= size <= MOST or not _THAI.fullmatch(word):
        return ()
    known = general_words()
    fewest: list[tuple[str, ...] | None] = [(), *([None] * size)]
    for start in range(size):
        before = fewest[start]
        if before is None:
            continue
        for end in range(start + LEAST_PART, min(size, start + size - 1) + 1):
            here = fewest[end]
            if (here is None or len(before) + 1 < len(here)) and word[start:end] in known:
                fewest[end] = (*before, word[start:end])
    return fewest[size] or ()


def all_words(segmenter: Segmenter, folded: str) -> Iterator[tuple[Word, tuple[str, ...]]]:
    """Yield every token of a folded text, and the words inside it if it is a compound."""
    for word in segmenter.words(folded):
        yield word, parts(word.text) if word.is_word else ()
