"""`kmwiki codebook`: what leaves as a file comes in again, and every code is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from kmwiki.cli.codebook import codebook
from kmwiki.db import session
from kmwiki.errors import Invalid
from kmwiki.events.models import Event
from tests.make_coding import make_desk

if TYPE_CHECKING:
    from pathlib import Path

    from tests.make import Make


def test_a_codebook_goes_from_one_project_to_another(make: Make, tmp_path: Path) -> None:
    one, other, run = make_desk(make).project, make.project(), CliRunner()
    owner = make.user(email="owner@example.org")
    make.member(other, "owner", user=owner)
    for form in ("docx", "qdc", "csv", "xlsx"):
        path = tmp_path / f"codes.{form}"
        out = run.invoke(codebook, ["export", one.slug, "--format", form, "--output", str(path)])
        assert out.exit_code == 0, out.output
        if form == "docx":  # it is for reading
            assert path.read_bytes()[:2] == b"PK"
            continue
        dry = run.invoke(codebook, ["import", other.slug, str(path), "--dry-run", "--json"])
        assert json.loads(dry.stdout)["counts"] == {"new": 1}
    done = run.invoke(codebook, ["import", other.slug, str(path), "--as", "owner@example.org", "--reason", "ใช้ร่วมกัน"])
    assert done.exit_code == 0, done.output
    assert done.stdout == "new\t1\tการออม\n"
    with session() as s:
        event = s.query(Event).filter(Event.verb == "codebook.imported").one()
    assert (event.user_id, event.data["reason"]) == (owner.id, "ใช้ร่วมกัน")


def test_groups_are_told_too_and_a_codebook_leaves_as_it_was(make: Make, tmp_path: Path) -> None:
    desk, run = make_desk(make), CliRunner()
    (tmp_path / "codes.csv").write_text(f"ชื่อไทย,กลุ่ม\nการออม,เงิน\nใหม่,{'ย' * 201}\n", "utf-8")
    done = run.invoke(codebook, ["import", desk.project.slug, str(tmp_path / "codes.csv")])
    assert done.exit_code == 3
    assert "new\tgroup 1\tเงิน\n" in done.stdout
    assert "group 2: " in done.stderr
    path = tmp_path / "then.qdc"
    run.invoke(codebook, ["export", desk.project.slug, "--at", "1", "--output", str(path)])
    assert "การออม" in path.read_text("utf-8")
    assert "ใหม่" not in path.read_text("utf-8")


def test_what_cannot_be_taken_is_told_and_ends_with_three(make: Make, tmp_path: Path) -> None:
    project, run = make.project(), CliRunner()
    (tmp_path / "codes.csv").write_text("ชื่อไทย,อยู่ใต้\nก,ข\nข,ก\nค,\n", "utf-8")
    done = run.invoke(codebook, ["import", project.slug, str(tmp_path / "codes.csv")])
    assert done.exit_code == 3
    assert done.stdout == "loop\t1\tก\nloop\t2\tข\nnew\t3\tค\n"
    assert "1: " in done.stderr
    nowhere = ["export", project.slug, "--output", str(tmp_path / "no" / "x.qdc")]
    assert isinstance(run.invoke(codebook, nowhere).exception, Invalid)
    with pytest.raises(Invalid):
        run.invoke(codebook, nowhere, catch_exceptions=False)
