"""The index follows the database: nothing that is saved is lost to it, and it can be made anew at any moment."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from kmwiki.coding.codings import add_coding, remove_coding
from kmwiki.coding.models import Coding
from kmwiki.coding.schemas import CodeIn, CodingIn
from kmwiki.coding.service import create_code, retire_code
from kmwiki.comments.models import Comment
from kmwiki.comments.service import bin_comment
from kmwiki.db import session, transaction
from kmwiki.entries.access import WHOLE
from kmwiki.entries.models import Entry
from kmwiki.entries.schemas import EntryPatch
from kmwiki.entries.service import bin_entry, save_entry
from kmwiki.errors import Conflict, Invalid, Unavailable
from kmwiki.jobs.models import Job
from kmwiki.jobs.service import Claimed
from kmwiki.search import index, indexing
from kmwiki.search.engine import IndexBusy
from kmwiki.search.queries import Rebuilding
from kmwiki.sources.models import Source
from tests.make_search import answer, ask, drain, titles, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmwiki.accounts.models import Project
    from kmwiki.config import Settings
    from kmwiki.security.policy import Caller
    from tests.make import Make


@pytest.fixture
def project(make: Make) -> Project:
    """An empty project."""
    return make.project("village")


@pytest.fixture
def writer(make: Make, project: Project) -> Caller:
    """Somebody who may do anything in it."""
    return make.member(project, "owner")


def waiting() -> list[str]:
    """Return the keys of the jobs that wait, with their kinds."""
    with session() as opened:
        return [f"{job.kind} {job.key}" for job in opened.scalars(select(Job).order_by(Job.kind, Job.key))]


def test_a_save_and_its_job_are_one_transaction(writer: Caller, project: Project) -> None:
    drain()
    entry = write(writer, project, "กองทุน")
    assert f"index source:{entry.source_id}" in waiting()
    drain()
    assert waiting() == []


def test_a_save_that_fails_leaves_no_job(project: Project) -> None:
    drain()

    def fail() -> None:
        with transaction() as opened:
            opened.add(Source(project_id=project.id, kind="entry"))
            opened.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with transaction() as opened:
        opened.execute(select(1))
    assert waiting() == []


def test_the_same_text_saved_twice_waits_once(writer: Caller, project: Project) -> None:
    entry = write(writer, project, "กองทุน")
    save(writer, entry, body="กองทุนใหม่", base_no=1)
    assert waiting().count(f"index source:{entry.source_id}") == 1
    drain()
    assert titles(ask(writer, project, "กองทุนใหม่")) == ["บันทึก"]


def save(caller: Caller, entry: Entry, *, base_no: int, **given: object) -> None:
    """Save an entry anew."""
    with transaction() as opened:
        row = opened.get_one(Entry, entry.id, options=WHOLE)
        save_entry(opened, caller, row, EntryPatch.model_validate(given), base_no=base_no)


def test_an_edit_is_found_and_what_it_replaced_is_not(writer: Caller, project: Project) -> None:
    entry = write(writer, project, "นกกระยาง")
    drain()
    save(writer, entry, body="นกกระจอก", base_no=1)
    drain()
    assert ask(writer, project, "กระยาง", mode="exact").total == 0
    assert ask(writer, project, "กระจอก", mode="exact").total == 1


def test_a_new_place_moves_the_comments_of_an_entry_too(writer: Caller, project: Project) -> None:
    entry = write(writer, project, "ฝนตก", places=["พัทลุง"])
    answer(writer, entry, "กองทุน")
    drain()
    save(writer, entry, places=["พะเยา"], tags=["ใหม่"], base_no=1)
    drain()
    assert ask(writer, project, "กองทุน", province="พัทลุง").total == 0
    assert ask(writer, project, "กองทุน", province="พะเยา").total == 1
    assert indexing.check().is_equal


def test_removed_comments_codings_and_codes_leave_the_index(writer: Caller, project: Project) -> None:
    entry = write(writer, project, "กองทุน")
    comment = answer(writer, entry, "ข้อคิดเห็นแปลก")
    with transaction() as opened:
        code = create_code(opened, writer, opened.merge(project), CodeIn(name_th="เงินทุนแปลก"))
        source = opened.get_one(Source, entry.source_id)
        given = CodingIn(code_id=code.id, start=0, end=6, quote="กองทุน", revision=1)
        coding, _ = add_coding(opened, writer, source, given)
    drain()
    assert ask(writer, project, "กองทุน", code=str(code.id)).total == 1
    assert ask(writer, project, "แปลก", mode="exact").total == 2
    with transaction() as opened:
        remove_coding(opened, writer, opened.get_one(Coding, coding.id))
        row = opened.get_one(Comment, comment.id)
        bin_comment(opened, writer, row)
    drain()
    assert ask(writer, project, "กองทุน", code=str(code.id)).total == 0
    assert ask(writer, project, "แปลก", mode="exact").total == 1
    with transaction() as opened:
        retire_code(opened, writer, opened.merge(code), reason="")
    drain()
    assert ask(writer, project, "แปลก", mode="exact").total == 0
    assert indexing.check().is_equal


def test_an_index_deleted_while_running_is_made_anew_and_nothing_is_lost(
    settings: Settings, writer: Caller, project: Project
) -> None:
    write(writer, project, "กองทุนเก่า")
    drain()
    shutil.rmtree(settings.index_dir)
    with pytest.raises(Rebuilding) as caught:
        ask(writer, project, "กองทุน")
    assert caught.value.retry_after > 0
    assert indexing.check().problem == "missing"
    assert indexing.status().state == "missing"
    assert indexing.status().is_rebuilding
    write(writer, project, "กองทุนใหม่", title="สอง")
    drain()
    assert set(titles(ask(writer, project, "กองทุน"))) == {"บันทึก", "สอง"}
    assert indexing.check().is_equal
    assert indexing.status().state == "ready"


def test_jobs_that_find_no_index_ask_for_one(settings: Settings, writer: Caller, project: Project) -> None:
    drain()
    shutil.rmtree(settings.index_dir, ignore_errors=True)
    write(writer, project, "กองทุน")
    drain()
    assert ask(writer, project, "กองทุน").total == 1


def test_an_index_of_another_dictionary_goes_on_until_it_is_made_anew(
    settings: Settings, writer: Caller, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(writer, project, "กองทุน")
    drain()
    monkeypatch.setattr("kmwiki.search.equals.VERSION", "another")
    index.bind(settings)
    assert indexing.check().problem == "stale"
    assert indexing.status().state == "stale"
    assert ask(writer, project, "กองทุน").total == 1
    assert waiting() == ["rebuild index"]
    drain()
    assert indexing.check().is_equal


def test_a_start_without_an_index_asks_for_one_once(settings: Settings) -> None:
    index.bind(settings)
    indexing.prepare()
    indexing.prepare()
    assert waiting() == ["rebuild index"]
    drain()
    indexing.prepare()
    assert waiting() == []


def test_check_tells_what_differs(writer: Caller, project: Project) -> None:
    kept, gone = write(writer, project, "หนึ่ง"), write(writer, project, "สอง")
    drain()
    new = write(writer, project, "สาม")
    save(writer, kept, body="หนึ่งใหม่", base_no=1)
    with transaction() as opened:
        bin_entry(opened, writer, opened.get_one(Entry, gone.id, options=WHOLE))
    report = indexing.check()
    assert report.missing == (f"source:{new.source_id}",)
    assert report.stale == (f"source:{kept.source_id}",)
    assert report.surplus == (f"source:{gone.source_id}",)
    assert report.waiting >= 3
    assert not report.is_equal
    drain()
    assert indexing.check().is_equal


def test_a_failed_job_keeps_the_check_from_passing(settings: Settings) -> None:
    index.bind(settings)
    indexing.prepare()
    drain()
    with transaction() as opened:
        opened.add(Job(kind="index", key="source:999", state="failed"))
    assert not indexing.check().is_equal
    assert indexing.rebuild_now(lambda done, total: None) == 0  # noqa: ARG005 - nobody watches
    assert indexing.check().is_equal


def test_answers_say_whether_all_is_indexed(writer: Caller, project: Project) -> None:
    write(writer, project, "กองทุน")
    drain()
    assert ask(writer, project, "กองทุน").complete
    write(writer, project, "กองทุน")
    assert not ask(writer, project, "กองทุน").complete


def test_while_another_process_writes_the_jobs_are_kept(
    writer: Caller, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(writer, project, "ฝนตก")
    drain()
    entry = write(writer, project, "กองทุน")

    def busy(*args: object) -> None:
        del args
        raise IndexBusy

    monkeypatch.setattr(index.engine(), "put", busy)
    with pytest.raises(Unavailable):
        indexing.index_batch([claimed(f"source:{entry.source_id}")])
    monkeypatch.undo()
    drain()


def claimed(key: str) -> Claimed:
    """Make a job in a worker's hands."""
    return Claimed(0, "index", key, 1, 1, {}, None, None)


def test_two_rebuilds_at_once_are_refused(writer: Caller, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    write(writer, project, "กองทุน")

    def busy(*args: object) -> Iterator[tuple[int, int]]:
        del args
        raise IndexBusy
        yield 0, 0

    monkeypatch.setattr(index.engine(), "rebuild", busy)
    with pytest.raises(Conflict):
        indexing.rebuild()


def test_a_rebuild_tells_how_far_it_is(writer: Caller, project: Project) -> None:
    for number in range(5):
        write(writer, project, f"กองทุน {number}")
    steps: list[tuple[int, int]] = []
    assert indexing.rebuild(lambda done, total: steps.append((done, total))) == 5
    assert steps == [(0, 5), (5, 5)]


def test_a_url_of_no_known_engine_is_refused(settings: Settings) -> None:
    with pytest.raises(Invalid):
        index.bind(replace(settings, search_url="magic:"))
    index.bind(replace(settings, search_url="memory:"))
    assert index.engine().status().name == "memory"
    index.release()
    with pytest.raises(RuntimeError):
        index.engine()
