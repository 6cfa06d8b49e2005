"""The import contract holds, and would break if an arrow pointed up."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT
from tests.house import picture

if TYPE_CHECKING:
    from pathlib import Path


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    program = (
        shutil.which("lint-imports", path=str(ROOT / ".venv" / "bin")) or shutil.which("lint-imports") or "lint-imports"
    )
    command = [sys.executable, program, "--no-cache", "--config", "pyproject.toml"]
    return subprocess.run(  # noqa: S603 - our own program on our own copy
        command, cwd=folder, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(folder), "PATH": ""}
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(
        ROOT / "kmwiki", tmp_path / "kmwiki", ignore=shutil.ignore_patterns("__pycache__", "static", "translations")
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_house_keeps_its_arrows(copy: Path) -> None:
    found = lint(copy)
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize(
    ("room", "upward"),
    [
        ("sources/service.py", "import kmwiki.coding.models"),
        ("text/thai.py", "import kmwiki.accounts.models"),
        ("entries/service.py", "import flask"),
        ("formats/decoding.py", "import sqlalchemy"),
    ],
)
def test_an_arrow_that_points_up_is_caught(copy: Path, room: str, upward: str) -> None:
    with (copy / "kmwiki" / room).open("a", encoding="utf-8") as file:
        file.write(f"\n{upward}\n")
    found = lint(copy)
    assert found.returncode != 0
    assert "BROKEN" in found.stdout


def test_a_room_that_no_contract_knows_is_caught(copy: Path) -> None:
    (copy / "kmwiki" / "attic").mkdir()
    (copy / "kmwiki" / "attic" / "__init__.py").write_text("")
    assert lint(copy).returncode != 0


def test_the_picture_of_the_house_is_drawn_from_the_contract() -> None:
    assert picture.PICTURE.read_text(encoding="utf-8") == picture.draw(), "run: python -m tests.house.picture"


def test_the_page_about_the_house_names_every_room() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    missing = [room for layer in picture.layers() for room in layer if room not in page]
    assert missing == []
    assert "docs/house.svg" in page
