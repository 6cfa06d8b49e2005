"""Lines of a concordance with what is told of their notes, for pages, answers and files."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from kmwiki.analysis.concordance import before, behind
from kmwiki.analysis.kwic import MOST_LINES, Line, concordance
from kmwiki.analysis.schemas import KwicOut, LineOut
from kmwiki.entries.models import Entry
from kmwiki.entries.queries import event_of, path_of
from kmwiki.errors import NotFound
from kmwiki.places.queries import place
from kmwiki.search.facets import name_facets
from kmwiki.search.schemas import ProvinceOut
from kmwiki.sources.pinpoints import Pinpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.search.request import SearchRequest
    from kmwiki.security.policy import Caller

CHUNK = 500


def find_lines(
    session: Session,
    caller: Caller,
    project: Project,
    request: SearchRequest,
    *,
    width: int,
    sort: str,
    among: str = "",
    locale: str,
    translate: Callable[[str], str],
) -> KwicOut:
    """Return a page of the concordance of a search, with what search says of the query."""
    started = time.perf_counter()
    found = concordance(session, caller, project, request, sort=sort, among=among, locale=locale)
    plan = found.selected.plan
    if plan is None:
        raise AssertionError("a concordance has a query")
    first = (request.page - 1) * request.size
    lines = list(told(session, project, found.lines[first : first + request.size], width))
    return KwicOut(
        text=request.text,
        understood=plan.understood,
        also=list(plan.also),
        notes=[translate(note.text) % note.values for note in plan.notes],
        mode=plan.mode,
        total=len(found.lines),
        texts=found.texts,
        entries=len({line.text.head.entry_id for line in found.lines}),
        most=MOST_LINES,
        cut=found.is_cut,
        complete=found.selected.is_complete,
        width=width,
        sort=sort,
        page=request.page,
        size=request.size,
        took_ms=round((time.perf_counter() - started) * 1000),
        lines=lines,
        facets=name_facets(request, found.selected.counts, locale=locale, translate=translate),
    )


def told(session: Session, project: Project, lines: Sequence[Line], width: int) -> Iterator[LineOut]:
    """Yield lines with what is told of their notes, read from the database some at a time."""
    for at in range(0, len(lines), CHUNK):
        some = lines[at : at + CHUNK]
        wanted = {line.text.head.entry_id for line in some}
        rows = session.scalars(select(Entry).where(Entry.id.in_(wanted)).options(selectinload(Entry.places)))
        entries = {row.id: row for row in rows}
        for line in some:
            if line.text.head.entry_id in entries:
                yield _told(project, line, entries[line.text.head.entry_id], width)


def _told(project: Project, line: Line, entry: Entry, width: int) -> LineOut:
    head, part = line.text.head, line.text.parts[line.part]
    address = path_of(project.slug, entry)
    if part.name == "body":
        address += f"?hit={Pinpoint(head.source_id, line.start, line.end, head.revision)}#hit"
    return LineOut(
        left=_on_one_line(before(part.text, line.start, width)),
        keyword=_on_one_line(part.text[line.start : line.end]),
        right=_on_one_line(behind(part.text, line.end, width)),
        part=part.name,
        start=line.start,
        end=line.end,
        type=head.type,
        source_id=head.source_id,
        entry_id=head.entry_id,
        number=head.number,
        title=head.title,
        kind=entry.kind,
        provinces=_provinces(entry),
        event_date=entry.event_start.isoformat() if entry.event_start is not None else None,
        event=event_of(entry),
        author=(line.text.columns.get("author") or (None,))[0],
        url=address,
    )


def _on_one_line(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ").replace("\t", " ")


def _provinces(entry: Entry) -> list[ProvinceOut]:
    found = []
    for code in dict.fromkeys(one.province_code for one in entry.places):
        try:
            known = place(code)
        except NotFound:
            continue
        found.append(ProvinceOut(code=code, name_th=known.name_th, name_en=known.name_en))
    return found
