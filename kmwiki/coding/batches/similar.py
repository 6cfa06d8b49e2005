"""Codes for a passage, suggested from passages that people have coded and from what the codebook says of each code.

What is known of a project's passages stays in memory between requests and is brought up to date by the numbers that the
database gives to changed codings. Who asks is only told of codings that they may know of: the others weigh nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import select

from kmwiki import db
from kmwiki.coding.models import Code, Coding
from kmwiki.coding.seen import COUNTED, seen_by
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Source
from kmwiki.text.likeness import Features, Likeness, features

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray
    from sqlalchemy.orm import Session

    from kmwiki.security.policy import Caller

NEIGHBOURS = 20
"""So many of the most similar passages speak for their codes."""
BOOK_WEIGHS = 2.0
"""How much what the codebook says of a code counts beside one passage."""
LEAST = 0.1
"""Below this score nothing is suggested: the square root of the sum of squared likenesses."""
WINDOW = 100
"""For so many of the most similar codings at a time it is asked whether the caller may know of them."""
AT_ONCE = 400
"""So many passages one request takes apart; with more that are new, the answer is of those known so far."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A code, how much speaks for it, and the most similar coding under it; None where only the codebook speaks."""

    code_id: int
    score: float
    coding_id: int | None


@dataclass(frozen=True, slots=True)
class Spot:
    """The passage that is asked about, if it stands in a text: codings that overlap it there say nothing new."""

    source_id: int
    start: int
    end: int


@dataclass(slots=True)
class _Known:
    """What is known of a project's passages."""

    seen: int = 0  # the largest number of a change that is taken in
    words: dict[int, str] = field(default_factory=dict)
    parts: dict[int, Features] = field(default_factory=dict)
    ids: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    likeness: Likeness = field(default_factory=lambda: Likeness([]))
    lock: Lock = field(default_factory=Lock)

    @property
    def is_complete(self) -> bool:
        return len(self.parts) == len(self.words)


_known: dict[tuple[str, int], _Known] = {}


@dataclass(frozen=True, slots=True)
class _Book:
    """What a codebook says of its codes, taken apart."""

    said: list[tuple[int, str]]
    parts: list[Features]
    likeness: Likeness


_books: dict[tuple[str, int], _Book] = {}


class Advisor:
    """Suggests codes in one project for one caller; made once for a request, asked any number of times."""

    def __init__(self, session: Session, caller: Caller, project_id: int) -> None:
        known = _up_to_date(session, project_id)
        with known.lock:
            self._ids, self._likeness, self.is_complete = known.ids, known.likeness, known.is_complete
        self._session, self._caller = session, caller
        self._asked: dict[int, _Row | None] = {}
        codes = session.scalars(
            select(Code).where(Code.project_id == project_id, Code.state == "live", Code.is_codable).order_by(Code.id)
        )
        self._codes, self._book = _book_of(project_id, list(codes))

    def suggest(self, words: str, *, spot: Spot | None = None, most: int = 5) -> list[Suggestion]:
        """Return codes for these words, the likeliest first; nothing where nothing is near."""
        wanted = features(words)
        usable = set(self._codes)
        scores: dict[int, float] = {}
        best: dict[int, int] = {}
        taken = 0
        for row, likeness in self._nearest(wanted):
            if row.code_id not in usable or (spot is not None and _overlaps(row, spot)):
                continue
            taken += 1
            scores[row.code_id] = scores.get(row.code_id, 0.0) + likeness**2
            best.setdefault(row.code_id, row.id)
            if taken == NEIGHBOURS:
                break
        for code_id, likeness in zip(self._codes, self._book.to(wanted), strict=True):
            scores[code_id] = scores.get(code_id, 0.0) + BOOK_WEIGHS * float(likeness) ** 2
        ordered = sorted(scores, key=lambda code_id: (-scores[code_id], code_id))[:most]
        found = [Suggestion(code_id, min(scores[code_id] ** 0.5, 1.0), best.get(code_id)) for code_id in ordered]
        return [one for one in found if one.score >= LEAST]

    def _nearest(self, wanted: Features) -> Iterator[tuple[_Row, float]]:
        """Yield the codings that the caller may know of, the nearest first; rights are asked for window by window."""
        near = self._likeness.to(wanted)
        order = [int(at) for at in np.argsort(-near, kind="stable")[: int((near > 0).sum())]]
        for start in range(0, len(order), WINDOW):
            some = order[start : start + WINDOW]
            ids = [int(self._ids[at]) for at in some]
            missing = [each for each in ids if each not in self._asked]
            if missing:
                self._asked |= dict.fromkeys(missing) | _allowed(self._session, self._caller, missing)
            for at, each in zip(some, ids, strict=True):
                row = self._asked[each]
                if row is not None:
                    yield row, float(near[at])


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    code_id: int
    source_id: int
    start: int | None
    end: int | None


def _allowed(session: Session, caller: Caller, ids: Sequence[int]) -> dict[int, _Row | None]:
    rows = session.execute(
        select(Coding.id, Coding.code_id, Coding.source_id, Coding.start, Coding.end)
        .join(Source, Source.id == Coding.source_id)
        .where(Coding.id.in_(ids), COUNTED, visible_to(caller), seen_by(caller))
    )
    return {row.id: _Row(*row) for row in rows}


def _overlaps(row: _Row, spot: Spot) -> bool:
    if row.source_id != spot.source_id or row.start is None or row.end is None:
        return False
    return row.start < spot.end and spot.start < row.end


def _up_to_date(session: Session, project_id: int) -> _Known:
    """Return what is known, with the codings that were made, changed or taken away since taken in."""
    known = _known.setdefault((str(db.engine().url), project_id), _Known())
    with known.lock:
        changed = session.execute(
            select(Coding.id, Coding.touched, COUNTED, Coding.ev_quote)
            .where(Coding.project_id == project_id, Coding.touched > known.seen)
            .order_by(Coding.touched)
        ).all()
        for coding_id, touched, is_counted, words in changed:
            known.seen = max(known.seen, touched)
            if is_counted and known.words.get(coding_id) != words:
                known.words[coding_id] = words
                known.parts.pop(coding_id, None)
            elif not is_counted:
                known.words.pop(coding_id, None)
                known.parts.pop(coding_id, None)
        fresh = _taken_apart(known)
        if fresh or changed:
            ids = sorted(known.parts)
            known.ids = np.array(ids, dtype=np.int64)
            known.likeness = Likeness([known.parts[each] for each in ids])
    return known


def _taken_apart(known: _Known) -> int:
    """Take passages apart that are new, the youngest first; return how many."""
    missing = sorted(known.words.keys() - known.parts.keys(), reverse=True)[:AT_ONCE]
    same: dict[str, Features] = {}
    for coding_id in missing:
        words = known.words[coding_id]
        if words not in same:
            same[words] = features(words)
        known.parts[coding_id] = same[words]
    return len(missing)


def _book_of(project_id: int, codes: Sequence[Code]) -> tuple[list[int], Likeness]:
    """Take apart what the codebook says of its codes; what was known of it is used again until it says otherwise."""
    key = (str(db.engine().url), project_id)
    said = [(code.id, "\n".join(_said(code))) for code in codes]
    known = _books.get(key)
    if known is not None and known.said == said:
        return [code_id for code_id, _ in said], known.likeness
    old = dict(zip((words for _, words in known.said), known.parts, strict=True)) if known else {}
    parts = []
    fresh = 0
    for _, words in said:
        if words not in old:
            fresh += 1
        parts.append(old.get(words) or (features(words) if fresh <= AT_ONCE else features("")))
    made = _Book(said, parts, Likeness(parts))
    _books[key] = made
    return [code_id for code_id, _ in said], made.likeness


def _said(code: Code) -> Iterable[str]:
    return (code.name_th, code.name_en, *code.aliases, code.definition, code.include, code.example)
