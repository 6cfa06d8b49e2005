"""Widening a place in a text to what a coder means by a unit: the words themselves, their sentence, their paragraph.

Thai ends no sentence with a sign; writers part thoughts by blanks, but put blanks around numbers, names and lists too.
The rule is a plain one, so that everybody can foretell it. A new sentence begins

- on a new line;
- behind a blank after `.`, `!`, `?` or `…` (a quotation mark or bracket may close between), where a full stop counts
  only after four letters or more: shorter pieces are abbreviations;
- behind a blank between two Thai letters, or between one and a quotation mark or bracket that opens or has closed.

Blanks inside quotation marks and brackets part nothing, nor do those beside figures, ๆ, ฯ or Latin letters. What would
be shorter than SHORTEST stays with what follows, at the end of a line with what stands before.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Literal

from kmwiki.text.clusters import snap

Unit = Literal["match", "sentence", "paragraph"]
UNITS: tuple[Unit, ...] = ("match", "sentence", "paragraph")
SHORTEST = 20
"""Code points of the shortest sentence: names and single words between blanks are none."""
Range = tuple[int, int]

_LETTER = "ก-ฮะ-ฺเ-ๅ็-๎"
_CLOSED = re.compile('“[^“”]*”|«[^«»]*»|"[^"]*"|\\([^()]*\\)|\\[[^\\[\\]]*\\]')
_BLANK = re.compile(r"[^\S\n]+")
_ENDED = re.compile(r"""(?:[!?…]|[^\s.]{4,}\.)[”"»’)\]]*\Z""")
_BEFORE = re.compile(f'[{_LETTER}”"»’)\\]]\\Z')
_BEHIND = re.compile(f'[{_LETTER}“"«‘(\\[]')
_LOOK_BACK = 12


def widen(text: str, start: int, end: int, unit: Unit) -> Range:
    """Return the unit that text[start:end] stands in, without blanks at its ends, cut between two clusters.

    Of words in several sentences or paragraphs the unit reaches from the first to the last.
    """
    if unit == "match":
        return snap(text, start, end)
    left = text.rfind("\n", 0, start) + 1
    right = text.find("\n", max(end - 1, start))
    right = len(text) if right < 0 else max(right, end)
    if unit == "sentence":
        edges = [left + edge for line_at, line in _lines(text[left:right]) for edge in _edges(line, line_at)]
        left = max((edge for edge in edges if edge <= start), default=left)
        right = min((edge for edge in edges if edge >= end), default=right)
    return snap(text, *_trimmed(text, left, right, (start, end)))


def starts(text: str, unit: Literal["sentence", "paragraph"]) -> list[int]:
    """Return where the sentences or paragraphs of a text begin, in order; blank lines are none. At least one."""
    found = []
    for line_at, line in _lines(text):
        if line.strip():
            found += [line_at] if unit == "paragraph" else _edges(line, line_at)[:-1]
    return found or [0]


def cut(text: str, unit: Unit) -> list[Range]:
    """Return all sentences or paragraphs of a text in order, without blanks at their ends, as `widen` gives each."""
    found: list[Range] = []
    for at, line in _lines(text):
        edges = _edges(line, at) if unit == "sentence" else [at, at + len(line)]
        for left, right in pairwise(edges):
            piece = text[left:right]
            start = left + len(piece) - len(piece.lstrip())
            end = left + len(piece.rstrip())
            if start < end:
                found.append(snap(text, start, end))
    return found


def _lines(text: str) -> list[tuple[int, str]]:
    found, at = [], 0
    for line in text.split("\n"):
        found.append((at, line))
        at += len(line) + 1
    return found


def _edges(line: str, at: int) -> list[int]:
    """Return where sentences of a line begin and end, moved by `at`."""
    closed = [found.span() for found in _CLOSED.finditer(line)]
    edges = [0]
    for blank in _BLANK.finditer(line):
        if any(start < blank.start() < end for start, end in closed):
            continue
        before = line[max(0, blank.start() - _LOOK_BACK) : blank.start()]
        is_end = _ENDED.search(before) is not None
        is_thought = _BEFORE.search(before) is not None and _BEHIND.match(line, blank.end()) is not None
        if is_end or (is_thought and blank.start() - edges[-1] >= SHORTEST):
            edges.append(blank.end())
    if len(edges) > 1 and len(line) - edges[-1] < SHORTEST and not _ENDED.search(line[: edges[-1]].rstrip()):
        edges.pop()
    return [at + edge for edge in (*edges, len(line))]


def _trimmed(text: str, left: int, right: int, inner: Range) -> Range:
    while left < inner[0] and text[left].isspace():
        left += 1
    while right > inner[1] and text[right - 1].isspace():
        right -= 1
    return left, right
