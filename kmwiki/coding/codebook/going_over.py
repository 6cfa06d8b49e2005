"""Codings that go from one code to another, in a merge or a split, and back when that is undone.

What went where is kept with the change in three lists. `moved` of [coding, from, to]. `gone` of [coding, twin, raised],
removed, for the same coder had these words under the code already, in the row `twin`, which took its memo and, if
`raised`, counts since. `back` of [coding, twin, code]: such rows brought
back under their code.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kmwiki.coding.carrying import bring_to_head
from kmwiki.coding.models import BatchCoding, Coding
from kmwiki.coding.twins import standing_on
from kmwiki.db import now

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sqlalchemy.orm import Session

MANY = 500  # ids in one statement


@dataclass(slots=True)
class Over:
    """Which codings went where; `left` are those that stayed, for they were changed meanwhile."""

    moved: list[list[int]] = field(default_factory=list)
    gone: list[list[int]] = field(default_factory=list)
    back: list[list[int]] = field(default_factory=list)
    left: list[int] = field(default_factory=list)

    def as_kept(self) -> dict[str, Any] | None:
        """Return what is kept with the change, nothing if nothing went."""
        told = {"moved": self.moved, "gone": self.gone, "back": self.back}
        return {name: rows for name, rows in told.items() if rows} or None

    @property
    def ids(self) -> list[int]:
        """The ids of all that went, in whatever way."""
        return [row[0] for row in (*self.moved, *self.gone, *self.back)]


def send_over(session: Session, rows: Iterable[Coding], into_id: int, over: Over | None = None) -> Over:
    """Put live codings under another code; where their layer has the words under it, one stays, with both memos."""
    over, going = over or Over(), list(rows)
    layers = {row.layer_id for row in going}
    there: dict[tuple[object, ...], Coding] = {}
    for row in session.scalars(
        select(Coding).where(Coding.code_id == into_id, Coding.deleted.is_(None), Coding.layer_id.in_(layers))
    ):
        there.setdefault(_place(row), row)
    for row in going:
        twin = there.get(_place(row))
        if twin is None:
            over.moved.append([row.id, row.code_id, into_id])
            there[_place(row)] = row
            row.code_id = into_id
        elif twin is not row:
            over.gone.append([row.id, twin.id, int(_join(row, twin))])
    session.flush()
    return over


def send_back(session: Session, kept: Mapping[str, Any]) -> Over:
    """Let codings go back to where they were before.

    One that stands under a third code by now stays there. One that was removed goes back and stays removed. A row that
    had been joined with its twin comes back if the twin is still there, and the twin gives its memo up again, unless
    somebody has rewritten it.
    """
    rows = _rows(session, {int(item[0]) for name in ("moved", "gone", "back") for item in kept.get(name, ())})
    twins = _rows(session, {int(item[1]) for name in ("gone", "back") for item in kept.get(name, ())})
    over, homeward = Over(), defaultdict[int, list[Coding]](list)
    for coding_id, before, after in kept.get("moved", ()):
        row = rows.get(coding_id)
        if row is None or row.code_id != after:
            over.left.append(coding_id)
        elif row.deleted is not None:
            over.moved.append([row.id, after, before])
            row.code_id = before
        else:
            homeward[before].append(row)
    for coding_id, twin_id, code_id in kept.get("back", ()):
        row, twin = rows.get(coding_id), twins.get(twin_id)
        if row is None or twin is None or row.deleted is not None or row.code_id != code_id:
            over.left.append(coding_id)
        else:
            homeward[twin.code_id].append(row)
    session.flush()
    for code_id, going in homeward.items():
        send_over(session, going, code_id, over)
    for coding_id, twin_id, raised in kept.get("gone", ()):
        _part(session, rows.get(coding_id), twins.get(twin_id), over, was_raised=bool(raised))
    session.flush()
    return over


def _join(row: Coding, twin: Coding) -> bool:
    """Remove `row` in favour of its twin. Return whether the twin counts only since then."""
    raised = row.status == "accepted" != twin.status
    if raised:
        twin.status = row.status
    twin.memo = "\n\n".join(memo for memo in (twin.memo, row.memo) if memo)
    row.deleted = now()
    return raised


def _part(session: Session, row: Coding | None, twin: Coding | None, over: Over, *, was_raised: bool) -> None:
    """Bring a joined row back and take its memo out of its twin's."""
    if row is None:
        return
    if twin is None or twin.deleted is not None or row.deleted is None:
        over.left.append(row.id)
        return
    bring_to_head(session, row)
    if standing_on(session, row, (row.start, row.end)) is not None:
        over.left.append(row.id)
        return
    row.deleted = None
    if row.memo and twin.memo == row.memo:
        twin.memo = ""
    elif row.memo:
        twin.memo = twin.memo.removesuffix(f"\n\n{row.memo}")
    made = session.get(BatchCoding, twin.id) if was_raised else None
    if made is not None and made.accepted_by is None:
        twin.status = "auto"
    session.flush()
    over.back.append([row.id, twin.id, row.code_id])


def _rows(session: Session, ids: Collection[int]) -> dict[int, Coding]:
    found: dict[int, Coding] = {}
    wanted = sorted(ids)
    for start in range(0, len(wanted), MANY):
        some = wanted[start : start + MANY]
        found |= {row.id: row for row in session.scalars(select(Coding).where(Coding.id.in_(some)))}
    return found


def _place(coding: Coding) -> tuple[object, ...]:
    """Return what makes two codings the same: coder and present words, or what was coded if the words are lost."""
    if coding.start is None:
        return (coding.layer_id, coding.source_id, "lost", coding.ev_revision, coding.ev_start, coding.ev_end)
    return (coding.layer_id, coding.source_id, coding.start, coding.end)
