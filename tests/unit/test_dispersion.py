"""Dispersion: Gries' deviation of proportions by hand, and one word at a time against all at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmwiki.analysis.dispersion import deviation, deviations


def test_a_word_spread_as_the_texts_are_has_none() -> None:
    assert deviation([1, 2, 3], [100, 200, 300]) == pytest.approx(0)


def test_a_word_in_one_of_equal_texts_alone_has_the_most() -> None:
    assert deviation([7, 0, 0, 0, 0], [9, 9, 9, 9, 9]) == pytest.approx(1)


def test_the_worked_example_of_parts_of_different_sizes() -> None:
    # shares of the words 1/5 each, of the occurrences 1/10 2/10 3/10 0 4/10:
    # (0.1 + 0 + 0.1 + 0.2 + 0.2) / 2 = 0.3, normalised by 1 - 0.2
    assert deviation([1, 2, 3, 0, 4], [10, 10, 10, 10, 10]) == pytest.approx(0.375)


def test_nothing_and_a_single_text_have_none() -> None:
    assert deviation([], []) == 0
    assert deviation([3], [10]) == 0
    none = np.array([], dtype=np.int64)
    assert deviations(none, none, none, none, 2).tolist() == [0, 0]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 30)), min_size=1, max_size=12))
def test_all_at_once_is_one_after_the_other(rows: list[tuple[int, int, int]]) -> None:
    sizes = np.array([sum(row) for row in rows], dtype=np.int64)
    places = [(word, text, row[word]) for text, row in enumerate(rows) for word in (0, 1, 2) if row[word]]
    columns = [np.array([place[at] for place in places], dtype=np.int64) for at in range(3)]
    found = deviations(columns[0], columns[1], columns[2], sizes, 3)
    for word in range(3):
        counts = [row[word] for row in rows]
        assert found[word] == pytest.approx(deviation(counts, sizes.tolist()) if any(counts) else 0)
