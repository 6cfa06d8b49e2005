"""Times as the platform prints them: "19 กุมภาพันธ์ 2008 19:36 น.", CE or BE years, full or short Thai months."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

BANGKOK = timezone(timedelta(hours=7))
"""Thailand's time; it has no daylight saving."""

DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
"""For str.translate: Thai digits to Arabic, one to one, so that positions stay."""

_MONTHS = (
    ("มกราคม", "มค"),
    ("กุมภาพันธ์", "กพ"),
    ("มีนาคม", "มีค"),
    ("เมษายน", "เมย"),
    ("พฤษภาคม", "พค"),
    ("มิถุนายน", "มิย"),
    ("กรกฎาคม", "กค"),
    ("สิงหาคม", "สค"),
    ("กันยายน", "กย"),
    ("ตุลาคม", "ตค"),
    ("พฤศจิกายน", "พย"),
    ("ธันวาคม", "ธค"),
)
_NUMBER = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
_FULL = "|".join(full for full, _ in _MONTHS)
_TIME = r"(?:[\s@,|]*\(?(?:เวลา)?[\s@]*(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?::\d{2})?(?:\s*(?:น\.?|นาฬิกา))?\)?)?"
_WORDS = re.compile(
    rf"(?P<day>\d{{1,2}})\s*(?P<month>{_FULL}|(?:มี\.?ค|เม\.?ย|มิ\.?ย|[มกพสตธ]\.?[คพย])\.?)\s*(?:พ\.ศ\.|ค\.ศ\.)?\s*(?P<year>\d{{4}}|\d{{2}}(?!\d)){_TIME}"
)
_FIGURES = re.compile(rf"(?P<day>\d{{1,2}})[/-](?P<month>\d{{1,2}})[/-](?P<year>\d{{4}}){_TIME}")
_ISO = re.compile(rf"(?P<year>\d{{4}})-(?P<month>\d{{2}})-(?P<day>\d{{2}})T?{_TIME}")
_BE_FROM = 2400
_BE_MINUS_CE = 543
_CE = range(1900, 2200)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time in the platform's clock (+07:00), whether the hour was given, and the words as written."""

    when: datetime
    has_time: bool
    words: str

    def iso(self) -> str:
        """Return it in ISO 8601: to the minute with its offset, or the day alone."""
        return self.when.isoformat(timespec="minutes") if self.has_time else self.when.date().isoformat()


def find_moment(text: str) -> tuple[Moment, int, int] | None:
    """Return the first time written in `text` with its start and end, or None."""
    plain = text.translate(DIGITS)
    for pattern in (_WORDS, _FIGURES, _ISO):
        for match in pattern.finditer(plain):
            when = _when(match)
            if when is not None:
                found = Moment(when, match["hour"] is not None, text[match.start() : match.end()].strip())
                return found, match.start(), match.end()
    return None


def _when(match: re.Match[str]) -> datetime | None:
    year = int(match["year"])
    if len(match["year"]) == 2:  # noqa: PLR2004 - a short year is of the Buddhist era
        year += 2500
    if year > _BE_FROM:
        year -= _BE_MINUS_CE
    month = match["month"].replace(".", "")
    number = int(month) if month.isdigit() else _NUMBER.get(month, 0)
    if year not in _CE:
        return None
    try:
        return datetime(
            year, number, int(match["day"]), int(match["hour"] or 0), int(match["minute"] or 0), tzinfo=BANGKOK
        )
    except ValueError:
        return None
