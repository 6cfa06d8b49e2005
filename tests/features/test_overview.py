"""What a project's home shows: only what the reader may see, counted rightly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmwiki.accounts.access import OPERATOR
from kmwiki.coding import overview
from kmwiki.coding.codings import add_coding, remove_coding
from kmwiki.coding.models import Code, Coding
from kmwiki.coding.schemas import CodingIn
from kmwiki.comments.service import add_comment
from kmwiki.db import session, transaction
from kmwiki.demo.install import install_demo
from kmwiki.entries.schemas import EntryIn
from kmwiki.entries.service import create_entry

if TYPE_CHECKING:
    from kmwiki.accounts.models import Project
    from kmwiki.entries.models import Entry
    from kmwiki.security.policy import Caller
    from tests.make import Make

TEXT = "กองทุนบ้านเราเริ่มจากคนเจ็ดคน"


@pytest.fixture
def project(make: Make) -> Project:
    return make.project()


@pytest.fixture
def writer(make: Make, project: Project) -> Caller:
    return make.member(project, "researcher")


def write(writer: Caller, project: Project, **more: object) -> Entry:
    told = {"kind": "page", "title": "เรื่องหนึ่ง", "body": TEXT, "status": "published", **more}
    with transaction() as opened:
        return create_entry(opened, writer, project, EntryIn.model_validate(told))


def code(writer: Caller, project: Project, entry: Entry) -> int:
    with transaction() as opened:
        made = Code(project_id=project.id, guid=f"g{entry.id}", name_th=f"รหัส {entry.id}")
        opened.add(made)
        opened.flush()
        data = CodingIn(code_id=made.id, start=0, end=6, quote=TEXT[:6])
        return add_coding(opened, writer, entry.source, data)[0].id


def test_anothers_draft_is_neither_counted_nor_listed(make: Make, project: Project, writer: Caller) -> None:
    write(writer, project, status="draft")
    write(writer, project)
    other = make.member(project, "owner")
    with session() as opened:
        assert overview.totals(opened, other, project.id).entries == 1
        assert overview.totals(opened, writer, project.id).entries == 2
        assert overview.drafts(opened, other, project.id) == []
        assert [entry.source.state for entry in overview.drafts(opened, writer, project.id)] == ["draft"]
        assert len(overview.newest(opened, writer, project.id)) == 1


def test_new_notes_come_with_their_live_codings_and_comments(project: Project, writer: Caller) -> None:
    entry = write(writer, project)
    first = code(writer, project, entry)
    with transaction() as opened:
        add_comment(opened, writer, entry.source, body="เห็นด้วย")
    with session() as opened:
        [item] = overview.newest(opened, writer, project.id)
    assert (item.codings, item.comments) == (1, 1)
    with transaction() as opened:
        remove_coding(opened, writer, opened.get_one(Coding, first))
    with session() as opened:
        assert overview.newest(opened, writer, project.id)[0].codings == 0


def test_a_comment_is_shown_with_who_said_it_and_where(project: Project, writer: Caller) -> None:
    entry = write(writer, project, title="บันทึกที่คุยกัน")
    with transaction() as opened:
        add_comment(opened, writer, entry.source, body="**น่าคิด** ต่อ")
    with session() as opened:
        [said] = overview.last_said(opened, writer, project.id)
    assert (said.author, said.text, said.entry_title) == (writer.name, "น่าคิด ต่อ", "บันทึกที่คุยกัน")
    assert said.entry_number == entry.number


def test_a_note_in_two_provinces_counts_in_each(project: Project, writer: Caller) -> None:
    both = write(writer, project, places=["พัทลุง", "สงขลา"])
    write(writer, project, places=["อ.ควนขนุน จ.พัทลุง", "อ.ปากพะยูน จ.พัทลุง"])
    code(writer, project, both)
    with session() as opened:
        shares = overview.by_province(opened, writer, project.id)
    assert [(share.code, share.entries, share.coded) for share in shares] == [("93", 2, 1), ("90", 1, 1)]


def test_what_somebody_has_done_is_told_apart_from_what_others_did(
    make: Make, project: Project, writer: Caller
) -> None:
    entry = write(writer, project)
    code(writer, project, entry)
    other = make.member(project, "commenter")
    with transaction() as opened:
        add_comment(opened, other, entry.source, body="ขอถาม")
    with session() as opened:
        assert overview.done_by(opened, writer, project.id) == overview.Done(
            has_written=True, has_coded=True, has_commented=False, has_company=False
        )
        assert overview.done_by(opened, other, project.id).has_commented


def test_an_imported_note_is_not_ones_own_writing(project: Project, writer: Caller) -> None:
    with transaction() as opened:
        create_entry(opened, writer, project, EntryIn(kind="page", title="นำเข้า"), origin_key="gotoknow:1")
    with session() as opened:
        assert not overview.done_by(opened, writer, project.id).has_written


def test_the_invented_people_of_the_demo_are_no_company(make: Make) -> None:
    with transaction() as opened:
        demo = install_demo(opened, OPERATOR)
    admin = make.member(demo, "owner")
    with session() as opened:
        assert not overview.done_by(opened, admin, demo.id).has_company
