"""Writings that say the same: 3000 and 3,000, 40คน and 40 คน, 3,000 บาท and ฿3,000, ต่างๆ and ต่าง ๆ.

All of it is told of folded text, in which Thai digits are Arabic ones already.
"""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from kmwiki.text.thai import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_BORDERS = 3
"""At more places than these where a blank can be or not, it is written at all or at none."""
LONGEST = 20
LONG_ENOUGH = 6
_NUMBER = r"(?:[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d{3,})(?:\.\d+)?"
_NUMBERS = re.compile(rf"(?<!\d)(?<!\d[.,]){_NUMBER}(?!\d|[.,]\d)")
_BORDERS = re.compile(r"(?<=\d) ?(?=[ก-ฮเ-ไ%])|(?<=[ก-๎])(?<!ฯล) ?(?=[\dๆฯ](?!ล))")
_VARIED = re.compile(r"[\dๆฯ]")
_BAHT = re.compile(r"(?P<sign>฿ ?)?(?P<number>\d[\d,]*(?:\.\d+)?)(?P<word> ?บาท|\.-)?")


class Number(NamedTuple):
    """A number of at least four digits at [start, end) of a folded text; `value` is the same for all its writings."""

    value: str
    start: int
    end: int


def numbers_in(folded: str) -> Iterator[Number]:
    """Find the numbers from a thousand on, with commas or without."""
    for match in _NUMBERS.finditer(folded):
        if len(match.group()) <= LONGEST:
            yield Number(_value(match.group()), match.start(), match.end())


def _value(written: str) -> str:
    plain = written.replace(",", "")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def inside_a_word(written: str) -> str | None:
    """Fold what begins inside a word, ผม. แล้ว of ครับผม. แล้ว, if other dots stay there than at a word's beginning.

    Seen alone its first letters are taken for an abbreviation whose dot goes; in the text the dot stays. The dot that a
    longer piece begins with (.ศ. 2551 of พ.ศ. 2551) goes in the text.
    """
    alone, inside = fold(written).strip(), fold(f"ะ{written}")[1:].strip()
    if alone.startswith("."):
        rest = fold(alone[1:]).strip()
        return rest if len(rest) >= LONG_ENOUGH else None
    return inside if alone not in inside and inside.count(".") > alone.count(".") else None


def with_commas(value: str) -> str:
    """Write a number with a comma between thousands."""
    whole, dot, rest = value.partition(".")
    return f"{int(whole):,}{dot}{rest}"


def written_otherwise(folded: str) -> list[str]:
    """Return the other writings of a word or phrase that holds a number, a ๆ or a ฯ; none of one without any."""
    if not _VARIED.search(folded):
        return []
    forms = _money(folded) or [folded]
    found = [way for form in forms for numbers in _numbers(form) for way in _spaced(numbers)]
    return [way for way in dict.fromkeys(found) if way != folded]


def told_apart(ways: Iterable[str]) -> list[str]:
    """Leave out what differs from another writing by a blank alone, if there are others too: what a reader is told."""
    found = list(ways)
    apart = list({way.replace(" ", ""): way for way in reversed(found)}.values())[::-1]
    return apart if len(apart) > 1 else found


def _numbers(folded: str) -> list[str]:
    """Write all numbers as they are, without commas, and with them."""
    plain = _NUMBERS.sub(lambda match: match.group().replace(",", ""), folded)
    commas = _NUMBERS.sub(lambda match: with_commas(match.group().replace(",", "")), folded)
    return list(dict.fromkeys((folded, plain, commas)))


def _spaced(folded: str) -> Iterator[str]:
    """Write a blank, or none, wherever a digit and a Thai letter meet, and before ๆ and ฯ."""
    pieces = _BORDERS.split(folded)
    borders = len(pieces) - 1
    ways = product(("", " "), repeat=borders) if borders <= MOST_BORDERS else (("",) * borders, (" ",) * borders)
    for blanks in ways:
        yield pieces[0] + "".join(blank + piece for blank, piece in zip(blanks, pieces[1:], strict=True))


def _money(folded: str) -> list[str]:
    """Write a sum of money in every way; nothing for what is none."""
    match = _BAHT.fullmatch(folded)
    if match is None or not (match["sign"] or match["word"]):
        return []
    number = match["number"]
    return [f"{number}บาท", f"฿{number}", f"฿ {number}", f"{number}.-"]
