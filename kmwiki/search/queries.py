"""Searching: the one way from a request to an answer, for the page, the API and the command line alike."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from kmwiki.errors import Invalid, Unavailable, say
from kmwiki.jobs.service import count_waiting
from kmwiki.search import index, plan
from kmwiki.search.blindness import ask_engine
from kmwiki.search.dictionary import dictionary, segmenter_of
from kmwiki.search.engine import AllOf, Ask, Column, IndexBusy, IndexMissing, IndexStale, Slice
from kmwiki.search.facets import name_facets, slice_of
from kmwiki.search.hits import make_hits
from kmwiki.search.indexing import ask_rebuild
from kmwiki.search.kept import Kept, one_moment
from kmwiki.search.outbox import KIND, REBUILD
from kmwiki.search.query import words_of
from kmwiki.search.query_filters import Filters
from kmwiki.search.rights import readable
from kmwiki.search.schemas import InsteadOut, QueryOut, SearchOut, WordOut
from kmwiki.search.suggestions import suggest
from kmwiki.sources.veil import cleared_forms
from kmwiki.text.personal import find_personal
from kmwiki.text.personal import wanted as not_cleared

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.errors import Message
    from kmwiki.search.dictionary import Dictionary
    from kmwiki.search.engine import Node, Page, SearchEngine
    from kmwiki.search.plan import Plan
    from kmwiki.search.request import SearchRequest
    from kmwiki.security.policy import Caller

RETRY_SECONDS = 5
SUGGEST_BELOW = 3
MOST_COUNTED = 8
SHARES = ((Column("type", frozenset({"comment", "memo"})), 0.9), (Column("type", frozenset({"code"})), 0.5))
"""What people wrote about a word comes before the codes that are named by it."""

WAITING: Kept[int] = Kept(1)
DICTIONARIES: Kept[Dictionary] = Kept(32)

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

    rights: Node
    """What the caller may read, as the database has it now."""

    def page(self, ask: Ask, wanted: Slice) -> Page:
        """Ask the engine; only what the caller may read is answered and counted."""
        within = self.rights if ask.within is None else AllOf((self.rights, ask.within))
        asked = replace(ask, within=within, shares=SHARES)
        return ask_engine(self.session, self.caller, self.project.id, engine=self.engine, ask=asked, wanted=wanted)

    def count(self, node: Node) -> int:
        """Count the texts that the caller may read and that satisfy a condition."""
        return self.page(Ask(self.project.id, node), Slice(size=0)).total


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
    try:
        with one_moment():
            search = _Search(session, caller, project, index.engine(), readable(caller, project.id))
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
    waiting = WAITING.of((), lambda session: count_waiting(session, KIND, REBUILD))
    if not waiting:
        _refuse_unknown_author(search, request)
    wanted = slice_of(request)
    found = search.page(_asked(made), wanted)
    is_relaxed = False
    if not found.total and made.mode == "best" and (loose := planner.loose(made)) is not None:
        made, found = loose, search.page(_asked(loose), wanted)
    if not found.total and made.mode == "all" and _has_unknown_word(search, made):
        is_relaxed = True
        made = planner.best(made.parsed)
        found = search.page(_asked(made), wanted)
    return SearchOut(
        query=QueryOut(
            text=request.text,
            understood=made.understood,
            exact=made.exact,
            notes=[_translated(note, translate) for note in (*made.notes, *_not_searched(search, request))],
            also=list(made.also),
            suggestion=_suggestion(search, made, found.total, is_relaxed=is_relaxed),
            words=_words(search, made) if not found.total else [],
            mode=made.mode,
        ),
        relaxed=is_relaxed,
        total=found.total,
        entries=found.distinct,
        complete=waiting == 0,
        took_ms=0,
        page=request.page,
        size=request.size,
        hits=make_hits(search.session, search.caller, search.project, found.matches, made.marks),
        facets=name_facets(request, found.counts, locale=locale, translate=translate),
        instead=_instead(search, made, wanted) if not found.total else [],
    )


def _instead(search: _Search, made: Plan, wanted: Slice) -> list[InsteadOut]:
    """Tell, where nothing was found, what would be if one filter were dropped, and if all were."""
    without = {
        name: {other: node for other, node in wanted.filters.items() if other != name} for name in wanted.filters
    }
    if len(without) > 1:
        without["all"] = {}
    counts = {
        name: search.page(_asked(made), Slice(size=0, filters=filters)).total for name, filters in without.items()
    }
    return [InsteadOut(drop=name, count=count) for name, count in counts.items() if count]


def _planner(search: _Search) -> plan.Planner:
    """Return what reads the queries of this search."""
    project_id = search.project.id
    known = DICTIONARIES.of(project_id, lambda session: dictionary(session, project_id))
    return plan.Planner(
        project_id,
        known,
        segmenter_of(known),
        Filters(search.session, search.caller, project_id),
    )


def _refuse_unknown_author(search: _Search, request: SearchRequest) -> None:
    """Raise Invalid for an author of no text that the caller may read, as for any other unknown value of a filter.

    Whoever wrote only what they may not read is unknown to them too. While texts wait to be indexed nobody is refused.
    """
    wanted = request.filters.get("author", frozenset())
    unknown = [name for name in sorted(wanted) if not search.count(Column("author", frozenset({name})))]
    if unknown:
        message = say("“%(value)s” is not known here.", value=unknown[0][:80])
        raise Invalid(say("Some filters cannot be taken as they are."), {"author": message})


def _translated(message: Message, translate: Callable[[str], str]) -> str:
    return translate(message.text) % message.values


def _not_searched(search: _Search, request: SearchRequest) -> tuple[Message, ...]:
    """Say that a telephone number, an e-mail or a citizen's number is looked for in vain, unless it was cleared."""
    found = find_personal(request.text)
    if not found or not not_cleared(request.text, found, cleared_forms(search.session, search.project.id)):
        return ()
    return (
        say("Telephone numbers, e-mail addresses and citizens' numbers are never searched; they stand in no index."),
    )


def _asked(made: Plan) -> Ask:
    """Return the plan's question; in a ranked one, what holds every word comes first."""
    return made.ask if made.first is None else replace(made.ask, whole=made.first)


def _has_unknown_word(search: _Search, made: Plan) -> bool:
    """Whether a word of the query stands in no text that the caller may read.

    Texts they may not read count as unknown too: else the answer would tell that there are some.
    """
    return any(not search.count(plan.any_of(group)) for group in made.groups)


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
            counted.append(WordOut(text=word, count=search.page(ask, Slice(size=0)).total))
    return counted


def _suggestion(search: _Search, made: Plan, total: int, *, is_relaxed: bool) -> str | None:
    if made.mode == "exact" or (total >= SUGGEST_BELOW and not is_relaxed):
        return None

    def count(ask: Ask) -> int:
        return search.page(ask, Slice(size=0)).total

    return suggest(search.engine, search.project.id, made.parsed, count)
