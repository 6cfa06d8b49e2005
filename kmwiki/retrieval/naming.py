"""What the groups of a list are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from kmwiki.accounts.models import User
from kmwiki.entries.models import Entry
from kmwiki.errors import N_
from kmwiki.places.queries import place
from kmwiki.sources.models import Source
from kmwiki.sources.veil import veil_for

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.retrieval.book import Book
    from kmwiki.retrieval.finding import Found
    from kmwiki.retrieval.ordering import GroupKey
    from kmwiki.retrieval.telling import Tongue
    from kmwiki.security.policy import Caller

NOT_TOLD = {
    "place": N_("No province is told"),
    "coder": N_("No coder is told"),
}
_CHUNK = 5000


def group_names(session: Session, caller: Caller, found: Found, book: Book, tongue: Tongue) -> dict[GroupKey, str]:
    """Return the name of every group of a list, in one statement at most (for each 5,000 notes)."""
    by = found.question.by
    keys = [group.key for group in found.groups]
    made: dict[GroupKey, str] = {}
    if by == "code":
        made = {key: tongue.code(book.codes[key]) for key in keys if isinstance(key, int)}
    elif by == "kind":
        made = {key: tongue.kind(str(key)) for key in keys}
    elif by == "place":
        places = {key: place(str(key)) for key in keys if key is not None}
        made = {key: one.name_en if tongue.locale == "en" else one.name_th for key, one in places.items()}
    elif by == "coder":
        rows = session.execute(select(User.id, User.name).where(User.id.in_([key for key in keys if key is not None])))
        made = {key: name for key, name in rows}  # noqa: C416 - a result is no mapping
    elif by == "entry":
        made = _titles(session, caller, found.project_id, [key for key in keys if isinstance(key, int)])
    return {key: made.get(key) or tongue.translate(NOT_TOLD.get(by, N_("Not told"))) for key in keys}


def _titles(session: Session, caller: Caller, project_id: int, numbers: list[int]) -> dict[GroupKey, str]:
    veil = veil_for(session, caller, project_id)
    found: dict[GroupKey, str] = {}
    for at in range(0, len(numbers), _CHUNK):
        rows = select(Entry.number, Entry.title, Source).join(Source, Source.id == Entry.source_id)
        wanted = Entry.project_id == project_id, Entry.number.in_(numbers[at : at + _CHUNK])
        for number, title, source in session.execute(rows.where(*wanted)):
            found[number] = veil.over(source).text(title)
    return found
