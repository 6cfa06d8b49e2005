"""The codebook as a tree with counts that roll up; they count what the caller may read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from kmwiki.accounts.models import User
from kmwiki.coding.codebook.models import CodeGroupVersion
from kmwiki.coding.codebook.tree import live_codes
from kmwiki.coding.codebook.undo_plan import undone_in
from kmwiki.coding.models import Code, CodebookChange, CodeVersion, Coding
from kmwiki.coding.seen import COUNTED, seen_by
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from kmwiki.security.policy import Caller

MANY = 500  # ids in one statement


@dataclass(slots=True)
class Node:
    """A live code in the tree: its own codings, and those with all codes below it."""

    code: Code
    count: int = 0
    below: int = 0
    children: list[Node] = field(default_factory=list)

    @property
    def is_open_to(self) -> set[int]:
        """The ids of this code and of all codes below it."""
        return {self.code.id}.union(*(child.is_open_to for child in self.children))


@dataclass(frozen=True, slots=True)
class Use:
    """How a code has been used: codings, the entries they stand in, the people who coded."""

    codings: int
    entries: int
    coders: int


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the codebook as its history tells it."""

    no: int
    verb: str
    author: str | None
    reason: str
    created: datetime
    names: list[str]
    undoes: int | None = None
    undone_by: int | None = None


def counts(session: Session, caller: Caller, project_id: int) -> dict[int, int]:
    """Return how many accepted codings each code has, by the code's id; codes without one are left out."""
    rows = session.execute(
        select(Coding.code_id, func.count())
        .join(Source, Source.id == Coding.source_id)
        .where(Coding.project_id == project_id, COUNTED, visible_to(caller), seen_by(caller))
        .group_by(Coding.code_id)
    )
    return {row[0]: row[1] for row in rows}


def tree_of(session: Session, caller: Caller, project_id: int) -> list[Node]:
    """Return the live codes as trees, with their counts rolled up."""
    number = counts(session, caller, project_id)
    codes = live_codes(session, project_id)
    nodes = {code.id: Node(code, count=number.get(code.id, 0)) for code in codes}
    tops: list[Node] = []
    for code in codes:
        parent = nodes.get(code.parent_id) if code.parent_id else None
        (parent.children if parent else tops).append(nodes[code.id])
    for top in tops:
        _add_up(top)
    return tops


def flat(nodes: list[Node], depth: int = 0) -> list[tuple[Node, int]]:
    """Return the nodes from top to bottom, each with its depth from 0."""
    return [pair for node in nodes for pair in ((node, depth), *flat(node.children, depth + 1))]


def use_of(session: Session, caller: Caller, code: Code) -> Use:
    """Return how a code has been used in what the caller may read."""
    row = session.execute(
        select(func.count(), func.count(Coding.root_id.distinct()), func.count(Coding.coder_id.distinct()))
        .select_from(Coding)
        .join(Source, Source.id == Coding.source_id)
        .where(Coding.code_id == code.id, COUNTED, visible_to(caller), seen_by(caller))
    ).one()
    return Use(*row)


def changes(
    session: Session, project_id: int, *, code_id: int | None = None, offset: int = 0, size: int = 50
) -> tuple[list[Change], int]:
    """Return changes of a codebook, or of one code of it, the newest first, and their number."""
    wanted = [CodebookChange.project_id == project_id]
    if code_id is not None:
        mine = select(CodeVersion.change_no).where(CodeVersion.code_id == code_id)
        wanted.append(CodebookChange.no.in_(mine))
    total = session.scalar(select(func.count()).select_from(CodebookChange).where(*wanted)) or 0
    rows = session.execute(
        select(CodebookChange, User.name)
        .outerjoin(User, User.id == CodebookChange.author_id)
        .where(*wanted)
        .order_by(CodebookChange.no.desc())
        .offset(offset)
        .limit(size)
    ).all()
    numbers = [change.no for change, _ in rows]
    names, undone = names_of(session, project_id, numbers), undone_in(session, project_id, numbers)
    found = [
        Change(
            change.no, change.verb, author, change.reason, change.created, names.get(change.no, []), change.undoes,
            undone.get(change.no),
        )
        for change, author in rows
    ]  # fmt: skip
    return found, total


def readable(session: Session, caller: Caller, coding_ids: Sequence[int]) -> int:
    """Return how many of these codings stand in texts that the caller may read, removed ones left out."""
    number = 0
    for start in range(0, len(coding_ids), MANY):
        number += (
            session.scalar(
                select(func.count())
                .select_from(Coding)
                .join(Source, Source.id == Coding.source_id)
                .where(Coding.id.in_(coding_ids[start : start + MANY]), Coding.deleted.is_(None))
                .where(visible_to(caller), seen_by(caller))
            )
            or 0
        )
    return number


def retired_codes(session: Session, project_id: int) -> list[Code]:
    """Return the codes that have been retired, by name."""
    return list(
        session.scalars(
            select(Code).where(Code.project_id == project_id, Code.state == "retired").order_by(Code.name_th)
        )
    )


def versions_of(session: Session, code: Code) -> list[tuple[CodeVersion, CodebookChange, str | None]]:
    """Return the versions of a code, the newest first, each with its change and the name of who made it."""
    rows = session.execute(
        select(CodeVersion, CodebookChange, User.name)
        .join(
            CodebookChange,
            (CodebookChange.project_id == CodeVersion.project_id) & (CodebookChange.no == CodeVersion.change_no),
        )
        .outerjoin(User, User.id == CodebookChange.author_id)
        .where(CodeVersion.code_id == code.id)
        .order_by(CodeVersion.change_no.desc())
    )
    return [(version, change, author) for version, change, author in rows]


def names_of(session: Session, project_id: int, numbers: Sequence[int]) -> dict[int, list[str]]:
    """Return, for each of these changes, the names of the codes and groups that it touched, or is about."""
    changed = select(CodebookChange.no, CodebookChange.kept).where(
        CodebookChange.project_id == project_id, CodebookChange.no.in_(numbers), CodebookChange.verb == "code.moved"
    )
    about = {no: kept["about"] for no, kept in session.execute(changed) if kept and "about" in kept}
    found: dict[int, list[str]] = {}
    for table, key, name in (
        (CodeVersion, CodeVersion.code_id, "name_th"),
        (CodeGroupVersion, CodeGroupVersion.group_id, "name"),
    ):
        where = (table.project_id == project_id, table.change_no.in_(numbers))
        told = select(table.change_no, key, table.data[name].as_string()).where(*where).order_by(key)
        for number, item_id, called in session.execute(told):
            if about.get(number, item_id) == item_id:
                found.setdefault(number, []).append(called)
    return found


def _add_up(node: Node) -> int:
    node.below = node.count + sum(_add_up(child) for child in node.children)
    return node.below
