"""Comments: said, answered, changed, removed and brought back; threads of any depth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert

from kmwiki.comments import queries, service
from kmwiki.comments.access import comment_for
from kmwiki.comments.models import Comment
from kmwiki.comments.schemas import PassageIn
from kmwiki.db import now, transaction
from kmwiki.db import session as reading
from kmwiki.entries import service as entries
from kmwiki.entries.access import entry_for
from kmwiki.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from kmwiki.security.policy import NOBODY, Role
from kmwiki.sources.models import Revision, Source
from tests.make_entries import BODY, make_entry

if TYPE_CHECKING:
    from kmwiki.accounts.models import Project
    from kmwiki.entries.models import Entry
    from kmwiki.security.policy import Caller
    from tests.make import Make


@pytest.fixture
def project(make: Make) -> Project:
    return make.project()


@pytest.fixture
def author(make: Make, project: Project) -> Caller:
    return make.member(project, Role.COMMENTER, user=make.user("น้ำค้าง สมมุติชัย"))


@pytest.fixture
def entry(make: Make, project: Project) -> Entry:
    return make_entry(project, make.member(project, Role.RESEARCHER), body_format="plain")


def say(caller: Caller, entry: Entry, body: str = "เห็นด้วยค่ะ", **values: Any) -> Comment:
    with transaction() as session:
        return service.add_comment(session, caller, session.get_one(Source, entry.source_id), body=body, **values)


def test_comments_stand_in_reading_order_with_their_answers(entry: Entry, author: Caller) -> None:
    first = say(author, entry, "หนึ่ง")
    second = say(author, entry, "สอง")
    answer = say(author, entry, "ตอบหนึ่ง", parent_id=first.id)
    with reading() as session:
        thread = queries.thread(session, author, entry.source_id)
        items, total = queries.flat(session, author, entry.source_id)
    assert [(said.comment.id, said.depth) for said in thread.items] == [(first.id, 0), (answer.id, 1), (second.id, 0)]
    assert [said.revision.reading_text for said in thread.items if said.revision] == ["หนึ่ง", "ตอบหนึ่ง", "สอง"]
    assert [each.id for each in items] == [first.id, second.id, answer.id]
    assert (total, items[2].parent_id, items[0].author, items[0].author_name) == (3, first.id, author.name, author.name)


def test_an_imported_comment_has_the_name_of_its_page_or_none(entry: Entry, author: Caller) -> None:
    when = now()
    say(author, entry, "ขอบคุณครับ", author_name="ลุงสมมุติ", ord=1, confidence=0.9, written=when)
    say(author, entry, "ดีมาก", is_imported=True)
    with reading() as session:
        items, _ = queries.flat(session, author, entry.source_id)
        names = [said.name for said in queries.thread(session, author, entry.source_id).items]
    assert [(each.author, each.author_name) for each in items] == [(None, "ลุงสมมุติ"), (None, "")]
    assert names == ["ลุงสมมุติ", ""]
    assert items[0].created == when


def test_a_removed_comment_leaves_a_line_only_where_it_was_answered(entry: Entry, author: Caller) -> None:
    first, lone = say(author, entry, "หนึ่ง"), say(author, entry, "ลำพัง")
    answer = say(author, entry, "ตอบ", parent_id=first.id)
    with transaction() as session:
        for each in (first, lone):
            service.bin_comment(session, author, comment_for(session, author, each.id))
    with reading() as session:
        thread = queries.thread(session, author, entry.source_id)
        assert [(said.comment.id, said.revision is None) for said in thread.items] == [
            (first.id, True),
            (answer.id, False),
        ]
        assert thread.total == 1
        told = queries.flat(session, author, entry.source_id)[0]
        assert [(each.id, each.removed) for each in told] == [(first.id, True), (answer.id, False)]
        with pytest.raises(NotFound):
            comment_for(session, author, first.id)
    with transaction() as session:
        service.restore_comment(session, author, session.get_one(Comment, first.id))
        assert comment_for(session, author, first.id).id == first.id


def test_ten_thousand_answers_to_answers_are_a_flat_list(entry: Entry, author: Caller) -> None:
    first = say(author, entry, "เริ่ม")
    count = 10_000
    with transaction() as session:
        start = session.query(Source).count() + 100
        rows = range(start, start + count)
        shared = {"project_id": entry.project_id, "audience": "team", "state": "published", "author_id": author.user_id}
        session.execute(
            insert(Source),
            [{"id": n, "kind": "comment", "root_id": entry.source_id, "head_no": 1, **shared} for n in rows],
        )
        text = {
            "no": 1,
            "body": "ต่อ",
            "format": "plain",
            "reading_text": "ต่อ",
            "blocks": [],
            "html": "ต่อ",
            "sha256": "",
        }
        session.execute(insert(Revision), [{"source_id": n, **text} for n in rows])
        session.execute(
            insert(Comment),
            [
                {
                    "id": n,
                    "source_id": n,
                    "on_source_id": entry.source_id,
                    "parent_id": first.id if n == start else n - 1,
                }
                for n in rows
            ],
        )
    with reading() as session:
        top = queries.thread(session, author, entry.source_id)
        last = queries.thread(session, author, entry.source_id, holding=start + count - 1)
    assert (top.total, top.pages) == (count + 1, 101)
    assert [said.depth for said in top.items[:7]] == [0, 1, 2, 3, 4, 4, 4]
    assert top.items[4].answers_to is None
    assert top.items[5].answers_to == author.name
    assert (last.page, last.items[-1].comment.id) == (101, start + count - 1)


def test_only_who_wrote_a_comment_changes_its_words(make: Make, project: Project, entry: Entry, author: Caller) -> None:
    comment = say(author, entry, "หนึ่ง")
    imported = say(author, entry, "เก่า", is_imported=True)
    supervisor = make.member(project, Role.SUPERVISOR)
    with transaction() as session:
        mine = comment_for(session, author, comment.id)
        assert service.edit_comment(session, author, mine, body="หนึ่งครึ่ง", base_no=1).no == 2
        assert service.edit_comment(session, author, mine, body="หนึ่งครึ่ง", base_no=2).no == 2
        with pytest.raises(Conflict):
            service.edit_comment(session, author, mine, body="อีกแบบ", base_no=1)
        with pytest.raises(Invalid):
            service.edit_comment(session, author, mine, body="  ", base_no=2)
        with pytest.raises(Forbidden):
            service.edit_comment(session, supervisor, mine, body="ของฉัน", base_no=2)
        old = comment_for(session, supervisor, imported.id)
        assert service.edit_comment(session, supervisor, old, body="เก่าแต่ชัด", base_no=1).no == 2
        with pytest.raises(Forbidden):
            service.edit_comment(session, author, old, body="ของฉัน", base_no=2)


def test_a_moderator_removes_any_comment_and_others_only_their_own(
    make: Make, project: Project, entry: Entry, author: Caller
) -> None:
    comment = say(author, entry)
    researcher = make.member(project, Role.RESEARCHER)
    admin = make.caller(make.user(is_admin=True))
    with transaction() as session:
        found = comment_for(session, author, comment.id)
        with pytest.raises(Forbidden):
            service.bin_comment(session, researcher, found)
        with pytest.raises(Unauthenticated):
            service.bin_comment(session, NOBODY, found)
        service.bin_comment(session, admin, found)
        assert found.source.deleted_by == admin.user_id


def test_comments_are_read_by_who_reads_their_entry(make: Make, project: Project, entry: Entry, author: Caller) -> None:
    comment = say(author, entry)
    reader = make.member(project, Role.READER)
    owner = make.member(project, Role.OWNER)
    with transaction() as session:
        entries.set_standing(session, owner, entry_for(session, owner, entry.id), audience="supervisors")
    with reading() as session:
        with pytest.raises(NotFound):
            comment_for(session, reader, comment.id)
        assert queries.thread(session, reader, entry.source_id).items == []
        assert queries.flat(session, reader, entry.source_id) == ([], 0)
        assert queries.thread(session, owner, entry.source_id).total == 1
    with transaction() as session:
        entries.bin_entry(session, owner, entry_for(session, owner, entry.id))
    with reading() as session, pytest.raises(NotFound):
        comment_for(session, owner, comment.id)


@pytest.mark.parametrize("body", ["", "   \n ", "ก\x00", "\ud800"])
def test_a_comment_without_words_or_with_broken_ones_is_refused(entry: Entry, author: Caller, body: str) -> None:
    with pytest.raises(Invalid) as refused:
        say(author, entry, body)
    assert "body" in refused.value.fields


def test_an_answer_must_be_to_a_comment_on_the_same_entry(
    make: Make, project: Project, entry: Entry, author: Caller
) -> None:
    elsewhere = make_entry(project, make.member(project, Role.RESEARCHER))
    other, gone = say(author, elsewhere), say(author, entry)
    with transaction() as session:
        service.bin_comment(session, author, comment_for(session, author, gone.id))
    for parent_id in (other.id, gone.id, 4711):
        with pytest.raises(Invalid) as refused:
            say(author, entry, parent_id=parent_id)
        assert "parent_id" in refused.value.fields
    with pytest.raises(Invalid):
        say(author, entry, author_name="ก" * 201)


def test_a_comment_can_be_tied_to_a_passage(entry: Entry, author: Caller) -> None:
    comment = say(author, entry, passage=PassageIn(start=0, end=12, quote=BODY[:12]))
    assert (comment.on_revision, comment.quote) == (1, BODY[:12])
    with reading() as session:
        (out,), _ = queries.flat(session, author, entry.source_id)
    assert out.passage is not None
    assert (out.passage.start, out.passage.end, out.passage.quote) == (0, 12, BODY[:12])


@pytest.mark.parametrize(
    "passage",
    [
        PassageIn(start=5, end=5),
        PassageIn(start=0, end=100_000),
        PassageIn(start=0, end=1),  # between a letter and its mark
        PassageIn(start=0, end=12, quote="คำอื่น"),
    ],
)
def test_a_passage_that_is_not_in_the_text_is_refused(entry: Entry, author: Caller, passage: PassageIn) -> None:
    with pytest.raises(Invalid) as refused:
        say(author, entry, passage=passage)
    assert "passage" in refused.value.fields
