"""A text side by side: row by row its paragraphs or units, what each coder put there, the cases that begin there."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmwiki.rounds.units import pieces

if TYPE_CHECKING:
    from kmwiki.rounds.cases import Mark
    from kmwiki.rounds.comparing import Compared, Judged


@dataclass(frozen=True, slots=True)
class Row:
    """A stretch of the text with the codings that begin in it, by coder, and its cases."""

    start: int
    end: int
    text: str
    marks: dict[int, list[Mark]]
    judged: list[Judged]

    @property
    def is_bare(self) -> bool:
        """Whether nothing begins in it."""
        return not self.judged and not any(self.marks.values())

    @property
    def is_disputed(self) -> bool:
        """Whether somebody coded otherwise than the others here."""
        return any(each.case.kind != "same" for each in self.judged)


def rows_of(compared: Compared, unit: str) -> list[Row]:
    """Return the rows of a text: its units, or its paragraphs where there are none; lost codings are in the last."""
    spans = pieces(compared.text, unit) or [(0, len(compared.text))]
    starts = [start for start, _ in spans]
    marks: list[dict[int, list[Mark]]] = [{coder: [] for coder in compared.coders} for _ in spans]
    cases: list[list[Judged]] = [[] for _ in spans]
    for mark in compared.marks:
        if mark.start is not None:
            marks[_place(starts, mark.start)].setdefault(mark.coder_id, []).append(mark)
    for judged in compared.judged:
        at = _place(starts, judged.case.start) if judged.case.spans else len(spans) - 1
        cases[at].append(judged)
    return [
        Row(start, end, compared.text[start:end], found, judged)
        for (start, end), found, judged in zip(spans, marks, cases, strict=True)
    ]


def _place(starts: list[int], at: int) -> int:
    return max(bisect_right(starts, at) - 1, 0)
