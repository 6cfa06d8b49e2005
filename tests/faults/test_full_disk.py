"""A disk that fills up: it is said in words, what was typed is kept, nothing is half, and with room all goes on.

Once the database alone has no room (that needs no rights), once a whole small disk is full (that needs root).
"""

from __future__ import annotations

import gc
import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, func, select

from kmwiki import db
from kmwiki.cli.doctor import check_disk
from kmwiki.comments.models import Comment
from kmwiki.config import Settings
from kmwiki.db import session
from kmwiki.entries.models import Entry
from kmwiki.errors import Unavailable
from kmwiki.exchange.backups.creating import create
from kmwiki.exchange.importing import job as imports
from kmwiki.exchange.importing import spool
from kmwiki.exchange.importing.model import Options
from kmwiki.jobs.models import Job
from kmwiki.jobs.worker import Worker
from kmwiki.main import job_kinds
from kmwiki.search import index, indexing
from kmwiki.sources import attachments
from kmwiki.sources.models import Revision, Source
from tests.make_search import ask, drain, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from kmwiki.security.policy import Caller
    from tests.conftest import Api
    from tests.make import Make

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Whoosh drops such files
WORDS = "ข้อความยาวที่พิมพ์ไว้และต้องไม่หาย"
FORM = {"kind": "reflection", "title": "ชื่อที่พิมพ์", "body": f"{WORDS} " * 3000, "action": "publish"}
MEGABYTE = 1 << 20


@contextmanager
def no_room_for_the_database() -> Iterator[None]:
    """Let the database file not grow by one page."""

    def limit(connection: Any) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages if is_full else 2**30}")

    is_full = True
    event.listen(db.engine(), "begin", limit)
    try:
        yield
    finally:
        is_full = False


def counts() -> tuple[int, ...]:
    """Count what must only be there together."""
    with session() as opened:
        return tuple(
            opened.scalar(select(func.count()).select_from(table)) or 0
            for table in (Entry, Source, Revision, Comment, Job)
        )


def test_a_note_that_has_no_room_is_kept_on_the_page_and_can_be_sent_again(
    make: Make, signed_in: Callable[[Caller], FlaskClient], api: Callable[[Caller], Api]
) -> None:
    project = make.project("p")
    writer = make.member(project, "owner")
    client, remote = signed_in(writer), api(writer)
    write(writer, project, "กองทุนเดิม")
    drain()
    assert remote.get("/projects")[0] == 200  # that the token was used is written once, before
    before = counts()
    with no_room_for_the_database():
        answer = client.post("/p/p/entries/new", data=FORM)
        page = answer.get_data(as_text=True)
        status, problem = remote.post("/projects/p/entries", api_form())
        assert client.get("/p/p/entries").status_code == 200
        assert client.get("/p/p/e/1").status_code == 200
        assert ask(writer, project, "กองทุน").total == 1
    assert answer.status_code == 503
    assert "ดิสก์" in page
    assert WORDS in page
    assert 'action="/p/p/entries/new"' in page
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    assert {"kind": "reflection", "action": "publish"}.items() <= fields.items()
    assert (status, problem["status"]) == (503, 503)
    assert "ดิสก์" in problem["detail"] or "disk" in problem["detail"]
    assert counts() == before
    assert client.post("/p/p/entries/new", data=FORM).status_code == 302
    assert remote.post("/projects/p/entries", api_form())[0] == 201
    drain()
    assert ask(writer, project, WORDS, mode="exact").total == 2


def api_form() -> dict[str, Any]:
    """Return the same note as the API takes it."""
    return {"kind": FORM["kind"], "title": FORM["title"], "body": FORM["body"], "status": "published"}


@pytest.mark.parametrize("form", [{"email": "a@example.org", "password": "a-secret-word"}])
def test_no_secret_is_written_into_the_page(app: Flask, form: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kmwiki.accounts.sign_ins.prove", refuse)
    answer = app.test_client().post("/sign-in", data=form)
    assert answer.status_code == 503
    assert "a-secret-word" not in answer.get_data(as_text=True)


def test_an_import_waits_for_room_and_then_brings_every_file_once(make: Make, settings: Settings) -> None:
    project = make.project("p")
    caller = make.member(project, "owner")
    files = [(f"{n}.txt", io.BytesIO(f"เรื่องที่ {n}\n\n{WORDS} {n}".encode() * 40)) for n in range(6)]
    imports.bind(settings)
    token, _ = spool.put(settings, caller, files)
    with db.transaction() as opened:
        job = imports.ask(opened, caller, project, token, Options(), is_dry=False)
    worker = Worker(job_kinds())
    index.release()
    with no_room_for_the_database():
        worker.run_once()
    with session() as opened:
        kept = opened.get_one(Job, job.id)
        assert kept.state in {"queued", "running"}, kept.error
        assert kept.result is None
    with db.transaction() as opened:
        opened.get_one(Job, job.id).tries = 0
        opened.get_one(Job, job.id).state = "queued"
    index.bind(settings)
    Worker(job_kinds()).drain()
    with session() as opened:
        done = opened.get_one(Job, job.id)
        assert (done.state, done.error) == ("done", None)
        assert len(set(opened.scalars(select(Entry.title)))) == len(files)
        assert opened.scalar(select(func.count()).select_from(Entry)) == len(files)
    assert indexing.check().is_equal


@dataclass
class Disk:
    """A small disk of its own with an instance on it."""

    folder: Path

    def fill(self) -> None:
        """Leave not a byte."""
        with (self.folder / "filler").open("wb", buffering=0) as out:
            for size in (MEGABYTE, 4096, 1):
                try:
                    while True:
                        out.write(b"x" * size)
                except OSError:
                    continue

    def clear(self) -> None:
        """Make room again."""
        (self.folder / "filler").unlink()


@pytest.fixture
def disk(tmp_path: Path, settings: Settings) -> Iterator[Disk]:
    """Mount a small disk and move the instance onto it."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if os.geteuid() or mount is None:
        pytest.skip("only root can mount a disk")
    if subprocess.run([mount, "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(folder)], check=False).returncode:  # noqa: S603
        pytest.skip("no disk can be mounted here")
    try:
        index.release()
        db.release()
        shutil.copytree(settings.instance, folder / "instance")
        moved = Settings.from_environment({}, instance=folder / "instance")
        db.bind(moved.database)
        index.bind(moved)
        yield Disk(folder)
    finally:
        index.release()
        db.release()
        subprocess.run(["umount", "-l", str(folder)], check=False)  # noqa: S603, S607


def run(disk: Disk, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command on the instance there."""
    environment = {**os.environ, "KMWIKI_INSTANCE": str(disk.folder / "instance")}
    command = [sys.executable, "-m", "kmwiki.main", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603


def test_a_full_disk_stops_writing_only_and_only_for_as_long(disk: Disk, make: Make, tmp_path: Path) -> None:
    settings = Settings.from_environment({}, instance=disk.folder / "instance")
    project = make.project("p")
    writer = make.member(project, "owner")
    write(writer, project, "กองทุนเดิม")
    drain()
    assert ask(writer, project, "กองทุน").total == 1
    write(writer, project, "ยังไม่อยู่ในดัชนี", title="สอง")
    before = counts()
    disk.fill()
    with pytest.raises(Exception, match=r"full|disk I/O") as raised:
        write(writer, project, f"{WORDS} " * 12_000)
    assert db.will_pass(raised.value)
    with pytest.raises(Unavailable, match="No space"):
        attachments.keep_bytes(io.BytesIO(b"x" * MEGABYTE), disk.folder / "instance" / "attachments", max_mb=5)
    with pytest.raises(Unavailable):
        spool.put(settings, writer, [("a.txt", io.BytesIO(b"x" * MEGABYTE))])
    with pytest.raises(Unavailable):
        create(settings, disk.folder / "one.kmb")
    with pytest.raises(OSError, match="are free"):
        check_disk(settings)
    told = run(disk, "doctor", "--json")
    assert told.returncode == 7
    assert [each["is_well"] for each in json.loads(told.stdout)["findings"] if each["name"] == "disk"] == [False]
    (tmp_path / "long.txt").write_text(f"{WORDS} " * 8000, "utf-8")
    refused = run(disk, "import", "p", str(tmp_path / "long.txt"))
    assert refused.returncode == 7, refused.stderr
    assert "kmwiki: " in refused.stderr
    assert "Traceback" not in refused.stderr
    assert ask(writer, project, "กองทุน").total == 1
    with pytest.raises(Exception, match=r".") as late:
        tries_to_index()
    assert db.will_pass(late.value) or isinstance(late.value, Unavailable), repr(late.value)
    left = [path for path in disk.folder.rglob("*") if re.search(r"coming-|\.part$|kmwiki-backup", path.name)]
    assert left == []
    disk.clear()
    del late, raised
    gc.collect()  # Whoosh drops files that it could not write
    until_equal()
    assert counts()[:4] == before[:4]
    write(writer, project, WORDS, title="สาม")
    drain()
    assert ask(writer, project, WORDS, mode="exact").total == 1
    assert create(settings, tmp_path / "two.kmb").counts["entries"] == 3


def until_equal() -> None:
    """Let the worker run until index and database are equal; it waits a little after a failure."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        Worker(job_kinds()).drain()
        if indexing.check().is_equal:
            return
        time.sleep(0.2)
    raise AssertionError(str(indexing.check()))


def tries_to_index() -> None:
    """Index what waits, as the worker does, and raise what stops it."""
    with session() as opened:
        keys = opened.scalars(select(Job.key).where(Job.kind == "index")).all()
    assert keys
    indexing.update(keys)
