"""The kinds of entries as data.

What fields each has, and what a new one begins with. Forms, checks and pages are drawn from this.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from kmwiki.errors import N_, Invalid, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

FieldType = Literal["text", "longtext", "number", "date", "choice", "yes", "rows", "entry"]

TEXT_LONGEST = 500
LONGTEXT_LONGEST = 20_000
MOST_ROWS = 500


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values of a choice; `label` is a message id, `tone` the badge it is shown with."""

    value: str
    label: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a kind. `label` and `hint` are message ids; `columns` are the fields of a row.

    One of type `entry` names a note of the same project, of the kind `of_kind`, by its number.
    """

    key: str
    type: FieldType
    label: str
    hint: str = ""
    choices: tuple[Choice, ...] = ()
    columns: tuple[Field, ...] = ()
    of_kind: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of entry. `body` is what the text of a new one begins with, in Thai as the notes are."""

    key: str
    label: str
    icon: str
    hint: str
    fields: tuple[Field, ...]
    body: str = ""

    def field(self, key: str) -> Field | None:
        """Return the field of that key, or None."""
        return next((each for each in self.fields if each.key == key), None)


ACTION_STATES = (
    Choice("open", N_("Not started")),
    Choice("doing", N_("In progress"), "info"),
    Choice("done", N_("Done"), "ok"),
    Choice("dropped", N_("Dropped")),
)

ACTION_COLUMNS = (
    Field("what", "text", N_("What")),
    Field("who", "text", N_("Who")),
    Field("due", "date", N_("By when")),
    Field("status", "choice", N_("Status"), choices=ACTION_STATES),
)

_MEETING = Kind(
    "meeting",
    N_("Meeting"),
    "people",
    N_("Who came, what was talked about, what was agreed, who took on what"),
    (
        Field("time", "text", N_("Time"), N_("For example 09.30-15.00")),
        Field("venue", "text", N_("Venue")),
        Field("planned", "number", N_("People planned")),
        Field("came", "number", N_("People who came")),
        Field("facilitator", "text", N_("Facilitator")),
        Field(
            "attendees",
            "rows",
            N_("Attendees"),
            columns=(
                Field("name", "text", N_("Name")),
                Field("role", "text", N_("Role")),
                Field("organisation", "text", N_("Organisation")),
                Field("planned", "yes", N_("Planned")),
                Field("came", "yes", N_("Came")),
            ),
        ),
        Field(
            "agenda",
            "rows",
            N_("Agenda"),
            columns=(Field("topic", "text", N_("Topic")), Field("notes", "longtext", N_("What was said"))),
        ),
        Field("decisions", "rows", N_("Decisions"), columns=(Field("decision", "text", N_("Decision")),)),
        Field("actions", "rows", N_("Actions"), columns=ACTION_COLUMNS),
        Field("next_date", "date", N_("Next appointment")),
        Field("next_place", "text", N_("Next time, where")),
    ),
    "## เล่าจากวงประชุม\n\n\n\n## สิ่งที่เราเห็น\n\n",
)

_AAR = Kind(
    "aar",
    N_("AAR"),
    "loop",
    N_("Four questions right after the work, and what to change next time"),
    (
        Field(
            "meeting",
            "entry",
            N_("The meeting it follows"),
            N_("Type some of its title, or its number, and choose"),
            of_kind="meeting",
        ),
        Field("planned", "number", N_("People planned")),
        Field("came", "number", N_("People who came")),
        Field(
            "problems",
            "rows",
            N_("Problems"),
            columns=(
                Field("problem", "text", N_("Problem")),
                Field("cause", "text", N_("Cause")),
                Field("decision", "text", N_("Decision")),
                Field("action", "text", N_("Action")),
            ),
        ),
        Field("actions", "rows", N_("Actions"), columns=ACTION_COLUMNS),
    ),
    "## ตั้งใจให้เกิดอะไร\n\n\n\n## เกิดอะไรขึ้นจริง\n\n\n\n## ทำไมจึงต่างกัน\n\n\n\n## ครั้งหน้าจะทำอะไร\n\n",
)

_REFLECTION = Kind(
    "reflection",
    N_("Reflection"),
    "pen",
    N_("What you saw, thought and wondered about"),
    (Field("series", "text", N_("Series")), Field("part", "text", N_("Part"), N_("For example 3"))),
)

_INTERVIEW = Kind(
    "interview",
    N_("Interview"),
    "speech",
    N_("What somebody told, and the limits of it as evidence"),
    (
        Field("informant", "text", N_("Informant"), N_("A pseudonym, never the real name")),
        Field("agency", "text", N_("Agency or group")),
        Field("limits", "longtext", N_("Limits of the evidence")),
    ),
    "## บริบทของการคุย\n\n\n\n## คำถามและคำตอบ\n\n",
)

_FIELDNOTE = Kind(
    "fieldnote",
    N_("Field note"),
    "pin",
    N_("What was seen and heard in the area"),
    (Field("area", "text", N_("Area visited")), Field("companions", "text", N_("Who went along"))),
    "## สิ่งที่เห็นและได้ยิน\n\n\n\n## สิ่งที่เราคิดเอง\n\n\n\n## คำถามที่ยังค้าง\n\n",
)

_PAGE = Kind(
    "page",
    N_("Wiki page"),
    "doc",
    N_("What the team knows by now about a thing, kept up to date"),
    (
        Field(
            "about",
            "choice",
            N_("About"),
            choices=(
                Choice("concept", N_("A concept")),
                Choice("fund", N_("A fund")),
                Choice("actor", N_("A person or agency")),
                Choice("area", N_("An area")),
                Choice("synthesis", N_("A synthesis")),
            ),
        ),
    ),
)

KINDS: Mapping[str, Kind] = MappingProxyType(
    {kind.key: kind for kind in (_MEETING, _AAR, _REFLECTION, _INTERVIEW, _FIELDNOTE, _PAGE)}
)
"""All kinds by key, in the order of menus."""


def known_kind(kind: str) -> str:
    """Return the key of a kind as it was given. Invalid names the kinds if there is none such."""
    if kind in KINDS:
        return kind
    message = say("There is no kind %(kind)s. Choose one of: %(kinds)s.", kind=kind[:40], kinds=", ".join(KINDS))
    raise Invalid.one("kind", message)


def texts_of(kind: str, fields: Mapping[str, Any]) -> list[str]:
    """Return every text that stands in the fields, in the order of the form.

    What search indexes beside title and body.
    """
    known = KINDS.get(kind)
    return [text for each in (known.fields if known else ()) for text in _texts(each, fields.get(each.key))]


def _texts(field: Field, value: Any) -> Iterator[str]:
    if value is None or value == "":
        return
    if field.type == "rows":
        for row in value:
            for column in field.columns:
                yield from _texts(column, row.get(column.key))
    elif field.type == "date":
        yield str(value["written"])
    elif field.type in {"text", "longtext", "number"}:
        yield str(value)
