"""What the pages of memos show: filters read from the address, links drawn with titles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask import request
from flask_babel import gettext
from markupsafe import Markup, escape
from werkzeug.datastructures import MultiDict

from kmwiki.api.v1.errors import words
from kmwiki.coding.models import Code
from kmwiki.db import now
from kmwiki.errors import N_, say
from kmwiki.memos.about import things
from kmwiki.memos.access import KINDS
from kmwiki.memos.links import Ref, draw_links, refs_in
from kmwiki.memos.queries import SORTS, MemoFilters
from kmwiki.text.dates import read_date
from kmwiki.text.marks import highlight
from kmwiki.web.context import caller
from kmwiki.web.i18n import TIMEZONE
from kmwiki.web.live_quotes import with_quotes
from kmwiki.web.numbers import number_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.memos.about import Thing
    from kmwiki.sources.models import Revision
    from kmwiki.sources.pinpoints import Placed

KIND_WORDS: Mapping[str, str] = {
    "project": N_("The project"),
    "code": N_("A code"),
    "entry": N_("A note"),
    "coding": N_("A coded passage"),
    "comment": N_("A comment"),
}
AUDIENCE_WORDS: Mapping[str, str] = {
    "team": N_("The project team"),
    "supervisors": N_("Supervisors"),
    "private": N_("Only me"),
}
SORT_WORDS: Mapping[str, str] = {
    "created": N_("Newest first"),
    "updated": N_("Last changed"),
    "oldest": N_("Oldest first"),
}
HERE = ZoneInfo(TIMEZONE)


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of an address: what was typed, what is meant, what cannot be understood."""

    filters: MemoFilters
    typed: dict[str, Any]
    errors: dict[str, str]

    @property
    def is_narrowed(self) -> bool:
        """Whether any filter is set."""
        return any(self.typed[name] for name in ("kind", "author", "code", "from", "to"))


def read_filters(session: Session, project: Project) -> Asked:
    """Read the filters of this address. Days are those of Thailand, in either era, and the last is included."""
    typed: dict[str, Any] = {name: request.args.get(name, "").strip()[:100] for name in ("code", "from", "to", "sort")}
    kinds = tuple(kind for kind in KINDS if kind in request.args.getlist("kind"))
    given = (MultiDict({"id": one}) for one in request.args.getlist("author")[:50])
    authors = tuple(key for one in given if (key := number_in(one, "id", least=1)) is not None)
    typed |= {"kind": kinds, "author": authors}
    moments: dict[str, datetime | None] = {"from": None, "to": None}
    errors: dict[str, str] = {}
    for name in moments:
        found = read_date(typed[name], today=now().astimezone(HERE).date()) if typed[name] else []
        if typed[name] and not found:
            errors[name] = words(say("This date is not understood. Write it like 18 ก.พ. 2569 or 2026-02-18."))
        if found:
            day = found[0].start if name == "from" else found[0].end + timedelta(days=1)
            moments[name] = datetime.combine(day, time(), HERE).astimezone(UTC)
    number = number_in(request.args, "code", least=1)
    code = session.get(Code, number) if number else None
    if code is None or code.project_id != project.id:
        typed["code"], code = "", None
    typed["sort"] = typed["sort"] if typed["sort"] in SORTS else "created"
    filters = MemoFilters(
        kinds=kinds,
        authors=authors,
        code_id=code.id if code is not None else None,
        since=moments["from"],
        until=moments["to"],
        sort=typed["sort"],
    )
    return Asked(filters, typed, errors)


def drawn_text(session: Session, project: Project, head: Revision, named: Placed) -> str:
    """Draw the text of a memo: its links with the titles of what they lead to, the hits of a search marked."""
    html = head.html
    marks = named.ranges.get(head.source_id)
    if marks:
        html = highlight(html, marks, first_id="hit")
    known = things(session, caller(), project, refs_in(head.reading_text))
    html = with_quotes(session, html)
    return draw_links(html, lambda ref, said: str(drawn_link(ref, said, known)))


def drawn_link(ref: Ref, said: str, known: Mapping[Ref, Thing]) -> Markup:
    """Draw one link; of what the reader may not see, nothing but the words that the memo itself gives it."""
    thing = known.get(ref)
    own = Markup(said)  # noqa: S704 - a piece of safe HTML without tags
    if thing is None:
        none = own or escape(gettext("(a link that you cannot open)"))
        return Markup('<span class="memo-ref memo-ref--none">{}</span>').format(none)
    title = own or escape(f"“{thing.title}”" if thing.kind in {"coding", "comment", "quote"} else thing.title)
    behind = (
        Markup(' <span class="quiet">({})</span>').format(thing.code.name_th)
        if thing.kind == "coding" and thing.code
        else ""
    )
    return Markup('<a class="memo-ref" href="{}">{}</a>{}').format(thing.url, title, behind)
