"""Rounds as other programs see them, and their decisions as a table."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, cast

from sqlalchemy import select

from kmwiki.accounts.models import User
from kmwiki.coding.models import Code, Coding
from kmwiki.coding.round_models import DecisionCoding, RoundDecision
from kmwiki.entries.models import Entry
from kmwiki.rounds.comparing import blind_to, comparison_of
from kmwiki.rounds.schemas import (
    CaseMarkOut,
    CaseOut,
    CellOut,
    CoderOut,
    DecisionOut,
    RoundOut,
    RoundUnit,
    TextOut,
    UnitOut,
    UnitsOut,
    UnitsTextOut,
)
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Literal

    from sqlalchemy.orm import Session

    from kmwiki.coding.round_models import CodingRound
    from kmwiki.rounds.comparing import Decided, Judged
    from kmwiki.rounds.queries import Board
    from kmwiki.rounds.schemas import Choice
    from kmwiki.security.policy import Caller

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a cell may not begin with: spreadsheets would work it out."""


def tell_round(board: Board, slug: str) -> RoundOut:
    """Return a round with its board; `slug` names the project."""
    found = board.round
    return RoundOut(
        id=found.id,
        name=found.name,
        purpose=found.purpose,
        unit=cast("RoundUnit", found.unit),
        is_blind=found.is_blind,
        state=cast("Literal['open', 'closed']", found.state),
        created=found.created,
        closed=found.closed,
        reopened=found.reopened,
        code_ids=list(found.code_ids),
        coders=[CoderOut(id=one.id, name=one.name, is_member=one.is_member) for one in board.coders],
        texts=[
            TextOut(
                source_id=row.root_id,
                entry_id=row.entry.id if row.entry else None,
                number=row.entry.number if row.entry else None,
                title=row.entry.title if row.entry else None,
                revision=row.revision,
                is_changed=row.is_changed,
                is_binned=row.is_binned,
                cells=[
                    CellOut(
                        coder_id=coder_id,
                        progress=cell.progress,
                        codings=cell.codings,
                        is_before_edit=cell.is_before_edit,
                    )
                    for coder_id, cell in row.cells.items()
                ],
            )
            for row in board.rows
        ],
        url=f"/p/{slug}/rounds/{found.id}",
    )


def units_out(session: Session, caller: Caller, found: CodingRound) -> UnitsOut:
    """Return units x coders x codes of a closed round, of the texts that the caller may read. Conflict while open."""
    comparison = comparison_of(session, caller, found)
    texts = [
        UnitsTextOut(
            source_id=text.source.id,
            entry_id=text.entry.id,
            revision=text.source.head_no,
            length=len(text.text),
            coders=text.coders,
            units=[
                UnitOut(
                    start=unit.start,
                    end=unit.end,
                    length=unit.length,
                    codes={coder: sorted(unit.codes.get(coder, ())) for coder in text.coders},
                )
                for unit in text.units
            ],
        )
        for text in comparison.texts
    ]
    return UnitsOut(
        round_id=found.id,
        unit=cast("RoundUnit", found.unit),
        coders=[CoderOut(id=one.id, name=one.name, is_member=one.is_member) for one in comparison.coders],
        codes=sorted({mark.code_id for text in comparison.texts for mark in text.marks}),
        texts=texts,
        left_out=comparison.left_out,
    )


def case_out(judged: Judged) -> CaseOut:
    """Return a case with its codings and what was decided about it."""
    case, text = judged.case, judged.text
    return CaseOut(
        kind=case.kind,
        source_id=case.source_id,
        entry_id=judged.entry.id,
        number=judged.entry.number,
        codings=[
            CaseMarkOut(
                id=mark.id,
                coder_id=mark.coder_id,
                code_id=mark.code_id,
                start=mark.start,
                end=mark.end,
                quote=mark.quote if mark.start is None else text[mark.start : mark.end],
            )
            for mark in case.marks
        ],
        decision=None if judged.decided is None else _decided_out(judged.decided, sorted(case.ids)),
    )


def _decided_out(decided: Decided, codings: Sequence[int]) -> DecisionOut:
    return decision_out(decided.decision, codings, [coding.id for coding in decided.made], decided.author)


def decision_out(decision: RoundDecision, codings: Sequence[int], made: Sequence[int], author: str) -> DecisionOut:
    """Return a decision with the ids of what it is about and of what it made."""
    return DecisionOut(
        id=decision.id,
        codings=list(codings),
        choice=cast("Choice", decision.choice),
        coder_id=decision.coder_id,
        reason=decision.reason,
        author=author or None,
        created=decision.created,
        made=list(made),
        undone=decision.undone,
    )


def tell_decision(session: Session, decision: RoundDecision) -> DecisionOut:
    """Return one decision as it stands in the database."""
    links = session.execute(
        select(DecisionCoding.coding_id, DecisionCoding.is_made, Coding.deleted)
        .join(Coding, Coding.id == DecisionCoding.coding_id)
        .where(DecisionCoding.decision_id == decision.id)
        .order_by(DecisionCoding.coding_id)
    ).all()
    author = session.scalar(select(User.name).where(User.id == decision.author_id)) or ""
    about = [row.coding_id for row in links if not row.is_made]
    made = [row.coding_id for row in links if row.is_made and row.deleted is None]
    return decision_out(decision, about, made, author)


def decisions_csv(
    session: Session, caller: Caller, found: CodingRound, headers: Sequence[str], words: Mapping[str, str]
) -> str:
    """Write every decision of a round, those taken back too, as a table in UTF-8 with its mark.

    A row for each coding that a decision is about or made; `words` names choices in the reader's language.
    """
    hidden = blind_to(session, caller)
    made_by, coder = select(User.id, User.name).subquery(), select(User.id, User.name).subquery()
    rows = session.execute(
        select(RoundDecision, DecisionCoding.is_made, Coding, Code.name_th, Entry.number, Entry.title,
               made_by.c.name, coder.c.name)
        .join(DecisionCoding, DecisionCoding.decision_id == RoundDecision.id)
        .join(Coding, Coding.id == DecisionCoding.coding_id)
        .join(Code, Code.id == Coding.code_id)
        .join(Source, Source.id == Coding.source_id)
        .join(Entry, Entry.source_id == RoundDecision.root_id)
        .outerjoin(made_by, made_by.c.id == RoundDecision.author_id)
        .outerjoin(coder, coder.c.id == Coding.coder_id)
        .where(RoundDecision.round_id == found.id, visible_to(caller), RoundDecision.root_id.not_in(hidden))
        .order_by(RoundDecision.id, DecisionCoding.is_made, Coding.id)
    )  # fmt: skip
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(headers)
    for decision, is_made, coding, code, number, title, author, name in rows:
        cells = [
            str(decision.id), str(number), title, words["made" if is_made else "about"], name or "", code,
            coding.ev_quote, words[decision.choice], decision.reason, author or "", decision.created.isoformat(),
            decision.undone.isoformat() if decision.undone else "",
        ]  # fmt: skip
        writer.writerow(_safe(cells))
    return "\ufeff" + out.getvalue()


def _safe(cells: Iterable[str]) -> list[str]:
    return [f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells]
