"""Clusters: nothing that a reader takes for one character is ever cut."""

from __future__ import annotations

import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from kmwiki.text.clusters import clip, is_boundary, snap
from tests.make_texts import mixed_text


def edges(text: str) -> set[int]:
    return {0, len(text), *(match.end() for match in regex.finditer(r"\X", text))}


@given(mixed_text)
@settings(max_examples=300, deadline=None)
def test_boundaries_are_those_of_the_whole_text(text: str) -> None:
    assert {offset for offset in range(-1, len(text) + 2) if is_boundary(text, offset)} == edges(text)


def test_boundaries_far_into_a_text_need_no_reading_from_its_start() -> None:
    text = "ก" + "้" * 300 + "x" + "🇹🇭" * 100
    assert {offset for offset in range(len(text) + 1) if is_boundary(text, offset)} == edges(text)


@given(mixed_text, st.integers(-3, 70), st.integers(-3, 70))
@settings(max_examples=300, deadline=None)
def test_snapping_goes_outward_to_boundaries(text: str, start: int, end: int) -> None:
    first, last = snap(text, start, end)
    assert {first, last} <= edges(text)
    clamped = min(max(start, 0), len(text))
    assert first <= clamped <= last
    assert last >= min(max(end, clamped), len(text))


def test_snapping_takes_in_vowels_tones_and_families() -> None:
    text = "น้ำ👨‍👩‍👧กี่"
    assert snap(text, 1, 2) == (0, 3)
    assert snap(text, 4, 5) == (3, 8)
    assert snap(text, 8, 9) == (8, 11)


@given(mixed_text, st.integers(0, 70))
@settings(deadline=None)
def test_a_clipped_text_is_a_beginning_of_the_text(text: str, limit: int) -> None:
    short = clip(text, limit)
    if len(text) <= limit:
        assert short == text
    else:
        assert short.endswith("…")
        assert len(short) <= limit + 1
        assert text.startswith(short[:-1])
        assert len(short) - 1 in edges(text) or text[len(short) - 1].isspace()
