"""A quote as text to paste elsewhere: plain, in Markdown, as a citation. In Thai with years of the Buddhist era.

The words around it are those of the language asked for, not of the page: whoever writes an English report in a Thai
project needs an English citation.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple
from zoneinfo import ZoneInfo

from kmwiki.places.queries import place
from kmwiki.text.dates import DateReading, show

if TYPE_CHECKING:
    from kmwiki.entries.models import Entry
    from kmwiki.quotes.queries import Told

Locale = Literal["th", "en"]
LOCALES: tuple[Locale, ...] = ("th", "en")
HERE = ZoneInfo("Asia/Bangkok")
"""Days are those of Thailand."""


class _Words(NamedTuple):
    note: str
    comment: str
    revision: str
    unknown: str
    undated: str


_WORDS = {
    "th": _Words("บันทึกที่ {}", "ความคิดเห็นใต้บันทึกที่ {}", "ฉบับที่ {} เมื่อ {}", "ไม่ทราบผู้เขียน", "ไม่ระบุวันที่"),
    "en": _Words("note {}", "comment on note {}", "revision {} of {}", "author unknown", "no date"),
}
_SIGNS = re.compile(r"([\\`*_\[\]<>|~])")
_LEADING = re.compile(r"^(\s*)([#+=-]|\d+(?=[.)]))", re.MULTILINE)


def as_text(told: Told, locale: Locale, site: str) -> str:
    """Return the words in quotation marks with a line of source and address below."""
    return f"“{told.words}”\n{source_line(told, locale)}\n{site}{told.address}"


def as_markdown(told: Told, locale: Locale, site: str) -> str:
    """Return the words as a block quote of Markdown, their source linked."""
    lines = _escaped(told.words).splitlines() or [""]
    title = f"[{_escaped(told.title)}]({site}{told.address})"
    source = " · ".join([part for part in (_escaped(told.authors), title, _when_and_where(told, locale)) if part])
    return "\n".join([*(f"> {line}".rstrip() for line in lines), ">", f"> — {source}"])


def as_citation(told: Told, locale: Locale, site: str) -> str:
    """Return a line for a list of references: who, when, title, what it is, of which revision, where, address."""
    said = _WORDS[locale]
    kind = (said.comment if told.is_comment else said.note).format(told.entry.number)
    if told.revision is not None and told.saved is not None:
        kind += ", " + said.revision.format(
            told.revision, show(told.saved.astimezone(HERE).date(), locale, style="short")
        )
    parts = [
        told.authors or said.unknown,
        f"({event_date(told.entry, locale) or said.undated})",
        f"“{told.title}” [{kind}]",
        told.project.name,
        _places(told.entry, locale),
    ]
    return ". ".join(part for part in parts if part) + f". {site}{told.address}"


def source_line(told: Told, locale: Locale) -> str:
    """Return title, author, place and date in one line."""
    return " · ".join(part for part in (told.title, told.authors, _when_and_where(told, locale)) if part)


def event_date(entry: Entry, locale: Locale, style: Literal["long", "short"] = "long") -> str:
    """Return when what the note tells of happened; empty if that is not told."""
    if entry.event_start is None or entry.event_end is None:
        return ""
    reading = DateReading(
        start=entry.event_start,
        end=entry.event_end,
        precision=entry.event_precision or "day",  # type: ignore[arg-type]
        calendar=entry.event_calendar or "be",  # type: ignore[arg-type]
        written=entry.event_written or "",
        time=None,
    )
    return show(reading, locale, style=style)


def _when_and_where(told: Told, locale: Locale) -> str:
    return " · ".join(part for part in (_places(told.entry, locale), event_date(told.entry, locale, "short")) if part)


def _places(entry: Entry, locale: Locale) -> str:
    return ", ".join(place(each.place_code).full(locale) for each in entry.places)


def _escaped(text: str) -> str:
    """Keep Markdown from obeying what was only said."""
    return _LEADING.sub(r"\1\\\2", _SIGNS.sub(r"\\\1", text))
