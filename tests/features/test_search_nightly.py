"""What small writes leave in the index is joined at night, and search stays as it was."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from kmwiki import db
from kmwiki.errors import Unavailable
from kmwiki.jobs.models import Job
from kmwiki.jobs.service import Claimed
from kmwiki.main import job_kinds
from kmwiki.search import index, nightly
from kmwiki.search.engine import IndexBusy
from kmwiki.security.policy import Role
from tests.make_search import ask, drain, write

if TYPE_CHECKING:
    from tests.make import Make

CLAIMED = [Claimed(1, nightly.KIND, nightly.KEY, 1, 1, {}, None, None)]


def test_the_next_night_is_three_in_the_morning_in_thailand() -> None:
    assert nightly.next_night(datetime(2026, 3, 1, 19, 59, tzinfo=UTC)) == datetime(2026, 3, 1, 20, tzinfo=UTC)
    assert nightly.next_night(datetime(2026, 3, 1, 20, 0, tzinfo=UTC)) == datetime(2026, 3, 2, 20, tzinfo=UTC)


def test_every_night_the_job_is_asked_for_once(make: Make) -> None:
    make.project("village")
    stop = threading.Event()
    times = iter([datetime(2026, 3, 1, 19, tzinfo=UTC), *[datetime(2026, 3, 1, 20, 1, tzinfo=UTC)] * 3])

    def clock() -> datetime:
        moment = next(times, None)
        if moment is None:
            stop.set()
        return moment or datetime(2026, 3, 2, 1, tzinfo=UTC)

    nightly.keep_nights(stop, clock)
    with db.session() as session:
        assert [job.generation for job in session.scalars(select(Job).where(Job.kind == nightly.KIND))] == [1]
    assert job_kinds()[nightly.KIND].run is nightly.optimize_batch


def test_segments_are_joined_and_search_stays_as_it_was(make: Make) -> None:
    project = make.project("village")
    writer = make.member(project, Role.RESEARCHER)
    for number in range(3):
        write(writer, project, f"ฝนตก {number}", title=f"บันทึก {number}")
        drain()
    assert index.engine().status().parts > 1
    nightly.optimize_batch(CLAIMED)
    assert index.engine().status().parts == 1
    assert ask(writer, project, "ฝนตก").total == 3


def test_a_busy_index_is_joined_later_and_a_missing_one_is_made_anew(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.project("village")
    nightly.optimize_batch(CLAIMED)  # there is no index yet
    with db.session() as session:
        assert session.scalars(select(Job).where(Job.kind == "rebuild")).one()

    def busy() -> None:
        raise IndexBusy

    monkeypatch.setattr(index.engine(), "optimize", busy)
    with pytest.raises(Unavailable):
        nightly.optimize_batch(CLAIMED)
