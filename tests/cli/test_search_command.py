"""`kmwiki search` as a person runs it."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.program import Program

pytestmark = pytest.mark.slow


@pytest.fixture
def filled(program: Program, tmp_path: Path) -> Program:
    """An instance with one imported text that nobody has indexed yet."""
    (tmp_path / "a.txt").write_text(
        "เวทีบ้านควน\n\n\nคุยเรื่องกองทุน ๔๐ คน\n\nหมายเลขบันทึก: 7เขียนเมื่อ 3 มีนาคม 2009 08:05 น. ()\n", "utf-8"
    )
    assert program.run("init").returncode == 0
    assert program.run("user", "add", "a@example.org", "--name", "ผู้นำเข้า", "--admin").returncode == 0
    assert program.run("project", "create", "p", "--name", "โครงการ", "--codebook", "none").returncode == 0
    done = program.run("import", "p", str(tmp_path / "a.txt"), "--as", "a@example.org")
    assert done.returncode == 0, done.stderr
    return program


def test_a_query_finds_what_was_just_imported(filled: Program) -> None:
    found = filled.run("search", "query", "p", "40 กองทุน", "--json", "--size", "5")
    assert found.returncode == 0, found.stderr
    answer = json.loads(found.stdout)
    assert (answer["total"], answer["complete"]) == (1, True)
    assert answer["hits"][0]["title"] == "เวทีบ้านควน"
    lines = filled.run("search", "query", "p", "กองทุน").stdout.splitlines()
    assert lines[0].startswith("เวทีบ้านควน\tentry\t/p/p/e/1")
    assert "[กองทุน]" in lines[1]


def test_errors_have_their_exit_codes(filled: Program) -> None:
    assert filled.run("search", "query", "nowhere", "ก").returncode == 4
    broken = filled.run("search", "query", "p", "(ก")
    assert broken.returncode == 3
    assert broken.stdout == ""
    assert "At character 1: (ก" in broken.stderr
    wrong = filled.run("search", "query", "p", "กองทุน NEAR/x ออม")
    assert "At character 13: x" in wrong.stderr
    assert "NEAR/5" in wrong.stderr
    assert filled.run("search", "query", "p", "-กองทุน -ฆ่า").returncode == 0  # no options, but a query
    assert filled.run("search", "query", "p", "ก", "--size", "500").returncode == 2
    assert filled.run("search", "query", "p", "ก", "--kind", "poem").returncode == 3


def test_check_passes_only_when_index_and_database_are_equal(filled: Program) -> None:
    waiting = filled.run("search", "check", "--json")
    assert waiting.returncode == 7
    assert json.loads(waiting.stdout)["is_equal"] is False
    assert json.loads(filled.run("search", "status").stdout)["waiting"] > 0
    assert filled.run("search", "query", "p", "กองทุน").returncode == 0
    assert filled.run("search", "check").returncode == 0
    status = json.loads(filled.run("search", "status").stdout)
    assert (status["state"], status["waiting"], status["engine"]) == ("ready", 0, "whoosh")
    assert status["documents"] >= 1
    assert set(status["stamp"]) >= {"schema", "dictionary", "segmenter"}


def test_a_rebuild_mends_a_lost_index(filled: Program) -> None:
    assert filled.run("search", "query", "p", "กองทุน").returncode == 0
    shutil.rmtree(filled.instance / "index")
    assert filled.run("search", "check").returncode == 7
    done = filled.run("search", "rebuild")
    assert (done.returncode, done.stdout) == (0, "")
    assert filled.run("search", "check").returncode == 0
    shutil.rmtree(filled.instance / "index")
    assert json.loads(filled.run("search", "query", "p", "กองทุน", "--json").stdout)["total"] == 1
