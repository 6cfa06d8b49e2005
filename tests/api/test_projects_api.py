"""Projects and members over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmwiki.accounts import administration
from kmwiki.accounts.access import OPERATOR
from kmwiki.accounts.models import User
from kmwiki.coding.models import Code
from kmwiki.db import session, transaction
from kmwiki.security.policy import Role
from tests.make_accounts import verbs

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmwiki.accounts.models import Project
    from kmwiki.security.policy import Caller
    from tests.conftest import Api
    from tests.make import Make


@pytest.fixture
def admin(make: Make, api: Callable[[Caller | None], Api]) -> Api:
    """The API as an admin sees it."""
    return api(make.caller(make.user(email="admin@example.org", is_admin=True)))


@pytest.fixture
def project(make: Make) -> Project:
    """An empty project."""
    return make.project("ours", name="โครงการของเรา")


@pytest.fixture
def owner(make: Make, api: Callable[[Caller | None], Api], project: Project) -> Api:
    """The API as the project's owner sees it."""
    return api(make.member(project, Role.OWNER, user=make.user("เจ้าของ", email="owner@example.org")))


def test_an_admin_makes_a_project_and_owns_it(admin: Api) -> None:
    status, made = admin.post(
        "/projects", {"slug": "South", "name": "ใต้", "description": "เรื่องเล่า", "codebook": "none"}
    )
    assert status == 201
    assert {key: made[key] for key in ("slug", "name", "description", "role")} == {
        "slug": "south",
        "name": "ใต้",
        "description": "เรื่องเล่า",
        "role": "owner",
    }
    assert made["url"].endswith("/p/south/")
    assert admin.get("/projects/south") == (200, made)
    assert admin.get("/projects")[1] == {"items": [made], "next": None, "total": 1}


def test_a_new_project_has_the_starter_codebook_unless_told_otherwise(admin: Api) -> None:
    admin.post("/projects", {"slug": "a", "name": "ก"})
    admin.post("/projects", {"slug": "b", "name": "ข", "codebook": "none"})
    with session() as opened:
        counts = [opened.query(Code).filter_by(project_id=number).count() for number in (1, 2)]
    assert counts[0] > 20
    assert counts[1] == 0


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"slug": "ours", "name": "ซ้ำ"}, 409, None),
        ({"slug": "โครงการ", "name": "ก"}, 422, "slug"),
        ({"slug": "../x", "name": "ก"}, 422, "slug"),
        ({"slug": "x", "name": ""}, 422, "name"),
        ({"slug": "x"}, 422, "name"),
        ({"slug": "x", "name": 5}, 422, "name"),
        ({"slug": "x", "name": "ก", "codebook": "all"}, 422, "codebook"),
        ({"slug": "x", "name": "ก", "is_admin": True}, 422, "is_admin"),
        ({"slug": "x", "name": "ก", "description": "ก" * 2001}, 422, "description"),
    ],
)
@pytest.mark.usefixtures("project")
def test_a_project_that_cannot_be_made_says_why(
    admin: Api, body: dict[str, object], status: int, field: str | None
) -> None:
    answered, problem = admin.post("/projects", body)
    assert answered == status
    assert problem["status"] == status
    assert [item["field"] for item in problem["errors"]] == ([] if field is None else [field])
    assert admin.get("/projects")[1]["total"] == 1


def test_only_an_admin_makes_projects(owner: Api, api: Callable[[Caller | None], Api]) -> None:
    assert owner.post("/projects", {"slug": "x", "name": "ก"})[0] == 403
    assert api(None).post("/projects", {"slug": "x", "name": "ก"})[0] == 401


def test_a_list_shows_ones_own_projects_page_by_page(
    make: Make, owner: Api, api: Callable[[Caller | None], Api], project: Project
) -> None:
    make.project("theirs")
    assert [item["slug"] for item in owner.get("/projects")[1]["items"]] == [project.slug]
    caller = make.caller(make.user())
    for number in range(3):
        caller = make.member(make.project(f"p{number}", name=f"โครงการ {number}"), Role.READER, user=make_user(caller))
    mine = api(caller)
    status, first = mine.get("/projects?size=2")
    assert (status, first["total"], len(first["items"])) == (200, 3, 2)
    second = mine.get(f"/projects?size=2&cursor={first['next']}")[1]
    assert [item["slug"] for item in first["items"] + second["items"]] == ["p0", "p1", "p2"]
    assert second["next"] is None
    assert mine.get("/projects?cursor=nonsense")[0] == 422
    assert mine.get("/projects?size=0")[0] == 422


def make_user(caller: Caller) -> User:
    with session() as opened:
        return opened.get_one(User, caller.user_id)


def test_an_invisible_project_is_not_there(owner: Api, make: Make) -> None:
    make.project("theirs")
    for slug in ("theirs", "no-such"):
        assert owner.get(f"/projects/{slug}")[0] == 404
        assert owner.patch(f"/projects/{slug}", {"name": "x"})[0] == 404
        assert owner.get(f"/projects/{slug}/members")[0] == 404
        assert owner.put(f"/projects/{slug}/members/owner@example.org", {"role": "owner"})[0] == 404
        assert owner.delete(f"/projects/{slug}/members/owner@example.org")[0] == 404


def test_a_project_is_changed_field_by_field(owner: Api) -> None:
    assert owner.patch("/projects/ours", {"name": "ชื่อใหม่"})[1]["name"] == "ชื่อใหม่"
    status, changed = owner.patch("/projects/ours", {"description": "เรื่อง"})
    assert (status, changed["name"], changed["description"]) == (200, "ชื่อใหม่", "เรื่อง")
    assert owner.patch("/projects/ours", {"name": " "})[0] == 422
    assert owner.patch("/projects/ours", {"slug": "other"})[0] == 422
    assert owner.get("/projects/ours")[1] == changed


def test_members_are_set_read_and_removed_by_address(owner: Api, make: Make) -> None:
    make.user("ใบข้าว", email="baikhao@example.org")
    path = "/projects/ours/members/BaiKhao@example.org"
    assert owner.get(path)[0] == 404
    status, made = owner.put(path, {"role": "researcher"})
    assert status == 200
    assert {key: made[key] for key in ("email", "name", "role", "is_active")} == {
        "email": "baikhao@example.org",
        "name": "ใบข้าว",
        "role": "researcher",
        "is_active": True,
    }
    assert owner.get(path) == (200, made)
    assert owner.put(path, {"role": "reader"})[1]["role"] == "reader"
    items = owner.get("/projects/ours/members")[1]["items"]
    assert [(item["email"], item["role"]) for item in items] == [
        ("owner@example.org", "owner"),
        ("baikhao@example.org", "reader"),
    ]
    assert owner.delete(path)[0] == 204
    assert owner.delete(path)[0] == 404
    assert [verb for verb in verbs() if verb.startswith("member")] == [
        "member.added",
        "member.changed",
        "member.removed",
    ]


def test_the_last_owner_stays(owner: Api) -> None:
    path = "/projects/ours/members/owner@example.org"
    assert owner.put(path, {"role": "reader"})[0] == 409
    assert owner.delete(path)[0] == 409
    assert owner.get(path)[1]["role"] == "owner"


@pytest.mark.parametrize("body", [{"role": "king"}, {}, {"role": 5}, {"role": "Owner"}])
def test_a_role_is_one_of_the_five(owner: Api, make: Make, body: dict[str, object]) -> None:
    make.user(email="a@example.org")
    status, problem = owner.put("/projects/ours/members/a@example.org", body)
    assert status == 422
    assert problem["errors"][0]["field"] == "role"


def test_somebody_without_an_account_cannot_be_set(owner: Api) -> None:
    for email in ("nobody@example.org", "not an address", "ก" * 300):
        assert owner.put(f"/projects/ours/members/{email}", {"role": "reader"})[0] == 404


def test_a_member_reads_the_list_but_changes_nothing(
    make: Make, api: Callable[[Caller | None], Api], project: Project
) -> None:
    supervisor = api(make.member(project, Role.SUPERVISOR, user=make.user(email="sup@example.org")))
    assert supervisor.get("/projects/ours/members")[0] == 200
    assert supervisor.put("/projects/ours/members/sup@example.org", {"role": "owner"})[0] == 403
    assert supervisor.delete("/projects/ours/members/sup@example.org")[0] == 403
    assert supervisor.patch("/projects/ours", {"name": "x"})[0] == 403


def test_the_token_of_somebody_shut_out_is_dead(
    make: Make, api: Callable[[Caller | None], Api], project: Project
) -> None:
    caller = make.member(project, Role.OWNER)
    theirs = api(caller)
    assert theirs.get("/projects")[0] == 200
    with transaction() as opened:
        administration.set_active(opened, OPERATOR, opened.get_one(User, caller.user_id), is_active=False)
    assert theirs.get("/projects")[0] == 401


def test_a_write_with_a_key_is_done_once(admin: Api) -> None:
    headers = {"Idempotency-Key": "one"}
    first = admin.post("/projects", {"slug": "x", "name": "ก", "codebook": "none"}, headers=headers)
    assert first[0] == 201
    assert admin.post("/projects", {"slug": "x", "name": "ก", "codebook": "none"}, headers=headers) == first
    assert admin.get("/projects")[1]["total"] == 1
