"""A clock set back or forward by a day: nothing waits so long, nothing that ended comes back, nothing is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from kmwiki import db
from kmwiki.accounts import one_time_links, queries, sign_ins
from kmwiki.accounts.access import OPERATOR
from kmwiki.accounts.models import User
from kmwiki.api.v1 import rates
from kmwiki.coding.service import save_entry
from kmwiki.db import session, transaction
from kmwiki.entries.models import Entry
from kmwiki.entries.schemas import EntryPatch
from kmwiki.errors import NotFound
from kmwiki.jobs import service as jobs
from kmwiki.jobs.models import Job
from kmwiki.jobs.worker import JobKind, Worker
from kmwiki.security.throttle import Throttle
from kmwiki.sources.models import Revision
from tests.make_search import ask, drain, titles, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Api
    from tests.make import Make

DAY = timedelta(days=1)


class Clock:
    """What time it is said to be, off the true one by `off`."""

    def __init__(self) -> None:
        self.off = timedelta()


@pytest.fixture
def clock(settings: object, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that a test sets."""
    del settings
    made = Clock()

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz or UTC) + made.off

    monkeypatch.setattr("kmwiki.db.datetime", Shifted)
    return made


@pytest.mark.parametrize("step", [-DAY, DAY])
def test_a_text_saved_after_the_clock_was_set_is_found_at_once_and_its_revisions_keep_their_order(
    clock: Clock, make: Make, step: timedelta
) -> None:
    project = make.project()
    writer = make.member(project, "owner")
    entry = write(writer, project, "กองทุนเดิม")
    asked = write(writer, project, "ยังไม่ได้ทำดัชนี", title="สอง")
    clock.off = step
    drain()
    with transaction() as opened:
        row = opened.get_one(Entry, entry.id)
        saved = save_entry(opened, writer, row, EntryPatch(body="กองทุนใหม่"), base_no=1)
        assert saved.no == 2
    drain()
    assert titles(ask(writer, project, "กองทุนใหม่")) == ["บันทึก"]
    assert titles(ask(writer, project, "ดัชนี")) == [asked.title]
    with session() as opened:
        numbers = opened.scalars(select(Revision.no).where(Revision.source_id == entry.source_id)).all()
        assert sorted(numbers) == [1, 2]
        assert opened.scalars(select(Job.id)).all() == []


def claim_and_die() -> None:
    """Claim a job as a worker on another machine does, and never come back."""
    with transaction() as opened:
        jobs.enqueue(opened, "index", "left")
    with transaction() as opened:
        assert jobs.claim(opened, ["index"])
    with transaction() as opened:
        opened.scalars(select(Job)).one().holder = "elsewhere/boot/pid/7-1"


def test_the_lease_of_a_clock_that_was_ahead_ends_as_soon_as_any_other(clock: Clock) -> None:
    clock.off = DAY
    claim_and_die()
    clock.off = timedelta()
    done: list[str] = []
    kinds = {"index": JobKind(lambda claimed: done.extend(job.key for job in claimed))}
    Worker(kinds).drain()
    assert done == []  # whoever has it may still be at work
    clock.off = jobs.LEASE + timedelta(seconds=1)
    Worker(kinds).drain()
    assert done == ["left"]


def test_a_job_that_failed_under_a_clock_that_was_ahead_is_tried_again_soon(clock: Clock) -> None:
    runs: list[int] = []

    def run(_: object) -> None:
        runs.append(1)
        if len(runs) == 1:
            raise OSError("no")

    clock.off = DAY
    with transaction() as opened:
        jobs.enqueue(opened, "index", "one")
    worker = Worker({"index": JobKind(run)})
    worker.drain()
    clock.off = timedelta()
    worker.drain()
    assert len(runs) == 2


def link_for(user: User, purpose: str) -> str:
    with transaction() as opened:
        return one_time_links.create_link(opened, OPERATOR, opened.get_one(User, user.id), purpose=purpose)


def state_of(secret: str) -> str:
    with session() as opened:
        return queries.link_state(opened, secret)


def test_no_link_that_ended_comes_back_when_the_clock_goes_back(clock: Clock, make: Make) -> None:
    user = make.user()
    withdrawn = link_for(user, "invite")
    old = link_for(user, "reset")
    clock.off = 2 * timedelta(hours=1)
    assert state_of(old) == "expired"
    with transaction() as opened:
        one_time_links.void_links(opened, opened.get_one(User, user.id))
    clock.off = -DAY
    assert [state_of(withdrawn), state_of(old)] == ["expired", "expired"]
    clock.off = timedelta()
    assert state_of(withdrawn) == "expired"
    with pytest.raises(NotFound), transaction() as opened:
        one_time_links.use_link(opened, withdrawn)


def test_a_link_from_tomorrow_asks_for_a_new_one_and_a_new_one_works(clock: Clock, make: Make) -> None:
    user = make.user()
    clock.off = DAY
    secret = link_for(user, "reset")
    clock.off = timedelta()
    assert state_of(secret) == "expired"
    assert state_of(link_for(user, "reset")) == "ready"


def test_who_is_signed_in_stays_so_for_their_time_and_signing_out_holds(clock: Clock, make: Make) -> None:
    user = make.user()
    with transaction() as opened:
        _, secret = sign_ins.open_session(opened, opened.get_one(User, user.id), sign_ins.NO_DEVICE)
    for off, is_in in ((-DAY, True), (timedelta(), True), (DAY, False), (timedelta(), True)):
        clock.off = off
        with session() as opened:
            assert (queries.caller_for_session(opened, secret) is not None) is is_in
    with transaction() as opened:
        sign_ins.sign_out(opened, secret)
    clock.off = -DAY
    with session() as opened:
        assert queries.caller_for_session(opened, secret) is None


def test_a_token_is_not_kept_out_because_the_clock_was_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = [100_000.0]
    monkeypatch.setattr("kmwiki.api.v1.rates.time.time", lambda: moment[0])
    store = rates.RecentRequests()
    assert [store.acquire_entry("a", 2, 60) for _ in range(3)] == [True, True, False]
    moment[0] -= DAY.total_seconds()
    assert store.get_moving_window("a", 2, 60) == (moment[0], 0)
    assert [store.acquire_entry("a", 2, 60) for _ in range(3)] == [True, True, False]
    moment[0] += 61
    assert store.acquire_entry("a", 2, 60)


def test_guessers_are_counted_by_a_clock_that_nobody_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    throttle = Throttle(limit=1, window=60)
    throttle.note("a")
    monkeypatch.setattr("time.time", lambda: 0.0)
    assert 0 < throttle.wait("a") <= 60


def test_a_request_sent_again_after_the_clock_went_back_is_answered_as_before(
    clock: Clock, make: Make, api: Callable[[object], Api]
) -> None:
    project = make.project()
    caller = api(make.member(project, "researcher"))
    body = {"kind": "reflection", "title": "ก", "body": "ข", "body_format": "plain"}
    headers = {"Idempotency-Key": "one"}
    status, made = caller.post(f"/projects/{project.slug}/entries", body, headers=headers)
    clock.off = -DAY
    again, same = caller.post(f"/projects/{project.slug}/entries", body, headers=headers)
    assert (status, again) == (201, 201)
    assert made["id"] == same["id"]
    assert db.now() < datetime.now(UTC)
