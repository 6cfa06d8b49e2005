"""Narrowing and counting what was found: filters hold together, the values of one filter do not have to.

A facet counts what would be found if its own filter were not set, so that another value can be added to it. Only what
the reader may see is ever counted: the matches have been checked before they come here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from kmwiki.coding.models import Code
from kmwiki.entries.kinds import KINDS
from kmwiki.errors import N_, NotFound
from kmwiki.places.queries import place
from kmwiki.search.engine import Column, Node, Slice, Span
from kmwiki.search.schemas import FacetValueOut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sqlalchemy.orm import Session

    from kmwiki.search.request import SearchRequest

MOST_VALUES = 60
ORDERS = {
    "relevance": ("", False),
    "event": ("event", True),
    "event_asc": ("event", False),
    "updated": ("updated", True),
}
ERA = 543
TYPE_LABELS = {"entry": N_("Notes"), "comment": N_("Comments"), "memo": N_("Memos"), "code": N_("Codes")}


def slice_of(request: SearchRequest) -> Slice:
    """Return what an engine is to give of all that it finds: filters, counts, order, and the page."""
    filters: dict[str, Node] = {name: Column(name, values) for name, values in request.filters.items()}
    if request.first is not None or request.last is not None:
        first, last = (day.isoformat() if day is not None else "" for day in (request.first, request.last))
        filters["date"] = Span("event", first, last)
    column, is_descending = ORDERS[request.sort]
    return Slice(
        start=(request.page - 1) * request.size,
        size=request.size,
        filters=filters,
        counts=request.facets,
        distinct="entry",
        order=column,
        is_descending=is_descending,
    )


def name_facets(
    session: Session,
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
        labels = _labels(session, name, counted, locale, translate)
        values = [
            FacetValueOut(value=value, label=labels[value], count=count, is_chosen=value in chosen)
            for value, count in counted.items()
            if value in labels
        ]
        values.sort(key=lambda one: (-int(one.value) if name == "year" else -one.count, one.label))
        named[name] = [one for at, one in enumerate(values) if at < MOST_VALUES or one.is_chosen]
    return named


def _labels(
    session: Session, name: str, values: Iterable[str], locale: str, translate: Callable[[str], str]
) -> dict[str, str]:
    if name == "code":
        return code_names(session, values, locale)
    if name == "province":
        return {value: _province(value, locale) for value in values}
    if name == "kind":
        return {value: translate(KINDS[value].label) if value in KINDS else value for value in values}
    if name == "type":
        return {value: translate(TYPE_LABELS[value]) for value in values if value in TYPE_LABELS}
    if name == "year":
        return {value: value if locale == "en" else str(int(value) + ERA) for value in values}
    return {value: value for value in values}


def _province(code: str, locale: str) -> str:
    try:
        return place(code).name(locale)
    except NotFound:
        return code


def code_names(session: Session, ids: Iterable[str], locale: str) -> dict[str, str]:
    """Return the names of live codes by their ids as text."""
    wanted = [int(one) for one in ids]
    if not wanted:
        return {}
    rows = session.execute(select(Code.id, Code.name_th, Code.name_en).where(Code.id.in_(wanted), Code.state == "live"))
    return {str(code_id): (english or thai) if locale == "en" else thai for code_id, thai, english in rows}
