"""What a search finds as passages to be coded: the places its words stand at, widened to a unit, note by note."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from kmwiki.analysis.concordance import before, behind
from kmwiki.analysis.kwic import concordance
from kmwiki.coding.tagging import MOST, Spot
from kmwiki.sources.models import Source
from kmwiki.text.units import widen

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.analysis.kwic import Line
    from kmwiki.search.request import SearchRequest
    from kmwiki.security.policy import Caller
    from kmwiki.text.units import Unit

WIDTH = 50
"""Code points of context on each side."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage with what stands around it, masked as search has it."""

    spot: Spot
    before: str
    words: str
    after: str
    is_comment: bool

    @property
    def value(self) -> str:
        """The passage as forms carry it."""
        return f"{self.spot.source_id}:{self.spot.revision}:{self.spot.start}-{self.spot.end}"


@dataclass(slots=True)
class NotePassages:
    """The passages of a note and its comments."""

    number: int
    title: str
    passages: list[Passage] = field(default_factory=list)


@dataclass(slots=True)
class Found:
    """All passages of a search, as far as one batch holds them."""

    understood: str
    is_complete: bool
    """False while changes wait to be indexed."""
    is_cut: bool = False
    """Whether there are more lines than a concordance has: `total` is too small then."""
    total: int = 0
    elsewhere: int = 0
    """Places in titles, leads, fields and memos, which cannot be coded."""
    notes: list[NotePassages] = field(default_factory=list)

    @property
    def shown(self) -> int:
        """How many passages are listed."""
        return min(self.total, MOST)


def find_passages(
    session: Session, caller: Caller, project: Project, request: SearchRequest, unit: Unit, *, among: str = ""
) -> Found:
    """Find the passages; with `among` in texts alone that this search finds, too. Errors as `kwic.concordance`."""
    made = concordance(session, caller, project, request, among=among)
    plan = made.selected.plan
    found = Found(plan.understood if plan else "", made.selected.is_complete, is_cut=made.is_cut)
    numbers = _revisions(session, {line.text.head.source_id for line in made.lines})
    seen: set[tuple[int, int, int]] = set()
    for line in made.lines:
        head = line.text.head
        if line.text.parts[line.part].name != "body" or head.type not in {"entry", "comment"}:
            found.elsewhere += 1
            continue
        start, end = widen(line.words, line.start, line.end, unit)
        if (head.source_id, start, end) in seen:
            continue
        seen.add((head.source_id, start, end))
        found.total += 1
        if found.total > MOST:
            continue
        if not found.notes or found.notes[-1].number != head.number:
            found.notes.append(NotePassages(head.number, head.title))
        spot = Spot(head.source_id, numbers[head.source_id], start, end)
        found.notes[-1].passages.append(_passage(line, spot))
    return found


def _passage(line: Line, spot: Spot) -> Passage:
    text = line.words
    return Passage(
        spot,
        before(text, spot.start, WIDTH),
        text[spot.start : spot.end],
        behind(text, spot.end, WIDTH),
        line.text.head.type == "comment",
    )


def _revisions(session: Session, ids: set[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    pending = sorted(ids)
    for at in range(0, len(pending), 2000):
        rows = session.execute(select(Source.id, Source.head_no).where(Source.id.in_(pending[at : at + 2000])))
        found |= {source_id: number for source_id, number in rows}  # noqa: C416 - rows are no pairs to mypy
    return found
