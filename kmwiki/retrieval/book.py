"""The codebook as questions name it: codes by id or name, groups, all codes at once, and what stands below a code."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm.attributes import set_committed_value

from kmwiki.coding.codebook.models import CodeGroup, CodeGroupMember
from kmwiki.coding.models import Code
from kmwiki.db import LARGEST_INTEGER
from kmwiki.sources.veil import veil_for
from kmwiki.text.thai import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from kmwiki.security.policy import Caller

ANY = "any"
"""What stands for every code of the project."""
WRITTEN_ANY = frozenset({ANY, "every code", "ทุกรหัส"})
GROUP = "g"
"""What the id of a group is written behind: `g3`."""
_DIGITS = len(str(LARGEST_INTEGER)) - 1


@dataclass(frozen=True)
class Book:
    """All codes of a project, those out of use too, and its live groups with the ids of their codes."""

    codes: dict[int, Code]
    groups: dict[int, CodeGroup]
    members: dict[int, frozenset[int]]

    @cached_property
    def children(self) -> dict[int | None, list[int]]:
        """The ids under each code (None: at the top), in the order of the tree."""
        found: dict[int | None, list[int]] = defaultdict(list)
        for code in sorted(self.codes.values(), key=lambda code: (code.position, code.id)):
            found[code.parent_id if code.parent_id in self.codes else None].append(code.id)
        return found

    @cached_property
    def tree(self) -> list[tuple[Code, int]]:
        """The codes from top to bottom, each with its depth from 0."""
        rows: list[tuple[Code, int]] = []

        def add(parent: int | None, depth: int) -> None:
            for code_id in self.children.get(parent, ()):
                rows.append((self.codes[code_id], depth))
                add(code_id, depth + 1)

        add(None, 0)
        return rows

    @cached_property
    def rank(self) -> dict[int, int]:
        """The place of each code in the tree."""
        return {code.id: place for place, (code, _) in enumerate(self.tree)}

    def read(self, written: str) -> str | None:
        """Return the name of a set of codes as addresses have it, for an id, a name, `g3`, `any`. None: there is none.

        A code that was merged is the one that it went into.
        """
        text = written.strip()
        if text.lower() in WRITTEN_ANY:
            return ANY
        kind, number = (GROUP, text.removeprefix(GROUP)) if text.startswith(GROUP) else ("", text)
        if number.isascii() and number.isdigit() and len(number) <= _DIGITS:
            known = int(number) in (self.groups if kind else self.codes)
            return (f"{GROUP}{int(number)}" if kind else str(self._merged(int(number)))) if known else None
        return self.names.get(fold(text).strip())

    def _merged(self, code_id: int) -> int:
        seen: set[int] = set()
        while (into := self.codes[code_id].merged_into) in self.codes and code_id not in seen:
            seen.add(code_id)
            code_id = into
        return code_id

    @cached_property
    def names(self) -> dict[str, str]:
        """What each name means, folded: the first code of the tree that has it, else a group."""
        known: dict[str, str] = {}
        for code, _ in self.tree:
            for name in (code.name_th, code.name_en) if code.state != "merged" else ():
                known.setdefault(fold(name).strip(), str(code.id))
        for group in self.groups.values():
            known.setdefault(fold(group.name).strip(), f"{GROUP}{group.id}")
        return {name: meant for name, meant in known.items() if name}

    def written(self, token: str, name: str) -> str:
        """Return how a set can be typed: its name where that means it, else the token."""
        return name if self.read(name) == token else token

    def ids(self, names: Iterable[str], *, below: bool) -> frozenset[int]:
        """Return the ids of the codes that these names stand for, those below them too where asked."""
        found: set[int] = set()
        for name in names:
            if name == ANY:
                return frozenset(self.codes)
            is_group = name.startswith(GROUP)
            tops = self.members.get(int(name[1:]), frozenset()) if is_group else {int(name)}
            for code_id in tops:
                found |= self.under(code_id) if below else {code_id}
        return frozenset(found)

    def under(self, code_id: int) -> set[int]:
        """Return a code and all below it."""
        found, waiting = {code_id}, [code_id]
        while waiting:
            more = [child for child in self.children.get(waiting.pop(), ()) if child not in found]
            found.update(more)
            waiting += more
        return found


def veil_names(session: Session, caller: Caller, project_id: int, book: Book) -> None:
    """Mask the names of codes and groups, which stand in headings and sentences too, as the caller may see them.

    On the loaded rows, unnoticed by the session: nothing is written back.
    """
    veil = veil_for(session, caller, project_id)
    if veil.is_open:
        return
    for code in book.codes.values():
        set_committed_value(code, "name_th", veil.text(code.name_th))
        set_committed_value(code, "name_en", veil.text(code.name_en))
    for group in book.groups.values():
        set_committed_value(group, "name", veil.text(group.name))


def read_book(session: Session, project_id: int) -> Book:
    """Read the codebook of a project, in three statements."""
    codes = session.scalars(select(Code).where(Code.project_id == project_id))
    live = CodeGroup.project_id == project_id, CodeGroup.state == "live"
    groups = session.scalars(select(CodeGroup).where(*live).order_by(CodeGroup.name, CodeGroup.id)).all()
    members: dict[int, set[int]] = {group.id: set() for group in groups}
    rows = select(CodeGroupMember.group_id, CodeGroupMember.code_id)
    for group_id, code_id in session.execute(
        rows.join(CodeGroup, CodeGroup.id == CodeGroupMember.group_id).where(*live)
    ):
        members[group_id].add(code_id)
    return Book(
        {code.id: code for code in codes},
        {group.id: group for group in groups},
        {group_id: frozenset(found) for group_id, found in members.items()},
    )
