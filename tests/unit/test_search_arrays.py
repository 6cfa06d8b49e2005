"""Texts as arrays: laid out and read back, scanned exactly, kept in a file that may be damaged or left on the disk."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmwiki.search import lookup, resident, resident_file, whoosh_segment
from kmwiki.search.conditions import is_near
from kmwiki.search.documents import Outline, make_document
from kmwiki.search.engine import Ask, Column, Document, Fact, Has, IndexMissing, Near, Span
from kmwiki.search.lookup import Lookup
from kmwiki.search.nearness import near
from kmwiki.search.resident import Block, Held, make_block
from kmwiki.search.scan import occurrences, scan
from kmwiki.search.whoosh_engine import WhooshEngine
from kmwiki.text.words import segmenter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from kmwiki.search.engine import Sink

STAMP = {"schema": "1"}
TEXTS = st.lists(st.text(alphabet="กองทุน้ำ 51a😀𝒜\n", max_size=30), min_size=1, max_size=6)


def block_of(texts: list[str]) -> Block:
    """Lay texts out, each an own word from edge to edge."""
    held = [
        Held(f"source:{number}", "1", text, bytes([255]) * (len(text) // 8 + 1), 0, 0, frozenset(), {})
        for number, text in enumerate(texts)
    ]
    return make_block(list(enumerate(held)))


@given(texts=TEXTS, needle=st.text(alphabet="กองทุ้ำ 51a😀𝒜", min_size=1, max_size=4))
def test_every_place_of_a_string_is_found_overlapping_ones_too(texts: list[str], needle: str) -> None:
    block = block_of(texts)
    hits = scan(block, Has(needle))
    assert hits.places.tolist() == [number for number, text in enumerate(texts) if needle in text]
    expected = sum(text.startswith(needle, at) for text in texts for at in range(len(text)))
    assert len(occurrences(block, needle)) == expected


def test_strings_are_found_over_the_ends_of_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(1)  # noqa: S311 - the same texts every time
    texts = ["".join(dice.choices("กขค", k=50)) for _ in range(20)]
    monkeypatch.setattr(resident, "CHUNK", 7)
    for needle in ("ก", "กข", "กขค", "กกกก", "กขคกข"):
        found = scan(block_of(texts), Has(needle)).places.tolist()
        assert found == [number for number, text in enumerate(texts) if needle in text]


@given(
    title=st.text(alphabet="กอ😀 ", max_size=5),
    lead=st.text(alphabet="ทุ𝒜", max_size=5),
    body=st.text(alphabet="น้ำ👍", max_size=9),
)
def test_a_text_comes_back_as_it_was_put_in(title: str, lead: str, body: str) -> None:
    made = make_document(Outline(key="source:1", project_id=1, title=title, lead=lead), body, segmenter())
    held = Held.of(made)
    back = make_block([(0, held)]).held(0)
    assert (back.text, back.title_end, back.lead_end, back.key) == (held.text, held.title_end, held.lead_end, held.key)
    bits = len(held.text) + 1
    assert [back.edges[at >> 3] >> (at & 7) & 1 for at in range(bits)] == [
        held.edges[at >> 3] >> (at & 7) & 1 for at in range(bits)
    ]
    assert (back.columns, back.facts) == (held.columns, held.facts)


def documents(count: int) -> list[Document]:
    """Make texts with columns."""
    return [
        make_document(
            Outline(
                key=f"source:{number}",
                project_id=1 + number % 2,
                columns={"kind": (f"k{number % 3}",), "tag": ("ก", "ข")[: number % 3]},
            ),
            f"กองทุน {number} 😀 ปี 51",
            segmenter(),
        )
        for number in range(count)
    ]


def saved(path: Path) -> dict[int, Block]:
    """Write blocks of two projects to a file."""
    held = [(number, Held.of(one)) for number, one in enumerate(documents(12))]
    blocks = {1: make_block(held[::2]), 2: make_block(held[1::2])}
    resident_file.save(path, blocks)
    return blocks


@pytest.mark.parametrize("most_bytes", [1 << 20, 0])
def test_a_file_gives_back_its_blocks_in_memory_or_left_on_the_disk(tmp_path: Path, most_bytes: int) -> None:
    blocks = saved(tmp_path / "a.texts")
    loaded = resident_file.load(tmp_path / "a.texts", most_bytes=most_bytes)
    assert loaded is not None
    assert list(loaded) == [1, 2]
    for project, block in blocks.items():
        other = loaded[project]
        assert [other.held(place) for place in range(len(other))] == [block.held(place) for place in range(len(block))]
        assert scan(other, Has("ทุน 1")).places.tolist() == scan(block, Has("ทุน 1")).places.tolist()
        assert (other.size < block.size) == (most_bytes == 0)


def test_texts_left_on_the_disk_are_missed_when_the_file_is_cut_or_gone(tmp_path: Path) -> None:
    saved(tmp_path / "a.texts")
    loaded = resident_file.load(tmp_path / "a.texts", most_bytes=0)
    assert loaded is not None
    (tmp_path / "a.texts").write_bytes(b"")
    with pytest.raises(IndexMissing, match="cut short"):
        scan(loaded[1], Has("ทุน"))
    (tmp_path / "a.texts").unlink()
    with pytest.raises(IndexMissing):
        scan(loaded[1], Has("ทุน"))


def test_a_damaged_file_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "a.texts"
    assert resident_file.load(path, most_bytes=1) is None
    saved(path)
    whole = path.read_bytes()
    for damaged in (b"", whole[:20], whole[:-1], b"x" + whole[1:], whole[:-40] + b"x" + whole[-39:], whole + b"x"):
        path.write_bytes(damaged)
        assert resident_file.load(path, most_bytes=1 << 20) is None
    with pytest.raises(OSError, match=r"."):
        resident_file.save(tmp_path / "no" / "such.texts", {})
    assert list(tmp_path.iterdir()) == [path]


def test_conditions_on_a_block_are_remembered_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Lookup(make_block([(number, Held.of(one)) for number, one in enumerate(documents(6))]))
    first = made.hits(Has("กอง"))
    assert made.hits(Has("กอง")) is first
    assert made.hits(Fact("year:2008")).places.tolist() == [0, 1, 2, 3, 4, 5]
    monkeypatch.setattr(lookup, "LEAST_BYTES", 1)
    monkeypatch.setattr(lookup, "MOST_MASKS", 1)
    made.hits(Has("ทุน"))
    assert made.hits(Has("กอง")) is not first
    kinds = made.mask(Column("kind", frozenset({"k1"})))
    assert np.flatnonzero(kinds).tolist() == [1, 4]
    assert made.mask(Column("kind", frozenset({"k1"}))) is kinds
    assert not made.mask(Span("nothing", "a", "b")).any()
    assert made.mask(Column("kind", frozenset({"k1"}))) is not kinds
    assert np.flatnonzero(made.mask(Near((Has("กองทุน"),), (Has("ปี"),), 2))).tolist() == [0, 1, 2, 3, 4, 5]
    assert not made.mask(Near((Has("กองทุน"),), (Has("ไม่มี"),), 2)).any()


def filled(folder: Path, count: int) -> WhooshEngine:
    """Make an index of so many texts."""
    engine = WhooshEngine(folder, STAMP)

    def fill(sink: Sink) -> Iterator[tuple[int, int]]:
        some = documents(count)
        sink.put(some[:-2])
        sink.put(some[-2:])
        yield count, count

    def settle(sink: Sink) -> None:
        sink.put(documents(1), ["source:1"])

    list(engine.rebuild(fill, settle))
    return engine


def test_an_index_keeps_its_texts_in_a_file_and_does_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whoosh_segment, "LEAST_SAVED", 5)
    monkeypatch.setattr("kmwiki.search.whoosh_beside.LEAST_SAVED", 5)
    engine = filled(tmp_path / "index", 20)
    files = list((tmp_path / "index").rglob("*.texts"))
    assert len(files) == 1
    ask = Ask(1, Has("กองทุน"), ((Has("กองทุน"),),))
    found = engine.find(ask)
    assert len(found) == 10
    assert "source:1" not in engine.versions()
    damages: list[Callable[[Path], object]] = [lambda path: path.unlink(), lambda path: os.truncate(path, 50)]
    for damage in damages:
        engine.close()
        damage(files[0])
        assert engine.find(ask) == found
        assert files[0].stat().st_size > 1000  # made anew
    engine.close()
    monkeypatch.setattr(whoosh_segment, "MOST_RESIDENT", 0)
    assert engine.find(ask) == found
    engine.close()
    files[0].unlink()

    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(resident_file, "save", full)
    assert engine.find(ask) == found
    engine.optimize()
    assert engine.status().parts == 1
    assert {one.key for one in engine.find(ask)} == {one.key for one in found}
    engine.close()


def test_posting_lists_are_decoded_once_and_forgotten_within_bounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = filled(tmp_path / "index", 30)
    ask = Ask(1, None, words=(("กองทุน", 1.0), ("ปี", 1.0), ("ไม่มี", 1.0)), trigrams=("กอง", "ฆฆฆ"))
    first = engine.find(ask)
    assert len(first) == 15
    assert engine.find(ask) == first
    monkeypatch.setattr(whoosh_segment, "DECODED_BYTES", 1)
    monkeypatch.setattr("kmwiki.search.whoosh_snapshot.FREQUENCIES", 1)
    engine.put(documents(2)[1:])
    assert {one.key for one in engine.find(ask)} == {one.key for one in first}
    engine.close()


def test_a_large_rebuild_is_written_in_several_segments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kmwiki.search.whoosh_beside.AT_ONCE", 10)
    monkeypatch.setattr("kmwiki.search.whoosh_fields.LARGE", 10)
    engine = filled(tmp_path / "index", 24)
    assert engine.status().documents == 23
    assert 2 <= engine.status().parts <= 4
    engine.optimize()
    assert engine.status().documents == 23
    engine.close()


@given(
    texts=st.lists(
        st.lists(st.sampled_from(["กองทุน", "ออม", "เงิน", " ", "51", "-", "😀"]), max_size=12).map("".join),
        min_size=1,
        max_size=5,
    ),
    left=st.sampled_from(["กองทุน", "ออม", "ม", "51"]),
    right=st.sampled_from(["เงิน", "ทุน", "ออม", "1"]),
    within=st.integers(0, 4),
)
def test_all_texts_at_once_are_as_near_as_each_by_itself(texts: list[str], left: str, right: str, within: int) -> None:
    given = [
        make_document(Outline(key=f"source:{number}", project_id=1), text, segmenter())
        for number, text in enumerate(texts)
    ]
    block = make_block([(number, Held.of(one)) for number, one in enumerate(given)])
    node = Near((Has(left), Has("ฆ")), (Has(right, starts_word=True), Has(right, part="body")), within)
    assert near(block, node).tolist() == [is_near(Held.of(one), node) for one in given]
