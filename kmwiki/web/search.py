"""The search page: the box, what was understood, facets, passages that open at their place."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask import jsonify, make_response, redirect, render_template, request
from flask_babel import gettext

import kmwiki.web.search_drawing  # noqa: F401 - gives the templates what they draw with
from kmwiki.accounts.access import project_for
from kmwiki.api.v1.errors import words
from kmwiki.coding.codebook.tree import live_codes
from kmwiki.db import session
from kmwiki.entries.kinds import KINDS
from kmwiki.errors import N_, Invalid
from kmwiki.search.completing import complete as offers_for
from kmwiki.search.queries import RETRY_SECONDS, Rebuilding, find
from kmwiki.search.query import QueryError
from kmwiki.search.request import TYPES, SearchRequest, read_request
from kmwiki.security.policy import Permission
from kmwiki.web.context import caller, signed_in
from kmwiki.web.drawing import locale_code
from kmwiki.web.search_address import address, bp, kept, without

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from kmwiki.accounts.models import Project
    from kmwiki.search.schemas import FacetValueOut, HitOut, SearchOut

__all__ = ["bp"]

SIZE = 20
AROUND = 40
WRONG = re.compile(r"[()\"“”„«»*-]|[^\s()\"“”„«»,]{1,40}|\s")
SHOWN = 8
"""So many values of a facet are open to see; the others open on demand."""
FILTERS = ("province", "district", "kind", "code", "voice", "year", "author")
LEGENDS = {
    "province": N_("Province"),
    "district": N_("District"),
    "kind": N_("Kind"),
    "code": N_("Codes that stand there"),
    "voice": N_("Whose voice"),
    "year": N_("Year"),
    "author": N_("Who wrote it"),
    "type": N_("What to search in"),
    "date": N_("Date of the event"),
}
SORTS = {"relevance": N_("Best match"), "event": N_("Date of the event"), "updated": N_("Last changed")}
PARTS = {"body": N_("Text"), "lead": N_("Lead"), "fields": N_("Fields")}


@dataclass(frozen=True, slots=True)
class Group:
    """The hits of a page that stand in one note (or are one code)."""

    hit: HitOut
    hits: list[HitOut]

    @property
    def title_marks(self) -> list[tuple[int, int]]:
        """What was found in the title, if the title's own text was found."""
        return next((hit.title_marks for hit in self.hits if hit.title_marks), [])


@dataclass(frozen=True, slots=True)
class Tab:
    """A kind of text to search in."""

    label: str
    count: int
    address: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A value of a facet as drawn: how deep it stands, for a code in its tree."""

    value: FacetValueOut
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Facet:
    """A facet as drawn: the values one sees at once, and those that open on demand."""

    name: str
    legend: str
    lines: list[Line]
    more: list[Line]


@dataclass(slots=True)
class View:
    """What the page shows."""

    text: str = ""
    found: SearchOut | None = None
    groups: list[Group] = field(default_factory=list)
    tabs: list[Tab] = field(default_factory=list)
    facets: list[Facet] = field(default_factory=list)
    chips: list[tuple[str, str]] = field(default_factory=list)
    codes: int = 0
    """How many of what was found are codes, which stand in no note."""
    instead: list[tuple[str, int, str]] = field(default_factory=list)
    """What fewer filters would find: words, how many, where."""
    error: str = ""
    hint: str = ""
    position: int | None = None
    is_rebuilding: bool = False
    literal: str | None = None
    sort: str = "relevance"
    mode: str = "auto"

    @property
    def wrong(self) -> tuple[str, str, str]:
        """What stands before the place of an error, there (a whole word or sign), and behind it."""
        at = self.position or 0
        found = WRONG.match(self.text, at)
        end = found.end() if found else at
        return self.text[max(0, at - AROUND) : at], self.text[at:end], self.text[end : end + AROUND]

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.found.total // self.found.size)) if self.found else 1


@bp.get("/p/<slug>/search")
@signed_in
def page(slug: str) -> ResponseReturnValue:
    """Show the box and, once something is asked, what is found."""
    given = request.args
    status = 200
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        view = View(text=given.get("q", ""))
        codes = {code.id: code for code in live_codes(opened, project.id)}
        if view.text.strip():
            try:
                asked = read_request(opened, project.id, {**dict(given.lists()), "size": [str(SIZE)], "facets": []})
                found = find(opened, caller(), project, asked, locale=locale_code(), translate=gettext)
                fill(view, project, asked, found)
                if found.total and asked.page > view.pages:
                    return redirect(address(project, kept(), view.pages))
            except QueryError as error:
                view.error, view.position, status = words(error.message), error.position, 400
                view.hint = words(error.hint) if error.hint is not None else ""
            except Invalid as error:
                view.error, status = " ".join(words(message) for message in error.fields.values()), 400
            except Rebuilding:
                view.is_rebuilding, status = True, 503
    answer = make_response(
        render_template(
            "search/page.html", project=project, view=view, codes=codes, kinds=KINDS, sorts=SORTS, parts=PARTS
        ),
        status,
    )
    if view.is_rebuilding:
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
    return answer


@bp.get("/p/<slug>/search/complete")
@signed_in
def complete(slug: str) -> ResponseReturnValue:
    """Give what somebody may mean by what they have typed so far, for the search boxes."""
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        offers = offers_for(opened, caller(), project, request.args.get("q", ""), locale=locale_code())
    items = [{"kind": one.kind, "text": one.text, "query": one.query, "url": one.url} for one in offers]
    answer = jsonify({"items": items})
    answer.headers["Cache-Control"] = "no-store"
    return answer


def fill(view: View, project: Project, asked: SearchRequest, found: SearchOut) -> None:
    """Put an answer into the page."""
    view.found = found
    view.groups = grouped(found.hits)
    view.sort, view.mode = asked.sort, asked.mode
    view.tabs = tabs(project, found, asked)
    chosen = asked.filters.get("type") or {"code"}
    view.codes = sum(one.count for one in found.facets.get("type", ()) if one.value == "code" and "code" in chosen)
    view.facets = [facet(name, found.facets[name]) for name in FILTERS if found.facets.get(name)]
    view.chips = chips(project, found, asked)
    view.instead = instead(project, found)
    if found.query.also:
        view.literal = address(project, {**kept(), "q": [found.query.exact], "mode": ["exact"]})


def grouped(hits: Sequence[HitOut]) -> list[Group]:
    """Put the hits of one note together, where its first one stands."""
    groups: dict[tuple[str, int], Group] = {}
    for hit in hits:
        of_note = hit.entry_id is not None and hit.type != "memo"  # a memo opens on its own page
        key = ("entry", hit.entry_id or 0) if of_note else (hit.type, hit.id)
        if key in groups:
            groups[key].hits.append(hit)
        else:
            groups[key] = Group(hit, [hit])
    return list(groups.values())


def facet(name: str, values: Sequence[FacetValueOut]) -> Facet:
    """Divide the values of a facet into those one sees at once and the rest; codes stand below their parents."""
    lines = nested(values) if name == "code" else [Line(value) for value in values]
    shown = [line for at, line in enumerate(lines) if at < SHOWN or line.value.is_chosen]
    if len(lines) <= SHOWN + 2:
        shown = lines
    more = [line for line in lines if line not in shown]
    return Facet(name, gettext(LEGENDS[name]), shown, more)


def nested(values: Sequence[FacetValueOut]) -> list[Line]:
    """Put each code below the one that it stands under, if that is counted too."""
    known = {one.value for one in values}
    below: dict[str | None, list[FacetValueOut]] = {}
    for one in values:
        below.setdefault(one.parent if one.parent in known else None, []).append(one)
    lines: list[Line] = []

    def add(parent: str | None, depth: int) -> None:
        for one in below.get(parent, ()):
            lines.append(Line(one, min(depth, 3)))
            add(one.value, depth + 1)

    add(None, 0)
    return lines


def tabs(project: Project, found: SearchOut, asked: SearchRequest) -> list[Tab]:
    """Return the kinds of text with their counts, everything first."""
    values = found.facets.get("type", [])
    chosen = asked.filters.get("type", frozenset())
    everything = Tab(
        gettext("Everything"), sum(one.count for one in values), address(project, without("in")), not chosen
    )
    return [
        everything,
        *(
            Tab(one.label, one.count, address(project, {**kept(), "in": [one.value]}), one.value in chosen)
            for one in sorted(values, key=lambda one: TYPES.index(one.value))
        ),
    ]


def chips(project: Project, found: SearchOut, asked: SearchRequest) -> list[tuple[str, str]]:
    """Return the filters in force, each with the address without it."""
    made: list[tuple[str, str]] = []
    for name in FILTERS:
        for value in found.facets.get(name, []):
            if value.is_chosen:
                rest = [one.value for one in found.facets[name] if one.is_chosen and one.value != value.value]
                made.append((value.label, address(project, {**kept(), name: rest})))
    if asked.first is not None or asked.last is not None:
        span = " - ".join(filter(None, (request.args.get("from"), request.args.get("to"))))
        made.append((span, address(project, without("from", "to"))))
    return made


def instead(project: Project, found: SearchOut) -> list[tuple[str, int, str]]:
    """Return what fewer filters would find, in words, with its address."""
    names = {"type": ("in",), "date": ("from", "to"), "all": ("in", "from", "to", *FILTERS)}
    made = []
    for one in found.instead:
        label = (
            gettext("Without any filter")
            if one.drop == "all"
            else gettext("Without the filter “%(name)s”", name=gettext(LEGENDS[one.drop]))
        )
        made.append((label, one.count, address(project, without(*names.get(one.drop, (one.drop,))))))
    return made
