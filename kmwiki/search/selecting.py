"""Every text that a search finds, for whoever counts in them: the same query language, filters and rights."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kmwiki.jobs.service import count_waiting
from kmwiki.search import index
from kmwiki.search.blindness import ask_engine
from kmwiki.search.dictionary import dictionary, segmenters
from kmwiki.search.engine import AllOf, Ask, Column, IndexBusy, IndexMissing
from kmwiki.search.facets import slice_of
from kmwiki.search.indexing import ask_rebuild
from kmwiki.search.outbox import KIND, REBUILD
from kmwiki.search.plan import Planner
from kmwiki.search.queries import Rebuilding
from kmwiki.search.query_filters import Filters
from kmwiki.search.rights import readable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.search.engine import Match, Node
    from kmwiki.search.plan import Plan
    from kmwiki.search.request import SearchRequest
    from kmwiki.security.policy import Caller
    from kmwiki.text.words import Segmenter

EVERYTHING = 10_000_000
OF_A_SOURCE = Column("source")


@dataclass(frozen=True, slots=True)
class Selected:
    """The texts of a selection, codes aside; `plan` is None where no query was given: every text then."""

    plan: Plan | None
    matches: Sequence[Match]
    counts: Mapping[str, Mapping[str, int]]
    """Facet -> value -> number of texts."""
    segmenter: Segmenter
    is_complete: bool
    """False while changes wait to be indexed."""


def select_texts(
    session: Session, caller: Caller, project: Project, request: SearchRequest, *, among: str = ""
) -> Selected:
    """Return all notes, comments and memos that a search would find for this caller, in the order of their keys.

    Invalid (QueryError) and Rebuilding as `queries.find` raises them. Page, size and order of the request are ignored.
    With `among` only texts that this second query finds are selected.
    """
    segmenter = segmenters(session)(project.id)
    filters = Filters(session, caller, project.id)
    planner = Planner(project.id, dictionary(session, project.id), segmenter, filters)
    plan = planner.plan(request.text, request.mode) if request.text.strip() else None
    nodes = [readable(caller, project.id), OF_A_SOURCE, *_demanded(plan)]
    if among.strip():
        nodes += _demanded(planner.plan(among, "auto"))
    wanted = replace(slice_of(request), start=0, size=EVERYTHING, order="", is_descending=False)
    try:
        ask = Ask(project.id, AllOf(tuple(nodes)))
        found = ask_engine(session, caller, project.id, engine=index.engine(), ask=ask, wanted=wanted)
    except IndexMissing as error:
        ask_rebuild()
        raise Rebuilding from error
    except IndexBusy as error:
        raise Rebuilding from error
    waiting = count_waiting(session, KIND) + count_waiting(session, REBUILD)
    matches = sorted(found.matches, key=lambda match: int(match.columns["source"][0]))
    return Selected(plan, matches, found.counts, segmenter, is_complete=waiting == 0)


def _demanded(plan: Plan | None) -> list[Node]:
    """Return what a text must meet. A ranked question finds nearly all a little; what counts holds all its words."""
    if plan is None:
        return []
    return [node for node in (plan.first or plan.ask.match, plan.ask.within) if node is not None]
