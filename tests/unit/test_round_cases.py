"""Comparing codings of several people, and cutting texts into units: pure."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kmwiki.rounds.cases import Case, Mark, cases_of
from kmwiki.rounds.units import pieces, shares, units_of
from kmwiki.text.units import Unit, widen

A, B, C = 1, 2, 3
X, Y = 10, 20


def marks(*given: tuple[int, int, int, int]) -> list[Mark]:
    """Make marks out of (coder, code, start, end)."""
    return [Mark(at, coder, code, 7, start, end) for at, (coder, code, start, end) in enumerate(given, 1)]


def kinds(*given: tuple[int, int, int, int], coders: tuple[int, ...] = (A, B)) -> list[str]:
    return [case.kind for case in cases_of(marks(*given), coders)]


def test_how_two_coders_stand_to_each_other() -> None:
    assert kinds((A, X, 0, 5), (B, X, 0, 5)) == ["same"]
    assert kinds((A, X, 0, 5), (B, X, 3, 9)) == ["extent"]
    assert kinds((A, X, 0, 5), (B, Y, 0, 5)) == ["different"]
    assert kinds((A, X, 0, 5), (B, Y, 4, 9)) == ["different"]
    assert kinds((A, X, 0, 5), (B, Y, 5, 9)) == ["only", "only"]  # side by side is not over each other
    assert kinds((A, X, 0, 5)) == ["only"]
    assert kinds((A, X, 0, 5), (A, Y, 0, 5), (B, X, 0, 5)) == ["same", "only"]  # one code more is a case of its own
    assert kinds((A, X, 0, 5), (A, X, 5, 9), (B, X, 0, 9)) == ["extent"]  # two halves for one whole
    assert kinds((A, X, 0, 5), coders=(A,)) == ["same"]


def test_with_three_coders_everybody_counts() -> None:
    everybody = (A, B, C)
    assert kinds((A, X, 0, 5), (B, X, 0, 5), (C, X, 0, 5), coders=everybody) == ["same"]
    assert kinds((A, X, 0, 5), (B, X, 0, 5), coders=everybody) == ["only"]
    assert kinds((A, X, 0, 5), (B, X, 0, 5), (C, Y, 0, 5), coders=everybody) == ["different"]
    case = cases_of(marks((A, X, 0, 5), (B, X, 1, 5), (C, Y, 0, 4)), everybody)[0]
    assert case.coder_ids == {A, B, C}
    assert [mark.id for mark in case.of(B)] == [2]
    assert case.code_ids == [Y, X]
    assert case.spans == [(0, 4), (0, 5), (1, 5), (1, 4)]
    assert (case.start, case.end, case.source_id) == (0, 5, 7)


def test_lost_codings_are_cases_of_their_own_and_come_last() -> None:
    lost = Mark(9, A, X, 7, None, None, quote="ที่หายไป")
    found = cases_of([lost, *marks((A, X, 3, 5), (B, X, 3, 5))], (A, B))
    assert [case.kind for case in found] == ["same", "lost"]
    assert found[1].spans == []


places = st.tuples(st.sampled_from((A, B, C)), st.sampled_from((X, Y)), st.integers(0, 30), st.integers(1, 9))


@given(st.lists(places, max_size=12))
def test_every_coding_is_in_exactly_one_case_whatever_the_order(given_: list[tuple[int, int, int, int]]) -> None:
    made = marks(*((coder, code, start, start + length) for coder, code, start, length in given_))
    found = cases_of(made, (A, B, C))
    assert sorted(each for case in found for each in case.ids) == [mark.id for mark in made]
    assert {case.ids for case in cases_of(made[::-1], (C, B, A))} == {case.ids for case in found}
    assert all(isinstance(case, Case) and case.start < case.end for case in found)


@given(st.text(alphabet="กขคง \n.", max_size=80), st.sampled_from(("sentence", "paragraph")))
def test_the_pieces_of_a_text_are_in_order_and_leave_only_blanks(text: str, unit: Unit) -> None:
    found = pieces(text, unit)
    assert all(start < end for start, end in found)
    assert all(left[1] <= right[0] for left, right in pairwise(found))
    assert all(widen(text, start, end, unit) == (start, end) for start, end in found)
    covered = "".join(text[start:end] for start, end in found)
    assert "".join(covered.split()) == "".join(text.split())


def test_units_hold_who_gave_which_code_and_free_ones_are_cut_at_every_edge() -> None:
    text = "หนึ่งสองสาม\n\nสี่ห้าหกเจ็ด"
    end = len(text)
    two = marks((A, X, 0, 5), (B, X, 3, 9), (B, Y, 13, end))
    free = units_of(text, "free", two)
    assert [(unit.start, unit.end) for unit in free] == [(0, 3), (3, 5), (5, 9), (9, 13), (13, end)]
    assert sum(unit.length for unit in free) == end
    assert free[1].codes == {A: frozenset({X}), B: frozenset({X})}
    assert free[3].codes == {}
    told = shares(free, two, (A, B))
    assert (told[X].any_length, told[X].all_length, told[X].percent) == (9, 2, 22)
    assert told[X].by_coder == {A: 1, B: 1}
    assert told[Y].percent == 0
    whole = units_of(text, "paragraph", two)
    assert [text[unit.start : unit.end] for unit in whole] == text.split("\n\n")
    assert whole[0].coders_of(X) == {A, B}
    assert whole[1].codes == {B: frozenset({Y})}
    assert shares([], [], (A, B)) == {}
