"""The search page: the box, what was understood, facets, passages that open at their place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from flask import Blueprint, make_response, render_template, request, url_for
from flask_babel import gettext
from markupsafe import Markup, escape

from kmwiki.accounts.access import project_for
from kmwiki.api.v1.errors import words
from kmwiki.coding.tree import live_codes
from kmwiki.db import session
from kmwiki.entries.kinds import KINDS
from kmwiki.errors import N_, Invalid
from kmwiki.search.queries import RETRY_SECONDS, Rebuilding, find
from kmwiki.search.query import QueryError
from kmwiki.search.request import TYPES, SearchRequest, read_request
from kmwiki.security.policy import Permission
from kmwiki.text.dates import DateReading
from kmwiki.web.context import caller, signed_in
from kmwiki.web.drawing import locale_code, show_date

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask.typing import ResponseReturnValue

    from kmwiki.accounts.models import Project
    from kmwiki.coding.models import Code
    from kmwiki.entries.schemas import EventOut
    from kmwiki.search.schemas import FacetValueOut, HitOut, SearchOut, SnippetOut
    from kmwiki.text.date_forms import Precision

bp = Blueprint("search", __name__)

SIZE = 20
FILTERS = ("province", "kind", "code", "year", "author")
KEPT = ("q", "in", "province", "kind", "code", "year", "author", "from", "to", "sort", "mode")
LEGENDS = {
    "province": N_("Province"),
    "kind": N_("Kind"),
    "code": N_("Codes that stand there"),
    "year": N_("Year"),
    "author": N_("Who wrote it"),
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


@dataclass(slots=True)
class View:
    """What the page shows."""

    text: str = ""
    found: SearchOut | None = None
    groups: list[Group] = field(default_factory=list)
    tabs: list[Tab] = field(default_factory=list)
    facets: list[tuple[str, str, list[FacetValueOut]]] = field(default_factory=list)
    chips: list[tuple[str, str]] = field(default_factory=list)
    error: str = ""
    position: int | None = None
    is_rebuilding: bool = False
    literal: str | None = None
    sort: str = "relevance"

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
            except QueryError as error:
                view.error, view.position, status = words(error.message), error.position, 400
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


def fill(view: View, project: Project, asked: SearchRequest, found: SearchOut) -> None:
    """Put an answer into the page."""
    view.found = found
    view.groups = grouped(found.hits)
    view.sort = asked.sort
    view.tabs = tabs(project, found, asked)
    view.facets = [
        (name, gettext(LEGENDS[name]), shortened(found.facets[name])) for name in FILTERS if found.facets.get(name)
    ]
    view.chips = chips(project, found, asked)
    if found.query.also:
        literal = " AND ".join(view.text.split())
        view.literal = address(project, {**kept(), "q": [literal], "mode": ["exact"]})


def grouped(hits: Sequence[HitOut]) -> list[Group]:
    """Put the hits of one note together, where its first one stands."""
    groups: dict[tuple[str, int], Group] = {}
    for hit in hits:
        key = ("entry", hit.entry_id) if hit.entry_id is not None else (hit.type, hit.id)
        if key in groups:
            groups[key].hits.append(hit)
        else:
            groups[key] = Group(hit, [hit])
    return list(groups.values())


def shortened(values: Sequence[FacetValueOut], most: int = 12) -> list[FacetValueOut]:
    """Return the first values of a facet, and those chosen."""
    return [value for at, value in enumerate(values) if at < most or value.is_chosen]


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


def kept() -> dict[str, list[str]]:
    """Return what stands in the address, the page aside."""
    return {name: request.args.getlist(name) for name in KEPT if any(request.args.getlist(name))}


def without(*names: str) -> dict[str, list[str]]:
    """Return what stands in the address but for these."""
    return {name: values for name, values in kept().items() if name not in names}


def address(project: Project, given: Mapping[str, Any], number: int = 1) -> str:
    """Return the address of a search."""
    return url_for("search.page", slug=project.slug, **given, page=number if number > 1 else None)


@bp.app_template_filter("marked")
def marked(text: str, marks: Sequence[tuple[int, int]]) -> Markup:
    """Draw a text with what was found marked in it."""
    drawn, done = Markup(""), 0
    for start, end in marks:
        drawn += escape(text[done:start]) + Markup('<mark class="hit">{}</mark>').format(text[start:end])
        done = end
    return drawn + escape(text[done:])


@bp.app_template_filter("passage")
def passage(snippet: SnippetOut) -> Markup:
    """Draw a passage on one line, with an ellipsis where the text goes on."""
    drawn = marked(snippet.text, snippet.marks)
    before, after = ("…" if snippet.start else ""), ("…" if snippet.goes_on else "")
    return Markup("{}{}{}").format(before, drawn, after)


@bp.app_template_filter("opens_at")
def opens_at(hit: HitOut, snippet: SnippetOut) -> str:
    """Return the address that opens a hit's text at a passage."""
    if snippet.part != "body" or not snippet.marks or hit.source_id is None:
        return hit.url
    start, end = snippet.marks[0]
    return f"{hit.url.partition('?')[0]}?hit={hit.source_id}:{snippet.start + start}-{snippet.start + end}#hit"


@bp.app_template_filter("event_words")
def event_words(event: EventOut) -> str:
    """Write when the event of a hit was, as exactly as it is known."""
    precision = cast("Precision", event.precision)
    return show_date(DateReading(event.start, event.end, precision, "be", event.written), "short")


@bp.app_template_global("search_address")
def search_address(project: Project, number: int = 1, **changed: str) -> str:
    """Return the address of this search on another page, or with something else in it."""
    return address(project, {**kept(), **{name: [value] for name, value in changed.items()}}, number)


@bp.app_template_global("codes_at")
def codes_at(snippet: SnippetOut, codes: Mapping[int, Code]) -> list[Code]:
    """Return the live codes under which words of a passage stand."""
    return [codes[code_id] for code_id in snippet.codes if code_id in codes]
