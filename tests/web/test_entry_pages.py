"""The pages of entries: list, write, edit, conflict, history, bin. What was typed is never lost."""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from kmwiki.db import session as reading
from kmwiki.db import transaction
from kmwiki.entries.access import entry_for
from kmwiki.entries.schemas import EntryPatch
from kmwiki.entries.service import save_entry
from kmwiki.security.policy import Role
from kmwiki.sources.queries import revision
from tests.make_entries import BODY, make_entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from kmwiki.accounts.models import Project
    from kmwiki.entries.models import Entry
    from kmwiki.security.policy import Caller
    from kmwiki.sources.models import Revision
    from tests.make import Make

FORM: dict[str, Any] = {
    "kind": "reflection",
    "title": "วงคุยหลังเวที",
    "body": BODY.replace("\n", "\r\n"),
    "body_format": "markdown",
    "visibility": "team",
    "base": "1",
    "action": "save",
}


@pytest.fixture
def project(make: Make) -> Project:
    return make.project("demo")


@pytest.fixture
def author(make: Make, project: Project) -> Caller:
    return make.member(project, Role.RESEARCHER, user=make.user("ใบข้าว"))


@pytest.fixture
def page(signed_in: Callable[[Caller], FlaskClient], author: Caller) -> FlaskClient:
    return signed_in(author)


def text_of(answer: TestResponse) -> str:
    return unescape(answer.get_data(as_text=True))


def head_of(caller: Caller, entry: Entry) -> Revision:
    with reading() as session:
        return revision(session, entry_for(session, caller, entry.id).source)


def test_choosing_a_kind_opens_its_form(page: FlaskClient, project: Project) -> None:
    del project
    choice = text_of(page.get("/p/demo/entries/new"))
    assert "/p/demo/entries/new?kind=aar" in choice
    form = text_of(page.get("/p/demo/entries/new?kind=aar"))
    assert "## ตั้งใจให้เกิดอะไร" in form
    assert 'name="f.problems.0.cause"' in form


def test_what_is_written_is_kept_as_a_draft_and_then_published(
    page: FlaskClient, author: Caller, project: Project
) -> None:
    answer = page.post(
        "/p/demo/entries/new",
        data={
            "kind": "meeting",
            "title": "ประชุมทีม",
            "body": "บรรทัดหนึ่ง\r\nบรรทัดสอง",
            "event_date": "๑๘ ก.พ. ๒๕๕๑",
            "places": ["อ.ควนขนุน จ.พัทลุง", ""],
            "tags": "ออม, หนี้",
            "authors": "ใบข้าว\r\nคนนอก",
            "f.came": "๒๓",
            "f.actions.0.what": "โทรชวน",
            "f.actions.0.due": "1 มี.ค. 51",
            "f.actions.7.what": "จดบันทึก",
            "f.attendees.0.name": "ป้าสมมุติ",
            "f.attendees.0.came": "1",
            "action": "draft",
        },
    )
    assert answer.status_code == 302
    with reading() as session:
        entry = entry_for(session, author, 1)
        head = revision(session, entry.source)
    assert (entry.source.state, head.body) == ("draft", "บรรทัดหนึ่ง\nบรรทัดสอง")
    assert [each.place_code for each in entry.places] == ["9305"]
    assert [each.name for each in entry.authors] == ["ใบข้าว", "คนนอก"]
    assert [action["what"] for action in entry.fields["actions"]] == ["โทรชวน", "จดบันทึก"]
    assert entry.fields["attendees"][0]["came"] is True
    shown = text_of(page.get(answer.headers["Location"]))
    assert "โทรชวน" in shown
    assert "“๑๘ ก.พ. ๒๕๕๑”" in shown
    assert page.post("/p/demo/e/1/standing", data={"status": "published"}).status_code == 302
    with reading() as session:
        assert entry_for(session, author, 1).source.state == "published"
    del project


def test_a_refused_form_keeps_what_was_typed_and_says_what_to_mend(page: FlaskClient, project: Project) -> None:
    del project
    answer = page.post(
        "/p/demo/entries/new",
        data={
            "kind": "meeting",
            "title": "  ",
            "body": "ข้อความยาวที่พิมพ์ไว้",
            "event_date": "3/4/12",
            "places": ["ต.ในเมือง"],
            "f.came": "หลายคน",
            "f.actions.3.what": "สิ่งที่พิมพ์ในแถว",
            "f.actions.3.due": "เร็ว ๆ นี้",
        },
    )
    shown = text_of(answer)
    assert answer.status_code == 422
    for typed in ("ข้อความยาวที่พิมพ์ไว้", "3/4/12", "ต.ในเมือง", "หลายคน", "สิ่งที่พิมพ์ในแถว", "เร็ว ๆ นี้"):
        assert typed in shown
    for mend in ("ใส่ชื่อเรื่องด้วย", "หมายถึงวันไหน", "หมายถึงที่ไหน", "ไม่ใช่ตัวเลข"):
        assert mend in shown
    assert 'name="event_choice" value="2012-04-03/2012-04-03/day"' in shown
    assert 'name="place_choice.0" value="ต.ในเมือง อ.เมืองพิษณุโลก จ.พิษณุโลก"' in shown


def test_the_form_names_the_right_weekday_of_a_day(page: FlaskClient, project: Project) -> None:
    del project
    answer = page.post("/p/demo/entries/new", data={**FORM, "event_date": "วันอังคารที่ 18 กุมภาพันธ์ 2551"})
    assert answer.status_code == 422
    assert "ตรงกับวันจันทร์" in text_of(answer)
    assert "วันอังคารที่ 18 กุมภาพันธ์ 2551" in text_of(answer)


def test_a_choice_among_readings_settles_the_question(page: FlaskClient, author: Caller, project: Project) -> None:
    del project
    data = {**FORM, "event_date": "3/4/12", "event_choice": "2012-04-03/2012-04-03/day", "places": ["ต.ในเมือง"]}
    data |= {"place_was.0": "ต.ในเมือง", "place_choice.0": "ต.ในเมือง อ.เมืองพิษณุโลก จ.พิษณุโลก", "action": "publish"}
    assert page.post("/p/demo/entries/new", data=data).status_code == 302
    with reading() as session:
        entry = entry_for(session, author, 1)
    assert str(entry.event_start) == "2012-04-03"
    assert [each.place_code for each in entry.places] == ["650101"]


def test_an_edit_without_change_makes_no_revision_whatever_the_line_ends(
    page: FlaskClient, author: Caller, project: Project
) -> None:
    entry = make_entry(project, author, body="หนึ่ง\r\nสอง\rสาม\n", body_format="plain", tags=["ข", "ก"], places=["93"])
    form = text_of(page.get("/p/demo/e/1/edit"))
    assert "จ.พัทลุง" in form
    data = {**FORM, "body": "หนึ่ง\r\nสอง\r\nสาม\r\n", "body_format": "plain", "tags": "ก, ข", "authors": "ใบข้าว"}
    assert page.post("/p/demo/e/1/edit", data={**data, "places": ["จ.พัทลุง"]}).status_code == 302
    assert head_of(author, entry).no == 1


def test_a_stale_save_shows_three_texts_and_saves_the_merge(
    make: Make, page: FlaskClient, author: Caller, project: Project
) -> None:
    entry = make_entry(project, author, title="เดิม", body="ย่อหน้าแรก\n\nย่อหน้ากลาง\n\nย่อหน้าท้าย", tags=["ก"])
    other = make.member(project, Role.RESEARCHER, user=make.user("น้ำค้าง"))
    with transaction() as session:
        theirs = EntryPatch(body="ย่อหน้าแรก\n\nย่อหน้ากลาง\n\nย่อหน้าท้ายที่น้ำค้างแก้", tags=["ก", "ข"])
        save_entry(session, other, entry_for(session, other, entry.id), theirs, base_no=1)
    mine = {**FORM, "title": "ชื่อที่ใบข้าวแก้", "tags": "ก", "authors": "ใบข้าว"}
    mine["body"] = "ย่อหน้าแรกที่ใบข้าวแก้\r\n\r\nย่อหน้ากลาง\r\n\r\nย่อหน้าท้าย"
    answer = page.post("/p/demo/e/1/edit", data=mine)
    shown = text_of(answer)
    assert answer.status_code == 409
    merged = "ย่อหน้าแรกที่ใบข้าวแก้\n\nย่อหน้ากลาง\n\nย่อหน้าท้ายที่น้ำค้างแก้"
    assert merged in shown
    assert "น้ำค้าง" in shown
    assert 'name="base" value="2"' in shown
    assert 'name="title" value="ชื่อที่ใบข้าวแก้"' in shown
    assert 'name="tags" value="ก, ข"' in shown
    assert head_of(author, entry).no == 2
    data = {**mine, "base": "2", "body": merged.replace("\n", "\r\n"), "tags": "ก, ข"}
    assert page.post("/p/demo/e/1/edit", data=data).status_code == 302
    head = head_of(author, entry)
    assert (head.no, head.body, head.meta["tags"], head.meta["title"]) == (3, merged, ["ก", "ข"], "ชื่อที่ใบข้าวแก้")


def test_what_both_changed_around_the_text_is_named(
    make: Make, page: FlaskClient, author: Caller, project: Project
) -> None:
    make_entry(project, author, kind="meeting", fields={"came": 3, "venue": "ศาลา"})
    other = make.member(project, Role.RESEARCHER)
    with transaction() as session:
        theirs = EntryPatch(title="ของเขา", fields={"came": 4, "venue": "วัด"})
        save_entry(session, other, entry_for(session, other, 1), theirs, base_no=1)
    data = {**FORM, "kind": "meeting", "title": "ของฉัน", "authors": "ใบข้าว", "f.came": "5", "f.venue": "ศาลา"}
    shown = text_of(page.post("/p/demo/e/1/edit", data=data))
    assert "ทั้งสองคนยังแก้ ชื่อเรื่อง, ช่องเฉพาะของชนิด ด้วย" in shown
    assert 'name="f.came" value="5"' in shown
    assert 'name="f.venue" value="วัด"' in shown


def test_a_save_that_is_not_allowed_gives_the_text_back(
    make: Make, signed_in: Callable[[Caller], FlaskClient], client: FlaskClient, author: Caller, project: Project
) -> None:
    make_entry(project, author)
    reader = signed_in(make.member(project, Role.READER))
    stranger = signed_in(make.member(make.project(), Role.OWNER))
    for who, status in ((reader, 403), (stranger, 404), (client, 401)):
        for path in ("/p/demo/e/1/edit", "/p/demo/entries/new"):
            answer = who.post(path, data={**FORM, "body": "สิ่งที่พิมพ์มาทั้งคืน"})
            assert answer.status_code == status
            assert "สิ่งที่พิมพ์มาทั้งคืน" in text_of(answer)


def test_a_preview_without_scripts_keeps_the_form(page: FlaskClient, author: Caller, project: Project) -> None:
    make_entry(project, author)
    for path in ("/p/demo/e/1/edit", "/p/demo/entries/new"):
        shown = text_of(page.post(path, data={**FORM, "body": "## หัวข้อใหม่", "action": "preview"}))
        assert "หัวข้อใหม่</h2>" in shown
        assert "## หัวข้อใหม่" in shown
    answer = page.post("/p/demo/preview", data={"body": "**หนา**<script>alert(1)</script>"})
    assert "<strong>หนา</strong>" in answer.get_data(as_text=True)
    assert "<script>" not in answer.get_data(as_text=True)
    assert page.post("/p/demo/preview", data={"body": "ก\x00"}).status_code == 422


def test_a_date_is_echoed_while_it_is_typed(page: FlaskClient, project: Project) -> None:
    del project
    assert "= 18 กุมภาพันธ์ 2551 / 18 February 2008" in text_of(page.get("/p/demo/echo-date?text=18 กพ. 51"))
    asked = text_of(page.get("/p/demo/echo-date?text=3/4/12"))
    assert asked.count('type="radio"') == 2
    assert "ยังอ่านไม่ออก" in text_of(page.get("/p/demo/echo-date?text=วันหนึ่ง"))
    assert text_of(page.get("/p/demo/echo-date?text=")).strip() == ""


def test_the_list_narrows_by_its_address(page: FlaskClient, author: Caller, project: Project) -> None:
    make_entry(project, author, title="เรื่องพัทลุง", places=["93"], event_date="2551", tags=["ออม"])
    make_entry(project, author, kind="aar", title="เรื่องพะเยา", places=["56"], event_date="2552", status="draft")
    everything = text_of(page.get("/p/demo/entries"))
    assert "เรื่องพัทลุง" in everything
    assert "เรื่องพะเยา" in everything
    for query in ("kind=reflection", "province=93", "year=2008", "status=published", "tag=ออม", "q=พัทลุง"):
        shown = text_of(page.get(f"/p/demo/entries?{query}"))
        assert "เรื่องพัทลุง" in shown, query
        assert "เรื่องพะเยา" not in shown, query
    assert "ไม่มีบันทึกที่ตรงกับตัวกรอง" in text_of(page.get("/p/demo/entries?kind=page"))
    for nonsense in ("kind=x&province=00&year=abc&page=-1&sort=luck", "page=99999999999", "q=%00", "mine=1&page=7"):
        assert page.get(f"/p/demo/entries?{nonsense}").status_code == 200, nonsense


def test_a_long_list_has_pages(page: FlaskClient, author: Caller, project: Project) -> None:
    for number in range(1, 23):
        make_entry(project, author, title=f"เรื่องที่ {number}.", body="สั้น")
    first, second = (text_of(page.get(f"/p/demo/entries?page={number}")) for number in (1, 2))
    assert ("เรื่องที่ 22." in first, "เรื่องที่ 2." in first) == (True, False)
    assert ("เรื่องที่ 22." in second, "เรื่องที่ 2." in second) == (False, True)
    assert "21-22 จาก 22" in second


def test_an_empty_project_says_what_to_do_next(page: FlaskClient, project: Project) -> None:
    del project
    assert "/p/demo/entries/new" in text_of(page.get("/p/demo/entries"))


def test_the_history_shows_what_changed_and_goes_back(page: FlaskClient, author: Caller, project: Project) -> None:
    entry = make_entry(project, author, kind="meeting", body="กองทุนเริ่มจากออมวันละบาท", fields={"came": 3})
    with transaction() as session:
        change = EntryPatch(
            title="ชื่อใหม่",
            body="กองทุนเริ่มจากออมวันละสองบาท",
            places=["93"],
            event_date="2551",
            kind="aar",
            fields={"came": 4, "actions": [{"what": "โทร", "due": "1 มี.ค. 51", "status": "open"}]},
        )
        save_entry(session, author, entry_for(session, author, 1), change, base_no=1)
    assert "ฉบับที่ 2" in text_of(page.get("/p/demo/e/1/history"))
    shown = text_of(page.get("/p/demo/e/1/history/2"))
    assert "<ins>" in shown
    for word in ("ชื่อใหม่", "จ.พัทลุง", "โทร", "ยังไม่เริ่ม"):
        assert word in shown
    assert "<ins>" not in text_of(page.get("/p/demo/e/1/history/1"))
    assert page.get("/p/demo/e/1/history/9").status_code == 404
    assert page.get("/p/demo/e/1/history/2?against=1").status_code == 200
    assert page.post("/p/demo/e/1/history/1/restore", data={"base": "1"}).status_code == 409
    assert page.post("/p/demo/e/1/history/1/restore", data={}).status_code == 422
    assert page.post("/p/demo/e/1/history/1/restore", data={"base": "2"}).status_code == 302
    head = head_of(author, entry)
    assert (head.no, head.body, head.meta["kind"]) == (3, "กองทุนเริ่มจากออมวันละบาท", "meeting")


def test_a_note_goes_into_the_bin_and_comes_back(page: FlaskClient, author: Caller, project: Project) -> None:
    make_entry(project, author, title="เรื่องที่จะทิ้ง")
    assert page.post("/p/demo/e/1/bin").status_code == 302
    assert page.get("/p/demo/e/1").status_code == 404
    shown = text_of(page.get("/p/demo/bin"))
    assert "เรื่องที่จะทิ้ง" in shown
    assert "ทิ้งโดย ใบข้าว" in shown
    assert page.post("/p/demo/bin/1/restore").status_code == 302
    assert page.get("/p/demo/e/1").status_code == 200
    assert "ถังว่าง" in text_of(page.get("/p/demo/bin"))


def test_a_public_note_is_read_by_anybody_and_others_are_not(
    client: FlaskClient, author: Caller, project: Project
) -> None:
    make_entry(project, author, title="เรื่องสาธารณะ", visibility="public")
    make_entry(project, author, title="เรื่องของทีม")
    answer = client.get("/p/demo/e/1-อะไรก็ได้")
    assert answer.status_code == 200
    assert "เรื่องสาธารณะ" in text_of(answer)
    assert 'href="/p/demo/e/1/edit"' not in text_of(answer)
    assert client.get("/p/demo/e/2").status_code == 302
    assert client.get("/p/demo/e/99").status_code == 302


def test_a_hit_of_a_search_is_marked_where_the_page_opens(page: FlaskClient, author: Caller, project: Project) -> None:
    entry = make_entry(project, author, body="กองทุนสวัสดิการ", body_format="plain")
    shown = text_of(page.get(f"/p/demo/e/1?hit={entry.source_id}:0-6&hit={entry.source_id}:6-15"))
    assert 'id="hit"' in shown
    for nonsense in ("x", f"{entry.source_id}:9-2", "9:0-3", f"{entry.source_id}:0-99999999"):
        assert page.get(f"/p/demo/e/1?hit={nonsense}").status_code == 200


def test_the_picker_is_told_the_places_around(page: FlaskClient) -> None:
    found = page.get("/places?q=ควนขนุน").get_json()["items"]
    assert found[0] == {"words": "อ.ควนขนุน จ.พัทลุง", "name": "ควนขนุน", "parent": "จ.พัทลุง"}
    assert page.get("/places").get_json() == {"items": []}


def test_an_aar_is_linked_with_its_meeting_both_ways(
    page: FlaskClient, make: Make, signed_in: Callable[[Caller], FlaskClient], project: Project, author: Caller
) -> None:
    make_entry(project, author, kind="meeting", title="ประชุมที่น่าน", visibility="private")
    form = text_of(page.get("/p/demo/entries/new?kind=aar"))
    assert '<option value="1 · ประชุมที่น่าน">' in form
    data = {**FORM, "kind": "aar", "title": "AAR น่าน", "action": "publish"}
    refused = page.post("/p/demo/entries/new", data={**data, "f.meeting": "ไม่มีชื่อนี้"})
    assert refused.status_code == 422
    assert 'value="ไม่มีชื่อนี้"' in text_of(refused)
    assert page.post("/p/demo/entries/new", data={**data, "f.meeting": "1 · ประชุมที่น่าน"}).status_code == 302
    assert ">ประชุมที่น่าน</a>" in text_of(page.get("/p/demo/e/2"))
    assert ">AAR น่าน</a>" in text_of(page.get("/p/demo/e/1"))
    assert 'value="1 · ประชุมที่น่าน"' in text_of(page.get("/p/demo/e/2/edit"))
    colleague = signed_in(make.member(project, Role.RESEARCHER))
    assert "ประชุมที่น่าน" not in text_of(colleague.get("/p/demo/e/2"))
    form = text_of(colleague.get("/p/demo/e/2/edit"))
    assert 'name="f.meeting" value=""' in form
    assert "ประชุมที่น่าน" not in form
