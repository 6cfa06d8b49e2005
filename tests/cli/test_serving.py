"""The first start, every other start, and starts that must not be."""

from __future__ import annotations

import json
import socket
import sqlite3
import stat
import time
import urllib.request
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.program import Program

pytestmark = pytest.mark.slow


def rows(instance: Path) -> dict[str, int]:
    """Count the rows of every table."""
    with sqlite3.connect(instance / "kmwiki.sqlite") as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}  # noqa: S608


def test_the_first_start_makes_everything_and_the_second_changes_nothing(program: Program, port: int) -> None:
    out, err = program.stop(program.serve(port))
    links = [line for line in out.splitlines() if line]
    assert len(links) == 1
    assert links[0].startswith(f"http://127.0.0.1:{port}/link/")
    assert f"http://127.0.0.1:{port} " in err
    assert stat.S_IMODE((program.instance / "secret").stat().st_mode) == 0o600
    assert stat.S_IMODE(program.instance.stat().st_mode) == 0o700
    before = rows(program.instance)
    assert before["projects"] == 1
    assert before["entries"] >= 8
    started = time.monotonic()
    server = program.serve(port)
    took = time.monotonic() - started
    out, _ = program.stop(server)
    assert out == ""
    after = rows(program.instance)
    assert {name: count for name, count in after.items() if name != "jobs"} == {
        name: count for name, count in before.items() if name != "jobs"
    }
    assert took < 30  # the figure itself is the benchmark's


def test_looking_at_the_link_does_not_burn_it(program: Program, port: int) -> None:
    server = program.serve(port, "--no-demo")
    assert server.stdout is not None
    link = server.stdout.readline().strip()
    for _ in range(3):
        with urllib.request.urlopen(link) as answer:  # noqa: S310
            page = answer.read().decode()
            assert answer.status == 200
    assert page.count("<button") >= 1
    with sqlite3.connect(program.instance / "kmwiki.sqlite") as connection:
        assert connection.execute("SELECT count(*) FROM one_time_links WHERE used IS NULL").fetchone() == (1,)


def test_a_second_server_on_the_same_instance_says_so_and_stops(program: Program, port: int) -> None:
    server = program.serve(port, "--no-demo")
    second = program.run("serve", "--port", "0")
    assert second.returncode == 7
    assert str(server.pid) in second.stderr
    assert "KMWIKI_INSTANCE" in second.stderr


def test_a_port_that_is_taken_is_named(program: Program) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        found = program.run("serve", "--no-demo", "--port", str(number))
    assert found.returncode == 7
    assert str(number) in found.stderr
    assert "--port" in found.stderr
    assert "/link/" not in found.stdout


def test_other_commands_work_while_it_serves(program: Program, port: int) -> None:
    program.serve(port, "--no-demo")
    started = time.monotonic()
    assert program.run("project", "create", "second", "--name", "ที่สอง").returncode == 0
    added = program.run("user", "add", "a@example.org", "--name", "ก")
    assert added.stdout.startswith(f"http://127.0.0.1:{port}/link/")
    assert program.run("member", "set", "second", "a@example.org", "researcher").returncode == 0
    token = program.run("token", "create", "a@example.org", "--name", "ทดสอบ").stdout.strip()
    assert time.monotonic() - started < 60
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/v1/projects", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        assert [project["slug"] for project in json.load(answer)["items"]] == ["second"]


def test_an_instance_that_cannot_be_written_is_named(program: Program) -> None:
    program.instance.parent.mkdir(exist_ok=True)
    program.instance.write_text("a file, no folder")
    found = program.run("init", "--no-demo")
    assert found.returncode == 7
    assert str(program.instance) in found.stderr


def test_the_doctor_finds_a_healthy_instance_well_and_names_what_is_not(program: Program) -> None:
    assert program.run("doctor").returncode == 7
    assert program.run("init", "--no-demo").returncode == 0
    program.run("search", "rebuild")
    healthy = program.run("doctor", "--json")
    assert healthy.returncode == 0, healthy.stdout
    assert json.loads(healthy.stdout)["well"] is True
    (program.instance / "secret").chmod(0o644)
    ill = program.run("doctor")
    assert ill.returncode == 7
    assert "chmod 600" in ill.stdout


@pytest.mark.parametrize("line", ["", "--help", "serve --help", "search query --help", "--version"])
def test_help_needs_no_instance(program: Program, line: str) -> None:
    found = program.run(*line.split())
    assert found.returncode in {0, 2}
    assert not program.instance.exists()


def test_a_wrong_word_is_a_usage_error(program: Program) -> None:
    assert program.run("serve", "--port", "many").returncode == 2
    assert program.run("dance").returncode == 2


def test_the_schema_can_be_asked_for(program: Program) -> None:
    assert program.run("db", "upgrade").returncode == 0
    assert program.run("db", "current").stdout.strip().isdigit()
