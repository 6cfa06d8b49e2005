"""What changed around a text between two revisions, in words for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import gettext

from kmwiki.entries.kinds import KINDS
from kmwiki.places.queries import place
from kmwiki.text.diff import diff_words
from kmwiki.web.drawing import locale_code
from kmwiki.web.entry_conflict import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kmwiki.entries.kinds import Field
    from kmwiki.text.diff import Piece


def changes_around(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[tuple[str, Sequence[Piece]]]:
    """Return the name of everything that changed around the text, with the words that changed."""
    changed: list[tuple[str, Sequence[Piece]]] = []
    for name, label in NAMES.items():
        if name == "fields":
            continue
        before, after = _words(name, old.get(name)), _words(name, new.get(name))
        if before != after:
            changed.append((gettext(label), diff_words(before, after)))
    kind = KINDS.get(str(new.get("kind")))
    for each in kind.fields if kind else ():
        before, after = (_field_words(each, meta.get("fields", {}).get(each.key)) for meta in (old, new))
        if before != after:
            changed.append((gettext(each.label), diff_words(before, after)))
    return changed


def _words(name: str, value: Any) -> str:
    if not value:
        return ""
    if name == "kind":
        return gettext(KINDS[value].label) if value in KINDS else str(value)
    if name == "event":
        return str(value["written"])
    if name == "places":
        return ", ".join(place(code).full(locale_code()) for code in value)
    return ", ".join(value) if isinstance(value, list) else str(value)


def _field_words(of: Field, value: Any) -> str:
    if value is None or value == "" or value is False:
        return ""
    if of.type == "rows":
        return "\n".join(" · ".join(_cells(of, row)) for row in value)
    if of.type == "date":
        return str(value["written"])
    if of.type == "choice":
        return next((str(gettext(choice.label)) for choice in of.choices if choice.value == value), str(value))
    if of.type == "yes":
        return str(gettext(of.label))
    return str(value)


def _cells(of: Field, row: Mapping[str, Any]) -> Iterator[str]:
    for column in of.columns:
        if words := _field_words(column, row.get(column.key)):
            yield words
