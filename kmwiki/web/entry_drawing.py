"""What the templates of entries draw with: dates of events and fields, the echo of a written date, what is overdue."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from flask_babel import to_user_timezone

from kmwiki.db import now
from kmwiki.text.dates import DateReading, echo, show
from kmwiki.web.drawing import locale_code

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Blueprint

    from kmwiki.entries.filters import EntryFilters
    from kmwiki.entries.models import Entry


def register(bp: Blueprint) -> None:
    """Give the templates these filters."""
    for name, drawn in (
        ("entry_date", entry_date),
        ("field_date", field_date),
        ("date_echo", echo),
        ("overdue", is_overdue),
        ("with_sort", with_sort),
    ):
        bp.add_app_template_filter(drawn, name)


def entry_date(entry: Entry, style: str = "long") -> str:
    """Write when it happened in the reader's calendar; nothing if that is not told."""
    if entry.event_start is None or entry.event_end is None:
        return ""
    stored = {
        "start": entry.event_start.isoformat(),
        "end": entry.event_end.isoformat(),
        "precision": entry.event_precision or "day",
        "calendar": entry.event_calendar or "be",
        "written": entry.event_written or "",
    }
    return field_date(stored, style)


def field_date(stored: Mapping[str, Any], style: str = "long") -> str:
    """Write the date that a field holds in the reader's calendar."""
    reading = DateReading(
        start=date.fromisoformat(stored["start"]),
        end=date.fromisoformat(stored["end"]),
        precision=stored["precision"],
        calendar=stored["calendar"],
        written=stored["written"],
        time=None,
    )
    return show(reading, locale_code(), style="short" if style == "short" else "long")


def is_overdue(action: Mapping[str, Any]) -> bool:
    """Whether an action should have been done by today and is neither done nor dropped."""
    due: Mapping[str, str] | None = action.get("due")
    is_over = action.get("status") in {"done", "dropped"}
    return due is not None and not is_over and due["end"] < to_user_timezone(now()).date().isoformat()


def with_sort(filters: EntryFilters, sort: str) -> EntryFilters:
    """Return the same filters in another order."""
    return replace(filters, sort=sort)
