"""Every operator of a retrieval against a reckoning by hand, letter by letter, on random passages."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kmwiki.retrieval.relations import BOOLEAN, OPS, Condition, Hit, Matcher, Passage, find, joined
from kmwiki.text.units import starts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kmwiki.retrieval.relations import Op, Unit

LENGTH = 24
UNIT_STARTS = {"sentence": (0, 5, 9, 16), "paragraph": (0, 9)}


def units_of(source_id: int, unit: Unit) -> Sequence[int]:
    """Every text of these tests has the same sentences and paragraphs."""
    del source_id
    return UNIT_STARTS[unit]


def passage(number: int, source: int, start: int, length: int) -> Passage:
    """Sources 1 and 2 hang on one note, source 3 on another."""
    return Passage(number, source, 1 if source < 3 else 3, start, min(start + length, LENGTH))


SPANS = some.lists(
    some.tuples(some.integers(1, 3), some.integers(0, LENGTH - 1), some.integers(1, 9)), min_size=0, max_size=9
)
CONDITIONS = some.builds(
    lambda op, is_against, distance, unit: Condition(op, is_against and op not in BOOLEAN, distance, unit),
    some.sampled_from(OPS),
    some.booleans(),
    some.integers(0, 6),
    some.sampled_from(("character", "sentence", "paragraph")),
)


def letters(one: Passage) -> set[int]:
    return set(range(one.start, one.end))


def unit_at(unit: Unit, offset: int) -> int:
    return sum(start <= offset for start in UNIT_STARTS[unit]) - 1


def gap(condition: Condition, a: Passage, b: Passage) -> int:
    """Count the letters, or the steps from unit to unit, that lie between two passages."""
    if condition.unit == "character":
        return max(b.start - a.end, a.start - b.end, 0)
    mine = {unit_at(condition.unit, offset) for offset in letters(a)}
    theirs = {unit_at(condition.unit, offset) for offset in letters(b)}
    return min(abs(left - right) for left in mine for right in theirs)


def stands(condition: Condition, a: Passage, b: Passage) -> bool:
    """Whether b is what the condition asks for beside a, as record 0507 says it."""
    is_same_text = a.source_id == b.source_id
    shared = letters(a) & letters(b) if is_same_text else set()
    return {
        "overlap": bool(shared) and a.id != b.id,
        "exact": is_same_text and letters(a) == letters(b) and a.id != b.id,
        "within": is_same_text and letters(a) <= letters(b) and a.id != b.id,
        "around": is_same_text and letters(b) <= letters(a) and a.id != b.id,
        "near": is_same_text and gap(condition, a, b) <= condition.distance and a.id != b.id,
        "text": is_same_text,
        "entry": a.root_id == b.root_id,
    }[condition.op]


Words = dict[int, set[int]]


def by_hand(kept: Words, known: dict[int, Passage], condition: Condition, others: list[Passage]) -> Words:
    """Leave what the condition leaves, letter by letter."""
    if condition.op == "or":
        return kept | {one.id: letters(one) for one in others}
    left: Words = {}
    for key, words in kept.items():
        one = known[key]
        covered = {letter for other in others if other.source_id == one.source_id for letter in letters(other)}
        if condition.op == "and":
            if words & covered:
                left[key] = words & covered
        elif condition.op == "not":
            if not words & covered:
                left[key] = words
        elif any(stands(condition, one, other) for other in others) is not condition.is_against:
            left[key] = words
    return left


@given(SPANS, some.lists(some.tuples(CONDITIONS, some.sets(some.integers(0, 8))), max_size=3), some.integers(0, 9))
def test_what_is_found_is_what_a_reckoning_by_hand_finds(
    spans: list[tuple[int, int, int]], asked: list[tuple[Condition, set[int]]], first: int
) -> None:
    everything = [passage(number, *span) for number, span in enumerate(spans)]
    known = {one.id: one for one in everything}
    sets = [[one for one in everything if one.id in chosen] for _, chosen in asked]
    begun = everything[:first]
    hits = find(begun, [Matcher(each, others, units_of) for (each, _), others in zip(asked, sets, strict=True)])
    expected: Words = {one.id: letters(one) for one in begun}
    for (condition, _), others in zip(asked, sets, strict=True):
        expected = by_hand(expected, known, condition, others)
    found = {hit.passage.id: {letter for start, end in hit.words for letter in range(start, end)} for hit in hits}
    assert found == expected
    assert len(hits) == len(found)
    assert all(list(hit.words) == joined(hit.words) for hit in hits)


@pytest.mark.parametrize("op", ["overlap", "exact", "within", "around", "near", "text", "entry"])
@given(spans=SPANS, distance=some.integers(0, 6), unit=some.sampled_from(("character", "sentence", "paragraph")))
def test_the_partners_of_a_passage_are_those_that_stand_so(
    op: Op, spans: list[tuple[int, int, int]], distance: int, unit: Unit
) -> None:
    everything = [passage(number, *span) for number, span in enumerate(spans)]
    condition = Condition(op, distance=distance, unit=unit)
    matcher = Matcher(condition, everything, units_of)
    for one in everything:
        found = sorted(each.id for each in matcher.partners(Hit(one, ((one.start, one.end),))))
        assert found == [each.id for each in everything if stands(condition, one, each)]


@given(SPANS, some.sets(some.integers(0, 8)))
def test_and_and_not_part_what_was_found_in_two(spans: list[tuple[int, int, int]], chosen: set[int]) -> None:
    everything = [passage(number, *span) for number, span in enumerate(spans)]
    others = [one for one in everything if one.id in chosen]
    with_it = {hit.passage.id for hit in find(everything, [Matcher(Condition("and"), others, units_of)])}
    without = {hit.passage.id for hit in find(everything, [Matcher(Condition("not"), others, units_of)])}
    assert with_it | without == {one.id for one in everything}
    assert not with_it & without


def test_units_begin_where_lines_and_thoughts_do() -> None:
    text = "ประโยคแรกของย่อหน้านี้ยาวพอสมควร ประโยคที่สองก็ยาวพอเช่นกันนะคะ\n\nย่อหน้าที่สอง\n"
    assert starts(text, "paragraph") == [0, text.index("ย่อหน้าที่สอง")]
    assert starts(text, "sentence") == [0, text.index("ประโยคที่สอง"), text.index("ย่อหน้าที่สอง")]
    assert starts("\n \n", "sentence") == [0]


@pytest.mark.parametrize("op", [op for op in OPS if op not in {"text", "entry"}])
def test_thousands_of_passages_upon_each_other_take_no_square_of_their_number(op: Op) -> None:
    own = [Passage(at, 1, 1, at, 100_000 + at) for at in range(1, 2500)]
    others = [Passage(5000 + at, 1, 1, at, 50_000 + at) for at in range(1, 2500)]
    began = perf_counter()
    assert len(find(own, [Matcher(Condition(op), others, units_of)])) <= 5000
    assert perf_counter() - began < 0.5  # by pairs it is seconds
