"""The codebook that would come out of a file: no loop, no level too deep, no name twice in one place. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmwiki.coding.codebook.incoming_places import depths_of, loops_among
from kmwiki.coding.codebook.tree import MAX_DEPTH
from kmwiki.errors import say
from kmwiki.text.thai import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kmwiki.coding.codebook.incoming import Row
    from kmwiki.coding.models import Code


class Whole:
    """The tree as it would be, with the rows that are not refused."""

    def __init__(self, rows: Sequence[Row], live: Mapping[int, Code]) -> None:
        self.rows = {row.key: row for row in rows if row.verdict == "new"}
        self.parents: dict[int, int | None] = {code.id: code.parent_id for code in live.values()}
        self.names = {code.id: code.name_th for code in live.values()}
        self.old = dict(self.parents)
        self.numbers = {row.key: row.number for row in rows}
        for row in self.rows.values():
            self.parents[row.key] = row.parent
            self.names[row.key] = row.code.name

    def refuse_orphans(self) -> bool:
        """Refuse new rows under rows that were refused meanwhile."""
        found = [row for row in self.rows.values() if row.parent is not None and row.parent not in self.parents]
        for row in found:
            row.refuse(
                "wrong",
                say("It stands under row %(row)s, which cannot be taken.", row=self.numbers.get(row.parent or 0, 0)),
            )
        return bool(found)

    def refuse_loops(self) -> bool:
        """Refuse the moves that would put a code under itself."""
        keys = list(self.parents)
        index = {key: at for at, key in enumerate(keys)}
        inside = loops_among([None if (up := self.parents[key]) is None else index.get(up) for key in keys])
        found = [self.rows[keys[at]] for at in inside if keys[at] in self.rows]
        moved = [row for row in found if self.old.get(row.key) != row.parent]
        for row in moved:
            row.refuse("loop", say("It would stand under itself: a loop with codes that are here already."))
        return bool(moved)

    def refuse_deep(self) -> bool:
        """Refuse what would stand, or put others, deeper than a tree may be."""
        moved = {key for key, row in self.rows.items() if self.old.get(key, -key) != row.parent}
        found: set[int] = set()
        for key, level in self._depths().items():
            at: int | None = key if level > MAX_DEPTH else None
            while at is not None and at not in moved:
                at = self.parents[at]
            if at is not None:
                found.add(at)
        for key in found:
            self.rows[key].refuse("wrong", say("The tree can have %(levels)s levels at most.", levels=MAX_DEPTH))
        return bool(found)

    def _depths(self) -> dict[int, int]:
        """Return the level of each code, from 1."""
        keys = list(self.parents)
        index = {key: at for at, key in enumerate(keys)}
        levels = depths_of([None if (up := self.parents[key]) is None else index[up] for key in keys])
        return dict(zip(keys, levels, strict=True))

    def refuse_names(self) -> bool:
        """Refuse the second code of a name in one place; one that stays as it is has the first right to it."""
        held: dict[tuple[int | None, str], int] = {}
        found: list[tuple[Row, int]] = []
        staying = sorted(self.parents, key=lambda key: (key in self.rows and self._is_changing(key), key < 0, abs(key)))
        for key in staying:
            place = (self.parents[key], fold(self.names[key]))
            if place not in held:
                held[place] = key
            elif key in self.rows:
                found.append((self.rows[key], held[place]))
        for row, other in found:
            if other in self.rows:
                row.refuse("twice", say("Row %(row)s has this name in this place.", row=self.rows[other].number))
            else:
                row.refuse("conflict", say("Another code has this name in this place."))
        return bool(found)

    def _is_changing(self, key: int) -> bool:
        row = self.rows[key]
        same_name = row.target is not None and fold(row.target.name_th) == fold(row.code.name)
        return not same_name or self.old.get(key, -key) != row.parent
