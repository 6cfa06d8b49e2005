"""Undoing a change of the codebook. Each undo is a change of its own, so undoing that brings the first back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import select

from kmwiki.coding.codebook.codes import clean_aliases, may_edit
from kmwiki.coding.codebook.going_over import Over, send_back, send_over
from kmwiki.coding.codebook.groups import set_members
from kmwiki.coding.codebook.tree import rebuild_all
from kmwiki.coding.codebook.undo_plan import plan_undo
from kmwiki.coding.codebook.versions import Extra, note_change
from kmwiki.coding.models import Coding
from kmwiki.coding.twins import standing_on
from kmwiki.errors import Conflict, say
from kmwiki.events.models import Event

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.coding.codebook.models import CodeGroup
    from kmwiki.coding.codebook.undo_plan import Plan, Step
    from kmwiki.coding.models import Code, CodebookChange
    from kmwiki.security.policy import Caller


def undo_change(session: Session, caller: Caller, project: Project, no: int, *, reason: str = "") -> tuple[int, Over]:
    """Take a change back: codes, groups and codings stand as before it. Return the new version, and what went back.

    NotFound without such a change; Conflict if it is undone already, or if what it changed has been changed again
    since: `details` then names what, by whom and in which version. Nothing is written then.
    """
    may_edit(caller, project.id)
    plan = plan_undo(session, caller, project.id, no)
    _check(plan)
    groups = [step for step in plan.steps if step.is_group]
    codes = [step for step in plan.steps if not step.is_group]
    _put_back_codes(session, plan, codes)
    for step in groups:
        _put_back_group(session, step)
    over = send_back(session, kept_of(session, plan.change))
    _send_stragglers(session, codes, over)
    number = note_change(
        session,
        caller,
        "codebook.undone",
        [cast("Code", step.item) for step in codes],
        reason=reason,
        extra=Extra([cast("CodeGroup", step.item) for step in groups], over.as_kept(), no),
        undone=no,
        undone_verb=plan.change.verb,
        codings=over.ids,
    )
    return number, over


def kept_of(session: Session, change: CodebookChange) -> dict[str, Any]:
    """Return which codings a change sent where. Of merges made before this was kept, the log tells."""
    if change.kept is not None or change.verb != "code.merged":
        return change.kept or {}
    events = session.scalars(
        select(Event).where(Event.project_id == change.project_id, Event.verb == "code.merged").order_by(Event.seq)
    )
    data = next((event.data for event in events if event.data.get("change") == change.no), {})
    moved = [[coding_id, data["merged"], data["into"]] for coding_id in data.get("codings", ())]
    gone = []
    for coding_id in data.get("doubled", ()):
        row = session.get(Coding, coding_id)
        twin = standing_on(session, row, (row.start, row.end), code_id=data["into"]) if row is not None else None
        if row is not None and twin is not None:
            gone.append([row.id, twin.id, 0])
    return {"moved": moved, "gone": gone}


def _check(plan: Plan) -> None:
    if plan.undone_by is not None:
        raise Conflict(
            say("Version %(no)s is undone already, by version %(by)s.", no=plan.change.no, by=plan.undone_by),
            {"undone_by": plan.undone_by},
        )
    if plan.clashes:
        told = [
            {
                "group_id" if clash.is_group else "code_id": clash.item_id,
                "kind": clash.kind,
                "name": clash.name,
                "field": clash.field,
                "by": clash.who,
                "version": clash.no,
            }
            for clash in plan.clashes
        ]
        raise Conflict(plan.clashes[0].message, {"clashes": told})


def _put_back_codes(session: Session, plan: Plan, steps: list[Step]) -> None:
    moved: set[int] = set()
    for step in steps:
        for name, value in step.given.items():
            setattr(step.item, name, value)
        if "parent_id" in step.given:
            moved.add(step.item.id)
        if "name_th" in step.given:  # another may have made the former name an alias meanwhile
            code = plan.codes[step.item.id]
            code.aliases = clean_aliases(code.aliases, but=code.name_th)
    session.flush()
    if moved:
        rebuild_all(session, plan.codes, moved)


def _send_stragglers(session: Session, steps: list[Step], over: Over) -> None:
    """Where a merge is in force again, let what was coded with the code in the meantime go over too."""
    for step in steps:
        code = cast("Code", step.item)
        if step.given.get("state") == "merged" and code.merged_into is not None:
            there = select(Coding).where(Coding.code_id == code.id, Coding.deleted.is_(None)).order_by(Coding.id)
            send_over(session, session.scalars(there), code.merged_into, over)


def _put_back_group(session: Session, step: Step) -> None:
    group = cast("CodeGroup", step.item)
    for name in ("name", "description", "state"):
        if name in step.given:
            setattr(group, name, step.given[name])
    if "codes" in step.given:
        set_members(session, group, step.given["codes"])
    session.flush()
