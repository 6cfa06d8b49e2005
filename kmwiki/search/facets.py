"""Narrowing and counting what was found: filters hold together, the values of one filter do not have to.

A facet counts what would be found if its own filter were not set, so that another value can be added to it. Only what
the reader may see is ever counted: the matches have been checked before they come here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from kmwiki.coding.models import Code
from kmwiki.entries.kinds import KINDS
from kmwiki.errors import N_, NotFound
from kmwiki.places.queries import place
from kmwiki.search.engine import AllOf, AnyOf, Column, Node, Slice, Span, Without
from kmwiki.search.kept import Kept
from kmwiki.search.schemas import FacetValueOut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sqlalchemy.orm import Session

    from kmwiki.search.request import SearchRequest

MOST_VALUES = 60
CODES: Kept[Mapping[str, tuple[str, str]]] = Kept(32)
"""The names of the live codes of projects, in Thai and in English, by their ids as text."""
_NAMES = select(Code.id, Code.name_th, Code.name_en).where(
    Code.project_id == bindparam("project_id"), Code.state == "live"
)
ORDERS = {
    "relevance": ("", False),
    "event": ("event", True),
    "event_asc": ("event", False),
    "updated": ("updated", True),
}
ERA = 543
UNCODED = "none"
"""Instead of a code: texts in which none stands."""
VOICE_LABELS = {
    "informant": N_("The informant"),
    "author": N_("The writer’s own view"),
    "commenter": N_("The commenter"),
    "document": N_("A document"),
}
TYPE_LABELS = {"entry": N_("Notes"), "comment": N_("Comments"), "memo": N_("Memos"), "code": N_("Codes")}
TYPE_LABELS |= {"actor": N_("Actors")}


def slice_of(request: SearchRequest) -> Slice:
    """Return what an engine is to give of all that it finds: filters, counts, order, and the page."""
    filters: dict[str, Node] = {name: _filter(name, values, request) for name, values in request.filters.items()}
    if request.first is not None or request.last is not None:
        first, last = (day.isoformat() if day is not None else "" for day in (request.first, request.last))
        filters["date"] = Span("event", first, last)
    column, is_descending = ORDERS[request.sort]
    return Slice(
        start=(request.page - 1) * request.size,
        size=request.size,
        filters=filters,
        counts=request.facets,
        gathered={"code": _gathered(request)} if "code" in request.facets else {},
        distinct="entry",
        order=column,
        is_descending=is_descending,
    )


def _filter(name: str, values: Iterable[str], request: SearchRequest) -> Node:
    """Return the condition that a text has one of the values; a code holds all codes below it."""
    if name != "code":
        return Column(name, frozenset(values))
    nodes = tuple(_code(value, request.below) for value in sorted(values))
    return nodes[0] if len(nodes) == 1 else AnyOf(nodes)


def _code(value: str, below: Mapping[str, frozenset[str]]) -> Node:
    if value == UNCODED:
        return AllOf((Without(Column("code")), Column("source")))
    return Column("code", below.get(value, frozenset({value})))


def _gathered(request: SearchRequest) -> Mapping[str, Node]:
    """Return what is counted for each code that has others below it, and for texts without any."""
    parents = [value for value, inner in request.below.items() if len(inner) > 1]
    return {value: _code(value, request.below) for value in (*parents, UNCODED)}


def name_facets(
    request: SearchRequest,
    counts: Mapping[str, Mapping[str, int]],
    *,
    locale: str,
    translate: Callable[[str], str],
) -> dict[str, list[FacetValueOut]]:
    """Give every value its name in the reader's language, the most frequent first; chosen values always show."""
    named: dict[str, list[FacetValueOut]] = {}
    for name in request.facets:
        chosen = request.filters.get(name, frozenset())
        counted = dict(counts.get(name, {}))
        for value in chosen:
            counted.setdefault(value, 0)
        labels = _labels(request.project_id, name, counted, locale, translate)
        if name == "code" and UNCODED in counted:
            labels[UNCODED] = translate(N_("No code yet"))
        values = [
            FacetValueOut(
                value=value,
                label=labels[value],
                count=count,
                is_chosen=value in chosen,
                parent=request.parents.get(value) if name == "code" else None,
            )
            for value, count in counted.items()
            if value in labels
        ]
        values.sort(
            key=lambda one: (one.value == UNCODED, -int(one.value) if name == "year" else -one.count, one.label)
        )
        named[name] = [one for at, one in enumerate(values) if at < MOST_VALUES or one.is_chosen]
    return named


def _labels(
    project_id: int, name: str, values: Iterable[str], locale: str, translate: Callable[[str], str]
) -> dict[str, str]:
    if name == "code":
        codes = CODES.of(project_id, lambda session: _code_names(session, project_id))
        return {value: codes[value][locale == "en"] for value in values if value in codes}
    if name in {"province", "district"}:
        return {value: place_name(value, locale) for value in values}
    if name == "year":
        return {value: value if locale == "en" else str(int(value) + ERA) for value in values}
    known = {
        "type": TYPE_LABELS,
        "voice": VOICE_LABELS,
        "kind": {key: kind.label for key, kind in KINDS.items()},
    }.get(name)
    if known is None:
        return {value: value for value in values}
    return {value: translate(known[value]) for value in values if value in known}


def place_name(code: str, locale: str) -> str:
    """Return the name of a place in the language of the reader; its code if it is none that we know."""
    try:
        return place(code).name(locale)
    except NotFound:
        return code


def _code_names(session: Session, project_id: int) -> Mapping[str, tuple[str, str]]:
    rows = session.execute(_NAMES, {"project_id": project_id})
    return {str(code_id): (thai, english or thai) for code_id, thai, english in rows}
