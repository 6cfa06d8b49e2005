"""Comparing what several people coded in one text: which codings belong together, and how far they agree. Pure.

Codings that overlap under one code are a strand. A strand in which everybody is, is agreed on if all chose the same
words, else only its extent is disputed. Strands in which somebody is missing are laid together where they overlap and
each has somebody whom the other lacks: those people gave the same words different codes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

Kind = Literal["same", "extent", "different", "only", "lost"]
KINDS: tuple[Kind, ...] = ("different", "only", "extent", "lost", "same")
"""From what needs most talk to what needs none."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One coder's passage under one code; `start` and `end` are None if an edit took its words away."""

    id: int
    coder_id: int
    code_id: int
    source_id: int
    start: int | None
    end: int | None
    voice: str | None = None
    memo: str = ""
    quote: str = ""  # what the coder saw
    state: str = "placed"

    @property
    def span(self) -> tuple[int, int]:
        """Where it stands; (0, 0) if it stands nowhere."""
        return self.start or 0, self.end or 0


@dataclass(frozen=True, slots=True)
class Case:
    """Codings that are settled together, in the order of their places."""

    kind: Kind
    marks: tuple[Mark, ...]

    @property
    def ids(self) -> frozenset[int]:
        """The ids of its codings: what names it."""
        return frozenset(mark.id for mark in self.marks)

    @property
    def source_id(self) -> int:
        """The text it stands in."""
        return self.marks[0].source_id

    @property
    def start(self) -> int:
        """Where its first passage begins."""
        return min(mark.span[0] for mark in self.marks)

    @property
    def end(self) -> int:
        """Where its last passage ends."""
        return max(mark.span[1] for mark in self.marks)

    @property
    def code_ids(self) -> list[int]:
        """The codes in it, each once."""
        return list(dict.fromkeys(mark.code_id for mark in self.marks))

    @property
    def coder_ids(self) -> set[int]:
        """Who coded something in it."""
        return {mark.coder_id for mark in self.marks}

    def of(self, coder_id: int) -> list[Mark]:
        """Return what one coder has in it."""
        return [mark for mark in self.marks if mark.coder_id == coder_id]

    @property
    def spans(self) -> list[tuple[int, int]]:
        """The different extents in it, then what all of them share and what they cover together, each once."""
        own = [mark.span for mark in self.marks if mark.start is not None]
        if not own:
            return []
        shared = max(start for start, _ in own), min(end for _, end in own)
        whole = min(start for start, _ in own), max(end for _, end in own)
        return [span for span in dict.fromkeys([*own, shared, whole]) if span[0] < span[1]]


def cases_of(marks: Iterable[Mark], coders: Collection[int]) -> list[Case]:
    """Return the cases of one root's texts in reading order; `coders` are those who have worked on it."""
    by_text: dict[int, list[Mark]] = defaultdict(list)
    found: list[Case] = []
    for mark in marks:
        if mark.start is None:
            found.append(Case("lost", (mark,)))
        else:
            by_text[mark.source_id].append(mark)
    for inside in by_text.values():
        found += _cases_in(inside, set(coders) | {mark.coder_id for mark in inside})
    return sorted(found, key=order_of)


def order_of(case: Case) -> tuple[int, bool, int, int, int]:
    """Return what puts cases in reading order, text by text, those without a place behind."""
    return case.source_id, not case.spans, case.start, case.end, min(case.ids)


def _cases_in(marks: Sequence[Mark], coders: set[int]) -> list[Case]:
    by_code: dict[int, list[Mark]] = defaultdict(list)
    for mark in marks:
        by_code[mark.code_id].append(mark)
    strands = [strand for inside in by_code.values() for strand in _strands(inside)]
    whole = [strand for strand in strands if _who(strand) == coders]
    rest = [strand for strand in strands if _who(strand) != coders]
    cases = [Case("same" if _is_same(strand) else "extent", _ordered(strand)) for strand in whole]
    for group in _together(rest):
        kind: Kind = "only" if len({mark.code_id for mark in group}) == 1 else "different"
        cases.append(Case(kind, _ordered(group)))
    return cases


def _strands(marks: Sequence[Mark]) -> list[list[Mark]]:
    """Part the codings of one code into runs that overlap."""
    found: list[list[Mark]] = []
    reach = -1
    for mark in _ordered(marks):
        start, end = mark.span
        if start < reach:
            found[-1].append(mark)
        else:
            found.append([mark])
        reach = max(reach, end)
    return found


def _together(strands: Sequence[Sequence[Mark]]) -> list[list[Mark]]:
    """Lay strands together that overlap and have different people on both sides."""
    strands = sorted(strands, key=lambda strand: _ordered(strand)[0].span)
    people = [_who(strand) for strand in strands]
    ends = [max(mark.span[1] for mark in strand) for strand in strands]
    starts = [min(mark.span[0] for mark in strand) for strand in strands]
    leader = list(range(len(strands)))
    for one in range(len(strands)):
        for other in range(one + 1, bisect_left(starts, ends[one])):
            left, right = people[one], people[other]
            if left - right and right - left and _overlap(strands[one], strands[other]):
                keep, drop = sorted((_led_by(leader, one), _led_by(leader, other)))
                leader[drop] = keep
    groups: dict[int, list[Mark]] = defaultdict(list)
    for at, strand in enumerate(strands):
        groups[_led_by(leader, at)].extend(strand)
    return list(groups.values())


def _led_by(leader: list[int], at: int) -> int:
    """Follow a strand to the first of those it was laid together with."""
    while leader[at] != at:
        leader[at] = leader[leader[at]]
        at = leader[at]
    return at


def _overlap(left: Sequence[Mark], right: Sequence[Mark]) -> bool:
    return any(a.span[0] < b.span[1] and b.span[0] < a.span[1] for a in left for b in right)


def _who(marks: Iterable[Mark]) -> set[int]:
    return {mark.coder_id for mark in marks}


def _is_same(marks: Iterable[Mark]) -> bool:
    spans: dict[int, set[tuple[int, int]]] = defaultdict(set)
    for mark in marks:
        spans[mark.coder_id].add(mark.span)
    return len({frozenset(each) for each in spans.values()}) == 1


def _ordered(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    return tuple(sorted(marks, key=lambda mark: (*mark.span, mark.code_id, mark.coder_id, mark.id)))
