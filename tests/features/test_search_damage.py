"""Whatever happens to the files of the index, whoever sees it first has it made anew; nothing is lost."""

from __future__ import annotations

import shutil
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from kmwiki.db import session, transaction
from kmwiki.jobs.models import Job
from kmwiki.jobs.worker import Worker, start_thread
from kmwiki.search import index, indexing
from kmwiki.search.engine import IndexMissing
from kmwiki.search.indexing import Report
from kmwiki.search.queries import Rebuilding
from tests.make_search import DAMAGES, KINDS, ask, drain, titles, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kmwiki.accounts.models import Project
    from kmwiki.config import Settings
    from kmwiki.security.policy import Caller
    from tests.make import Make

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Whoosh drops such files
SECONDS = 10


@pytest.fixture
def project(make: Make) -> Project:
    """An empty project."""
    return make.project("village")


@pytest.fixture
def writer(make: Make, project: Project) -> Caller:
    """Somebody who may do anything in it."""
    return make.member(project, "owner")


@pytest.fixture
def _worker() -> Iterator[None]:
    """A worker beside the test, as in the server."""
    worker = Worker(KINDS)
    thread = start_thread(worker)
    yield
    worker.stop()
    thread.join()


def until_mended() -> None:
    """Wait until the index is whole again and nothing waits; this alone asks for nothing."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        with suppress(IndexMissing):
            index.engine().check()
            with session() as opened:
                if not opened.scalars(select(Job.id)).all():
                    return
        time.sleep(0.05)
    raise AssertionError("nobody has mended the index")


def query(writer: Caller, project: Project) -> None:
    """Search; there may be no index to search in."""
    with suppress(Rebuilding):
        ask(writer, project, "กองทุน")


def save(writer: Caller, project: Project) -> None:
    """Write another text."""
    write(writer, project, "ฝนตก", title="สอง")


SEERS: dict[str, Callable[[Caller, Project], object]] = {
    "query": query,
    "save": save,
    "check": lambda writer, project: indexing.check(),  # noqa: ARG005 - one shape for all
    "status": lambda writer, project: indexing.status(),  # noqa: ARG005
}


@pytest.mark.usefixtures("_worker")
@pytest.mark.parametrize(
    ("damage", "seer"),
    [*((damage, "check") for damage in DAMAGES), *(("segment cut short", seer) for seer in SEERS if seer != "check")],
)
def test_damage_under_a_running_worker_is_mended_once_anybody_sees_it(
    settings: Settings, writer: Caller, project: Project, damage: str, seer: str
) -> None:
    write(writer, project, "กองทุนเก่า")
    until_mended_at_first()
    query(writer, project)  # texts and files are held from now on
    DAMAGES[damage](settings.index_dir)
    SEERS[seer](writer, project)
    until_mended()
    assert indexing.check().is_equal
    assert titles(ask(writer, project, "กองทุน")) == ["บันทึก"]
    assert ask(writer, project, "ฝนตก", mode="exact").total == (1 if seer == "save" else 0)


def until_mended_at_first() -> None:
    """Have the first index made."""
    indexing.prepare()
    until_mended()


def test_what_was_read_before_the_damage_is_still_answered(
    settings: Settings, writer: Caller, project: Project
) -> None:
    write(writer, project, "กองทุน")
    drain()
    assert ask(writer, project, "กองทุน").total == 1
    DAMAGES["segment cut short"](settings.index_dir)
    assert ask(writer, project, "กองทุน").total == 1
    assert kinds_waiting() == ["rebuild"]


def kinds_waiting() -> list[str]:
    """Return the kinds of the jobs that wait."""
    with session() as opened:
        return list(opened.scalars(select(Job.kind).order_by(Job.kind)))


def test_a_check_of_another_process_asks_for_a_rebuild_once(
    settings: Settings, writer: Caller, project: Project
) -> None:
    write(writer, project, "กองทุน")
    drain()
    DAMAGES["segment cut short"](settings.index_dir)
    report = indexing.check(settings)
    assert (report.problem, report.waiting) == ("missing", 1)
    assert str(report) == "the index is missing or damaged; 1 job waits"
    assert indexing.check(settings).waiting == 1
    assert kinds_waiting() == ["rebuild"]
    drain()
    assert str(indexing.check(settings)) == "equal to the database"


def test_texts_that_no_job_would_bring_are_brought_by_a_rebuild(writer: Caller, project: Project) -> None:
    write(writer, project, "กองทุน")
    drain()
    index.engine().drop(index.engine().versions())
    report = indexing.check()
    assert str(report).startswith("1 text missing: source:")
    assert kinds_waiting() == ["rebuild"]
    drain()
    assert indexing.check().is_equal


def test_a_rebuild_of_the_worker_ends_jobs_that_had_failed(writer: Caller, project: Project) -> None:
    write(writer, project, "กองทุน")
    drain()
    with transaction() as opened:
        opened.add(Job(kind="index", key="source:999", state="failed"))
    assert str(indexing.check()) == "1 job waits; 1 job failed"
    drain()
    assert indexing.check().is_equal


def test_a_text_saved_while_a_damaged_index_is_made_anew_is_not_lost(
    settings: Settings, writer: Caller, project: Project
) -> None:
    drain()
    shutil.rmtree(settings.index_dir, ignore_errors=True)
    with transaction() as opened:
        opened.add(Job(kind="rebuild", key="index", state="running", generation=1))
    write(writer, project, "กองทุน")
    drain()
    with session() as opened:
        assert opened.scalars(select(Job.generation).where(Job.kind == "rebuild")).one() > 1


def test_a_file_in_the_place_of_the_index_folder_is_put_aside_not_removed(settings: Settings, project: Project) -> None:
    del project
    indexing.rebuild()
    DAMAGES["folder replaced by a file"](settings.index_dir)
    indexing.rebuild()
    aside = list(settings.index_dir.parent.glob("index.aside-*"))
    assert [path.read_text("utf-8") for path in aside] == ["not an index"]


def test_a_report_says_in_words_what_differs() -> None:
    keys = tuple(f"source:{number}" for number in range(7))
    report = Report(missing=keys, surplus=("code:1",), waiting=3, failed=1, problem="stale")
    assert str(report) == (
        "the index was made with other words; 7 texts missing: source:0, source:1, source:2, source:3, source:4, …; "
        "1 text surplus: code:1; 2 jobs wait; 1 job failed"
    )
