"""People and their tokens: added once, named safely, shut out at once, never without an admin."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from kmwiki.accounts import administration, queries, service
from kmwiki.accounts.access import OPERATOR, require_admin, require_signed_in
from kmwiki.accounts.models import ApiToken, User
from kmwiki.db import now, session, transaction
from kmwiki.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from kmwiki.security.policy import NOBODY, Caller
from tests.make_accounts import caller_of, signed_in_secret, somebody, verbs, who_holds

if TYPE_CHECKING:
    from tests.make import Make

pytestmark = pytest.mark.usefixtures("settings")


def token_of(user: User, name: str = "รายงาน") -> str:
    with transaction() as opened:
        return service.create_token(opened, caller_of(user), opened.get_one(User, user.id), name=name)[1]


def holder(token: str) -> Caller | None:
    with session() as opened:
        return queries.caller_for_token(opened, token)


def test_an_address_has_one_account_however_it_is_written() -> None:
    somebody("Somchai@Example.org")
    for email in ("somchai@example.org", " SOMCHAI@EXAMPLE.ORG "):
        with pytest.raises(Conflict, match=r"somchai@example\.org"):
            somebody(email)
        with session() as opened:
            assert queries.user_by_email(opened, email) is not None


@pytest.mark.parametrize(
    ("email", "name", "field"),
    [
        ("not an address", "สมชาย", "email"),
        ("a@example.org", "", "name"),
        ("a@example.org", "x" * 121, "name"),
        ("a@example.org", "admin\u202egnp", "name"),
    ],
)
def test_what_cannot_be_taken_names_its_field_and_adds_nobody(email: str, name: str, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        somebody(email, name=name)
    assert set(caught.value.fields) == {field}
    with session() as opened:
        assert queries.users(opened) == []


def test_a_poor_first_password_adds_nobody() -> None:
    with pytest.raises(Invalid), transaction() as opened:
        service.create_user(opened, OPERATOR, email="a@example.org", name="ก", password="a@example.org")
    with session() as opened:
        assert queries.users(opened) == []


def test_people_are_listed_active_first() -> None:
    for email in ("b@example.org", "c@example.org", "a@example.org"):
        somebody(email)
    with transaction() as opened:
        gone = queries.user_by_email(opened, "a@example.org")
        assert gone is not None
        administration.set_active(opened, OPERATOR, gone, is_active=False)
    with session() as opened:
        assert [user.email[0] for user in queries.users(opened)] == ["b", "c", "a"]


def test_one_changes_ones_own_name_and_look() -> None:
    user = somebody()
    with transaction() as opened:
        administration.rename(opened, caller_of(user), " ใบข้าว ")
        administration.rename(opened, caller_of(user), "ใบข้าว")
        service.set_look(opened, caller_of(user), locale="en", theme="dark")
        service.set_look(opened, caller_of(user), theme="dark")
    found = caller_of(user)
    assert (found.name, found.locale, found.theme) == ("ใบข้าว", "en", "dark")
    assert verbs() == ["user.created", "user.renamed", "user.look_set"]
    for bad in ({"locale": "de"}, {"theme": "pink"}):
        with pytest.raises(Invalid), transaction() as opened:
            service.set_look(opened, caller_of(user), **bad)
    with pytest.raises(NotFound), transaction() as opened:
        service.set_look(opened, NOBODY, locale="en")


def test_who_is_shut_out_is_out_at_once_and_stays_so_with_old_secrets() -> None:
    somebody("admin@example.org", is_admin=True)
    user = somebody()
    secret, token = signed_in_secret(user), token_of(user)
    assert who_holds(secret)
    assert holder(token)
    for is_active in (False, True):
        with transaction() as opened:
            administration.set_active(opened, OPERATOR, opened.get_one(User, user.id), is_active=is_active)
            administration.set_active(opened, OPERATOR, opened.get_one(User, user.id), is_active=is_active)
        assert who_holds(secret) is None
        assert holder(token) is None
        if not is_active:
            with pytest.raises(NotFound):
                caller_of(user)
    assert caller_of(user).user_id == user.id
    assert [verb for verb in verbs() if "activated" in verb] == ["user.deactivated", "user.activated"]


def test_a_session_or_token_of_an_inactive_person_is_dead_even_if_its_row_lives() -> None:
    user = somebody()
    secret, token = signed_in_secret(user), token_of(user)
    with transaction() as opened:
        opened.execute(update(User).values(is_active=False))
    assert who_holds(secret) is None
    assert holder(token) is None


def test_the_site_keeps_an_admin() -> None:
    admin = somebody("admin@example.org", is_admin=True)
    with transaction() as opened:
        user = opened.get_one(User, admin.id)
        with pytest.raises(Conflict, match="last admin"):
            administration.set_admin(opened, OPERATOR, user, is_admin=False)
        with pytest.raises(Conflict, match="last admin"):
            administration.set_active(opened, OPERATOR, user, is_active=False)
    second = somebody("second@example.org")
    with transaction() as opened:
        administration.set_admin(opened, OPERATOR, opened.get_one(User, second.id), is_admin=True)
        administration.set_admin(opened, OPERATOR, opened.get_one(User, second.id), is_admin=True)
        administration.set_admin(opened, OPERATOR, opened.get_one(User, admin.id), is_admin=False)
    assert not caller_of(admin).is_admin
    with session() as opened:
        first = queries.first_admin(opened)
    assert first is not None
    assert first.id == second.id
    assert verbs()[-2:] == ["user.admin_given", "user.admin_taken"]


def test_an_inactive_admin_does_not_count_as_one() -> None:
    first, second = somebody("a@example.org", is_admin=True), somebody("b@example.org", is_admin=True)
    with transaction() as opened:
        administration.set_active(opened, OPERATOR, opened.get_one(User, second.id), is_active=False)
        with pytest.raises(Conflict):
            administration.set_active(opened, OPERATOR, opened.get_one(User, first.id), is_active=False)
        administration.set_admin(opened, OPERATOR, opened.get_one(User, second.id), is_admin=False)


def test_a_token_speaks_for_its_person_until_revoked() -> None:
    user, other = somebody(), somebody("other@example.org")
    token = token_of(user)
    found = holder(token)
    assert found is not None
    assert (found.user_id, found.token_id) == (user.id, 1)
    assert token.startswith("kmw_")
    with session() as opened:
        assert opened.get_one(ApiToken, 1).token_hash != token
        assert [row.name for row in queries.tokens_of(opened, user.id)] == ["รายงาน"]
    with pytest.raises(NotFound), transaction() as opened:
        service.revoke_token(opened, caller_of(other), 1)
    with pytest.raises(NotFound), transaction() as opened:
        service.revoke_token(opened, NOBODY, 1)
    with transaction() as opened:
        service.revoke_token(opened, caller_of(user), 1)
        service.revoke_token(opened, OPERATOR, 1)
    assert holder(token) is None
    with session() as opened:
        assert queries.tokens_of(opened, user.id) == []
    assert verbs().count("token.revoked") == 1


@pytest.mark.parametrize("token", ["", "kmw_", "kmw_" + "x" * 43, "Bearer kmw_x", "kmw_\udcff", "x"])
def test_an_invented_token_speaks_for_nobody(token: str) -> None:
    token_of(somebody())
    assert holder(token) is None


def test_a_session_secret_is_no_token_and_a_token_no_session() -> None:
    user = somebody()
    assert holder(signed_in_secret(user)) is None
    assert who_holds(token_of(user)) is None


def test_when_a_token_was_used_is_written_now_and_then() -> None:
    user = somebody()
    token_of(user)
    with transaction() as opened:
        service.touch_token(opened, 1)
    with session() as opened:
        first = opened.get_one(ApiToken, 1).last_used
    assert first is not None
    with transaction() as opened:
        service.touch_token(opened, 1)
    with session() as opened:
        assert opened.get_one(ApiToken, 1).last_used == first
    with transaction() as opened:
        opened.execute(update(ApiToken).values(last_used=now() - timedelta(hours=1)))
        service.touch_token(opened, 1)
    with session() as opened:
        assert opened.get_one(ApiToken, 1).last_used >= first  # type: ignore[operator]


def test_a_token_needs_a_name() -> None:
    user = somebody()
    with pytest.raises(Invalid):
        token_of(user, name=" ")


def test_admins_and_visitors_are_told_apart(make: Make) -> None:
    person = make.caller(make.user())
    require_admin(OPERATOR)
    require_admin(make.caller(make.user(is_admin=True)))
    with pytest.raises(Forbidden):
        require_admin(person)
    with pytest.raises(Unauthenticated):
        require_admin(NOBODY)
    assert require_signed_in(person) == person.user_id
    with pytest.raises(Unauthenticated):
        require_signed_in(NOBODY)


def test_last_seen_of_everybody_is_known() -> None:
    user, never = somebody(), somebody("never@example.org")
    signed_in_secret(user)
    with session() as opened:
        seen = queries.last_seen(opened)
    assert set(seen) == {user.id}
    assert never.id not in seen
