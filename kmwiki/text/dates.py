"""Dates as Thai people write them: read, found in running text, shown, echoed.

What was written is kept; what was understood is said back (`echo`). Both ends of a range are included. Nothing is
guessed: `read_date` gives no reading for what it does not understand, one for what is sure, several where a person must
choose. 543 is taken off once, here; whoever holds a DateReading holds days of the common era.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Literal

from kmwiki.text.calendar_words import MONTHS_EN, MONTHS_EN_SHORT, MONTHS_TH, MONTHS_TH_SHORT, weekday_of
from kmwiki.text.date_forms import BUDDHIST, RUNNING, WHOLE, Calendar, Meaning, Precision, meanings

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["BANGKOK", "DateReading", "FoundDate", "echo", "find_dates", "read_date", "read_timestamp", "show"]

BANGKOK = timezone(timedelta(hours=7), "+07")
_LONGEST = 200

# One code point for one, so that places stay.
_PLAIN = str.maketrans("๐๑๒๓๔๕๖๗๘๙\u00a0\u2009\u202f\t\n\r", "0123456789      ")
_TIME = re.compile(
    r"[\s,]*(?:T|เวลา(?:ประมาณ)?|at\b|@)?\s*(?P<h>[01]?\d|2[0-4])(?P<sep>[.:])(?P<m>[0-5]\d)(?:[.:](?P<s>[0-5]\d)(?:\.\d+)?)?"
    r"(?:\s*(?:[-–—]|ถึง)\s*(?:[01]?\d|2[0-4])[.:][0-5]\d)?(?P<unit>\s*(?:น\.?(?![ก-๎])|นาฬิกา|hrs?\.?|am\b|pm\b))?(?P<zone>\s*(?:Z|[+-]\d\d:?\d\d))?",
    re.IGNORECASE,
)
_HOUR = re.compile(r"[\s,]*เวลา(?:ประมาณ)?\s*(?P<h>[01]?\d|2[0-4])\s*(?:น\.?(?![ก-๎])|นาฬิกา)")
_BEFORE = re.compile(
    r"^[\s(\[“\"']*(?:(?:เมื่อ|ตรงกับ|ณ|ในวันที่|ในวัน|วันที่|วัน|ใน|ระหว่าง|ช่วง|ประมาณ|ราว|ประจำ|ต้น|กลาง|ปลาย|สิ้น|ภายใน|(?:on|in|from|between)\b)\s*)*",
    re.IGNORECASE,
)
_AFTER = re.compile(r"[\s)\]”\"'.,;]*$")
_RELATIVE = {"วันนี้": 0, "today": 0, "เมื่อวาน": -1, "เมื่อวานนี้": -1, "yesterday": -1, "พรุ่งนี้": 1, "tomorrow": 1}


@dataclass(frozen=True, slots=True)
class DateReading:
    """What a written date means: its first and last day, how exact it is, and in which calendar it was written.

    `time` is the beginning, HH:MM, if one was written; `weekday` the one written before its first day, Monday 0.
    """

    start: date
    end: date
    precision: Precision
    calendar: Calendar
    written: str
    time: str | None = None
    weekday: int | None = None


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date in running text: its (first) reading and its place [start, end) in code points."""

    reading: DateReading
    start: int
    end: int


def read_date(text: str, *, today: date | None = None, year_hint: int | None = None) -> list[DateReading]:
    """Read a text that is a date and nothing else: [] not understood or no such day, one reading sure, several to ask.

    A day without a year is read only with `year_hint` (of either era); วันนี้ and the like only with `today`.
    """
    written = text.strip()
    plain = text.translate(_PLAIN)
    if today is not None and (days := _RELATIVE.get(written.lower())) is not None:
        day = today + timedelta(days=days)
        return [DateReading(day, day, "day", "ce", written)]
    if not written or len(written) > _LONGEST:
        return []
    begin = _BEFORE.match(plain)
    tries = {0, begin.end() if begin else 0}
    for name, pattern in WHOLE:
        for at in sorted(tries):
            match = pattern.match(plain, at)
            if match and (rest := _rest(plain, match)) is not None and (found := meanings(name, match, year_hint)):
                weekday = _weekday_before(match, plain)
                return [DateReading(*each, written, rest[0], weekday) for each in _on_weekday(found, plain)]
    return []


def find_dates(text: str, *, year_hint: int | None = None) -> list[FoundDate]:
    """Find the dates in a running text, in order and without overlaps; a bare number is never taken for a year.

    Where a date has several readings the likeliest (Thai) one is given; days without a year need `year_hint`.
    """
    plain = text.translate(_PLAIN)
    candidates = sorted(_candidates(plain), key=lambda each: (each[1].start(), -each[1].end()))
    found: list[FoundDate] = []
    done = 0
    for name, match in candidates:
        if match.start() < done:
            continue
        if readings := meanings(name, match, year_hint):
            time = _time_at(plain, match.end())
            done = time[1] if time else match.end()
            reading = _reading(
                _on_weekday(readings, match[0])[0], text[match.start() : done], time[0] if time else None
            )
            found.append(FoundDate(reading, match.start(), done))
    return found


def read_timestamp(text: str) -> datetime | None:
    """Read a day with a time (`19 กุมภาพันธ์ 2008 19:36 น.`); Thai time unless a zone is written. None if unsure."""
    try:
        given = datetime.fromisoformat(text.strip())
    except ValueError:
        readings = read_date(text)
        if len(readings) != 1 or readings[0].time is None or readings[0].start != readings[0].end:
            return None
        hour, minute = map(int, readings[0].time.split(":"))
        day = readings[0].start
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=BANGKOK)
    return given if given.tzinfo else given.replace(tzinfo=BANGKOK)


def show(day: DateReading | date, locale: str, *, style: Literal["long", "short"] = "long") -> str:
    """Write a date for a reader: of the Buddhist era in Thai (`th`), of the common era in any other locale."""
    reading = day if isinstance(day, DateReading) else DateReading(day, day, "day", "ce", "")
    is_thai = locale.startswith("th")
    text = _range(reading, is_thai=is_thai, is_long=style == "long")
    if reading.time is None:
        return text
    return f"{text} เวลา {reading.time.replace(':', '.')} น." if is_thai else f"{text}, {reading.time}"


def echo(reading: DateReading) -> str:
    """Say back what was understood, in both eras: `= 18 กุมภาพันธ์ 2551 / 18 February 2008`."""
    return f"= {show(reading, 'th')} / {show(reading, 'en')}"


def _candidates(plain: str) -> Iterator[tuple[str, re.Match[str]]]:
    for name, pattern in RUNNING:
        for match in pattern.finditer(plain):
            yield name, match


def _rest(plain: str, match: re.Match[str]) -> tuple[str | None] | None:
    """Give the time behind a date, or None if something else than a time stands there."""
    time = _time_at(plain, match.end(), is_alone=True)
    end = time[1] if time else match.end()
    return (time[0] if time else None,) if _AFTER.match(plain, end) else None


def _time_at(plain: str, at: int, *, is_alone: bool = False) -> tuple[str, int] | None:
    """Read a time at a place: HH:MM and where it ends. In running text a dotted figure needs its unit or word."""
    if match := _HOUR.match(plain, at):
        return f"{int(match['h']):02}:00", match.end()
    match = _TIME.match(plain, at)
    if not match:
        return None
    is_said = bool(match["unit"]) or "เวลา" in match[0] or match["sep"] == ":"
    hour = int(match["h"])
    if (match["unit"] or "").strip().lower() == "pm" and hour < 12:  # noqa: PLR2004
        hour += 12
    return (f"{hour % 24:02}:{match['m']}", match.end()) if is_said or is_alone else None


def _reading(meaning: Meaning, written: str, time: str | None) -> DateReading:
    return DateReading(*meaning, written, time)


def _weekday_before(match: re.Match[str], plain: str) -> int | None:
    """Give the weekday written before the first day of a date; one before its last day tells nothing of the first."""
    return weekday_of(plain[: match.start("d1")]) if match.re.groupindex.get("d1") and match["d1"] else None


def _on_weekday(found: list[Meaning], written: str) -> list[Meaning]:
    """Let a written weekday decide between several readings."""
    weekday = weekday_of(written) if len(found) > 1 else None
    return [each for each in found if each.start.weekday() == weekday] or found


def _range(reading: DateReading, *, is_thai: bool, is_long: bool) -> str:
    start, end = reading.start, reading.end
    months = (MONTHS_TH if is_long else MONTHS_TH_SHORT) if is_thai else (MONTHS_EN if is_long else MONTHS_EN_SHORT)
    shift = BUDDHIST if is_thai else 0

    def part(day: date, *, has_month: bool = True, has_year: bool = True) -> str:
        words = [str(day.day)] if reading.precision == "day" else []
        words += [months[day.month - 1]] if has_month and reading.precision != "year" else []
        words += [str(day.year + shift)] if has_year else []
        return " ".join(words)

    is_one = {
        "day": start == end,
        "month": (start.year, start.month) == (end.year, end.month),
        "year": start.year == end.year,
    }
    if is_one[reading.precision]:
        return ("พ.ศ. " if is_thai and reading.precision == "year" else "") + part(end)
    if reading.precision == "year":
        return ("พ.ศ. " if is_thai else "") + f"{part(start)}-{part(end)}"
    if (start.year, start.month) == (end.year, end.month):
        return f"{part(start, has_month=False, has_year=False)}-{part(end)}"
    return f"{part(start, has_year=start.year != end.year)} - {part(end)}"
