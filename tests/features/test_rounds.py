"""Rounds of coding: made, coded in, closed, compared and settled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kmwiki.accounts.models import Membership
from kmwiki.coding import service as coding
from kmwiki.coding.desk_codings import desk_codings
from kmwiki.coding.models import Coding, Layer
from kmwiki.coding.queries import CodingFilters, find_codings, review_queue
from kmwiki.coding.round_models import CodingRound
from kmwiki.coding.schemas import CodingIn, CodingPatch
from kmwiki.comments.service import add_comment
from kmwiki.db import session as reading
from kmwiki.db import transaction
from kmwiki.entries import service as entries
from kmwiki.entries.models import Entry
from kmwiki.entries.schemas import EntryPatch
from kmwiki.errors import Conflict, Forbidden, Invalid, NotFound
from kmwiki.jobs.worker import Worker
from kmwiki.main import job_kinds
from kmwiki.rounds import service, settling
from kmwiki.rounds.access import round_for
from kmwiki.rounds.comparing import comparison_of
from kmwiki.rounds.queries import board_of, rounds_of
from kmwiki.rounds.schemas import DecisionIn, RoundIn, RoundPatch
from kmwiki.rounds.sheets import rows_of
from kmwiki.rounds.telling import case_out, decisions_csv, tell_decision, units_out
from kmwiki.search.queries import find
from kmwiki.search.request import read_request
from kmwiki.security.policy import Role
from kmwiki.sources.models import Source
from kmwiki.sources.veil import veil_for
from tests.make_entries import make_entry
from tests.make_rounds import Bench, make_bench

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.rounds.comparing import Judged
    from kmwiki.security.policy import Caller
    from tests.make import Make


def judged(bench: Bench, who: Caller | None = None) -> list[Judged]:
    with reading() as s:
        return comparison_of(s, who or bench.boss, s.get_one(CodingRound, bench.round_id)).judged


def settle(bench: Bench, case: Judged, choice: str, who: Caller | None = None, **more: Any) -> int:
    data = DecisionIn.model_validate({"codings": sorted(case.case.ids), "choice": choice, "reason": "คุยกันแล้ว", **more})
    with transaction() as s:
        return settling.settle(s, who or bench.a, s.get_one(CodingRound, bench.round_id), data)[0].id


def counted(bench: Bench, code: str) -> int:
    with reading() as s:
        return find_codings(s, bench.boss, bench.project.id, CodingFilters(code_id=bench.codes[code]))[1]


def on_desk(s: Session, who: Caller, entry: Entry, round_id: int | None) -> list[int]:
    """The ids of the codings that a person's desk shows."""
    root = s.get_one(Source, entry.source_id)
    return [row.id for row in desk_codings(s, who, root, veil_for(s, who, root.project_id), round_id=round_id)]


def test_a_round_is_coded_blind_closed_compared_and_settled(make: Make) -> None:
    bench = make_bench(make)
    bench.code(bench.a, "กลุ่มออมเงินทุกเดือน", "การออม", memo="ของเอ")
    bench.code(bench.b, "กลุ่มออมเงินทุกเดือน", "การออม", memo="ของบี")
    bench.code(bench.a, "หนี้ของครัวเรือน", "หนี้สิน")
    bench.code(bench.b, "หนี้ของครัวเรือนลดลง", "หนี้สิน")
    bench.code(bench.a, "ทุกคนพอใจ", "แกนนำ")
    bench.code(bench.b, "พอใจกับผล", "การออม")
    bench.code(bench.b, "เงินวันละบาท", "การออม", note=1)
    with reading() as s:
        found = s.get_one(CodingRound, bench.round_id)
        for who in (bench.a, bench.b, bench.boss):
            assert on_desk(s, who, bench.entries[0], None) == []  # outside the round
        seen = [len(on_desk(s, who, bench.entries[0], found.id)) for who in (bench.a, bench.b, bench.boss)]
        assert seen == [3, 3, 0]
        with pytest.raises(Conflict, match="still open"):
            comparison_of(s, bench.boss, found)
        with pytest.raises(Conflict):
            units_out(s, bench.boss, found)
    assert counted(bench, "การออม") == 0
    bench.close()
    cases = judged(bench)
    assert [each.case.kind for each in cases] == [
        "same",
        "extent",
        "different",
    ]  # the note of one coder is not compared
    with pytest.raises(Invalid, match="Write why"):
        settle(bench, cases[1], "all", reason=" \u200b ")
    with transaction() as s:
        found = s.get_one(CodingRound, bench.round_id)
        assert settling.accept_agreed(s, bench.a, found) == settling.Agreed(1, [])
        assert settling.accept_agreed(s, bench.a, found) == settling.Agreed(0, [])
    by_b = settle(bench, cases[1], "coder", coder_id=bench.b.user_id)
    assert settle(bench, cases[1], "coder", coder_id=bench.b.user_id) == by_b
    with pytest.raises(Conflict, match="has settled this already"):
        settle(bench, cases[1], "none")
    settle(bench, cases[2], "none", bench.boss)
    assert (counted(bench, "การออม"), counted(bench, "หนี้สิน"), counted(bench, "แกนนำ")) == (1, 1, 0)
    with reading() as s:
        rows = s.query(Coding).join(Layer, Layer.id == Coding.layer_id).filter(Layer.kind == "adjudicated").all()
        assert sorted(row.ev_quote for row in rows) == ["กลุ่มออมเงินทุกเดือน", "หนี้ของครัวเรือนลดลง"]
        assert {row.memo for row in rows} == {"ของเอ\n\nของบี", ""}
        assert all(row.round_id is None for row in rows)
        table = decisions_csv(s, bench.boss, s.get_one(CodingRound, bench.round_id), ["x"], _words())
        assert table.count("คุยกันแล้ว") == 2 + 1 + 2
        assert all(not each.is_open for each in judged(bench))
        assert case_out(judged(bench)[1]).decision is not None
    with transaction() as s:
        found = s.get_one(CodingRound, bench.round_id)
        assert settling.undo(s, bench.a, found, by_b).undone is not None
        assert settling.undo(s, bench.a, found, by_b).undone is not None
        assert tell_decision(s, settling.undo(s, bench.a, found, by_b)).made == []
    assert counted(bench, "หนี้สิน") == 0
    assert [each.is_open for each in judged(bench)] == [False, True, False]


def _words() -> dict[str, str]:
    return {name: name for name in ("made", "about", "agreed", "coder", "all", "other", "none")}


def test_other_words_and_codes_can_be_settled_on_and_only_what_the_text_has(make: Make) -> None:
    bench = make_bench(make)
    bench.code(bench.a, "เงินวันละบาท", "การออม", note=1)
    bench.code(bench.b, "วันละบาท", "หนี้สิน", note=1)
    bench.close()
    case = judged(bench)[0]
    source = bench.entries[1].source_id
    spot = {"code_id": bench.codes["แกนนำ"], "source_id": source, "start": 0, "end": 5, "quote": "แกนนำ"}
    for wrong in ({"end": 6}, {"quote": "อื่น"}, {"end": 5000}):
        with pytest.raises(Invalid):
            settle(bench, case, "other", spots=[spot | wrong])
    with pytest.raises(NotFound):
        settle(bench, case, "other", spots=[spot | {"source_id": bench.entries[0].source_id}])
    with pytest.raises(Invalid, match="Choose the code"):
        settle(bench, case, "other")
    with pytest.raises(Invalid, match="do not agree"):
        settle(bench, case, "agreed")
    with pytest.raises(Invalid, match="somebody who coded"):
        settle(bench, case, "coder", coder_id=bench.boss.user_id)
    with pytest.raises(NotFound):
        settle(bench, case, "none", codings=[999_999])
    with pytest.raises(Conflict, match="stands otherwise"):
        settle(bench, case, "none", codings=[min(case.case.ids)])
    stranger = make.member(bench.project, Role.RESEARCHER)
    with pytest.raises(Forbidden):
        settle(bench, case, "none", stranger)
    settle(bench, case, "other", spots=[spot])
    assert counted(bench, "แกนนำ") == 1
    with transaction() as s, pytest.raises(NotFound):
        settling.undo(s, bench.a, s.get_one(CodingRound, bench.round_id), 999)


def test_both_of_two_decisions_may_stand_on_one_coding_and_undoing_one_keeps_it(make: Make) -> None:
    bench = make_bench(make)
    bench.code(bench.a, "เงินวันละบาท", "การออม", note=1)
    bench.code(bench.a, "เงินวันละบาท", "หนี้สิน", note=1)
    bench.code(bench.b, "ขยายไปทั้งตำบล", "แกนนำ", note=1)
    bench.close()
    one, two, _ = judged(bench)
    text = "เงินวันละบาท"
    at = one.text.index(text)
    spot = {"code_id": bench.codes["แกนนำ"], "source_id": one.case.source_id, "start": at, "end": at + len(text)}
    first, second = (settle(bench, each, "other", spots=[spot | {"quote": text}]) for each in (one, two))
    for decision, left in ((first, 1), (second, 0)):
        with transaction() as s:
            settling.undo(s, bench.boss, s.get_one(CodingRound, bench.round_id), decision)
        assert counted(bench, "แกนนำ") == left


def test_a_round_asks_for_texts_coders_and_readers(make: Make) -> None:
    bench = make_bench(make, with_round=False)
    secret = make_entry(bench.project, bench.boss, title="ลับเฉพาะ", visibility="supervisors")
    reader = make.member(bench.project, Role.READER)
    good = {"name": "รอบ", "entry_ids": [bench.entries[0].id], "coder_ids": [bench.a.user_id, bench.b.user_id]}
    for wrong, field, words in (
        ({"name": "  "}, "name", "name"),
        ({"entry_ids": []}, "entry_ids", "at least one text"),
        ({"coder_ids": [bench.a.user_id]}, "coder_ids", "at least two"),
        ({"coder_ids": [bench.a.user_id, reader.user_id]}, "coder_ids", "may not code"),
        ({"coder_ids": [bench.a.user_id, 987]}, "coder_ids", "may not code"),
        ({"entry_ids": [bench.entries[0].id, secret.id]}, "entry_ids", "may not read “ลับเฉพาะ”"),
        ({"entry_ids": [4711]}, "entry_ids", "There is no note 4711"),
        ({"code_ids": [4711]}, "code_ids", "There is no code 4711"),
    ):
        with transaction() as s, pytest.raises(Invalid) as refused:
            service.create_round(s, bench.boss, bench.project, RoundIn.model_validate(good | wrong))
        assert words in str(refused.value.fields[field].text % refused.value.fields[field].values)
    with transaction() as s, pytest.raises(Forbidden):
        service.create_round(s, bench.a, bench.project, RoundIn.model_validate(good))
    with transaction() as s:
        found = service.create_round(s, bench.boss, bench.project, RoundIn.model_validate(good))
        service.delete_round(s, bench.boss, found)
    with reading() as s:
        assert rounds_of(s, bench.boss, bench.project.id) == ([], 0)
        with pytest.raises(NotFound):
            round_for(s, bench.boss, bench.project.id, 1)


def test_coding_in_a_round_keeps_to_its_coders_texts_codes_and_units(make: Make) -> None:
    bench = make_bench(make, with_round=False)
    with transaction() as s:
        data = RoundIn(
            name="ทีละย่อหน้า", unit="paragraph", entry_ids=[bench.entries[0].id],
            coder_ids=[bench.a.user_id or 0, bench.b.user_id or 0], code_ids=[bench.codes["การออม"]],
        )  # fmt: skip
        bench.round_id = service.create_round(s, bench.boss, bench.project, data).id
    with pytest.raises(Forbidden, match="do not code in the round"):
        bench.code(bench.boss, "กลุ่ม", "การออม")
    with pytest.raises(NotFound, match="does not belong"):
        bench.code(bench.a, "แกนนำ", "การออม", note=1)
    with pytest.raises(NotFound, match="no such coding round"):
        bench.code(bench.a, "กลุ่ม", "การออม", round_id=99)
    with pytest.raises(Invalid, match="does not use the code"):
        bench.code(bench.a, "กลุ่ม", "หนี้สิน")
    made = bench.code(bench.a, "กลุ่มออม", "การออม")
    assert bench.code(bench.a, "ออมเงิน", "การออม") == made  # the same paragraph again
    with reading() as s:
        row = s.get_one(Coding, made)
        assert row.ev_quote == "ชาวบ้านรวมกลุ่มออมเงินทุกเดือน กลุ่มให้กู้ดอกเบี้ยต่ำ"
        assert (row.start, row.end) == (0, len(row.ev_quote))
    with transaction() as s:
        row = s.get_one(Coding, made)
        with pytest.raises(Invalid, match="does not use"):
            coding.change_coding(s, bench.a, row, CodingPatch(code_id=bench.codes["หนี้สิน"]))
        at = row.end or 0
        coding.change_coding(s, bench.a, row, CodingPatch(start=at + 2, end=at + 6, quote="หนี้"))
        assert row.start == at + 2
        assert row.end is not None
        assert row.end > at + 20
    bench.close()
    with transaction() as s:
        row = s.get_one(Coding, made)
        with pytest.raises(Conflict, match="is closed"):
            coding.change_coding(s, bench.a, row, CodingPatch(memo="ใหม่"))
        with pytest.raises(Conflict, match="is closed"):
            coding.remove_coding(s, bench.a, row)
    with pytest.raises(Conflict, match="is closed"):
        bench.code(bench.a, "หนี้", "การออม")


def test_the_board_tells_how_far_everybody_is_and_not_what_they_code(make: Make) -> None:
    bench = make_bench(make)
    made = bench.code(bench.a, "กลุ่มออมเงิน", "การออม")
    with transaction() as s:
        found, source = s.get_one(CodingRound, bench.round_id), s.get_one(Source, bench.entries[0].source_id)
        for _ in range(2):
            service.mark_text(s, bench.b, found, source, done=True)
        with pytest.raises(Forbidden):
            service.mark_text(s, bench.boss, found, source, done=True)

    def cells(who: Caller) -> list[tuple[str, int | None, bool]]:
        with reading() as s:
            board = board_of(s, who, s.get_one(CodingRound, bench.round_id))
            return [
                (cell.progress, cell.codings, cell.is_before_edit)
                for row in board.rows
                for coder in (bench.a, bench.b)
                for cell in [row.cells[coder.user_id or 0]]
            ]

    assert cells(bench.a)[:2] == [("started", 1, False), ("done", None, False)]
    assert cells(bench.boss) == [("started", 1, False), ("done", 0, False), ("none", 0, False), ("none", 0, False)]
    with transaction() as s:
        entry = s.get_one(Entry, bench.entries[0].id, options=_with_source())
        coding.save_entry(s, bench.boss, entry, EntryPatch(body="เดิมที ชาวบ้านรวมกลุ่มอออมเงินทุกเดือน"), base_no=1)
        assert review_queue(s, bench.a, bench.project.id)[1] == 1  # the coder places it anew, nobody else sees it
        assert review_queue(s, bench.b, bench.project.id)[1] == 0
        assert review_queue(s, bench.boss, bench.project.id)[1] == 0
    with reading() as s:
        board = board_of(s, bench.b, s.get_one(CodingRound, bench.round_id))
        assert [row.is_changed for row in board.rows] == [True, False]
        assert (board.done, board.cells, board.done_by(bench.b.user_id or 0)) == (1, 4, 1)
        line = rounds_of(s, bench.b, bench.project.id)[0][0]
        assert (line.texts, line.done, line.mine_left, line.percent) == (2, 1, 1, 25)
        assert rounds_of(s, bench.boss, bench.project.id)[0][0].mine_left is None
    assert cells(bench.b)[1] == ("done", 0, True)
    with transaction() as s:
        found, source = s.get_one(CodingRound, bench.round_id), s.get_one(Source, bench.entries[0].source_id)
        service.mark_text(s, bench.b, found, source, done=True)
        entries.bin_entry(s, bench.boss, s.get_one(Entry, bench.entries[1].id, options=_with_source()))
        coding.remove_coding(s, bench.a, s.get_one(Coding, made))
        s.delete(s.get_one(Membership, (bench.project.id, bench.a.user_id)))
    assert cells(bench.b)[1] == ("done", 0, False)
    with reading() as s:
        board = board_of(s, bench.boss, s.get_one(CodingRound, bench.round_id))
        assert [row.is_binned for row in board.rows] == [False, True]
        assert {coder.id: coder.is_member for coder in board.coders} == {bench.a.user_id: False, bench.b.user_id: True}
    with transaction() as s:
        found, source = s.get_one(CodingRound, bench.round_id), s.get_one(Source, bench.entries[0].source_id)
        for _ in range(2):
            service.mark_text(s, bench.b, found, source, done=False)
    assert cells(bench.b)[1][0] == "none"
    bench.close()
    with reading() as s:
        comparison = comparison_of(s, bench.boss, s.get_one(CodingRound, bench.round_id))
        assert (len(comparison.texts), comparison.left_out) == (1, 1)


def _with_source() -> list[Any]:
    from sqlalchemy.orm import joinedload  # noqa: PLC0415

    return [joinedload(Entry.source)]


def test_a_round_is_changed_while_nothing_is_coded_and_closed_and_opened_again(make: Make) -> None:
    bench = make_bench(make)
    third = make.member(bench.project, Role.RESEARCHER)

    def change(who: Caller | None = None, **data: Any) -> None:
        with transaction() as s:
            found = s.get_one(CodingRound, bench.round_id)
            service.change_round(s, who or bench.boss, found, RoundPatch.model_validate(data))

    change(unit="sentence", name="รอบใหม่", code_ids=[bench.codes["การออม"]])
    change(unit="free", code_ids=[])
    with pytest.raises(Forbidden):
        change(bench.a, name="ของฉัน")
    with pytest.raises(Invalid):
        change(name=" ")
    bench.code(bench.a, "กลุ่มออมเงิน", "การออม")
    with pytest.raises(Conflict, match="has coded in this round"):
        change(unit="paragraph")
    with pytest.raises(Conflict, match="with codings stay"):
        change(entry_ids=[bench.entries[1].id])
    with pytest.raises(Conflict, match="with codings stay"):
        change(coder_ids=[bench.b.user_id, third.user_id])
    more = make_entry(bench.project, bench.boss, title="อีกบันทึก", body="อีกข้อความ")
    secret = make_entry(bench.project, bench.boss, title="ลับ", visibility="supervisors")
    with pytest.raises(Invalid):
        change(entry_ids=[*(entry.id for entry in bench.entries), secret.id])
    change(entry_ids=[bench.entries[0].id, more.id], coder_ids=[bench.a.user_id, bench.b.user_id, third.user_id])
    with reading() as s:
        board = board_of(s, bench.boss, s.get_one(CodingRound, bench.round_id))
        assert [row.root_id for row in board.rows] == [bench.entries[0].source_id, more.source_id]
        assert len(board.coders) == 3
    with pytest.raises(Invalid):
        change(coder_ids=[bench.a.user_id])


def test_a_round_is_closed_once_and_opened_again_until_something_is_settled(make: Make) -> None:
    bench = make_bench(make)
    bench.code(bench.a, "กลุ่มออมเงิน", "การออม")
    with transaction() as s, pytest.raises(Conflict, match="it stays"):
        service.delete_round(s, bench.boss, s.get_one(CodingRound, bench.round_id))
    for verb, who, error in ((service.close_round, bench.a, Forbidden), (service.reopen_round, bench.a, Forbidden)):
        with transaction() as s, pytest.raises(error):
            verb(s, who, s.get_one(CodingRound, bench.round_id))
    with transaction() as s:
        found = s.get_one(CodingRound, bench.round_id)
        assert service.reopen_round(s, bench.boss, found).reopened is None  # it was open
        closed = service.close_round(s, bench.boss, found).closed
        assert service.close_round(s, bench.boss, found).closed == closed
    with transaction() as s:
        found = s.get_one(CodingRound, bench.round_id)
        with pytest.raises(Conflict, match="is closed"):
            service.change_round(s, bench.boss, found, RoundPatch(entry_ids=[bench.entries[0].id]))
        service.change_round(s, bench.boss, found, RoundPatch(purpose="จดไว้ภายหลัง"))
    with transaction() as s:
        found = s.get_one(CodingRound, bench.round_id)
        again = service.reopen_round(s, bench.boss, found)
        assert (again.state, again.closed) == ("open", None)
        assert again.reopened is not None
    bench.code(bench.b, "กลุ่มออมเงิน", "การออม")
    bench.close()
    with transaction() as s:
        settling.accept_agreed(s, bench.boss, s.get_one(CodingRound, bench.round_id))
        with pytest.raises(Conflict, match="settled already"):
            service.reopen_round(s, bench.boss, s.get_one(CodingRound, bench.round_id))


def test_codings_of_a_round_go_with_an_edit_and_are_compared_where_they_stand_now(make: Make) -> None:
    bench = make_bench(make)
    bench.code(bench.a, "หนี้ของครัวเรือน", "หนี้สิน")
    bench.code(bench.b, "หนี้ของครัวเรือน", "หนี้สิน")
    bench.code(bench.a, "ทุกคนพอใจ", "แกนนำ")
    bench.close()
    with transaction() as s:
        entry = s.get_one(Entry, bench.entries[0].id, options=_with_source())
        body = "ขึ้นต้นใหม่ หนี้ของครัวเรือนลดลงในสองปี"
        coding.save_entry(s, bench.boss, entry, EntryPatch(body=body), base_no=1)
    first, lost = judged(bench)
    assert (first.case.kind, lost.case.kind) == ("same", "lost")
    assert case_out(first).codings[0].quote == "หนี้ของครัวเรือน"
    assert case_out(lost).codings[0].quote == "ทุกคนพอใจ"
    with pytest.raises(Invalid, match="no longer in the text"):
        settle(bench, lost, "all")
    settle(bench, lost, "none")
    with reading() as s:
        matrix = units_out(s, bench.boss, s.get_one(CodingRound, bench.round_id))
        text = matrix.texts[0]
        assert text.revision == 2
        assert sum(unit.length for unit in text.units) == text.length == len(body)
        both = [unit for unit in text.units if all(unit.codes.values())]
        assert [(body[unit.start : unit.end], unit.codes[bench.a.user_id or 0]) for unit in both] == [
            ("หนี้ของครัวเรือน", [bench.codes["หนี้สิน"]])
        ]
        assert matrix.codes == [bench.codes["หนี้สิน"], bench.codes["แกนนำ"]]
    with transaction() as s:
        coding.retire_code(s, bench.boss, s.get_one(coding_code(), bench.codes["หนี้สิน"]))
        agreed = settling.accept_agreed(s, bench.boss, s.get_one(CodingRound, bench.round_id))
        assert agreed == settling.Agreed(0, ["หนี้สิน"])


def coding_code() -> Any:
    from kmwiki.coding.models import Code  # noqa: PLC0415

    return Code


def test_who_codes_a_text_blind_in_a_second_round_waits_to_see_the_first(make: Make) -> None:
    bench = make_bench(make)
    first = bench.code(bench.a, "เงินวันละบาท", "การออม", note=1)
    bench.code(bench.b, "วันละบาท", "หนี้สิน", note=1)
    bench.close()
    third = make.member(bench.project, Role.RESEARCHER)
    with transaction() as s:
        coders = [bench.a.user_id or 0, third.user_id or 0]
        data = RoundIn(name="รอบที่สอง", entry_ids=[bench.entries[1].id], coder_ids=coders)
        service.create_round(s, bench.boss, bench.project, data)
    case = judged(bench)[0]
    assert judged(bench, bench.a) == []
    with reading() as s:
        found = s.get_one(CodingRound, bench.round_id)
        assert comparison_of(s, third, found).left_out == 1
        assert [text.entry_id for text in units_out(s, third, found).texts] == [bench.entries[0].id]
        assert units_out(s, bench.b, found).codes
        assert on_desk(s, bench.a, bench.entries[1], found.id) == [first]
    with pytest.raises(NotFound):
        settle(bench, case, "none", bench.a)
    settle(bench, case, "none", bench.b)
    with reading() as s:
        found = s.get_one(CodingRound, bench.round_id)
        assert decisions_csv(s, bench.a, found, ["x"], _words()).count("คุยกันแล้ว") == 0
        assert decisions_csv(s, bench.b, found, ["x"], _words()).count("คุยกันแล้ว") == 2


def test_comments_of_a_text_are_coded_and_compared_with_it(make: Make) -> None:
    bench = make_bench(make)
    with transaction() as s:
        root = s.get_one(Source, bench.entries[1].source_id)
        said = add_comment(s, bench.boss, root, body="แกนนำคนเดียวไม่พอ").source_id
        add_comment(s, bench.boss, root, body="ไม่มีใครลงรหัสตรงนี้")
        for who, end in ((bench.a, 5), (bench.b, 7)):
            words = "แกนนำคนเดียว"[:end]
            data = CodingIn(code_id=bench.codes["แกนนำ"], start=0, end=end, quote=words, round_id=bench.round_id)
            coding.add_coding(s, who, s.get_one(Source, said), data)
    bench.close()
    case = judged(bench)[0]
    assert (case.case.kind, case.case.source_id, case.entry.id) == ("extent", said, bench.entries[1].id)
    settle(bench, case, "all")
    with reading() as s:
        comparison = comparison_of(s, bench.boss, s.get_one(CodingRound, bench.round_id))
        assert [text.source.kind for text in comparison.texts] == ["entry", "entry", "comment"]
        rows = rows_of(comparison.texts[2], "free")
        assert [row.is_disputed for row in rows] == [True]
        assert rows_of(comparison.texts[0], "free")[0].is_bare
        made = s.query(Coding).filter(Coding.source_id == said, Coding.round_id.is_(None)).all()
        assert sorted(row.ev_quote for row in made) == ["แกนนำ", "แกนนำคน"]


def test_search_tells_who_codes_blind_of_their_own_codes_alone(make: Make) -> None:
    bench = make_bench(make)
    bench.code(bench.a, "หนี้ของครัวเรือน", "หนี้สิน", round_id=None, voice="informant")
    bench.code(bench.b, "ทุกคนพอใจ", "แกนนำ", round_id=None, voice="author")
    bench.code(bench.b, "เงินวันละบาท", "การออม", note=1, round_id=None)
    Worker(job_kinds()).drain()

    def found(who: Caller, query: str, **more: list[str]) -> tuple[list[str], dict[str, int], dict[str, int]]:
        with reading() as s:
            asked = {"q": [query], "facets": ["code", "voice"], **more}
            told = find(s, who, bench.project, read_request(s, bench.project.id, asked))
            names = {str(code_id): name for name, code_id in bench.codes.items()}
            codes = {names.get(one.value, one.value): one.count for one in told.facets["code"] if one.count}
            voices = {one.value: one.count for one in told.facets["voice"] if one.count}
            return [" ".join(names[str(code)] for code in hit.codes) for hit in told.hits], codes, voices

    assert found(bench.a, "ครัวเรือน") == (["หนี้สิน"], {"หนี้สิน": 1}, {"informant": 1})
    hits, codes, voices = found(bench.boss, "ครัวเรือน")
    assert (set(hits[0].split()), codes) == ({"หนี้สิน", "แกนนำ"}, {"หนี้สิน": 1, "แกนนำ": 1})
    assert voices == {"informant": 1, "author": 1}
    ids = {name: [str(code_id)] for name, code_id in bench.codes.items()}
    for who, seen in ((bench.a, 0), (bench.boss, 1)):
        assert len(found(who, "ครัวเรือน", code=ids["แกนนำ"])[0]) == seen
        assert len(found(who, "ครัวเรือน", voice=["author"])[0]) == seen
        assert len(found(who, "code:แกนนำ")[0]) == seen
    assert len(found(bench.a, "ครัวเรือน", code=ids["หนี้สิน"])[0]) == 1
    assert found(bench.a, "ครัวเรือน", code=["none"])[0] == []
    assert found(bench.a, "วันละบาท", code=["none"])[1] == {"none": 1}, "B's code on it is not known"
    assert len(found(bench.a, "วันละบาท", code=["none"])[0]) == 1
    assert found(bench.boss, "วันละบาท", code=["none"])[0] == []
    bench.close()
    assert found(bench.a, "ครัวเรือน")[1] == {"หนี้สิน": 1, "แกนนำ": 1}
