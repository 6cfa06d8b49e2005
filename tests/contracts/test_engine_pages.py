"""Every engine filters, counts, sorts and cuts as a search by brute force does."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kmwiki.search.documents import Outline, make_document
from kmwiki.search.engine import (
    AllOf,
    AnyOf,
    Ask,
    Column,
    Document,
    Has,
    Keys,
    Node,
    SearchEngine,
    Slice,
    Span,
    Without,
)
from kmwiki.search.memory_engine import MemoryEngine
from kmwiki.search.whoosh_engine import WhooshEngine
from kmwiki.text.words import segmenter
from tests.contracts.test_engine import ENGINES, STAMP, SYLLABLES, made, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROVINCES, KINDS = ("93", "80", "56"), ("aar", "page")


def document(number: int) -> Document:
    """Make a document with columns; every seventh has none."""
    dice = random.Random(number)  # noqa: S311 - the same columns every time
    day = f"2008-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"
    columns = {
        "province": tuple(dice.sample(PROVINCES, k=dice.randint(1, 2))),
        "kind": (dice.choice(KINDS),),
        "event": (day, max(day, f"2008-{dice.randint(1, 12):02}-28")),
        "entry": (str(number // 3),),
    }
    outline = Outline(key=f"source:{number}", project_id=1 + number % 2, columns={} if number % 7 == 0 else columns)
    return make_document(outline, text_of(number), segmenter())


class Town(list[Document]):
    """Documents that are not written out when a test fails."""

    __repr__ = object.__repr__


@pytest.fixture(scope="module", params=ENGINES)
def town(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[SearchEngine, list[Document]]]:
    """An engine with texts of two projects in several segments, some dropped, and those of the first project."""
    folder = tmp_path_factory.mktemp("town")
    opened: SearchEngine = MemoryEngine() if request.param == "memory" else WhooshEngine(folder / "index", STAMP)
    given = [document(number) for number in range(160)]
    made(opened, given[:100])
    for start in range(100, 160, 20):
        opened.put(given[start : start + 20], [f"source:{start - 100}", f"source:{start - 99}"])
    gone = {f"source:{start - at}" for start in range(100, 160, 20) for at in (100, 99)}
    yield opened, Town(one for one in given if one.key not in gone and one.project_id == 1)
    opened.close()


def meets(one: Document, node: Node) -> bool:  # noqa: PLR0911 - a line for each kind of condition
    """Tell by brute force whether a document meets a condition."""
    if isinstance(node, Has):
        return node.text in one.text
    if isinstance(node, Keys):
        return one.key in node.keys
    if isinstance(node, AllOf):
        return all(meets(one, each) for each in node.nodes)
    if isinstance(node, AnyOf):
        return any(meets(one, each) for each in node.nodes)
    if isinstance(node, Without):
        return not meets(one, node.node)
    assert isinstance(node, (Column, Span))
    values = one.columns.get(node.name, ())
    if isinstance(node, Column):
        return bool(values) if not node.values else not node.values.isdisjoint(values)
    return bool(values) and (not node.last or values[0] <= node.last) and (not node.first or values[-1] >= node.first)


DAYS = st.sampled_from(["", "2008-02-10", "2008-06-15", "2008-11-01"])
CONDITIONS = st.one_of(
    st.frozensets(st.sampled_from([*PROVINCES, "99"])).map(lambda values: Column("province", values)),
    st.frozensets(st.sampled_from(KINDS)).map(lambda values: Column("kind", values)),
    st.just(Column("nowhere", frozenset({"1"}))),
    st.builds(Span, st.just("event"), DAYS, DAYS),
    st.frozensets(st.integers(0, 160).map(lambda number: f"source:{number}")).map(Keys),
    st.sampled_from(SYLLABLES).filter(str.strip).map(Has),
)
NODES = st.one_of(CONDITIONS, CONDITIONS.map(Without), st.tuples(CONDITIONS, CONDITIONS).map(AnyOf))


@given(
    match=NODES, within=st.none() | NODES, province=st.frozensets(st.sampled_from(PROVINCES)), start=st.integers(0, 5)
)
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_page_is_what_brute_force_filters_counts_and_cuts(
    town: tuple[SearchEngine, list[Document]], match: Node, within: Node | None, province: frozenset[str], start: int
) -> None:
    engine, documents = town
    filters: dict[str, Node] = {"kind": Column("kind", frozenset({"aar"}))}
    if province:
        filters["province"] = Column("province", province)
    wanted = Slice(start, 4, filters, ("province", "kind", "nowhere"), distinct="entry")
    page = engine.page(Ask(1, match, within=within), wanted)
    among = [one for one in documents if meets(one, match) and (within is None or meets(one, within))]
    found = [one for one in among if all(meets(one, each) for each in filters.values())]
    assert page.total == len(found)
    assert page.distinct == len({one.columns["entry"] for one in found})
    keys = sorted((one.key for one in found), key=lambda key: int(key[7:]))
    assert [one.key for one in page.matches] == keys[start : start + 4]
    for name in ("province", "kind"):
        others = [node for other, node in filters.items() if other != name]
        counted = [one for one in among if all(meets(one, each) for each in others)]
        values = {value for one in counted for value in one.columns.get(name, ())}
        expected = {value: sum(value in one.columns.get(name, ()) for one in counted) for value in values}
        assert page.counts[name] == expected
    assert page.counts["nowhere"] == {}


@pytest.mark.parametrize("is_descending", [False, True])
def test_texts_without_a_value_are_sorted_last_either_way(
    town: tuple[SearchEngine, list[Document]], *, is_descending: bool
) -> None:
    engine, documents = town
    wanted = Slice(size=1000, order="event", is_descending=is_descending)
    days = [match.columns.get("event", ("",))[0] for match in engine.page(Ask(1, AllOf(())), wanted).matches]
    dated = [day for day in days if day]
    assert dated == sorted(
        (one.columns["event"][0] for one in documents if "event" in one.columns), reverse=is_descending
    )
    assert days[len(dated) :] == [""] * (len(documents) - len(dated))


def test_an_empty_set_of_allowed_texts_lets_nothing_through(town: tuple[SearchEngine, list[Document]]) -> None:
    engine, documents = town
    for nothing in (Keys(frozenset()), AnyOf(()), Column("province", frozenset({""}))):
        ranked = Ask(1, None, words=(("กอง", 1.0),), trigrams=("กอง",), within=nothing)
        for ask in (Ask(1, Has("ก"), within=nothing), Ask(1, AllOf(()), within=nothing), ranked):
            assert engine.page(ask, Slice(counts=("kind",), distinct="entry")) == (0, 0, [], {"kind": {}})
            assert engine.find(ask) == []
    assert len(engine.find(Ask(1, AllOf(())))) == len(documents)


def test_what_may_not_be_seen_changes_no_score(town: tuple[SearchEngine, list[Document]], tmp_path: Path) -> None:
    engine, documents = town
    seen = [one for one in documents if int(one.key[7:]) % 3]
    alone = made(MemoryEngine() if engine.status().name == "memory" else WhooshEngine(tmp_path / "alone", STAMP), seen)
    among = Keys(frozenset(one.key for one in seen))
    words = (("ทุน", 1.0), ("มี", 1.0))
    for ask in (Ask(1, Has("ทุน"), ((Has("ทุน"),),), within=among), Ask(1, None, words=words, within=among)):
        with_others = [(one.key, round(one.score, 4)) for one in engine.find(ask)]
        assert with_others
        assert with_others == [(one.key, round(one.score, 4)) for one in alone.find(ask)]
    alone.close()


def test_shares_and_what_counts_as_whole_can_be_asked_for(town: tuple[SearchEngine, list[Document]]) -> None:
    engine, _ = town
    plain = engine.find(Ask(1, Has("ทุน"), ((Has("ทุน"),),)))
    halved = engine.find(
        Ask(1, Has("ทุน"), ((Has("ทุน"),),), shares=((Column("kind", frozenset({"aar"})), 0.5),), whole=Has("ออม"))
    )
    scores = {match.key: match.score for match in plain}
    assert scores
    for match in halved:
        share = 0.5 if match.columns.get("kind") == ("aar",) else 1.0
        assert match.score == pytest.approx(scores[match.key] * share)
    wholes = [match.is_whole for match in halved]
    assert wholes == sorted(wholes, reverse=True)
    assert {match.key for match in halved if match.is_whole} == {
        match.key for match in engine.find(Ask(1, AllOf((Has("ทุน"), Has("ออม")))))
    }


def test_characters_of_two_units_neither_hide_nor_move_anything() -> None:
    engine = MemoryEngine()
    outline = Outline(key="source:1", project_id=1, title="😀 กองทุน 🙏🏽", lead="😀😀")
    engine.put([make_document(outline, "น้ำ 😀 กองทุน👍 𝒜", segmenter())])
    for text in ("😀", "กองทุน👍", "𝒜", "🙏🏽"):
        assert len(engine.find(Ask(1, Has(text)))) == 1
    assert engine.find(Ask(1, Has("\x00"))) == []
    assert engine.find(Ask(1, Has("กองทุน", part="title")))[0].is_whole
    assert engine.find(Ask(1, Has("👍", part="title"))) == []
    assert len(engine.find(Ask(1, Has("😀😀", part="lead")))) == 1
    assert len(engine.find(Ask(1, Has("กองทุน", starts_word=True, part="body")))) == 1
