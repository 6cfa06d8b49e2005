"""What is asked of search: the query and the filters, as doors hand them in and as they are meant."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from sqlalchemy import or_, select

from kmwiki.coding.models import Code, CodeAncestor
from kmwiki.entries.kinds import KINDS
from kmwiki.errors import N_, Invalid, Message, say
from kmwiki.search.facets import UNCODED
from kmwiki.search.kept import Kept
from kmwiki.search.plan import MODES, Mode
from kmwiki.search.query_fields import VOICES
from kmwiki.search.query_filters import places_of, read_days
from kmwiki.text.thai import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date

    from sqlalchemy.orm import Session

TYPES = ("entry", "comment", "memo", "code", "actor")
FACETS = ("type", "province", "district", "kind", "code", "voice", "year", "author")
SORTS = ("relevance", "event", "event_asc", "updated")
SORT_NAMES = {"best": "relevance", "score": "relevance", "date": "event", "newest": "event", "-event": "event"}
SORT_NAMES |= {"oldest": "event_asc", "event_date": "event_asc", "-event_date": "event", "-updated": "updated"}
TYPE_NAMES = {"entries": "entry", "comments": "comment", "memos": "memo", "codes": "code", "actors": "actor"}
LARGEST_PAGE = 100
DEEPEST_PAGE = 100_000
DISTRICT_DIGITS = 4
_TREES: Kept[tuple[Mapping[str, frozenset[str]], Mapping[str, str]]] = Kept(32)


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A search. A filter lets through what has any of its values; all filters must."""

    text: str
    mode: Mode = "auto"
    filters: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Column -> values: type, province and district (code), kind, code (id or `none`), voice, year (CE), author."""
    first: date | None = None
    last: date | None = None
    sort: str = "relevance"
    page: int = 1
    size: int = 20
    facets: tuple[str, ...] = FACETS
    below: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Code (id) -> the codes that count for it: itself and all below it."""
    parents: Mapping[str, str] = field(default_factory=dict)
    """Code (id) -> the one it stands under."""
    project_id: int = 0


class _Reader:
    """Reads what was given, name by name, and gathers what is wrong."""

    def __init__(self, session: Session, project_id: int, given: Mapping[str, Iterable[str]]) -> None:
        self.session = session
        self.project_id = project_id
        self.given = given
        self.wrong: dict[str, Message] = {}

    def values(self, name: str, *, is_list: bool = True) -> list[str]:
        """Return the values of a name; lists may also be written with commas."""
        found = [value.strip() for value in self.given.get(name, ())]
        if is_list:
            found = [part.strip() for value in found for part in value.split(",")]
        return [value for value in found if value]

    def one(self, name: str) -> str:
        """Return the last value of a name, or nothing."""
        return (self.values(name, is_list=False) or [""])[-1]

    def many(self, name: str, meaning: Callable[[str], str | None], message: str) -> frozenset[str]:
        """Read each value of a name by its meaning."""
        found = set()
        for value in self.values(name, is_list=name != "author"):
            meant = meaning(value)
            if meant is None:
                self.wrong.setdefault(name, say(message, value=value[:80]))
            else:
                found.add(meant)
        return frozenset(found)

    def choice(self, name: str, names: Iterable[str], aliases: Mapping[str, str], default: str) -> str:
        """Read a value that must be one of some names."""
        value = self.one(name)
        value = aliases.get(value, value) or default
        if value not in names:
            self.wrong[name] = say("%(value)s is none of: %(names)s.", value=value[:80], names=", ".join(names))
            return default
        return value

    def number(self, name: str, default: int, most: int) -> int:
        """Read a whole number from 1 to `most`."""
        value = self.one(name)
        if not value:
            return default
        if not re.fullmatch(r"\d{1,9}", value) or not 1 <= int(value) <= most:
            self.wrong[name] = say("Write a number from 1 to %(most)s.", most=most)
            return default
        return int(value)

    def day(self, name: str, *, is_last: bool) -> date | None:
        """Read one end of a range of days; a month or a year alone means its first or its last day."""
        value = self.one(name)
        if not value:
            return None
        found = read_days(value)
        if found is None:
            self.wrong[name] = say(
                "“%(value)s” is no date that we understand. Write it like 18 ก.พ. 2551.", value=value[:80]
            )
            return None
        return found[1] if is_last else found[0]

    def code(self, value: str) -> str | None:
        """Read a code by its id or a name."""
        if value == UNCODED:
            return UNCODED
        named = or_(Code.name_th == value, Code.name_en == value)
        is_id = value.isascii() and value.isdigit()
        wanted = Code.id == int(value) if is_id and len(value) < 18 else named  # noqa: PLR2004 - what a database can hold
        found = self.session.scalar(select(Code.id).where(Code.project_id == self.project_id, wanted).limit(1))
        return None if found is None else str(found)


def _province(value: str) -> str | None:
    found = places_of(value, "province")
    return found[0] if len(found) == 1 else None


def _district(value: str) -> str | None:
    if len(value) == DISTRICT_DIGITS and value.isdigit():
        return value
    found = places_of(value, "district")
    return found[0] if len(found) == 1 else None


def _kind(value: str) -> str | None:
    return value if value in KINDS else None


def _type(value: str) -> str | None:
    value = TYPE_NAMES.get(value, value)
    return value if value in TYPES else None


def _year(value: str) -> str | None:
    found = read_days(value)
    return str(found[0].year) if found is not None and found[0].year == found[1].year else None


def read_request(session: Session, project_id: int, given: Mapping[str, Iterable[str]]) -> SearchRequest:
    """Read a request from what a door was given: name -> values as typed. Invalid names each field that cannot be."""
    reader = _Reader(session, project_id, given)
    unknown = N_("“%(value)s” is not known here.")
    filters = {
        "province": reader.many("province", _province, unknown),
        "district": reader.many("district", _district, unknown),
        "voice": reader.many("voice", lambda value: VOICES.get(fold(value)), unknown),
        "kind": reader.many("kind", _kind, unknown),
        "code": reader.many("code", reader.code, unknown),
        "year": reader.many("year", _year, unknown),
        "type": reader.many("in", _type, unknown),
        "author": reader.many("author", lambda value: value, unknown),
    }
    below, parents = _TREES.of(project_id, lambda asked: _tree(asked, project_id))
    made = SearchRequest(
        text=(list(given.get("q", ())) or [""])[-1],
        mode=cast("Mode", reader.choice("mode", MODES, {}, "auto")),
        filters={name: values for name, values in filters.items() if values},
        first=reader.day("from", is_last=False),
        last=reader.day("to", is_last=True),
        sort=reader.choice("sort", SORTS, SORT_NAMES, "relevance"),
        page=reader.number("page", 1, DEEPEST_PAGE),
        size=reader.number("size", 20, LARGEST_PAGE),
        facets=_facets(reader),
        below=below,
        parents=parents,
        project_id=project_id,
    )
    if made.first is not None and made.last is not None and made.first > made.last:
        reader.wrong["to"] = say("The first date must not be later than the last.")
    if reader.wrong:
        raise Invalid(say("Some filters cannot be taken as they are."), reader.wrong)
    return made


def _tree(session: Session, project_id: int) -> tuple[dict[str, frozenset[str]], dict[str, str]]:
    """Return which codes stand below each live code, itself included, and under which each stands."""
    parents = {
        str(code_id): str(parent_id)
        for code_id, parent_id in session.execute(
            select(Code.id, Code.parent_id).where(Code.project_id == project_id, Code.parent_id.is_not(None))
        )
    }
    below: dict[str, set[str]] = defaultdict(set)
    rows = session.execute(
        select(CodeAncestor.ancestor_id, CodeAncestor.code_id)
        .join(Code, Code.id == CodeAncestor.ancestor_id)
        .where(Code.project_id == project_id, Code.state == "live")
    )
    for ancestor, code in rows:
        below[str(ancestor)].add(str(code))
    return {code: frozenset(inner | {code}) for code, inner in below.items()}, parents


def _facets(reader: _Reader) -> tuple[str, ...]:
    """Return which facets are wanted: those named, all without a name, none for `none`."""
    names = reader.values("facets")
    for name in names:
        if name not in (*FACETS, "none"):
            listed = ", ".join((*FACETS, "none"))
            reader.wrong["facets"] = say("%(value)s is none of: %(names)s.", value=name[:80], names=listed)
    return tuple(name for name in FACETS if name in names) if names else FACETS
