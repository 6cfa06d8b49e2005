"""The wheel: holds what is needed and nothing else, and works from anywhere without writing beside the instance."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import time
import urllib.request
import venv
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from tests.program import is_answering

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow

WANTED = (
    "kmwiki/templates/base.html",
    "kmwiki/migrations/env.py",
    "kmwiki/migrations/versions/0001_first.py",
    "kmwiki/static/css/tokens.css",
    "kmwiki/static/vendor/htmx.min.js",
    "kmwiki/static/vendor/htmx.LICENSE.txt",
    "kmwiki/static/vendor/sarabun-thai-400.woff2",
    "kmwiki/static/vendor/sarabun.LICENSE.txt",
    "kmwiki/translations/th/ground.po",
    "kmwiki/py.typed",
    "kmwiki/wsgi.py",
)
TYPES = re.compile(r"\.(py|html|css|js|svg|woff2|txt|po|tsv|csv|json|toml|md|ico|png|typed)$")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as `make wheel` builds it."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=120)  # noqa: S603
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The command of a venv with the wheel, which nobody may write; what kmwiki leans on comes from this one."""
    home = tmp_path_factory.mktemp("venv")
    venv.create(home, with_pip=False, symlinks=True)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)}))
    with ZipFile(wheel) as archive:
        archive.extractall(site)
    (site / "leaning.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    for folder, _, names in os.walk(site / "kmwiki"):
        for path in (Path(folder), *(Path(folder) / name for name in names)):
            path.chmod(path.stat().st_mode & ~0o222)
    yield home / "bin" / "python"
    for folder, _, _ in os.walk(site / "kmwiki"):
        Path(folder).chmod(0o755)


class Installed:
    """Runs the installed program from `/`, on an instance of its own."""

    def __init__(self, python: Path, instance: Path | None) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("KMWIKI_", "PYTHON"))}
        self.environment = {**kept, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"}
        if instance is not None:
            self.environment["KMWIKI_INSTANCE"] = str(instance)
        # As its script does it; one side of the path is the venv's own, where no checkout is.
        self.command = [str(python), "-P", "-c", "from kmwiki.main import main; main()"]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(  # noqa: S603
            [*self.command, *arguments],
            cwd="/",
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def serve(self, port: int) -> subprocess.Popen[str]:
        """Start the server and wait until it answers."""
        command = [*self.command, "serve", "--port", str(port)]
        server = subprocess.Popen(  # noqa: S603
            command, cwd="/", env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        until = time.monotonic() + 60
        while not is_answering(port):
            assert server.poll() is None, server.stderr.read() if server.stderr else ""
            assert time.monotonic() < until
            time.sleep(0.1)
        return server


def test_the_wheel_holds_what_it_needs_and_nothing_else(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = next(archive.read(name).decode() for name in names if name.endswith("/METADATA"))
    assert not [name for name in WANTED if name not in names]
    about = {name for name in names if ".dist-info/" in name}
    assert {name.partition("/")[0] for name in names if name not in about} == {"kmwiki"}
    assert not [name for name in names if re.search(r"/(tests?|node_modules|instance|__pycache__)/", name)]
    assert not [name for name in names if name not in about and not TYPES.search(name)]
    assert {name.rpartition("/")[2] for name in about} >= {"METADATA", "RECORD", "LICENSE", "entry_points.txt"}
    checkout = {
        path.relative_to(ROOT).as_posix() for path in (ROOT / "kmwiki").rglob("*.py") if "__pycache__" not in path.parts
    }
    assert checkout <= set(names)
    for line in ("Name: kmwiki", "License-Expression: MIT", "Requires-Python: >=3.11", "Provides-Extra: gunicorn"):
        assert line in metadata
    assert "Description-Content-Type: text/markdown" in metadata


def test_installed_it_does_everything_from_anywhere(installed: Path, tmp_path: Path, port: int) -> None:
    before = {path: path.stat().st_mtime_ns for path in installed.parents[1].rglob("*")}
    program = Installed(installed, tmp_path / "notes")
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", program.run("--version").stdout)
    made = program.run("init")
    assert made.returncode == 0, made.stderr
    assert made.stdout.count("/link/") == 1
    note = tmp_path / "note.txt"
    note.write_text("บันทึกการประชุม\nกองทุนวันละบาทของตำบลสมมุติ", encoding="utf-8")
    assert program.run("import", "demo", str(note)).returncode == 0
    rebuilt = program.run("search", "rebuild")
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert "ตำบลสมมุติ" in program.run("search", "query", "demo", "กองทุนวันละบาท", "--json").stdout
    server = program.serve(port)
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in") as answer:
            page = answer.read().decode()
        assets = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
        assert any("htmx" in path for path in assets)
        for path in (*assets, "/static/vendor/sarabun-thai-400.woff2"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}").close()
        doctor = program.run("doctor")
        assert "assets" in doctor.stdout
        assert "WRONG  assets" not in doctor.stdout
        assert "WRONG  database" not in doctor.stdout
    finally:
        server.terminate()
        server.communicate(timeout=20)
    where = subprocess.run(  # noqa: S603
        [str(installed), "-P", "-c", "import kmwiki; print(kmwiki.__file__)"],
        cwd="/",
        env=program.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.startswith(str(installed.parents[1]))
    assert {path.name for path in tmp_path.iterdir()} == {"notes", "note.txt"}
    assert {path: path.stat().st_mtime_ns for path in installed.parents[1].rglob("*")} == before


def test_installed_it_must_be_told_where_the_notes_are(installed: Path) -> None:
    found = Installed(installed, None).run("init")
    assert found.returncode == 3
    assert "KMWIKI_INSTANCE" in found.stderr
    assert "Traceback" not in found.stderr
    assert not Path("/instance").exists()
