"""Keyness: figures worked out by hand, and what must hold for any counts."""

from __future__ import annotations

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmwiki.analysis.keyness import chance, keyness, log_likelihood

COUNTS = st.integers(0, 500)
TOTALS = st.integers(500, 100_000)


def test_log_likelihood_is_what_the_formula_gives_by_hand() -> None:
    # a = 10 of 1,000, b = 30 of 2,000: E1 = 1000 * 40 / 3000 = 13.33, E2 = 26.67
    by_hand = 2 * (10 * log(10 / (40 / 3)) + 30 * log(30 / (80 / 3)))
    assert log_likelihood(10, 1000, 30, 2000) == pytest.approx(by_hand)
    assert by_hand == pytest.approx(1.3133, abs=0.0001)


def test_a_word_on_one_side_alone_adds_only_that_side() -> None:
    # all of 5 in the first of two equal selections: 2 * 5 * ln 2
    assert log_likelihood(5, 100, 0, 100) == pytest.approx(10 * log(2))
    found = keyness(5, 100, 0, 100)
    assert found.percent_diff is None
    assert found.log_ratio == pytest.approx(3.3219, abs=0.0001)  # log2(5 / 0.5)
    assert found.direction == 1


def test_twice_as_often_is_a_log_ratio_of_one_and_a_hundred_percent() -> None:
    found = keyness(20, 1000, 20, 2000)
    assert found.log_ratio == pytest.approx(1)
    assert found.percent_diff == pytest.approx(100)
    assert found.direction == 1


def test_nothing_is_said_of_empty_selections() -> None:
    assert keyness(0, 0, 5, 100) == (0.0, 0.0, None, 0)
    assert keyness(0, 10, 0, 10) == (0.0, 0.0, None, 0)


@pytest.mark.parametrize(
    ("figure", "expected"), [(3.83, None), (3.84, 0.05), (6.63, 0.01), (10.83, 0.001), (99, 0.0001)]
)
def test_chance_is_read_from_the_table_of_chi_squared(figure: float, expected: float | None) -> None:
    assert chance(figure) == expected


@given(COUNTS, TOTALS, COUNTS, TOTALS)
def test_sides_can_be_changed(count: int, total: int, other: int, other_total: int) -> None:
    found, turned = keyness(count, total, other, other_total), keyness(other, other_total, count, total)
    assert found.log_likelihood == pytest.approx(turned.log_likelihood)
    assert found.log_ratio == pytest.approx(-turned.log_ratio)
    assert found.direction == -turned.direction
    assert found.log_likelihood >= 0


@given(COUNTS, TOTALS, st.integers(1, 9))
def test_the_same_share_says_nothing(count: int, total: int, times: int) -> None:
    found = keyness(count, total, count * times, total * times)
    assert found.log_likelihood == pytest.approx(0, abs=1e-9)
    assert (found.log_ratio, found.direction) == (0, 0)
