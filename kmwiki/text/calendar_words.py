"""Names of months, weekdays and eras, Thai and English, as people write them, and as we write them."""

from __future__ import annotations

import re

MONTHS_TH = (
    *("มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน"),
    *("กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม"),
)
MONTHS_TH_SHORT = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")
MONTHS_EN = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
MONTHS_EN_SHORT = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

# How each month is also written: without its end, with the common slips.
_ALSO = {
    1: ("มกรา", "มกราคม์"),
    2: ("กุมภาพันธ", "กุมภา", "กุมพาพันธ์", "กุมภาพันธุ์"),
    3: ("มีนา",),
    4: ("เมษา", "เมษายนต์"),
    5: ("พฤษภา", "พฤกษภาคม", "พฤษาภาคม"),
    6: ("มิถุนา", "มิถุนายนต์"),
    7: ("กรกฎา", "กรกฏาคม", "กรกฏา", "กรกดาคม"),
    8: ("สิงหา",),
    9: ("กันยา",),
    10: ("ตุลา",),
    11: ("พฤศจิกา", "พฤษจิกายน", "พฤศจิกายนต์"),
    12: ("ธันวา",),
}


def _short(written: str) -> str:
    """Make the pattern of a short Thai month: with and without its dots and the blanks after them (ก พ as well)."""
    first, second = written.rstrip(".").split(".")
    return rf"{first}(?:\.\s?|\s(?={second}(?![ก-๎])))?{second}(?:\.|(?![ก-๎]))"


def _spellings(month: int) -> str:
    full = sorted((MONTHS_TH[month - 1], *_ALSO[month]), key=len, reverse=True)
    return "|".join([*(rf"{name}(?![ัิ-ู็-์])" for name in full), _short(MONTHS_TH_SHORT[month - 1])])


_TH = {month: re.compile(_spellings(month)) for month in range(1, 13)}
_EN = {
    month: re.compile(rf"(?:{full}|{short}{'t?' if short == 'Sep' else ''}\.?)(?![a-z])", re.IGNORECASE)
    for month, (full, short) in enumerate(zip(MONTHS_EN, MONTHS_EN_SHORT, strict=True), start=1)
}
THAI_MONTH = "(?:" + "|".join(pattern.pattern for pattern in _TH.values()) + ")"
ENGLISH_MONTH = "(?:" + "|".join(pattern.pattern for pattern in _EN.values()) + ")"
MONTH = f"(?:{THAI_MONTH}|{ENGLISH_MONTH})"

_WEEKDAYS = ("จันทร์", "อังคาร", "พุธ", "พฤหัสบดี|พฤหัสฯ|พฤหัส", "ศุกร์", "เสาร์", "อาทิตย์")
WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEKDAYS_EN = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKDAY = rf"(?:วัน)?(?:{'|'.join(_WEEKDAYS)})(?:\s?ที่)?|(?:{'|'.join(_WEEKDAYS_EN)})[a-z]{{0,6}}\.?"


def month_of(written: str) -> int:
    """Give the number of a written month (something that MONTH matches)."""
    for month in range(1, 13):
        if _TH[month].fullmatch(written) or _EN[month].fullmatch(written):
            return month
    raise ValueError(written)


def is_english_month(written: str) -> bool:
    """Tell whether a month is written in Latin letters."""
    return written[0].isascii()


def weekday_of(written: str) -> int | None:
    """Give the first weekday in a text, Monday 0, or None."""
    found = [
        (match.start(), day)
        for day, (thai, english) in enumerate(zip(_WEEKDAYS, _WEEKDAYS_EN, strict=True))
        if (match := re.search(rf"{thai}|\b{english}", written, re.IGNORECASE))
    ]
    return min(found)[1] if found else None


def name_weekday(day: int) -> str:
    """Name a weekday (Monday 0) in both languages: `วันจันทร์ (Monday)`."""
    return f"วัน{_WEEKDAYS[day].split('|')[0]} ({WEEKDAYS_EN[day]})"
