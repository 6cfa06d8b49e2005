"""Narrowing and counting what was found: filters hold together, the values of one filter do not have to.

A facet counts what would be found if its own filter were not set, so that another value can be added to it. Only what
the reader may see is ever counted: the matches have been checked before they come here.
"""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING

from sqlalchemy import select

from kmwiki.coding.models import Code
from kmwiki.entries.kinds import KINDS
from kmwiki.errors import N_, NotFound
from kmwiki.places.queries import place
from kmwiki.search.schemas import FacetValueOut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.search.engine import Match
    from kmwiki.search.request import SearchRequest

MOST_VALUES = 60
ERA = 543
TYPE_LABELS = {"entry": N_("Notes"), "comment": N_("Comments"), "memo": N_("Memos"), "code": N_("Codes")}


def narrow(matches: Iterable[Match], request: SearchRequest) -> tuple[list[Match], dict[str, Counter[str]]]:
    """Return the matches that every filter lets through, and for each wanted facet the count of each value."""
    if request.first is not None or request.last is not None:
        matches = [match for match in matches if _is_within(match.columns.get("event", ()), request)]
    found: list[Match] = []
    nearly: dict[str, list[Match]] = {name: [] for name in request.filters}
    for match in matches:
        failing = [name for name, values in request.filters.items() if values.isdisjoint(match.columns.get(name, ()))]
        if not failing:
            found.append(match)
        elif len(failing) == 1:
            nearly[failing[0]].append(match)
    counts = {
        name: Counter(chain.from_iterable(one.columns.get(name, ()) for one in chain(found, nearly.get(name, ()))))
        for name in request.facets
    }
    return found, counts


def _is_within(event: Sequence[str], request: SearchRequest) -> bool:
    """Whether the days of an event touch those asked for; what has no date is not within any."""
    if not event:
        return False
    if request.first is not None and event[-1] < request.first.isoformat():
        return False
    return request.last is None or event[0] <= request.last.isoformat()


def name_facets(
    session: Session,
    request: SearchRequest,
    counts: dict[str, Counter[str]],
    *,
    locale: str,
    translate: Callable[[str], str],
) -> dict[str, list[FacetValueOut]]:
    """Give every value its name in the reader's language, the most frequent first; chosen values always show."""
    named: dict[str, list[FacetValueOut]] = {}
    for name in request.facets:
        chosen = request.filters.get(name, frozenset())
        counted = Counter(counts.get(name, ()))
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
