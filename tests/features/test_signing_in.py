"""Signing in by password: sessions that can be ended, guessers that must wait, nobody locked out."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event, select, update

from kmwiki import db
from kmwiki.accounts import administration, attempts, one_time_links, queries, seen, service, sign_ins
from kmwiki.accounts.access import OPERATOR
from kmwiki.accounts.models import OneTimeLink, SignInSession, User
from kmwiki.db import now, session, transaction
from kmwiki.errors import Invalid, NotFound, TooMany, Unauthenticated
from kmwiki.security import passwords
from kmwiki.security.policy import Caller, Role
from kmwiki.security.tokens import digest
from tests.make_accounts import (
    OTHER_PASSWORD,
    PASSWORD,
    all_event_data,
    caller_of,
    signed_in_secret,
    somebody,
    verbs,
    who_holds,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.make import Make

pytestmark = pytest.mark.usefixtures("settings")


def sign_in(email: str, password: str, address: str = "192.0.2.1") -> str:
    with transaction() as opened:
        return sign_ins.sign_in(opened, email, password, address, "Firefox/130")[1]


def test_a_right_password_opens_a_session_of_which_only_a_hash_is_kept() -> None:
    user = somebody()
    secret = sign_in(" Somchai@EXAMPLE.org ", PASSWORD)
    found = who_holds(secret)
    assert found is not None
    assert found.user_id == user.id
    with session() as opened:
        row = opened.scalars(select(SignInSession)).one()
    assert row.token_hash == digest(secret)
    assert secret not in json.dumps([str(value) for value in vars(row).values()])
    assert (row.address, row.agent, row.via) == ("192.0.2.1", "Firefox/130", "password")


def test_every_sign_in_has_a_secret_of_its_own() -> None:
    somebody()
    assert sign_in("somchai@example.org", PASSWORD) != sign_in("somchai@example.org", PASSWORD)


@pytest.mark.parametrize(
    ("email", "password"), [("somchai@example.org", "wrong"), ("nobody@example.org", PASSWORD), ("", "")]
)
def test_a_refusal_says_the_same_whoever_it_was(email: str, password: str) -> None:
    somebody()
    with pytest.raises(Unauthenticated, match="e-mail address or the password is not right"):
        sign_in(email, password)


def test_an_inactive_person_and_one_without_password_are_refused_in_the_same_words(make: Make) -> None:
    gone, bare = somebody(), make.user(email="bare@example.org")
    with transaction() as opened:
        administration.set_active(opened, OPERATOR, opened.get_one(User, gone.id), is_active=False)
    for email in (gone.email, bare.email):
        with pytest.raises(Unauthenticated, match="e-mail address or the password is not right"):
            sign_in(email, PASSWORD)


def test_an_unknown_account_costs_as_many_comparisons_as_a_known_one(monkeypatch: pytest.MonkeyPatch) -> None:
    somebody()
    compared: list[bool] = []
    real = passwords.verify

    def counted(stored: str | None, password: str) -> passwords.Verdict:
        compared.append(stored is None)
        return real(stored, password)

    monkeypatch.setattr(passwords, "verify", counted)
    for email in ("somchai@example.org", "nobody@example.org"):
        with pytest.raises(Unauthenticated):
            sign_in(email, "wrong")
    assert compared == [False, True]


def test_a_password_kept_with_old_parameters_is_kept_with_new_ones_after_sign_in() -> None:
    user = somebody()
    before = passwords.tune(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    try:
        sign_in(user.email, PASSWORD)
        with session() as opened:
            stored = opened.get_one(User, user.id).password_hash
        assert stored is not None
        assert "m=16,t=2" in stored
        sign_in(user.email, PASSWORD)
    finally:
        passwords.tune(before)


def test_many_wrong_tries_must_wait_and_then_the_right_password_works(monkeypatch: pytest.MonkeyPatch) -> None:
    somebody()
    clock = [1000.0]
    monkeypatch.setattr("kmwiki.security.throttle.monotonic", lambda: clock[0])
    for _ in range(attempts.PAIR.limit):
        with pytest.raises(Unauthenticated):
            sign_in("somchai@example.org", "wrong")
    with pytest.raises(TooMany) as caught:
        sign_in("somchai@example.org", PASSWORD)
    assert 0 < caught.value.retry_after <= attempts.PAIR.window
    assert "5 min" in str(caught.value)
    clock[0] += caught.value.retry_after
    assert who_holds(sign_in("somchai@example.org", PASSWORD))


def test_a_right_password_clears_the_count() -> None:
    somebody()
    for _ in range(3):
        for _ in range(attempts.PAIR.limit - 1):
            with pytest.raises(Unauthenticated):
                sign_in("somchai@example.org", "wrong")
        sign_in("somchai@example.org", PASSWORD)


def test_strangers_who_hammer_at_an_account_do_not_lock_its_owner_out() -> None:
    somebody()
    sign_in("somchai@example.org", PASSWORD, address="198.51.100.7")
    for number in range(attempts.ACCOUNT.limit):
        with pytest.raises(Unauthenticated):
            sign_in("somchai@example.org", "wrong", address=f"203.0.113.{number}")
    with pytest.raises(TooMany):
        sign_in("somchai@example.org", PASSWORD, address="203.0.113.250")
    assert who_holds(sign_in("somchai@example.org", PASSWORD, address="198.51.100.7"))


def test_one_address_cannot_try_many_accounts() -> None:
    for number in range(attempts.ADDRESS.limit):
        with pytest.raises(Unauthenticated):
            sign_in(f"person{number}@example.org", "wrong", address="203.0.113.9")
    with pytest.raises(TooMany):
        sign_in("another@example.org", "wrong", address="203.0.113.9")
    with pytest.raises(Unauthenticated):
        sign_in("another@example.org", "wrong", address="203.0.113.10")


def test_a_session_ends_when_signed_out_idle_or_old() -> None:
    user = somebody()
    left, idle, old, live = (signed_in_secret(user) for _ in range(4))
    with transaction() as opened:
        sign_ins.sign_out(opened, left)
        sign_ins.sign_out(opened, left)
        sign_ins.sign_out(opened, "unknown")
        change(opened, idle, last_seen=now() - queries.IDLE - timedelta(seconds=1))
        change(opened, old, expires=now() - timedelta(seconds=1))
    assert [who_holds(secret) is None for secret in (left, idle, old, live)] == [True, True, True, False]
    with session() as opened:
        assert [row.token_hash for row in queries.sessions_of(opened, user.id)] == [digest(live)]
    assert verbs().count("session.closed") == 1


def change(opened: Session, secret: str, **values: object) -> None:
    opened.execute(update(SignInSession).where(SignInSession.token_hash == digest(secret)).values(**values))


def test_a_remembered_browser_lasts_a_month_and_another_a_working_day() -> None:
    user = somebody()
    with transaction() as opened:
        found = opened.get_one(User, user.id)
        long, _ = sign_ins.open_session(opened, found, sign_ins.Device(is_remembered=True))
        short, _ = sign_ins.open_session(opened, found, sign_ins.Device())
    assert long.expires - long.created == sign_ins.LONG_SESSION
    assert short.expires - short.created == sign_ins.SHORT_SESSION


def test_one_ends_ones_own_sessions_and_nobody_elses() -> None:
    user, other = somebody(), somebody("other@example.org")
    secret = signed_in_secret(user)
    with session() as opened:
        number = queries.sessions_of(opened, user.id)[0].id
    for caller in (caller_of(other), Caller()):
        with pytest.raises(NotFound), transaction() as opened:
            sign_ins.revoke_session(opened, caller, number)
    assert who_holds(secret)
    with transaction() as opened:
        sign_ins.revoke_session(opened, caller_of(user), number)
        sign_ins.revoke_session(opened, caller_of(user), number)
    assert who_holds(secret) is None
    assert verbs().count("session.revoked") == 1


def test_last_seen_is_written_every_few_minutes_only() -> None:
    user = somebody()
    secret = signed_in_secret(user)
    long_ago = now() - timedelta(hours=1)
    with transaction() as opened:
        change(opened, secret, last_seen=long_ago)
        sign_ins.touch_session(opened, secret)
    with session() as opened:
        first = queries.sessions_of(opened, user.id)[0].last_seen
        assert first > long_ago
    with transaction() as opened:
        sign_ins.touch_session(opened, secret)
    with session() as opened:
        assert queries.sessions_of(opened, user.id)[0].last_seen == first
    seen.forget_all()
    assert [seen.is_due("a"), seen.is_due("a"), seen.is_due("b")] == [True, False, True]
    seen.forget_all()


def test_a_new_password_signs_every_other_browser_out_and_kills_links() -> None:
    user = somebody()
    here, elsewhere = signed_in_secret(user), signed_in_secret(user)
    with transaction() as opened:
        link = one_time_links.create_link(opened, OPERATOR, opened.get_one(User, user.id))
        service.set_password(opened, caller_of(user), opened.get_one(User, user.id), OTHER_PASSWORD, keep_secret=here)
    assert who_holds(here)
    assert who_holds(elsewhere) is None
    with session() as opened:
        assert queries.link_state(opened, link) == "expired"
    assert sign_in(user.email, OTHER_PASSWORD)
    with pytest.raises(Unauthenticated):
        sign_in(user.email, PASSWORD)


def test_a_poor_new_password_changes_nothing() -> None:
    user = somebody()
    with pytest.raises(Invalid), transaction() as opened:
        service.set_password(opened, caller_of(user), opened.get_one(User, user.id), "short")
    assert sign_in(user.email, PASSWORD)


def test_who_asks_is_known_in_one_query(make: Make) -> None:
    user = somebody()
    for role in (Role.OWNER, Role.READER, Role.RESEARCHER):
        make.member(make.project(), role, user=user)
    secret = signed_in_secret(user)
    asked: list[str] = []
    event.listen(db.engine(), "before_cursor_execute", lambda *given: asked.append(given[2]))
    found = who_holds(secret)
    assert found is not None
    assert sorted(found.roles.values()) == [Role.READER, Role.RESEARCHER, Role.OWNER]
    assert len([statement for statement in asked if statement.startswith("SELECT")]) == 1


def test_no_event_holds_a_secret() -> None:
    user = somebody()
    secret = sign_in(user.email, PASSWORD)
    with transaction() as opened:
        found = opened.get_one(User, user.id)
        _, token = service.create_token(opened, caller_of(user), found, name="รายงาน")
        link = one_time_links.create_link(opened, OPERATOR, found)
        sign_ins.note_failed_sign_in(opened, user.email, address="192.0.2.1")
        sign_ins.note_failed_sign_in(opened, "nobody@example.org", address="192.0.2.1")
        hashes = [found.password_hash, *opened.scalars(select(OneTimeLink.token_hash))]
    written = json.dumps(all_event_data(), ensure_ascii=False)
    for word in (PASSWORD, secret, token, link, digest(secret), digest(token), *hashes):
        assert str(word) not in written
    assert verbs() == [
        "user.created",
        "session.opened",
        "token.created",
        "link.created",
        "session.refused",
        "session.refused",
    ]
