"""Entries: made, saved, refused when stale, shown to their audience, thrown away and brought back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from kmwiki.accounts.models import Project
from kmwiki.db import session as reading
from kmwiki.db import transaction
from kmwiki.entries import service
from kmwiki.entries.access import binned_entry_for, entry_by_number, entry_for, may_manage
from kmwiki.entries.kinds import KINDS, texts_of
from kmwiki.entries.queries import binned, count_readable, entry_out, list_entries, path_of
from kmwiki.entries.schemas import EntryIn, EntryPatch, Origin
from kmwiki.errors import Conflict, Forbidden, Invalid, NotFound
from kmwiki.events.models import Event
from kmwiki.security.policy import Permission, Role
from kmwiki.sources.models import Revision
from kmwiki.sources.queries import revision, revisions
from tests.make_entries import BODY, make_entry

if TYPE_CHECKING:
    from kmwiki.entries.models import Entry
    from kmwiki.security.policy import Caller
    from tests.make import Make


@pytest.fixture
def project(make: Make) -> Project:
    return make.project("demo")


@pytest.fixture
def author(make: Make, project: Project) -> Caller:
    return make.member(project, Role.RESEARCHER, user=make.user("ใบข้าว สมมุติวงศ์"))


def save(caller: Caller, entry: Entry, base_no: int, **values: Any) -> Revision:
    with transaction() as session:
        loaded = entry_for(session, caller, entry.id, Permission.WRITE)
        return service.save_entry(session, caller, loaded, EntryPatch(**values), base_no=base_no)


def test_an_entry_keeps_what_was_told_about_it(project: Project, author: Caller) -> None:
    made = make_entry(
        project,
        author,
        kind="meeting",
        title="  ประชุมทีม   ครั้งที่ 4 ",
        lead="ตกลงกันได้ข้อเดียว",
        event_date="17-19 มิถุนายน 2551",
        places=["93", "อ.ควนขนุน จ.พัทลุง", "Phatthalung"],
        tags=["ออม, กลไก", " ออม "],
        fields={"came": "๒๓", "planned": 40, "actions": [{"what": "โทรชวน", "due": "1 ก.ค. 51", "status": "open"}, {}]},
    )
    with reading() as session:
        entry = entry_for(session, author, made.id)
        out = entry_out(session, author, entry)
    assert out.title == "ประชุมทีม ครั้งที่ 4"
    assert out.event is not None
    assert (out.event.start, out.event.end, out.event.precision) == (date(2008, 6, 17), date(2008, 6, 19), "day")
    assert (out.event.calendar, out.event_date) == ("be", "17-19 มิถุนายน 2551")
    assert [(each.code, each.name_en, each.level) for each in out.places] == [
        ("93", "Phatthalung", "province"),
        ("9305", "Khuan Khanun", "district"),
    ]
    assert out.tags == ["กลไก", "ออม"]
    assert out.authors == ["ใบข้าว สมมุติวงศ์"]
    assert (out.fields["came"], out.fields["planned"]) == (23, 40)
    assert [action["what"] for action in out.fields["actions"]] == ["โทรชวน"]
    assert out.fields["actions"][0]["due"]["start"] == "2008-07-01"
    assert (out.number, out.revision, out.status, out.visibility) == (1, 1, "published", "team")
    assert out.url.startswith("/p/demo/e/1-")
    assert entry.authors[0].user_id == author.user_id
    assert entry.provenance["places"] == "person"
    assert texts_of("meeting", out.fields) == ["23", "40", "โทรชวน", "1 ก.ค. 51"] or "โทรชวน" in texts_of(
        "meeting", out.fields
    )


def test_a_new_entry_is_a_draft_for_the_team_by_the_caller(project: Project, author: Caller) -> None:
    with transaction() as session:
        entry = service.create_entry(
            session, author, session.get_one(Project, project.id), EntryIn(kind="page", title="เงินสมทบ")
        )
    assert (entry.source.state, entry.source.audience, entry.source.author_id) == ("draft", "team", author.user_id)


def test_numbers_count_from_one_in_each_project(make: Make, project: Project, author: Caller) -> None:
    other = make.project()
    stranger = make.member(other)
    assert [make_entry(project, author).number for _ in range(3)] == [1, 2, 3]
    assert make_entry(other, stranger).number == 1


def test_writers_at_the_same_moment_get_different_numbers(project: Project, author: Caller) -> None:
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda _: make_entry(project, author).number, range(16)))
    assert sorted(numbers) == list(range(1, 17))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": "   "}, "title"),
        ({"title": "ก" * 501}, "title"),
        ({"title": "ก\x00ข"}, "title"),
        ({"title": "ก\ud800"}, "title"),
        ({"lead": "ก" * 5001}, "lead"),
        ({"kind": "novel"}, "kind"),
        ({"body": "ก\x00"}, "body"),
        ({"body": "\udfff"}, "body"),
        ({"body": "ก" * 700_000}, "body"),
        ({"event_date": "วันหนึ่ง"}, "event_date"),
        ({"event_date": "ก" * 300}, "event_date"),
        ({"event_date": "31 ก.พ. 2551"}, "event_date"),
        ({"event_date": "1\x002"}, "event_date"),
        ({"places": ["ดาวอังคาร"]}, "places"),
        ({"places": ["ต.ในเมือง"]}, "places"),
        ({"places": ["93"] * 51}, "places"),
        ({"places": ["\ud800"]}, "places"),
        ({"tags": ["ก" * 101]}, "tags"),
        ({"tags": [f"ป้าย {number}" for number in range(51)]}, "tags"),
        ({"tags": [",".join(f"ป้าย {number}" for number in range(20_000))]}, "tags"),
        ({"authors": [f"คนที่ {number}" for number in range(51)]}, "authors"),
        ({"authors": ["ก" * 201]}, "authors"),
        ({"reason": "ก" * 501}, "reason"),
        ({"fields": {"colour": "red"}}, "fields.colour"),
        ({"kind": "meeting", "fields": {"came": "หลายคน"}}, "fields.came"),
        ({"kind": "meeting", "fields": {"came": True}}, "fields.came"),
        ({"kind": "meeting", "fields": {"came": 1e300}}, "fields.came"),
        ({"kind": "meeting", "fields": {"came": "9" * 5000}}, "fields.came"),
        ({"kind": "meeting", "fields": {"came": "1" * 400}}, "fields.came"),
        ({"kind": "meeting", "fields": {"came": int("1" * 400)}}, "fields.came"),
        ({"kind": "meeting", "fields": {"came": "-" + "1" * 400 + ".5"}}, "fields.came"),
        ({"kind": "meeting", "fields": {"came": float("inf")}}, "fields.came"),
        ({"kind": "meeting", "fields": {"next_date": {"written": "2551", "start": ["x"]}}}, "fields.next_date"),
        ({"kind": "meeting", "fields": {"actions": [{"what": "ก", "due": "เร็ว ๆ นี้"}]}}, "fields.actions.0.due"),
        ({"kind": "meeting", "fields": {"actions": [{"what": "ก", "due": 7}]}}, "fields.actions.0.due"),
        ({"kind": "meeting", "fields": {"actions": [{"what": "ก", "due": "\x00"}]}}, "fields.actions.0.due"),
        ({"kind": "meeting", "fields": {"actions": [{"status": "perhaps"}]}}, "fields.actions.0.status"),
        ({"kind": "meeting", "fields": {"decisions": [{"decision": "ก"}] * 501}}, "fields.decisions"),
        ({"kind": "meeting", "fields": {"venue": "ก" * 501}}, "fields.venue"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_its_field_and_leaves_nothing(
    project: Project, author: Caller, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        make_entry(project, author, **values)
    assert field in refused.value.fields
    assert make_entry(project, author).number == 1


def test_all_complaints_come_at_once(project: Project, author: Caller) -> None:
    with pytest.raises(Invalid) as refused:
        make_entry(project, author, title="", places=["ดาวอังคาร"], event_date="วันหนึ่ง")
    assert set(refused.value.fields) == {"title", "places", "event_date"}


def test_an_ambiguous_date_is_asked_about_and_a_choice_settles_it(project: Project, author: Caller) -> None:
    with pytest.raises(Invalid, match="several dates") as asked:
        make_entry(project, author, event_date="3/4/12")
    assert "event_date" in asked.value.fields
    entry = make_entry(project, author, event_date="3/4/12", event_choice="2012-04-03")
    assert (entry.event_start, entry.event_written) == (date(2012, 4, 3), "3/4/12")
    kept = save(author, entry, 1, title="ชื่อใหม่", event_date="3/4/12")
    assert kept.meta["event"]["start"] == "2012-04-03"
    other = save(author, entry, 2, event_choice="1969-04-03")
    assert other.meta["event"]["start"] == "1969-04-03"


def test_a_save_makes_a_revision_and_keeps_what_was_left_out(project: Project, author: Caller) -> None:
    entry = make_entry(project, author, tags=["ออม"], places=["93"], event_date="2551", fields={"series": "ทุ่งตะแบก"})
    saved = save(author, entry, 1, title="ชื่อใหม่", reason="ชื่อเดิมยาวไป")
    assert (saved.no, saved.body, saved.reason) == (2, BODY, "ชื่อเดิมยาวไป")
    assert (saved.meta["title"], saved.meta["tags"], saved.meta["places"]) == ("ชื่อใหม่", ["ออม"], ["93"])
    with reading() as session:
        stored = entry_for(session, author, entry.id)
        first = revision(session, stored.source, 1)
        assert (first.meta["title"], stored.title) == ("วงคุยหลังเวที", "ชื่อใหม่")
        assert stored.fields == {"series": "ทุ่งตะแบก"}
        assert [(row.no, name) for row, name in revisions(session, stored.source)] == [
            (2, author.name),
            (1, author.name),
        ]


def test_a_save_that_changes_nothing_makes_no_revision(project: Project, author: Caller) -> None:
    entry = make_entry(project, author, tags=["ออม"], event_date="18 ก.พ. 2551")
    assert save(author, entry, 1).no == 1
    assert save(author, entry, 1, title="วงคุยหลังเวที", body=BODY, tags=["ออม"], event_date="18 ก.พ. 2551").no == 1
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Event).where(Event.verb == "entry.saved")) == 0


def test_a_stale_save_is_refused_with_all_texts_and_changes_nothing(
    make: Make, project: Project, author: Caller
) -> None:
    other = make.member(project, Role.RESEARCHER)
    entry = make_entry(project, author, body="หนึ่ง\n\nสอง\n\nสาม", tags=["ก"])
    save(other, entry, 1, body="หนึ่ง\n\nสอง\n\nสามและสี่")
    with pytest.raises(Conflict) as stale:
        save(author, entry, 1, body="หนึ่งครึ่ง\n\nสอง\n\nสาม", tags=["ข"], status="archived")
    merge: Any = stale.value.details["merge"]
    assert (merge["base"], merge["mine"], merge["theirs"]) == (
        "หนึ่ง\n\nสอง\n\nสาม",
        "หนึ่งครึ่ง\n\nสอง\n\nสาม",
        "หนึ่ง\n\nสอง\n\nสามและสี่",
    )
    assert (merge["merged"], merge["has_conflict"]) == ("หนึ่งครึ่ง\n\nสอง\n\nสามและสี่", False)
    assert (merge["base_revision"], merge["revision"]) == (1, 2)
    with reading() as session:
        stored = entry_for(session, author, entry.id)
        assert (stored.source.head_no, stored.source.state) == (2, "published")
        assert [each.tag for each in stored.tags] == ["ก"]


def test_of_racing_writers_as_many_succeed_as_there_are_new_revisions(project: Project, author: Caller) -> None:
    entry = make_entry(project, author)

    def write(number: int) -> bool:
        with reading() as session:
            base_no = entry_for(session, author, entry.id).source.head_no
        try:
            save(author, entry, base_no, body=f"ของคนที่ {number}")
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        successes = sum(pool.map(write, range(24)))
    with reading() as session:
        numbers = sorted(session.scalars(select(Revision.no).where(Revision.source_id == entry.source_id)))
        assert entry_for(session, author, entry.id).source.head_no == successes + 1
    assert successes >= 1
    assert numbers == list(range(1, successes + 2))


def test_a_plain_body_keeps_every_code_point(project: Project, author: Caller) -> None:
    body = "\ufeff  ย่อหน้า\r\nบรรทัดสอง\u200b\n\n- ข้อหนึ่ง\n\u00a0\n🙂 จบ\n"
    entry = make_entry(project, author, body=body, body_format="plain")
    with reading() as session:
        head = revision(session, entry_for(session, author, entry.id).source)
    assert (head.body, head.reading_text) == (body, body)


def test_an_old_revision_can_be_made_the_newest_again(project: Project, author: Caller) -> None:
    entry = make_entry(project, author, tags=["ออม"], event_date="3/4/12", event_choice="2012-04-03", places=["93"])
    save(author, entry, 1, title="อีกชื่อ", body="อีกข้อความ", tags=[], places=[], event_date="")
    with transaction() as session:
        stored = entry_for(session, author, entry.id)
        assert (stored.event_start, stored.places, stored.tags) == (None, [], [])
        old = revision(session, stored.source, 1)
        again = service.save_entry(session, author, stored, service.patch_of(old, reason="กลับ"), base_no=2)
    assert (again.no, again.body, again.meta) == (3, old.body, old.meta)


def test_changing_the_kind_keeps_the_fields_that_both_have(project: Project, author: Caller) -> None:
    entry = make_entry(project, author, kind="meeting", fields={"came": 23, "venue": "ศาลา"})
    saved = save(author, entry, 1, kind="aar")
    assert (saved.meta["kind"], saved.meta["fields"]) == ("aar", {"came": 23})


def test_authors_can_be_members_and_others(make: Make, project: Project, author: Caller) -> None:
    entry = make_entry(project, author, authors=["คนนอก", author.name, "คนนอก", "  "])
    save(author, entry, 1, authors=["คนใหม่"])
    with reading() as session:
        stored = entry_for(session, author, entry.id)
        assert [(each.name, each.user_id) for each in stored.authors] == [("คนใหม่", None)]
    assert save(author, entry, 2, authors=["ก", "ข", author.name]).meta["authors"] == ["ก", "ข", author.name]
    del make


def test_only_author_and_supervisors_say_who_sees_an_entry(make: Make, project: Project, author: Caller) -> None:
    researcher = make.member(project, Role.RESEARCHER)
    supervisor = make.member(project, Role.SUPERVISOR)
    entry = make_entry(project, author)
    with pytest.raises(Forbidden):
        save(researcher, entry, 1, visibility="public")
    with pytest.raises(Forbidden):
        save(researcher, entry, 1, status="archived")
    with pytest.raises(Forbidden, match="private"):
        save(supervisor, entry, 1, visibility="private")
    with pytest.raises(Forbidden, match="draft"):
        save(supervisor, entry, 1, status="draft")
    save(supervisor, entry, 1, visibility="supervisors", status="archived")
    with reading() as session, pytest.raises(NotFound):
        entry_for(session, researcher, entry.id)
    with transaction() as session:
        mine = entry_for(session, author, entry.id)
        service.set_standing(session, author, mine, state="published")
        service.set_standing(session, author, mine, audience="public")
        assert (mine.source.state, mine.source.audience, mine.source.head_no) == ("published", "public", 1)
        service.set_standing(session, author, mine, state="archived")
        assert not may_manage(researcher, mine)
        verbs = list(session.scalars(select(Event.verb).where(Event.source_id == entry.source_id)))
    assert {"entry.created", "entry.published", "entry.archived", "entry.audience_changed"} <= set(verbs)
    with transaction() as session, pytest.raises(Invalid):
        service.set_standing(session, author, entry_for(session, author, entry.id), state="lost")


def test_what_is_binned_is_gone_and_comes_back(make: Make, project: Project, author: Caller) -> None:
    researcher = make.member(project, Role.RESEARCHER)
    supervisor = make.member(project, Role.SUPERVISOR)
    entry = make_entry(project, author)
    with transaction() as session, pytest.raises(Forbidden):
        service.bin_entry(session, researcher, entry_for(session, researcher, entry.id))
    with transaction() as session:
        found = entry_for(session, supervisor, entry.id)
        service.bin_entry(session, supervisor, found)
        service.bin_entry(session, supervisor, found)
    with reading() as session:
        with pytest.raises(NotFound):
            entry_by_number(session, author, "demo", entry.number)
        with pytest.raises(NotFound):
            binned_entry_for(session, researcher, "demo", entry.number)
        assert list_entries(session, author, project.id)[1] == 0
        assert [each.id for each in binned(session, author, project.id)] == [entry.id]
        assert [each.source.deleted_by for each in binned(session, supervisor, project.id)] == [supervisor.user_id]
        assert binned(session, researcher, project.id) == []
    with transaction() as session:
        back = binned_entry_for(session, author, "demo", entry.number)
        service.restore_entry(session, author, back)
        service.restore_entry(session, author, back)
    with reading() as session:
        assert entry_by_number(session, researcher, "demo", entry.number).id == entry.id
        verbs = list(session.scalars(select(Event.verb).where(Event.source_id == entry.source_id)))
        assert (verbs.count("entry.binned"), verbs.count("entry.restored")) == (1, 1)


def test_an_imported_entry_keeps_where_it_came_from(project: Project, author: Caller) -> None:
    origin = Origin(system="gotoknow", record_no=900221, url="https://example.org/1", licence=None)
    with transaction() as session:
        entry = service.create_entry(
            session,
            author,
            session.get_one(Project, project.id),
            EntryIn(kind="reflection", title="นำเข้า", origin=origin, authors=[]),
            origin_key="gotoknow:900221",
            provenance={"title": "text", "places": "guess"},
        )
        assert (entry.licence, entry.origin_key, entry.authors) == (None, "gotoknow:900221", [])
        service.set_origin(session, author, entry, origin.model_copy(update={"licence": "CC BY"}))
        out = entry_out(session, author, entry)
    assert out.origin is not None
    assert (out.origin.record_no, out.origin.licence) == (900221, "CC BY")
    save(author, entry, 1, title="แก้ชื่อ")
    with reading() as session:
        assert entry_for(session, author, entry.id).provenance == {"title": "person", "places": "guess"}


def test_an_address_holds_the_number_and_the_title(project: Project, author: Caller) -> None:
    entry = make_entry(project, author, title="เงินสมทบ!! (3)")
    assert path_of("demo", entry).startswith("/p/demo/e/1-%E0%B9%80")
    assert path_of("demo", make_entry(project, author, title="???")) == "/p/demo/e/2"


def test_every_kind_can_be_written(project: Project, author: Caller) -> None:
    for key, kind in KINDS.items():
        entry = make_entry(project, author, kind=key, body=kind.body)
        assert entry.kind == key
    assert KINDS["meeting"].field("came") is not None
    assert KINDS["meeting"].field("nothing") is None
    assert texts_of("nothing", {"a": "ข"}) == []
    with reading() as session:
        assert count_readable(session, author, project.id) == len(KINDS)
