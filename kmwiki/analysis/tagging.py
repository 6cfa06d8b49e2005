"""What a search finds as passages to be coded: the places its words stand at, widened to a unit, note by note."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Literal

from sqlalchemy import select

from kmwiki.analysis.concordance import before, behind
from kmwiki.analysis.kwic import MOST_LINES, Line, concordance, texts_of_selection
from kmwiki.analysis.lines import looked_for
from kmwiki.coding.batches.tagging import MOST, Spot
from kmwiki.sources.models import Source
from kmwiki.text.clusters import clip
from kmwiki.text.units import widen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.analysis.texts import Text
    from kmwiki.search.request import SearchRequest
    from kmwiki.security.policy import Caller

TagUnit = Literal["match", "sentence", "paragraph", "text"]
CODED = frozenset({"entry", "comment"})
"""What of the texts that search finds can be coded here."""
WORDLESS: tuple[TagUnit, ...] = ("text", "paragraph")
"""What is coded where nothing but fields is asked for."""
LONGEST_SHOWN = 400
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
    def shown(self) -> str:
        """Its words; of a whole text the beginning."""
        return clip(self.words, LONGEST_SHOWN)

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
    is_wordless: bool = False
    """Whether the search asks for fields alone: then its texts are coded as wholes, or each paragraph of them."""
    elsewhere: int = 0
    """Places in titles, leads, fields and memos, which cannot be coded."""
    notes: list[NotePassages] = field(default_factory=list)

    @property
    def shown(self) -> int:
        """How many passages are listed."""
        return min(self.total, MOST)


def find_passages(
    session: Session, caller: Caller, project: Project, request: SearchRequest, unit: TagUnit, *, among: str = ""
) -> Found:
    """Find the passages; with `among` in texts alone that this search finds, too. Errors as `kwic.concordance`."""
    made = concordance(session, caller, project, request, among=among)
    plan = made.selected.plan
    looked = looked_for(plan) if plan is not None else None
    is_wordless = looked is not None and not looked.leaves and not looked.pairs
    found = Found(plan.understood if plan else "", made.selected.is_complete, made.is_cut, is_wordless=is_wordless)
    lines = made.lines
    if is_wordless:
        unit = unit if unit in WORDLESS else "text"
        lines = list(islice(_whole(texts_of_selection(session, caller, project, made.selected), unit), MOST_LINES + 1))
        found.is_cut = len(lines) > MOST_LINES
    numbers = _revisions(session, {line.text.head.source_id for line in lines})
    seen: set[tuple[int, int, int]] = set()
    for line in lines:
        head = line.text.head
        if line.text.parts[line.part].name != "body" or head.type not in CODED:
            found.elsewhere += 1
            continue
        start, end = _widened(line, unit)
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


def _widened(line: Line, unit: TagUnit) -> tuple[int, int]:
    if unit != "text":
        return widen(line.words, line.start, line.end, unit)
    return len(line.words) - len(line.words.lstrip()), len(line.words.rstrip())


def _whole(texts: Iterable[Text], unit: TagUnit) -> Iterator[Line]:
    """Yield every text, or every paragraph of it: what a search without words finds."""
    for text in texts:
        for number, part in enumerate(text.parts):
            if part.name != "body" or not part.text.strip() or text.head.type not in CODED:
                continue
            at = 0
            for piece in part.text.split("\n") if unit == "paragraph" else (part.text,):
                if piece.strip():
                    yield Line(text, number, at, at + len(piece))
                at += len(piece) + 1


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
