"""Which texts a kept search finds, without pages or facets: for telling of new ones, and for showing those again.

A ranked question finds nearly everything a little; here only texts that hold all its words count.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kmwiki.search import index
from kmwiki.search.blindness import ask_engine
from kmwiki.search.dictionary import dictionary, segmenters
from kmwiki.search.engine import AllOf, Ask, Column, Keys
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
    from kmwiki.search.engine import Match, Node, Page, Slice
    from kmwiki.search.plan import Plan
    from kmwiki.search.request import SearchRequest
    from kmwiki.search.schemas import HitOut
    from kmwiki.security.policy import Caller

Query = "Mapping[str, Sequence[str]]"
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

    def sources(self, among: Collection[int] | None = None) -> set[int]:
        """Return the texts found that the reader may read: of all, or of some. IndexMissing, IndexBusy."""
        return {int(match.columns["source"][0]) for match in self._matches(among) if "source" in match.columns}

    def hits(self, among: Collection[int]) -> dict[int, HitOut]:
        """Return some of the texts as hits with their passages, by text; those not found any more are left out."""
        made = make_hits(self.session, self.caller, self.project, self._matches(among), self.plan.marks)
        return {hit.source_id: hit for hit in made if hit.source_id is not None}

    def newest(self, most: int) -> list[HitOut]:
        """Return the texts that were changed last, as hits."""
        wanted = replace(self._slice(), size=most, order="updated", is_descending=True)
        found = self._page(self._ask(None), wanted).matches
        return make_hits(self.session, self.caller, self.project, found, self.plan.marks)

    def _matches(self, among: Collection[int] | None) -> list[Match]:
        if among is not None and not among:
            return []
        return self._page(self._ask(among), self._slice()).matches

    def _page(self, ask: Ask, wanted: Slice) -> Page:
        return ask_engine(self.session, self.caller, self.project.id, engine=index.engine(), ask=ask, wanted=wanted)

    def _ask(self, among: Collection[int] | None) -> Ask:
        asked = self.plan.ask
        within: list[Node] = [readable(self.caller, self.project.id), Column("source")]
        if among is not None:
            within.append(Keys(frozenset(f"source:{one}" for one in among)))
        if asked.within is not None:
            within.append(asked.within)
        if asked.match is None and self.plan.first is not None:
            asked = Ask(self.project.id, self.plan.first)
        return replace(asked, within=AllOf(tuple(within)))

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
