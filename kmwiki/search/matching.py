"""Which texts and codes a kept search finds, without pages or facets: for telling of new ones, and showing them again.

A ranked question finds nearly everything a little. Here only what stands among its best counts, and holds most of its
words: what a reader would take for an answer on the first page.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kmwiki.search import index
from kmwiki.search.blindness import ask_engine
from kmwiki.search.dictionary import dictionary, segmenters
from kmwiki.search.engine import AllOf, AnyOf, Ask, Column, Keys, Slice
from kmwiki.search.facets import slice_of
from kmwiki.search.hits import make_hits
from kmwiki.search.plan import Planner
from kmwiki.search.query_filters import Filters
from kmwiki.search.request import read_request
from kmwiki.search.rights import readable

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.search.engine import Match, Node, Page
    from kmwiki.search.plan import Plan
    from kmwiki.search.request import SearchRequest
    from kmwiki.search.schemas import HitOut
    from kmwiki.security.policy import Caller

Query = "Mapping[str, Sequence[str]]"
BEST, MOST_WORDS = 20, 24
"""So many of a ranked question's texts are its best, a page of them; so many of its words are looked for in each."""
EVERYTHING = 1_000_000
"""More texts than any project has."""


@dataclass(frozen=True, slots=True)
class Matcher:
    """A kept search as one reader means it."""

    session: Session
    caller: Caller
    project: Project
    request: SearchRequest
    plan: Plan

    def keys(self, among: Collection[str] | None = None) -> frozenset[str]:
        """Return what is found that the reader may read, as `source:7` and `code:3`: of all, or of some.

        IndexMissing, IndexBusy.
        """
        return frozenset(match.key for match in self._matches(among))

    def hits(self, among: Collection[str]) -> dict[str, HitOut]:
        """Return some of it as hits with their passages, by key; what is not found any more is left out."""
        made = make_hits(self.session, self.caller, self.project, self._matches(among), self.plan.marks)
        return {f"source:{hit.source_id}" if hit.source_id is not None else f"code:{hit.id}": hit for hit in made}

    def newest(self, most: int) -> list[HitOut]:
        """Return the texts that were changed last, as hits; codes are none."""
        wanted = replace(self._slice(), size=most, order="updated", is_descending=True)
        found = self._page(self._ask(self._best() if self._is_ranked else None, Column("source")), wanted).matches
        return make_hits(self.session, self.caller, self.project, found, self.plan.marks)

    @property
    def _is_ranked(self) -> bool:
        return self.plan.mode == "best"

    def _matches(self, among: Collection[str] | None) -> list[Match]:
        if self._is_ranked:
            best = self._best()
            among = best if among is None else best & frozenset(among)
        if among is not None and not among:
            return []
        return self._page(self._ask(among), self._slice()).matches

    def _best(self) -> frozenset[str]:
        """Return what stands among the best of a ranked question and holds at least half of the words that matter."""
        ask = replace(self._ask(None), whole=self.plan.first)
        best = self._page(ask, replace(self._slice(), size=BEST)).matches
        words = self.plan.groups[:MOST_WORDS]
        within = Keys(frozenset(match.key for match in best))
        held = Counter[str]()
        for group in words if best else ():
            here = self._page(Ask(self.project.id, AnyOf(group), within=within), Slice(size=BEST)).matches
            held.update(match.key for match in here)
        whole = {match.key for match in best if match.is_whole and self.plan.first is not None}
        return frozenset(key for key, count in held.items() if 2 * count >= len(words)) | whole

    def _page(self, ask: Ask, wanted: Slice) -> Page:
        return ask_engine(self.session, self.caller, self.project.id, engine=index.engine(), ask=ask, wanted=wanted)

    def _ask(self, among: Collection[str] | None, *besides: Node) -> Ask:
        within: list[Node] = [readable(self.caller, self.project.id), *besides]
        if among is not None:
            within.append(Keys(frozenset(among)))
        if self.plan.ask.within is not None:
            within.append(self.plan.ask.within)
        return replace(self.plan.ask, within=AllOf(tuple(within)))

    def _slice(self) -> Slice:
        return replace(slice_of(self.request), start=0, size=EVERYTHING, counts=(), gathered={})


def planner(session: Session, caller: Caller, project_id: int) -> Planner:
    """Return what reads the queries of a caller in a project."""
    return Planner(
        project_id,
        dictionary(session, project_id),
        segmenters(session)(project_id),
        Filters(session, caller, project_id),
    )


def matcher(session: Session, caller: Caller, project: Project, query: Mapping[str, Sequence[str]]) -> Matcher:
    """Read a kept search. Invalid (QueryError) if it cannot be read, or not any more."""
    request = read_request(session, project.id, {**query, "facets": ["none"]})
    return Matcher(
        session, caller, project, request, planner(session, caller, project.id).plan(request.text, request.mode)
    )
