"""Reading a project's dictionary: the list, its history, and how far the index has followed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from kmwiki.accounts.models import User
from kmwiki.jobs.models import Job
from kmwiki.search.dictionary import Term, key_of, product_pairs
from kmwiki.search.models import DictionaryChange
from kmwiki.search.outbox import REBUILD, REBUILD_KEY
from kmwiki.search.terms import all_terms
from kmwiki.text.thai import sort_key

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from kmwiki.search.models import DictionaryTerm

MOST_TOLD = 6


@dataclass(frozen=True, slots=True)
class Told:
    """A change as the history tells it: some of its terms before and after, and how many there are."""

    no: int
    verb: str
    author: str | None
    reason: str
    created: datetime
    terms: list[tuple[Term | None, Term | None]]
    total: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the making of a new index is. `state` is "", queued, running or failed."""

    state: str
    done: int = 0
    total: int = 0

    @property
    def percent(self) -> int:
        """How much of it is done, 0 to 100."""
        return min(100, 100 * self.done // self.total) if self.total else 0


def find_terms(session: Session, project_id: int, text: str = "", kind: str = "") -> list[DictionaryTerm]:
    """Return the terms in which a text stands, in the order of the Thai dictionary."""
    wanted = key_of(text)
    rows = [
        row
        for row in all_terms(session, project_id)
        if (not kind or row.kind == kind) and (wanted in key_of(row.term) or wanted in key_of(row.expansion))
    ]
    return sorted(rows, key=lambda row: (sort_key(row.term), row.id))


def built_in(own: Sequence[DictionaryTerm], text: str = "") -> list[tuple[Term, bool]]:
    """Return the product's abbreviations in which a text stands, and whether the project has its own word for each."""
    explained = {key_of(row.term) for row in own if row.kind == "abbreviation"}
    wanted = key_of(text)
    pairs = [Term(short, full) for short, full in product_pairs() if wanted in key_of(short) or wanted in key_of(full)]
    return [(term, key_of(term.term) in explained) for term in sorted(pairs, key=lambda one: sort_key(one.term))]


def history(session: Session, project_id: int, *, offset: int = 0, size: int = 50) -> tuple[list[Told], int]:
    """Return a page of the changes, the newest first, and how many there are."""
    numbers = select(DictionaryChange.no).where(DictionaryChange.project_id == project_id).distinct()
    total = session.scalar(select(func.count()).select_from(numbers.subquery())) or 0
    page = list(session.scalars(numbers.order_by(DictionaryChange.no.desc()).offset(offset).limit(size)))
    counts = dict(
        session.execute(
            select(DictionaryChange.no, func.count())
            .where(DictionaryChange.project_id == project_id, DictionaryChange.no.in_(page))
            .group_by(DictionaryChange.no)
        ).all()
    )
    return [_told(session, project_id, no, counts[no]) for no in page], total


def _told(session: Session, project_id: int, no: int, count: int) -> Told:
    rows = session.execute(
        select(DictionaryChange, User.name)
        .outerjoin(User, User.id == DictionaryChange.author_id)
        .where(DictionaryChange.project_id == project_id, DictionaryChange.no == no)
        .order_by(DictionaryChange.id)
        .limit(MOST_TOLD)
    ).all()
    first, author = rows[0]
    terms = [(_term(row.before), _term(row.after)) for row, _ in rows]
    return Told(no, first.verb, author, first.reason, first.created, terms, count)


def _term(data: dict[str, str] | None) -> Term | None:
    return None if data is None else Term(data["term"], data["expansion"], data["kind"])


def progress(session: Session, project_id: int) -> Progress:
    """Tell how far the index has followed the last change of a project's dictionary, or is made anew as a whole."""
    keys = REBUILD_KEY, f"project:{project_id}"
    waiting = select(Job).where(Job.kind == REBUILD, Job.key.in_(keys), Job.state != "done")
    job = session.scalars(waiting.order_by(Job.state != "running", Job.id).limit(1)).first()
    if job is None:
        return Progress("")
    return Progress(job.state, int(job.progress.get("done") or 0), int(job.progress.get("total") or 0))
