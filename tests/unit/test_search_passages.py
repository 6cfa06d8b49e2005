"""Snippets, equals of years and dates, words inside compounds."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmwiki.search.compounds import parts
from kmwiki.search.documents import Outline, make_document, trigrams_of
from kmwiki.search.engine import Fact, Has
from kmwiki.search.equals import facts_of, said_in, show_equals
from kmwiki.search.snippets import MOST_OF_ONE, MOST_PLACES, MOST_TRIED, WIDTH, merged, opening, places, snippets
from kmwiki.search.suggestions import skeleton
from kmwiki.text.clusters import is_boundary
from kmwiki.text.thai import fold, fold_with_map
from kmwiki.text.words import segmenter

THAI = st.text(alphabet="กองทุนน้ำำ่้ี ๕๑ปีเเ😀a\u200b\n.พมจ", max_size=120)


@given(text=THAI, needles=st.lists(st.text(alphabet="กองทุน้ำ51a ", min_size=1, max_size=4), min_size=1, max_size=3))
def test_snippets_are_pieces_of_the_text_and_marks_lie_between_clusters(text: str, needles: list[str]) -> None:
    leaves = [Has(folded) for needle in needles if (folded := fold(needle).strip())]
    found = places(fold_with_map(text), leaves)
    for place in found:
        leaf = leaves[place.leaf]
        assert isinstance(leaf, Has)
        assert leaf.text in fold(text)
        assert 0 <= place.start < place.end <= len(text)
    for start, end in merged(text, found):
        assert is_boundary(text, start)
        assert is_boundary(text, end)
    for snippet in snippets(text, found, leaves):
        assert text[snippet.start : snippet.end] == snippet.text
        assert is_boundary(text, snippet.start)
        assert is_boundary(text, snippet.end)
        assert snippet.marks
        for start, end in snippet.marks:
            assert 0 <= start < end <= len(snippet.text)
        assert all(one[1] < other[0] for one, other in pairwise(snippet.marks))


def test_the_passage_with_most_of_what_was_asked_is_chosen() -> None:
    text = "กองทุน " + "ฝนตก " * 80 + "กองทุน ปลาทู ทะเล " + "แดดออก " * 80 + "ทะเล"
    leaves = [Has("กองทุน"), Has("ปลาทู"), Has("ทะเล")]
    (best,) = snippets(text, places(fold_with_map(text), leaves), leaves, most=1)
    assert [best.text[start:end] for start, end in best.marks] == ["กองทุน", "ปลาทู", "ทะเล"]
    three = snippets(text, places(fold_with_map(text), leaves), leaves)
    assert [one.start for one in three] == sorted(one.start for one in three)
    assert len(three) == 3


def test_ranges_that_touch_are_one_mark() -> None:
    text = "กองทุนสวัสดิการ"
    found = places(fold_with_map(text), [Has("กองทุน"), Has("สวัสดิการ"), Has("ทุน")])
    assert merged(text, found) == [(0, len(text))]


def test_a_fact_is_marked_however_it_is_written() -> None:
    text = "เริ่มปี ๕๑ จบ พ.ศ. ๒๕๕๒ หรือ ค.ศ. 2008"
    found = merged(text, places(fold_with_map(text), [Fact("year:2008")]))
    assert [text[start:end] for start, end in found] == ["ปี ๕๑", "ค.ศ. 2008"]


def test_a_prefix_is_marked_at_beginnings_only() -> None:
    text = "ออม กลุ่มออมทรัพย์"
    found = places(fold_with_map(text), [Has("ออม", starts_word=True)])
    assert [(place.start, place.end) for place in found] == [(0, 3)]


class _Counted(str):
    """A text that counts how often it is searched."""

    __slots__ = ("tries",)

    def find(self, *given: Any) -> int:
        """Count, and search."""
        self.tries = getattr(self, "tries", 0) + 1
        return super().find(*given)


def test_marking_a_letter_that_stands_everywhere_costs_little() -> None:
    text = "a" * 330_000
    counted = _Counted(text)
    found = places(replace(fold_with_map(text), text=counted), [Has("a")] * 63)
    assert len(found) == MOST_OF_ONE
    assert counted.tries <= MOST_OF_ONE
    prefixes = [Has("a" * size, starts_word=True) for size in range(1, 17)]
    counted.tries = 0
    assert places(replace(fold_with_map(text), text=counted), prefixes)[0].start == 0
    assert counted.tries <= 16 * (MOST_TRIED + 2)  # one more to find the blank behind


def test_a_letter_that_stands_everywhere_hides_no_rare_word() -> None:
    text = "กข " * 20_000 + "ปลาทู"
    leaves = [Has("ก"), Has("ข"), Has("ปลาทู"), Has("ก")]
    found = places(fold_with_map(text), leaves)
    assert len(found) == MOST_PLACES
    assert (found[-1].start, found[-1].leaf) == (60_000, 2)
    assert found == sorted(found, key=lambda place: place.start)
    assert any("ปลาทู" in one.text for one in snippets(text, found, leaves))


def test_an_opening_stands_in_for_a_passage() -> None:
    assert opening("  \n ") is None
    first = opening("\n ฝนตก" + "น้ำ" * 200)
    assert first is not None
    assert first.text.startswith("ฝนตก")
    assert WIDTH <= len(first.text) <= WIDTH + 2
    assert first.goes_on


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("ปี 51", {"year:2008"}),
        ("ปี2551", {"year:2008", "number:2551"}),
        ("๒๕๕๑", {"year:2008", "number:2551"}),
        ("พ.ศ.๕๑", {"year:2008"}),
        ("ค.ศ. 1998", {"year:1998", "number:1998"}),
        ("2008", {"year:2008", "number:2008"}),
        ("ปี 51 คน", set()),
        ("51 ปี", set()),
        ("12551", {"number:12551"}),
        ("2,551", {"number:2551"}),
        ("๒,๕๕๑.๕๐", {"number:2551.5"}),
        ("3000.00 บาท 3,000.-", {"number:3000"}),
        ("3.000 999 0812 1,00 12,3456 3,000.5.1", set()),
        ("18 กพ. 51", {"date:2008-02-18", "month:2008-02", "year:2008"}),
        (
            "17-19 มิถุนายน 2551",
            {
                "span:2008-06-17/2008-06-19/day",
                "date:2008-06-17",
                "date:2008-06-19",
                "month:2008-06",
                "year:2008",
                "number:2551",
            },
        ),
        ("26 ก. พ. 50", {"date:2007-02-26", "month:2007-02", "year:2007"}),
        ("ก.พ. 51", {"month:2008-02", "year:2008"}),
    ],
)
def test_a_text_carries_its_years_dates_and_numbers_as_facts(text: str, facts: set[str]) -> None:
    assert facts_of(fold(text)) == facts


def test_dates_far_apart_are_all_found() -> None:
    text = fold("18 ก.พ. 2551" + " ฝนตก" * 60 + " 19 ก.พ. 2551 " + "แดดออก " * 3 + "20 ก.พ. 2551")
    assert {one.fact for one in said_in(text) if one.fact.startswith("date:")} == {
        "date:2008-02-18",
        "date:2008-02-19",
        "date:2008-02-20",
    }
    for one in said_in(text):
        if one.fact.startswith("date:"):
            assert "กพ" in text[one.start : one.end]


def test_equals_are_shown_in_both_eras() -> None:
    def shown(text: str) -> str:
        return show_equals(said_in(fold(text))[0], text)

    assert shown("ค.ศ. 2008") == "ค.ศ. 2008 = 2551 = ๒๕๕๑ = ปี 51"
    assert shown("26 ก.พ. 50").startswith("26 ก.พ. 50 = 26 กุมภาพันธ์ 2550")
    assert "February 2007" in shown("ก.พ. 50")
    assert shown("พ.ศ. 2450").endswith("ค.ศ. 1907")


def test_compounds_are_cut_into_the_fewest_words() -> None:
    assert parts("กองทุนสวัสดิการชุมชน") == ("กองทุน", "สวัสดิการ", "ชุมชน")
    assert parts("ทะเล") == ()
    assert parts("abcdefgh") == ()
    assert parts("ฆฆฆฆฆฆฆฆ") == ()


def has_edge(edges: bytes, offset: int) -> bool:
    """Whether a word begins or ends at the offset."""
    return bool(edges[offset >> 3] >> (offset & 7) & 1)


def test_a_document_knows_its_words_edges_and_parts() -> None:
    outline = Outline(key="source:1", project_id=1, title="กองทุนออมวันละบาท", lead="นำ", fields=("ศาลา",), revision=2)
    made = make_document(outline, "ฝน ตก", segmenter())
    assert made.text == "กองทุนออมวันละบาท\nนำ\nฝน ตก\nศาลา"
    assert made.text[: made.title_end] == "กองทุนออมวันละบาท\n"
    assert made.text[made.title_end : made.lead_end] == "นำ\n"
    assert has_edge(made.edges, 0)
    assert has_edge(made.edges, made.text.index("ออม"))
    assert not has_edge(made.edges, 2)
    assert made.words["กองทุน"] > made.words["ฝน"]
    assert "ฝนต" in made.trigrams
    assert not any("\n" in trigram for trigram in made.trigrams)
    assert made.version.startswith("2.")


def test_the_version_changes_with_whatever_is_told() -> None:
    outline = Outline(key="source:1", project_id=1, title="ก", columns={"kind": ("aar",)}, revision=1)
    other = Outline(key="source:1", project_id=1, title="ก", columns={"kind": ("page",)}, revision=1)
    assert outline.version != other.version
    assert outline.version == Outline("source:1", 1, title="ก", columns={"kind": ("aar",)}, revision=1).version


def test_trigrams_pass_over_blanks() -> None:
    assert trigrams_of("กข คง") == ["กขค", "ขคง"]
    assert trigrams_of("กข") == []


def test_words_that_are_easily_confused_share_a_skeleton() -> None:
    assert skeleton("บุรณาการ") == skeleton("บูรณาการ")
    assert skeleton("สินธุ์") == skeleton("สินธ์")
    assert skeleton("กองทุน") != skeleton("กองทัพ")
