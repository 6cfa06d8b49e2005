"""Undoing every change of a codebook: what comes back, what stays, and what stands in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmwiki.coding import service
from kmwiki.coding.codebook import groups
from kmwiki.coding.codebook.past import compare, states_at
from kmwiki.coding.codebook.tree import live_codes
from kmwiki.coding.codebook.undo_plan import three_way
from kmwiki.coding.codebook.versions import last_change, members_of
from kmwiki.coding.models import BatchCoding, Code, CodeAncestor, CodebookChange, Coding, CodingBatch
from kmwiki.coding.schemas import CodeIn, CodePatch, CodingPatch, GroupIn, GroupPatch
from kmwiki.db import session, transaction
from kmwiki.errors import Conflict, Forbidden, NotFound
from kmwiki.security.policy import NOBODY, Permission, Role
from tests.make_coding import Desk, make_desk

if TYPE_CHECKING:
    from kmwiki.security.policy import Caller
    from tests.make import Make


@pytest.fixture
def desk(make: Make) -> Desk:
    return make_desk(make)


def undo(desk: Desk, no: int | None = None, by: Caller | None = None) -> int:
    with transaction() as s:
        wanted = last_change(s, desk.project.id) if no is None else no
        return service.undo_change(s, by or desk.coder, desk.project, wanted)[0]


def newest(desk: Desk) -> int:
    with session() as s:
        return last_change(s, desk.project.id)


def now(code: Code) -> Code:
    with session() as s:
        return s.get_one(Code, code.id)


def edit(desk: Desk, code: Code, by: Caller | None = None, **values: object) -> int:
    with transaction() as s:
        service.edit_code(s, by or desk.coder, s.get_one(Code, code.id), CodePatch.model_validate(values))
        return last_change(s, desk.project.id)


def merge(desk: Desk, code: Code, into: Code) -> int:
    with transaction() as s:
        service.merge_codes(s, desk.coder, s.get_one(Code, code.id), s.get_one(Code, into.id))
        return last_change(s, desk.project.id)


def same_as_at(desk: Desk, no: int) -> bool:
    """Whether the codebook is what it was at a version."""
    with session() as s:
        old = states_at(s, desk.project.id, no)
        return not compare(old, states_at(s, desk.project.id, newest(desk)))


def test_an_edit_comes_back_field_by_field_and_what_others_changed_besides_stays(desk: Desk, make: Make) -> None:
    other = make.member(desk.project)
    edited = edit(desk, desk.code, name_th="ออมทรัพย์", definition="เก็บเงิน", aliases=["เก็บ"])
    edit(desk, desk.code, by=other, include="พูดถึงเงิน", aliases=["เก็บ", "การออม", "สะสม"])
    undo(desk, edited)
    code = now(desk.code)
    assert (code.name_th, code.definition, code.include) == ("การออม", "", "พูดถึงเงิน")
    assert code.aliases == ["สะสม"]


def test_what_another_has_changed_since_is_a_conflict_that_names_what_and_who(desk: Desk, make: Make) -> None:
    other = make.member(desk.project)
    edited = edit(desk, desk.code, definition="ก")
    later = edit(desk, desk.code, by=other, definition="ข")
    with pytest.raises(Conflict) as caught:
        undo(desk, edited)
    told = caught.value.details["clashes"]
    assert told == [
        {"code_id": desk.code.id, "kind": "changed", "name": "การออม", "field": "definition", "by": other.name,
         "version": later}
    ]  # fmt: skip
    assert other.name in str(caught.value.message)
    undo(desk, later)
    undo(desk, edited)
    assert not now(desk.code).definition


def test_undo_is_a_version_and_undoing_it_brings_the_change_back(desk: Desk) -> None:
    edited = edit(desk, desk.code, definition="ก")
    undone = undo(desk, edited)
    assert undone == newest(desk)
    with pytest.raises(Conflict, match="undone already"):
        undo(desk, edited)
    undo(desk, undone)
    assert now(desk.code).definition == "ก"
    undo(desk, edited)  # it is in force again, so it can be undone again
    assert not now(desk.code).definition
    with pytest.raises(NotFound):
        undo(desk, 999)


def test_who_may_not_change_the_codebook_may_not_undo(desk: Desk, make: Make) -> None:
    with pytest.raises(Forbidden):
        undo(desk, by=make.member(desk.project, Role.COMMENTER))
    with pytest.raises(NotFound):
        undo(desk, by=NOBODY)


def test_a_merge_comes_back_with_codings_names_children_and_groups(desk: Desk) -> None:
    into = desk.more_code("เงินออม")
    below = desk.more_code("ออมรายวัน", parent_id=desk.code.id)
    kept, both, twin = desk.add("ออมวันละบาท"), desk.add("สองหมู่บ้าน", memo="ของเดิม"), desk.add("สองหมู่บ้าน", into, memo="คู่")
    with transaction() as s:
        group = groups.create_group(s, desk.coder, desk.project, GroupIn(name="เงิน", code_ids=[desk.code.id]))
    base = newest(desk)
    merged = merge(desk, desk.code, into)
    assert desk.reread(twin).memo == "คู่\n\nของเดิม"
    with session() as s:
        assert members_of(s, [group.id])[group.id] == {into.id}
    removed, recoded = desk.add("จ่ายค่าทำศพ", into), desk.add("คนจึงสมัครเพิ่ม", into)
    undone = undo(desk, merged)
    assert same_as_at(desk, base)
    assert now(desk.code).state == "live"
    assert not now(into).aliases
    assert now(below).parent_id == desk.code.id
    assert desk.reread(kept).code_id == desk.code.id
    assert desk.reread(both).deleted is None
    assert (desk.reread(twin).memo, desk.reread(both).memo) == ("คู่", "ของเดิม")
    assert {desk.reread(each).code_id for each in (removed, recoded)} == {into.id}  # made since: they stay
    with session() as s:
        assert members_of(s, [group.id])[group.id] == {desk.code.id}
        assert s.get(CodeAncestor, (desk.code.id, below.id)) is not None
    undo(desk, undone)
    assert now(desk.code).merged_into == into.id
    assert desk.reread(kept).code_id == into.id
    assert desk.reread(both).deleted is not None
    assert desk.reread(twin).memo == "คู่\n\nของเดิม"


def test_codings_recoded_or_removed_since_a_merge_are_left_as_they_are(desk: Desk) -> None:
    into, third = desk.more_code("เงินออม"), desk.more_code("อื่น")
    recoded, removed, twinned = desk.add("ออมวันละบาท"), desk.add("สองหมู่บ้าน"), desk.add("คนจึงสมัครเพิ่ม")
    twin = desk.add("คนจึงสมัครเพิ่ม", into)
    merged = merge(desk, desk.code, into)
    with transaction() as s:
        service.change_coding(s, desk.coder, s.get_one(Coding, recoded.id), CodingPatch(code_id=third.id))
        service.remove_coding(s, desk.coder, s.get_one(Coding, removed.id))
        service.remove_coding(s, desk.coder, s.get_one(Coding, twin.id))
    desk.save("ย่อหน้าใหม่\n\n" + desk.text())
    with transaction() as s:
        _, over = service.undo_change(s, desk.coder, desk.project, merged)
    assert sorted(over.left) == sorted([recoded.id, twinned.id])
    assert desk.reread(recoded).code_id == third.id
    assert (desk.reread(removed).code_id, desk.reread(removed).deleted is None) == (desk.code.id, False)
    assert desk.reread(twinned).deleted is not None  # who removed the joined one wanted none there
    with transaction() as s:  # and what was removed can be brought back, under its former code
        service.restore_coding(s, desk.coder, s.get_one(Coding, removed.id))


def test_a_merge_of_a_merge_is_undone_from_the_last_one_back(desk: Desk) -> None:
    second, third = desk.more_code("เงินออม"), desk.more_code("เงินทุน")
    coding = desk.add("ออมวันละบาท")
    first_merge, second_merge = merge(desk, desk.code, second), merge(desk, second, third)
    with pytest.raises(Conflict, match="เงินออม"):
        undo(desk, first_merge)
    undo(desk, second_merge)
    undo(desk, first_merge)
    assert desk.reread(coding).code_id == desk.code.id


def test_a_split_goes_back_and_the_new_code_is_gone(desk: Desk) -> None:
    first, second = desk.add("ออมวันละบาท"), desk.add("สองหมู่บ้าน")
    with transaction() as s:
        made, over = service.split_code(
            s,
            desk.coder,
            s.get_one(Code, desk.code.id),
            CodeIn(name_th="ออมรายวัน"),
            [first.id, 987654],
            reason="คนละเรื่อง",
        )
    assert over.left == [987654]
    assert (desk.reread(first).code_id, desk.reread(second).code_id) == (made.id, desk.code.id)
    undone = undo(desk)
    assert desk.reread(first).code_id == desk.code.id
    assert now(made).state == "undone"
    undo(desk, undone)
    assert (now(made).state, desk.reread(first).code_id) == ("live", made.id)
    desk.add("คนจึงสมัครเพิ่ม", made)
    with pytest.raises(Conflict, match="1 that you can read"):
        undo(desk)


def test_moves_order_retiring_and_making_are_undone(desk: Desk) -> None:
    second, third = desk.more_code("สอง"), desk.more_code("สาม")
    with transaction() as s:
        service.move_code(s, desk.coder, s.get_one(Code, third.id), parent_id=None, position=0)
    moved = newest(desk)
    with session() as s:
        assert [code.id for code in live_codes(s, desk.project.id)] == [third.id, desk.code.id, second.id]
    undo(desk, moved)
    with session() as s:
        assert [code.id for code in live_codes(s, desk.project.id)] == [desk.code.id, second.id, third.id]
    with transaction() as s:
        service.move_code(s, desk.coder, s.get_one(Code, third.id), parent_id=second.id)
    under = newest(desk)
    with pytest.raises(Conflict, match="สาม"):  # its child hinders the undo of making its parent
        undo(desk, under - 3)
    undo(desk, under)
    assert now(third).parent_id is None
    with transaction() as s:
        service.retire_code(s, desk.coder, s.get_one(Code, third.id))
    retired = newest(desk)
    fourth = desk.more_code("สาม")
    with pytest.raises(Conflict, match="two called"):
        undo(desk, retired)
    undo(desk)
    assert now(fourth).state == "undone"
    undo(desk, retired)
    assert now(third).state == "live"


def test_undoing_a_move_back_under_a_code_that_is_out_of_use_or_into_a_loop_is_refused(desk: Desk) -> None:
    second = desk.more_code("สอง", parent_id=desk.code.id)
    out = edit(desk, second, parent_id=None)
    back = edit(desk, desk.code, parent_id=second.id)
    with pytest.raises(Conflict, match="under itself"):
        undo(desk, out)
    undo(desk, back)
    with transaction() as s:
        service.retire_code(s, desk.coder, s.get_one(Code, desk.code.id))
    with pytest.raises(Conflict, match="no longer in use"):
        undo(desk, out)


def test_groups_are_versions_too_and_each_change_of_one_is_undone(desk: Desk) -> None:
    second = desk.more_code("สอง")
    with transaction() as s:
        group = groups.create_group(s, desk.coder, desk.project, GroupIn(name="กลุ่ม", code_ids=[desk.code.id]))
    made = newest(desk)

    def change(**values: object) -> int:
        with transaction() as s:
            found = groups.group_for(s, desk.coder, group.id, Permission.EDIT_CODEBOOK)
            groups.edit_group(s, desk.coder, found, GroupPatch.model_validate(values))
        return newest(desk)

    renamed = change(name="กลุ่มใหม่", code_ids=[second.id])
    change(code_ids=[second.id, desk.code.id])
    undo(desk, renamed)
    with session() as s:
        row = groups.groups_of(s, desk.project.id)[0]
        assert (row.name, row.code_ids) == ("กลุ่ม", (desk.code.id,))
        assert groups.codes_of_group(s, desk.project.id, group.id) == {desk.code.id}
    assert change(name="กลุ่ม") == newest(desk)  # nothing new in it, so no version either
    with transaction() as s:
        groups.delete_group(s, desk.coder, groups.group_for(s, desk.coder, group.id, Permission.READ))
    deleted = newest(desk)
    with pytest.raises(Conflict, match="กลุ่ม"):
        undo(desk, made)
    undo(desk, deleted)
    with session() as s:
        assert [row.name for row in groups.groups_of(s, desk.project.id)] == ["กลุ่ม"]


def test_lists_are_undone_item_by_item() -> None:
    assert three_way(["ก"], ["ก", "ข"], ["ก", "ข"]) == ["ก"]
    assert three_way(["ก"], ["ก", "ข"], ["ค", "ข", "ก"]) == ["ค", "ก"]
    assert three_way(["ก", "ข"], ["ข"], ["ข", "ค"]) == ["ข", "ค", "ก"]
    assert three_way(["ก"], [], ["ก"]) == ["ก"]


def test_a_merge_of_before_is_undone_from_the_log_and_what_it_made_count_waits_again(desk: Desk) -> None:
    into = desk.more_code("เงินออม")
    moved, joined, twin = desk.add("ออมวันละบาท"), desk.add("สองหมู่บ้าน", memo="ก"), desk.add("สองหมู่บ้าน", into)
    with transaction() as s:
        batch = CodingBatch(
            project_id=desk.project.id, coder_id=desk.coder.user_id, code_id=into.id, key="k", query={}, unit="match"
        )
        s.add(batch)
        s.flush()
        s.add(BatchCoding(coding_id=twin.id, batch_id=batch.id))
        s.get_one(Coding, twin.id).status = "auto"
    merged = merge(desk, desk.code, into)
    assert (desk.reread(twin).status, desk.reread(twin).memo) == ("accepted", "ก")
    back = undo(desk, merged)
    assert (desk.reread(twin).status, desk.reread(twin).memo) == ("auto", "")
    undo(desk, back)
    with transaction() as s:  # as merges were written before they kept which codings went
        s.get_one(CodebookChange, (desk.project.id, newest(desk))).kept = None
        change = s.get_one(CodebookChange, (desk.project.id, merged))
        change.kept, again = None, newest(desk)
        s.get_one(CodebookChange, (desk.project.id, back)).undoes = None
        s.get_one(CodebookChange, (desk.project.id, again)).undoes = None
    undo(desk, merged)
    assert desk.reread(moved).code_id == desk.code.id
    assert desk.reread(joined).deleted is None


def test_what_was_coded_while_a_merge_was_undone_goes_over_when_it_is_in_force_again(desk: Desk) -> None:
    other = desk.more_code("เก็บเงิน")
    first = desk.add("ออมวันละบาท", other)
    merged = merge(desk, other, desk.code)
    undone = undo(desk, merged)
    later = desk.add("จ่ายค่าทำศพ", other)
    again = undo(desk, undone)
    assert now(other).state == "merged"
    assert [desk.reread(each).code_id for each in (first, later)] == [desk.code.id] * 2
    undo(desk, again)
    assert [desk.reread(each).code_id for each in (first, later)] == [other.id] * 2
