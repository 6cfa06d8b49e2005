"""Timing: many runs, the median and the 95th percentile, and the limit that they are held against."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


FIGURES = (2, 3, 4)
"""The columns that hold figures."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured, at which size, in milliseconds; `limit` is a sentence such as `aim < 15` or `peer 47-104`."""

    what: str
    size: str
    runs: int
    median: float
    p95: float
    limit: str = ""


def measure(
    what: str, size: str, run: Callable[[], object], *, runs: int = 30, warm: int = 3, limit: str = ""
) -> Figure:
    """Run `warm` times unmeasured, then `runs` times measured."""
    for _ in range(warm):
        run()
    took = []
    for _ in range(runs):
        started = time.perf_counter()
        run()
        took.append((time.perf_counter() - started) * 1000)
    return Figure(what, size, runs, statistics.median(took), percentile(took, 95), limit)


def percentile(values: list[float], share: int) -> float:
    """Return the value below which that share (in per cent) of the values lies; the nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * share // 100) - 1)]


def show(figures: Iterable[Figure]) -> str:
    """Draw the table."""
    rows = [("what", "size", "runs", "p50 ms", "p95 ms", "held against")]
    rows += [(f.what, f.size, str(f.runs), f"{f.median:.1f}", f"{f.p95:.1f}", f.limit) for f in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    rule = tuple("-" * width for width in widths)
    return "\n".join(draw_row(row, widths) for row in (rows[0], rule, *rows[1:]))


def draw_row(row: Sequence[str], widths: Sequence[int]) -> str:
    """Draw a row: words to the left, figures to the right."""
    drawn = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
    for column in FIGURES:
        drawn[column] = row[column].rjust(widths[column])
    return "  ".join(drawn)
