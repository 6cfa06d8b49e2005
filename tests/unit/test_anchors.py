"""Carrying passages over an edit: on the same words, or flagged; never on others that look alike."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from time import monotonic

import pytest
import regex
from hypothesis import given, settings

from kmwiki.text.anchors import Carried, carry
from kmwiki.text.clusters import is_boundary, snap
from tests.make_texts import PHRASES, mixed_text

OLD = "บ่ายวันเสาร์ กองทุนสวัสดิการ ออมวันละบาท กองทุนสวัสดิการ จ่ายค่าทำศพ"
FIRST = (13, 28)
SECOND = (42, 57)


def test_the_same_text_keeps_every_place() -> None:
    assert carry(OLD, OLD, [FIRST]) == [Carried("placed", *FIRST)]


def test_untouched_words_are_followed_past_edits_before_and_after() -> None:
    new = "เมื่อ" + OLD.replace("จ่าย", "เคยจ่าย")
    assert carry(OLD, new, [FIRST, SECOND]) == [Carried("placed", 18, 33), Carried("placed", 47, 62)]


def test_a_passage_touched_inside_is_changed() -> None:
    (carried,) = carry(OLD, OLD.replace("ออมวันละบาท", "ออมวันละสองบาท"), [(29, 40)])
    assert carried == Carried("changed", 29, 43)


def test_a_passage_that_lost_its_edge_is_changed() -> None:
    (carried,) = carry(OLD, OLD.replace(" จ่ายค่าทำศพ", " จ่าย"), [(57, 69)])
    assert carried.state == "changed"
    assert carried.start == 57


def test_a_removed_passage_does_not_take_its_words_elsewhere() -> None:
    gone = "เมื่อวาน กองทุนสวัสดิการ จ่ายเงินช้า\n\n"
    rest = "วันนี้มีประชุมใหญ่ของตำบล\n\nพรุ่งนี้ กองทุนสวัสดิการ เปิดรับสมาชิก"
    at = rest.index("กองทุน")
    first, second = carry(gone + rest, rest, [(9, 24), (len(gone) + at, len(gone) + at + 15)])
    assert first == Carried("lost", None, None)
    assert second == Carried("placed", at, at + 15)


def test_nobody_can_tell_which_of_two_alike_was_deleted() -> None:
    assert [each.state for each in carry("มา มา", "มา", [(0, 2), (3, 5)])] != ["placed", "placed"]
    assert "placed" not in [each.state for each in carry("มา มา มา", "มา มา", [(0, 2), (3, 5), (6, 8)])]


def test_words_moved_elsewhere_are_not_taken() -> None:
    old = "เรื่องแรกว่าด้วยเงินออม เรื่องที่สองว่าด้วยกติกาของชุมชนทั้งห้าหมู่บ้าน"
    new = "เรื่องที่สองว่าด้วยกติกาของชุมชนทั้งห้าหมู่บ้าน เรื่องแรกว่าด้วยเงินออม"
    states = [each.state for each in carry(old, new, [(0, 23), (24, len(old))])]
    assert states[0] == "lost"


def test_an_empty_text_loses_everything() -> None:
    assert carry(OLD, "", [FIRST]) == [Carried("lost", None, None)]
    assert carry("", OLD, []) == []


def test_ends_never_cut_a_cluster() -> None:
    old, new = "กา นำ ขา", "กา น้ำ ขา"
    (carried,) = carry(old, new, [(3, 5)])
    assert carried == Carried("changed", 3, 6)


@dataclass
class Script:
    """A text under random edits; each of its characters knows whether, and where, it stood in the old text."""

    random: random.Random
    chars: list[str] = field(default_factory=list)
    came_from: list[int | None] = field(default_factory=list)

    def begin(self) -> str:
        """Make the old text: phrases, some of which come back."""
        phrases = [self.random.choice(PHRASES[:18]) for _ in range(self.random.randint(20, 60))]
        if self.random.random() < 0.5:
            at = self.random.randrange(len(phrases))
            phrases[at:at] = phrases[at // 2 : at // 2 + 6]
        self.chars = list("".join(phrases))
        self.came_from = list(range(len(self.chars)))
        return "".join(self.chars)

    def edit(self) -> None:
        """Insert, delete or replace at cluster boundaries."""
        edges = [0, *(match.end() for match in regex.finditer(r"\X", "".join(self.chars)))]
        at = self.random.randrange(len(edges))
        start, end = edges[at], edges[min(at + self.random.randint(1, 20), len(edges) - 1)]
        new = "".join(self.random.choices(PHRASES[:18], k=self.random.randint(1, 2)))
        kind = self.random.random()
        end, new = (start, new) if kind < 0.4 else (end, "") if kind < 0.7 else (end, new)
        self.chars[start:end] = new
        self.came_from[start:end] = [None] * len(new)


def run_script(seed: int) -> tuple[int, int]:
    """Carry random passages over random edits; give how many stayed untouched and how many of those were placed."""
    script = Script(random.Random(seed))  # noqa: S311 - repeatable, not secret
    old = script.begin()
    spans = []
    for _ in range(8):
        start = script.random.randrange(len(old))
        spans.append(snap(old, start, min(start + script.random.randint(1, 30), len(old))))
    for _ in range(script.random.randint(1, 2)):
        script.edit()
    new = "".join(script.chars)
    now = {came: at for at, came in enumerate(script.came_from) if came is not None}
    untouched = placed = 0
    for (start, end), carried in zip(spans, carry(old, new, spans), strict=True):
        survivors = [at for at in range(start, end) if at in now]
        is_untouched = (
            len(survivors) == end - start == now[survivors[-1]] - now[survivors[0]] + 1 if survivors else False
        )
        untouched += is_untouched
        if carried.start is None or carried.end is None:
            assert carried.state == "lost"
            continue
        assert is_boundary(new, carried.start)
        assert is_boundary(new, carried.end)
        assert carried.start < carried.end
        if carried.state == "placed":
            placed += is_untouched
            assert new[carried.start : carried.end] == old[start:end]
            assert [now[at] for at in survivors] == [carried.start + at - start for at in survivors]
    return untouched, placed


def placed_share(seeds: range) -> float:
    """Run many scripts; the share of untouched passages that were placed."""
    results = [run_script(seed) for seed in seeds]
    return sum(placed for _, placed in results) / sum(untouched for untouched, _ in results)


def test_500_random_edit_scripts_put_no_passage_on_wrong_words() -> None:
    assert placed_share(range(500)) > 0.93


@pytest.mark.soak
def test_10000_random_edit_scripts_put_no_passage_on_wrong_words(capsys: pytest.CaptureFixture[str]) -> None:
    share = placed_share(range(10_000))
    with capsys.disabled():
        print(f"\n10,000 scripts: no passage on wrong words, {share:.1%} of the untouched ones placed")  # noqa: T201
    assert share > 0.93


@given(mixed_text, mixed_text)
@settings(max_examples=200, deadline=None)
def test_any_two_texts_can_be_compared(old: str, new: str) -> None:
    spans = [snap(old, start, start + 3) for start in range(0, len(old), 4)]
    for (start, end), carried in zip(spans, carry(old, new, spans), strict=True):
        if carried.state == "placed":
            assert carried.start is not None
            assert new[carried.start : carried.end] == old[start:end]


def test_long_texts_are_carried_in_time() -> None:
    lines = [f"บรรทัดที่ {number} กองทุนสวัสดิการ ออมวันละบาท จ่ายค่าทำศพ\n" for number in range(1_900)]
    old = "".join(lines)
    new = "".join(
        line.replace("ออม", "เก็บ") if number % 40 == 0 else line for number, line in enumerate(lines) if number % 97
    )
    begun = monotonic()
    spans = [snap(old, at, at + 40) for at in range(0, len(old) - 40, 100)]
    carried = carry(old, new, spans)
    assert monotonic() - begun < 15
    assert sum(each.state == "placed" for each in carried) > 0.8 * len(carried)
