"""Reading queries: what is an operator, where an error stands."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmwiki.search import query
from kmwiki.search.dictionary import Term, _make
from kmwiki.search.engine import AllOf, AnyOf, Fact, Has, Without
from kmwiki.search.plan import Planner
from kmwiki.search.query import QueryError, parse, understood
from kmwiki.text.words import segmenter

DICTIONARY = _make((Term("คกท.", "คณะทำงานกลาง"), Term("มอ", "มหาวิทยาลัยสงขลา")))


def plan(text: str, mode: str = "auto"):  # type: ignore[no-untyped-def]  # noqa: ANN201
    """Plan a query in a project with a small dictionary of its own."""
    return Planner(1, DICTIONARY, segmenter()).plan(text, mode)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("ก", "ก"),
        ("ก ข", "ก ข"),
        ("ก AND ข", "ก AND ข"),
        ("ก ข AND ค", "(ก ข) AND ค"),
        ("ก OR ข ค", "ก OR (ข ค)"),
        ("(ก OR ข) ค", "(ก OR ข) ค"),
        ("ก -ข", "ก NOT ข"),
        ("NOT (ก ข)", "NOT (ก ข)"),
        ('"ก ข" ค', '"ก ข" ค'),
        ("“ก ข”", '"ก ข"'),
        ("กอง*", "กอง*"),
        ("e-mail", "e-mail"),
        ("- ก", "- ก"),
        ("--ก", "--ก"),
        ("android and or not", "android and or not"),
        ("ANDROID", "ANDROID"),
        ("กองทุน(เดิม)", "กองทุน(เดิม)"),
        ("(กองทุน)", "กองทุน"),
        ("*", "*"),
        ("a**", "a*"),
        ('5"', '5"'),
    ],
)
def test_a_query_means_what_it_says(text: str, meaning: str) -> None:
    assert understood(parse(text).tree) == meaning


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 0),
        ("   ", 0),
        ('ก "ข', 2),
        ('""', 0),
        ("(ก", 0),
        ("ก)", 1),
        (")", 0),
        ("()", 1),
        ("AND", 0),
        ("ก OR OR ข", 5),
        ("ก NOT", 2),
        ("ก (ข OR) ค", 7),
        ("(" * 26, 25),
        ("**", 0),
    ],
)
def test_an_error_is_pointed_at(text: str, position: int) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert caught.value.position == position
    assert "q" in caught.value.fields


@pytest.mark.parametrize(
    "text",
    ["ก* " * 10_000, "ก* " * 20, "(" * 100, "()" * 3000, "ก" * 10_001, "ก OR " * 70 + "ก", "NOT " * 2000, "-ก " * 1000],
)
def test_absurd_queries_are_refused_within_a_moment(text: str) -> None:
    started = time.perf_counter()
    with pytest.raises(QueryError):
        parse(text)
    assert time.perf_counter() - started < 0.5


@given(st.text(alphabet='กข ()"-*ANDORT“”', max_size=40))
def test_any_text_is_read_or_refused_never_more(text: str) -> None:
    try:
        parsed = parse(text)
    except QueryError as error:
        assert 0 <= error.position <= len(text)  # noqa: PT017 - a refusal is as right as an answer
        return
    for word in query.words_of(parsed.tree):
        assert 0 <= word.start <= word.end <= len(text)
        assert word.text in text


class TestModes:
    """What `auto` comes to."""

    def test_short_is_all_long_is_best(self) -> None:
        """Few words in few characters must all be there."""
        assert plan("กองทุน สวัสดิการ").mode == "all"
        assert plan("ก ข ค ง จ").mode == "best"
        assert plan("ก" * 31).mode == "best"
        assert plan("ก" * 31 + " AND ข").mode == "all"
        assert plan("ก ข ค ง จ", "all").mode == "all"
        assert plan("ก", "best").mode == "best"

    def test_a_long_question_with_a_lone_bracket_is_ranked(self) -> None:
        """Nobody means an operator by it."""
        assert plan("ข้อ 1) กองทุนสวัสดิการชุมชนอยู่ที่ไหนกันแน่").mode == "best"
        with pytest.raises(QueryError):
            plan("(กองทุนสวัสดิการชุมชนอยู่ที่ไหนกันแน่นะ")

    def test_too_many_required_words_are_refused(self) -> None:
        """Each costs a scan."""
        with pytest.raises(QueryError):
            plan("ก " * 65, "all")

    def test_what_folds_to_nothing_is_refused(self) -> None:
        """Invisible characters are no word."""
        for mode in ("auto", "all", "best", "exact"):
            with pytest.raises(QueryError):
                plan("\u00ad \u2060", mode)


class TestEquals:
    """What is searched besides."""

    def test_a_word_alone_is_a_plain_condition(self) -> None:
        """Nothing is equal to it."""
        assert plan("ทะเล").ask.match == Has("ทะเล")

    def test_an_abbreviation_and_its_name_find_each_other(self) -> None:
        """In both directions, over blanks too."""
        assert plan("คกท").ask.match == AnyOf((Has("คกท"), Has("คณะทำงานกลาง"), Has("ค ก ท", starts_word=True)))
        assert plan("คณะทำงาน กลาง").ask.match == AnyOf(
            (AllOf((Has("คณะทำงาน"), Has("กลาง"))), Has("คกท"), Has("ค ก ท", starts_word=True))
        )

    def test_very_short_abbreviations_must_begin_a_word(self) -> None:
        """Else they stand in half of all words."""
        assert plan("มหาวิทยาลัยสงขลา").ask.match == AnyOf((Has("มหาวิทยาลัยสงขลา"), Has("มอ", starts_word=True)))

    def test_a_year_and_a_date_become_facts(self) -> None:
        """The finest that is said is meant."""
        assert plan("ปี 51").ask.match == AnyOf((AllOf((Has("ปี"), Has("51"))), Fact("year:2008")))
        assert plan("26 ก.พ. 50").ask.match == AnyOf(
            (AllOf((Has("26"), Has("กพ"), Has("50"))), Fact("date:2007-02-26"))
        )
        assert plan("มกราคม 2551").ask.match == AnyOf((AllOf((Has("มกราคม"), Has("2551"))), Fact("month:2008-01")))

    def test_phrases_and_words_without_are_taken_as_typed(self) -> None:
        """No equals behind NOT are lost either."""
        assert plan('"ปี 51"').ask.match == AnyOf((Has("ปี 51"), Fact("year:2008")))
        assert plan("ก -คกท").ask.match == AllOf(
            (Has("ก"), Without(AnyOf((Has("คกท"), Has("คณะทำงานกลาง"), Has("ค ก ท", starts_word=True)))))
        )
        assert plan("ก -คกท").groups == ((Has("ก"),),)

    def test_exact_has_no_equals(self) -> None:
        """Fold only."""
        assert plan("คกท.", "exact").ask.match == Has("คกท")
        assert plan("ปี ๕๑", "exact").ask.match == Has("ปี 51")
        assert plan('"ก ข"', "exact").ask.match == Has("ก ข")
        assert plan("ก ข OR ค", "exact").ask.match == AnyOf((Has("ก ข"), Has("ค")))


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("ก\u200bองทุน", "กองทุน"),
        ("กอง\ufeffทุน\u200d สวัสดิ\u00adการ", "กองทุน สวัสดิการ"),
        ("\u200bก \u200bOR\u200b ข\u200b", "ก OR ข"),
        ('\u200b"กอง\u200bทุน"\u200b', '"กองทุน"'),
        ("กอง\u200b*\u200b", "กอง*"),
        ("ก -\u200bข", "ก NOT ข"),
    ],
)
def test_zero_width_characters_part_no_words(text: str, meaning: str) -> None:
    """As in the folded texts, they are not there."""
    bare = "".join(char for char in text if char not in "\u200b\ufeff\u200d\u00ad")
    assert understood(parse(text).tree) == understood(parse(bare).tree) == meaning
    assert plan(text).ask == plan(bare).ask
    assert plan(text, "exact").ask == plan(bare, "exact").ask
    assert plan(text, "best").ask == plan(bare, "best").ask


def test_an_error_behind_zero_width_characters_stands_where_it_was_typed() -> None:
    """Positions count what was typed."""
    with pytest.raises(QueryError) as caught:
        parse("ก\u200bข\u200b)")
    assert caught.value.position == 4
    with pytest.raises(QueryError) as caught:
        parse('ก\u200b \u200b"ข')
    assert caught.value.position == 4
    (word,) = query.words_of(parse(" \u200bก\u200bข\u200b ").tree)
    assert (word.text, word.start, word.end) == ("กข", 2, 5)


@pytest.mark.parametrize("text", ['"\u200b"', "\u200b", " \ufeff\u00ad "])
def test_nothing_but_zero_width_characters_is_nothing(text: str) -> None:
    """There is no word in it."""
    with pytest.raises(QueryError):
        parse(text)
