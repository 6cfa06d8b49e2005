"""Forgotten passwords and invitations, from the button to the mailbox and back into the house."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from kmwiki.accounts import queries
from kmwiki.accounts.models import OneTimeLink, User
from kmwiki.app import create_app
from kmwiki.db import now, session, transaction
from kmwiki.jobs.models import Job
from kmwiki.jobs.worker import Worker
from kmwiki.main import job_kinds
from kmwiki.security.policy import Role
from tests.mail_sink import letters_in
from tests.make_accounts import OTHER_PASSWORD, PASSWORD, signed_in_secret, somebody, verbs, who_holds

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from kmwiki.accounts.models import Project
    from kmwiki.config import Settings
    from tests.make import Make

SITE = "https://km.example.org"
NEW = {"password": OTHER_PASSWORD, "again": OTHER_PASSWORD}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that letters go to."""
    monkeypatch.setenv("KMWIKI_MAIL_URL", f"file:{tmp_path / 'letters'}")
    return tmp_path / "letters"


@pytest.fixture
def mailed(settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The app of a site that sends mail."""
    del folder
    monkeypatch.setenv("KMWIKI_BASE_URL", SITE)
    made = create_app(instance=settings.instance)
    made.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    return made


def browser(app: Flask, user: User | None = None) -> FlaskClient:
    client = app.test_client()
    if user is not None:
        client.set_cookie("__Host-kmwiki", signed_in_secret(user))
    return client


def newest_link(folder: Path) -> str:
    Worker(job_kinds()).drain()
    body = letters_in(folder)[-1].get_content()
    found = re.search(rf"{SITE}(/link/[\w-]{{43}})", body)
    assert found
    return found.group(1)


def holder(client: FlaskClient) -> int | None:
    cookie = client.get_cookie("__Host-kmwiki")
    found = who_holds(cookie.value) if cookie else None
    return found.user_id if found else None


def owner_of(make: Make) -> tuple[User, Project]:
    project, user = make.project("ours", name="ทีมสมมุติ"), somebody("owner@example.org", name="หัวหน้าทีม")
    make.member(project, Role.OWNER, user=user)
    return user, project


def test_a_forgotten_password_is_set_anew_by_mail(mailed: Flask, folder: Path) -> None:
    user = somebody()
    thief = signed_in_secret(user)
    client = browser(mailed)
    assert "/forgotten" in client.get("/sign-in").get_data(as_text=True)
    answer = client.post("/forgotten", data={"email": " Somchai@Example.org"}, headers={"Host": "evil.example"})
    assert "ดูในกล่องจดหมาย" in answer.get_data(as_text=True)
    link = newest_link(folder)
    assert "evil" not in letters_in(folder)[-1].as_string()
    assert "ตั้งรหัสผ่านใหม่" in client.get(link).get_data(as_text=True)
    assert client.post(link).headers["Location"] == "/me/new-password"
    short = client.post("/me/new-password", data={"password": "short", "again": "short"})
    assert short.status_code == 422
    assert "อย่างน้อย 10" in short.get_data(as_text=True)
    unlike = client.post("/me/new-password", data={"password": OTHER_PASSWORD, "again": PASSWORD})
    assert "ไม่ตรงกัน" in unlike.get_data(as_text=True)
    assert client.post("/me/new-password", data=NEW).status_code == 303
    assert holder(client) == user.id
    assert who_holds(thief) is None
    form = {"email": user.email, "password": OTHER_PASSWORD}
    assert browser(mailed).post("/sign-in", data=form).status_code == 303


def test_the_answer_is_the_same_whoever_asks(mailed: Flask) -> None:
    somebody()
    pages = []
    for email in ("somchai@example.org", "nobody1@example.org", "no address"):
        answer = browser(mailed).post("/forgotten", data={"email": email})
        assert answer.status_code == 200
        pages.append(re.sub(r'nonce="[^"]+"|csrf[^>]+>', "", answer.get_data(as_text=True)).replace(email, ""))
    assert pages[0] == pages[1] == pages[2]
    with session() as opened:
        assert opened.query(Job).filter(Job.kind == "mail").count() == 1


def test_asking_too_often_says_when_to_come_back(mailed: Flask) -> None:
    client = browser(mailed)
    for _ in range(3):
        assert client.post("/forgotten", data={"email": "nobody@example.org"}).status_code == 200
    answer = client.post("/forgotten", data={"email": "nobody@example.org"})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert 'value="nobody@example.org"' in answer.get_data(as_text=True)
    assert client.post("/forgotten", data={"email": " "}).status_code == 422


def test_without_mail_the_page_says_whom_to_ask(client: FlaskClient) -> None:
    somebody()
    for answer in (client.get("/forgotten"), client.post("/forgotten", data={"email": "somchai@example.org"})):
        page = answer.get_data(as_text=True)
        assert "ผู้ดูแลระบบ" in page
        assert "<input class" not in page
    assert client.post("/link/x/new").status_code == 200
    assert "reset.asked" not in verbs()


@pytest.mark.parametrize("what", ["used", "expired"])
def test_a_link_that_is_over_offers_a_new_one_to_its_own_mailbox(mailed: Flask, folder: Path, what: str) -> None:
    user = somebody()
    client = browser(mailed)
    client.post("/forgotten", data={"email": user.email})
    link = newest_link(folder)
    with transaction() as opened:
        past = now() - timedelta(minutes=1)
        opened.execute(update(OneTimeLink).values({"used": past} if what == "used" else {"expires": past}))
    answer = client.get(link)
    assert answer.status_code == 410
    assert f'action="{link}/new"' in answer.get_data(as_text=True)
    assert client.post(link).status_code == 410
    renewed = client.post(f"{link}/new")
    assert "กำลังส่งไปยังอีเมลของเจ้าของลิงก์เดิม" in renewed.get_data(as_text=True)
    assert user.email not in renewed.get_data(as_text=True)
    fresh = newest_link(folder)
    assert fresh != link
    assert client.post(fresh).status_code == 303
    for _ in range(3):
        answer = client.post(f"{link}/new")
    assert answer.status_code == 429


def test_a_link_that_nobody_made_leads_to_the_form_for_an_address(mailed: Flask) -> None:
    client = browser(mailed)
    assert "/forgotten" in client.get(f"/link/{'x' * 43}").get_data(as_text=True)
    answer = client.post(f"/link/{'x' * 43}/new")
    assert answer.status_code == 404
    assert 'name="email"' in answer.get_data(as_text=True)


def test_an_invited_person_joins_and_is_led_to_the_first_note(mailed: Flask, folder: Path, make: Make) -> None:
    owner, project = owner_of(make)
    office = browser(mailed, owner)
    form = {"email": "new@example.org", "name": "ใบข้าว", "role": "researcher"}
    answer = office.post("/p/ours/members", data=form, follow_redirects=True)
    page = answer.get_data(as_text=True)
    assert "กำลังส่งคำเชิญไปที่ new@example.org" in page
    assert "/link/" not in page
    assert "ยังไม่เคยเข้า" in page
    link = newest_link(folder)
    letter = letters_in(folder)[-1]
    assert letter["Subject"] == "คุณได้รับเชิญเข้าร่วมทีมสมมุติ"
    assert "หัวหน้าทีม" in letter.get_content()
    guest = browser(mailed)
    assert "คุณได้รับคำเชิญ" in guest.get(link).get_data(as_text=True)
    assert guest.post(link).headers["Location"] == "/me/join"
    assert "ทีมสมมุติ" in guest.get("/me/join").get_data(as_text=True)
    bad = guest.post("/me/join", data={"name": "", "called": "น้องข้าว", **NEW})
    assert bad.status_code == 422
    assert 'value="น้องข้าว"' in bad.get_data(as_text=True)
    joined = {"name": "ใบข้าว ทุ่งกุลา", "called": "น้องข้าว", "affiliation": "สถาบันสมมุติ", **NEW}
    last = guest.post("/me/join", data=joined, follow_redirects=True)
    assert last.request.path == "/p/ours/"
    assert "เริ่มจากบันทึกแรก" in last.get_data(as_text=True)
    assert guest.get("/me/join").status_code == 303
    members = office.get("/p/ours/members").get_data(as_text=True)
    assert "(น้องข้าว)" in members
    assert "สถาบันสมมุติ" in members
    assert "ยังไม่เคยเข้า" not in members
    with session() as opened:
        assert queries.link_state(opened, link.rpartition("/")[2]) == "used"
    assert project.slug == "ours"


def test_a_reader_is_led_to_reading_and_a_person_without_a_project_to_waiting(mailed: Flask, make: Make) -> None:
    reader, alone = make.user(), make.user()
    make.member(make.project("ours"), Role.READER, user=reader)
    for user, words in ((reader, "เปิดอ่านบันทึก"), (alone, "เมื่อคุณเป็นสมาชิก")):
        page = browser(mailed, user).post("/me/join", data={"name": "ก", **NEW}, follow_redirects=True)
        assert words in page.get_data(as_text=True)


def test_an_owner_may_see_the_first_link_instead_and_invite_again_by_mail(
    mailed: Flask, folder: Path, make: Make
) -> None:
    owner, _ = owner_of(make)
    office = browser(mailed, owner)
    form = {"email": "new@example.org", "name": "ใบข้าว", "role": "reader", "by": "hand"}
    answer = office.post("/p/ours/members", data=form)
    assert answer.status_code == 201
    assert f'value="{SITE}/link/' in answer.get_data(as_text=True)
    with session() as opened:
        assert not opened.query(Job).filter(Job.kind == "mail").count()
        guest = queries.user_by_email(opened, "new@example.org")
    assert guest is not None
    for status in (303, 303, 303, 429):
        assert office.post(f"/p/ours/members/{guest.id}/invite").status_code == status
    assert newest_link(folder)
    assert office.post(f"/p/ours/members/{owner.id}/invite").status_code == 409


def test_who_has_an_account_is_told_of_the_new_project(mailed: Flask, folder: Path, make: Make) -> None:
    owner, _ = owner_of(make)
    somebody()
    office = browser(mailed, owner)
    assert office.post("/p/ours/members", data={"email": "somchai@example.org", "role": "reader"}).status_code == 303
    Worker(job_kinds()).drain()
    (letter,) = letters_in(folder)
    assert f"{SITE}/p/ours/" in letter.get_content()
    assert "/link/" not in letter.get_content()


def test_an_admin_sends_an_invitation_or_takes_the_link(mailed: Flask, folder: Path) -> None:
    office = browser(mailed, somebody("admin@example.org", is_admin=True))
    form = {"email": "one@example.org", "name": "คนหนึ่ง"}
    assert "/link/" not in office.post("/admin/users", data=form, follow_redirects=True).get_data(as_text=True)
    assert newest_link(folder)
    answer = office.post("/admin/users", data={"email": "two@example.org", "name": "คนสอง", "by": "hand"})
    assert f"{SITE}/link/" in answer.get_data(as_text=True)


def test_a_password_is_not_set_anew_long_after_the_link(mailed: Flask) -> None:
    client = browser(mailed, somebody())
    assert client.get("/me/new-password").headers["Location"] == "/me#password"
    assert client.post("/me/new-password", data=NEW).headers["Location"] == "/me#password"


def test_the_page_of_mail_shows_what_waits_and_sends_it_again(
    mailed: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = somebody("admin@example.org", is_admin=True)
    office = browser(mailed, admin)
    assert "ส่งออกแล้ว" in office.get("/admin/mail").get_data(as_text=True)
    folder.write_text("in the way", encoding="ascii")
    assert office.post("/admin/mail/trial").status_code == 303
    assert "กำลังจะส่ง" in office.get("/admin/mail").get_data(as_text=True)
    Worker(job_kinds()).drain()
    page = office.get("/admin/mail").get_data(as_text=True)
    assert "ลองแล้ว 1 ครั้ง" in page
    assert "จะลองอีกครั้ง" in page
    assert "cannot be written" in page
    with session() as opened:
        job = opened.query(Job).filter(Job.kind == "mail").one()
    with transaction() as opened:
        opened.get_one(Job, job.id).state = "failed"
    assert "เลิกส่งหลังลอง" in office.get("/admin/mail").get_data(as_text=True)
    folder.unlink()
    assert office.post(f"/admin/mail/{job.id}/again").status_code == 303
    Worker(job_kinds()).drain()
    assert len(letters_in(folder)) == 1
    assert office.post(f"/admin/mail/{job.id}/again").status_code == 404
    office.post("/admin/mail/trial")
    with session() as opened:
        job = opened.query(Job).filter(Job.kind == "mail").one()
    assert office.post(f"/admin/mail/{job.id}/drop").status_code == 303
    monkeypatch.delenv("KMWIKI_MAIL_URL")


def test_the_page_of_mail_says_how_to_set_it_up(client: FlaskClient) -> None:
    client.set_cookie("kmwiki", signed_in_secret(somebody("admin@example.org", is_admin=True)))
    assert "KMWIKI_MAIL_URL=" in client.get("/admin/mail").get_data(as_text=True)
    assert client.post("/admin/mail/trial").status_code == 409
    assert client.post("/p/none/members/1/invite").status_code == 404


def test_leaving_a_project_loses_nothing_but_the_way_in(client: FlaskClient, make: Make) -> None:
    user, project = somebody(), make.project("ours", name="ทีมสมมุติ")
    make.member(project, Role.OWNER)
    make.member(project, Role.RESEARCHER, user=user)
    client.set_cookie("kmwiki", signed_in_secret(user))
    assert "ออกจากโครงการนี้" in client.get("/p/ours/members").get_data(as_text=True)
    answer = client.post("/p/ours/members/leave", follow_redirects=True)
    assert "คุณออกจากทีมสมมุติแล้ว" in answer.get_data(as_text=True)
    assert client.get("/p/ours/members").status_code == 404
    assert client.post("/p/ours/members/leave").status_code == 404


def test_the_last_owner_stays(client: FlaskClient, make: Make) -> None:
    user, project = somebody(), make.project("ours")
    make.member(project, Role.OWNER, user=user)
    client.set_cookie("kmwiki", signed_in_secret(user))
    answer = client.post("/p/ours/members/leave")
    assert answer.status_code == 409
    assert "เจ้าของโครงการคนสุดท้าย" in answer.get_data(as_text=True)


def test_an_admin_who_is_no_member_cannot_leave(client: FlaskClient, make: Make) -> None:
    make.project("ours")
    client.set_cookie("kmwiki", signed_in_secret(somebody(is_admin=True)))
    assert "ออกจากโครงการนี้" not in client.get("/p/ours/members").get_data(as_text=True)
    assert client.post("/p/ours/members/leave").status_code == 409


def test_how_one_is_called_and_where_one_works_are_kept_on_the_account_page(client: FlaskClient) -> None:
    user = somebody()
    client.set_cookie("kmwiki", signed_in_secret(user))
    form = {"name": "สมชาย", "called": "ครูน้อย", "affiliation": " สถาบัน  สมมุติ ", "locale": "th", "theme": "auto"}
    assert client.post("/me/profile", data=form).status_code == 303
    with session() as opened:
        found = queries.user_for(opened, user.id)
    assert (found.called, found.affiliation) == ("ครูน้อย", "สถาบัน สมมุติ")
    client.post("/me/profile", data={**form, "called": "  ", "affiliation": ""})
    with session() as opened:
        assert queries.user_for(opened, user.id).called == ""
    answer = client.post("/me/profile", data={**form, "called": "ก" * 121})
    assert answer.status_code == 422
    assert 'id="called-error"' in answer.get_data(as_text=True)
