"""The fields of an imported note as they are looked over: what stands there, how it came about, how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kmwiki.entries.schemas import Origin
from kmwiki.errors import N_
from kmwiki.exchange.reviewing.evidence import lines_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmwiki.entries.models import Entry
    from kmwiki.exchange.importing.models import ImportReview

LABELS: Mapping[str, str] = {
    "title": N_("Title"),
    "lead": N_("Lead"),
    "kind": N_("Kind"),
    "event_date": N_("When it happened"),
    "places": N_("Places"),
    "authors": N_("Authors"),
    "tags": N_("Tags"),
    "written": N_("Written"),
    "edited": N_("Edited"),
    "licence": N_("Licence"),
    "record_no": N_("Record number"),
    "url": N_("Address of the page"),
    "body": N_("Text"),
    "comments": N_("Comments"),
    "comment_count": N_("Number of comments"),
}
"""Every field that a page may tell, in the order of the form; the last three are stretches of the file."""

IN_NOTE = ("title", "lead", "kind", "event_date", "places", "authors", "tags")
IN_ORIGIN = ("written", "edited", "licence", "record_no", "url")
FIELDS = (*IN_NOTE, *IN_ORIGIN)

_READ, _GUESSED_FROM, _GUESSED, _PERSON = 0.95, 0.7, 0.5, 1.0
_READ_AS = {"author": "authors", "province": "places"}
_UNSAID = ("person", "text", "guess", "default")


@dataclass(frozen=True, slots=True)
class FieldState:
    """How one field came about: `text`, `guess`, `person`, or nothing where the page says nothing of it."""

    name: str
    how: str
    lines: tuple[int, int] | None
    is_empty: bool
    is_accepted: bool

    @property
    def label(self) -> str:
        """Its name, a message id."""
        return LABELS[self.name]

    @property
    def sure(self) -> float | None:
        """How sure it is, 0 to 1; None for what is not stated."""
        if self.is_accepted or self.how == "person":
            return _PERSON
        if self.is_empty:
            return None
        if self.how == "text":
            return _READ
        return _GUESSED_FROM if self.lines else _GUESSED


def states(entry: Entry, review: ImportReview | None, told: Mapping[str, Any]) -> dict[str, FieldState]:
    """Return how each field of an entry stands; `told` is its provenance, with evidence that was found since."""
    accepted = review.accepted if review is not None else {}
    values = values_of(entry)
    return {
        name: FieldState(
            name,
            how_of(told.get(name)),
            lines_in(told.get(name)),
            values[name] in (None, "", [], ()),
            name in accepted,
        )
        for name in FIELDS
    }


def told_of(provenance: Mapping[str, Any]) -> dict[str, Any]:
    """Return what provenance tells of the fields of the form, under the form's names; pages have some of their own."""
    told = {_READ_AS.get(name, name): how for name, how in provenance.items()}
    return {name: how for name, how in {**told, **provenance}.items() if name in LABELS}


def how_of(kept: object) -> str:
    """Return the word that an entry's provenance has for a field; nothing where it has none."""
    how = kept.get("from") if isinstance(kept, dict) else kept
    return str(how) if how in _UNSAID else ""


def values_of(entry: Entry) -> dict[str, Any]:
    """Return what stands in the fields."""
    origin = Origin(**entry.origin)
    return {
        "title": entry.title,
        "lead": entry.lead,
        "kind": entry.kind,
        "event_date": entry.event_written,
        "places": [place.place_code for place in entry.places],
        "authors": [author.name for author in entry.authors],
        "tags": [tag.tag for tag in entry.tags],
        **{name: getattr(origin, name) for name in IN_ORIGIN},
    }
