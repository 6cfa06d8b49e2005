"""Suggested codes: from similar passages that one may know of; proposed for a note, counted nowhere, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmwiki.coding.access import coding_for
from kmwiki.coding.batches import queries as batches
from kmwiki.coding.batches import similar
from kmwiki.coding.batches.proposing import propose
from kmwiki.coding.batches.similar import Advisor, Spot
from kmwiki.coding.batches.tagging import accept_batch, redo_batch, undo_batch
from kmwiki.coding.codebook.counts import counts
from kmwiki.coding.models import Code, Coding, CodingBatch
from kmwiki.coding.service import remove_coding, retire_code
from kmwiki.comments import service as comments
from kmwiki.db import session as reading
from kmwiki.db import transaction
from kmwiki.errors import Forbidden, Invalid
from kmwiki.security.policy import Permission, Role
from kmwiki.sources.models import Source
from tests.make_coding import make_desk
from tests.make_entries import make_entry

if TYPE_CHECKING:
    from kmwiki.coding.batches.similar import Suggestion
    from kmwiki.entries.models import Entry
    from kmwiki.security.policy import Caller
    from tests.make import Make
    from tests.make_coding import Desk

BODY = """ชาวบ้านออมเงินวันละบาทเข้ากองทุนหมู่บ้าน
เรายังเป็นหนี้นอกระบบกับเถ้าแก่ในตลาดอยู่
ฝนตกหนักทั้งคืนจนถนนขาด"""
NOTE = """ป้าสมมุติออมเงินวันละบาทเข้ากองทุนทุกเช้า
เขาเป็นหนี้นอกระบบกับเถ้าแก่หลายหมื่น
แมวสามสีนอนหลับบนหลังคา"""


@pytest.fixture
def desk(make: Make) -> Desk:
    """A project where savings and debts are coded, once each."""
    desk = make_desk(make, body=BODY)
    desk.add("ชาวบ้านออมเงินวันละบาทเข้ากองทุนหมู่บ้าน")
    desk.add("เรายังเป็นหนี้นอกระบบกับเถ้าแก่ในตลาดอยู่", desk.more_code("หนี้สิน"))
    return desk


def near(desk: Desk, words: str, *, by: Caller | None = None, spot: Spot | None = None) -> list[Suggestion]:
    with reading() as s:
        return Advisor(s, by or desk.coder, desk.project.id).suggest(words, spot=spot)


def proposed(desk: Desk, entry: Entry, *, key: str = "k", by: Caller | None = None) -> tuple[CodingBatch, bool]:
    with transaction() as s:
        return propose(s, by or desk.coder, s.get_one(Source, entry.source_id), unit="sentence", key=key)


def codings(entry: Entry) -> list[Coding]:
    with reading() as s:
        found = s.query(Coding).filter(Coding.root_id == entry.source_id, Coding.deleted.is_(None))
        return found.order_by(Coding.id).all()


def test_the_most_similar_passage_speaks_first_and_is_the_reason(desk: Desk) -> None:
    first = near(desk, "ลุงออมเงินวันละบาทเข้ากองทุน")[0]
    with reading() as s:
        assert s.get_one(Coding, first.coding_id).ev_quote == "ชาวบ้านออมเงินวันละบาทเข้ากองทุนหมู่บ้าน"
    assert first.code_id == desk.code.id
    assert 0.2 < first.score <= 1
    assert near(desk, "zzzz qqqq") == []
    assert near(desk, "") == []


def test_what_stands_on_the_passage_itself_says_nothing_new(desk: Desk) -> None:
    words = "ชาวบ้านออมเงินวันละบาทเข้ากองทุนหมู่บ้าน"
    assert near(desk, words)[0].score > 0.9
    found = near(desk, words, spot=Spot(desk.source_id, 0, len(words)))
    assert all(one.coding_id is None or one.code_id != desk.code.id for one in found)


def test_only_codings_that_one_may_know_of_and_that_count_speak(desk: Desk, make: Make) -> None:
    colleague = make.member(desk.project)
    words = "ลุงออมเงินวันละบาทเข้ากองทุน"
    assert near(desk, words, by=colleague)[0].coding_id is not None
    with transaction() as s:
        s.get_one(Source, desk.source_id).audience = "private"
    assert all(one.coding_id is None for one in near(desk, words, by=colleague))
    assert near(desk, words)[0].coding_id is not None
    with transaction() as s:
        for coding in s.query(Coding):
            coding.status = "auto"
    assert all(one.coding_id is None for one in near(desk, words))


def test_what_is_known_keeps_up_with_what_is_coded(desk: Desk) -> None:
    rain = desk.more_code("ภัยธรรมชาติ")
    assert rain.id not in {one.code_id for one in near(desk, "ฝนตกหนักจนถนนขาดอีกแล้ว")}
    added = desk.add("ฝนตกหนักทั้งคืนจนถนนขาด", rain)
    assert near(desk, "ฝนตกหนักจนถนนขาดอีกแล้ว")[0].code_id == rain.id
    with transaction() as s:
        found, _ = coding_for(s, desk.coder, added.id, Permission.CODE)
        remove_coding(s, desk.coder, found)
    assert rain.id not in {one.code_id for one in near(desk, "ฝนตกหนักจนถนนขาดอีกแล้ว")}


def test_more_new_passages_than_one_request_takes_come_with_the_next(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(similar, "AT_ONCE", 1)
    with reading() as s:
        assert not Advisor(s, desk.coder, desk.project.id).is_complete
        assert Advisor(s, desk.coder, desk.project.id).is_complete


def test_a_note_gets_proposals_that_count_nowhere_and_are_taken_back_together(desk: Desk) -> None:
    note = make_entry(desk.project, desk.coder, body=NOTE, body_format="plain")
    with transaction() as s:
        comments.add_comment(s, desk.coder, s.get_one(Source, note.source_id), body="บ้านฉันก็ออมเงินวันละบาทเข้ากองทุน")
    with reading() as s:
        before = counts(s, desk.coder, desk.project.id)
    batch, is_new = proposed(desk, note)
    assert is_new
    assert (proposed(desk, note)[0].id, proposed(desk, note)[1]) == (batch.id, False)
    made = codings(note)
    assert [coding.ev_quote for coding in made] == [*NOTE.split("\n")[:2], "บ้านฉันก็ออมเงินวันละบาทเข้ากองทุน"]
    assert {coding.status for coding in made} == {"proposed"}
    assert len({coding.code_id for coding in made}) == 2
    with reading() as s:
        assert counts(s, desk.coder, desk.project.id) == before
        line = batches.batch_line(s, desk.coder, desk.project.id, batch.id)
        assert (line.waiting, line.accepted) == (3, 0)
    with pytest.raises(Invalid):
        proposed(desk, note, key="again")
    with transaction() as s:
        held = s.get_one(CodingBatch, batch.id)
        assert undo_batch(s, desk.coder, held).done == 3
    assert codings(note) == []
    with transaction() as s:
        retire_code(s, desk.coder, s.get_one(Code, desk.code.id), reason="")
    with transaction() as s:
        back = redo_batch(s, desk.coder, s.get_one(CodingBatch, batch.id))
    assert (back.done, len(back.left)) == (1, 2), "a code that is out of use brings nothing back"
    with transaction() as s:
        assert accept_batch(s, desk.coder, s.get_one(CodingBatch, batch.id)).done == 1
    assert [coding.status for coding in codings(note)] == ["accepted"]


def test_who_may_not_code_gets_no_proposals(desk: Desk, make: Make) -> None:
    note = make_entry(desk.project, desk.coder, body=NOTE, body_format="plain")
    with pytest.raises(Forbidden):
        proposed(desk, note, by=make.member(desk.project, Role.COMMENTER))
    with pytest.raises(Invalid):
        proposed(desk, note, key="")
