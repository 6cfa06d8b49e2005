"""An index damaged under a running server is made anew by it, whoever sees the damage first."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from tests.make_search import DAMAGES

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.program import Program

pytestmark = pytest.mark.slow
SECONDS = 30


@pytest.fixture
def filled(program: Program, tmp_path: Path) -> Program:
    """An instance with one text."""
    (tmp_path / "a.txt").write_text(
        "เวทีบ้านควน\n\n\nคุยเรื่องกองทุน ๔๐ คน\n\nหมายเลขบันทึก: 7เขียนเมื่อ 3 มีนาคม 2009 08:05 น. ()\n", "utf-8"
    )
    program.run("init", "--no-demo")
    program.run("user", "add", "a@example.org", "--name", "ผู้นำเข้า", "--admin")
    program.run("project", "create", "p", "--name", "โครงการ", "--codebook", "none")
    done = program.run("import", "p", str(tmp_path / "a.txt"), "--as", "a@example.org")
    assert done.returncode == 0, done.stderr
    return program


def check_until_equal(program: Program) -> subprocess.CompletedProcess[str]:
    """Check until index and database are equal, or for some seconds."""
    deadline = time.monotonic() + SECONDS
    while (checked := program.run("search", "check")).returncode and time.monotonic() < deadline:
        time.sleep(0.3)
    return checked


def test_a_server_mends_its_index_when_a_check_or_the_doctor_sees_the_damage(filled: Program, port: int) -> None:
    filled.serve(port, "--no-demo")
    assert check_until_equal(filled).returncode == 0
    DAMAGES["segment cut short"](filled.instance / "index")
    seen = filled.run("search", "check")
    assert seen.returncode == 7
    assert "the index is missing or damaged; 1 job waits" in seen.stderr
    assert check_until_equal(filled).returncode == 0
    DAMAGES["folder deleted"](filled.instance / "index")
    findings = {one["name"]: one for one in json.loads(filled.run("doctor", "--json").stdout)["findings"]}
    assert findings["index"]["is_well"] is False
    assert findings["index"]["detail"].startswith("the index is missing or damaged; 1 job waits; ")
    assert check_until_equal(filled).returncode == 0
    found = filled.run("search", "query", "p", "กองทุน", "--json")
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout)["total"] == 1
    healthy = {one["name"]: one["detail"] for one in json.loads(filled.run("doctor", "--json").stdout)["findings"]}
    assert healthy["index"] == "equal to the database"
