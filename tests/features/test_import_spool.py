"""What was sent and waits for its import: whole on the disk, no more of it than a person needs, gone in time."""

from __future__ import annotations

import errno
import io
import os
import shutil
import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from kmwiki.app import create_app
from kmwiki.db import session, transaction
from kmwiki.errors import NotFound, TooMany, Unavailable
from kmwiki.exchange.importing import spool
from kmwiki.exchange.importing.job import ask, import_batch
from kmwiki.exchange.importing.model import Options
from kmwiki.jobs.models import Job
from kmwiki.jobs.worker import JobKind, Worker

if TYPE_CHECKING:
    from pathlib import Path

    from kmwiki.accounts.models import Project
    from kmwiki.config import Settings
    from kmwiki.security.policy import Caller
    from tests.make import Make


@pytest.fixture
def project(make: Make) -> Project:
    return make.project("p")


@pytest.fixture
def researcher(make: Make, project: Project) -> Caller:
    return make.member(project)


def put(settings: Settings, caller: Caller) -> str:
    token, count = spool.put(settings, caller, [("a.txt", io.BytesIO("จดไว้".encode()))])
    assert count == 1
    return token


def send(settings: Settings, caller: Caller, project: Project, *, state: str = "done", age: float = 0) -> str:
    """Send a file to be looked over; the look stands at that state, and it was so many seconds ago."""
    token = put(settings, caller)
    with transaction() as opened:
        ask(opened, caller, project, token, Options(), is_dry=True).state = state
    os.utime(folder_of(settings, token), (time.time() - age,) * 2)
    return token


def folder_of(settings: Settings, token: str) -> Path:
    return settings.instance / "uploads" / token


def is_there(settings: Settings, token: str) -> bool:
    try:
        return bool(spool.take(settings, token))
    except NotFound:
        return False


def test_a_further_look_takes_the_place_of_the_oldest_of_the_same_person(
    settings: Settings, make: Make, project: Project, researcher: Caller
) -> None:
    other = make.member(project)
    others = send(settings, other, project, age=5_000)
    mine = [send(settings, researcher, project, age=4_000 - number) for number in range(spool.MOST_LOOKS)]
    newest = put(settings, researcher)
    assert [is_there(settings, token) for token in mine] == [False] + [True] * (spool.MOST_LOOKS - 1)
    assert is_there(settings, others)
    assert is_there(settings, newest)


def test_what_an_open_job_names_stays_however_old_and_the_rest_goes(
    settings: Settings, project: Project, researcher: Caller
) -> None:
    month = 30 * 86_400
    queued = send(settings, researcher, project, state="queued", age=month)
    running = send(settings, researcher, project, state="running", age=month)
    looked = send(settings, researcher, project, age=month)
    failed = send(settings, researcher, project, state="failed", age=month)
    unnamed, arriving = put(settings, researcher), put(settings, researcher)
    os.utime(folder_of(settings, unnamed), (time.time() - 7_200,) * 2)
    put(settings, researcher)
    kept = [is_there(settings, token) for token in (queued, running, looked, failed, unnamed, arriving)]
    assert kept == [True, True, False, False, False, True]


def test_who_has_too_many_open_imports_waits(
    settings: Settings, make: Make, project: Project, researcher: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "MOST_OPEN", 2)
    for _ in range(2):
        send(settings, researcher, project, state="queued")
    with pytest.raises(TooMany, match="2 of your imports"):
        put(settings, researcher)
    put(settings, make.member(project))
    with transaction() as opened:
        for job in opened.scalars(select(Job)):
            job.state = "done"
    put(settings, researcher)


def test_a_full_disk_is_told_before_anything_is_written(
    settings: Settings, researcher: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(settings.instance)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=10_000))
    with pytest.raises(Unavailable, match="no room"):
        put(settings, researcher)
    assert list((settings.instance / "uploads").iterdir()) == []


def test_what_breaks_off_in_the_middle_leaves_no_folder(
    settings: Settings, researcher: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise ConnectionResetError(size)

    def refuse(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), descriptor)

    with pytest.raises(Unavailable, match="could not be kept"):
        spool.put(settings, researcher, [("a.txt", io.BytesIO(b"a")), ("b.txt", Broken(b"b"))])
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(Unavailable, match="No space left"):
        put(settings, researcher)
    assert list((settings.instance / "uploads").iterdir()) == []


def test_files_and_folders_are_on_the_disk_before_a_job_can_name_them(
    settings: Settings, researcher: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = []
    real = os.fsync

    def note(descriptor: int) -> None:
        synced.append(os.path.basename(os.readlink(f"/proc/self/fd/{descriptor}")))  # noqa: PTH115, PTH119
        real(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    token = put(settings, researcher)
    assert synced == ["0", "names.json", token, "uploads"]


def test_the_worker_reads_where_the_app_was_told_the_instance_is(
    settings: Settings, project: Project, researcher: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KMWIKI_INSTANCE", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("KMWIKI_MAX_UPLOAD_MB", "7")
    app = create_app(instance=settings.instance, max_upload_mb=1)
    files = [("a.txt", io.BytesIO("จดไว้".encode())), ("b.txt", io.BytesIO(b"a" * (2 * 2**20)))]
    token, _ = spool.put(app.config["KMWIKI"], researcher, files)
    with transaction() as opened:
        job = ask(opened, researcher, project, token, Options(), is_dry=False)
    Worker({spool.KIND: JobKind(import_batch)}).drain()
    with session() as opened:
        done = opened.get_one(Job, job.id)
    assert (done.state, (done.result or {}).get("created"), (done.result or {}).get("failed")) == ("done", 1, 1)
    assert not (tmp_path / "elsewhere").exists()
    assert not is_there(settings, token)
