"""`kmwiki backup` as a person runs it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.program import Program

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


@pytest.fixture
def backup(program: Program, tmp_path: Path) -> Path:
    """A backup of an instance with the demo project."""
    assert program.run("init").returncode == 0
    done = program.run("backup", "create", str(tmp_path / "one.kmb"), "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["counts"]["projects"] == 1
    return tmp_path / "one.kmb"


def test_a_backup_is_verified_and_restored_elsewhere(backup: Path, tmp_path: Path) -> None:
    other = Program(tmp_path / "other")
    verified = other.run("backup", "verify", str(backup), "--json")
    assert (verified.returncode, verified.stderr) == (0, f"{backup} is whole.\n")
    assert not other.instance.exists()
    told = json.loads(verified.stdout)
    assert (told["is_sound"], told["problems"]) == (True, [])
    restored = other.run("backup", "restore", str(backup))
    assert restored.returncode == 0, restored.stderr
    assert f"export_hash\t{told['export_hash']}" in restored.stdout.splitlines()
    assert "equal to the backup" in restored.stderr
    checked = other.run("search", "check")
    assert checked.returncode == 0, checked.stderr
    again = other.run("backup", "create", str(tmp_path / "two.kmb"), "--json")
    assert json.loads(again.stdout)["export_hash"] == told["export_hash"]


def test_a_damaged_backup_ends_with_three_and_says_where(program: Program, backup: Path, tmp_path: Path) -> None:
    data = bytearray(backup.read_bytes())
    data[len(data) // 2] ^= 1
    backup.write_bytes(data)
    verified = program.run("backup", "verify", str(backup), "--json")
    assert verified.returncode == 3
    assert json.loads(verified.stdout)["problems"][0]["member"] == "database.sqlite"
    assert "database.sqlite: " in verified.stderr
    assert program.run("backup", "verify", str(backup)).stdout == ""
    other = Program(tmp_path / "other")
    assert other.run("backup", "restore", str(backup)).returncode == 3
    assert not other.instance.exists()
    (tmp_path / "letter").write_text("no backup", encoding="utf-8")
    assert program.run("backup", "verify", str(tmp_path / "letter")).returncode == 3
    assert program.run("backup", "verify", str(tmp_path / "nothing")).returncode == 4


def test_an_instance_that_is_there_is_replaced_only_with_yes(program: Program, backup: Path) -> None:
    refused = program.run("backup", "restore", str(backup), text="")
    assert refused.returncode == 6
    assert "--yes" in refused.stderr
    done = program.run("backup", "restore", str(backup), "--yes", "--json")
    assert done.returncode == 0, done.stderr
    kept = json.loads(done.stdout)["kept_aside"]
    assert kept.startswith(f"{program.instance}.before-")
    assert kept in done.stderr
    assert program.run("doctor").returncode == 0


@pytest.mark.parametrize(("answer", "code"), [("n", 6), ("y", 0)])
def test_on_a_terminal_it_is_asked_for(program: Program, backup: Path, answer: str, code: int) -> None:
    ours, theirs = pty.openpty()
    try:
        os.write(ours, f"{answer}\n".encode())
        command = [sys.executable, "-m", "kmwiki.main", "backup", "restore", str(backup)]
        done = subprocess.run(  # noqa: S603 - our own program
            command, env=program.environment, stdin=theirs, capture_output=True, text=True, check=False, timeout=120
        )
    finally:
        os.close(ours)
        os.close(theirs)
    assert "holds an instance already" in done.stderr
    assert done.returncode == code, done.stderr
    assert len(list(program.instance.parent.glob("instance.before-*"))) == (code == 0)


def test_a_served_instance_is_backed_up_and_not_restored_over(
    program: Program, backup: Path, tmp_path: Path, port: int
) -> None:
    program.serve(port)
    assert program.run("backup", "create", str(tmp_path / "two.kmb")).returncode == 0
    refused = program.run("backup", "restore", str(backup), "--yes")
    assert refused.returncode == 7
    assert "Stop it first" in refused.stderr
    assert program.run("doctor").returncode == 0


def test_a_backup_of_no_instance_is_refused_and_makes_none(program: Program, tmp_path: Path) -> None:
    done = program.run("backup", "create", str(tmp_path / "one.kmb"))
    assert done.returncode == 4
    assert not program.instance.exists()
    assert list(tmp_path.iterdir()) == []
