"""The groups of a codebook file against those that are here: what each would do. Pure.

A group of the file is the one here with its GUID, else the one of its name. A file adds codes to a group and takes none
away. One that was deleted here comes back if the file has its GUID.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from kmwiki.errors import Message, say
from kmwiki.text.thai import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kmwiki.coding.codebook.incoming import Row
    from kmwiki.coding.codebook.models import CodeGroup
    from kmwiki.formats.codebooks import FileBook, FileGroup

LONGEST_NAME, LONGEST_TEXT = 200, 20_000
Verdict = Literal["new", "changed", "same", "twice", "wrong"]


@dataclass(slots=True)
class GroupLine:
    """A group of the file and what becomes of it; `added` are the keys of the rows whose codes come into it."""

    number: int  # from 1, in the order of the file
    group: FileGroup
    verdict: Verdict = "new"
    message: Message | None = None
    target: CodeGroup | None = None
    added: tuple[int, ...] = ()
    is_renamed: bool = False
    is_described: bool = False

    @property
    def is_written(self) -> bool:
        """Whether it would change the codebook."""
        return self.verdict in {"new", "changed"}


def judge_groups(
    book: FileBook,
    rows: Sequence[Row],
    present: Sequence[CodeGroup],
    inside: Mapping[int, set[int]],
    fine: frozenset[str],
) -> tuple[GroupLine, ...]:
    """Say of each group what it would do. `present` are all groups here, deleted ones too, `inside` their codes."""
    by_guid = {group.guid.lower(): group for group in present}
    by_name = {fold(group.name): group for group in present if group.state == "live"}
    lines = [GroupLine(number, group) for number, group in enumerate(book.groups, start=1)]
    taken: dict[int, int] = {}
    names: dict[str, int] = {}
    for line in lines:
        _judge(line, by_guid, by_name)
        name = fold(line.group.name)
        if line.verdict == "wrong":
            continue
        if name in names or (line.target is not None and line.target.id in taken):
            line.verdict = "twice"
            line.message = say("An earlier group of the file is this one already.")
            continue
        names[name] = line.number
        if line.target is not None:
            taken[line.target.id] = line.number
        keys = [rows[index].key for index in line.group.codes if rows[index].verdict in fine]
        there = inside.get(line.target.id, set()) if line.target is not None else set()
        line.added = tuple(key for key in keys if key not in there)
        if line.target is not None and line.target.state == "live":
            is_new = line.added or line.is_renamed or line.is_described
            line.verdict = "changed" if is_new else "same"
    return tuple(lines)


def _judge(line: GroupLine, by_guid: Mapping[str, CodeGroup], by_name: Mapping[str, CodeGroup]) -> None:
    """Find the group that a line is, and refuse what is wrong in itself."""
    group = line.group
    if not group.name:
        line.verdict, line.message = "wrong", say("It has no name.")
        return
    if len(group.name) > LONGEST_NAME:
        line.verdict = "wrong"
        line.message = say("The name is longer than %(most)s characters.", most=LONGEST_NAME)
        return
    if len(group.description or "") > LONGEST_TEXT:
        line.verdict, line.message = "wrong", say("A text is longer than %(most)s characters.", most=LONGEST_TEXT)
        return
    named = by_name.get(fold(group.name))
    line.target = by_guid.get(group.guid) if group.guid else None
    if line.target is None:
        line.target = named
    elif named is not None and named.id != line.target.id:
        line.verdict = "wrong"
        line.message = say("Another group here is called “%(name)s”. Rename one of them first.", name=named.name)
        return
    if line.target is not None:
        line.is_renamed = line.target.name != group.name and bool(group.guid)
        line.is_described = group.description is not None and group.description != line.target.description
