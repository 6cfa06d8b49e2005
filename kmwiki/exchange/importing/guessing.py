"""What a page does not say but its words suggest: kind, title, day, province. Each is marked as a guess."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

from kmwiki.text.clusters import clip
from kmwiki.text.dates import find_dates, read_date

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmwiki.text.dates import DateReading

_AAR = re.compile(
    r"(?<![A-Za-z])(?:AAR|After[ -]?Action[ -]?Review)(?![A-Za-z])|ถอดบทเรียนหลัง|ทบทวนหลังปฏิบัติ", re.IGNORECASE
)
_MEETING = re.compile(r"ประชุม|เวที|สัมมนา")
_DAY_WORDS = re.compile(r"(?:วันนี้|วานนี้|เมื่อวาน|วันที่|เมื่อ|ใน|ณ|,|[(\[])\s*(?:ที่\s*)?[(\[]?\s*$")
_TITLE_LONGEST = 70
_HEAD = 1500  # code points at the start of a text in which its day is looked for
_WORDS_BEFORE = 24
_LONGEST_AGO = timedelta(days=400)  # people write about what was lately


def guess_kind(title: str) -> str:
    """Return `aar`, `meeting` or `reflection` by the words of the title."""
    if _AAR.search(title):
        return "aar"
    return "meeting" if _MEETING.search(title) else "reflection"


def title_from(body: str, otherwise: str) -> str:
    """Return the first words of a text as a title, cut between letters, or `otherwise` where it has none."""
    first = next((line.strip(" \t\xa0•*#-") for line in body.split("\n") if line.strip(" \t\xa0•*#-")), "")
    return clip(first, _TITLE_LONGEST) if first else otherwise


def guess_day(title: str, body: str, written: date | None) -> DateReading | None:
    """Return the day that the text seems to tell of: one in the title, or the first that the text ties to a day word.

    One after `written`, or long before it, tells of something else.
    """
    for reading in _days(title, body):
        if not any(one.start == reading.start for one in read_date(reading.written)):
            continue  # words that say the day only within their sentence
        if written is None or written - _LONGEST_AGO <= reading.start <= written + timedelta(days=1):
            return reading
    return None


def _days(title: str, body: str) -> Iterator[DateReading]:
    for found in find_dates(title):
        if found.reading.precision == "day":
            yield found.reading
    head = body[:_HEAD]
    for found in find_dates(head):
        before = head[max(0, found.start - _WORDS_BEFORE) : found.start]
        if found.reading.precision == "day" and (_DAY_WORDS.search(before) or found.reading.written.startswith("วัน")):
            yield found.reading
