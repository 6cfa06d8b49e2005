"""Where Thai and other text may be cut: between extended grapheme clusters, as browsers see them.

A cluster is what a reader takes for one character: a consonant with its vowel and tone signs, sara am with its
consonant, an emoji family, a line end of two code points. Offsets are code points.
"""

from __future__ import annotations

import re

import regex

_CLUSTER = regex.compile(r"\X")
# A plain letter, digit or sign: whatever stood before it, clusters after it do not depend on it.
_RESET = re.compile(r"[ -~ก-ฮ]")
# No cluster reaches from Thai or plain ASCII into what resets it: most places are told by looking at two characters.
_PARTED = re.compile(r"[\n -~ก-๛][ -~ก-ฮ]")
# Nearly all the others stand within a Thai consonant with its signs, before a character that cannot belong to it.
_SIGNS = frozenset(
    "\u0e31\u0e33\u0e34\u0e35\u0e36\u0e37\u0e38\u0e39\u0e3a\u0e47\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e4d\u0e4e"
)
_THAI = re.compile("[ก-ฮ][\u0e31\u0e33-\u0e3a\u0e47-\u0e4e]++(?![^\n -~ก-๛])")
_BACK = 64


def _restart(text: str, offset: int) -> int:
    """Find a place before `offset` from which clusters can be told without reading the text from its start."""
    low = max(0, offset - _BACK)
    found = None
    for found in _RESET.finditer(text, low, offset):  # noqa: B007 - the last match is wanted
        pass
    return found.start() if found else 0


def _around(text: str, offset: int) -> tuple[int, int]:
    """Give the nearest boundaries at or before, and at or after, an offset strictly inside the text."""
    if _PARTED.match(text, offset - 1):
        return offset, offset
    low = offset - 1
    while low and text[low] in _SIGNS:
        low -= 1
    thai = _THAI.match(text, low)
    if thai is not None and thai.end() > offset:
        return low, thai.end()
    for match in _CLUSTER.finditer(text, _restart(text, offset)):
        if match.end() == offset:
            return offset, offset
        if match.end() > offset:
            return match.start(), match.end()
    return offset, offset  # pragma: no cover - clusters cover the text


def is_boundary(text: str, offset: int) -> bool:
    """Tell whether `offset` lies between two clusters, or at an end of the text; False outside the text."""
    if offset in (0, len(text)):
        return True
    return 0 < offset < len(text) and _around(text, offset)[0] == offset


def snap(text: str, start: int, end: int) -> tuple[int, int]:
    """Move both ends outward to the next cluster boundary; offsets outside the text move to its ends."""
    start = min(max(start, 0), len(text))
    end = min(max(end, start), len(text))
    if 0 < start < len(text):
        start = _around(text, start)[0]
    if 0 < end < len(text):
        end = _around(text, end)[1]
    return start, end


def clip(text: str, limit: int) -> str:
    """Cut to at most `limit` code points on a cluster boundary and add an ellipsis; a short text stays as it is."""
    if len(text) <= limit:
        return text
    cut = _around(text, limit)[0] if limit > 0 else 0
    return text[:cut].rstrip() + "…"
