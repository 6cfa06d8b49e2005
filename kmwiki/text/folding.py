"""Fold text into search keys, with an exact way back to the original.

Stored text is never changed; what people search is. The same fold serves index and query, so two ways of writing the
same Thai word meet in one key: sara am typed as two signs, a doubled sara e, Thai digits, signs in the wrong order,
zero-width characters of the web, dots of abbreviations.

Which dots go is decided by their neighbours alone, so that a piece of a text folds as it does inside the text:

* a single dot between two Thai letters goes (พ.ม.จ, สป.สช, อ.ภีม), but not one after เ, which begins a syllable;
* the dot after an abbreviation goes: one to five consonants that begin where no Thai letter stands before them or
  after another such dot (พมจ., ก.พ., กพ.50), or one of the well-known abbreviations even when a word is glued to it;
* every other dot stays: ไปแล้ว. and 2.5 and www.a.b are what they are.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]+"
)
_DIGITS = dict(zip("๐๑๒๓๔๕๖๗๘๙ς", "0123456789σ", strict=True))
_DIGIT = re.compile("[๐-๙ς]")
_CLUSTER = regex.compile(r"\X")
_BLANKS = re.compile(r"\s(?:\s+|(?<! ))")

_TONE = "\u0e48-\u0e4b"
_NIKHAHIT = "\u0e4d"
_SARA_AM = "\u0e33"
_UPPER = "\u0e31\u0e34-\u0e37"
# Each step takes signs in an order or number that looks right on the screen and gives them the order of the dictionary.
# What it may begin with stands first, once: the search leaps over everything else.
_SIGNS = re.compile(
    f"(?P<first>[{_NIKHAHIT}{_SARA_AM}{_TONE}{_UPPER}\u0e38\u0e39\u0e47\u0e4c\u0e40])"
    f"(?:(?<={_NIKHAHIT})[{_TONE}]?\u0e32|(?<={_SARA_AM})[{_TONE}]|(?<=[{_TONE}])[{_UPPER}]"
    f"|(?<![{_NIKHAHIT}{_SARA_AM}])(?P=first))"
)

_ABBREVIATIONS = (
    "กทม กสจ กศน กพร กปร ครม คสช ธกส นพค บชช ปชช ผอ ผวจ พอช พมจ พม พชอ พชต พรบ พรก รพสต รร รพ สกว สกสว สช สปสช สสส "
    "สสว สสจ สธ สตง สนง สพฐ สปก สคบ สวช ศพส ศอบต ศพค ศจพ อบต อบจ อปท อสม อพม อผส อพปร อช กม กก ทต ทม ทน วสช สอบ"
)
_GLUED = "|".join(sorted(_ABBREVIATIONS.split(), key=len, reverse=True))
_LONGEST_SHORT = max(5, *map(len, _ABBREVIATIONS.split()))
_LETTER = "\u0e01-\u0e2e\u0e30-\u0e3a\u0e40-\u0e45\u0e47-\u0e4e"
_ABBREVIATED = rf"(?<![{_LETTER}])[ก-ฮ]{{1,5}}|(?<=[{_LETTER}]\.)[ก-ฮ]{{1,5}}|(?:{_GLUED})"
# The dot that goes is the last character of the match.
_DOTS = re.compile(rf"(?<=[{_LETTER}])(?<!เ)\.(?=[ก-ฮเ-ไ])|(?:{_ABBREVIATED})\.(?![.{_LETTER}])")


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and, for each of its characters, the range of the original that it came from (code points)."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]
    length: int
    """How long the original was."""

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Give the range of the original that stands behind `text[start:end]`; an empty range stays empty."""
        if start >= end:
            place = self.starts[start] if start < len(self.starts) else self.length
            return place, place
        return self.starts[start], self.ends[end - 1]


@dataclass(slots=True)
class _Track:
    """The text on its way through the steps; ranges are made only when a step first changes a length."""

    text: str
    starts: Sequence[int] = field(init=False)
    ends: Sequence[int] = field(init=False)

    def __post_init__(self) -> None:
        self.starts = range(len(self.text))
        self.ends = range(1, len(self.text) + 1)

    def replace(self, places: Iterable[tuple[int, int, str]]) -> bool:
        """Put other text at each (start, end); its characters come from the whole of what they replace."""
        texts: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        done = 0
        for start, end, new in places:
            texts += (self.text[done:start], new)
            starts += self.starts[done:start]
            ends += self.ends[done:start]
            starts += [self.starts[start]] * len(new)
            ends += [self.ends[end - 1]] * len(new)
            done = end
        if not texts:
            return False
        texts.append(self.text[done:])
        starts += self.starts[done:]
        ends += self.ends[done:]
        self.text, self.starts, self.ends = "".join(texts), starts, ends
        return True

    def sub(self, pattern: re.Pattern[str], new: Callable[[re.Match[str]], str]) -> bool:
        """Replace every match, as `re.sub` does."""
        return self.replace((match.start(), match.end(), new(match)) for match in pattern.finditer(self.text))


def _composed(text: str) -> Iterable[tuple[int, int, str]]:
    """Yield the clusters that NFC writes otherwise; composition never reaches over a cluster's edge."""
    for match in _CLUSTER.finditer(text):
        cluster = match.group()
        if not unicodedata.is_normalized("NFC", cluster):
            yield match.start(), match.end(), unicodedata.normalize("NFC", cluster)


def _lowered(text: str) -> Iterable[tuple[int, int, str]]:
    for at, char in enumerate(text):
        if (lower := char.lower()) != char:
            yield at, at + 1, lower


def _ordered(match: re.Match[str]) -> str:
    """Write one wrongly ordered group of Thai signs in the order of the dictionary."""
    signs = match.group()
    if signs[0] == _NIKHAHIT:
        return signs[1:-1] + _SARA_AM
    if signs[0] != signs[1]:
        return signs[1] + signs[0]
    return "\u0e41" if signs == "\u0e40\u0e40" else signs[0]


def _needless_dots(text: str) -> Iterable[tuple[int, int, str]]:
    """Yield the dots that go. Only what stands around each is looked at: trying the pattern everywhere costs more."""
    behind, at = 0, text.find(".")
    while at >= 0:
        # A match holds no dot but its last character, and looks one character further.
        match = _DOTS.search(text, max(behind, at - _LONGEST_SHORT), at + 2)
        if match is not None and match.end() == at + 1:
            yield at, at + 1, ""
        behind, at = at + 1, text.find(".", at + 1)


def _fold(text: str) -> _Track:
    track = _Track(text)
    track.sub(INVISIBLE, lambda _: "")
    lower = track.text.lower()
    if len(lower) == len(track.text):
        track.text = lower
    else:  # a few letters become two when lowered
        track.replace(_lowered(track.text))
    track.text = _DIGIT.sub(lambda match: _DIGITS[match.group()], track.text)
    # Each step can make work for the other, as sorting does, until all signs stand in order.
    is_changed = True
    while is_changed:
        is_changed = not unicodedata.is_normalized("NFC", track.text) and track.replace(_composed(track.text))
        is_changed = track.sub(_SIGNS, _ordered) or is_changed
    track.sub(_BLANKS, lambda _: " ")
    track.replace(_needless_dots(track.text))
    return track


@lru_cache(maxsize=2048)
def _fold_short(text: str) -> str:
    return _fold(text).text


def fold(text: str) -> str:
    """Give the key under which `text` is indexed and searched. Folding a key again gives the same key."""
    return _fold_short(text) if len(text) <= 64 else _fold(text).text  # noqa: PLR2004 - queries and words come often


def fold_with_map(text: str) -> Folded:
    """Fold, and keep for every folded character the range of the original behind it."""
    track = _fold(text)
    return Folded(track.text, track.starts, track.ends, len(text))
