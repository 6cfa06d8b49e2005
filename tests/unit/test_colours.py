"""Colours of codes: siblings are told apart first, then no pair is used twice."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kmwiki.coding.codebook.colours import choose

PAIRS = st.lists(st.tuples(st.integers(1, 12), st.integers(1, 12)), max_size=11, unique=True)


def test_the_first_code_gets_the_first_hue_with_its_own_pattern() -> None:
    assert choose([], []) == (1, 1)


def test_the_second_sibling_stands_across_the_wheel() -> None:
    colour, _ = choose([(1, 1)], [(1, 1)])
    assert colour == 7


@given(siblings=PAIRS)
def test_a_new_pair_is_unused_and_its_pattern_no_siblings(siblings: list[tuple[int, int]]) -> None:
    pair = choose(siblings, siblings)
    assert pair not in siblings
    assert pair[1] not in {pattern for _, pattern in siblings}


def test_twelve_siblings_get_twelve_hues_and_patterns() -> None:
    made: list[tuple[int, int]] = []
    for _ in range(12):
        made.append(choose(made, made))
    assert {colour for colour, _ in made} == set(range(1, 13))
    assert {pattern for _, pattern in made} == set(range(1, 13))


def test_all_pairs_are_used_before_one_is_used_again() -> None:
    made: list[tuple[int, int]] = []
    for _ in range(144):
        made.append(choose([], made))
    assert len(set(made)) == 144
    assert choose([], made) in made


def test_a_wanted_hue_is_kept() -> None:
    assert choose([(4, 4)], [(4, 4)], hue=4) == (4, 5)
