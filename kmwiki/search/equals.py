"""Which writings say the same year or date: facts that a text carries, and what a query means by them.

ปี 51, ปี 2551, ๒๕๕๑, พ.ศ. 2551 and ค.ศ. 2008 are one year; 26 ก.พ. 50 and 26 กุมภาพันธ์ 2550 one day. A text's facts are
worked out when it is indexed, so that a query need not try every writing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ERA = 543
FIRST_BE, LAST_BE = 2401, 2643
VERSION = "1"
_THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")

# Over folded text: digits are Arabic, the dots of พ.ศ. and ค.ศ. are gone.
_YEAR = re.compile(
    r"(?P<be>(?:พศ|พุทธศักราช) ?)(?P<be_year>\d{4}|\d{2})(?!\d)"
    r"|(?P<ce>(?:คศ|คริสต์ศักราช) ?)(?P<ce_year>\d{4})(?!\d)"
    r"|(?:ปี ?)(?P<short>\d{2})(?!\d|[.,/:%-]\d| ?(?:ปี|คน|บาท|เดือน|วัน|ครั้ง|แห่ง|%))"
    r"|(?<!\d)(?<!\d[.,/])(?P<bare>\d{4})(?!\d|[.,/]\d)"
)
_YEAR_WORDS = re.compile(r"(?:ปี ?)$")


@dataclass(frozen=True, slots=True)
class Said:
    """A year or date that stands in a folded text, and the fact that it is."""

    fact: str
    start: int
    end: int


def years_in(folded: str) -> Iterator[Said]:
    """Find the years in a folded text."""
    for match in _YEAR.finditer(folded):
        year = _year_of(match)
        if year is not None:
            yield Said(f"year:{year}", match.start(), match.end())


def _year_of(match: re.Match[str]) -> int | None:
    if match["be"]:
        digits = match["be_year"]
        return int(digits) - ERA if len(digits) == 4 else 2500 + int(digits) - ERA  # noqa: PLR2004 - พ.ศ. 51 is 2551
    if match["ce"]:
        return int(match["ce_year"])
    if match["short"]:
        return 2500 + int(match["short"]) - ERA
    number = int(match["bare"])
    if FIRST_BE <= number <= LAST_BE:
        return number - ERA
    return number if 1900 <= number <= 2100 else None  # noqa: PLR2004 - what people write as a year


def said_in(folded: str) -> list[Said]:
    """Find the years that a folded text names."""
    return list(years_in(folded))


def facts_of(folded: str) -> frozenset[str]:
    """Return what a folded text says in whatever writing."""
    return frozenset(one.fact for one in said_in(folded))


def show_equals(said: Said, written: str) -> str:
    """Tell a reader what else is searched for a year or date."""
    year = int(said.fact[5:9])
    be = str(year + ERA)
    ways = [be, be.translate(_THAI_DIGITS), f"ปี {be[2:]}" if be.startswith("25") else "", f"ค.ศ. {year}"]
    return " = ".join(dict.fromkeys([written, *filter(None, ways)]))
