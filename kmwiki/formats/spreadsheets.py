"""Tables as files: CSV that spreadsheets open as UTF-8 and take no cell of for a formula, and xlsx with a Thai face."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from xlsxwriter import Workbook

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FORMULA = ("=", "+", "-", "@", "\t", "\r")
BOM = "\ufeff"
FACE = "TH Sarabun New"
"""A looped Thai face that Office knows; where it is missing, the spreadsheet takes its own Thai one."""
LONGEST_CELL = 32_000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_WIDEST = 60

Cell = str | int | float | None


def write_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Return a table as CSV. A text that a spreadsheet would reckon with gets an apostrophe before it."""
    out = io.StringIO()
    out.write(BOM)
    writer = csv.writer(out)
    writer.writerow([_safe(cell) for cell in header])
    for row in rows:
        writer.writerow([_safe(cell) for cell in row])
    return out.getvalue()


def _safe(cell: Cell) -> Cell:
    if not isinstance(cell, str):
        return cell
    cell = _CONTROL.sub("", cell)
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def write_xlsx(title: str, header: Sequence[str], rows: Iterable[Sequence[Cell]], *, is_short: bool = False) -> bytes:
    """Return a table as an xlsx file of one sheet, its first row fixed.

    Rows go to disk one by one on their way; those of a short table stay in memory, where texts that come again are
    written once: a third of the time less.
    """
    out = io.BytesIO()
    options = {
        "constant_memory": not is_short,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with Workbook(out, options) as book:
        plain = book.add_format({"font_name": FACE, "font_size": 16})
        bold = book.add_format({"font_name": FACE, "font_size": 16, "bold": True})
        sheet = book.add_worksheet(_sheet_name(title))
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(header):
            sheet.set_column(column, column, min(_WIDEST, max(12, len(name) + 4)), plain)
            sheet.write_string(0, column, name, bold)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if cell is None or cell == "":
                    continue
                if isinstance(cell, str):
                    sheet.write_string(number, column, _CONTROL.sub("", cell)[:LONGEST_CELL], plain)
                else:
                    sheet.write_number(number, column, cell, plain)
    return out.getvalue()


def _sheet_name(title: str) -> str:
    """Return a name that a sheet may have: 31 characters, without the signs of cell addresses."""
    return re.sub(r"[\[\]:*?/\\']", " ", title)[:31].strip() or "1"
