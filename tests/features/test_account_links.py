"""One-time links: they work once, for their person, for their time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from kmwiki.accounts import administration, one_time_links, queries
from kmwiki.accounts.access import OPERATOR
from kmwiki.accounts.models import OneTimeLink, User
from kmwiki.db import now, session, transaction
from kmwiki.errors import Invalid, NotFound
from kmwiki.security.tokens import digest
from tests.make_accounts import somebody, verbs, who_holds

pytestmark = pytest.mark.usefixtures("settings")


def link_of(user: User, purpose: str = "sign_in") -> str:
    with transaction() as opened:
        return one_time_links.create_link(opened, OPERATOR, opened.get_one(User, user.id), purpose=purpose)


def use(secret: str) -> str:
    with transaction() as opened:
        return one_time_links.use_link(opened, secret)[1]


def state_of(secret: str) -> str:
    with session() as opened:
        return queries.link_state(opened, secret)


def test_a_link_signs_its_person_in_and_is_kept_as_a_hash() -> None:
    user = somebody()
    secret = link_of(user)
    assert state_of(secret) == "ready"
    with session() as opened:
        assert opened.scalars(select(OneTimeLink)).one().token_hash == digest(secret)
    found = who_holds(use(secret))
    assert found is not None
    assert found.user_id == user.id


def test_looking_at_a_link_does_not_burn_it() -> None:
    secret = link_of(somebody())
    assert [state_of(secret) for _ in range(3)] == ["ready"] * 3
    assert use(secret)


def test_a_link_does_not_work_twice() -> None:
    secret = link_of(somebody())
    use(secret)
    with pytest.raises(NotFound, match="Ask for a new one"):
        use(secret)
    assert state_of(secret) == "used"
    assert verbs().count("link.used") == 1


def test_of_two_uses_at_once_one_wins() -> None:
    secret = link_of(somebody())

    def attempt(_: int) -> bool:
        try:
            use(secret)
        except NotFound:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(attempt, range(4))) == [False, False, False, True]


@pytest.mark.parametrize(
    ("purpose", "most"), [("sign_in", timedelta(hours=1)), ("reset", timedelta(hours=1)), ("invite", timedelta(days=7))]
)
def test_a_link_ends_when_its_time_is_over(purpose: str, most: timedelta) -> None:
    secret = link_of(somebody(), purpose)
    with transaction() as opened:
        row = opened.scalars(select(OneTimeLink)).one()
        assert row.expires - row.created == most
        opened.execute(update(OneTimeLink).values(expires=now() - timedelta(seconds=1)))
    assert state_of(secret) == "expired"
    with pytest.raises(NotFound):
        use(secret)


def test_a_new_link_ends_the_older_ones_of_that_person_only() -> None:
    user, other = somebody(), somebody("other@example.org")
    first, others = link_of(user), link_of(other)
    second = link_of(user)
    assert [state_of(secret) for secret in (first, second, others)] == ["expired", "ready", "ready"]


def test_an_invented_link_is_not_known() -> None:
    link_of(somebody())
    for invented in ("", "x" * 43, "ก" * 43, "\udcff", "' OR 1=1 --"):
        assert state_of(invented) == "unknown"
        with pytest.raises(NotFound):
            use(invented)


def test_somebody_shut_out_has_no_way_in_by_link() -> None:
    user = somebody()
    secret = link_of(user)
    with transaction() as opened:
        administration.set_active(opened, OPERATOR, opened.get_one(User, user.id), is_active=False)
    assert state_of(secret) == "unknown"
    with pytest.raises(NotFound):
        use(secret)
    with pytest.raises(Invalid, match="not active"):
        link_of(user)
