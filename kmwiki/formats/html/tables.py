"""Tables: which hold data and which only arranged a page, and their cells as a grid."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmwiki.formats.html.tree import Element

_MOST_COLUMNS = 60
_MOST_CELLS = 20_000
_LONGEST_CELL = 1500
"""Characters of a cell; more of them is a page arranged by a table."""

_ARRANGING = "table, form, h1, h2, h3, article, section, iframe, pre, blockquote"
_SPAN = re.compile(r"[0-9]{1,4}")
_GROUPS = frozenset({"thead", "tbody", "tfoot"})


def is_data(table: Element) -> bool:
    """Whether a table's rows and columns mean something: two columns at least, and cells of some words."""
    if table.get("role") in {"presentation", "none"} or table.select(_ARRANGING):
        return False
    grid = grid_of(table)
    widest = max((len(row) for row in grid), default=0)
    if widest < 2 or sum(len(row) for row in grid) > _MOST_CELLS:  # noqa: PLR2004 - one column is no table
        return False
    cells = [cell for row in grid for cell in row if cell is not None]
    if len(grid) == 1 and not any(cell.tag == "th" for cell in cells):
        return False
    return all(len(cell.text()) <= _LONGEST_CELL for cell in cells)


def grid_of(table: Element) -> list[list[Element | None]]:
    """Return the rows of a table; a cell over several columns or rows stands in the first, None in the others."""
    grid: list[list[Element | None]] = []
    held: dict[int, int] = {}  # columns that a cell above reaches into, and how many rows more
    for row in _rows(table):
        cells: list[Element | None] = []
        for cell in row.children():
            if cell.tag not in {"td", "th"} or len(cells) >= _MOST_COLUMNS:
                continue
            _skip_held(cells, held)
            width, height = _span(cell, "colspan"), _span(cell, "rowspan")
            held.update(dict.fromkeys(range(len(cells), len(cells) + width), height) if height > 1 else {})
            cells += [cell, *[None] * (width - 1)]
        _skip_held(cells, held)
        held = {column: rows - 1 for column, rows in held.items() if rows > 1}
        if cells:
            grid.append(cells[:_MOST_COLUMNS])
    widest = max((len(row) for row in grid), default=0)
    return [row + [None] * (widest - len(row)) for row in grid]


def _skip_held(cells: list[Element | None], held: dict[int, int]) -> None:
    while held.get(len(cells), 0) and len(cells) < _MOST_COLUMNS:
        cells.append(None)


def _rows(table: Element) -> Iterator[Element]:
    for child in table.children():
        if child.tag == "tr":
            yield child
        elif child.tag in _GROUPS:
            yield from (row for row in child.children() if row.tag == "tr")


def _span(cell: Element, name: str) -> int:
    written = cell.get(name)
    return min(max(int(written), 1), _MOST_COLUMNS) if _SPAN.fullmatch(written) else 1
