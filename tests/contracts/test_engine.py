"""Every engine gives the same answers: those of a search by brute force."""

from __future__ import annotations

import random
import threading
from itertools import pairwise
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
    Fact,
    Has,
    IndexBusy,
    IndexMissing,
    IndexStale,
    Keys,
    Near,
    Node,
    SearchEngine,
    Slice,
    Span,
    Without,
)
from kmwiki.search.memory_engine import MemoryEngine
from kmwiki.search.whoosh_engine import WhooshEngine
from kmwiki.text.words import segmenter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from kmwiki.search.engine import Sink

STAMP = {"schema": "1", "dictionary": "a"}
SYLLABLES = ["กอง", "ทุน", "ออม", "ทรัพย์", "งบ", "ประ", "มาณ", "สวัส", "ดิการ", "ชุม", "ชน", "มี", " ", "ปี 51", "aar", "40"]
ENGINES = ("memory", "whoosh")


def text_of(number: int) -> str:
    """Make a text of syllables that look like Thai; the same number gives the same text."""
    dice = random.Random(number)  # noqa: S311 - the same texts every time
    return "".join(dice.choice(SYLLABLES) for _ in range(dice.randint(1, 12)))


def document(key: str, text: str, *, title: str = "", project: int = 1, revision: int = 1) -> Document:
    """Make a document as the index has it."""
    outline = Outline(key=key, project_id=project, title=title, columns={"type": ("entry",)}, revision=revision)
    return make_document(outline, text, segmenter())


def nothing(sink: Sink) -> Iterator[tuple[int, int]]:
    """Fill nothing in."""
    del sink
    yield 0, 0


def two_steps(sink: Sink) -> Iterator[tuple[int, int]]:
    """Take two steps and fill nothing in."""
    del sink
    yield 0, 1
    yield 1, 1


def settle_nothing(sink: Sink) -> None:
    """Catch up with nothing."""
    del sink


def made(engine: SearchEngine, documents: list[Document]) -> SearchEngine:
    """Fill an engine by a rebuild."""

    def fill(sink: Sink) -> Iterator[tuple[int, int]]:
        sink.put(documents)
        yield len(documents), len(documents)

    assert list(engine.rebuild(fill, settle_nothing)) == [(len(documents), len(documents))]
    return engine


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchEngine]:
    """An empty engine of each kind."""
    opened: SearchEngine = MemoryEngine() if request.param == "memory" else WhooshEngine(tmp_path / "index", STAMP)
    yield made(opened, [])
    opened.close()


def holds(document: Document, node: Node) -> bool:
    """Tell by brute force whether a document satisfies a condition."""
    if isinstance(node, Has):
        return node.text in document.text
    if isinstance(node, Fact):
        return node.name in document.facts
    if isinstance(node, AllOf):
        return all(holds(document, one) for one in node.nodes)
    if isinstance(node, AnyOf):
        return any(holds(document, one) for one in node.nodes)
    if isinstance(node, Without):
        return not holds(document, node.node)
    raise AssertionError(node)  # conditions on columns and nearness are held to brute force with the pages


def keys(engine: SearchEngine, node: Node, project: int = 1) -> list[str]:
    """Return what an engine finds, in its order."""
    return [match.key for match in engine.find(Ask(project, node))]


LEAVES = st.one_of(
    st.sampled_from(SYLLABLES).filter(str.strip).map(Has),
    st.tuples(st.sampled_from(SYLLABLES), st.sampled_from(SYLLABLES)).map(
        lambda pair: Has("".join(pair).strip() or "ก")
    ),
    st.sampled_from(["ก", "น", "ี", "5", "a"]).map(Has),
    st.just(Fact("year:2008")),
)
NODES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(tuple).map(AllOf),
        st.lists(inner, max_size=3).map(tuple).map(AnyOf),
        inner.map(Without),
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module", params=ENGINES)
def village(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[SearchEngine, list[Document]]]:
    """An engine with 120 texts, some of them changed and some dropped, and what it should hold."""
    folder = tmp_path_factory.mktemp("village")
    opened: SearchEngine = MemoryEngine() if request.param == "memory" else WhooshEngine(folder / "index", STAMP)
    first = {f"source:{number}": document(f"source:{number}", text_of(number)) for number in range(120)}
    made(opened, list(first.values()))
    for number in range(0, 60, 3):
        changed = document(f"source:{number}", text_of(1000 + number), title=text_of(number)[:6], revision=2)
        dropped = f"source:{number + 1}"
        opened.put([changed], [dropped])
        first[changed.key] = changed
        del first[dropped]
    yield opened, list(first.values())
    opened.close()


@given(node=NODES)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_condition_is_met_by_exactly_the_texts_that_brute_force_finds(
    village: tuple[SearchEngine, list[Document]], node: Node
) -> None:
    engine, documents = village
    expected = {one.key for one in documents if holds(one, node)}
    found = keys(engine, node)
    assert set(found) == expected
    assert len(found) == len(expected)


@given(words=st.lists(st.sampled_from(SYLLABLES).filter(str.strip), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_ranking_gives_every_text_with_a_word_or_a_trigram(
    village: tuple[SearchEngine, list[Document]], words: list[str]
) -> None:
    engine, documents = village
    trigrams = tuple(word[:3] for word in words if len(word) >= 3)
    found = engine.find(Ask(1, None, words=tuple((word, 1.0) for word in words), trigrams=trigrams))
    expected = {one.key for one in documents if set(words) & set(one.words) or set(trigrams) & set(one.trigrams)}
    assert {match.key for match in found} == expected
    assert [match.score for match in found] == sorted((match.score for match in found), reverse=True)


def test_the_engines_rank_alike(tmp_path: Path) -> None:
    documents = [document(f"source:{number}", text_of(number) + text_of(number + 7)) for number in range(80)]
    engines = [made(MemoryEngine(), documents), made(WhooshEngine(tmp_path / "index", STAMP), documents)]
    for word in ("ทุน", "งบ", "ชุม"):
        asks = [
            Ask(1, Has(word), ((Has(word),),)),
            Ask(1, None, words=((word, 1.0), ("มี", 1.0)), trigrams=("กอง", "ออม", "สวั")),
        ]
        for ask in asks:
            first, second = ([(match.key, round(match.score, 4)) for match in one.find(ask)] for one in engines)
            assert first == second
    for one in engines:
        one.close()


def test_whole_words_come_before_parts_of_words(engine: SearchEngine) -> None:
    engine.put([document("source:1", "กลุ่มออมทรัพย์ กลุ่มออมทรัพย์ กลุ่มออมทรัพย์"), document("source:2", "ให้คนออมเงิน")])
    found = engine.find(Ask(1, Has("ออม"), ((Has("ออม"),),)))
    assert [(match.key, match.is_whole) for match in found] == [("source:2", True), ("source:1", False)]


def test_a_title_weighs_more_than_a_body(engine: SearchEngine) -> None:
    engine.put([document("source:1", "กองทุน" + " บ้าน" * 5), document("source:2", "บ้าน" * 5, title="กองทุน")])
    assert [match.key for match in engine.find(Ask(1, Has("กองทุน"), ((Has("กองทุน"),),)))] == ["source:2", "source:1"]


def test_a_part_can_be_asked_for_alone(engine: SearchEngine) -> None:
    engine.put([document("source:1", "กองทุน", title="งบ"), document("source:2", "งบ", title="กองทุน")])
    assert keys(engine, Has("งบ", part="title")) == ["source:1"]
    assert keys(engine, Has("งบ", part="body")) == ["source:2"]
    assert keys(engine, Has("งบ", part="lead")) == []


def test_a_string_never_reaches_over_two_parts(engine: SearchEngine) -> None:
    engine.put([document("source:1", "ทุนหมู่บ้าน", title="กอง")])
    assert keys(engine, Has("กองทุน")) == []


def test_the_beginning_of_a_word_can_be_demanded(engine: SearchEngine) -> None:
    engine.put([document("source:1", "ทรัพย์สิน"), document("source:2", "สินค้า")])
    assert keys(engine, Has("สิน", starts_word=True)) == ["source:2"]


def test_projects_do_not_see_each_other(engine: SearchEngine) -> None:
    engine.put([document("source:1", "กองทุน"), document("source:2", "กองทุนลับ", project=2)])
    assert keys(engine, Has("กองทุน")) == ["source:1"]
    assert keys(engine, Has("กองทุน"), project=3) == []
    assert "ลับ" not in engine.vocabulary(1)
    assert "กองทุน" in engine.vocabulary(1)


def test_no_condition_and_no_word_finds_nothing(engine: SearchEngine) -> None:
    engine.put([document("source:1", "กองทุน")])
    assert engine.find(Ask(1)) == []
    assert keys(engine, AnyOf(())) == []
    assert keys(engine, AllOf(())) == ["source:1"]
    assert keys(engine, Has("")) == []


def test_a_document_put_again_replaces_the_old_one(engine: SearchEngine) -> None:
    engine.put([document("source:1", "เก่า")])
    engine.put([document("source:1", "ใหม่", revision=2)])
    assert keys(engine, Has("เก่า")) == []
    assert keys(engine, Has("ใหม่")) == ["source:1"]
    assert engine.versions() == {"source:1": document("source:1", "ใหม่", revision=2).version}


def test_dropping_what_is_not_there_is_no_error(engine: SearchEngine) -> None:
    engine.put([document("source:1", "กองทุน")])
    engine.drop(["source:1", "source:9"])
    engine.drop(["source:9"])
    assert engine.versions() == {}


def test_a_document_dropped_and_put_at_once_stays(engine: SearchEngine) -> None:
    engine.put([document("source:1", "กองทุน")], ["source:1"])
    assert keys(engine, Has("กองทุน")) == ["source:1"]


def test_a_rebuild_takes_the_place_of_what_was_there(engine: SearchEngine) -> None:
    engine.put([document("source:1", "เก่า")])
    made(engine, [document("source:2", "ใหม่")])
    assert set(engine.versions()) == {"source:2"}
    engine.check()


def test_what_is_saved_during_a_rebuild_is_caught_up_with(engine: SearchEngine) -> None:
    def fill(sink: Sink) -> Iterator[tuple[int, int]]:
        sink.put([document("source:1", "กองทุน")])
        yield 1, 1

    def settle(sink: Sink) -> None:
        assert set(sink.versions()) == {"source:1"}
        sink.put([document("source:2", "กองทุนใหม่")], ["source:1"])

    assert list(engine.rebuild(fill, settle)) == [(1, 1)]
    assert keys(engine, Has("กองทุน")) == ["source:2"]


def test_search_goes_on_while_a_new_index_is_filled(engine: SearchEngine) -> None:
    engine.put([document("source:1", "กองทุน")])

    def fill(sink: Sink) -> Iterator[tuple[int, int]]:
        sink.put([document("source:2", "กองทุน")])
        yield 1, 2
        engine.put([document("source:3", "กองทุน")])
        yield 2, 2

    steps = engine.rebuild(fill, settle_nothing)
    assert next(steps) == (1, 2)
    assert keys(engine, Has("กองทุน")) == ["source:1"]
    assert next(steps) == (2, 2)
    assert set(keys(engine, Has("กองทุน"))) == {"source:1", "source:3"}
    assert list(steps) == []
    assert keys(engine, Has("กองทุน")) == ["source:2"]


def test_a_rebuild_on_top_begins_with_what_is_there(engine: SearchEngine) -> None:
    engine.put([document(f"source:{number}", f"กองทุน {number}") for number in range(4)], labels={"words": ["ก"]})
    engine.put([], ["source:3"])
    assert engine.labels() == {"words": ["ก"]}
    before = engine.versions()

    def fill(sink: Sink) -> Iterator[tuple[int, int]]:
        assert sink.versions() == before
        sink.put([document("source:0", "ใหม่", revision=2), document("source:7", "ใหม่")], ["source:1", "source:9"])
        yield 1, 2
        engine.put([document("source:5", "กองทุน")])
        sink.put([document("source:7", "ใหม่กว่า", revision=2)])
        sink.label({"words": ["ข"]})
        yield 2, 2

    def settle(sink: Sink) -> None:
        assert set(sink.versions()) == {"source:0", "source:2", "source:7"}
        sink.put([document("source:5", "กองทุน")])

    steps = engine.rebuild(fill, settle, is_on_top=True)
    assert next(steps) == (1, 2)
    assert engine.versions() == before
    assert engine.labels() == {"words": ["ก"]}
    assert list(steps) == [(2, 2)]
    assert engine.labels() == {"words": ["ข"]}
    assert keys(engine, Has("กองทุน")) == ["source:2", "source:5"]
    assert keys(engine, Has("ใหม่")) == ["source:0", "source:7"]
    assert keys(engine, Has("ใหม่กว่า")) == ["source:7"]
    assert len(engine.versions()) == 4
    engine.check()


def test_a_rebuild_that_fails_leaves_the_old_index(engine: SearchEngine) -> None:
    engine.put([document("source:1", "กองทุน")])

    def fill(sink: Sink) -> Iterator[tuple[int, int]]:
        sink.put([document("source:2", "กองทุน")])
        yield 1, 2
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        list(engine.rebuild(fill, settle_nothing))
    assert keys(engine, Has("กองทุน")) == ["source:1"]


def test_an_engine_tells_how_large_it_is(engine: SearchEngine) -> None:
    engine.put([document("source:1", "กองทุน"), document("source:2", "งบ")])
    assert engine.status().documents == 2
    assert engine.status().name in ENGINES


def test_joining_what_small_writes_left_changes_no_answer(engine: SearchEngine) -> None:
    for number in range(15):
        engine.put([document(f"source:{number}", text_of(number))])
    before = engine.find(Ask(1, Has("น"), ((Has("น"),),)))
    engine.optimize()
    assert engine.find(Ask(1, Has("น"), ((Has("น"),),))) == before
    assert engine.status().parts == 1


def test_reading_and_writing_from_many_threads_never_fails(engine: SearchEngine) -> None:
    engine.put([document("source:0", "กองทุน")])
    faults: list[BaseException] = []

    def read() -> None:
        try:
            for _ in range(30):
                assert "source:0" in keys(engine, Has("กองทุน"))
                engine.find(Ask(1, None, words=(("กองทุน", 1.0),), trigrams=("กอง",)))
        except BaseException as fault:  # noqa: BLE001 - reported by the test itself
            faults.append(fault)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for number in range(1, 12):
        engine.put([document(f"source:{number}", text_of(number))])
    for reader in readers:
        reader.join()
    assert faults == []


def small_index(folder: Path) -> WhooshEngine:
    """Make a Whoosh index with three texts."""
    engine = WhooshEngine(folder, STAMP)
    made(engine, [document(f"source:{number}", f"กองทุน {text_of(number)}") for number in range(3)])
    return engine


def test_without_an_index_everything_says_so(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "index", STAMP)
    for call in (
        lambda: keys(engine, Has("ก")),
        engine.versions,
        engine.check,
        engine.status,
        lambda: engine.drop(["a"]),
    ):
        with pytest.raises(IndexMissing):
            call()


def test_an_index_deleted_under_a_running_program_is_missed_at_once(tmp_path: Path) -> None:
    engine = small_index(tmp_path / "index")
    assert len(keys(engine, Has("กองทุน"))) == 3
    for path in sorted((tmp_path / "index").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    with pytest.raises(IndexMissing):
        keys(engine, Has("กองทุน"))
    made(engine, [document("source:1", "กองทุน")])
    assert keys(engine, Has("กองทุน")) == ["source:1"]
    engine.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Whoosh drops files it cannot read
@pytest.mark.parametrize("keep", [0, 10, 200])
def test_an_index_cut_short_is_missed_not_half_read(tmp_path: Path, keep: int) -> None:
    small_index(tmp_path / "index").close()
    for path in (tmp_path / "index").rglob("*.seg"):
        path.write_bytes(path.read_bytes()[:keep])
    engine = WhooshEngine(tmp_path / "index", STAMP)
    with pytest.raises(IndexMissing):
        engine.find(Ask(1, Has("กองทุน")))
    engine.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Whoosh drops files it cannot read
def test_an_index_whose_table_is_cut_short_is_missed(tmp_path: Path) -> None:
    small_index(tmp_path / "index").close()
    for path in (tmp_path / "index").rglob("*.toc"):
        path.write_bytes(path.read_bytes()[:20])
    engine = WhooshEngine(tmp_path / "index", STAMP)
    with pytest.raises(IndexMissing):
        engine.versions()
    engine.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Whoosh drops files it cannot read
def test_damaged_posting_lists_are_missed_when_they_are_read(tmp_path: Path) -> None:
    engine = small_index(tmp_path / "index")
    assert len(keys(engine, Has("กองทุน"))) == 3
    for path in (tmp_path / "index").rglob("*.seg"):
        with path.open("r+b") as file:
            file.truncate(64)
    with pytest.raises(IndexMissing):
        engine.find(Ask(1, None, words=(("กองทุน", 1.0),)))
    engine.close()


def test_an_index_of_another_schema_is_missed(tmp_path: Path) -> None:
    small_index(tmp_path / "index").close()
    with pytest.raises(IndexMissing):
        WhooshEngine(tmp_path / "index", {**STAMP, "schema": "2"}).find(Ask(1, Has("กองทุน")))


def test_an_index_of_another_dictionary_is_searched_but_stale(tmp_path: Path) -> None:
    small_index(tmp_path / "index").close()
    engine = WhooshEngine(tmp_path / "index", {**STAMP, "dictionary": "b"})
    assert len(keys(engine, Has("กองทุน"))) == 3
    with pytest.raises(IndexStale):
        engine.check()
    made(engine, [])
    engine.check()
    engine.close()


def test_a_second_process_sees_what_the_first_one_wrote(tmp_path: Path) -> None:
    first = small_index(tmp_path / "index")
    second = WhooshEngine(tmp_path / "index", STAMP)
    assert len(keys(second, Has("กองทุน"))) == 3
    first.put([document("source:9", "กองทุนใหม่")])
    assert len(keys(second, Has("กองทุน"))) == 4
    made(first, [document("source:8", "กองทุน")])
    assert keys(second, Has("กองทุน")) == ["source:8"]
    first.close()
    second.close()


def test_only_one_rebuild_runs_at_a_time(tmp_path: Path) -> None:
    first = small_index(tmp_path / "index")
    steps = first.rebuild(two_steps, settle_nothing)
    next(steps)
    with pytest.raises(IndexBusy):
        list(WhooshEngine(tmp_path / "index", STAMP).rebuild(nothing, settle_nothing))
    list(steps)
    first.close()


def test_a_writer_that_finds_the_lock_held_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kmwiki.search.whoosh_index.LOCK_SECONDS", 0.1)
    engine = small_index(tmp_path / "index")
    folder = next((tmp_path / "index").glob("index-*"))
    from whoosh import index  # noqa: PLC0415 - only here something else than the engine writes

    other = index.open_dir(str(folder)).writer()
    with pytest.raises(IndexBusy):
        engine.put([document("source:9", "กองทุน")])
    other.cancel()
    engine.put([document("source:9", "กองทุน")])
    assert len(keys(engine, Has("กองทุน"))) == 4
    engine.close()


def test_where_files_cannot_be_shared_a_rebuild_on_top_copies_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no such thing on this disk")

    monkeypatch.setattr(type(tmp_path), "hardlink_to", refuse)
    engine = WhooshEngine(tmp_path / "index", STAMP)
    made(engine, [document("source:1", "กองทุน"), document("source:2", "กองทุน")])

    def fill(sink: Sink) -> Iterator[tuple[int, int]]:
        sink.put([], ["source:2"])
        yield 1, 1

    assert list(engine.rebuild(fill, settle_nothing, is_on_top=True)) == [(1, 1)]
    assert set(engine.versions()) == {"source:1"}
    engine.close()


def test_the_folders_of_killed_rebuilds_are_cleared_away(tmp_path: Path) -> None:
    engine = small_index(tmp_path / "index")
    (tmp_path / "index" / "index-halfmade").mkdir()
    made(engine, [document("source:1", "กองทุน")])
    assert len(list((tmp_path / "index").glob("index-*"))) == 1
    engine.close()


def test_many_small_writes_do_not_leave_many_segments(tmp_path: Path) -> None:
    engine = small_index(tmp_path / "index")
    for number in range(40):
        engine.put([document(f"source:{number}", text_of(number))])
    assert engine.status().parts <= 10
    assert engine.status().documents == 40
    engine.close()


def forget(engine: MemoryEngine) -> Callable[[], object]:
    """Return a call that needs the forgotten index."""
    engine.forget()
    return engine.check


def test_the_memory_engine_can_lose_its_index_too() -> None:
    engine = MemoryEngine()
    with pytest.raises(IndexMissing):
        forget(engine)()
    made(engine, [document("source:1", "กองทุน")])
    engine.check()
    engine.close()


@st.composite
def furnished(draw: st.DrawFn) -> list[Document]:
    """Make texts with columns of some values, some of none."""
    made_up = []
    for number in range(draw(st.integers(1, 8))):
        days = sorted(draw(st.lists(st.sampled_from(["2008-01-01", "2008-06-30", "2009-05-05"]), max_size=2)))
        columns = {"kind": tuple(draw(st.sets(st.sampled_from("abc"), max_size=2))), "event": tuple(days)}
        outline = Outline(
            key=f"source:{number + 1}",
            project_id=1,
            columns={name: values for name, values in columns.items() if values},
        )
        made_up.append(make_document(outline, text_of(draw(st.integers(0, 10_000))), segmenter()))
    return made_up


def is_near(document: Document, node: Near) -> bool:
    """Try every pair of places."""
    edges = [at for at in range(len(document.text) + 1) if document.edges[at >> 3] >> (at & 7) & 1]

    def spans(side: tuple[Has, ...]) -> list[tuple[int, int]]:
        ends = ((at, at + len(leaf.text)) for leaf in side for at in range(len(document.text)))
        wanted = {leaf.text for leaf in side}
        return [(start, end) for start, end in ends if document.text[start:end] in wanted]

    def between(start: int, end: int) -> int:
        inside = [at for at in edges if start <= at <= end]
        pieces = (document.text[low:high] for low, high in pairwise(inside))
        return sum(any(char.isalnum() for char in piece) for piece in pieces)

    pairs = [(one, other) for one in spans(node.left) for other in spans(node.right)]
    gaps = [(min(one[1], other[1]), max(one[0], other[0])) for one, other in pairs]
    return any(start <= end and between(start, end) <= node.within for start, end in gaps)


def holds_by_hand(document: Document, node: Node) -> bool:
    """Say by hand whether a text meets a condition on its columns, its key or the nearness of two strings."""
    if isinstance(node, Keys):
        return document.key in node.keys
    if isinstance(node, Near):
        return is_near(document, node)
    values = document.columns.get(node.name, ()) if isinstance(node, (Column, Span)) else ()
    if isinstance(node, Column):
        return any(value in node.values for value in values) if node.values else bool(values)
    assert isinstance(node, Span)
    return (
        bool(values) and (not node.last or min(values) <= node.last) and (not node.first or max(values) >= node.first)
    )


CONDITIONS = st.one_of(
    st.builds(Column, st.sampled_from(["kind", "event", "none"]), st.frozensets(st.sampled_from("abc"), max_size=2)),
    st.builds(Span, st.just("event"), st.sampled_from(["", "2008-06-30"]), st.sampled_from(["", "2008-06-30"])),
    st.builds(Keys, st.frozensets(st.sampled_from(["source:1", "source:3", "source:9"]))),
    st.builds(
        Near,
        st.tuples(st.sampled_from([Has("กอง"), Has("ออม"), Has("มี")])),
        st.tuples(st.sampled_from([Has("ทุน"), Has("ชุม"), Has("40"), Has("กอง")])),
        st.integers(0, 3),
    ),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(documents=furnished(), node=CONDITIONS)
def test_columns_ranges_keys_and_nearness_are_what_they_are_by_hand(documents: list[Document], node: Node) -> None:
    engine = made(MemoryEngine(), documents)
    expected = {document.key for document in documents if holds_by_hand(document, node)}
    assert {match.key for match in engine.find(Ask(1, node))} == expected
    page = engine.page(Ask(1, AllOf(())), Slice(size=0, counts=("kind",), gathered={"kind": {"any": node}}))
    assert page.counts["kind"].get("any", 0) == len(expected)


def test_both_engines_know_the_conditions(tmp_path: Path) -> None:
    documents = [document(f"source:{number}", text_of(number)) for number in range(1, 30)]
    engines = [made(MemoryEngine(), documents), made(WhooshEngine(tmp_path, STAMP), documents)]
    for node in (
        Column("type", frozenset({"entry"})),
        Column("none"),
        Keys(frozenset({"source:3"})),
        Near((Has("กอง"), Has("มี")), (Has("ทุน"),), 2),
        Span("type"),
    ):
        first, second = ([match.key for match in engine.find(Ask(1, node))] for engine in engines)
        assert first == second
        assert set(first) == {one.key for one in documents if holds_by_hand(one, node)}
    engines[1].close()
