"""The query language: fields, NEAR, what is no operator, the normal form, and dates as people write them."""

from __future__ import annotations

import contextlib
import time
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmwiki.entries.kinds import KINDS
from kmwiki.search.completing import quoted
from kmwiki.search.dictionary import Term, _make
from kmwiki.search.engine import AllOf, AnyOf, Column, Fact, Has, Near, Without
from kmwiki.search.persons import without_title
from kmwiki.search.plan import Planner
from kmwiki.search.query import QueryError, parse, understood
from kmwiki.search.query_fields import KIND_NAMES
from kmwiki.search.query_filters import read_range
from kmwiki.search.query_tree import All, Any, Filter, Tree, Within, Word, filters_of
from kmwiki.search.query_tree import Near as NearTree
from kmwiki.search.query_tree import Not as NotTree
from kmwiki.text.words import segmenter

DICTIONARY = _make((Term("คกท.", "คณะทำงานกลาง"), Term("น้องมานะ", kind="person"), Term("พมจ", "พวกเราเอง")))
PLANNER = Planner(1, DICTIONARY, segmenter(), lambda one: Column(one.field, frozenset(v.text for v in one.values)))


def bare(tree: Tree) -> Tree:
    """Forget where the words of a tree stood."""
    if isinstance(tree, Word):
        return replace(tree, start=0, end=0)
    if isinstance(tree, Filter):
        return replace(tree, start=0, end=0, values=tuple(replace(one, start=0, end=0) for one in tree.values))
    if isinstance(tree, NotTree):
        return NotTree(bare(tree.part))
    if isinstance(tree, Within):
        return replace(tree, tree=bare(tree.tree))
    if isinstance(tree, NearTree):
        sides = [tuple(replace(one, start=0, end=0) for one in side) for side in (tree.left, tree.right)]
        return NearTree(sides[0], sides[1], tree.within)
    parts = tuple(bare(part) for part in tree.parts)
    return Any(parts) if isinstance(tree, Any) else All(parts, is_row=tree.is_row)


PIECES = st.sampled_from(
    [
        "ก",
        "ข ค",
        '"ก ข"',
        "กอง*",
        "AND",
        "OR",
        "NOT",
        "-",
        "(",
        ")",
        "NEAR/3",
        "title:",
        "ชื่อ:",
        "kind:aar,page",
        "จังหวัด:",
        '"พ.ศ."',
        "หมายเหตุ:",
        "09:30",
        '5"',
        "“ง”",
        "-ก",
        "date:2551..",
        "e-mail",
        "*",
        ":",
        ",",
        "in:(entry comment)",
        "\u200b",
    ]
)


@given(st.lists(st.tuples(PIECES, st.sampled_from(["", " "])), max_size=9))
def test_what_was_understood_means_the_same_again(pieces: list[tuple[str, str]]) -> None:
    text = "".join(piece + blank for piece, blank in pieces)
    try:
        tree = parse(text).tree
    except QueryError as error:
        assert 0 <= error.position <= len(text)  # noqa: PT017 - a refusal is as right as an answer
        return
    assert bare(parse(understood(tree)).tree) == bare(tree)
    assert understood(parse(understood(tree)).tree) == understood(tree)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("title:กองทุน", "title:กองทุน"),
        ("ชื่อเรื่อง:“ก ข”", 'title:"ก ข"'),
        ("Title:(ก OR ข)", "title:(ก OR ข)"),
        ("จังหวัด:พัทลุง,สงขลา ก", "province:พัทลุง,สงขลา ก"),
        ("province:(พัทลุง OR สงขลา)", "province:พัทลุง,สงขลา"),
        ('ผู้เขียน:"ใบข้าว สมมุติวงศ์"', 'author:"ใบข้าว สมมุติวงศ์"'),
        ("-ป้าย:ร่าง ก", "NOT tag:ร่าง ก"),
        ('date:"1 ม.ค. 2551".."มิ.ย. 2551"', 'date:"1 ม.ค. 2551..มิ.ย. 2551"'),
        ("ก NEAR/5 ข", "ก NEAR/5 ข"),
        ('ก NEAR/0 "ข ค"', 'ก NEAR/0 "ข ค"'),
        ("ก NEAR/5 ข NEAR/2 ค", "ก NEAR/5 ข AND ข NEAR/2 ค"),
        ("(ก OR ข) NEAR/5 ค ง", "(ก OR ข) NEAR/5 ค ง"),
        ("กองทุน(เดิม) kind:(aar)", "กองทุน(เดิม) kind:aar"),
        ("ก NEAR ข", "ก NEAR/5 ข"),
        ("ก near/3 ข", "ก NEAR/3 ข"),
        ("ก near ข", "ก near ข"),
        ("และ หรือ ไม่", "และ หรือ ไม่"),
    ],
)
def test_fields_and_nearness_are_read(text: str, meaning: str) -> None:
    assert understood(parse(text).tree) == meaning


@pytest.mark.parametrize(
    ("text", "noted"),
    [
        ("09:30", 0),
        ("https://example.org/a?b=c:d", 0),
        ("เวลา ๐๙:๓๐ น.", 0),
        ("หมายเหตุ: ดี", 0),
        ("หมายเหตุ:ดี", 1),
        ("title: กองทุน", 1),
        ("1:2", 0),
        (":)", 0),
    ],
)
def test_a_colon_in_ordinary_text_is_no_field(text: str, noted: int) -> None:
    if text == ":)":
        with pytest.raises(QueryError):
            parse(text)
        return
    parsed = parse(text)
    assert filters_of(parsed.tree) == []
    assert not parsed.has_operators
    assert len(parsed.notes) == noted


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("ก NEAR/51 ข", 7),
        ("NEAR/5 ข", 0),
        ("NEAR ข", 0),
        ("ก NEAR", 2),
        ("ก NEAR/ ข", 7),
        ("ก NEAR/สอง ข", 7),
        ("ก NEAR/5", 2),
        ("ก NEAR/5 (ข ค)", 9),
        ("title:(ก kind:aar)", 9),
        ("title:(ก", 6),
        ("title:-ก", 0),
        ("kind:(aar AND page)", 10),
        ("kind:()", 6),
        ('author:"ก', 7),
        ("kind:" + "ก," * 60, 105),
    ],
)
def test_what_cannot_be_read_is_pointed_at_with_a_hint(text: str, position: int) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert caught.value.position == position


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ก NEAR ข", {"most": 5}),
        ("titel:ก", {"name": "titel", "meant": "title"}),
        ("จังหวด:พัทลุง", {"name": "จังหวด", "meant": "จังหวัด"}),
        ("*กอง", {}),
        ("ปลา หรือ ข้าว", {"word": "หรือ", "operator": "OR"}),
        ("ปลา And ข้าว", {"word": "And", "operator": "AND"}),
    ],
)
def test_what_may_have_been_meant_is_noted(text: str, said: dict[str, object]) -> None:
    (note,) = parse(text).notes
    assert note.values == said


@pytest.mark.parametrize(
    "text", ["หรือ", "ปลา หรือ (ข้าว OR ไข่)", "“* หรือ *” ก", "ทำไมปลา หรือ ข้าวจึงแพงขึ้นในตลาดนี้", "ก NEAR/5 ข"]
)
def test_nothing_is_noted_where_nothing_else_can_be_meant(text: str) -> None:
    assert parse(text).notes == ()


@pytest.mark.parametrize("text", ["kind:" * 1900, "a:" * 5000, "ก NEAR/5 " * 1000, "title:(" * 1000, "ก OR " * 1900])
def test_absurd_queries_are_refused_at_once(text: str) -> None:
    started = time.perf_counter()
    with contextlib.suppress(QueryError):
        parse(text)
    assert time.perf_counter() - started < 0.5


class TestMeaning:
    """What an engine is asked."""

    def test_fields_become_conditions_and_parts_narrow_words(self) -> None:
        """A part holds for every word in it."""
        plan = PLANNER.plan("title:(กอง* ทะเล) kind:aar -tag:ร่าง", "auto")
        assert plan.mode == "all"
        assert plan.ask.match == AllOf(
            (
                AllOf((Has("กอง", starts_word=True, part="title"), Has("ทะเล", part="title"))),
                Column("kind", frozenset({"aar"})),
                Without(Column("tag", frozenset({"ร่าง"}))),
            )
        )

    def test_words_near_each_other_bring_their_equals(self) -> None:
        """A name on either side may be written in full."""
        plan = PLANNER.plan("คกท. NEAR/3 ทะเล*", "auto")
        assert plan.ask.match == Near(
            (Has("คกท"), Has("คณะทำงานกลาง"), Has("ค ก ท", starts_word=True)), (Has("ทะเล", starts_word=True),), 3
        )
        assert plan.also

    def test_and_parts_words_that_would_be_one_date(self) -> None:
        """With a blank they are a year, with AND two words."""
        assert Fact("year:2008") in _facts(PLANNER.plan("ปี 51", "auto").ask.match)
        assert _facts(PLANNER.plan("ปี AND 51", "auto").ask.match) == []

    def test_the_exact_form_asks_for_the_words_alone(self) -> None:
        """It is a link on the page."""
        plan = PLANNER.plan("ปี 51 title:คกท", "auto")
        exact = PLANNER.plan(plan.exact, "exact")
        assert exact.ask.match == AllOf((Has("ปี"), Has("51"), Has("คกท", part="title")))
        assert exact.also == ()

    def test_a_relaxed_query_keeps_its_fields(self) -> None:
        """Only its words are let go."""
        best = PLANNER.best(parse("ฆฆฆ กองทุน kind:aar -tag:x"))
        assert best.ask.within == AllOf((Column("kind", frozenset({"aar"})), Without(Column("tag", frozenset({"x"})))))
        assert best.ask.match is None

    def test_a_projects_abbreviation_replaces_the_products(self) -> None:
        """พมจ. means what the project says."""
        assert [one.shown for one in DICTIONARY.equals("พมจ") if not one.is_spaced] == ["พวกเราเอง"]
        assert _make((Term("พมจ", "", "abbreviation"),)).equals("พมจ") == ()
        assert len(_make(()).equals("พมจ")) == 3


def _facts(node: object) -> list[Fact]:
    if isinstance(node, Fact):
        return [node]
    return [fact for inner in getattr(node, "nodes", ()) for fact in _facts(inner)]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("อ.ภีมพล", "ภีมพล"),
        ("อาจารย์ภีมพล", "ภีมพล"),
        ("ดร.สมหญิง", "สมหญิง"),
        ("ผศ.ดร.สมหญิง", "สมหญิง"),
        ("คุณ มานะ", "มานะ"),
        ("น้องมานะ", None),
        ("พี่น้อง", None),
        ("คุณภาพ", None),
        ("อ.เมือง", None),
        ("ป้าย", None),
        ("กองทุน", None),
        ("คุณ", None),
    ],
)
def test_names_stand_behind_titles_where_that_is_sure(written: str, name: str | None) -> None:
    assert without_title(written) == name


def test_a_person_of_the_dictionary_is_known_behind_any_title() -> None:
    assert DICTIONARY.people == {"มานะ"}
    assert without_title("พี่มานะ", DICTIONARY.people) == "มานะ"
    assert PLANNER.plan("ลุงมานะ", "auto").ask.match == AnyOf((Has("ลุงมานะ"), Has("มานะ", starts_word=True)))


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2551..2552", date(2008, 1, 1), date(2009, 12, 31)),
        ("2551..", date(2008, 1, 1), None),
        ("..ก.พ. 2552", None, date(2009, 2, 28)),
        ("มิ.ย. 2551", date(2008, 6, 1), date(2008, 6, 30)),
        ("18 ก.พ. 51..20 ก.พ. 51", date(2008, 2, 18), date(2008, 2, 20)),
        ("๒๕๕๑", date(2008, 1, 1), date(2008, 12, 31)),
    ],
)
def test_ranges_of_dates_are_read_in_any_writing(written: str, first: date | None, last: date | None) -> None:
    assert read_range(written) == (first, last)


@pytest.mark.parametrize("written", ["สักวัน", "..", "2551..สักวัน", "03/04/05"])
def test_a_date_that_is_not_sure_is_none(written: str) -> None:
    assert read_range(written) is None


def test_every_kind_has_names_for_queries() -> None:
    assert set(KIND_NAMES.values()) == set(KINDS)


@pytest.mark.parametrize("name", ["ใบข้าว สมมุติวงศ์", 'ก "ข" ค', "ก,ข", "(ก)", "ก"])
def test_an_offered_value_is_read_as_one(name: str) -> None:
    (found,) = filters_of(parse(f"author:{quoted(name)}").tree)
    assert [one.text for one in found.values] == ["".join(char for char in name if char != '"')]
