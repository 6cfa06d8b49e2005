"""The job table: what is asked for is done, asked twice it is done once, and nothing asked meanwhile is lost."""

from __future__ import annotations

import errno
import threading
from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import DatabaseError

from kmwiki import db
from kmwiki.errors import Invalid, Unavailable
from kmwiki.jobs import holder, service
from kmwiki.jobs import worker as worker_module
from kmwiki.jobs.models import Job
from kmwiki.jobs.worker import JobKind, Worker, start_thread
from tests.dying import dies_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kmwiki.config import Settings
    from kmwiki.jobs.service import Claimed

pytestmark = pytest.mark.usefixtures("settings")


def enqueue(kind: str, key: str, *, is_kept: bool = False) -> None:
    with db.transaction() as session:
        service.enqueue(session, kind, key, is_kept=is_kept)


def jobs() -> list[Job]:
    with db.session() as session:
        return list(session.query(Job).order_by(Job.id))


def make_due() -> None:
    with db.transaction() as session:
        session.query(Job).update({Job.run_after: db.now() - timedelta(hours=1), Job.lease_until: None})


def test_asking_twice_makes_one_job() -> None:
    enqueue("index", "source:1")
    enqueue("index", "source:1")
    enqueue("index", "source:2")
    assert [(job.key, job.generation) for job in jobs()] == [("source:1", 2), ("source:2", 1)]


def test_the_job_goes_with_the_change_that_asked_for_it() -> None:
    def ask_and_fail() -> None:
        with db.transaction() as session:
            service.enqueue(session, "index", "source:1")
            raise Invalid("the change is refused")

    with pytest.raises(Invalid):
        ask_and_fail()
    assert not jobs()


def test_a_batch_is_handed_over_and_ended() -> None:
    seen: list[list[str]] = []

    def run(claimed: Sequence[Claimed]) -> None:
        seen.append([job.key for job in claimed])

    for number in range(5):
        enqueue("index", f"source:{number}")
    worker = Worker({"index": JobKind(run, batch=3)})
    assert worker.run_once()
    assert worker.run_once()
    assert not worker.run_once()
    assert [len(batch) for batch in seen] == [3, 2]
    assert sorted(chain.from_iterable(seen)) == [f"source:{number}" for number in range(5)]
    assert not jobs()


def test_a_job_asked_again_while_it_runs_is_run_again() -> None:
    runs: list[str] = []

    def run(claimed: Sequence[Claimed]) -> None:
        runs.append(claimed[0].key)
        if len(runs) == 1:
            enqueue("index", "source:1")

    enqueue("index", "source:1")
    Worker({"index": JobKind(run)}).drain()
    assert runs == ["source:1", "source:1"]
    assert not jobs()


def test_a_failing_job_is_tried_again_later_and_given_up_at_last() -> None:
    def run(claimed: Sequence[Claimed]) -> None:
        raise OSError(f"no room for {claimed[0].key}")

    enqueue("index", "source:1")
    worker = Worker({"index": JobKind(run)})
    assert worker.run_once()
    assert not worker.run_once()
    (job,) = jobs()
    assert (job.state, job.tries) == ("queued", 1)
    assert "no room for source:1" in (job.error or "")
    for _ in range(service.MOST_TRIES):
        make_due()
        worker.run_once()
    (job,) = jobs()
    assert (job.state, job.tries) == ("failed", service.MOST_TRIES)
    enqueue("index", "source:1")
    (job,) = jobs()
    assert (job.state, job.tries) == ("queued", 0)


def test_a_job_that_a_person_waits_for_keeps_its_result_or_its_failure() -> None:
    def run(claimed: Sequence[Claimed]) -> dict[str, object]:
        if claimed[0].key == "bad":
            raise Invalid("the file is empty")
        return {"created": 2}

    enqueue("import", "good", is_kept=True)
    enqueue("import", "bad", is_kept=True)
    Worker({"import": JobKind(run)}).drain()
    good, bad = jobs()
    assert (good.state, good.result) == ("done", {"created": 2})
    assert (bad.state, bad.error) == ("failed", "Invalid: the file is empty")


def test_a_killed_workers_job_comes_back_when_its_lease_ends() -> None:
    enqueue("index", "source:1")
    with db.transaction() as session:
        assert service.claim(session, ["index"], lease=timedelta(seconds=60))
    with db.transaction() as session:
        assert not service.claim(session, ["index"])
    with db.transaction() as session:
        session.query(Job).update({Job.lease_until: db.now() - timedelta(seconds=1)})
    with db.transaction() as session:
        (claimed,) = service.claim(session, ["index"])
    assert claimed.tries == 2


def test_a_bad_job_does_not_take_its_batch_with_it() -> None:
    done: list[str] = []

    def run(claimed: Sequence[Claimed]) -> None:
        if any(job.key == "bad" for job in claimed):
            raise ValueError("a whole text of somebody")
        done.extend(job.key for job in claimed)

    for key in ("a", "bad", "c"):
        enqueue("index", key)
    Worker({"index": JobKind(run, batch=10)}).drain()
    assert sorted(done) == ["a", "c"]
    (left,) = jobs()
    assert (left.key, left.state) == ("bad", "queued")
    assert "somebody" not in (left.error or "")


def test_who_lost_the_lease_ends_nothing() -> None:
    enqueue("import", "one", is_kept=True)
    with db.transaction() as session:
        (late,) = service.claim(session, ["import"], lease=timedelta(seconds=-1))
    with db.transaction() as session:
        (present,) = service.claim(session, ["import"])
    with db.transaction() as session:
        service.finish(session, present, {"created": 1})
    with db.transaction() as session:
        service.fail(session, late, "files gone")
    (job,) = jobs()
    assert (job.state, job.result, job.error) == ("done", {"created": 1}, None)


def test_a_job_that_keeps_ending_the_program_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holder, "present", lambda: "elsewhere/boot/pid/1-1")
    enqueue("index", "source:1")
    for _ in range(service.MOST_CRASHES):
        with db.transaction() as session:
            assert service.claim(session, ["index"], lease=timedelta(seconds=-1))
    with db.transaction() as session:
        assert not service.claim(session, ["index"])
    (job,) = jobs()
    assert job.state == "failed"
    assert "ended 4 times" in (job.error or "")


def test_a_job_whose_end_could_not_be_written_is_not_taken_for_one_that_ends_the_program() -> None:
    enqueue("index", "source:1")
    for _ in range(service.MOST_CRASHES + 2):
        with db.transaction() as session:
            assert service.claim(session, ["index"], lease=timedelta(seconds=-1))


def test_a_job_of_a_process_that_is_gone_is_run_at_once(settings: Settings) -> None:
    enqueue("index", "source:1")
    db.release()

    def claim() -> None:
        db.bind(settings.database)
        with db.transaction() as session:
            service.claim(session, ["index"])

    assert not dies_at(0, claim, settings.instance)
    db.bind(settings.database)
    (job,) = jobs()
    assert job.state == "running"
    done: list[str] = []
    Worker({"index": JobKind(lambda claimed: done.extend(each.key for each in claimed))}).drain()
    assert done == ["source:1"]


@pytest.mark.parametrize("error", [Unavailable("full"), OSError(errno.ENOSPC, "No space left on device")])
def test_what_a_person_waits_for_is_tried_again_while_the_disk_is_full(error: Exception) -> None:
    runs: list[int] = []

    def run(_: object) -> None:
        runs.append(1)
        if len(runs) < 3:
            raise error

    enqueue("import", "one", is_kept=True)
    worker = Worker({"import": JobKind(run)})
    for _ in range(3):
        worker.drain()
        make_due()
    (job,) = jobs()
    assert (job.state, len(runs)) == ("done", 3)


def test_who_holds_a_job_is_told_by_more_than_its_number() -> None:
    own = holder.present() or ""
    assert not holder.is_gone(own)
    assert holder.is_at_work(own)
    room, _, process = own.rpartition("/")
    host, boot, space = room.split("/")
    number, _, started = process.partition("-")
    assert holder.is_gone(f"{room}/{number}-{int(started) + 1}")  # the number came back
    assert holder.is_gone(f"{host}/another-boot/{space}/{process}")
    for elsewhere in (f"other/{boot}/{space}/{process}", f"{host}/{boot}/pid:[1]/{process}", "", None, "odd", "a/b"):
        assert not holder.is_gone(elsewhere)


def test_a_long_job_keeps_its_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "KEEP_SECONDS", 0.01)
    enqueue("import", "one", is_kept=True)
    seen: list[bool] = []

    def run(claimed: Sequence[Claimed]) -> None:
        del claimed
        with db.transaction() as session:
            session.query(Job).update({Job.lease_until: db.now() - timedelta(seconds=1)})
        for _ in range(200):
            (job,) = jobs()
            if job.lease_until is not None and job.lease_until > db.now():
                seen.append(True)
                return
            threading.Event().wait(0.02)

    Worker({"import": JobKind(run)}).drain()
    assert seen == [True]


def test_the_worker_outlives_a_fault_of_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "PAUSE_SECONDS", 0.01)
    worker = Worker({"index": JobKind(lambda _: None)})
    calls: list[int] = []

    def run_once() -> bool:
        calls.append(1)
        if len(calls) == 1:
            raise DatabaseError("malformed", None, ValueError())
        worker.stop()
        return False

    monkeypatch.setattr(worker, "run_once", run_once)
    worker.run()
    assert len(calls) == 2


def test_progress_is_told_and_keeps_the_lease() -> None:
    enqueue("import", "one", is_kept=True)
    with db.transaction() as session:
        (claimed,) = service.claim(session, ["import"], lease=timedelta(seconds=-5))
    with db.transaction() as session:
        service.report_progress(session, claimed.id, done=2, total=5, message="reading")
    (job,) = jobs()
    assert job.progress == {"done": 2, "total": 5, "message": "reading"}
    assert job.lease_until is not None
    assert job.lease_until > db.now()


def test_ending_a_job_that_is_gone_does_nothing() -> None:
    enqueue("index", "source:1")
    with db.transaction() as session:
        (claimed,) = service.claim(session, ["index"])
        service.finish(session, claimed)
    with db.transaction() as session:
        service.finish(session, claimed)
        service.fail(session, claimed, "too late")
    assert not jobs()


def test_the_thread_works_until_it_is_stopped() -> None:
    enqueue("index", "source:1")
    done: list[str] = []
    worker = Worker({"index": JobKind(lambda claimed: done.append(claimed[0].key))})
    thread = start_thread(worker)
    for _ in range(100):
        if not jobs():
            break
        thread.join(0.05)
    worker.stop()
    thread.join(5)
    assert done == ["source:1"]
    assert not thread.is_alive()
