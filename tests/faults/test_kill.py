"""A save that was acknowledged is there after kill -9, whole, and the index follows the database again."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.conftest import number

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.program import Program

pytestmark = pytest.mark.slow
KILLS = 2
SECONDS = 90


def post(port: int, token: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Send a write; any answer but success raises."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/v1{path}",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        made: dict[str, Any] = json.load(answer)
        return made


def save_until_killed(port: int, token: str, acknowledged: dict[int, str], stop: threading.Event) -> None:
    """Create entries as fast as the server takes them and keep what it said was saved."""
    while not stop.is_set():
        text = f"บันทึกที่ {len(acknowledged)} กองทุนสวัสดิการ ๔๐ คน"
        body = {"kind": "reflection", "title": "ก", "body": text, "body_format": "plain", "status": "published"}
        try:
            made = post(port, token, "/projects/one/entries", body)
        except (OSError, http.client.HTTPException, ValueError):
            return
        acknowledged[made["id"]] = text


def kill_while_saving(program: Program, port: int, token: str, acknowledged: dict[int, str], least: int) -> None:
    """Start the server, save from two threads until so many are acknowledged in all, and kill it in the middle."""
    server = program.serve(port, "--no-demo")
    stop = threading.Event()
    threads = [threading.Thread(target=save_until_killed, args=(port, token, acknowledged, stop)) for _ in range(2)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + SECONDS
    while len(acknowledged) < least and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(random.uniform(0, 0.4))  # noqa: S311 - any moment will do
    os.kill(server.pid, signal.SIGKILL)
    server.wait()
    stop.set()
    for thread in threads:
        thread.join()


def make_project(program: Program) -> str:
    """Make an instance with a project and a person; return their token."""
    program.run("init", "--no-demo")
    program.run("project", "create", "one", "--name", "หนึ่ง", "--codebook", "none")
    program.run("user", "add", "a@example.org", "--name", "ก")
    program.run("member", "set", "one", "a@example.org", "researcher")
    return program.run("token", "create", "a@example.org", "--name", "t").stdout.strip()


def check_stored(program: Program, acknowledged: dict[int, str]) -> None:
    """Every acknowledged text is in the database, none is half, and the file is whole."""
    with closing(sqlite3.connect(program.instance / "kmwiki.sqlite")) as connection:
        stored = dict(
            connection.execute(
                "SELECT entries.id, revisions.body FROM entries"
                " JOIN revisions ON revisions.source_id = entries.source_id"
            )
        )
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        halves = connection.execute(
            "SELECT count(*) FROM entries WHERE source_id NOT IN (SELECT source_id FROM revisions)"
        ).fetchone()
    assert {number: stored.get(number) for number in acknowledged} == acknowledged
    assert halves == (0,)


def until_equal(program: Program, port: int) -> float:
    """Start again and wait until the index equals the database; return the seconds from when the server answers."""
    server = program.serve(port, "--no-demo")
    started = time.monotonic()
    while (checked := program.run("search", "check")).returncode and time.monotonic() < started + SECONDS:
        time.sleep(0.1)
    assert checked.returncode == 0, checked.stderr + checked.stdout
    took = time.monotonic() - started
    program.stop(server)
    return took


def test_no_acknowledged_save_is_lost_by_kill_nine(program: Program, port: int) -> None:
    token = make_project(program)
    acknowledged: dict[int, str] = {}
    for kill in range(1, KILLS + 1):
        kill_while_saving(program, port, token, acknowledged, least=15 * kill)
    assert len(acknowledged) >= 15 * KILLS
    check_stored(program, acknowledged)
    assert until_equal(program, port) < 45  # what the killed workers had in hand waits for no lease of a minute


@pytest.mark.soak
def test_a_thousand_saves_over_twenty_kills(program: Program, port: int, tell: Callable[[str], None]) -> None:
    kills, saves = number("SOAK_KILLS", 20), number("SOAK_SAVES", 1000)
    token = make_project(program)
    acknowledged: dict[int, str] = {}
    began = time.monotonic()
    for kill in range(1, kills + 1):
        kill_while_saving(program, port, token, acknowledged, least=saves * kill // kills)
        check_stored(program, acknowledged)
    assert len(acknowledged) >= saves
    took = time.monotonic() - began
    equal = until_equal(program, port)
    check_stored(program, acknowledged)
    tell(f"{len(acknowledged)} saves acknowledged over {kills} kills in {took:.0f} s, 0 lost, 0 half")
    tell(f"the index equalled the database {equal:.1f} s after the last start")


@pytest.mark.soak
def test_an_import_killed_again_and_again_comes_in_once(
    program: Program, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    kills, files = number("SOAK_KILLS", 20), number("SOAK_FILES", 200)
    make_project(program)
    folder = tmp_path / "folder"
    folder.mkdir()
    for each in range(files):
        (folder / f"{each}.txt").write_text(f"เรื่องที่ {each}\n\nคุยเรื่องน้ำ {each}\n", "utf-8")
    command = [sys.executable, "-m", "kmwiki.main", "import", "one", str(folder)]
    died = 0
    for _ in range(kills):
        with subprocess.Popen(  # noqa: S603 - our own program
            command, env=program.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as running:
            try:
                running.wait(random.uniform(0.6, 2.5))  # noqa: S311 - any moment will do
            except subprocess.TimeoutExpired:
                running.kill()
                died += 1
        with closing(sqlite3.connect(program.instance / "kmwiki.sqlite")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    done = program.run("import", "one", str(folder))
    assert done.returncode == 0, done.stderr
    with closing(sqlite3.connect(program.instance / "kmwiki.sqlite")) as connection:
        titles = [title for (title,) in connection.execute("SELECT title FROM entries")]
    assert sorted(titles) == sorted({f"เรื่องที่ {each}" for each in range(files)})
    program.run("worker", "--once")
    assert program.run("search", "check").returncode == 0
    tell(f"{files} files over {died} kills: each came in once")
