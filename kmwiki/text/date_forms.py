"""The forms in which people write dates, as patterns, and what each match can mean.

Every pattern names its parts alike: day, month, year and era of the beginning (d1 m1 y1 e1) and of the end (d2 ...).
Day before month is the order of Thailand, slashed dates included. A year over 2400 is of the Buddhist era, 1900-2199
of the common era, two digits are 25xx; what remains doubtful gives several readings.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import MINYEAR, date
from typing import TYPE_CHECKING, Literal, NamedTuple

from kmwiki.text.calendar_words import ENGLISH_MONTH, MONTH, THAI_MONTH, WEEKDAY, is_english_month, month_of

if TYPE_CHECKING:
    from collections.abc import Iterator

Precision = Literal["day", "month", "year"]
Calendar = Literal["be", "ce"]

BUDDHIST = 543
_BE_FROM, _BE_TO = 2401, 2743
_CE_FROM, _CE_TO = 1900, 2199
_MONTHS = 12
_DAYS = 31

_BE = r"พุทธศักราช|พ\.?\s?ศ\.?|\bB\.?\s?E\.?(?![a-z])"
_CE = r"คริสต์ศักราช|ค\.?\s?ศ\.?|\b(?:A\.?\s?D|C\.?\s?E)\.?(?![a-z])"
_ERA = rf"(?:ปี\s*)?(?:{_BE}|{_CE})|ปี"
_TO = r"\s*(?:[-–—~]|ถึง|จนถึง|to\b|until\b)\s*(?:วันที่\s*)?"
_AND = r"\s*(?:[-–—~]|ถึง|จนถึง|to\b|(?P<both>,|และ|and\b|&))\s*(?:วันที่\s*)?"
_ON = rf"(?:(?:(?:วันที่|{WEEKDAY})[\s,]*)*)"
_GAP = r"[\s,]*(?:เดือน\s*)?"
_ITEMS = (
    r"คน|บาท|ราย|แห่ง|กลุ่ม|ตำบล|อำเภอ|จังหวัด|พื้นที่|ครัวเรือน|หมู่บ้าน|เปอร์|%|ล้าน|แสน|หมื่น|พัน|ร้อย|วัน|ครั้ง|กองทุน|ชุมชน|เรื่อง|ข้อ|ชุด|เล่ม"
)
_NO_ITEM = rf"(?!\s?(?:{_ITEMS}))"


def _day(part: int) -> str:
    return rf"(?<!\d)(?P<d{part}>\d{{1,2}})(?:st|nd|rd|th)?"


def _year(part: int, *, is_era_needed: bool = False) -> str:
    need = "" if is_era_needed else "?"
    return (
        rf"(?:(?P<e{part}>{_ERA})\s*){need}['’]?(?P<y{part}>\d{{4}}|\d{{2}}{_NO_ITEM})(?!\d|[./:]\d)"
        rf"(?:\s*(?P<s{part}>{_BE}|{_CE}))?"
    )


def _month(part: int, spelling: str = MONTH) -> str:
    return rf"(?P<m{part}>{spelling})"


def _slashed_form(part: int) -> str:
    first, month = rf"(?P<a{part}>\d{{1,2}}|\d{{4}})", rf"(?P<n{part}>\d{{1,2}})"
    last = rf"(?P<b{part}>\d{{4}}|\d{{1,2}})(?!\d|(?P=p{part})\d)"
    return rf"{first}(?P<p{part}>[/.-]){month}(?P=p{part}){last}"


_ALOOF = r"(?<![\d/.-])"
_ISO = r"(?<!\d)(?P<y{0}>\d{{4}})-(?P<n{0}>\d{{2}})(?:-(?P<d{0}>\d{{2}}))?(?!\d|-\d)"
_ISO_TO = r"\s*(?:/|--|\s[-–—]\s|[–—]|ถึง|to\b)\s*"

_END = rf"{_ON}{_day(2)}{_GAP}{_month(2)}(?:{_GAP}{_year(2)})?"
_LATIN = _month(1, ENGLISH_MONTH)

_PATTERNS: dict[str, str] = {
    "days": rf"{_ON}{_day(1)}{_AND}{_END}",
    "span": rf"{_ON}{_day(1)}{_GAP}{_month(1)}(?:{_GAP}{_year(1)})?{_TO}{_END}",
    "day": rf"{_ON}{_day(1)}{_GAP}{_month(1)}(?:{_GAP}{_year(1)})?",
    "english": rf"{_ON}{_LATIN}\s*{_day(1)}(?:{_TO}{_day(2)})?[\s,]+{_year(1)}",
    "english span": rf"{_ON}{_LATIN}\s*{_day(1)}{_TO}{_month(2, ENGLISH_MONTH)}\s*{_day(2)}[\s,]+{_year(2)}",
    "months": rf"(?<![ก-๎])(?:เดือน\s*)?{_month(1)}(?:{_GAP}{_year(1)})?{_TO}{_GAP}{_month(2)}(?:{_GAP}{_year(2)})?",
    "month": rf"(?<![ก-๎])(?:เดือน\s*)?{_month(1)}{_GAP}{_year(1)}",
    "budget": rf"ปีงบประมาณ\s*(?:{_BE})?\s*(?P<y1>\d{{4}}|\d{{2}}{_NO_ITEM})(?!\d)",
    "years": rf"{_year(1, is_era_needed=True)}{_TO}{_year(2)}",
    "year": rf"(?<!\d)(?<!\d\s){_year(1, is_era_needed=True)}",
    "iso span": _ISO.format(1) + _ISO_TO + _ISO.format(2),
    "iso": _ISO.format(1),
    "slash days": rf"{_ALOOF}{_day(1)}\s*[-–—]\s*(?P<d2>\d{{1,2}})/(?P<n1>\d{{1,2}})/(?P<y1>\d{{4}}|\d{{2}})(?![\d/])",
    "slash span": _ALOOF + _slashed_form(1) + r"\s*(?:-|[–—]|ถึง|to\b)\s*" + _slashed_form(2),
    "slash": _ALOOF + _slashed_form(1),
}
"""Tried in running text in this order at each place; the longest wins."""

_ALONE: dict[str, str] = {
    "years": r"(?P<y1>\d{4})\s*[-–—/]\s*(?P<y2>\d{4}|\d{2})",
    "year": rf"(?P<y1>\d{{4}})(?:\s*(?P<s1>{_BE}|{_CE}))?",
    "thai month": rf"(?:เดือน\s*)?{_month(1, THAI_MONTH)}{_GAP}{_year(1)}",
}
"""Besides these when the whole text is a date."""


class Meaning(NamedTuple):
    """One meaning of a written date; both ends included."""

    start: date
    end: date
    precision: Precision
    calendar: Calendar


class _Year(NamedTuple):
    year: int
    calendar: Calendar


RUNNING = [(name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _PATTERNS.items()]
WHOLE = [*RUNNING, *((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _ALONE.items())]


def meanings(name: str, match: re.Match[str], year_hint: int | None) -> list[Meaning]:
    """Say what a match can mean; empty if no such date exists, or no year is written and none is hinted at."""
    parts = {key: value for key, value in match.groupdict().items() if value}
    if name.startswith("slash") and "a1" in parts:
        found = list(_slashed(parts))
    elif name == "budget":
        found = [_budget(year) for year in _years(parts, 1, None)]
    else:
        found = list(_worded(parts, year_hint))
    return list(dict.fromkeys(found))


def _years(parts: dict[str, str], part: int, year_hint: int | None) -> list[_Year]:
    written = parts.get(f"y{part}")
    era = parts.get(f"e{part}", "") + parts.get(f"s{part}", "")
    if written is None:
        return [] if year_hint is None else _readings(str(year_hint), "", is_english=False)
    month = parts.get(f"m{part}") or parts.get("m1") or parts.get("m2") or "ก"
    return _readings(written, era, is_english=is_english_month(month))


def _readings(written: str, era: str, *, is_english: bool) -> list[_Year]:
    year = int(written)
    if re.search(_CE, era, re.IGNORECASE):
        return [_Year(year if year >= 100 else 2000 + year, "ce")]  # noqa: PLR2004
    if len(written) <= 2:  # noqa: PLR2004
        buddhist = _Year(2500 + year - BUDDHIST, "be")
        is_doubtful = is_english and not re.search(_BE, era, re.IGNORECASE)
        return [_Year(2000 + year, "ce"), buddhist] if is_doubtful else [buddhist]
    if re.search(_BE, era, re.IGNORECASE) or _BE_FROM <= year <= _BE_TO:
        return [_Year(year - BUDDHIST, "be")] if year - BUDDHIST >= MINYEAR else []
    return [_Year(year, "ce")] if _CE_FROM <= year <= _CE_TO else []


def _month_number(parts: dict[str, str], part: int) -> int | None:
    if written := parts.get(f"m{part}"):
        return month_of(written)
    return int(parts[f"n{part}"]) if f"n{part}" in parts else None


def _worded(parts: dict[str, str], year_hint: int | None) -> Iterator[Meaning]:
    """Read the forms whose parts name themselves."""
    month1, month2 = _month_number(parts, 1), _month_number(parts, 2)
    for first, last in _year_pairs(parts, year_hint):
        start = _ends(first.year, month1 or month2, parts.get("d1"))
        has_end = "d2" in parts or "y2" in parts or month2 is not None
        end = _ends(last.year, month2 or month1, parts.get("d2")) if has_end else start
        if start and end and start > end and "y1" not in parts and month1 and month2 and month1 != month2:
            start = _ends(first.year - 1, month1, parts.get("d1"))  # 30 ธ.ค. - 2 ม.ค. 51
        if not start or not end or start > end:
            continue
        if "both" in parts and (end[0] - start[0]).days > 1:  # 5 และ 12: two days, and none between
            yield Meaning(*start, "day", first.calendar)
            yield Meaning(*end, "day", last.calendar)
        else:
            yield Meaning(start[0], end[1], _precision(parts), last.calendar)


def _year_pairs(parts: dict[str, str], year_hint: int | None) -> list[tuple[_Year, _Year]]:
    """Pair the years that beginning and end may have; one written year serves both."""
    if "y1" in parts and "y2" in parts:
        pairs = [(first, last) for first in _years(parts, 1, None) for last in _years(parts, 2, None)]
        return [(first, last) for first, last in pairs if first.calendar == last.calendar] or _short_end(parts)
    only = _years(parts, 2 if "y2" in parts else 1, year_hint)
    return list(zip(only, only, strict=True))


def _short_end(parts: dict[str, str]) -> list[tuple[_Year, _Year]]:
    """Read 2008-10: the short year at the end is of the century of the first."""
    firsts = _years(parts, 1, None)
    if len(parts["y2"]) > 2:  # noqa: PLR2004
        return []
    return [(first, _Year(first.year // 100 * 100 + int(parts["y2"]), first.calendar)) for first in firsts]


def _precision(parts: dict[str, str]) -> Precision:
    if "d1" in parts:
        return "day"
    return "month" if any(key[0] in "mn" for key in parts) else "year"


def _ends(year: int, month: int | None, day: str | None) -> tuple[date, date] | None:
    """Give the first and the last day of what a year, month and day name, or None if there is no such day."""
    try:
        if day is not None:
            only = date(year, month or 0, int(day))
            return only, only
        if month is not None:
            return date(year, month, 1), date(year, month, monthrange(year, month)[1])
        return date(year, 1, 1), date(year, 12, 31)
    except ValueError:
        return None


def _budget(year: _Year) -> Meaning:
    """A Thai budget year runs from October of the year before to September."""
    return Meaning(date(year.year - 1, 10, 1), date(year.year, 9, 30), "month", year.calendar)


def _slashed(parts: dict[str, str]) -> Iterator[Meaning]:
    first = _slashed_days(parts, 1)
    if "a2" not in parts:
        yield from (Meaning(day, day, "day", calendar) for day, calendar in first)
        return
    for start, calendar in first:
        for end, end_calendar in _slashed_days(parts, 2):
            if calendar == end_calendar and start <= end:
                yield Meaning(start, end, "day", calendar)


def _slashed_days(parts: dict[str, str], part: int) -> list[tuple[date, Calendar]]:
    """Read a/b/c: day first, or year first where it has four digits. A short year that could be a day is doubtful."""
    first, month, last = parts[f"a{part}"], int(parts[f"n{part}"]), parts[f"b{part}"]
    if len(first) == 4:  # noqa: PLR2004
        tries = [(year, last) for year in _readings(first, "", is_english=False)] if len(last) <= 2 else []  # noqa: PLR2004
    else:
        tries = [(year, first) for year in _readings(last, "", is_english=False)]
        if len(last) <= 2 and int(last) <= _DAYS:  # noqa: PLR2004
            tries.append((_Year(2000 + int(last), "ce"), first))
            if len(first) == len(parts[f"n{part}"]) == len(last):
                tries.append((_Year(2000 + int(first), "ce"), last))
    days = [(_ends(year.year, month, day), year.calendar) for year, day in tries]
    return list(dict.fromkeys((ends[0], calendar) for ends, calendar in days if ends and month <= _MONTHS))
