"""What undoing a change of the codebook would do, and what stands in its way. Reads only.

A change is a set of codes and groups with their state before and after. Undone is, field by field, what it changed;
what was changed besides stays. A field that has been changed again since is a clash; one clash stops the whole undo.
Lists (other names, live examples, codes of a group) are undone item by item. Order among siblings is put back where it
has not been touched since; only for a change of nothing but order is that a clash.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from kmwiki.coding.codebook.models import CodeGroup, CodeGroupVersion
from kmwiki.coding.codebook.tree import all_codes
from kmwiki.coding.codebook.undo_clashes import Clash, blame, clashes_of_groups, clashes_of_tree, clashes_of_use
from kmwiki.coding.codebook.versions import TOLD, group_snapshot, members_of, snapshot
from kmwiki.coding.models import CodebookChange, CodeVersion
from kmwiki.errors import NotFound, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.coding.models import Code
    from kmwiki.security.policy import Caller

LISTS = frozenset({"aliases", "example_codings", "codes"})
GROUP_TOLD = ("name", "description", "state", "codes")
State = dict[str, Any]


@dataclass(slots=True)
class Step:
    """A code or a group that a change touched. `given` are the fields that are put back, with their values."""

    item: Code | CodeGroup
    before: State | None  # None: the change made it
    after: State
    now: State
    given: State = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What it is called now."""
        return str(self.now["name"] if self.is_group else self.now["name_th"])

    @property
    def is_group(self) -> bool:
        """Whether it is a group, not a code."""
        return isinstance(self.item, CodeGroup)

    @property
    def fields(self) -> list[str]:
        """What is put back, apart from the order among siblings."""
        return [name for name in self.given if name != "position"]


@dataclass(slots=True)
class Plan:
    """All of an undo. `codes` are all codes of the project, by id."""

    change: CodebookChange
    undone_by: int | None
    codes: Mapping[int, Code]
    steps: list[Step]
    clashes: list[Clash] = field(default_factory=list)

    @property
    def told(self) -> list[Step]:
        """What is put back, apart from the order among siblings, unless that is all."""
        return [step for step in self.steps if step.fields] or [step for step in self.steps if step.given]


def plan_undo(session: Session, caller: Caller, project_id: int, no: int) -> Plan:
    """Say what undoing a change would do. NotFound if there is no such change."""
    change = session.get(CodebookChange, (project_id, no))
    if change is None:
        raise NotFound(say("The codebook has no version %(no)s.", no=no))
    codes = {code.id: code for code in all_codes(session, project_id)}
    steps = [
        Step(codes[key], before, after, snapshot(codes[key]))
        for key, before, after in _around(session, CodeVersion, CodeVersion.code_id, change)
        if key in codes
    ]
    steps += _group_steps(session, change)
    for step in steps:
        step.given = _given(step)
    plan = Plan(change, undone_in(session, project_id, [no]).get(no), codes, steps)
    if plan.undone_by is None:
        found = _changed_since(steps) or [
            *clashes_of_tree(codes, {step.item.id: step.given for step in steps if not step.is_group}),
            *clashes_of_groups(session, project_id, {step.item.id: step.given for step in steps if step.is_group}),
            *clashes_of_use(
                session, caller, change, [step.item for step in steps if step.given.get("state") == "undone"]
            ),
        ]
        plan.clashes = blame(session, change, found)
    return plan


def undone_in(session: Session, project_id: int, numbers: Iterable[int]) -> dict[int, int]:
    """Return, of these changes, those that are undone, each with the change that did it.

    An undo that was itself undone does not count.
    """
    wanted, found = set(numbers), dict[int, int]()
    rows = session.execute(
        select(CodebookChange.no, CodebookChange.undoes)
        .where(CodebookChange.project_id == project_id, CodebookChange.undoes.is_not(None))
        .order_by(CodebookChange.no.desc())
    )
    for no, undoes in rows:  # the newest first: what undoes `no` has been seen before `no` itself
        if no not in found and undoes is not None:
            found.setdefault(undoes, no)
    return {no: by for no, by in found.items() if no in wanted}


def three_way(before: Sequence[Any], after: Sequence[Any], present: Sequence[Any]) -> list[Any]:
    """Take what a change did to a list out of the list as it is now."""
    if list(present) == list(after):
        return list(before)
    kept = [each for each in present if each in before or each not in after]
    return [*kept, *(each for each in before if each not in after and each not in kept)]


def _given(step: Step) -> State:
    """Return the fields that are put back, with their values."""
    if step.before is None:
        return {"state": "deleted" if step.is_group else "undone"}
    given: State = {}
    for name in GROUP_TOLD if step.is_group else TOLD:
        old, new = step.before.get(name), step.after.get(name)
        if old == new or (name in LISTS and (old is None or new is None)):  # versions of before know no live examples
            continue
        value = three_way(old or [], new or [], step.now[name]) if name in LISTS else old
        if name not in LISTS or value != step.now[name]:
            given[name] = value
    return given


def _changed_since(steps: Sequence[Step]) -> list[Clash]:
    """Return what has been changed again since; order is left as it is instead, unless there is nothing else."""
    is_order = all(set(step.given) <= {"position"} for step in steps)
    found: list[Clash] = []
    for step in steps:
        watched = [name for name in step.given if name not in LISTS and name != "position"]
        if step.before is None:
            watched = [name for name in step.after if name not in LISTS and name not in {"position", "state"}]
        if is_order and "position" in step.given:
            watched.append("position")
        is_membership = step.is_group and set(step.given) <= {"codes"}  # it may be put back into a deleted group too
        if step.now["state"] != step.after["state"] and not is_membership:
            watched = ["state"]
        since = [name for name in watched if step.now[name] != step.after[name]]
        found += [Clash("changed", step.item.id, step.name, field=name, is_group=step.is_group) for name in since]
        is_moved = "position" in step.given and step.now["position"] != step.after["position"]
        if is_moved and "parent_id" not in step.given and not is_order:
            del step.given["position"]
    return found


def _group_steps(session: Session, change: CodebookChange) -> list[Step]:
    around = _around(session, CodeGroupVersion, CodeGroupVersion.group_id, change)
    inside = members_of(session, [key for key, _, _ in around])
    found = []
    for key, before, after in around:
        group = session.get_one(CodeGroup, key)
        found.append(Step(group, before, after, group_snapshot(group, inside[key])))
    return found


def _around(session: Session, table: Any, key: Any, change: CodebookChange) -> list[tuple[int, State | None, State]]:
    """Return the id of each code or group that a change touched, its state before (None: it was made) and after."""
    mine = (table.project_id == change.project_id, table.change_no == change.no)
    after = session.execute(select(key, table.data).where(*mine).order_by(key)).all()
    newest = (
        select(key.label("key"), func.max(table.change_no).label("no"))
        .where(table.project_id == change.project_id, table.change_no < change.no)
        .where(key.in_(select(key).where(*mine)))
        .group_by(key)
        .subquery()
    )
    rows = session.execute(
        select(key, table.data).join(newest, (key == newest.c.key) & (table.change_no == newest.c.no))
    ).all()
    before = {item_id: data for item_id, data in rows}  # noqa: C416 - rows are no tuples to mypy
    return [(item_id, before.get(item_id), data) for item_id, data in after]
