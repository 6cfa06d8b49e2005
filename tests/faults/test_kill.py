"""A save that was acknowledged is there after kill -9, whole, and the index follows the database again."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import sqlite3
import threading
import time
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.program import Program

pytestmark = pytest.mark.slow
KILLS = 3


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


def kill_while_saving(program: Program, port: int, token: str, acknowledged: dict[int, str]) -> None:
    """Start the server, save from two threads, kill it in the middle."""
    server = program.serve(port, "--no-demo")
    stop = threading.Event()
    threads = [threading.Thread(target=save_until_killed, args=(port, token, acknowledged, stop)) for _ in range(2)]
    for thread in threads:
        thread.start()
    time.sleep(random.uniform(0.5, 1.5))  # noqa: S311 - any moment will do
    os.kill(server.pid, signal.SIGKILL)
    server.wait()
    stop.set()
    for thread in threads:
        thread.join()


def test_no_acknowledged_save_is_lost_by_kill_nine(program: Program, port: int) -> None:
    program.run("init", "--no-demo")
    program.run("project", "create", "one", "--name", "หนึ่ง")
    program.run("user", "add", "a@example.org", "--name", "ก")
    program.run("member", "set", "one", "a@example.org", "researcher")
    token = program.run("token", "create", "a@example.org", "--name", "t").stdout.strip()
    acknowledged: dict[int, str] = {}
    for _ in range(KILLS):
        kill_while_saving(program, port, token, acknowledged)
    assert len(acknowledged) >= KILLS
    with sqlite3.connect(program.instance / "kmwiki.sqlite") as connection:
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
    assert program.run("worker", "--once").returncode == 0
    deadline = time.monotonic() + 90  # leases of the killed workers must end first
    while (checked := program.run("search", "check")).returncode != 0 and time.monotonic() < deadline:
        time.sleep(2)
        program.run("worker", "--once")
    assert checked.returncode == 0, checked.stderr + checked.stdout
