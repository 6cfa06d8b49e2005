"""Names behind titles: อ.ภีม, อาจารย์ภีม and พี่ภีม are one ภีม to whoever searches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmwiki.places.queries import readings
from kmwiki.text.thai import fold, strip_titles
from kmwiki.text.words import general_words

if TYPE_CHECKING:
    from collections.abc import Collection

SHORTEST = 3
"""Names of fewer characters stand inside too many words."""


def without_title(written: str, people: Collection[str] = ()) -> str | None:
    """Return the name behind a title, or None if there is no title or it is doubtful whether it is one.

    The title must be set off by a dot or a blank, or the rest must not be an everyday word, unless it is a person that
    the project knows (`people`, folded): พี่น้อง is no น้อง, อ.เมือง is a district, คุณภาพ a word.
    """
    text = written.strip()
    name = strip_titles(text)
    folded = fold(name).strip()
    if name == text or len(folded) < SHORTEST or strip_titles(f"{folded} ก") != f"{folded} ก":
        return None
    if folded in people:
        return name
    if fold(text).strip() in general_words() or readings(text):
        return None
    title = text[: len(text) - len(name)]
    is_set_off = "." in title or title != title.rstrip()
    return name if is_set_off or folded not in general_words() else None
