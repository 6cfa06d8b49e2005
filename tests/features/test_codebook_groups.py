"""Groups in files, imports undone and done again, live examples and their readers, the codebook as a Word file."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from docx import Document
from lxml import etree

from kmwiki.coding import service
from kmwiki.coding.codebook import examples, groups
from kmwiki.coding.codebook.going_out import codebook_file, read_file
from kmwiki.coding.codebook.past import moment_of
from kmwiki.coding.codebook.taking_in import look_over, take_in
from kmwiki.coding.codebook.tree import live_codes
from kmwiki.coding.codebook.versions import last_change
from kmwiki.coding.models import Code
from kmwiki.coding.schemas import GroupIn
from kmwiki.db import now, session, transaction
from kmwiki.errors import Conflict, Forbidden, Invalid, NotFound
from kmwiki.security.policy import Role
from kmwiki.sources.models import Source
from tests.make_coding import Desk, make_desk

if TYPE_CHECKING:
    from pathlib import Path

    from kmwiki.accounts.models import Project
    from kmwiki.coding.codebook.incoming import Report
    from kmwiki.security.policy import Caller
    from tests.make import Make


@pytest.fixture
def desk(make: Make) -> Desk:
    made = make_desk(make)
    below = made.more_code("ออมรายวัน", parent_id=made.code.id, aliases=["วันละบาท;สัจจะ"])
    with transaction() as s:
        group = GroupIn(name="เงิน | ทุน", description="ไว้เขียนรายงาน", code_ids=[made.code.id, below.id])
        groups.create_group(s, made.coder, made.project, group)
    return made


def out(caller: Caller, project: Project, form: str) -> bytes:
    with transaction() as s:
        return codebook_file(s, caller, project, form)


def bring(caller: Caller, project: Project, data: bytes, form: str, *, dry: bool = False) -> Report:
    with transaction() as s:
        book = read_file(data, f"x.{form}")[1]
        return (look_over if dry else take_in)(s, caller, project, book)


def told(project: Project) -> list[tuple[str, str, list[str]]]:
    with session() as s:
        names = {code.id: code.name_th for code in live_codes(s, project.id)}
        return [
            (row.name, row.description, [names[each] for each in row.code_ids])
            for row in groups.groups_of(s, project.id)
        ]


@pytest.mark.parametrize("form", ["qdc", "csv", "xlsx"])
def test_groups_go_to_another_project_and_back_and_the_same_file_again_changes_nothing(
    desk: Desk, make: Make, refi_dir: Path, form: str
) -> None:
    data = out(desk.coder, desk.project, form)
    if form == "qdc":
        etree.XMLSchema(etree.parse(refi_dir / "Codebook.xsd")).assertValid(etree.fromstring(data))
    other = make.project()
    caller = make.member(other)
    report = bring(caller, other, data, form)
    assert [line.verdict for line in report.groups] == ["new"]
    description = "ไว้เขียนรายงาน" if form == "qdc" else ""  # a table names the groups and no more
    assert told(other) == [("เงิน | ทุน", description, ["การออม", "ออมรายวัน"])]
    with session() as s:
        assert [code.aliases for code in live_codes(s, other.id) if code.name_th == "ออมรายวัน"] == [["วันละบาท;สัจจะ"]]
        before = last_change(s, other.id)
    assert [line.verdict for line in bring(caller, other, data, form).groups] == ["same"]
    with session() as s:
        assert last_change(s, other.id) == before
    with transaction() as s:
        service.undo_change(s, caller, other, before)
    assert told(other) == []
    again = bring(caller, other, data, form)  # what an undone import has left does not stand in its way
    assert again.counts == {"new": 2}
    assert told(other) == [("เงิน | ทุน", description, ["การออม", "ออมรายวัน"])]


def test_a_group_that_cannot_be_taken_is_told_and_the_rest_is_written(desk: Desk) -> None:
    head = "ชื่อไทย,กลุ่ม\n"
    report = bring(desk.coder, desk.project, f"{head}การออม,{'ย' * 201}\nใหม่,เงิน \\| ทุน\n".encode(), "csv")
    assert [(line.verdict, len(line.added)) for line in report.groups] == [("wrong", 0), ("changed", 1)]
    assert told(desk.project)[0][2] == ["การออม", "ออมรายวัน", "ใหม่"]
    data = out(desk.coder, desk.project, "qdc")
    renamed = data.replace("เงิน | ทุน".encode(), "อีกชื่อ".encode())
    twice = renamed.replace(b"</Sets>", '<Set guid="" name="อีกชื่อ"/></Sets>'.encode())
    assert [line.verdict for line in bring(desk.coder, desk.project, twice, "qdc", dry=True).groups] == [
        "changed",
        "twice",
    ]
    bring(desk.coder, desk.project, renamed, "qdc")
    assert told(desk.project)[0][0] == "อีกชื่อ"
    with transaction() as s:
        groups.create_group(s, desk.coder, desk.project, GroupIn(name="เงิน | ทุน"))
    assert bring(desk.coder, desk.project, data, "qdc", dry=True).groups[0].verdict == "wrong"
    nameless = data.replace('name="เงิน | ทุน"'.encode(), b'name=" "')
    assert "wrong" in {line.verdict for line in bring(desk.coder, desk.project, nameless, "qdc", dry=True).groups}


def test_groups_are_refused_with_a_foreign_code_no_name_or_a_name_that_is_there(desk: Desk, make: Make) -> None:
    other = make_desk(make)

    def create(by: Caller, **values: object) -> None:
        with transaction() as s:
            groups.create_group(s, by, desk.project, GroupIn.model_validate(values))

    with pytest.raises(NotFound):
        create(desk.coder, name="ก", code_ids=[other.code.id])
    with pytest.raises(Invalid):
        create(desk.coder, name="  ")
    with pytest.raises(Conflict):
        create(desk.coder, name="เงิน |  ทุน")
    with pytest.raises(Forbidden):
        create(make.member(desk.project, Role.COMMENTER), name="ก")
    with transaction() as s:
        code = s.get_one(Code, desk.code.id)
        group_id = groups.groups_of(s, desk.project.id)[0].id
        assert groups.put_in_groups(s, desk.coder, code, [group_id]) == []
        assert len(groups.put_in_groups(s, desk.coder, code, [])) == 1
        assert groups.codes_of_group(s, desk.project.id, group_id) != {code.id}
        assert groups.groups_with(s, desk.project.id, [code.id]) == []
        with pytest.raises(NotFound):
            groups.put_in_groups(s, desk.coder, code, [9999])


def test_a_live_example_is_seen_by_those_who_may_read_its_text_and_says_when_that_changed(
    desk: Desk, make: Make
) -> None:
    reader = make.member(desk.project, Role.READER)
    coding, elsewhere = desk.add("ออมวันละบาท"), desk.add("สองหมู่บ้าน", desk.more_code("อื่น"))
    with transaction() as s:
        code = s.get_one(Code, desk.code.id)
        examples.add_example(s, desk.coder, code, coding.id)
        examples.add_example(s, desk.coder, code, coding.id)
        with pytest.raises(Invalid):
            examples.add_example(s, desk.coder, code, elsewhere.id)
        with pytest.raises(Forbidden):
            examples.add_example(s, reader, code, coding.id)

    def seen(by: Caller) -> list[tuple[str, str, bool]]:
        with session() as s:
            found = examples.examples_of(s, by, s.get_one(Code, desk.code.id))
            return [(each.words, each.words_now, each.is_gone) for each in found]

    assert seen(reader) == [("ออมวันละบาท", "", False)]
    desk.save(desk.text().replace("ออมวันละบาท", "ออมวันละสองบาท"))
    assert seen(desk.coder)[0][1]
    with transaction() as s:
        s.get_one(Source, desk.source_id).audience = "supervisors"
    assert seen(reader) == []
    paper = Document(io.BytesIO(out(reader, desk.project, "docx")))
    assert not [each for each in paper.paragraphs if "ออมวันละบาท" in each.text]
    with transaction() as s:
        examples.drop_example(s, desk.coder, s.get_one(Code, desk.code.id), coding.id)
    assert seen(desk.coder) == []


def test_the_word_file_has_headings_by_depth_texts_groups_and_counts_and_may_be_of_a_past_day(desk: Desk) -> None:
    coding = desk.add("ออมวันละบาท")
    with transaction() as s:
        examples.add_example(s, desk.coder, s.get_one(Code, desk.code.id), coding.id)
    read = Document(io.BytesIO(out(desk.coder, desk.project, "docx")))
    lines = [(each.style.name, each.text) for each in read.paragraphs if each.style is not None]
    assert ("Heading 1", "การออม  Savings") in lines
    assert ("Heading 2", "ออมรายวัน") in lines
    assert ("Told", "เงิน | ทุน") in lines
    assert ("Quote", "ออมวันละบาท") in lines
    assert any("1 ช่วง" in text for _, text in lines)
    with transaction() as s:
        moment = moment_of(s, desk.project.id, "1", today=now().date())
        data = codebook_file(s, desk.coder, desk.project, "docx", moment=moment)
        past = read_file(codebook_file(s, desk.coder, desk.project, "qdc", moment=moment), "x.qdc")[1]
        with pytest.raises(Invalid):
            codebook_file(s, desk.coder, desk.project, "csv", moment=moment)
    assert not [each for each in Document(io.BytesIO(data)).paragraphs if "ออมรายวัน" in each.text]
    assert [code.name for code in past.codes] == ["การออม"]
