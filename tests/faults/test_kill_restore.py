"""A restore that is killed at any moment leaves the instance before it or the one after it, never a half one."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from kmwiki.exchange.backups.content import read_content

if TYPE_CHECKING:
    from pathlib import Path

    from tests.program import Program

pytestmark = pytest.mark.slow
KILLS = 4


def restore_and_kill(program: Program, file: Path, seconds: float) -> None:
    """Start a restore and kill it after a while, unless it was quicker."""
    command = [sys.executable, "-m", "kmwiki.main", "backup", "restore", "--yes", str(file)]
    with subprocess.Popen(  # noqa: S603 - our own program
        command, env=program.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running:
        try:
            running.wait(seconds)
        except subprocess.TimeoutExpired:
            running.kill()


def test_no_kill_leaves_half_an_instance(program: Program, tmp_path: Path) -> None:
    program.run("init")
    told = [json.loads(program.run("backup", "create", str(tmp_path / "one.kmb"), "--json").stdout)]
    program.run("project", "create", "later", "--name", "ภายหลัง")
    told.append(json.loads(program.run("backup", "create", str(tmp_path / "two.kmb"), "--json").stdout))
    whole = {each["export_hash"] for each in told}
    for _ in range(KILLS):
        restore_and_kill(program, tmp_path / "one.kmb", random.uniform(0.7, 2.0))  # noqa: S311 - any moment will do
        assert read_content(program.instance / "kmwiki.sqlite").export_hash in whole
    done = program.run("backup", "restore", "--yes", str(tmp_path / "one.kmb"), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["export_hash"] == told[0]["export_hash"]
    assert program.run("search", "check").returncode == 0
