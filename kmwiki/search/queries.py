"""Searching: the one way from a request to an answer, for the page, the API and the command line alike."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import select

from kmwiki.errors import Invalid, Unavailable, say
from kmwiki.jobs.service import count_waiting
from kmwiki.search import index, plan
from kmwiki.search.dictionary import dictionary, segmenters
from kmwiki.search.engine import AllOf, Ask, IndexBusy, IndexMissing, IndexStale
from kmwiki.search.facets import name_facets, narrow
from kmwiki.search.hits import make_hits
from kmwiki.search.indexing import ask_rebuild
from kmwiki.search.outbox import KIND, REBUILD
from kmwiki.search.query import words_of
from kmwiki.search.query_filters import Filters
from kmwiki.search.schemas import QueryOut, SearchOut, WordOut
from kmwiki.search.suggestions import suggest
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.errors import Message
    from kmwiki.search.engine import Match, SearchEngine
    from kmwiki.search.plan import Plan
    from kmwiki.search.request import SearchRequest
    from kmwiki.security.policy import Caller

RETRY_SECONDS = 5
FEW = 400
"""Up to so many texts are looked up one by one when it is settled who may read them; beyond it all are."""
SUGGEST_BELOW = 3
MOST_COUNTED = 8
SHARES = {"entry": 1.0, "comment": 0.9, "memo": 0.9, "code": 0.5}
"""What people wrote about a word comes before the codes that are named by it."""

log = structlog.get_logger(__name__)


class Rebuilding(Unavailable):
    """The index is being made anew; try again in `retry_after` seconds. Nothing is lost."""

    retry_after = RETRY_SECONDS

    def __init__(self) -> None:
        super().__init__(
            say("The search index is being rebuilt. Nothing is lost and editing goes on; try again in a moment.")
        )


@dataclass(slots=True)
class _Search:
    """One search on its way: who asks where, and the answers of the engine that they may see."""

    session: Session
    caller: Caller
    project: Project
    engine: SearchEngine

    def visible(self, ask: Ask) -> list[Match]:
        """Return the matches that the caller may read, as the database has it now."""
        matches = self.engine.find(ask)
        sources = [int(one.columns["source"][0]) for one in matches if "source" in one.columns]
        readable = self._readable(sources)
        return [one for one in matches if "source" not in one.columns or int(one.columns["source"][0]) in readable]

    def _readable(self, sources: list[int]) -> set[int]:
        if not sources:
            return set()
        wanted = select(Source.id).where(Source.project_id == self.project.id, visible_to(self.caller))
        if len(sources) <= FEW:
            wanted = wanted.where(Source.id.in_(sources))
        return set(self.session.scalars(wanted))


def find(
    session: Session,
    caller: Caller,
    project: Project,
    request: SearchRequest,
    *,
    locale: str = "th",
    translate: Callable[[str], str] = str,
) -> SearchOut:
    """Search a project that the caller may read. Invalid (QueryError) for a query that cannot be read.

    Rebuilding (Unavailable) while there is no index; a rebuild is asked for at once. `translate` puts message ids into
    the reader's language.
    """
    started = time.perf_counter()
    search = _Search(session, caller, project, index.engine())
    try:
        answer = _answer(search, request, locale, translate)
    except IndexMissing as error:
        log.warning("the search index is missing or damaged; a rebuild is asked for", reason=str(error))
        ask_rebuild()
        raise Rebuilding from error
    except IndexBusy as error:
        raise Rebuilding from error
    _renew_if_stale(search.engine)
    answer.took_ms = round((time.perf_counter() - started) * 1000)
    return answer


def _renew_if_stale(engine: SearchEngine) -> None:
    """Ask for a new index if this one was made with other words, or is damaged behind what is held in memory."""
    try:
        engine.check()
    except IndexMissing as error:
        log.warning("the search index is damaged; a rebuild is asked for", reason=str(error))
        ask_rebuild()
    except IndexStale:
        ask_rebuild()


def _answer(search: _Search, request: SearchRequest, locale: str, translate: Callable[[str], str]) -> SearchOut:
    planner = _planner(search)
    made = planner.plan(request.text, request.mode)
    matches = _matches(search, made)
    waiting = count_waiting(search.session, KIND) + count_waiting(search.session, REBUILD)
    if not waiting:
        _refuse_unknown_author(search, matches, request)
    found, counts = narrow(matches, request)
    is_relaxed = False
    if not found and made.mode == "all" and _has_unknown_word(search, made):
        is_relaxed = True
        made = planner.best(made.parsed)
        found, counts = narrow(_matches(search, made), request)
    ordered = _sorted(found, request.sort)
    first = (request.page - 1) * request.size
    return SearchOut(
        query=QueryOut(
            text=request.text,
            understood=made.understood,
            exact=made.exact,
            notes=[_translated(note, translate) for note in made.notes],
            also=list(made.also),
            suggestion=_suggestion(search, made, len(found), is_relaxed=is_relaxed),
            words=_words(search, made) if not found else [],
            mode=made.mode,
        ),
        relaxed=is_relaxed,
        total=len(found),
        entries=len({one.columns["entry"] for one in found if "entry" in one.columns}),
        complete=waiting == 0,
        took_ms=0,
        page=request.page,
        size=request.size,
        hits=make_hits(search.session, search.project, ordered[first : first + request.size], made.marks),
        facets=name_facets(search.session, request, counts, locale=locale, translate=translate),
    )


def _planner(search: _Search) -> plan.Planner:
    """Return what reads the queries of this search."""
    project_id = search.project.id
    return plan.Planner(
        project_id,
        dictionary(search.session, project_id),
        segmenters(search.session)(project_id),
        Filters(search.session, search.caller, project_id),
    )


def _refuse_unknown_author(search: _Search, matches: list[Match], request: SearchRequest) -> None:
    """Raise Invalid for an author of no text that the caller may read, as for any other unknown value of a filter.

    Whoever wrote only what they may not read is unknown to them too. While texts wait to be indexed nobody is refused.
    """
    unknown = _without_authors(request.filters.get("author", frozenset()), matches)
    if unknown:
        unknown = _without_authors(unknown, search.visible(Ask(search.project.id, AllOf(()))))
    if unknown:
        message = say("“%(value)s” is not known here.", value=min(unknown)[:80])
        raise Invalid(say("Some filters cannot be taken as they are."), {"author": message})


def _translated(message: Message, translate: Callable[[str], str]) -> str:
    return translate(message.text) % message.values


def _without_authors(names: frozenset[str], matches: list[Match]) -> frozenset[str]:
    return names.difference(*(one.columns.get("author", ()) for one in matches)) if names else names


def _matches(search: _Search, made: Plan) -> list[Match]:
    matches = search.visible(made.ask)
    if made.first is None:
        return matches
    first = {one.key for one in search.engine.find(Ask(search.project.id, made.first))}
    return [
        one._replace(is_whole=one.key in first)
        for one in sorted(matches, key=lambda match: (match.key not in first, -match.score, match.key))
    ]


def _has_unknown_word(search: _Search, made: Plan) -> bool:
    """Whether a word of the query stands in no text that the caller may read.

    Texts they may not read count as unknown too: else the answer would tell that there are some.
    """
    return any(not search.visible(Ask(search.project.id, plan.any_of(group))) for group in made.groups)


def _words(search: _Search, made: Plan) -> list[WordOut]:
    """Tell in how many texts each word of a query that found nothing stands by itself."""
    words = list(dict.fromkeys(word.text for word in words_of(made.parsed.tree)))
    if made.mode != "all" or len(words) < 2:  # noqa: PLR2004 - a single word was not found, that is all
        return []
    planner = _planner(search)
    counted = []
    for word in words[:MOST_COUNTED]:
        ask = planner.one_word(word)
        if ask is not None:
            counted.append(WordOut(text=word, count=len(search.visible(ask))))
    return counted


def _suggestion(search: _Search, made: Plan, total: int, *, is_relaxed: bool) -> str | None:
    if made.mode == "exact" or (total >= SUGGEST_BELOW and not is_relaxed):
        return None

    def count(ask: Ask) -> int:
        return len(search.visible(ask))

    return suggest(search.engine, search.project.id, made.parsed, count)


def _sorted(found: Iterable[Match], order: str) -> list[Match]:
    matches = list(found)
    if order == "relevance":
        return sorted(matches, key=lambda one: (not one.is_whole, -one.score * _share(one), one.key))
    if order == "updated":
        return sorted(matches, key=lambda one: one.columns.get("updated", ("",)), reverse=True)
    dated = [one for one in matches if "event" in one.columns]
    undated = [one for one in matches if "event" not in one.columns]
    return sorted(dated, key=lambda one: one.columns["event"], reverse=order == "event") + undated


def _share(match: Match) -> float:
    return SHARES[match.columns["type"][0]]
