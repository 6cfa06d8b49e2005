"""From a list of passages to one of them in its note, on to the next, and back to the same place of the list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmwiki.errors import Invalid
from kmwiki.retrieval.asking import is_asked
from kmwiki.retrieval.book import read_book
from kmwiki.retrieval.finding import retrieve
from kmwiki.retrieval.reading import read_question
from kmwiki.retrieval.telling import sentence
from kmwiki.security.policy import Permission, can
from kmwiki.web.numbers import number_in
from kmwiki.web.retrieval_address import SIZE, address, carried_by, opens_at, tongue, unpacked

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from werkzeug.datastructures import MultiDict

    from kmwiki.accounts.models import Project
    from kmwiki.entries.models import Entry
    from kmwiki.retrieval.finding import Found
    from kmwiki.security.policy import Caller


@dataclass(frozen=True, slots=True)
class Trail:
    """Where somebody stands in a list of passages. `at` is the open one, from 0; None: it is in the list no more."""

    said: str
    at: int | None
    count: int
    back: str
    previous: str | None = None
    next: str | None = None
    hits: dict[int, list[tuple[int, int]]] | None = None
    """What is marked in the texts of the note: the words of the open passage, by source."""


def trail_of(
    session: Session, caller: Caller, project: Project, entry: Entry, args: MultiDict[str, str]
) -> Trail | None:
    """Return the trail that an address names (`passages`, `coding`, `at`); None where it names none."""
    given = unpacked(args.get("passages", ""))
    if not is_asked(given) or not can(caller, Permission.READ, project.id):
        return None
    book = read_book(session, project.id)
    try:
        question = read_question(given, book)
    except Invalid:
        return None
    found = retrieve(session, caller, project, question, book)
    near, coding_id = number_in(args, "at") or 0, number_in(args, "coding") or 0
    at = found.position(coding_id, near)
    said = sentence(question, book, tongue())
    if at is None:
        return Trail(said, None, len(found.lines), address(project, question.address, near // SIZE + 1))
    hit = found.lines[at][1]
    is_here = hit.passage.root_id == entry.source_id and hit.passage.end > hit.passage.start
    return Trail(
        said,
        at,
        len(found.lines),
        address(project, question.address, at // SIZE + 1, f"p{at}"),
        _beside(project, found, at - 1),
        _beside(project, found, at + 1),
        {hit.passage.source_id: list(hit.words)} if is_here else None,
    )


def _beside(project: Project, found: Found, at: int) -> str | None:
    """Return where another passage of the list opens; None beyond its ends."""
    if not 0 <= at < len(found.lines):
        return None
    passage = found.lines[at][1].passage
    return opens_at(project, passage.number, carried_by(found.question), passage.id, at)
