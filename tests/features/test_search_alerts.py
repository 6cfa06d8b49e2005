"""What saved searches find anew: told once, to the right people, and never of what they may not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from kmwiki import db
from kmwiki.coding.schemas import CodeIn, CodePatch
from kmwiki.coding.service import create_code, edit_code, retire_code
from kmwiki.entries.access import WHOLE
from kmwiki.entries.models import Entry
from kmwiki.entries.service import bin_entry, restore_entry, set_standing
from kmwiki.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from kmwiki.jobs.models import Job
from kmwiki.jobs.worker import Worker
from kmwiki.main import job_kinds
from kmwiki.notifications import alerts, notices
from kmwiki.notifications.models import Notice
from kmwiki.search import index, saved, saved_queries, terms
from kmwiki.search.dictionary import Term
from kmwiki.search.engine import IndexMissing
from kmwiki.search.indexing import rebuild
from kmwiki.search.models import SavedSearch, SearchWatch
from kmwiki.search.telling import ask_all_alerts
from kmwiki.security.policy import Role
from tests.make_memos import make_memo
from tests.make_search import answer, ask, write

if TYPE_CHECKING:
    from kmwiki.accounts.models import Project
    from kmwiki.security.policy import Caller
    from tests.make import Make

CANARY = "นกขมิ้นเหลืองอ่อน"


@pytest.fixture
def project(make: Make) -> Project:
    rebuild()
    return make.project("village")


@pytest.fixture
def writer(make: Make, project: Project) -> Caller:
    return make.member(project, Role.RESEARCHER, user=make.user("คนเขียน"))


@pytest.fixture
def reader(make: Make, project: Project) -> Caller:
    return make.member(project, Role.RESEARCHER, user=make.user("คนอ่าน"))


def work() -> None:
    Worker(job_kinds()).drain()


def keep(caller: Caller, project: Project, text: str = CANARY, *, is_shared: bool = False, **query: str) -> int:
    """Keep a search and let what it finds now be known."""
    given = {"q": [text], **{name.rstrip("_"): [value] for name, value in query.items()}}
    with db.transaction() as opened:
        draft = saved.Draft(f"ค้น {text[:20]} {query}", given, is_shared=is_shared)
        row = saved.save_search(opened, caller, project, draft, saved.Follow())
        made = row.id
    work()
    return made


def news(caller: Caller) -> list[str]:
    """What the bell's page tells, the newest first; the bell counts as many."""
    with db.session() as opened:
        told, total = notices.page(opened, caller, offset=0, size=50)
        assert total == len(told)
        assert notices.count_unread(opened, caller) == sum(one.notice.read is None for one in told)
        return [one.title for one in told]


def test_a_new_text_is_told_once_and_opens_at_its_passage(writer: Caller, reader: Caller, project: Project) -> None:
    write(writer, project, CANARY, title="เก่า")
    work()
    search = keep(reader, project)
    assert news(reader) == []
    found = write(writer, project, f"เห็น{CANARY}ที่นา", title="ใหม่")
    write(writer, project, "ไม่มีอะไร", title="อื่น")
    answer(reader, found, f"ฉันก็เห็น{CANARY}")
    work()
    assert news(reader) == ["ใหม่"]
    with db.session() as opened:
        told = notices.page(opened, reader, offset=0, size=5)[0][0]
        assert told.hit is not None
        assert told.address.endswith(f"?hit={found.source_id}:4-{4 + len(CANARY)}@1#hit")
        assert notices.count_new(opened, reader, [search]) == {search: 1}
    answer(writer, found, f"อีกตัว{CANARY}")
    work()
    assert news(reader) == ["ใหม่", "ใหม่"]  # the comment stands under that note
    with db.transaction() as opened:
        assert notices.mark_read(opened, reader, search=search) == 2
        assert notices.mark_read(opened, reader) == 0
    work()
    assert notices_of(reader) == 2
    assert news(writer) == []


def notices_of(caller: Caller) -> int:
    with db.session() as opened:
        return len(opened.scalars(select(Notice.id).where(Notice.user_id == caller.user_id)).all())


HIDDEN = {
    "draft": {"status": "draft"},
    "private": {"visibility": "private"},
    "supervisors": {"visibility": "supervisors"},
    "public draft": {"status": "draft", "visibility": "public"},
}


def test_what_may_not_be_read_is_not_told_until_it_may(
    make: Make, writer: Caller, reader: Caller, project: Project
) -> None:
    supervisor = make.member(project, Role.SUPERVISOR)
    search = keep(reader, project)
    keep(supervisor, project)
    entries = {name: write(writer, project, CANARY, title=name, **given) for name, given in HIDDEN.items()}
    outside = make.project("town")
    both = make.member(outside, Role.OWNER, user=make.user())
    write(both, outside, CANARY)
    work()
    assert news(reader) == []
    assert notices_of(reader) == 0
    assert news(supervisor) == ["supervisors"]
    with db.session() as opened:
        assert saved_queries.state_of(opened, reader, project, opened.get_one(SavedSearch, search)).total == 0
    with db.transaction() as opened:
        entry = opened.get_one(Entry, entries["draft"].id, options=WHOLE)
        set_standing(opened, writer, entry, state="published")
    work()
    assert news(reader) == ["draft"]
    with db.transaction() as opened:
        bin_entry(opened, writer, opened.get_one(Entry, entries["draft"].id, options=WHOLE))
    assert news(reader) == []  # at once
    work()
    assert notices_of(reader) == 0
    with db.transaction() as opened:
        restore_entry(opened, writer, opened.get_one(Entry, entries["draft"].id, options=WHOLE))
    work()
    assert news(reader) == ["draft"]  # it left and came back


def test_filters_and_modes_hold_for_news_too(writer: Caller, reader: Caller, project: Project) -> None:
    keep(reader, project, province="พัทลุง")
    keep(reader, project, in_="comment")
    keep(reader, project, f"อยากรู้ว่า{CANARY} กินอะไรเป็นอาหารในฤดูฝน", mode="best")
    first = write(writer, project, CANARY, title="สงขลา", places=["สงขลา"])
    write(writer, project, CANARY, title="พัทลุง", places=["พัทลุง"])
    work()
    assert news(reader) == ["พัทลุง"]  # a question tells only of texts with half of its words
    answer(writer, first, CANARY)
    work()
    assert news(reader) == ["สงขลา", "พัทลุง"]


def test_new_and_renamed_codes_and_memos_are_told_of_too(
    make: Make, writer: Caller, reader: Caller, project: Project
) -> None:
    supervisor = make.member(project, Role.SUPERVISOR)
    search = keep(reader, project)
    keep(supervisor, project)
    with db.transaction() as opened:
        here = opened.merge(project)
        create_code(opened, supervisor, here, CodeIn(name_th="อื่น"))
        code = create_code(opened, supervisor, here, CodeIn(name_th="นกอื่น"))
    work()
    assert news(reader) == []
    with db.transaction() as opened:
        edit_code(opened, supervisor, opened.merge(code), CodePatch(name_th=f"รหัส{CANARY}"))
    make_memo(project, writer, title=f"ข้อคิด{CANARY}", body="ไม่มี")
    work()
    assert news(reader) == [f"ข้อคิด{CANARY}", f"รหัส{CANARY}"] or news(reader) == [f"รหัส{CANARY}", f"ข้อคิด{CANARY}"]
    assert news(supervisor) == [f"ข้อคิด{CANARY}"]  # who made the code knows of it
    with db.session() as opened:
        told = {one.kind: one for one in notices.page(opened, reader, offset=0, size=5)[0]}
        assert told["code"].address == f"/p/village/codebook/{code.id}"
        assert told["code"].hit is not None
        assert told["memo"].address.startswith("/p/village/memos/")
        assert notices.count_new(opened, reader, [search]) == {search: 2}
    ask_all_alerts()
    work()
    assert len(news(reader)) == 2  # told once
    with db.transaction() as opened:
        retire_code(opened, supervisor, opened.merge(code))
    work()
    assert news(reader) == [f"ข้อคิด{CANARY}"]


def test_a_question_tells_of_what_comes_among_its_best(writer: Caller, reader: Caller, project: Project) -> None:
    for at in range(24):
        write(writer, project, f"กองทุนสวัสดิการชุมชนดูแลผู้สูงอายุอย่างไร ครั้งที่ {at}", title="เดิม")
    work()
    keep(reader, project, "กองทุนสวัสดิการชุมชนดูแลผู้สูงอายุในหมู่บ้านของเราอย่างไรบ้าง")
    write(writer, project, "เย็นนี้ฝนตกในหมู่บ้านของเรา", title="ฝน")
    write(writer, project, "หมู่บ้านของเรามีกองทุนสวัสดิการชุมชน ดูแลผู้สูงอายุในหมู่บ้านของเราด้วยเบี้ยยังชีพ", title="ตรง")
    work()
    assert news(reader) == ["ตรง"]


def test_a_search_that_cannot_be_read_any_more_is_told_of_once(
    writer: Caller, reader: Caller, project: Project
) -> None:
    search = keep(reader, project)
    with db.transaction() as opened:
        opened.get_one(SavedSearch, search).query = {"q": ["((("]}
    for _ in range(2):
        write(writer, project, CANARY)
        work()
    with db.session() as opened:
        told, total = notices.page(opened, reader, offset=0, size=5)
        assert (total, told[0].title, told[0].address) == (1, "", "")
        assert opened.get_one(SearchWatch, (search, reader.user_id)).problem
        assert opened.scalars(select(Job).where(Job.kind == "alerts")).all() == []
        state = saved_queries.state_of(opened, reader, project, opened.get_one(SavedSearch, search))
        assert state.problem is not None
    with db.transaction() as opened:
        row = opened.get_one(SavedSearch, search)
        saved.change_search(opened, reader, row, saved.Draft("แก้แล้ว", {"q": [CANARY]}))
    work()
    write(writer, project, CANARY, title="หลังแก้")
    work()
    assert news(reader)[0] == "หลังแก้"
    assert len(news(reader)) == 2


def test_old_texts_that_a_new_dictionary_finds_are_known_and_not_told(
    writer: Caller, reader: Caller, project: Project
) -> None:
    write(writer, project, "คณะทำงานกลางหมู่บ้าน", title="เก่า")
    work()
    keep(reader, project, "คทกม")
    with db.transaction() as opened:
        terms.add_term(opened, writer, project, Term("คทกม", "คณะทำงานกลางหมู่บ้าน"))
    work()
    assert news(reader) == []
    write(writer, project, "ประชุม คทกม เช้านี้", title="ใหม่")
    work()
    assert news(reader) == ["ใหม่"]
    ask_all_alerts()
    work()
    assert news(reader) == ["ใหม่"]
    assert ask(reader, project, "คทกม").total == 2


def test_while_the_index_cannot_be_asked_the_job_is_tried_again(
    reader: Caller, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(reader, project)
    with db.session() as opened:
        watch = opened.scalars(select(SearchWatch)).one()
    claimed = type("Claimed", (), {"key": f"search:{watch.search_id}"})()
    with db.transaction() as opened:
        opened.get_one(SearchWatch, (watch.search_id, watch.user_id)).is_known = False

    def fail(*_: object) -> None:
        raise IndexMissing

    monkeypatch.setattr(index.engine(), "page", fail)
    with pytest.raises(Unavailable):
        alerts.alert_batch([claimed])


def test_a_shared_search_tells_each_follower_what_they_may_read(
    make: Make, writer: Caller, reader: Caller, project: Project
) -> None:
    supervisor = make.member(project, Role.SUPERVISOR)
    search = keep(writer, project, is_shared=True)
    for person in (reader, supervisor):
        with db.transaction() as opened:
            saved.follow_search(opened, person, saved.search_for(opened, person, search), saved.Follow())
    work()
    write(writer, project, CANARY, title="สำหรับหัวหน้า", visibility="supervisors")
    work()
    assert (news(writer), news(reader), news(supervisor)) == ([], [], ["สำหรับหัวหน้า"])
    with db.transaction() as opened:
        row = saved.search_for(opened, writer, search)
        saved.change_search(opened, writer, row, saved.Draft("ส่วนตัวแล้ว", row.query))
    assert news(supervisor) == []  # nobody else's any more
    with db.session() as opened, pytest.raises(NotFound):
        saved.search_for(opened, supervisor, search)


def test_who_may_do_what_with_a_search(make: Make, writer: Caller, reader: Caller, project: Project) -> None:
    only_reads = make.member(project, Role.READER)
    supervisor = make.member(project, Role.SUPERVISOR)
    search = keep(writer, project, is_shared=True)
    mine = keep(only_reads, project)
    with db.transaction() as opened:
        row = saved.search_for(opened, reader, search)
        with pytest.raises(Forbidden):
            saved.change_search(opened, reader, row, saved.Draft("x", row.query))
        with pytest.raises(Forbidden):
            saved.delete_search(opened, reader, row)
        with pytest.raises(NotFound):
            saved.search_for(opened, supervisor, mine)
        with pytest.raises(Forbidden):
            saved.save_search(
                opened, only_reads, project, saved.Draft("แบ่ง", {"q": ["ก"]}, is_shared=True), saved.Follow()
            )
        for name, query in (("", {"q": ["ก"]}), ("x" * 121, {"q": ["ก"]}), ("ก", {}), ("ก", {"q": ["((("]})):
            with pytest.raises(Invalid):
                saved.save_search(opened, writer, project, saved.Draft(name, query), saved.Follow())
        with pytest.raises(Invalid):
            saved.save_search(opened, writer, project, saved.Draft("ก", {"q": ["ก" * 4001]}), saved.Follow())
        with pytest.raises(Invalid):
            saved.follow_search(opened, writer, row, saved.Follow(mail="hourly"))
        saved.save_search(opened, writer, project, saved.Draft("ชื่อเดียว", {"q": ["ก"]}), saved.Follow())
        with pytest.raises(Conflict):
            saved.save_search(opened, writer, project, saved.Draft(" ชื่อเดียว ", {"q": ["ข"]}), saved.Follow())
        saved.delete_search(opened, supervisor, row)
    with db.transaction() as opened:
        with pytest.raises(NotFound):
            saved.search_for(opened, writer, search)
        assert [one.id for one in saved_queries.removed_of(opened, writer, project.id)] == [search]
        saved.restore_search(opened, writer, saved.search_for(opened, writer, search, is_removed=True))
        assert saved.search_for(opened, reader, search).id == search


def test_only_so_many_are_kept(reader: Caller, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved, "MOST", 1)
    keep(reader, project)
    with pytest.raises(Conflict):
        keep(reader, project, "อื่น")
