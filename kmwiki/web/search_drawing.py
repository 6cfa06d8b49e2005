"""How what was found is drawn: passages with their marks, addresses that open at a place, facets as a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from urllib.parse import urlencode

from flask import request
from markupsafe import Markup, escape

from kmwiki.sources.pinpoints import Pinpoint
from kmwiki.text.dates import DateReading
from kmwiki.web.drawing import show_date
from kmwiki.web.links import site_address
from kmwiki.web.search_address import address, bp, kept

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kmwiki.accounts.models import Project
    from kmwiki.coding.models import Code
    from kmwiki.entries.schemas import EventOut
    from kmwiki.search.schemas import HitOut, SnippetOut
    from kmwiki.text.date_forms import Precision


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
def opens_at(hit: HitOut, snippet: SnippetOut | None = None) -> str:
    """Return the address that opens a hit's text at a passage, ready to step through all places of the query there."""
    path, _, rest = hit.url.partition("?")
    if hit.source_id is None:
        return hit.url
    given = {name: request.args.get(name, "") for name in ("q", "mode")}
    if snippet is not None and snippet.part == "body" and snippet.marks:
        start, end = snippet.marks[0]
        given["hit"] = str(Pinpoint(hit.source_id, snippet.start + start, snippet.start + end, hit.revision))
    elif rest:
        given["hit"] = rest.partition("#")[0].removeprefix("hit=")
    query = urlencode({name: value for name, value in given.items() if value})
    return f"{path}?{query}{'#hit' if 'hit' in given else ''}"


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


@bp.app_template_global("search_kept")
def search_kept() -> dict[str, list[str]]:
    """Return what stands in this search's address, the page aside."""
    return kept()


@bp.app_template_global("search_full_address")
def search_full_address(project: Project) -> str:
    """Return the whole address of this search, for handing on: whoever opens it finds what they may read."""
    return site_address() + address(project, kept())
