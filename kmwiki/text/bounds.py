"""Bounds where Markdown would write far more than was typed: padded tables, and references to one long address.

They are kept while the text is parsed, not guessed beforehand: what stands in quotations, lists and fences is counted
as it is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markdown.extensions.tables import TableProcessor

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from markdown import Markdown

MOST_CELLS = 20_000
"""Cells of all tables of a text together, with those that short rows are filled up with."""
MOST_BACKTICKS = 4_000
"""Of one row; the library pairs them and looks for each bar among the pairs, which takes the square of their number."""


class TooMuch(ValueError):  # noqa: N818 - says what it is
    """The text would become far larger than it is."""


def room(body: str) -> int:
    """Return how many characters of HTML a body may become. Lists of single letters need some twenty times as many."""
    return 100_000 + 40 * len(body)


def bind(parser: Markdown, body: str) -> None:
    """Keep this parser within bounds while it converts `body`; it raises TooMuch beyond them."""
    parser.references = _References(room(body))
    parser.parser.blockprocessors.register(_Tables(parser.parser, {"use_align_attribute": True}), "table", 75)


class _References(dict[str, tuple[str, str]]):
    """The addresses that `[name]` stands for; each use writes its address and title out anew."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._left = most

    def __getitem__(self, name: str) -> tuple[str, str]:
        found = super().__getitem__(name)
        self._left -= sum(len(part or "") for part in found)
        if self._left < 0:
            raise TooMuch
        return found


class _Tables(TableProcessor):
    """Every row is filled up to the header's width, so a few kilobytes could become millions of cells."""

    def __init__(self, parser: Any, config: dict[str, Any]) -> None:
        super().__init__(parser, config)
        self._left = MOST_CELLS

    def _build_row(self, row: str, parent: Element, align: Any) -> None:
        self._left -= len(align)
        if self._left < 0:
            raise TooMuch
        super()._build_row(row, parent, align)  # type: ignore[misc]

    def _split_row(self, row: str) -> list[str]:
        if row.count("`") > MOST_BACKTICKS:
            raise TooMuch
        cells: list[str] = super()._split_row(row)  # type: ignore[misc]
        return cells
