"""What somebody typed into the form of an entry: read from it, and drawn into it again, whatever is wrong with it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from kmwiki.api.v1.ground import invalid_from
from kmwiki.entries.kinds import KINDS
from kmwiki.entries.schemas import EntryIn, EntryPatch
from kmwiki.places.queries import place, resolve
from kmwiki.web.drawing import locale_code
from kmwiki.web.numbers import number_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.datastructures import MultiDict

    from kmwiki.entries.kinds import Field
    from kmwiki.sources.models import Revision, Source

M = TypeVar("M", EntryIn, EntryPatch)

MOST_ROWS = 500
_ROW = re.compile(r"^f\.(\w+)\.(\d{1,4})\.(\w+)$")


@dataclass(slots=True)
class Typed:
    """The form as it stands. `fields` holds the kind's own fields as text, rows as lists of such."""

    kind: str
    title: str = ""
    lead: str = ""
    body: str = ""
    body_format: str = "markdown"
    event_date: str = ""
    event_choice: str = ""
    places: list[str] = field(default_factory=list)
    tags: str = ""  # parted by commas
    authors: str = ""  # one a line
    visibility: str = "team"
    reason: str = ""
    base: int = 0
    fields: dict[str, Any] = field(default_factory=dict)

    def as_in(self, status: str) -> EntryIn:
        """Make a new entry of it. Invalid for values that a form cannot send."""
        return _made(EntryIn, {**self.values(), "status": status})

    def as_patch(self, status: str | None) -> EntryPatch:
        """Make a change of it. Invalid for values that a form cannot send."""
        return _made(EntryPatch, {**self.values(), "status": status})

    def values(self) -> dict[str, Any]:
        """Return what was typed, in the shape of an entry or a patch."""
        return {
            "kind": self.kind,
            "title": self.title,
            "lead": self.lead,
            "body": self.body,
            "body_format": self.body_format,
            "event_date": self.event_date,
            "event_choice": self.event_choice or None,
            "places": [text for text in self.places if text.strip()],
            "tags": self.tags.split(","),
            "authors": self.authors.split("\n"),
            "visibility": self.visibility,
            "reason": self.reason,
            "fields": self.fields,
        }


def _made(model: type[M], values: dict[str, Any]) -> M:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise invalid_from(error) from None


def lines(text: str) -> str:
    """Take the line ends of a form, which are CR LF, for those of a text."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def typed_from(form: MultiDict[str, str], *, kind: str, head: Revision | None = None) -> Typed:
    """Read the form. A body that differs from the stored one in its line ends alone is the stored one."""
    body = lines(form.get("body", ""))
    if head is not None and body == lines(head.body):
        body = head.body
    return Typed(
        kind=kind,
        title=form.get("title", ""),
        lead=lines(form.get("lead", "")),
        body=body,
        body_format=form.get("body_format", "markdown"),
        event_date=form.get("event_date", ""),
        event_choice=form.get("event_choice", ""),
        places=_places(form),
        tags=form.get("tags", ""),
        authors=lines(form.get("authors", "")),
        visibility=form.get("visibility", "team"),
        reason=form.get("reason", ""),
        base=number_in(form, "base") or 0,
        fields=_fields(form, kind),
    )


def _places(form: MultiDict[str, str]) -> list[str]:
    """Read the places; one picked among several stands for the words it was offered for, as long as they stand."""
    texts = []
    for index, text in enumerate(form.getlist("places")):
        is_same = text == form.get(f"place_was.{index}")
        texts.append(form.get(f"place_choice.{index}", text) if is_same else text)
    return [text for text in texts if text.strip()]


def _fields(form: MultiDict[str, str], kind: str) -> dict[str, Any]:
    known = KINDS[kind]
    rows: dict[str, dict[int, dict[str, Any]]] = {}
    for name in form:
        if match := _ROW.match(name):
            rows.setdefault(match[1], {}).setdefault(int(match[2]), {})[match[3]] = name
    found: dict[str, Any] = {}
    for each in known.fields:
        if each.type == "rows":
            numbered = rows.get(each.key, {})
            found[each.key] = [_row(form, each, numbered[number]) for number in sorted(numbered)][:MOST_ROWS]
        else:
            found[each.key] = _value(each, form.get(f"f.{each.key}", ""))
    return found


def _row(form: MultiDict[str, str], of: Field, names: Mapping[str, str]) -> dict[str, Any]:
    return {column.key: _value(column, form.get(names.get(column.key, ""), "")) for column in of.columns}


def _value(of: Field, text: str) -> Any:
    if of.type == "yes":
        return text == "1"
    return lines(text) if of.type == "longtext" else text


def typed_of(source: Source, head: Revision) -> Typed:
    """Fill the form with an entry as it stands."""
    meta = head.meta
    event = meta.get("event")
    return Typed(
        kind=meta["kind"],
        title=meta["title"],
        lead=meta["lead"],
        body=head.body,
        body_format=head.format,
        event_date=event["written"] if event else "",
        event_choice=event["start"] if event else "",
        places=[place_words(code) for code in meta["places"]],
        tags=", ".join(meta["tags"]),
        authors="\n".join(meta["authors"]),
        visibility=source.audience,
        base=head.no,
        fields=typed_fields(meta["kind"], meta["fields"]),
    )


def typed_fields(kind: str, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Turn stored fields into what stands in the form."""
    found: dict[str, Any] = {}
    for each in KINDS[kind].fields:
        value = stored.get(each.key)
        if each.type == "rows":
            found[each.key] = [
                {column.key: _words(column, row.get(column.key)) for column in each.columns} for row in value or []
            ]
        else:
            found[each.key] = _words(each, value)
    return found


def _words(of: Field, value: Any) -> Any:
    if of.type == "yes":
        return bool(value)
    if of.type == "date":
        return value["written"] if value else ""
    return "" if value is None else str(value)


def place_words(code: str) -> str:
    """Write a place so that reading it again gives the same place, in the reader's language where that is sure."""
    found = place(code)
    words = found.full(locale_code())
    return words if resolve(words) == found else found.label
