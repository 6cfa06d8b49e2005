"""`kmwiki import` as a person runs it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.program import Program

pytestmark = pytest.mark.slow

TEXT = "เวทีบ้านควน\n\n\nคุยกันเรื่องน้ำ\n\nหมายเลขบันทึก: 7เขียนเมื่อ 3 มีนาคม 2009 08:05 น. ()\n\nความเห็น (1)\n\nมาอ่านค่ะ\n"


def test_import_prints_json_alone_and_ends_with_3_when_a_file_is_bad(program: Program, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "a.txt").write_text(TEXT, encoding="utf-8")
    (folder / "b.txt").write_bytes(b"PK\x03\x04zip")
    (folder / "c.pdf").write_bytes(b"%PDF-1.7")
    assert program.run("init").returncode == 0
    assert program.run("user", "add", "a@example.org", "--name", "ผู้นำเข้า", "--admin").returncode == 0
    assert program.run("project", "create", "p", "--name", "โครงการ", "--codebook", "none").returncode == 0
    done = program.run("import", "p", str(folder), "--json", "--as", "a@example.org")
    assert done.returncode == 3
    report = json.loads(done.stdout)
    assert (report["created"], report["failed"]) == (1, 1)
    assert [item["status"] for item in report["items"]] == ["created", "failed", "skipped"]
    assert "b.txt: This is a zip file" in done.stderr
    assert "c.pdf: This is a PDF file" in done.stderr
    again = program.run("import", "p", str(folder / "a.txt"))
    assert again.returncode == 0
    assert again.stdout.split("\t")[:2] == ["unchanged", "1"]
    assert program.run("import", "nowhere", str(folder)).returncode == 4
    assert program.run("import", "p", str(folder), "--as", "nobody@example.org").returncode == 4
    assert program.run("import", "p").returncode == 2
    assert program.run("import", "p", str(folder), "--province", "แอตแลนติสใหญ่").returncode == 3


def test_an_import_is_listed_undone_and_done_again(program: Program, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    assert program.run("init").returncode == 0
    assert program.run("project", "create", "p", "--name", "โครงการ", "--codebook", "none").returncode == 0
    batch = str(json.loads(program.run("import", "p", str(tmp_path / "a.txt"), "--json").stdout)["batch"])
    listed = program.run("imports", "list", "p").stdout.split("\t")
    assert (listed[0], listed[1], listed[4]) == (batch, "done", "1")
    assert program.run("imports", "undo", "p", batch, "--dry-run").stdout.startswith("undone\t")
    done = json.loads(program.run("imports", "undo", "p", batch, "--json").stdout)
    assert (done["undone"], done["kept"]) == (1, 0)
    assert json.loads(program.run("imports", "list", "p", "--json").stdout)["items"][0]["state"] == "undone"
    again = program.run("imports", "undo", "p", batch)
    assert (again.returncode, "left to be undone" in again.stderr) == (6, True)
    assert program.run("imports", "redo", "p", batch).stdout.split("\t")[:2] == ["redone", "1"]
    assert program.run("imports", "undo", "p", "99").returncode == 4
