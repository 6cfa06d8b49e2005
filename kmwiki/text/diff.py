"""The difference of two texts as word-wise pieces, for history pages and conflicts.

Thai has no blanks between words, so the dictionary cuts both texts and whole words are compared: a changed tone mark
shows as one word out and one word in, never as half a syllable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from kmwiki.text.sequences import opcodes
from kmwiki.text.words import segmenter

if TYPE_CHECKING:
    from collections.abc import Iterator

Op = Literal["same", "removed", "added"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that both have, or only the old (`removed`) or only the new one (`added`)."""

    op: Op
    text: str


def diff_words(old: str, new: str) -> list[Piece]:
    """Give the pieces in reading order: `same` and `removed` join to the old text, `same` and `added` to the new."""
    return list(_joined(_pieces(old, new)))


def _pieces(old: str, new: str) -> Iterator[Piece]:
    olds = [word.text for word in segmenter().words(old)]
    news = [word.text for word in segmenter().words(new)]
    for is_same, a_start, a_end, b_start, b_end in opcodes(olds, news):
        if is_same:
            yield Piece("same", "".join(olds[a_start:a_end]))
        else:
            yield Piece("removed", "".join(olds[a_start:a_end]))
            yield Piece("added", "".join(news[b_start:b_end]))


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Leave empty pieces out and join neighbours; a lone blank between two changes belongs to the changes."""
    kept = [piece for piece in pieces if piece.text]
    removed = added = ""
    for index, piece in enumerate(kept):
        is_thin = piece.op == "same" and piece.text.strip(" ") == "" and 0 < index < len(kept) - 1
        if piece.op == "removed" or is_thin:
            removed += piece.text
        if piece.op == "added" or is_thin:
            added += piece.text
        if piece.op == "same" and not is_thin:
            yield from _changes(removed, added)
            removed = added = ""
            yield piece
    yield from _changes(removed, added)


def _changes(removed: str, added: str) -> Iterator[Piece]:
    if removed:
        yield Piece("removed", removed)
    if added:
        yield Piece("added", added)
