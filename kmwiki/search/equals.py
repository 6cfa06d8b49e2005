"""Which writings say the same year, date or number: facts that a text carries, and what a query means by them.

ปี 51, ปี 2551, ๒๕๕๑, พ.ศ. 2551 and ค.ศ. 2008 are one year; 26 ก.พ. 50 and 26 กุมภาพันธ์ 2550 one day. A text's facts are
worked out when it is indexed, so that a query need not try every writing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, cast

from kmwiki.search.writings import numbers_in, with_commas
from kmwiki.text.dates import DateReading, find_dates, show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmwiki.text.date_forms import Precision

ERA = 543
FIRST_BE, LAST_BE = 2401, 2643
VERSION = "3"
NUMBER = "number:"
_DIGITS = re.compile(r"\d+")
_REACH = 40
_THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")

# Over folded text: digits are Arabic, the dots of พ.ศ. and ค.ศ. are gone.
_YEAR = re.compile(
    r"(?P<be>(?:พศ|พุทธศักราช) ?)(?P<be_year>\d{4}|\d{2})(?!\d)"
    r"|(?P<ce>(?:คศ|คริสต์ศักราช) ?)(?P<ce_year>\d{4})(?!\d)"
    r"|(?:ปี ?)(?P<short>\d{2})(?!\d|[.,/:%-]\d| ?(?:ปี|คน|บาท|เดือน|วัน|ครั้ง|แห่ง|%))"
    r"|(?<!\d)(?<!\d[.,/])(?P<bare>\d{4})(?!\d|[.,/]\d)"
)


@dataclass(frozen=True, slots=True)
class Said:
    """A year, date or number that stands in a folded text, and the fact that it is."""

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


def dates_in(folded: str) -> Iterator[Said]:
    """Find the days and months in a folded text; a day says its month and its year too, the finest comes first."""
    for begin, end in _near_digits(folded):
        yield from _dates_between(folded, begin, end)


def _near_digits(folded: str) -> Iterator[tuple[int, int]]:
    """Yield the stretches in which a date can stand: reading whole texts for dates costs ten times as much."""
    begin = end = -1
    for match in _DIGITS.finditer(folded):
        if begin >= 0 and match.start() - _REACH <= end:
            end = match.end() + _REACH
            continue
        if begin >= 0:
            yield begin, min(end, len(folded))
        begin, end = max(0, match.start() - _REACH), match.end() + _REACH
    if begin >= 0:
        yield begin, min(end, len(folded))


def _dates_between(folded: str, begin: int, end: int) -> Iterator[Said]:
    for found in find_dates(folded[begin:end]):
        reading = found.reading
        days = (reading.start, reading.end) if reading.precision == "day" else ()
        months = days or ((reading.start, reading.end) if reading.precision == "month" else ())
        facts = [_span(reading)] if _is_span(reading) else []
        facts += [f"date:{day.isoformat()}" for day in days]
        facts += [f"month:{day.isoformat()[:7]}" for day in months]
        facts += [f"year:{day.year}" for day in (reading.start, reading.end)]
        for fact in dict.fromkeys(facts):
            yield Said(fact, begin + found.start, begin + found.end)


def _is_span(reading: DateReading) -> bool:
    """Whether more than one day, month or year is said: who looks for 17-19 June does not mean all of the 17th."""
    size = {"day": 10, "month": 7}.get(reading.precision, 4)
    return reading.start.isoformat()[:size] != reading.end.isoformat()[:size]


def _span(reading: DateReading) -> str:
    return f"span:{reading.start.isoformat()}/{reading.end.isoformat()}/{reading.precision}"


def _read_span(value: str) -> DateReading:
    first, last, precision = value.split("/")
    return DateReading(date.fromisoformat(first), date.fromisoformat(last), cast("Precision", precision), "ce", "")


def said_in(folded: str) -> list[Said]:
    """Find days, months, years and numbers in a folded text."""
    numbers = (Said(f"{NUMBER}{one.value}", one.start, one.end) for one in numbers_in(folded))
    return [*dates_in(folded), *years_in(folded), *numbers]


def facts_of(folded: str) -> frozenset[str]:
    """Return what a folded text says in whatever writing."""
    return frozenset(one.fact for one in said_in(folded))


def show_equals(said: Said, written: str) -> str:
    """Tell a reader what else is searched for a year, month or day, or for several, or for a number."""
    kind, _, value = said.fact.partition(":")
    if said.fact.startswith(NUMBER):
        ways = [value, with_commas(value)]
    elif kind == "year":
        be = str(int(value) + ERA)
        ways = [be, be.translate(_THAI_DIGITS), f"ปี {be[2:]}" if be.startswith("25") else "", f"ค.ศ. {value}"]
    else:
        if kind == "span":
            reading = _read_span(value)
        else:
            day = date.fromisoformat(value if kind == "date" else f"{value}-01")
            reading = DateReading(day, day, "day" if kind == "date" else "month", "ce", "")
        ways = [show(reading, "th"), show(reading, "th", style="short"), show(reading, "en")]
    return " = ".join(dict.fromkeys([written, *filter(None, ways)]))
