"""The codebook: a tree of codes whose every change is a version with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from kmwiki.coding import service
from kmwiki.coding.codebook import counts
from kmwiki.coding.codebook.starter import install_starter, read_starter
from kmwiki.coding.codebook.tree import MAX_DEPTH, ancestors_of
from kmwiki.coding.codebook.versions import last_change, version_of
from kmwiki.coding.models import Code, CodeAncestor, CodebookChange, CodeVersion, Coding
from kmwiki.coding.schemas import CodeIn, CodePatch
from kmwiki.db import session, transaction
from kmwiki.errors import Conflict, Forbidden, Invalid, KmwikiError, NotFound
from kmwiki.events.models import Event
from kmwiki.sources.models import Source
from tests.make_coding import make_desk

if TYPE_CHECKING:
    from tests.make import Make
    from tests.make_coding import Desk


@pytest.fixture
def desk(make: Make) -> Desk:
    """A project with an entry, a coder and a code."""
    return make_desk(make)


def fresh(code: Code) -> Code:
    """The code as the database has it."""
    with session() as s:
        return s.get_one(Code, code.id)


def refusal(desk: Desk, code: Code, **change: object) -> KmwikiError:
    """Try to edit a code and return the refusal."""
    with pytest.raises(KmwikiError) as caught, transaction() as s:
        service.edit_code(s, desk.coder, s.get_one(Code, code.id), CodePatch.model_validate(change))
    return caught.value


def test_a_new_code_is_trimmed_gets_a_guid_a_colour_and_a_version(desk: Desk) -> None:
    code = desk.more_code("  ฌาปนกิจ ", aliases=["ค่าทำศพ", " ค่าทำศพ", ""], reason="พบบ่อย")
    assert (code.name_th, code.aliases) == ("ฌาปนกิจ", ["ค่าทำศพ"])
    assert len(code.guid) == 36
    assert (code.color, code.pattern) != (desk.code.color, desk.code.pattern)
    with session() as s:
        change = s.get_one(CodebookChange, (desk.project.id, version_of(s, code)))
    assert (change.verb, change.reason, change.author_id) == ("code.created", "พบบ่อย", desk.coder.user_id)


def test_a_code_needs_a_name_and_one_that_its_place_does_not_hold_yet(desk: Desk) -> None:
    with pytest.raises(Invalid), transaction() as s:
        service.create_code(s, desk.coder, desk.project, CodeIn(name_th="  "))
    with pytest.raises(Conflict), transaction() as s:
        service.create_code(s, desk.coder, desk.project, CodeIn(name_th=" การออม"))
    assert desk.more_code("การออม", parent_id=desk.more_code("หมวด").id).id


def test_only_who_may_edit_the_codebook_does(desk: Desk) -> None:
    commenter, stranger = desk.make.member(desk.project, "commenter"), make_desk(desk.make).coder
    with pytest.raises(Forbidden), transaction() as s:
        service.create_code(s, commenter, desk.project, CodeIn(name_th="ใหม่"))
    with pytest.raises(NotFound), transaction() as s:
        service.edit_code(s, stranger, s.get_one(Code, desk.code.id), CodePatch(name_th="ใหม่"))
    with pytest.raises(Forbidden), transaction() as s:
        service.merge_codes(s, commenter, s.get_one(Code, desk.code.id), s.get_one(Code, desk.code.id))
    with pytest.raises(Forbidden), transaction() as s:
        install_starter(s, commenter, desk.project)


def test_a_new_name_keeps_the_old_one_as_an_alias_and_makes_a_version(desk: Desk) -> None:
    with transaction() as s:
        patch = CodePatch(name_th="ออมทรัพย์", definition="เก็บเงินร่วมกัน", is_codable=False, color=4, reason="ตรงกว่า")
        service.edit_code(s, desk.coder, s.get_one(Code, desk.code.id), patch)
    now = fresh(desk.code)
    assert (now.name_th, now.aliases, now.color, now.is_codable) == ("ออมทรัพย์", ["การออม"], 4, False)
    with session() as s:
        rows = counts.versions_of(s, now)
    assert [row[1].reason for row in rows] == ["ตรงกว่า", ""]
    assert [row[0].data["name_th"] for row in rows] == ["ออมทรัพย์", "การออม"]
    assert rows[0][2] == desk.coder.name


def test_an_edit_that_changes_nothing_makes_no_version(desk: Desk) -> None:
    with session() as s:
        before = last_change(s, desk.project.id)
    with transaction() as s:
        service.edit_code(s, desk.coder, s.get_one(Code, desk.code.id), CodePatch(name_th="การออม", aliases=[]))
    with session() as s:
        assert last_change(s, desk.project.id) == before


def test_an_edit_of_a_code_that_somebody_has_changed_meanwhile_is_refused(desk: Desk) -> None:
    with session() as s:
        base = version_of(s, desk.code)
    with transaction() as s:
        service.edit_code(s, desk.coder, s.get_one(Code, desk.code.id), CodePatch(definition="หนึ่ง"), base_no=base)
    with pytest.raises(Conflict), transaction() as s:
        service.edit_code(s, desk.coder, s.get_one(Code, desk.code.id), CodePatch(definition="สอง"), base_no=base)


def test_a_moved_code_takes_its_own_along_and_roll_up_follows(desk: Desk) -> None:
    top, other = desk.more_code("บน", is_codable=False), desk.more_code("อีกหมวด", is_codable=False)
    middle = desk.more_code("กลาง", parent_id=top.id)
    leaf = desk.more_code("ใบ", parent_id=middle.id)
    desk.add("ปีแรก", leaf)
    desk.add("ปีแรก", middle)
    with session() as s:
        assert [code.name_th for code in ancestors_of(s, leaf)] == ["บน", "กลาง"]
    with transaction() as s:
        service.edit_code(s, desk.coder, s.get_one(Code, middle.id), CodePatch(parent_id=other.id))
    with session() as s:
        assert [code.name_th for code in ancestors_of(s, leaf)] == ["อีกหมวด", "กลาง"]
        nodes = {node.code.name_th: node for node, _ in counts.flat(counts.tree_of(s, desk.coder, desk.project.id))}
    assert (nodes["อีกหมวด"].below, nodes["บน"].below, nodes["กลาง"].count, nodes["กลาง"].below) == (2, 0, 1, 2)
    with transaction() as s:
        service.move_code(s, desk.coder, s.get_one(Code, middle.id), parent_id=None, position=0)
    with session() as s:
        assert counts.tree_of(s, desk.coder, desk.project.id)[0].code.id == middle.id
        rows = s.scalars(select(CodeAncestor).where(CodeAncestor.code_id == leaf.id)).all()
    assert {(row.ancestor_id, row.depth) for row in rows} == {(leaf.id, 0), (middle.id, 1)}


def test_a_code_cannot_stand_under_itself_its_own_or_too_deep(desk: Desk) -> None:
    below = desk.more_code("ลูก", parent_id=desk.code.id)
    assert isinstance(refusal(desk, desk.code, parent_id=below.id), Invalid)
    assert isinstance(refusal(desk, desk.code, parent_id=desk.code.id), Invalid)
    assert isinstance(refusal(desk, desk.code, parent_id=make_desk(desk.make).code.id), NotFound)
    deepest = below
    for level in range(MAX_DEPTH - 2):
        deepest = desk.more_code(f"ชั้น {level}", parent_id=deepest.id)
    with pytest.raises(Invalid), transaction() as s:
        service.create_code(s, desk.coder, desk.project, CodeIn(name_th="ลึกไป", parent_id=deepest.id))
    tall = desk.more_code("อีกต้น")
    assert isinstance(refusal(desk, desk.code, parent_id=tall.id), Invalid)


def test_a_retired_code_keeps_its_codings_and_can_be_used_again(desk: Desk) -> None:
    parent = desk.more_code("หมวด")
    child = desk.more_code("ลูก", parent_id=parent.id)
    coding = desk.add("ปีแรก", child)
    with pytest.raises(Conflict), transaction() as s:
        service.retire_code(s, desk.coder, s.get_one(Code, parent.id))
    with transaction() as s:
        service.retire_code(s, desk.coder, s.get_one(Code, child.id), reason="ไม่ใช้")
        service.retire_code(s, desk.coder, s.get_one(Code, parent.id))
    assert desk.reread(coding).deleted is None
    assert isinstance(refusal(desk, child, name_th="ใหม่"), Conflict)
    assert isinstance(refusal(desk, desk.code, parent_id=parent.id), Conflict)
    with session() as s:
        assert [code.id for code in counts.retired_codes(s, desk.project.id)] == [child.id, parent.id]
    with transaction() as s:
        service.revive_code(s, desk.coder, s.get_one(Code, child.id))
    assert (fresh(child).state, fresh(child).parent_id) == ("live", None)
    with pytest.raises(Conflict), transaction() as s:
        service.revive_code(s, desk.coder, s.get_one(Code, child.id))


def test_a_merge_takes_codings_names_and_codes_below_along(desk: Desk) -> None:
    old = desk.more_code("เก็บออม", name_en="Thrift", aliases=["หยอดกระปุก"])
    child = desk.more_code("ออมวันละบาท", parent_id=old.id)
    moved = desk.add("ปีแรก", old)
    twice, kept = desk.add("สองหมู่บ้าน", old, memo="ข"), desk.add("สองหมู่บ้าน", memo="ก")
    with transaction() as s:
        service.merge_codes(s, desk.coder, s.get_one(Code, old.id), s.get_one(Code, desk.code.id), reason="เรื่องเดียวกัน")
    assert desk.reread(moved).code_id == desk.code.id
    assert desk.reread(twice).deleted is not None
    assert desk.reread(kept).memo == "ก\n\nข"
    assert fresh(child).parent_id == desk.code.id
    assert set(fresh(desk.code).aliases) == {"เก็บออม", "Thrift", "หยอดกระปุก"}
    assert (fresh(old).state, fresh(old).merged_into) == ("merged", desk.code.id)
    with session() as s:
        event = s.scalars(select(Event).where(Event.verb == "code.merged")).one()
    assert (event.data["codings"], event.data["doubled"]) == ([moved.id], [twice.id])


def test_merges_that_make_no_sense_are_refused(desk: Desk) -> None:
    child, foreign = desk.more_code("ลูก", parent_id=desk.code.id), make_desk(desk.make).code
    heading = desk.more_code("หมวด", is_codable=False)
    desk.add("ปีแรก")
    wanted = {desk.code.id: Invalid, child.id: Conflict, foreign.id: NotFound, heading.id: Conflict}
    for into, kind in wanted.items():
        with pytest.raises(kind), transaction() as s:
            service.merge_codes(s, desk.coder, s.get_one(Code, desk.code.id), s.get_one(Code, into))
    with transaction() as s:
        service.retire_code(s, desk.coder, s.get_one(Code, child.id))
    with pytest.raises(Conflict), transaction() as s:
        service.merge_codes(s, desk.coder, s.get_one(Code, desk.code.id), s.get_one(Code, child.id))


def test_counts_tell_only_what_the_caller_may_read(desk: Desk) -> None:
    desk.add("ปีแรก")
    colleague = desk.make.member(desk.project)
    with session() as s:
        assert counts.counts(s, colleague, desk.project.id) == {desk.code.id: 1}
        assert counts.use_of(s, colleague, desk.code) == counts.Use(1, 1, 1)
    with transaction() as s:
        s.get_one(Source, desk.source_id).audience = "private"
    with session() as s:
        assert counts.counts(s, colleague, desk.project.id) == {}
        assert counts.counts(s, desk.coder, desk.project.id) == {desk.code.id: 1}


def test_the_starter_codebook_fills_an_empty_project_once(make: Make) -> None:
    project = make.project()
    owner = make.member(project, "owner")
    with transaction() as s:
        codes = install_starter(s, owner, project)
    assert len(codes) == len(read_starter())
    with session() as s:
        changes, total = counts.changes(s, project.id)
        versions = s.scalars(select(CodeVersion).where(CodeVersion.project_id == project.id)).all()
        pairs = [(code.color, code.pattern) for code in codes.values() if code.is_codable]
    assert (total, changes[0].verb, len(versions)) == (1, "codebook.installed", len(codes))
    assert len(set(pairs)) == len(pairs)
    assert all(code.name_en and code.definition for code in codes.values() if code.is_codable)
    with pytest.raises(Conflict), transaction() as s:
        install_starter(s, owner, project)


def test_a_merged_or_missing_parent_cannot_be_chosen(desk: Desk) -> None:
    with pytest.raises(NotFound), transaction() as s:
        service.create_code(s, desk.coder, desk.project, CodeIn(name_th="ก", parent_id=99999))
    assert not desk.make.caller(desk.make.user()).roles
    with session() as s:
        assert s.scalars(select(Coding)).all() == []
