"""What the reading page of an entry shows: its text with the codings, what is told about it, its comments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kmwiki.accounts.models import Project
from kmwiki.coding.desk import desk_of
from kmwiki.comments.access import may_edit, may_remove
from kmwiki.comments.queries import comment_of, thread
from kmwiki.entries.access import may_manage
from kmwiki.entries.kinds import KINDS
from kmwiki.entries.linking import linked_from, links_of
from kmwiki.places.queries import place
from kmwiki.rounds.queries import blind_round_of
from kmwiki.security.policy import Permission, can
from kmwiki.sources.access import may_read_history
from kmwiki.sources.pinpoints import place_pinpoints
from kmwiki.sources.queries import revision
from kmwiki.sources.veil import count_personal, veil_for
from kmwiki.text.marks import highlight
from kmwiki.web.attachments import files_of
from kmwiki.web.drawing import locale_code
from kmwiki.web.entry_list import AUDIENCE_WORDS, STATE_WORDS
from kmwiki.web.live_quotes import with_quotes_in
from kmwiki.web.memos_beside import memos_of_entry
from kmwiki.web.numbers import number_in, page_in
from kmwiki.web.retrieval_trail import trail_of
from kmwiki.web.search_walk import walk_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session
    from werkzeug.datastructures import MultiDict

    from kmwiki.comments.models import Comment
    from kmwiki.comments.queries import Thread
    from kmwiki.entries.models import Entry
    from kmwiki.security.policy import Caller
    from kmwiki.sources.models import Revision, Source
    from kmwiki.web.search_walk import Walk


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the text: its level from 1, its words, where it stands."""

    level: int
    text: str
    start: int


WORDS = {"states": STATE_WORDS, "audiences": AUDIENCE_WORDS}


def outline_of(head: Revision) -> list[Heading]:
    """Return the headings of a revision."""
    return [
        Heading(int(block["tag"][1]), head.reading_text[block["start"] : block["end"]], block["start"])
        for block in head.blocks
        if len(block["tag"]) == 2 and block["tag"][0] == "h" and block["tag"][1].isdigit()  # noqa: PLR2004 - h1 ... h6
    ]


def _marked(html: dict[int, str], hits: dict[int, list[tuple[int, int]]], walk: Walk | None) -> dict[int, str]:
    """Mark the hits in the texts; the one at which the page opens gets the id `hit`."""
    first = next((source_id for source_id in html if hits.get(source_id)), None)
    for source_id, ranges in hits.items():
        if source_id in html and walk is not None:
            html[source_id] = walk.draw(html[source_id], source_id)
        elif source_id in html:
            html[source_id] = highlight(html[source_id], ranges, first_id="hit" if source_id == first else "")
    return html


def _hidden_from_readers(session: Session, caller: Caller, head: Revision, project_id: int) -> int:
    """Count what readers do not see of the text; those who do not see it themselves are not told."""
    if not can(caller, Permission.SEE_PERSONAL, project_id):
        return 0
    return count_personal(session, project_id, head.reading_text)


def _talk(session: Session, caller: Caller, source: Source, args: MultiDict[str, str], opened: int) -> Thread:
    """Return the page of comments asked for, or the one that holds what the page is to open at."""
    holding = number_in(args, "comment") or comment_of(session, opened)
    return thread(session, caller, source.id, page=page_in(args, "talk"), holding=holding)


def page_of(session: Session, caller: Caller, entry: Entry, args: MultiDict[str, str]) -> dict[str, Any]:
    """Gather the reading page of an entry that the caller may read."""
    source = entry.source
    head = veil_for(session, caller, entry.project_id).over(source).revision(revision(session, source))
    named = place_pinpoints(session, caller, args.getlist("hit"))
    walk = walk_of(session, caller, source, args, named)
    project = session.get_one(Project, entry.project_id)
    trail = trail_of(session, caller, project, entry, args)
    hits = walk.hits if walk else (trail and trail.hits) or named.ranges
    opened = walk.steps[walk.at].source_id if walk else next((key for key in hits if key != source.id), 0)
    talk = _talk(session, caller, source, args, opened)
    texts = [(source, head), *((said.comment.source, said.revision) for said in talk.items if said.revision)]
    desk = desk_of(session, caller, source, texts)
    desk.html = with_quotes_in(session, _marked(desk.html, hits, walk))
    return {
        "project": project,
        "entry": entry,
        "source": source,
        "revision": head,
        "personal": _hidden_from_readers(session, caller, head, entry.project_id),
        "walk": walk,
        "trail": trail,
        "moved": [one for one in named.moved if one.root_id == source.id],
        "kind": KINDS[entry.kind],
        "kinds": KINDS,
        "links": links_of(session, caller, entry),
        "linked_from": linked_from(session, caller, entry),
        "desk": desk,
        "talk": talk,
        "blind_round": blind_round_of(session, caller, source.id),
        "outline": outline_of(head),
        "places": [place(each.place_code).full(locale_code()) for each in entry.places],
        **_rights(caller, entry, [said.comment for said in talk.items]),
        "answering": number_in(args, "answer"),
        **memos_of_entry(session, caller, project, entry),
        **files_of(session, source, may_write=can(caller, Permission.WRITE, entry.project_id)),
        "typed": "",
        "errors": {},
        **WORDS,
    }


def _rights(caller: Caller, entry: Entry, comments: Sequence[Comment]) -> dict[str, Any]:
    """Say what the reader may do with the entry and its comments."""
    return {
        "may_write": can(caller, Permission.WRITE, entry.project_id),
        "may_manage": may_manage(caller, entry),
        "may_read_history": may_read_history(caller, entry.source),
        "may_comment": can(caller, Permission.COMMENT, entry.project_id),
        "may_edit_comment": {comment.id for comment in comments if may_edit(caller, comment.source)},
        "may_remove_comment": {comment.id for comment in comments if may_remove(caller, comment.source)},
    }
