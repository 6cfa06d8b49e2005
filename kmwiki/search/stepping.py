"""Every place in one note where a query's words stand, in reading order: what one steps through on its page."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import or_, select

from kmwiki.search.dictionary import dictionary, segmenters
from kmwiki.search.plan import Planner
from kmwiki.search.query_tokens import QueryError
from kmwiki.search.snippets import merged, places
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Revision, Source
from kmwiki.sources.veil import veil_for
from kmwiki.text.thai import fold_with_map

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.search.plan import Mode
    from kmwiki.security.policy import Caller

MOST_STEPS = 500
MOST_TEXTS = 300


class Step(NamedTuple):
    """A passage: code points of the reading text of a source, and the revision that this is."""

    source_id: int
    start: int
    end: int
    revision: int


def steps(session: Session, caller: Caller, root: Source, text: str, mode: Mode = "auto") -> list[Step]:
    """Return where a query's words stand in a note and its comments, as the caller may read them.

    Nothing for a query that cannot be read.
    """
    known = dictionary(session, root.project_id)
    try:
        planner = Planner(root.project_id, known, segmenters(session)(root.project_id))
        marks = planner.plan(text, mode).marks
    except QueryError:
        return []
    wanted = (
        select(Source, Revision.no, Revision.reading_text)
        .join(Revision, (Revision.source_id == Source.id) & (Revision.no == Source.head_no))
        .where(or_(Source.id == root.id, Source.root_id == root.id), Source.kind != "memo", visible_to(caller))
        .order_by(Source.id != root.id, Source.id)
        .limit(MOST_TEXTS)
    )
    veil = veil_for(session, caller, root.project_id)
    found: list[Step] = []
    for source, no, reading_text in session.execute(wanted):
        shown = veil.over(source).text(reading_text)
        here = merged(shown, places(fold_with_map(shown), marks))
        found += [Step(source.id, start, end, no) for start, end in here]
        if len(found) >= MOST_STEPS:
            break
    return found[:MOST_STEPS]
