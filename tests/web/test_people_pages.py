"""The admin's page of people, the members of a project, and the project's own pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from kmwiki.accounts import queries
from kmwiki.accounts.models import Project, User
from kmwiki.coding.models import Code
from kmwiki.db import session
from kmwiki.security.policy import Role
from tests.make_accounts import caller_of, signed_in_secret, somebody, who_holds

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    from kmwiki.security.policy import Caller
    from tests.make import Make


@pytest.fixture
def admin(make: Make) -> Caller:
    """The site's only admin."""
    return make.caller(make.user("แอดมิน", email="admin@example.org", is_admin=True))


@pytest.fixture
def office(signed_in: Callable[[Caller], FlaskClient], admin: Caller) -> FlaskClient:
    """The admin's browser."""
    return signed_in(admin)


def person(email: str) -> User | None:
    with session() as opened:
        return queries.user_by_email(opened, email)


def roles_in(project: Project) -> dict[str, str]:
    with session() as opened:
        return {row.user.email: row.role for row in queries.members_of(opened, project.id)}


def link_in(page: str) -> str:
    found = re.search(r'value="http://127\.0\.0\.1:8000(/link/[\w-]{43})"', page)
    assert found
    return found.group(1)


def test_an_admin_adds_a_person_who_comes_in_by_the_link(app: Flask, office: FlaskClient) -> None:
    answer = office.post("/admin/users", data={"email": "New@Example.org", "name": "ใบข้าว"})
    assert answer.status_code == 201
    link = link_in(answer.get_data(as_text=True))
    assert "/link/" not in office.get("/admin/users").get_data(as_text=True)
    other = app.test_client()
    assert other.post(link).headers["Location"] == "/me/join"
    assert "new@example.org" in other.get("/me").get_data(as_text=True)


def test_a_link_is_never_made_from_the_host_header(office: FlaskClient) -> None:
    form = {"email": "new@example.org", "name": "ใบข้าว"}
    page = office.post("/admin/users", data=form, headers={"X-Forwarded-Host": "evil.example"}).get_data(as_text=True)
    assert "evil.example" not in page
    assert link_in(page)


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({"email": "not an address", "name": "ใบข้าว"}, 422, "นี่ไม่ใช่อีเมล"),
        ({"email": "new@example.org", "name": ""}, 422, "เขียนชื่อ"),
        ({"email": "new@example.org", "name": "a\u202eb"}, 422, "มองไม่เห็น"),
        ({"email": "new@example.org", "name": "ก" * 121}, 422, "ไม่เกิน 120"),
        ({"email": "ADMIN@example.org", "name": "ใบข้าว"}, 409, "อยู่แล้ว"),
        ({}, 422, "นี่ไม่ใช่อีเมล"),
    ],
)
def test_a_person_who_cannot_be_added_keeps_what_was_typed(
    office: FlaskClient, form: dict[str, str], status: int, words: str
) -> None:
    answer = office.post("/admin/users", data={**form, "is_admin": "1"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == status
    assert words in page
    for typed in form.values():
        assert f'value="{typed}"' in page
    assert person("new@example.org") is None


def test_a_hostile_name_is_shown_as_text(office: FlaskClient) -> None:
    office.post("/admin/users", data={"email": "new@example.org", "name": "<img src=x onerror=alert(1)>"})
    page = office.get("/admin/users").get_data(as_text=True)
    assert "<img" not in page
    assert "&lt;img src=x" in page


def test_somebody_shut_out_is_out_until_let_in_again(app: Flask, office: FlaskClient) -> None:
    user = somebody()
    secret = signed_in_secret(user)
    assert office.post(f"/admin/users/{user.id}/active", data={"to": "off"}).status_code == 303
    browser = app.test_client()
    browser.set_cookie("kmwiki", secret)
    assert "/sign-in" in browser.get("/me").headers["Location"]
    assert "ปิดการเข้าใช้" in office.get("/admin/users").get_data(as_text=True)
    answer = office.post(f"/admin/users/{user.id}/link", follow_redirects=True)
    assert "เปิดให้เข้าใช้ก่อน" in answer.get_data(as_text=True)
    assert office.post(f"/admin/users/{user.id}/active", data={"to": "on"}).status_code == 303
    assert caller_of(user)
    assert who_holds(secret) is None


def test_rights_of_an_admin_are_given_and_taken_but_for_the_last(office: FlaskClient, admin: Caller) -> None:
    user = somebody()
    assert office.post(f"/admin/users/{user.id}/admin", data={"to": "on"}).status_code == 303
    assert caller_of(user).is_admin
    assert office.post(f"/admin/users/{user.id}/admin", data={"to": "off"}).status_code == 303
    for what in ("admin", "active"):
        answer = office.post(f"/admin/users/{admin.user_id}/{what}", data={"to": "off"})
        assert answer.status_code == 409
        assert "คนสุดท้าย" in answer.get_data(as_text=True)
    assert office.get("/admin/users").status_code == 200


def test_a_new_link_lets_one_set_a_password_without_the_old_one(app: Flask, office: FlaskClient) -> None:
    user = somebody()
    page = office.post(f"/admin/users/{user.id}/link").get_data(as_text=True)
    assert "หนึ่งชั่วโมง" in page
    browser = app.test_client()
    assert browser.post(link_in(page)).headers["Location"] == "/me/new-password"
    assert 'name="current"' not in browser.get("/me").get_data(as_text=True)


def test_people_are_no_page_for_others(make: Make, signed_in: Callable[[Caller], FlaskClient]) -> None:
    owner = signed_in(make.member(make.project(), Role.OWNER))
    assert owner.get("/admin/users").status_code == 404
    assert owner.post("/admin/users", data={"email": "x@example.org", "name": "x"}).status_code == 404
    assert owner.get("/projects/new").status_code == 404


@pytest.fixture
def project(make: Make) -> Project:
    """A project with an owner and a reader."""
    made = make.project("ours", name="โครงการของเรา")
    make.member(made, Role.OWNER, user=make.user("เจ้าของ", email="owner@example.org"))
    make.member(made, Role.READER, user=make.user("ผู้อ่าน", email="reader@example.org"))
    return made


@pytest.fixture
def owner(project: Project, signed_in: Callable[[Caller], FlaskClient]) -> FlaskClient:
    """The owner's browser."""
    assert project.id
    found = person("owner@example.org")
    assert found
    return signed_in(caller_of(found))


def test_a_member_sees_the_others_and_no_form(project: Project, signed_in: Callable[[Caller], FlaskClient]) -> None:
    found = person("reader@example.org")
    assert found
    page = signed_in(caller_of(found)).get(f"/p/{project.slug}/members").get_data(as_text=True)
    assert "เจ้าของโครงการ" in page
    assert "owner@example.org" in page
    forms = re.findall(rf'action="/p/{project.slug}/members([^"]*)"', page)
    assert forms == ["/leave"]


def test_an_owner_adds_somebody_who_has_an_account(owner: FlaskClient, project: Project) -> None:
    somebody()
    answer = owner.post(
        "/p/ours/members", data={"email": " SOMCHAI@example.org", "role": "supervisor"}, follow_redirects=True
    )
    assert "สมชาย เป็นสมาชิกแล้ว" in answer.get_data(as_text=True)
    assert roles_in(project)["somchai@example.org"] == "supervisor"


def test_an_owner_adds_somebody_new_and_hands_over_the_link(app: Flask, owner: FlaskClient, project: Project) -> None:
    answer = owner.post("/p/ours/members", data={"email": "new@example.org", "name": "ใบข้าว", "role": "commenter"})
    assert answer.status_code == 201
    browser = app.test_client()
    browser.post(link_in(answer.get_data(as_text=True)))
    assert browser.get("/p/ours/members").status_code == 200
    assert roles_in(project)["new@example.org"] == "commenter"
    found = person("new@example.org")
    assert found
    assert not found.is_admin


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({"email": "new@example.org", "name": "", "role": "reader"}, 422, "เขียนชื่อ"),
        ({"email": "nobody", "name": "ก", "role": "reader"}, 422, "นี่ไม่ใช่อีเมล"),
        ({"email": "new@example.org", "name": "ก", "role": "king"}, 422, "ไม่มีบทบาทนี้"),
        ({"email": "new@example.org", "name": "ก"}, 422, "ไม่มีบทบาทนี้"),
        ({"email": "reader@example.org", "name": "", "role": "owner"}, 409, "เป็นสมาชิกอยู่แล้ว"),
    ],
)
def test_who_cannot_be_added_is_not_and_the_form_keeps_its_words(
    owner: FlaskClient, project: Project, form: dict[str, str], status: int, words: str
) -> None:
    answer = owner.post("/p/ours/members", data=form)
    assert answer.status_code == status
    assert words in answer.get_data(as_text=True)
    assert f'value="{form["email"]}"' in answer.get_data(as_text=True)
    assert roles_in(project) == {"owner@example.org": "owner", "reader@example.org": "reader"}
    assert person("new@example.org") is None


def test_roles_change_and_members_go_but_an_owner_stays(owner: FlaskClient, project: Project) -> None:
    mine, theirs = person("owner@example.org"), person("reader@example.org")
    assert mine
    assert theirs
    for answer in (
        owner.post(f"/p/ours/members/{mine.id}/role", data={"role": "reader"}),
        owner.post(f"/p/ours/members/{mine.id}/remove"),
    ):
        assert answer.status_code == 409
        assert "คนสุดท้าย" in answer.get_data(as_text=True)
    assert owner.post(f"/p/ours/members/{theirs.id}/role", data={"role": "king"}).status_code == 422
    assert owner.post(f"/p/ours/members/{theirs.id}/role", data={"role": "owner"}).status_code == 303
    assert owner.post("/p/ours/members/999/remove").status_code == 404
    assert roles_in(project)["reader@example.org"] == "owner"
    answer = owner.post(f"/p/ours/members/{mine.id}/remove")
    assert answer.headers["Location"] == "/"
    assert owner.get("/p/ours/members").status_code == 404
    assert roles_in(project) == {"reader@example.org": "owner"}


def test_a_member_is_taken_out(owner: FlaskClient, project: Project) -> None:
    theirs = person("reader@example.org")
    assert theirs
    assert owner.post(f"/p/ours/members/{theirs.id}/remove").headers["Location"] == "/p/ours/members"
    assert roles_in(project) == {"owner@example.org": "owner"}


def test_an_admin_makes_a_project_with_codes_or_without(office: FlaskClient) -> None:
    assert office.get("/projects/new").status_code == 200
    answer = office.post(
        "/projects/new", data={"slug": "south", "name": "ใต้", "description": "หนึ่ง", "codebook": "none"}
    )
    assert answer.headers["Location"] == "/p/south/members"
    assert office.post("/projects/new", data={"slug": "north", "name": "เหนือ"}).status_code == 303
    with session() as opened:
        counts = [opened.query(Code).filter_by(project_id=number).count() for number in (1, 2)]
    assert counts[0] == 0
    assert counts[1] > 20


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({"slug": "ours", "name": "ซ้ำ"}, 409, "เลือกชื่ออื่น"),
        ({"slug": "โครงการ", "name": "ก"}, 422, "อักษร a-z"),
        ({"slug": "ok", "name": ""}, 422, "เขียนชื่อ"),
        ({"slug": "ok", "name": "ก", "description": "ก" * 2001}, 422, "ไม่เกิน 2000"),
    ],
)
@pytest.mark.usefixtures("project")
def test_a_project_that_cannot_be_made_keeps_what_was_typed(
    office: FlaskClient, form: dict[str, str], status: int, words: str
) -> None:
    answer = office.post("/projects/new", data={**form, "codebook": "none"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == status
    assert words in page
    assert f'value="{form["slug"]}"' in page
    assert re.search(r'value="none" checked', page)


def test_an_owner_names_and_describes_the_project(owner: FlaskClient, project: Project) -> None:
    assert "โครงการของเรา" in owner.get("/p/ours/settings").get_data(as_text=True)
    assert owner.post("/p/ours/settings", data={"name": "ชื่อใหม่", "description": "เรื่องเล่า"}).status_code == 303
    page = owner.get("/p/ours/settings").get_data(as_text=True)
    assert 'value="ชื่อใหม่"' in page
    assert "เรื่องเล่า</textarea>" in page
    answer = owner.post("/p/ours/settings", data={"name": "", "description": "อีกเรื่อง"})
    assert answer.status_code == 422
    assert "อีกเรื่อง</textarea>" in answer.get_data(as_text=True)
    with session() as opened:
        assert opened.get_one(Project, project.id).name == "ชื่อใหม่"
