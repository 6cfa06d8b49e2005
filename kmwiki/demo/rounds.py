"""The coding round of the demo project: coded by two, closed, and partly settled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kmwiki.coding.codings import add_coding
from kmwiki.coding.schemas import CodingIn
from kmwiki.entries.models import Entry
from kmwiki.rounds import service, settling
from kmwiki.rounds.comparing import comparison_of
from kmwiki.rounds.schemas import DecisionIn, RoundIn
from kmwiki.sources.queries import revision

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.coding.models import Code
    from kmwiki.coding.round_models import CodingRound
    from kmwiki.security.policy import Caller


def code_blind(
    session: Session, project: Project, plan: Mapping[str, Any], people: Mapping[str, Caller], codes: Mapping[str, Code]
) -> None:
    """Make the round of the demo's file. ValueError or StopIteration if the file names words that no note has."""
    wanted = select(Entry).where(Entry.project_id == project.id, Entry.number.in_(plan["notes"]))
    notes = {entry.number: entry for entry in session.scalars(wanted.options(joinedload(Entry.source)))}
    chief = people[plan["by"]]
    coders = [people[key] for key in plan["coders"]]
    data = RoundIn(
        name=plan["name"],
        purpose=plan["purpose"],
        entry_ids=[entry.id for entry in notes.values()],
        coder_ids=[coder.user_id or 0 for coder in coders],
    )
    made = service.create_round(session, chief, project, data)
    for row in plan["coding"]:
        for key in row["by"]:
            _code(session, people[key], notes[row["note"]], row, code_id=codes[row["code"]].id, round_id=made.id)
    for coder in coders:
        for entry in notes.values():
            service.mark_text(session, coder, made, entry.source, done=True)
    service.close_round(session, chief, made)
    for row in plan["decision"]:
        _settle(session, people, notes[row["note"]], row, made)


def _code(session: Session, coder: Caller, entry: Entry, row: Mapping[str, Any], **under: int) -> None:
    start = revision(session, entry.source).reading_text.index(row["quote"])
    data = CodingIn(
        start=start,
        end=start + len(row["quote"]),
        quote=row["quote"],
        memo=row.get("memo", ""),
        **under,
    )
    add_coding(session, coder, entry.source, data)


def _settle(
    session: Session, people: Mapping[str, Caller], entry: Entry, row: Mapping[str, Any], made: CodingRound
) -> None:
    judged = comparison_of(session, people[row["by"]], made, entry.source_id).judged
    case = next(
        each.case for each in judged if each.is_open and any(mark.quote == row["quote"] for mark in each.case.marks)
    )
    coder = people[row["coder"]].user_id if "coder" in row else None
    data = DecisionIn(codings=sorted(case.ids), choice=row["choice"], coder_id=coder, reason=row.get("reason", ""))
    settling.settle(session, people[row["by"]], made, data)
