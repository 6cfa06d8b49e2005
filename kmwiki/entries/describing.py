"""What stands around an entry's text: checked, set on its rows, and kept as a snapshot with every revision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import select

from kmwiki.accounts.models import Membership, User
from kmwiki.entries.events import EventDate, read_event
from kmwiki.entries.fields import check_fields
from kmwiki.entries.models import Entry, EntryAuthor, EntryPlace, EntryTag
from kmwiki.errors import Invalid, Message, say
from kmwiki.places.queries import choose
from kmwiki.sources.texts import problem_of
from kmwiki.text.thai import sort_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.entries.schemas import EntryIn, EntryPatch

T = TypeVar("T")

TITLE_LONGEST = 500
LEAD_LONGEST = 5_000
NAME_LONGEST = 200
TAG_LONGEST = 100
MOST_OF_A_LIST = 50


@dataclass(frozen=True, slots=True)
class Description:
    """All that is told about an entry but its text, checked."""

    kind: str
    title: str
    lead: str
    event: EventDate | None
    places: tuple[str, ...]
    tags: tuple[str, ...]
    authors: tuple[str, ...]
    fields: dict[str, Any]

    def as_meta(self) -> dict[str, Any]:
        """Give the snapshot that a revision keeps."""
        return {
            "kind": self.kind,
            "title": self.title,
            "lead": self.lead,
            "event": self.event.as_json() if self.event else None,
            "places": list(self.places),
            "tags": list(self.tags),
            "authors": list(self.authors),
            "fields": self.fields,
        }


class _Complaints:
    """Collects what is wrong, so that a person hears of all of it at once."""

    def __init__(self) -> None:
        self.fields: dict[str, Message] = {}

    def take(self, check: Callable[[], T], otherwise: T) -> T:
        """Return what the check gives; where it complains, note that and return `otherwise`."""
        try:
            return check()
        except Invalid as error:
            self.fields.update(error.fields)
            return otherwise

    def end(self) -> None:
        """Raise Invalid with all the complaints there were."""
        if len(self.fields) == 1:
            raise Invalid(next(iter(self.fields.values())), self.fields)
        if self.fields:
            raise Invalid(say("Some fields cannot be taken as they are."), self.fields)


def describe(
    data: EntryIn | EntryPatch, *, before: Mapping[str, Any] | None = None, default_author: str = ""
) -> Description:
    """Check what was sent.

    What is left out keeps what stands in the snapshot `before`. Invalid names every wrong field.
    """
    old = before or {}
    said = _Complaints()
    kind = data.kind if data.kind is not None else str(old.get("kind", ""))
    given = data.fields if data.fields is not None else old.get("fields", {})
    if data.fields is None and kind != old.get("kind", kind):
        given = _fitting(kind, given)
    authors = (
        data.authors if data.authors is not None else old.get("authors", [default_author] if default_author else [])
    )
    made = Description(
        kind=kind,
        title=said.take(lambda: _title(data.title if data.title is not None else str(old.get("title", ""))), ""),
        lead=said.take(
            lambda: _line("lead", data.lead if data.lead is not None else str(old.get("lead", "")), LEAD_LONGEST), ""
        ),
        event=said.take(lambda: _event(data, old), None),
        places=said.take(lambda: _places(data.places if data.places is not None else old.get("places", [])), ()),
        tags=said.take(
            lambda: _names("tags", data.tags if data.tags is not None else old.get("tags", []), TAG_LONGEST), ()
        ),
        authors=said.take(lambda: _names("authors", authors, NAME_LONGEST), ()),
        fields=said.take(lambda: _fields(kind, given, old), {}),
    )
    said.end()
    return made


def _fields(kind: str, given: Mapping[str, Any], old: Mapping[str, Any]) -> dict[str, Any]:
    """Check the kind's own fields; what stands there already was checked when it came."""
    if given is old.get("fields") and kind == old.get("kind"):
        return dict(given)
    return check_fields(kind, given)


def _fitting(kind: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Keep of another kind's fields those that this kind has too and that fit."""
    kept: dict[str, Any] = {}
    for key, value in fields.items():
        try:
            kept |= check_fields(kind, {key: value})
        except Invalid:
            continue
    return kept


def _line(name: str, text: str, longest: int) -> str:
    if problem := problem_of(text, longest=longest):
        raise Invalid.one(name, problem)
    return text.strip()


def _title(text: str) -> str:
    title = _line("title", " ".join(text.split()), TITLE_LONGEST)
    if not title:
        raise Invalid.one("title", say("Give it a title."))
    return title


def _event(data: EntryIn | EntryPatch, old: Mapping[str, Any]) -> EventDate | None:
    before: dict[str, str] | None = old.get("event")
    if data.event_date is None and data.event_choice is None:
        return EventDate.from_json(before) if before else None
    kept = before["written"] if before else ""
    written = data.event_date if data.event_date is not None else kept
    if problem := problem_of(written):
        raise Invalid.one("event_date", problem)
    if before and kept == written.strip() and data.event_choice in {None, before["start"]}:
        return EventDate.from_json(before)  # yesterday, written then, is still that day
    return read_event(written, choice=data.event_choice)


def _places(written: Sequence[str]) -> tuple[str, ...]:
    if len(written) > MOST_OF_A_LIST:
        raise Invalid.one("places", say("At most %(most)s fit here.", most=MOST_OF_A_LIST))
    for text in written:
        if problem := problem_of(text, longest=200):
            raise Invalid.one("places", problem)
    return tuple(dict.fromkeys(choose(text).code for text in written if text.strip()))


def _names(name: str, given: Sequence[str], longest: int) -> tuple[str, ...]:
    if name == "tags":
        given = [tag for each in given for tag in each.split(",")]
    names = list(dict.fromkeys(filter(None, (" ".join(each.split()) for each in given))))
    if len(names) > MOST_OF_A_LIST:
        raise Invalid.one(name, say("At most %(most)s fit here.", most=MOST_OF_A_LIST))
    names = [_line(name, each, longest) for each in names]
    return tuple(sorted(names)) if name == "tags" else tuple(names)


def put_on(session: Session, entry: Entry, made: Description) -> None:
    """Set the description on the entry's rows."""
    entry.kind, entry.title, entry.lead, entry.fields = made.kind, made.title, made.lead, made.fields
    entry.title_key = sort_key(made.title)
    event = made.event
    entry.event_start = event.start if event else None
    entry.event_end = event.end if event else None
    entry.event_precision = event.precision if event else None
    entry.event_calendar = event.calendar if event else None
    entry.event_written = event.written if event else None
    _put_places(entry, made.places)
    _put_tags(entry, made.tags)
    _put_authors(session, entry, made.authors)


def _put_places(entry: Entry, codes: Sequence[str]) -> None:
    there = {each.place_code: each for each in entry.places}
    entry.places = [there.get(code) or EntryPlace(place_code=code, province_code=code[:2]) for code in codes]
    for order, each in enumerate(entry.places):
        each.ord = order


def _put_tags(entry: Entry, tags: Sequence[str]) -> None:
    there = {each.tag: each for each in entry.tags}
    entry.tags = [there.get(tag) or EntryTag(tag=tag) for tag in tags]


def _put_authors(session: Session, entry: Entry, names: Sequence[str]) -> None:
    if [each.name for each in entry.authors] == list(names):
        return
    rows = session.execute(
        select(User.name, User.id)
        .join(Membership)
        .where(Membership.project_id == entry.project_id, User.name.in_(names))
    )
    members = {name: user_id for name, user_id in rows}  # noqa: C416 - Row is no tuple for dict()
    while len(entry.authors) > len(names):
        entry.authors.pop()
    for order, name in enumerate(names):
        if order == len(entry.authors):
            entry.authors.append(EntryAuthor(ord=order, name=name))
        entry.authors[order].name, entry.authors[order].user_id = name, members.get(name)
