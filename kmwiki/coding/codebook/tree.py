"""The tree of codes: parents that can stand, ancestors for roll-up, positions among siblings."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select

from kmwiki.coding.models import Code, CodeAncestor
from kmwiki.errors import Conflict, Invalid, NotFound, say
from kmwiki.text.thai import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy.orm import Session

MAX_DEPTH = 12  # levels of a tree; deeper ones cannot be read on a phone
MANY = 500  # ids in one statement


def live_codes(session: Session, project_id: int) -> list[Code]:
    """Return the live codes of a project in the order of the tree's rows: position, then age."""
    rows = select(Code).where(Code.project_id == project_id, Code.state == "live").order_by(Code.position, Code.id)
    return list(session.scalars(rows))


def ancestors_of(session: Session, code: Code) -> list[Code]:
    """Return the codes above a code, the top one first."""
    rows = (
        select(Code)
        .join(CodeAncestor, CodeAncestor.ancestor_id == Code.id)
        .where(CodeAncestor.code_id == code.id, CodeAncestor.depth > 0)
        .order_by(CodeAncestor.depth.desc())
    )
    return list(session.scalars(rows))


def parent_of(session: Session, project_id: int, parent_id: int | None) -> Code | None:
    """Return the parent to be, None for the top. NotFound if it is of another project, Conflict if it is not live."""
    if parent_id is None:
        return None
    parent = session.get(Code, parent_id)
    if parent is None or parent.project_id != project_id:
        raise NotFound(say("There is no code %(code)s here.", code=parent_id))
    if parent.state != "live":
        raise Conflict(say("“%(name)s” is no longer in use, so nothing can stand under it.", name=parent.name_th))
    return parent


def check_free(session: Session, code: Code) -> None:
    """Refuse a second live code of the same name under the same parent, however it is spelled in code points."""
    wanted = fold(code.name_th)
    for other in siblings_of(session, code.project_id, code.parent_id):
        if other.id != code.id and fold(other.name_th) == wanted:
            raise Conflict(
                say(
                    "There is a code “%(name)s” in this place already. Use it, or give this one another name.",
                    name=other.name_th,
                ),
                {"code_id": other.id},
            )


def siblings_of(session: Session, project_id: int, parent_id: int | None) -> list[Code]:
    """Return the live codes directly under `parent_id` (None: at the top)."""
    under = Code.parent_id.is_(None) if parent_id is None else Code.parent_id == parent_id
    rows = select(Code).where(Code.project_id == project_id, Code.state == "live", under)
    return list(session.scalars(rows.order_by(Code.position, Code.id)))


def next_position(session: Session, project_id: int, parent_id: int | None) -> int:
    """Return the place after the last sibling."""
    under = Code.parent_id.is_(None) if parent_id is None else Code.parent_id == parent_id
    last = session.scalar(select(func.max(Code.position)).where(Code.project_id == project_id, under))
    return 0 if last is None else last + 1


def add_to_tree(session: Session, code: Code) -> None:
    """Write the ancestors of a code that has just been given its id."""
    above = _ancestors_of(session, code.parent_id)
    if len(above) >= MAX_DEPTH:
        raise Invalid.one("parent_id", say("The tree can have %(levels)s levels at most.", levels=MAX_DEPTH))
    session.add(CodeAncestor(ancestor_id=code.id, code_id=code.id, depth=0))
    session.add_all(CodeAncestor(ancestor_id=ancestor, code_id=code.id, depth=depth + 1) for ancestor, depth in above)


def check_move(session: Session, code: Code, parent: Code | None) -> None:
    """Refuse a move under the code itself or under one of its own, and one that makes the tree too deep."""
    if parent is None:
        return
    below = dict(_below(session, code.id))
    if parent.id in below:
        raise Invalid.one(
            "parent_id", say("“%(name)s” cannot stand under itself or under one of its own codes.", name=code.name_th)
        )
    if len(_ancestors_of(session, parent.id)) + max(below.values(), default=0) >= MAX_DEPTH:
        raise Invalid.one("parent_id", say("The tree can have %(levels)s levels at most.", levels=MAX_DEPTH))


def rebuild_below(session: Session, code: Code) -> None:
    """Write the ancestors of a moved code and of all below it anew; `code.parent_id` is the new one already."""
    below = _below(session, code.id)
    inside = [code_id for code_id, _ in below]
    session.flush()
    session.execute(
        delete(CodeAncestor).where(CodeAncestor.code_id.in_(inside), CodeAncestor.ancestor_id.not_in(inside)),
        execution_options={"synchronize_session": False},
    )
    above = _ancestors_of(session, code.parent_id)
    session.add_all(
        CodeAncestor(ancestor_id=ancestor, code_id=code_id, depth=up + 1 + down)
        for ancestor, up in above
        for code_id, down in below
    )
    session.flush()


def rebuild_all(session: Session, codes: Mapping[int, Code], moved: Collection[int]) -> None:
    """Write the ancestors of many moved codes, and of all below them, anew; `codes` are all of the project."""
    below: dict[int | None, list[int]] = defaultdict(list)
    for code in codes.values():
        below[code.parent_id].append(code.id)
    inside, waiting = set[int](), list(moved)
    while waiting:
        code_id = waiting.pop()
        if code_id not in inside:
            inside.add(code_id)
            waiting.extend(below[code_id])
    ids = sorted(inside)
    for start in range(0, len(ids), MANY):
        session.execute(
            delete(CodeAncestor).where(CodeAncestor.code_id.in_(ids[start : start + MANY])),
            execution_options={"synchronize_session": False},
        )
    rows = []
    for code_id in ids:
        at: int | None = code_id
        depth = 0
        while at is not None:
            rows.append({"ancestor_id": at, "code_id": code_id, "depth": depth})
            at, depth = codes[at].parent_id, depth + 1
    if rows:
        session.execute(insert(CodeAncestor), rows)
    session.flush()


def all_codes(session: Session, project_id: int) -> list[Code]:
    """Return every code of a project, those out of use too, in the order of the tree's rows."""
    return list(session.scalars(select(Code).where(Code.project_id == project_id).order_by(Code.position, Code.id)))


def _ancestors_of(session: Session, code_id: int | None) -> list[tuple[int, int]]:
    if code_id is None:
        return []
    rows = session.execute(select(CodeAncestor.ancestor_id, CodeAncestor.depth).where(CodeAncestor.code_id == code_id))
    return [(ancestor, depth) for ancestor, depth in rows]


def _below(session: Session, code_id: int) -> list[tuple[int, int]]:
    rows = session.execute(select(CodeAncestor.code_id, CodeAncestor.depth).where(CodeAncestor.ancestor_id == code_id))
    return [(inner, depth) for inner, depth in rows]
