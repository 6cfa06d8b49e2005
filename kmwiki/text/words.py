"""Words of Thai and mixed text, with their places.

nlpo3 cuts by its general word list (PyThaiNLP's) and the product's own (data/words.txt: welfare, agencies). A project's
words lie over that: nlpo3 keeps every dictionary it was ever given, some 50 MB each, so a project's few hundred words
are matched here and only the text around them is cut again. Words rank and count; they never decide what matches.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from itertools import accumulate
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import nlpo3

from kmwiki.text.clusters import is_boundary, snap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_OWN_WORDS = Path(__file__).parent / "data" / "words.txt"
_DICTIONARY = "kmwiki"
_LONG = 4000
_LOCK = Lock()
# nlpo3 glues some punctuation and blanks together; each run is a token of its own here.
_RUNS = re.compile(
    r"\r\n|\n|\r|[^\S\r\n]+|(?:[^\W_]|[\u0e01-\u0e2e\u0e30-\u0e3a\u0e40-\u0e4e]|\u0e2f(?!\u0e25\u0e2f)|[._'’@/&:-](?=[^\W_]))+|.",
    re.DOTALL,
)
_WORDLIKE = re.compile(r"[^\W_]|[\u0e01-\u0e3a\u0e40-\u0e4e]")


@dataclass(frozen=True, slots=True)
class Word:
    """One token: `text` stands at [start, end) in code points; `is_word` is False for blanks and punctuation."""

    text: str
    start: int
    end: int
    is_word: bool


def _general_words() -> Path:
    """Find PyThaiNLP's word list without importing the package, which would cost a tenth of a second."""
    spec = find_spec("pythainlp")
    if spec is None or not spec.submodule_search_locations:
        raise AssertionError("pythainlp is a locked dependency")
    return Path(spec.submodule_search_locations[0]) / "corpus" / "words_th.txt"


@cache
def general_words() -> frozenset[str]:
    """Give the general word list, read once (some 8 MB)."""
    return frozenset(_general_words().read_text(encoding="utf-8").split())


def _stamp() -> str:
    own = hashlib.sha256(_OWN_WORDS.read_bytes()).hexdigest()[:8]
    return f"nlpo3-{version('nlpo3')}+pythainlp-{version('pythainlp')}+{own}"


VERSION = _stamp()
"""Changes whenever the same text might be cut differently: the engine, its word list, or ours."""


@cache
def _load() -> None:
    """Load both word lists into nlpo3, once a process: about 0.1 s and 60 MB."""
    with tempfile.NamedTemporaryFile("wb", suffix=".txt") as both:
        both.write(_general_words().read_bytes() + b"\n" + _OWN_WORDS.read_bytes())
        both.flush()
        nlpo3.load_dict(both.name, _DICTIONARY)


def _pieces(text: str) -> Iterator[str]:
    """Cut very long lines, whose ambiguities would pile up, at blanks or cluster boundaries."""
    for line in text.splitlines(keepends=True):
        start = 0
        while len(line) - start > _LONG:
            cut = max(line.rfind(" ", start + 1, start + _LONG), start)
            cut = snap(line, cut, cut)[1] if cut > start else snap(line, start + _LONG, start + _LONG)[1]
            yield line[start:cut]
            start = cut
        yield line[start:]


def _cut(text: str) -> Iterator[str]:
    """Yield the tokens of a text without extra words; they join back to it."""
    with _LOCK:
        _load()
    for piece in _pieces(text):
        for token in nlpo3.segment(piece, _DICTIONARY):
            yield from _RUNS.findall(token) if len(token) > 1 else (token,)


class Segmenter:
    """Cuts text into words by the general and the product's dictionary and `extra_words` over them.

    `version` names everything that decides where it cuts. Safe to use from several threads.
    """

    def __init__(self, extra_words: Iterable[str] = ()) -> None:
        words = sorted({word.strip() for word in extra_words} - {""}, key=lambda word: (-len(word), word))
        self._by_start: dict[str, list[str]] = defaultdict(list)
        for word in words:
            self._by_start[word[:2]].append(word)
        starts = [start for start in self._by_start if len(start) > 1]  # one letter alone is no word to look for
        self._starts = re.compile("|".join(map(re.escape, starts)) or r"(?!)")
        stamp = hashlib.sha256("\n".join(words).encode()).hexdigest()[:8]
        self.version = f"{VERSION}+{stamp}" if words else VERSION

    def words(self, text: str) -> list[Word]:
        """Cut `text`; the tokens join back to it exactly, blanks and punctuation included."""
        found: list[Word] = []
        at = 0
        for token in self._tokens(text):
            found.append(Word(token, at, at + len(token), bool(_WORDLIKE.search(token))))
            at += len(token)
        return found

    def _tokens(self, text: str) -> Iterator[str]:
        if not self._by_start:
            yield from _cut(text)
            return
        for line in text.splitlines(keepends=True):  # no word reaches over the end of a line
            tokens = list(_cut(line))
            done = 0
            for start, end in self._extra(line, tokens):
                yield from _cut(line[done:start])
                yield line[start:end]
                done = end
            yield from _cut(line[done:]) if done else tokens

    def _extra(self, text: str, tokens: Iterable[str]) -> Iterator[tuple[int, int]]:
        """Find the extra words, longest first at each place, that neither begin nor end within a cluster or a word."""
        found = self._starts.search(text)
        if found is None:
            return
        edges = set(accumulate(map(len, tokens), initial=0))
        while found is not None:
            start = following = found.start()
            for word in self._by_start[found[0]]:
                end = start + len(word)
                if text.startswith(word, start) and self._stands(text, start, end, edges):
                    yield start, end
                    following = end - 1
                    break
            found = self._starts.search(text, following + 1)

    @staticmethod
    def _stands(text: str, start: int, end: int, edges: set[int]) -> bool:
        """Accept a place with one end on an edge of the general cut, or a word too long to be there by chance."""
        if not (is_boundary(text, start) and is_boundary(text, end)):
            return False
        is_long = end - start > 3  # noqa: PLR2004 - up to three letters stand within many other words
        return (start in edges and end in edges) or (is_long and (start in edges or end in edges))


@cache
def segmenter() -> Segmenter:
    """Give the segmenter without a project's words."""
    return Segmenter()
