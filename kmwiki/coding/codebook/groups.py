"""Groups of codes across the tree: one code may be in several. Each change of one is a version of the codebook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import delete, select

from kmwiki.coding.codebook.codes import may_edit
from kmwiki.coding.codebook.models import CodeGroup, CodeGroupMember
from kmwiki.coding.codebook.versions import Extra, members_of, note_change
from kmwiki.coding.models import Code
from kmwiki.errors import Conflict, Invalid, NotFound, say
from kmwiki.security.policy import Permission, can
from kmwiki.text.thai import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.coding.schemas import GroupIn, GroupPatch
    from kmwiki.security.policy import Caller


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group as lists tell it; of its codes only those in use, in the order of their ids."""

    id: int
    guid: str
    name: str
    description: str
    code_ids: tuple[int, ...]


def create_group(session: Session, caller: Caller, project: Project, data: GroupIn) -> CodeGroup:
    """Make a group. Invalid without a name, Conflict if there is one of that name, NotFound for a foreign code."""
    may_edit(caller, project.id)
    group = CodeGroup(project_id=project.id, guid=str(uuid4()), name=_name(data.name), state="live")
    group.description = data.description.strip()
    _check_free(session, group)
    codes = _codes(session, project.id, data.code_ids)
    session.add(group)
    session.flush()
    set_members(session, group, [code.id for code in codes])
    note_change(session, caller, "codegroup.created", [], reason=data.reason, extra=Extra([group]), group=group.id)
    return group


def edit_group(session: Session, caller: Caller, group: CodeGroup, data: GroupPatch) -> CodeGroup:
    """Change what is given of a group. `code_ids` are all its codes; codes out of use stay in it unseen."""
    may_edit(caller, group.project_id)
    if group.state != "live":
        raise Conflict(say("The group “%(name)s” has been deleted.", name=group.name))
    before = (group.name, group.description, members_of(session, [group.id])[group.id])
    if data.name is not None:
        group.name = _name(data.name)
        _check_free(session, group)
    if data.description is not None:
        group.description = data.description.strip()
    inside = set(before[2])
    if data.code_ids is not None:
        wanted = {code.id for code in _codes(session, group.project_id, data.code_ids)}
        inside = wanted | _out_of_use(session, before[2])
        set_members(session, group, inside)
    if (group.name, group.description, inside) != before:
        note_change(session, caller, "codegroup.edited", [], reason=data.reason, extra=Extra([group]), group=group.id)
    return group


def delete_group(session: Session, caller: Caller, group: CodeGroup, *, reason: str = "") -> CodeGroup:
    """Take a group away; its codes stay as they are. Conflict if it has been deleted already."""
    may_edit(caller, group.project_id)
    if group.state != "live":
        raise Conflict(say("The group “%(name)s” has been deleted.", name=group.name))
    group.state = "deleted"
    note_change(session, caller, "codegroup.deleted", [], reason=reason, extra=Extra([group]), group=group.id)
    return group


def put_in_groups(
    session: Session, caller: Caller, code: Code, group_ids: Collection[int], *, reason: str = ""
) -> list[CodeGroup]:
    """Let a code be in exactly these groups: one change for all. Return those that it came into or left.

    NotFound for a group of another project or one that is gone; Conflict for a code out of use.
    """
    may_edit(caller, code.project_id)
    if code.state != "live":
        raise Conflict(say("“%(name)s” is no longer in use, so it cannot be changed.", name=code.name_th))
    groups, wanted = live_groups(session, code.project_id), set(group_ids)
    missing = wanted - {group.id for group in groups}
    if missing:
        raise NotFound(say("There is no group %(group)s here.", group=min(missing)))
    inside = members_of(session, [group.id for group in groups])
    touched = [group for group in groups if (group.id in wanted) != (code.id in inside[group.id])]
    for group in touched:
        set_members(session, group, inside[group.id] ^ {code.id})
    if touched:
        note_change(session, caller, "codegroup.edited", [], reason=reason, extra=Extra(touched), code=code.id)
    return touched


def group_for(session: Session, caller: Caller, group_id: int, permission: Permission) -> CodeGroup:
    """Return the group. NotFound if it is gone or its project may not be read, Forbidden if the role is too low."""
    group = session.get(CodeGroup, group_id)
    if group is None or group.state != "live" or not can(caller, Permission.READ, group.project_id):
        raise NotFound(say("There is no group %(group)s here.", group=group_id))
    if permission is not Permission.READ:
        may_edit(caller, group.project_id)
    return group


def groups_of(session: Session, project_id: int) -> list[GroupRow]:
    """Return the groups of a project by name, each with its codes in use. Whoever reads the project may know them."""
    groups = live_groups(session, project_id)
    rows = session.execute(
        select(CodeGroupMember.group_id, CodeGroupMember.code_id)
        .join(Code, Code.id == CodeGroupMember.code_id)
        .where(Code.project_id == project_id, Code.state == "live")
        .order_by(CodeGroupMember.code_id)
    ).all()
    inside: dict[int, list[int]] = {group.id: [] for group in groups}
    for group_id, code_id in rows:
        if group_id in inside:
            inside[group_id].append(code_id)
    return [GroupRow(each.id, each.guid, each.name, each.description, tuple(inside[each.id])) for each in groups]


def codes_of_group(session: Session, project_id: int, group_id: int) -> set[int]:
    """Return the ids of the codes in use of a group, an empty set if the project has no such group."""
    return set(
        session.scalars(
            select(CodeGroupMember.code_id)
            .join(CodeGroup, CodeGroup.id == CodeGroupMember.group_id)
            .join(Code, Code.id == CodeGroupMember.code_id)
            .where(CodeGroup.id == group_id, CodeGroup.project_id == project_id, CodeGroup.state == "live")
            .where(Code.state == "live")
        )
    )


def live_groups(session: Session, project_id: int) -> list[CodeGroup]:
    """Return the groups of a project by name."""
    rows = session.scalars(
        select(CodeGroup).where(CodeGroup.project_id == project_id, CodeGroup.state == "live").order_by(CodeGroup.id)
    )
    return sorted(rows, key=lambda group: fold(group.name))


def groups_with(session: Session, project_id: int, code_ids: Iterable[int]) -> list[CodeGroup]:
    """Return the groups of a project that one of these codes is in."""
    wanted = select(CodeGroupMember.group_id).where(CodeGroupMember.code_id.in_(list(code_ids)))
    return [group for group in live_groups(session, project_id) if group.id in set(session.scalars(wanted))]


def set_members(session: Session, group: CodeGroup, code_ids: Collection[int]) -> None:
    """Let a group have exactly these codes."""
    wanted, there = set(code_ids), members_of(session, [group.id])[group.id]
    if there - wanted:
        session.execute(
            delete(CodeGroupMember).where(
                CodeGroupMember.group_id == group.id, CodeGroupMember.code_id.in_(there - wanted)
            )
        )
    session.add_all(CodeGroupMember(group_id=group.id, code_id=code_id) for code_id in sorted(wanted - there))
    session.flush()


def _codes(session: Session, project_id: int, code_ids: Sequence[int]) -> list[Code]:
    wanted = set(code_ids)
    found = session.scalars(select(Code).where(Code.project_id == project_id, Code.state == "live")).all()
    known = [code for code in found if code.id in wanted]
    missing = wanted - {code.id for code in known}
    if missing:
        raise NotFound(say("There is no code %(code)s here.", code=min(missing)))
    return known


def _out_of_use(session: Session, code_ids: Collection[int]) -> set[int]:
    live = select(Code.id).where(Code.id.in_(code_ids), Code.state == "live")
    return set(code_ids) - set(session.scalars(live))


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise Invalid.one("name", say("Give the group a name."))
    return name


def _check_free(session: Session, group: CodeGroup) -> None:
    with session.no_autoflush:
        others = live_groups(session, group.project_id)
    for other in others:
        if other.id != group.id and fold(other.name) == fold(group.name):
            raise Conflict(
                say("There is a group “%(name)s” already. Use it, or give this one another name.", name=other.name),
                {"group_id": other.id},
            )
