"""Memos: who writes, reads and changes them, what they hang on, their revisions, links and way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmwiki.coding import service as coding
from kmwiki.coding.models import Coding
from kmwiki.comments import service as comments
from kmwiki.comments.models import Comment
from kmwiki.db import session as reading
from kmwiki.db import transaction
from kmwiki.entries.models import Entry
from kmwiki.entries.service import bin_entry
from kmwiki.errors import Conflict, Forbidden, Invalid, NotFound
from kmwiki.events.models import Event
from kmwiki.memos import queries, service
from kmwiki.memos.about import things
from kmwiki.memos.access import binned_memo_for, memo_for, read_target, target_for
from kmwiki.memos.links import Ref
from kmwiki.memos.queries import MemoFilters
from kmwiki.memos.schemas import MemoPatch
from kmwiki.security.policy import NOBODY, Role
from kmwiki.sources.models import Source
from kmwiki.sources.queries import revision
from tests.make_coding import make_desk
from tests.make_entries import make_entry
from tests.make_memos import make_memo

if TYPE_CHECKING:
    from kmwiki.memos.models import Memo
    from kmwiki.security.policy import Caller
    from tests.make import Make
    from tests.make_coding import Desk


@pytest.fixture
def desk(make: Make) -> Desk:
    return make_desk(make)


def say_something(desk: Desk, body: str = "เห็นด้วย ออมวันละบาทคือจุดเริ่ม") -> Comment:
    with transaction() as s:
        return comments.add_comment(s, desk.coder, s.get_one(Source, desk.source_id), body=body)


def sees(caller: Caller, memo: Memo) -> bool:
    with reading() as s:
        try:
            memo_for(s, caller, memo.id)
        except NotFound:
            return False
        return True


def save(caller: Caller, memo: Memo, base: int, **values: object) -> int:
    with transaction() as s:
        held = memo_for(s, caller, memo.id)
        return service.save_memo(s, caller, held, MemoPatch.model_validate(values), base_no=base).no


def test_a_memo_hangs_on_all_five_kinds_of_things_and_is_listed_with_them(desk: Desk) -> None:
    comment, coded = say_something(desk), desk.add("ออมวันละบาท")
    made = {
        about.partition(":")[0]: make_memo(desk.project, desk.coder, about, title=f"คิดเรื่อง {about}")
        for about in (
            "project",
            f"code:{desk.code.id}",
            f"entry:{desk.entry.id}",
            f"coding:{coded.id}",
            f"comment:{comment.id}",
        )
    }
    with reading() as s:
        rows, total = queries.list_memos(s, desk.coder, desk.project, MemoFilters(sort="oldest"))
        assert total == 5
        about = {row.memo.target_kind: row.about for row in rows}
        assert {kind: thing.title for kind, thing in about.items() if thing} == {
            "project": desk.project.name,
            "code": "การออม",
            "entry": "วงคุยสมมุติ",
            "coding": "ออมวันละบาท",
            "comment": "เห็นด้วย ออมวันละบาทคือจุดเริ่ม",
        }
        assert about["coding"] is not None
        assert about["coding"].url.endswith(f"#c{coded.id}")
        roots = {kind: s.get_one(Source, memo.source_id).root_id for kind, memo in made.items()}
        assert {roots[kind] for kind in ("entry", "coding", "comment")} == {desk.source_id}
        assert all(roots[kind] == made[kind].source_id for kind in ("project", "code"))
        under = queries.list_memos(s, desk.coder, desk.project, MemoFilters(code_id=desk.code.id))[0]
        assert {row.memo.target_kind for row in under} == {"code", "coding"}
        of_coder = MemoFilters(authors=(desk.coder.user_id or 0,), kinds=("entry",), since=rows[0].source.created)
        assert queries.list_memos(s, desk.coder, desk.project, of_coder)[1] == 1
        assert queries.list_memos(s, desk.coder, desk.project, MemoFilters(until=rows[0].source.created))[1] == 0
        kinds, authors = queries.filter_values(s, desk.coder, desk.project)
        assert kinds == dict.fromkeys(made, 1)
        assert authors == [(desk.coder.user_id, desk.coder.name, 5)]
        verbs = [(event.verb, event.data["on"]) for event in s.query(Event).filter(Event.verb == "memo.added")]
    assert len(verbs) == 5


def test_who_reads_a_memo_is_told_by_its_audience_and_never_wider_than_the_note(make: Make, desk: Desk) -> None:
    reader = make.member(desk.project, Role.READER)
    boss = make.member(desk.project, Role.SUPERVISOR)
    outsider = make.member(make.project(), Role.OWNER)
    hidden = make_entry(desk.project, desk.coder, visibility="private")
    open_to_all = make_entry(desk.project, desk.coder, visibility="public")
    cases: dict[tuple[str, str], list[Caller]] = {
        ("project", "team"): [reader, boss],
        ("project", "supervisors"): [boss],
        ("project", "private"): [],
        (f"entry:{hidden.id}", "team"): [],
        (f"entry:{open_to_all.id}", "team"): [reader, boss],
        (f"code:{desk.code.id}", "team"): [reader, boss],
    }
    for (about, audience), readers in cases.items():
        memo = make_memo(desk.project, desk.coder, about, visibility=audience)
        assert sees(desk.coder, memo)
        for person in (reader, boss, outsider, NOBODY):
            assert sees(person, memo) is (person in readers), (about, audience, person.name)


def test_what_may_not_be_read_cannot_be_written_about(make: Make, desk: Desk) -> None:
    hidden = make_entry(desk.project, desk.coder, visibility="private")
    elsewhere = make_desk(make)
    other = make.member(desk.project, Role.RESEARCHER)
    wrong = (
        f"entry:{hidden.id}",
        "entry:9999",
        f"code:{elsewhere.code.id}",
        "coding:77",
        "comment:77",
        f"project:{elsewhere.project.id}",
        "entry",
    )
    with reading() as s:
        for about in wrong:
            with pytest.raises(NotFound):
                target_for(s, other, desk.project, *read_target(about))
    for about in ("memo:3", "entry:x", "entry:-1", "entry:1:2"):
        with pytest.raises(Invalid):
            read_target(about)
    for values in ({"body": " \n"}, {"body": "x", "title": "ก" * 201}, {"body": "x\x00"}):
        with pytest.raises(Invalid):
            make_memo(desk.project, desk.coder, **values)


def test_a_memo_is_changed_by_its_writer_alone_and_keeps_every_revision(make: Make, desk: Desk) -> None:
    boss, mate = make.member(desk.project, Role.OWNER), make.member(desk.project, Role.RESEARCHER)
    memo = make_memo(desk.project, desk.coder, f"entry:{desk.entry.id}", title="ก่อน")
    assert save(desk.coder, memo, 1, body="คิดใหม่", title="หลัง", reason="อ่านซ้ำ") == 2
    assert save(desk.coder, memo, 2, body="คิดใหม่") == 2  # nothing changed
    for person in (boss, mate):
        with pytest.raises(Forbidden):
            save(person, memo, 2, body="ของคนอื่น")
    with pytest.raises(Conflict) as stale:
        save(desk.coder, memo, 1, body="จากหน้าเก่า")
    assert stale.value.details["revision"] == 2
    assert save(desk.coder, memo, 2, visibility="private") == 2  # who reads it is no part of the text
    assert not sees(boss, memo)
    with reading() as s:
        source = s.get_one(Source, memo.source_id)
        first, head = revision(s, source, 1), revision(s, source)
        assert (first.meta, head.meta) == ({"title": "ก่อน"}, {"title": "หลัง"})
        assert (head.reason, head.author_id) == ("อ่านซ้ำ", desk.coder.user_id)
        verbs = [event.verb for event in s.query(Event).filter(Event.source_id == source.id)]
    assert verbs == ["memo.added", "memo.saved", "memo.audience_changed"]


def test_the_bin_takes_a_memo_and_gives_it_back_to_those_who_may(make: Make, desk: Desk) -> None:
    boss, mate = make.member(desk.project, Role.SUPERVISOR), make.member(desk.project, Role.RESEARCHER)
    memo = make_memo(desk.project, desk.coder, f"entry:{desk.entry.id}")
    alone = make_memo(desk.project, desk.coder, visibility="private")
    with pytest.raises(Forbidden), transaction() as s:
        service.bin_memo(s, mate, memo_for(s, mate, memo.id))
    with transaction() as s:
        service.bin_memo(s, boss, memo_for(s, boss, memo.id))
        service.bin_memo(s, desk.coder, memo_for(s, desk.coder, alone.id))
    assert not sees(desk.coder, memo)
    with reading() as s:
        assert {row.memo.id for row in queries.binned_memos(s, desk.coder, desk.project)} == {memo.id, alone.id}
        assert {row.memo.id for row in queries.binned_memos(s, boss, desk.project)} == {memo.id}
        with pytest.raises(NotFound):
            binned_memo_for(s, mate, memo.id)
    with transaction() as s:
        service.restore_memo(s, boss, binned_memo_for(s, boss, memo.id))
    assert sees(mate, memo)
    with transaction() as s:  # with the note, its memos go; a binned one is not offered while the note lies there
        service.bin_memo(s, boss, memo_for(s, boss, memo.id))
        entry = s.get_one(Entry, desk.entry.id)
        s.refresh(entry, ["source"])
        bin_entry(s, boss, entry)
    with reading() as s, pytest.raises(NotFound):
        binned_memo_for(s, boss, memo.id)


def test_a_memo_outlives_what_it_was_about_and_says_so(desk: Desk) -> None:
    comment, coded = say_something(desk), desk.add("ออมวันละบาท")
    for about in (f"coding:{coded.id}", f"comment:{comment.id}"):
        make_memo(desk.project, desk.coder, about)
    with transaction() as s:
        coding.remove_coding(s, desk.coder, s.get_one(Coding, coded.id))
        held = s.get_one(Comment, comment.id)
        s.refresh(held, ["source"])
        comments.bin_comment(s, desk.coder, held)
    with reading() as s:
        rows, _ = queries.list_memos(s, desk.coder, desk.project, MemoFilters())
        assert [row.about for row in rows] == [None, None]
        told = queries.outs(s, desk.coder, desk.project, [row.memo for row in rows])
    assert [(one.target.title, one.target.url, one.entry_id) for one in told] == [(None, None, desk.entry.id)] * 2


def test_links_know_their_titles_and_the_way_back_and_tell_nothing_of_what_is_hidden(make: Make, desk: Desk) -> None:
    mate = make.member(desk.project, Role.RESEARCHER)
    coded = desk.add("ผู้ยากลำบาก")
    secret = make_memo(desk.project, desk.coder, title="ความลับสมมุติ", visibility="private")
    body = f"ดู [[memo:{secret.id}]] [[coding:{coded.id}|คำนี้]] [[note:{desk.entry.number}]] [[code:{desk.code.id}]]"
    first = make_memo(desk.project, desk.coder, body=body, title="ต้น")
    second = make_memo(desk.project, desk.coder, body=f"ต่อจาก [[memo:{first.id}]]")
    private = make_memo(desk.project, desk.coder, body=f"ลับต่อจาก [[memo:{first.id}]]", visibility="private")
    refs = [Ref("memo", secret.id), Ref("coding", coded.id), Ref("note", desk.entry.number), Ref("code", desk.code.id)]
    with reading() as s:
        mine, others = (things(s, who, desk.project, refs) for who in (desk.coder, mate))
        assert {thing.title for thing in mine.values()} == {"ความลับสมมุติ", "ผู้ยากลำบาก", "วงคุยสมมุติ", "การออม"}
        assert Ref("memo", secret.id) not in others
        assert len(others) == 3
        assert things(s, NOBODY, desk.project, refs) == {}
        for who, back in ((desk.coder, {second.id, private.id}), (mate, {second.id})):
            assert {row.memo.id for row in queries.linking_to(s, who, desk.project, "memo", first.id)} == back
        assert queries.outs(s, mate, desk.project, [memo_for(s, mate, first.id)])[0].linked_from[0].id == second.id
        for kind, key in (("entry", desk.entry.id), ("code", desk.code.id), ("coding", coded.id)):
            assert [row.memo.id for row in queries.linking_to(s, mate, desk.project, kind, key)] == [first.id]
    save(desk.coder, second, 1, body="ไม่ต่อแล้ว")
    with reading() as s:
        assert queries.linking_to(s, mate, desk.project, "memo", first.id) == []


def test_codings_on_a_memo_are_carried_when_it_is_edited(desk: Desk) -> None:
    memo = make_memo(desk.project, desk.coder, body="ออมวันละบาทเกิดก่อน")
    with transaction() as s:
        wanted = desk.given("ออมวันละบาท").model_copy(update={"start": 0, "end": 11, "revision": 1})
        made, _ = coding.add_coding(s, desk.coder, s.get_one(Source, memo.source_id), wanted)
    save(desk.coder, memo, 1, body="ฉันคิดว่า ออมวันละบาทเกิดก่อน")
    assert (desk.reread(made).start, desk.reread(made).state) == (10, "placed")
