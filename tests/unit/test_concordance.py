"""Contexts, clouds, counts and table files: what holds for any text."""

from __future__ import annotations

import csv
import io
import itertools
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmwiki.analysis import cloud
from kmwiki.analysis.concordance import before, behind, left_key, right_key, without_overlaps, word_key
from kmwiki.analysis.frequencies import is_number, per_share, words_of
from kmwiki.analysis.kwic import read_width
from kmwiki.analysis.texts import Kept
from kmwiki.errors import Invalid
from kmwiki.formats.spreadsheets import write_csv, write_xlsx
from kmwiki.text.clusters import is_boundary
from kmwiki.text.thai import fold_with_map
from kmwiki.text.words import segmenter

if TYPE_CHECKING:
    from collections.abc import Sequence

THAI = st.text(st.sampled_from("กขคงนมเแไาิีุู่้์ำๆ ab1๑\n👩‍"), max_size=40)
RANGES = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 8)), max_size=12)


@given(THAI, st.integers(0, 40), st.integers(0, 25))
def test_contexts_begin_and_end_between_clusters(text: str, at: int, width: int) -> None:
    at = min(at, len(text))
    left, right = before(text, at, width), behind(text, at, width)
    assert text[:at].endswith(left)
    assert text[at:].startswith(right)
    assert max(len(left), len(right)) <= width
    assert not left or is_boundary(text, at - len(left))
    assert not right or is_boundary(text, at + len(right))


@given(RANGES)
def test_lines_never_share_a_character(given_: list[tuple[int, int]]) -> None:
    found = [(start, start + size) for start, size in given_]
    kept = without_overlaps(found)
    assert set(kept) <= set(found)
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(kept))
    assert bool(kept) == bool(found)


def test_the_left_context_is_read_from_the_keyword_outwards() -> None:
    text = "หนึ่ง สอง, สามKสี่ ห้า"
    starts = [0, 5, 6, 9, 11, 14, 15, 18, 19]
    at = text.index("K")
    assert left_key(text, starts, at) == tuple(map(word_key, ("สาม", "สอง", "หนึ่ง")))
    assert right_key(text, starts, at + 1) == tuple(map(word_key, ("สี่", "ห้า")))


def test_words_are_cut_from_the_folded_text_and_shown_as_written() -> None:
    text = "กองทุน Fund ๒๕๕๑ มากๆ ฯลฯ!"
    found = words_of(fold_with_map(text), text, segmenter())
    assert ("fund", "Fund") in found
    assert ("2551", "๒๕๕๑") in found
    assert not [key for key, _ in found if key in {"ๆ", "ฯลฯ", "!", " "}]
    assert is_number("2,551.5")
    assert not is_number("ก1")
    assert (per_share(1, 3), per_share(1, 0)) == (3333.33, 0.0)


def overlap(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether two boxes share ink."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def test_a_cloud_is_the_same_each_time_and_no_word_lies_over_another() -> None:
    words = [("กองทุนสวัสดิการ"[: 2 + number % 9] + str(number), int(200 / (number + 1)) + 1) for number in range(60)]
    placed = cloud.layout(words)
    assert placed == cloud.layout(words)
    assert len(placed) > 20
    for number, one in enumerate(placed):
        left, top, right, bottom = one.box
        assert left >= 0
        assert top >= 0
        assert right <= cloud.WIDTH
        assert bottom <= cloud.HEIGHT
        assert one.size >= cloud.LEAST
        assert not any(overlap(one.box, other.box) for other in placed[:number])
    assert cloud.layout([]) == []
    assert len(cloud.layout([("คำ", 3), ("อีกคำ", 3)])) == 2
    assert cloud.layout([("ก" * 500, 3)]) == []


def test_signs_above_a_letter_take_no_room_of_their_own() -> None:
    assert cloud.width_of("กี่", 10) == cloud.width_of("ก", 10)
    assert cloud.width_of("A", 10) > cloud.width_of("a", 10)


@given(st.lists(st.lists(st.one_of(st.text(max_size=8), st.integers(-9, 9)), min_size=1, max_size=3), max_size=5))
def test_no_cell_of_a_csv_begins_as_a_formula(rows: list[list[str | int]]) -> None:
    written = write_csv(["a"], rows)
    assert written.startswith("\ufeff")
    for row in csv.reader(io.StringIO(written.removeprefix("\ufeff"), newline="")):
        for cell in row:
            assert not cell.startswith(("=", "+", "@", "\t", "\r"))
            assert not cell.startswith("-") or cell[1:].isdigit()


def test_an_xlsx_is_written_whatever_its_cells_hold() -> None:
    data = write_xlsx("a[b]:c" * 9, ["ก", "ข"], [["\x00=1+1", 2], [None, 2.5], ["ก" * 40_000, -1]])
    assert data.startswith(b"PK")


def test_what_weighs_too_much_is_forgotten_longest_unused_first() -> None:
    shelf: Kept[str] = Kept(10)
    shelf.put("a", "a", 4)
    shelf.put("b", "b", 4)
    assert shelf.get("a") == "a"
    shelf.put("c", "c", 4)
    assert (shelf.get("a"), shelf.get("b"), shelf.get("c")) == ("a", None, "c")
    shelf.put("c", "d", 6)
    assert shelf.get("c") == "d"


def test_a_width_has_its_bounds() -> None:
    assert (read_width([]), read_width(["20"]), read_width(["200"])) == (60, 20, 200)
    for wrong in ("19", "201", "x", "๒๐"):
        with pytest.raises(Invalid):
            read_width([wrong])
