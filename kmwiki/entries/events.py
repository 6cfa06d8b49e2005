"""The date of what an entry tells: read from the words as written, asked about when they may mean several days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from kmwiki.errors import Invalid, say
from kmwiki.text.calendar_words import name_weekday
from kmwiki.text.dates import BANGKOK, DateReading, read_date, show

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 200


@dataclass(frozen=True, slots=True)
class EventDate:
    """When it happened: both ends inclusive, how exact, in which calendar it was written, and the words."""

    start: date
    end: date
    precision: str
    calendar: str
    written: str

    @classmethod
    def from_json(cls, stored: Mapping[str, str]) -> EventDate:
        """Make it of the shape that `as_json` gave."""
        start, end = date.fromisoformat(stored["start"]), date.fromisoformat(stored["end"])
        return cls(start, end, stored["precision"], stored["calendar"], stored["written"])

    def as_json(self) -> dict[str, str]:
        """Give the shape that snapshots, fields and the API share."""
        return {
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "precision": self.precision,
            "calendar": self.calendar,
            "written": self.written,
        }


def choice_of(reading: DateReading) -> str:
    """Name one reading among several, as a form's radio button does: `2008-02-18/2008-02-18/day`."""
    return f"{reading.start.isoformat()}/{reading.end.isoformat()}/{reading.precision}"


def readings_of(written: str) -> list[DateReading]:
    """Return what the words may mean, with nothing for no words or far too many."""
    text = written.strip()
    return read_date(text, today=datetime.now(BANGKOK).date()) if text and len(text) <= LONGEST else []


def read_event(written: str | None, *, choice: str | None = None, field: str = "event_date") -> EventDate | None:
    """Return the date that the words mean, None for no words.

    `choice` picks among several readings, by `choice_of` or by the day it starts on. Invalid, naming `field`, when
    the words are not understood, name a weekday that this day was not, or may mean several dates; but not for a
    day that was chosen.
    """
    text = (written or "").strip()
    if not text:
        return None
    found = readings_of(text)
    if choice:
        found = [each for each in found if choice in {choice_of(each), each.start.isoformat()}] or found
    if not found:
        message = say(
            "“%(text)s” is not understood as a date. Write it like 18 ก.พ. 2551, 17-19 มิ.ย. 51, 2551 or 2008-02-18.",
            text=text[:80],
        )
        raise Invalid.one(field, message)
    if len(found) > 1:
        offers = " / ".join(show(each, "th") for each in found)
        raise Invalid.one(
            field, say("“%(text)s” may mean several dates: %(offers)s. Choose one.", text=text[:80], offers=offers)
        )
    one = found[0]
    if not choice and one.weekday is not None and one.weekday != one.start.weekday():
        message = say(
            "“%(text)s”: %(day)s was a %(right)s, not a %(given)s. Mend the weekday or the date.",
            text=text[:80],
            day=show(one.start, "th"),
            right=name_weekday(one.start.weekday()),
            given=name_weekday(one.weekday),
        )
        raise Invalid.one(field, message)
    return EventDate(one.start, one.end, one.precision, one.calendar, text)
