"""What the look before an import shows of one file: fields with their evidence, and comments as they were cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask_babel import gettext

from kmwiki.api.v1.errors import words
from kmwiki.entries.kinds import KINDS
from kmwiki.entries.schemas import Origin
from kmwiki.exchange.reviewing.evidence import lines_in, lines_of, mark
from kmwiki.exchange.reviewing.fields import FIELDS, LABELS, FieldState, how_of, told_of
from kmwiki.exchange.reviewing.regions import region_of
from kmwiki.places.queries import place
from kmwiki.web.import_drawing import HOW_WORDS, HUES, page_words

if TYPE_CHECKING:
    from kmwiki.exchange.importing.reading import Draft


@dataclass(frozen=True, slots=True)
class Shown:
    """A field as it was read: its value in words, how it came about, where it stands, how sure it is."""

    name: str
    value: str
    how: str
    lines: tuple[int, int] | None
    sure: float | None


def preview_of(draft: Draft) -> dict[str, Any]:
    """Gather what the page shows of a draft."""
    read = region_of(draft)
    told = told_of(draft.provenance)
    span = read.region.number_span(0, len(read.region.lines))
    if span is not None:
        told["comments"] = {"from": "guess", "lines": list(span)}
    lines = draft.text.removeprefix("\ufeff").split("\n") if draft.text else lines_of(draft.data, draft.encoding)
    return {
        "draft": draft,
        "read": read,
        "lines": mark(lines, told),
        "shown": _shown(draft),
        "warnings": [words(warning) for warning in draft.warnings],
        "labels": LABELS,
        "hues": HUES,
        "how_words": HOW_WORDS,
    }


def _shown(draft: Draft) -> list[Shown]:
    entry = draft.entry
    values = {
        "title": entry.title,
        "lead": entry.lead,
        "kind": gettext(KINDS[entry.kind].label),
        "event_date": entry.event_date or "",
        "places": ", ".join(place(code).label for code in entry.places),
        "authors": ", ".join(entry.authors or []),
        "tags": ", ".join(entry.tags),
        **page_words(entry.origin or Origin()),
    }
    found = []
    for name in FIELDS:
        how, lines = how_of(draft.provenance.get(name)), lines_in(draft.provenance.get(name))
        state = FieldState(name, how, lines, is_empty=not values[name], is_accepted=False)
        found.append(Shown(name, values[name], how, lines, state.sure))
    return found
