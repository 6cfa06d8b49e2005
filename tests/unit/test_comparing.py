"""Comparing texts: pieces by words, a merge that loses nothing, and the alignment below both."""

from __future__ import annotations

from time import monotonic

from hypothesis import given, settings
from hypothesis import strategies as st

from kmwiki.text.diff import Piece, diff_words
from kmwiki.text.merge import merge
from kmwiki.text.sequences import opcodes
from tests.make_texts import mixed_text

BASE = "ปีที่น้ำแล้ง คนส่งเงินออมน้อยลง กรรมการเลือกลดวงเงินทุกคนเท่ากัน"
few_words = st.lists(st.sampled_from(["มา", "ไป", " ", "ออม", "กองทุน", "\n"]), max_size=14).map("".join)


@given(st.lists(st.sampled_from("กขคง"), max_size=40), st.lists(st.sampled_from("กขคงจ"), max_size=40))
@settings(max_examples=300, deadline=None)
def test_an_alignment_covers_both_sequences_in_turn(a: list[str], b: list[str]) -> None:
    at_a = at_b = 0
    was_same = None
    for op in opcodes(a, b):
        assert (op.a_start, op.b_start) == (at_a, at_b)
        assert op.is_same != was_same
        if op.is_same:
            assert a[op.a_start : op.a_end] == b[op.b_start : op.b_end]
        at_a, at_b, was_same = op.a_end, op.b_end, op.is_same
    assert (at_a, at_b) == (len(a), len(b))


def test_wholly_different_long_texts_are_replaced_outright_and_fast() -> None:
    begun = monotonic()
    (op,) = opcodes(["ก", "ข"] * 5_000, ["ค", "ง"] * 5_000)
    assert not op.is_same
    assert monotonic() - begun < 2


@given(mixed_text, mixed_text)
@settings(max_examples=200, deadline=None)
def test_the_pieces_of_a_difference_make_both_texts(old: str, new: str) -> None:
    pieces = diff_words(old, new)
    assert "".join(piece.text for piece in pieces if piece.op != "added") == old
    assert "".join(piece.text for piece in pieces if piece.op != "removed") == new
    assert all(piece.text for piece in pieces)


def test_thai_is_compared_by_words() -> None:
    assert diff_words("กรรมการเลือกแล้ว", "กรรมการลงมติแล้ว") == [
        Piece("same", "กรรมการ"),
        Piece("removed", "เลือก"),
        Piece("added", "ลงมติ"),
        Piece("same", "แล้ว"),
    ]


def test_a_lone_blank_between_changes_belongs_to_them() -> None:
    assert diff_words("แมว หมา", "นก ปลา") == [Piece("removed", "แมว หมา"), Piece("added", "นก ปลา")]


def test_changes_of_different_words_are_both_taken() -> None:
    mine = BASE.replace("คนส่ง", "สมาชิกสองในสามส่ง").replace("เลือก", "ลงมติ")
    theirs = BASE.replace("น้อยลง", "น้อยลงแต่ขอเบิกมากขึ้น") + "แทนการตัดสิทธิ์ใคร"
    merged = merge(BASE, mine, theirs)
    assert not merged.has_conflict
    assert merged.text == ("ปีที่น้ำแล้ง สมาชิกสองในสามส่งเงินออมน้อยลงแต่ขอเบิกมากขึ้น กรรมการลงมติลดวงเงินทุกคนเท่ากันแทนการตัดสิทธิ์ใคร")


def test_the_same_word_changed_twice_is_a_conflict_that_keeps_both() -> None:
    merged = merge(BASE, BASE.replace("เลือก", "ลงมติ"), BASE.replace("เลือก", "สั่ง"))
    assert merged.has_conflict
    assert "ลงมติ" in merged.text
    assert "สั่ง" in merged.text
    assert [(part.base, part.mine, part.theirs) for part in merged.parts if part.kind == "conflict"] == [
        ("เลือก", "ลงมติ", "สั่ง")
    ]


def test_the_same_change_made_twice_is_made_once() -> None:
    new = BASE.replace("เลือก", "ลงมติ")
    assert merge(BASE, new, new).text == new
    assert not merge(BASE, new, new).has_conflict


def test_one_deletes_what_the_other_changes_is_a_conflict() -> None:
    merged = merge("ก\n\nแมว\n\nข", "ก\n\nข", "ก\n\nหมา\n\nข")
    assert merged.has_conflict
    assert "หมา" in merged.text


@given(few_words, few_words)
@settings(max_examples=200, deadline=None)
def test_with_one_side_unchanged_the_merge_is_the_other(base: str, changed: str) -> None:
    assert merge(base, changed, base).text == changed
    assert merge(base, base, changed).text == changed
    assert not merge(base, changed, base).has_conflict


@given(few_words, few_words, few_words)
@settings(max_examples=300, deadline=None)
def test_the_parts_of_a_merge_make_all_three_texts(base: str, mine: str, theirs: str) -> None:
    merged = merge(base, mine, theirs)
    assert "".join(part.base for part in merged.parts) == base
    assert "".join(part.mine for part in merged.parts) == mine
    assert "".join(part.theirs for part in merged.parts) == theirs
    assert "".join(part.text for part in merged.parts) == merged.text
