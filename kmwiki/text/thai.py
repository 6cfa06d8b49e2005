"""Thai text as keys: folding for search, collation for lists, slugs for addresses, names for matching.

`fold` lives in folding.py and the names in names.py; callers know this module alone.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from kmwiki.text.clusters import clip
from kmwiki.text.folding import INVISIBLE, Folded, fold, fold_with_map
from kmwiki.text.names import initials, strip_titles

__all__ = ["INVISIBLE", "Folded", "fold", "fold_with_map", "initials", "slugify", "sort_key", "strip_titles"]

_SLUG_LIMIT = 80
_LEAD_VOWEL = re.compile("([เ-ไ])([ก-ฮ])")
_MARKS = re.compile("[\u0e47-\u0e4e]")
_SORTED_AWAY = re.compile(r"[^\w\s\u0e00-\u0e7f]|[\u0e2f\u0e3f\u0e46\u0e4f\u0e5a\u0e5b_]")


def sort_key(text: str) -> str:
    """Give a string whose code-point order is the order of the Thai dictionary; it is stored beside the text.

    First by letters with leading vowels behind their consonant, then by tone and other signs, then by the text itself.
    Punctuation does not count at first; Arabic and Latin stand before Thai.
    """
    folded = fold(text).strip()
    letters = _LEAD_VOWEL.sub(r"\2\1", _MARKS.sub("", _SORTED_AWAY.sub("", folded)))
    # A sign weighs more the further left it stands; the space before each place without one keeps them aligned.
    signs = "".join(char if _MARKS.match(char) else " " for char in folded).rstrip()
    return f"{letters}\t{signs}\t{folded}"


@lru_cache(maxsize=4096)
def slugify(text: str, limit: int = _SLUG_LIMIT) -> str:
    """Make the readable end of an address: letters and digits of any script with their marks, hyphens between.

    May be empty. It never holds a slash, dot, space or control character, and is at most `limit` code points long.
    """
    kept = (
        char if unicodedata.category(char)[0] in "LMN" else "-" for char in unicodedata.normalize("NFC", text).lower()
    )
    slug = re.sub("-+", "-", "".join(kept)).strip("-")
    return clip(slug, limit).rstrip("…").rstrip("-")
