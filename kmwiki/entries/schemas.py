"""The shapes of entries that go in and out of the doors (pages and API alike)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from kmwiki.shapes import Taken
from kmwiki.text.dates import BANGKOK

Visibility = Literal["private", "supervisors", "team", "public"]
Status = Literal["draft", "published", "archived"]
Format = Literal["markdown", "plain"]


def _place_reference(value: Any) -> Any:
    """Take a place as GET gave it, an object with a code, for its code."""
    return value.get("code") if isinstance(value, dict) else value


PlaceReference = Annotated[str, BeforeValidator(_place_reference)]


def _no_bare_number(value: Any) -> Any:
    """Refuse what pydantic would take for the seconds of a computer's clock: 2551, "2551"."""
    if isinstance(value, (str, datetime)) and not str(value).strip().lstrip("+-").replace(".", "").isdigit():
        return value
    if value is None:
        return value
    raise _no_time()


def _aware(value: datetime) -> datetime:
    """Give a time without an offset the one of Thailand."""
    given = value if value.tzinfo else value.replace(tzinfo=BANGKOK)
    try:
        given.astimezone(UTC)
    except OverflowError as error:
        raise _no_time() from error
    return given


def _no_time() -> PydanticCustomError:
    return PydanticCustomError("datetime_parsing", "This is no time")


Moment = Annotated[
    datetime,
    BeforeValidator(_no_bare_number),
    AfterValidator(_aware),
    Field(description="ISO 8601. A time without an offset is Thai time, +07:00; a day alone is its midnight there."),
]

_GIVEN = frozenset({"id", "number", "source_id", "revision", "url", "event", "created", "updated"})
"""What stands only in what is given out."""


class Origin(Taken):
    """Where an imported entry came from. A licence of null is "not stated", never "free"."""

    system: str = ""
    layout: str = ""
    record_no: int | None = None
    url: str | None = None
    written: Moment | None = None
    edited: Moment | None = None
    licence: str | None = None
    sha256: str | None = None


class EntryIn(Taken):
    """A new entry. Only kind and title are required."""

    GIVEN_ONLY = _GIVEN

    kind: str
    title: str
    lead: str = ""
    body: str = ""
    body_format: Format = "markdown"
    event_date: str | None = Field(default=None, description="The words as written, or ISO.")
    event_choice: str | None = Field(
        default=None, description="Which reading is meant where the words may mean several: its first day."
    )
    places: list[PlaceReference] = Field(
        default=[], description="Codes or names: 93, พัทลุง, Phatthalung, อ.ควนขนุน จ.พัทลุง."
    )
    tags: list[str] = Field(default=[])
    authors: list[str] | None = Field(default=None, description="Names; the caller alone if left out.")
    visibility: Visibility = "team"
    status: Status = "draft"
    origin: Origin | None = None
    fields: dict[str, Any] = Field(default={}, description="The kind's own fields.")
    reason: str = ""


class EntryPatch(Taken):
    """A change of an entry: what is left out keeps its value."""

    GIVEN_ONLY = _GIVEN | {"origin"}

    kind: str | None = None
    title: str | None = None
    lead: str | None = None
    body: str | None = None
    body_format: Format | None = None
    event_date: str | None = Field(default=None, description="The words as written, or ISO; empty takes the date away.")
    event_choice: str | None = None
    places: list[PlaceReference] | None = None
    tags: list[str] | None = None
    authors: list[str] | None = None
    visibility: Visibility | None = None
    status: Status | None = None
    fields: dict[str, Any] | None = None
    reason: str = ""


class EventOut(BaseModel):
    """When it happened; both ends inclusive."""

    start: date
    end: date
    precision: str
    calendar: str
    written: str


class PlaceOut(BaseModel):
    """A place of an entry."""

    code: str
    name_th: str
    name_en: str
    level: str


class EntrySummary(BaseModel):
    """An entry in a list: all but its text and fields."""

    id: int
    number: int
    source_id: int
    revision: int
    url: str
    kind: str
    title: str
    lead: str
    event_date: str | None
    event: EventOut | None
    places: list[PlaceOut]
    tags: list[str]
    authors: list[str]
    visibility: str
    status: str
    created: datetime
    updated: datetime


class EntryOut(EntrySummary):
    """An entry with its text and fields."""

    body: str
    body_format: str
    origin: Origin | None
    fields: dict[str, Any]
