"""Projects and members: who sees which, and that a project keeps an owner. `can` and its SQL twin agree."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import delete, select

from kmwiki.accounts import administration, queries, teams
from kmwiki.accounts.access import OPERATOR, project_for
from kmwiki.accounts.models import Membership, Project, User
from kmwiki.db import session, transaction
from kmwiki.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from kmwiki.security.policy import NOBODY, TABLE, Permission, Role, can
from tests.make_accounts import caller_of, somebody, verbs

if TYPE_CHECKING:
    from kmwiki.security.policy import Caller
    from tests.make import Make

pytestmark = pytest.mark.usefixtures("settings")


def new_project(caller: Caller, slug: str = "demo", name: str = "ตัวอย่าง") -> Project:
    with transaction() as opened:
        return teams.create_project(opened, caller, slug=slug, name=name)


def roles_in(project: Project) -> dict[str, str]:
    with session() as opened:
        return {row.user.email: row.role for row in queries.members_of(opened, project.id)}


def set_role(caller: Caller, project: Project, user: User, role: Role) -> None:
    with transaction() as opened:
        teams.set_member(opened, caller, opened.get_one(Project, project.id), opened.get_one(User, user.id), role)


def test_who_makes_a_project_owns_it() -> None:
    admin = somebody(is_admin=True)
    project = new_project(caller_of(admin), "Welfare-South ", "  สวัสดิการ  ใต้ ")
    assert (project.slug, project.name) == ("welfare-south", "สวัสดิการ ใต้")
    assert roles_in(project) == {admin.email: "owner"}
    assert verbs()[-2:] == ["project.created", "member.added"]


def test_the_command_line_makes_a_project_without_members() -> None:
    assert roles_in(new_project(OPERATOR)) == {}


def test_a_short_name_is_given_once() -> None:
    new_project(OPERATOR)
    with pytest.raises(Conflict, match="demo"):
        new_project(OPERATOR, "DEMO")


@pytest.mark.parametrize(
    ("slug", "name", "field"), [("../x", "ก", "slug"), ("ok", "", "name"), ("ok", "a\u202eb", "name")]
)
def test_a_project_that_cannot_be_named_is_not_made(slug: str, name: str, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        new_project(OPERATOR, slug, name)
    assert set(caught.value.fields) == {field}


def test_a_project_is_found_by_those_who_may_and_by_nobody_else(make: Make) -> None:
    project = make.project("ours")
    reader, outsider = make.member(project, Role.READER), make.member(make.project(), Role.OWNER)
    with session() as opened:
        assert project_for(opened, reader, "OURS", Permission.READ).id == project.id
        with pytest.raises(Forbidden):
            project_for(opened, reader, "ours", Permission.WRITE)
        for slug in ("ours", "no-such", "\udcff", "../ours", "ours\x00"):
            with pytest.raises(NotFound):
                project_for(opened, outsider, slug, Permission.READ)
            with pytest.raises(Unauthenticated):
                project_for(opened, NOBODY, slug, Permission.READ)
        assert project_for(opened, OPERATOR, "ours", Permission.MANAGE).id == project.id


def test_projects_and_members_are_listed_in_thai_order(make: Make) -> None:
    admin = make.caller(make.user(is_admin=True))
    project = make.project(name="เกาะ")
    for name in ("ขอนแก่น", "กาญจนบุรี", "แก่งคอย"):
        make.project(name=name)
    for name, role in (("เอก", "reader"), ("อ้อย", "reader"), ("ใหม่", "owner")):
        make.member(project, role, user=make.user(name))
    with session() as opened:
        assert [each.name for each in queries.projects_of(opened, admin)] == ["กาญจนบุรี", "เกาะ", "แก่งคอย", "ขอนแก่น"]
        assert [row.user.name for row in queries.members_of(opened, project.id)] == ["ใหม่", "อ้อย", "เอก"]
        assert queries.count_members(opened, [project.id, 99]) == {project.id: 3}


def test_a_member_is_added_changed_and_removed() -> None:
    owner, user = somebody("owner@example.org", is_admin=True), somebody()
    project = new_project(caller_of(owner))
    set_role(caller_of(owner), project, user, Role.READER)
    set_role(caller_of(owner), project, user, Role.READER)
    set_role(caller_of(owner), project, user, Role.SUPERVISOR)
    assert caller_of(user).role_in(project.id) is Role.SUPERVISOR
    with transaction() as opened:
        mine, them = opened.get_one(Project, project.id), opened.get_one(User, user.id)
        teams.remove_member(opened, caller_of(owner), mine, them)
        with pytest.raises(NotFound):
            teams.remove_member(opened, caller_of(owner), mine, them)
    assert roles_in(project) == {owner.email: "owner"}
    assert caller_of(user).roles == {}
    assert verbs()[-3:] == ["member.added", "member.changed", "member.removed"]


def test_the_last_owner_stays_and_the_last_but_one_may_go() -> None:
    owner, user = somebody("owner@example.org", is_admin=True), somebody()
    project = new_project(caller_of(owner))
    with pytest.raises(Conflict, match="last owner"):
        set_role(caller_of(owner), project, owner, Role.READER)
    with transaction() as opened:
        mine, them = opened.get_one(Project, project.id), opened.get_one(User, owner.id)
        with pytest.raises(Conflict, match="last owner"):
            teams.remove_member(opened, caller_of(owner), mine, them)
    assert roles_in(project) == {owner.email: "owner"}
    set_role(caller_of(owner), project, user, Role.OWNER)
    set_role(caller_of(owner), project, owner, Role.READER)
    assert roles_in(project) == {user.email: "owner", owner.email: "reader"}


def test_an_owner_who_is_shut_out_does_not_count() -> None:
    owner, gone = somebody("owner@example.org", is_admin=True), somebody()
    project = new_project(caller_of(owner))
    set_role(caller_of(owner), project, gone, Role.OWNER)
    with transaction() as opened:
        administration.set_active(opened, OPERATOR, opened.get_one(User, gone.id), is_active=False)
    with pytest.raises(Conflict, match="last owner"):
        set_role(caller_of(owner), project, owner, Role.READER)
    set_role(caller_of(owner), project, gone, Role.READER)


def test_nobody_is_added_who_is_shut_out() -> None:
    somebody("admin@example.org", is_admin=True)
    gone = somebody()
    project = new_project(OPERATOR)
    with transaction() as opened:
        administration.set_active(opened, OPERATOR, opened.get_one(User, gone.id), is_active=False)
    with pytest.raises(Invalid, match="not active"):
        set_role(OPERATOR, project, gone, Role.READER)


def test_a_project_is_renamed_and_described() -> None:
    project = new_project(OPERATOR)
    with transaction() as opened:
        mine = opened.get_one(Project, project.id)
        teams.edit_project(opened, OPERATOR, mine, name="ชื่อใหม่")
        teams.edit_project(opened, OPERATOR, mine, description="หนึ่ง\r\nสอง")
        teams.edit_project(opened, OPERATOR, mine, name="ชื่อใหม่")
        with pytest.raises(Invalid):
            teams.edit_project(opened, OPERATOR, mine, name=" ")
    with session() as opened:
        found = opened.get_one(Project, project.id)
        assert (found.name, found.description) == ("ชื่อใหม่", "หนึ่ง\nสอง")
    assert verbs().count("project.edited") == 2


PEOPLE = st.lists(
    st.tuples(st.booleans(), st.dictionaries(st.integers(0, 3), st.sampled_from(Role))), min_size=1, max_size=5
)


@given(people=PEOPLE)
@examples(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_policy_and_its_sql_twin_agree(make: Make, people: list[tuple[bool, dict[int, Role]]]) -> None:
    with transaction() as opened:
        opened.execute(delete(Membership))
        projects = list(opened.scalars(select(Project)))
    while len(projects) < 4:
        projects.append(make.project())
    users = [make.user(is_admin=is_admin) for is_admin, _ in people]
    with transaction() as opened:
        for user, (_, places) in zip(users, people, strict=True):
            opened.add_all(
                Membership(project_id=projects[number].id, user_id=user.id, role=role.label)
                for number, role in places.items()
            )
    with session() as opened:
        for caller in [NOBODY, OPERATOR, *(queries.caller_for_user(opened, user.id) for user in users)]:
            for permission in Permission:
                wanted = {project.id for project in projects if can(caller, permission, project.id)}
                found = select(Project.id).where(queries.projects_where(caller, permission))
                assert set(opened.scalars(found)) == wanted


def test_every_permission_has_its_role_and_higher_roles_may_all_that_lower_ones_may(make: Make) -> None:
    assert set(TABLE) == set(Permission)
    project = make.project()
    held = [{each for each in Permission if can(make.member(project, role), each, project.id)} for role in Role]
    assert all(lower <= higher for lower, higher in pairwise(held))
    assert held[-1] == set(Permission)
