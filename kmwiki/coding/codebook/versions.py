"""Every change of a codebook is a numbered version with its author and reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from kmwiki.coding.codebook.models import CodeGroupMember, CodeGroupVersion
from kmwiki.coding.models import Code, CodebookChange, CodeVersion
from kmwiki.errors import Conflict, say
from kmwiki.events.service import record

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.coding.codebook.models import CodeGroup
    from kmwiki.security.policy import Caller

TOLD = (
    "name_th",
    "name_en",
    "parent_id",
    "position",
    "definition",
    "include",
    "exclude",
    "example",
    "color",
    "pattern",
    "is_codable",
    "aliases",
    "example_codings",
    "state",
    "merged_into",
)
"""The columns that a version remembers."""


@dataclass(frozen=True, slots=True)
class Extra:
    """What a change touches besides codes: groups; and what taking it back needs.

    `kept` tells which codings went where; `undoes` is the number of the change that this one takes back.
    """

    groups: Sequence[CodeGroup] = ()
    kept: dict[str, Any] | None = None
    undoes: int | None = None


NOTHING_MORE = Extra()


def note_change(
    session: Session,
    caller: Caller,
    verb: str,
    codes: Iterable[Code],
    *,
    reason: str = "",
    extra: Extra = NOTHING_MORE,
    **data: Any,
) -> int:
    """Write one change of the codebook with all that it touched as it is now, and its event. Return its number."""
    touched, told = list(codes), reason.strip()
    project_id = touched[0].project_id if touched else extra.groups[0].project_id
    number = last_change(session, project_id) + 1
    change = CodebookChange(project_id=project_id, no=number, verb=verb, author_id=caller.user_id, reason=told)
    change.undoes, change.kept = extra.undoes, extra.kept
    session.add(change)
    session.flush()
    session.add_all(
        CodeVersion(code_id=code.id, project_id=project_id, change_no=number, data=snapshot(code)) for code in touched
    )
    inside = members_of(session, [group.id for group in extra.groups])
    session.add_all(
        CodeGroupVersion(
            group_id=group.id, project_id=project_id, change_no=number, data=group_snapshot(group, inside[group.id])
        )
        for group in extra.groups
    )
    ids = [code.id for code in touched]
    record(session, caller, verb, project_id=project_id, change=number, codes=ids, reason=told, **data)
    session.flush()
    return number


def group_snapshot(group: CodeGroup, codes: Iterable[int]) -> dict[str, Any]:
    """Return what a version tells about a group with these codes."""
    return {"name": group.name, "description": group.description, "state": group.state, "codes": sorted(codes)}


def members_of(session: Session, group_ids: Collection[int]) -> dict[int, set[int]]:
    """Return the ids of the codes in each of these groups, those out of use too."""
    found: dict[int, set[int]] = {group_id: set() for group_id in group_ids}
    if found:
        rows = select(CodeGroupMember.group_id, CodeGroupMember.code_id).where(CodeGroupMember.group_id.in_(found))
        for group_id, code_id in session.execute(rows):
            found[group_id].add(code_id)
    return found


def snapshot(code: Code) -> dict[str, Any]:
    """Return what a version tells about a code."""
    return {name: list(value) if isinstance(value := getattr(code, name), list) else value for name in TOLD}


def last_change(session: Session, project_id: int) -> int:
    """Return the number of the newest change of a codebook, 0 if there is none."""
    return session.scalar(select(func.max(CodebookChange.no)).where(CodebookChange.project_id == project_id)) or 0


def version_of(session: Session, code: Code) -> int:
    """Return the number of the change that a code has had last."""
    return session.scalar(select(func.max(CodeVersion.change_no)).where(CodeVersion.code_id == code.id)) or 0


def check_base(session: Session, code: Code, base_no: int | None) -> None:
    """Refuse to change a code that was changed since the caller saw version `base_no`; None does not ask."""
    current = version_of(session, code)
    if base_no is not None and base_no != current:
        raise Conflict(
            say(
                "Somebody has changed “%(name)s” since you opened it. Look at it as it is now, then save again.",
                name=code.name_th,
            ),
            {"code_id": code.id, "version": current},
        )
