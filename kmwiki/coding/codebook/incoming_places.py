"""Where the codes of a file stand: by nesting or by path, among its own rows or under codes that are here. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from kmwiki.errors import Message, say
from kmwiki.text.thai import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kmwiki.coding.codebook.incoming import Row
    from kmwiki.coding.models import Code

Path = tuple[str, ...]
Found = tuple[int | None, int | None, Message | None]
"""The index of the row above, or the id of the code above, or why there is none; three times None is the top."""


class Places:
    """Answers under what a row stands."""

    def __init__(self, rows: Sequence[Row], live: Mapping[int, Code]) -> None:
        self.rows_at: dict[Path, list[int]] = defaultdict(list)
        self.rows_named: dict[str, list[int]] = defaultdict(list)
        for index, row in enumerate(rows):
            name = fold(row.code.name)
            self.rows_at[(*_folded(row.code.path), name)].append(index)
            self.rows_named[name].append(index)
        self.codes_at: dict[Path, int] = {}
        self.codes_named: dict[str, list[int]] = defaultdict(list)
        for code in live.values():
            self.codes_at[_path_of(code, live)] = code.id
            self.codes_named[fold(code.name_th)].append(code.id)

    def find(self, row: Row) -> Found:
        """Return what a row stands under: a path counts whole first; one name alone may be any code's."""
        if row.code.under is not None:
            return row.code.under, None, None
        path = _folded(row.code.path)
        if not path:
            return None, None, None
        for at, code_ids in (
            (self.rows_at.get(path, []), [self.codes_at[path]] if path in self.codes_at else []),
            (self.rows_named.get(path[0], []), self.codes_named.get(path[0], [])) if len(path) == 1 else ([], []),
        ):
            if len(at) == 1 or (at and path in self.rows_at):
                return at[0], None, None
            if not at and len(code_ids) == 1:
                return None, code_ids[0], None
            if at or code_ids:
                return (
                    None,
                    None,
                    say("Several codes are called “%(name)s”. Write the whole path.", name=row.code.path[0]),
                )
        written = " / ".join(row.code.path)
        return (
            None,
            None,
            say("It is to stand under “%(path)s”, which is neither in the file nor here.", path=written[:200]),
        )


def loops_among(above: Sequence[int | None]) -> list[int]:
    """Return the indexes that stand on a loop, in order."""
    state = [0] * len(above)  # 0 not seen, 1 on the way, 2 done
    found: set[int] = set()
    for start in range(len(above)):
        way: list[int] = []
        at: int | None = start
        while at is not None and state[at] == 0:
            state[at] = 1
            way.append(at)
            at = above[at]
        if at is not None and state[at] == 1:
            found.update(way[way.index(at) :])
        for each in way:
            state[each] = 2
    return sorted(found)


def depths_of(above: Sequence[int | None]) -> list[int]:
    """Return the level of each, from 1 at the top; `above` has no loop."""
    depth: dict[int, int] = {}
    for start in range(len(above)):
        way: list[int] = []
        at: int | None = start
        while at is not None and at not in depth:
            way.append(at)
            at = above[at]
        base = depth[at] if at is not None else 0
        for place, each in enumerate(reversed(way), start=1):
            depth[each] = base + place
    return [depth[index] for index in range(len(above))]


def order_by_depth(above: Sequence[int | None]) -> list[int]:
    """Return the indexes such that each comes after the one above it; `above` has no loop."""
    depth = depths_of(above)
    return sorted(range(len(above)), key=lambda index: (depth[index], index))


def _folded(path: Sequence[str]) -> Path:
    return tuple(fold(name) for name in path)


def _path_of(code: Code, live: Mapping[int, Code]) -> Path:
    names: list[str] = []
    at: Code | None = code
    while at is not None:
        names.append(fold(at.name_th))
        at = live.get(at.parent_id) if at.parent_id is not None else None
    return tuple(reversed(names))
