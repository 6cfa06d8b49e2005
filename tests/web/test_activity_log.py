"""The log of a project and of the site: who reads it, what it names and what it never gives away."""

from __future__ import annotations

import ast
import csv
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from kmwiki.accounts import queries, teams
from kmwiki.accounts.models import Project
from kmwiki.comments import service as comments
from kmwiki.db import now, session, transaction
from kmwiki.entries import service as entries
from kmwiki.entries.schemas import EntryIn
from kmwiki.events.models import Event
from kmwiki.events.service import record
from kmwiki.notifications import activity
from kmwiki.notifications.activity import Wanted
from kmwiki.security.policy import Role
from kmwiki.sources.models import Source
from kmwiki.web.activity_words import VERBS
from tests.make_accounts import caller_of, verbs

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from kmwiki.security.policy import Caller
    from tests.make import Make

KMWIKI = Path(__file__).resolve().parents[2] / "kmwiki"
MADE_OF_PARTS = {
    *(f"{kind}.{verb}" for kind in ("entry", "comment", "memo") for verb in ("binned", "restored")),
    *(f"entry.{verb}" for verb in ("published", "archived", "unpublished")),
    "import.written",
    "member.left",
    "member.removed",
    "user.activated",
    "user.deactivated",
    "user.admin_given",
    "user.admin_taken",
}
"""Verbs that do not stand as one string in the call that records them."""


@pytest.fixture
def project(make: Make) -> Project:
    """A project with an owner and a researcher."""
    return make.project("ours", name="ทีมสมมุติ")


@pytest.fixture
def owner(make: Make, project: Project) -> Caller:
    """Its owner."""
    return make.member(project, Role.OWNER, user=make.user("หัวหน้าทีม", email="owner@example.org"))


@pytest.fixture
def writer(make: Make, project: Project) -> Caller:
    """Somebody who writes in it."""
    return make.member(project, Role.RESEARCHER, user=make.user("คนเขียน", email="writer@example.org"))


def write(caller: Caller, project: Project, title: str, **more: str) -> int:
    data = EntryIn.model_validate(
        {"kind": "reflection", "title": title, "body": "เนื้อหา", "body_format": "plain", "status": "published", **more}
    )
    with transaction() as opened:
        return entries.create_entry(opened, caller, opened.get_one(Project, project.id), data).source_id


def table(answer_text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(answer_text.removeprefix("\ufeff"))))


def test_an_owner_sees_who_did_what_with_a_way_to_it(
    project: Project, owner: Caller, writer: Caller, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    source_id = write(writer, project, "ประชุมที่ศาลา <b>")
    with transaction() as opened:
        comments.add_comment(opened, owner, opened.get_one(Source, source_id), body="เห็นด้วย")
    page = signed_in(owner).get("/p/ours/activity-log").get_data(as_text=True)
    assert "เขียนบันทึก" in page
    assert "เขียนความเห็น" in page
    assert 'href="/p/ours/e/1"' in page
    assert 'href="/p/ours/e/1#comments"' in page
    assert "ประชุมที่ศาลา &lt;b&gt;" in page
    assert "คนเขียน" in page


@pytest.mark.parametrize("more", [{"status": "draft"}, {"visibility": "private"}])
def test_what_an_owner_may_not_read_is_not_named(
    project: Project,
    owner: Caller,
    writer: Caller,
    signed_in: Callable[[Caller], FlaskClient],
    make: Make,
    more: dict[str, str],
) -> None:
    write(writer, project, "ความในใจของคนเขียน", **more)
    admin = make.caller(make.user(is_admin=True))
    for reader, path in ((owner, "/p/ours/activity-log"), (admin, "/admin/audit"), (admin, "/p/ours/activity-log")):
        client = signed_in(reader)
        page = client.get(path).get_data(as_text=True)
        assert "เขียนบันทึก" in page
        assert "ข้อความที่คุณเปิดไม่ได้" in page
        assert "ความในใจ" not in page
        assert "/e/1" not in page
        assert "ความในใจ" not in client.get(f"{path}.csv").get_data(as_text=True)


def test_a_search_in_the_log_finds_nothing_by_a_title_that_its_reader_may_not_read(
    project: Project, owner: Caller, writer: Caller
) -> None:
    write(writer, project, "ความในใจของใครคนหนึ่ง", status="draft")
    wanted = Wanted(project.id, text="ความในใจ")
    with session() as opened:
        assert activity.count(opened, writer, wanted) > 0
        assert activity.count(opened, owner, wanted) == 0


def test_the_code_of_a_passage_in_a_hidden_text_is_hidden_too(project: Project, owner: Caller, writer: Caller) -> None:
    hidden = write(writer, project, "ส่วนตัว", visibility="private")
    with transaction() as opened:
        record(opened, writer, "coding.added", project_id=project.id, source_id=hidden, code=1)
    with session() as opened:
        first = activity.page(opened, owner, Wanted(project.id), offset=0, size=1)[0]
    assert first.is_hidden
    assert (first.code, first.entry, first.source_kind) == (None, None, "")


def test_a_project_tells_nothing_of_another(
    project: Project, owner: Caller, make: Make, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    other = make.project("theirs")
    stranger = make.member(other, Role.OWNER, user=make.user("คนนอก"))
    write(stranger, other, "เรื่องของทีมอื่น")
    write(owner, project, "เรื่องของเรา")
    page = signed_in(owner).get("/p/ours/activity-log").get_data(as_text=True)
    assert "เรื่องของเรา" in page
    assert "เรื่องของทีมอื่น" not in page
    assert "คนนอก" not in page
    assert signed_in(stranger).get("/p/ours/activity-log").status_code == 404


def test_the_filters_narrow_and_stay_in_the_addresses(
    project: Project, owner: Caller, writer: Caller, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    write(owner, project, "ของหัวหน้า")
    write(writer, project, "ของคนเขียน")
    with transaction() as opened:
        role = Role.COMMENTER
        user = queries.user_for(opened, writer.user_id or 0)
        teams.set_member(opened, owner, opened.get_one(Project, project.id), user, role)
        before = Event.verb == "entry.created", Event.user_id == owner.user_id
        opened.execute(update(Event).where(*before).values(created=now() - timedelta(days=400)))
    client = signed_in(owner)

    def shown(query: str) -> tuple[bool, bool, bool]:
        page = client.get(f"/p/ours/activity-log?{query}").get_data(as_text=True)
        return ">ของหัวหน้า<" in page, ">ของคนเขียน<" in page, "นักวิจัย → ผู้ร่วมแลกเปลี่ยน" in page

    assert shown("") == (True, True, True)
    assert shown(f"person={writer.user_id}") == (False, True, False)
    assert shown("verb=member.changed") == (False, False, True)
    assert shown("from=วันนี้") == (False, True, True)
    assert shown(f"to={now().year + 543 - 1}") == (True, False, False)
    assert shown("person=x&page=999999999") == (True, True, True)
    assert shown("q=ของหัวหน้า") == (True, False, False)
    assert shown("q=WRITER@example") == (False, True, True)
    assert shown("q=เขียนบันทึก") == (True, True, False)
    assert shown("q=%25") == (False, False, False)
    assert shown("q=ไม่มีคำนี้ในโครงการ&project=none") == (False, False, False)
    page = client.get(f"/p/ours/activity-log?person={writer.user_id}").get_data(as_text=True)
    assert f'href="/p/ours/activity-log.csv?person={writer.user_id}"' in page


def test_a_day_that_is_none_is_told_and_kept(
    project: Project, owner: Caller, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    assert project.id
    answer = signed_in(owner).get("/p/ours/activity-log?from=31/31/31")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="31/31/31"' in page
    assert "อ่านวันที่นี้ไม่ได้" in page


def test_days_are_those_of_thailand(
    project: Project, owner: Caller, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    write(owner, project, "ก่อนเที่ยงคืน")
    with transaction() as opened:
        late = now().replace(year=2026, month=2, day=17, hour=18)  # 01:00 of the 18th in Thailand
        opened.execute(update(Event).values(created=late))
    client = signed_in(owner)
    assert "ก่อนเที่ยงคืน" in client.get("/p/ours/activity-log?from=18 ก.พ. 2569&to=18 ก.พ. 2569").get_data(as_text=True)
    assert "ก่อนเที่ยงคืน" not in client.get("/p/ours/activity-log?to=2026-02-17").get_data(as_text=True)


def test_many_events_come_in_pages(project: Project, owner: Caller, signed_in: Callable[[Caller], FlaskClient]) -> None:
    with transaction() as opened:
        for number in range(120):
            record(opened, owner, "project.edited", project_id=project.id, number=number)
    client = signed_in(owner)
    first = client.get("/p/ours/activity-log").get_data(as_text=True)
    assert first.count("<tr>") == 51
    assert 'rel="next" href="/p/ours/activity-log?page=2"' in first
    last = client.get("/p/ours/activity-log?page=3").get_data(as_text=True)
    assert last.count("<tr>") == 21
    with session() as opened:
        whole = [row.seq for rows in activity.chunks(opened, owner, Wanted(project.id), size=50) for row in rows]
    assert len(whole) == 120
    assert whole == sorted(whole, reverse=True)


def test_the_file_opens_in_a_spreadsheet_and_runs_nothing(
    project: Project, owner: Caller, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    write(owner, project, "=HYPERLINK(1)")
    answer = signed_in(owner).get("/p/ours/activity-log.csv?verb=entry.created")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    head, row = table(answer.get_data(as_text=True))
    assert head[:3] == ["ลำดับ", "เวลา", "คน"]
    told = dict(zip(head, row, strict=True))
    assert told["กริยา"] == "entry.created"
    assert told["เกี่ยวกับ"] == "'=HYPERLINK(1)"
    assert told["เวลา"].endswith("+07:00")
    assert told["ที่อยู่ของเรื่อง"] == "http://127.0.0.1:8000/p/ours/e/1"
    assert verbs()[-1] == "log.exported"


def test_the_site_has_what_belongs_to_no_project_and_only_admins_see_it(
    make: Make, signed_in: Callable[[Caller], FlaskClient], client: FlaskClient
) -> None:
    admin, person = make.user("แอดมิน", is_admin=True), make.user()
    client.post("/sign-in", data={"email": person.email, "password": "wrong"})
    page = signed_in(caller_of(admin)).get("/admin/audit").get_data(as_text=True)
    assert "เข้าสู่ระบบไม่สำเร็จ" in page
    assert "127.0.0.1" in page
    assert "คนที่ยังไม่ได้เข้าสู่ระบบ" in page
    assert signed_in(caller_of(person)).get("/admin/audit").status_code == 404
    office = signed_in(caller_of(admin))
    assert "เข้าสู่ระบบไม่สำเร็จ" in office.get("/admin/audit?q=127.0.0.1").get_data(as_text=True).partition("<tbody>")[2]
    make.project("ours", name="ทีมสมมุติ")
    narrowed = office.get("/admin/audit?project=ours&q=ทีม").get_data(as_text=True)
    assert '<option value="ours" selected>ทีมสมมุติ</option>' in narrowed
    assert 'href="/admin/audit.csv?q=' in narrowed
    assert "127.0.0.1" not in narrowed
    assert "127.0.0.1" not in office.get("/admin/audit.csv?project=none").get_data(as_text=True)
    rows = table(office.get("/admin/audit.csv").get_data(as_text=True))
    assert any("session.refused" in row for row in rows)


RECORDING = {"record", "_record", "self._record", "note_change"}


def recorded_verbs() -> set[str]:
    """Every verb that stands in a call that records."""
    found = set()
    for path in KMWIKI.rglob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        named = {
            target.id: node.value
            for node in nodes
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in nodes:
            if isinstance(node, ast.Call) and ast.unparse(node.func) in RECORDING:
                for arg in node.args:
                    found |= dotted(named.get(arg.id, arg) if isinstance(arg, ast.Name) else arg)
    return {verb for verb in found if not verb.endswith(".")}


def dotted(node: ast.AST) -> set[str]:
    """The words with a dot that stand in a piece of code."""
    return {
        part.value
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and "." in part.value
    }


def test_every_verb_has_its_words_and_every_word_its_verb() -> None:
    known = recorded_verbs() | MADE_OF_PARTS
    known = {verb for verb in known if not verb.startswith(".")}
    assert known - set(VERBS) == set()
    assert set(VERBS) - known == set()
