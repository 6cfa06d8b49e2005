"""What the reading page of an entry shows: its text with the codings, what is told about it, its comments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kmwiki.accounts.models import Project
from kmwiki.coding.desk import desk_of
from kmwiki.comments.access import may_edit, may_remove
from kmwiki.comments.queries import thread
from kmwiki.entries.access import may_manage
from kmwiki.entries.kinds import KINDS
from kmwiki.places.queries import place
from kmwiki.security.policy import Permission, can
from kmwiki.sources.queries import revision
from kmwiki.web.drawing import locale_code
from kmwiki.web.entry_list import AUDIENCE_WORDS, STATE_WORDS

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from werkzeug.datastructures import MultiDict

    from kmwiki.entries.models import Entry
    from kmwiki.security.policy import Caller
    from kmwiki.sources.models import Revision


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the text: its level from 1, its words, where it stands."""

    level: int
    text: str
    start: int


def outline_of(head: Revision) -> list[Heading]:
    """Return the headings of a revision."""
    return [
        Heading(int(block["tag"][1]), head.reading_text[block["start"] : block["end"]], block["start"])
        for block in head.blocks
        if len(block["tag"]) == 2 and block["tag"][0] == "h" and block["tag"][1].isdigit()  # noqa: PLR2004 - h1 ... h6
    ]


def page_of(session: Session, caller: Caller, entry: Entry, args: MultiDict[str, str]) -> dict[str, Any]:
    """Gather the reading page of an entry that the caller may read."""
    source = entry.source
    head = revision(session, source)
    talk = thread(session, caller, source.id, page=_number(args.get("talk")) or 1, holding=_number(args.get("comment")))
    texts = [(source, head), *((said.comment.source, said.revision) for said in talk.items if said.revision)]
    locale = locale_code()
    return {
        "project": session.get_one(Project, entry.project_id),
        "entry": entry,
        "source": source,
        "revision": head,
        "kind": KINDS[entry.kind],
        "desk": desk_of(session, caller, source, texts),
        "talk": talk,
        "outline": outline_of(head),
        "places": [place(each.place_code).full(locale) for each in entry.places],
        "may_write": can(caller, Permission.WRITE, entry.project_id),
        "may_manage": may_manage(caller, entry),
        "may_comment": can(caller, Permission.COMMENT, entry.project_id),
        "may_edit_comment": {said.comment.id for said in talk.items if may_edit(caller, said.comment.source)},
        "may_remove_comment": {said.comment.id for said in talk.items if may_remove(caller, said.comment.source)},
        "answering": _number(args.get("answer")),
        "typed": "",
        "errors": {},
        "states": STATE_WORDS,
        "audiences": AUDIENCE_WORDS,
    }


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None  # noqa: PLR2004
