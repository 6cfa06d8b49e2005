"""The list of entries: its filters as they stand in the address, and the links that change them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from flask import url_for
from flask_babel import gettext

from kmwiki.coding.strips import Strip, strips_of
from kmwiki.entries import queries
from kmwiki.entries.filters import EntryFilters, Paging, count_values
from kmwiki.entries.kinds import KINDS
from kmwiki.errors import N_, NotFound
from kmwiki.places.queries import place
from kmwiki.sources.access import STATES
from kmwiki.sources.queries import heads
from kmwiki.sources.veil import veil_for
from kmwiki.text.clusters import clip
from kmwiki.web.drawing import locale_code
from kmwiki.web.numbers import page_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session
    from werkzeug.datastructures import MultiDict

    from kmwiki.accounts.models import Project
    from kmwiki.entries.models import Entry
    from kmwiki.security.policy import Caller
    from kmwiki.sources.veil import Veil

PAGE = 20
LONGEST_LIST = 12
EXCERPT = 220
BUDDHIST_AHEAD = 543

STATE_WORDS: Mapping[str, str] = {"draft": N_("Draft"), "published": N_("Published"), "archived": N_("Archived")}
AUDIENCE_WORDS: Mapping[str, str] = {
    "private": N_("Only me"),
    "supervisors": N_("Supervisors"),
    "team": N_("The project team"),
    "public": N_("Everybody"),
}
SORT_WORDS: Mapping[str, str] = {
    "event": N_("Date of the event"),
    "updated": N_("Last changed"),
    "talked": N_("Last discussed"),
    "title": N_("Title"),
}


@dataclass(frozen=True, slots=True)
class Option:
    """A value of a filter: its word, how many entries it lets through, whether it is in force."""

    value: str
    label: str
    count: int
    is_on: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A filter with its values."""

    name: str
    legend: str
    options: list[Option]


@dataclass(frozen=True, slots=True)
class Row:
    """An entry in the list."""

    entry: Entry
    excerpt: str
    comments: int
    strip: Strip


@dataclass(frozen=True, slots=True)
class Listing:
    """All that the page of the list shows."""

    rows: list[Row]
    total: int
    everything: int
    facets: list[Facet]
    chips: list[tuple[str, str]]  # words of a filter in force, the address without it
    filters: EntryFilters
    page: int
    pages: int

    @property
    def first(self) -> int:
        """The place of the first row shown, from 1."""
        return (self.page - 1) * PAGE + 1


def filters_from(args: MultiDict[str, str]) -> EntryFilters:
    """Read the filters of an address; what cannot be meant is left out."""
    years = tuple(int(each) for each in args.getlist("year") if each.isascii() and each.isdigit() and len(each) <= 4)  # noqa: PLR2004
    sort = args.get("sort", "event")
    return EntryFilters(
        kinds=tuple(each for each in args.getlist("kind") if each in KINDS),
        provinces=tuple(_known_provinces(args.getlist("province"))),
        tags=tuple(args.getlist("tag")),
        authors=tuple(args.getlist("author")),
        statuses=tuple(each for each in args.getlist("status") if each in STATES),
        years=years,
        text=args.get("q", "")[:200].replace("\x00", ""),
        is_mine="mine" in args,
        sort=sort if sort in SORT_WORDS else "event",
    )


def _known_provinces(codes: list[str]) -> list[str]:
    known = []
    for code in codes:
        try:
            known.append(place(code).province_code)
        except NotFound:
            continue
    return known


def address_of(project: Project, filters: EntryFilters, page: int = 1) -> str:
    """Return the address of the list under these filters."""
    return url_for(
        "entries.index",
        slug=project.slug,
        kind=list(filters.kinds),
        province=list(filters.provinces),
        tag=list(filters.tags),
        author=list(filters.authors),
        status=list(filters.statuses),
        year=[str(year) for year in filters.years],
        q=filters.text or None,
        mine="1" if filters.is_mine else None,
        sort=filters.sort if filters.sort != "event" else None,
        page=page if page > 1 else None,
    )


def listing(session: Session, caller: Caller, project: Project, args: MultiDict[str, str]) -> Listing:
    """Gather a page of the list."""
    filters = filters_from(args)
    page = page_in(args)
    found, total = queries.list_entries(session, caller, project.id, filters, Paging((page - 1) * PAGE, PAGE))
    pages = max(1, -(-total // PAGE))
    everything = (
        total if filters == EntryFilters(sort=filters.sort) else queries.count_readable(session, caller, project.id)
    )
    facets = _facets(session, caller, project, filters)
    return Listing(
        rows=_rows(session, caller, project.id, list(found)),
        total=total,
        everything=everything,
        facets=facets,
        chips=_chips(project, filters, facets),
        filters=filters,
        page=min(page, pages),
        pages=pages,
    )


def _rows(session: Session, caller: Caller, project_id: int, entries: list[Entry]) -> list[Row]:
    ids = [entry.source_id for entry in entries]
    comments = queries.comment_counts(session, ids)
    strips = strips_of(session, caller, ids)
    texts = heads(session, [entry.source for entry in entries])
    veil = veil_for(session, caller, project_id)
    return [
        Row(
            entry,
            clip(_opening(veil.over(entry.source), entry, texts[entry.source_id].reading_text), EXCERPT),
            comments.get(entry.source_id, 0),
            strips[entry.source_id],
        )
        for entry in entries
    ]


def _opening(veil: Veil, entry: Entry, text: str) -> str:
    return veil.text(entry.lead) or " ".join(veil.cut(text, 0, EXCERPT * 2).split())


def year_word(year: int) -> str:
    """Write a year in the reader's calendar."""
    return str(year) if locale_code() == "en" else str(year + BUDDHIST_AHEAD)


def _facets(session: Session, caller: Caller, project: Project, filters: EntryFilters) -> list[Facet]:
    counts = count_values(session, caller, project.id, filters)
    locale = locale_code()

    def options(found: Mapping[str, int], on: tuple[str, ...], words: Mapping[str, str]) -> list[Option]:
        values = {value: found.get(value, 0) for value in (*found, *on)}
        ordered = sorted(values, key=lambda value: (value not in on, -values[value], value))[:LONGEST_LIST]
        return [Option(value, words.get(value, value), values[value], value in on) for value in ordered]

    kinds = {key: gettext(kind.label) for key, kind in KINDS.items()}
    provinces = {code: place(code).name(locale) for code in {*counts.provinces, *filters.provinces}}
    states = {state: gettext(word) for state, word in STATE_WORDS.items()}
    years = {str(year): count for year, count in counts.years.items()}
    year_words = {year: year_word(int(year)) for year in {*years, *map(str, filters.years)}}
    made = [
        Facet("kind", gettext("Kind"), options(counts.kinds, filters.kinds, kinds)),
        Facet("province", gettext("Province"), options(counts.provinces, filters.provinces, provinces)),
        Facet("year", gettext("Year of the event"), options(years, tuple(map(str, filters.years)), year_words)),
        Facet("status", gettext("Status"), options(counts.statuses, filters.statuses, states)),
        Facet("tag", gettext("Tags"), options(counts.tags, filters.tags, {})),
        Facet("author", gettext("Authors"), options(counts.authors, filters.authors, {})),
    ]
    return [facet for facet in made if facet.options]


def _chips(project: Project, filters: EntryFilters, facets: list[Facet]) -> list[tuple[str, str]]:
    """Give every filter in force with the address of the list without it."""
    names = {
        "kind": "kinds",
        "province": "provinces",
        "year": "years",
        "status": "statuses",
        "tag": "tags",
        "author": "authors",
    }
    chips = []
    for facet in facets:
        values = getattr(filters, names[facet.name])
        for option in facet.options:
            if option.is_on:
                changed: dict[str, Any] = {
                    names[facet.name]: tuple(value for value in values if str(value) != option.value)
                }
                chips.append((option.label, address_of(project, replace(filters, **changed))))
    if filters.text:
        chips.append((f"“{filters.text}”", address_of(project, replace(filters, text=""))))
    if filters.is_mine:
        chips.append((gettext("Mine"), address_of(project, replace(filters, is_mine=False))))
    return chips
