"""A word cloud as places for words: the same for the same words, none over another, Thai signs given their room.

Words are set from the most frequent on, each at the first free place of a spiral from the middle (Jonathan Feinberg,
"Wordle", in: Beautiful Visualization, O'Reilly 2010, chapter 3). Sizes follow the square root of the count, so that
area and not height stands for it. Widths are reckoned, not measured: the server has no face to measure by, so every
word claims a little more than it needs.
"""

from __future__ import annotations

import unicodedata
from math import cos, hypot, sin, sqrt
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, HEIGHT = 420, 400
LEAST, MOST = 18.0, 54.0
"""Sizes of letters in units of the picture; no Thai is smaller than 16 on a phone."""
MOST_WORDS = 45
LETTER, CAPITAL, GAP = 0.60, 0.72, 4.0
ABOVE, BELOW = 1.18, 0.48
"""How far ink reaches from the base line in sizes of the face: a vowel with a tone mark above, a vowel below."""
STEP, TURNS = 0.35, 2600
FLAT = 0.9
"""The spiral is a little lower than wide, as the picture is."""


class Placed(NamedTuple):
    """A word in the picture: `x` is its middle, `y` its base line."""

    number: int
    """Its place in what was given."""
    word: str
    size: float
    x: float
    y: float

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The room it claims: left, top, right, bottom."""
        half = width_of(self.word, self.size) / 2
        return self.x - half, self.y - ABOVE * self.size, self.x + half, self.y + BELOW * self.size


def width_of(word: str, size: float) -> float:
    """Reckon how wide a word is: signs above and below a letter take no room of their own."""
    units = 0.0
    for char in word:
        if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
            continue
        units += CAPITAL if char.isupper() or ord(char) > 0x2E7F else LETTER  # noqa: PLR2004 - wide scripts and emoji
    return units * size


def layout(words: Sequence[tuple[str, int]]) -> list[Placed]:
    """Place words with their counts, the most frequent first; one that finds no room is left out."""
    words = words[:MOST_WORDS]
    if not words:
        return []
    most, least = sqrt(words[0][1]), sqrt(words[-1][1])
    placed: list[Placed] = []
    for number, (word, count) in enumerate(words):
        share = (sqrt(count) - least) / (most - least) if most > least else 0.5
        size = LEAST + (MOST - LEAST) * share
        size = min(size, size * (WIDTH - 2 * GAP) / max(1.0, width_of(word, size)))
        found = _place(number, word, round(max(size, LEAST), 1), placed)
        if found is not None:
            placed.append(found)
    return placed


def _place(number: int, word: str, size: float, placed: Sequence[Placed]) -> Placed | None:
    angle = number * 2.399963  # each begins in another direction, by the golden angle
    distance = 0.0
    for _ in range(TURNS):
        x = WIDTH / 2 + distance * cos(angle)
        y = HEIGHT / 2 + distance * FLAT * sin(angle) + (ABOVE - BELOW) / 2 * size
        one = Placed(number, word, size, round(x, 1), round(y, 1))
        if _is_inside(one) and not any(_touch(one, other) for other in placed):
            return one
        angle += STEP
        distance += STEP * 3.2 / max(0.6, STEP * hypot(1, distance / 40))
    return None


def _is_inside(one: Placed) -> bool:
    left, top, right, bottom = one.box
    return left >= 0 and top >= 0 and right <= WIDTH and bottom <= HEIGHT


def _touch(one: Placed, other: Placed) -> bool:
    left, top, right, bottom = one.box
    left_, top_, right_, bottom_ = other.box
    return left < right_ + GAP and left_ < right + GAP and top < bottom_ and top_ < bottom
