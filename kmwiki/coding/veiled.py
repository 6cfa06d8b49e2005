"""Quotes of codings as the caller may see them, cut from the masked text."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import select, tuple_
from sqlalchemy.orm.attributes import set_committed_value

from kmwiki.sources.models import Revision, Source
from kmwiki.sources.veil import veil_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from kmwiki.coding.queries import CodingRow
    from kmwiki.security.policy import Caller


def veiled_rows(session: Session, caller: Caller, project_id: int, rows: Sequence[CodingRow]) -> list[CodingRow]:
    """Mask the quotes of these rows of a project, the present words and the evidence.

    Evidence and names of codes are masked on the loaded rows, unnoticed by the session: nothing is ever written back,
    for whoever changes codings sees everything.
    """
    veil = veil_for(session, caller, project_id)
    if veil.is_open or not rows:
        return list(rows)
    wanted = select(Source).where(Source.id.in_({row.coding.source_id for row in rows}))
    veils = {source.id: veil.over(source) for source in session.scalars(wanted)}
    texts = {key: veils[key[0]].text(text) for key, text in _texts(session, rows).items()}
    for code in {row.code.id: row.code for row in rows}.values():
        set_committed_value(code, "name_th", veil.text(code.name_th))
        set_committed_value(code, "name_en", veil.text(code.name_en))
    made = []
    for row in rows:
        coding = row.coding
        evidence = texts[coding.source_id, coding.ev_revision]
        set_committed_value(coding, "ev_quote", evidence[coding.ev_start : coding.ev_end])
        quote = row.quote
        if quote is not None and coding.start is not None and coding.end is not None:
            quote = texts[coding.source_id, row.revision][coding.start : coding.end]
        made.append(replace(row, quote=quote))
    return made


def _texts(session: Session, rows: Sequence[CodingRow]) -> dict[tuple[int, int], str]:
    wanted = {(row.coding.source_id, no) for row in rows for no in (row.revision, row.coding.ev_revision)}
    found: dict[tuple[int, int], str] = {}
    pairs = sorted(wanted)
    for start in range(0, len(pairs), 200):
        some = pairs[start : start + 200]
        statement = select(Revision.source_id, Revision.no, Revision.reading_text)
        for source_id, no, text in session.execute(statement.where(tuple_(Revision.source_id, Revision.no).in_(some))):
            found[source_id, no] = text
    return found
