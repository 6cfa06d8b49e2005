"""Rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON = sorted((ROOT / "kmwiki").rglob("*.py"))
LONGEST_FILE = 400
LONGEST_FUNCTION = 40
TEXT_SUFFIXES = {
    ".py",
    ".md",
    ".toml",
    ".html",
    ".css",
    ".js",
    ".json",
    ".po",
    ".txt",
    ".cfg",
    ".yml",
    ".yaml",
    ".mako",
    ".svg",
    "",
}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tracked_files() -> list[Path]:
    """Every text file of the project; a wheel's or an archive's tree has no git, there the folders are walked."""
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607
    names = listing.stdout.splitlines() if listing.returncode == 0 else [name_of(path) for path in PYTHON]
    files = (ROOT / name for name in names)
    return [path for path in files if path.suffix in TEXT_SUFFIXES and path.is_file()]


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_a_file_stays_below_the_wall(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_a_function_fits_on_a_screen(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = {
        node.name: length
        for node in functions
        if (length := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
    }
    assert not long


def is_index_writer(call: ast.Call) -> bool:
    """Whether it is the index writer that commits, whose files are no database."""
    return ast.unparse(call.func) == "writer.commit"


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_only_db_commits(path: Path) -> None:
    if path.name == "db.py":
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    assert not [
        node.lineno for node in calls if ast.unparse(node.func).endswith(".commit") and not is_index_writer(node)
    ]


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_no_module_is_a_drawer_for_everything(path: Path) -> None:
    assert path.stem not in {"utils", "util", "helpers", "helper", "misc", "common"}


def test_nothing_is_left_for_later() -> None:
    marks = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")) + r")\b")
    found = [
        name_of(path)
        for path in tracked_files()
        if path.suffix in {".py", ".html", ".js", ".css"} and marks.search(path.read_text("utf-8"))
    ]
    assert not found


def test_no_file_names_a_registry_or_a_machine() -> None:
    hosts = ("py" + "pi.org", "python" + "hosted", "registry." + "npmjs", "deb." + "debian")
    paths = re.compile("(?<![\\w.])/(" + "|".join(("ro" + "ot", "wo" + "rk", "ho" + "me")) + ")/")
    found = []
    for path in tracked_files():
        text = path.read_text(encoding="utf-8")
        if any(host in text for host in hosts) or paths.search(text):
            found.append(name_of(path))
    assert not found


def test_no_style_or_handler_stands_in_a_template() -> None:
    forbidden = re.compile(r"<[^>]*\s(style|on[a-z]+)\s*=", re.IGNORECASE)
    found = [
        name_of(path)
        for path in sorted((ROOT / "templates").rglob("*.html"))
        if forbidden.search(path.read_text(encoding="utf-8"))
    ]
    assert not found


def test_no_page_loads_anything_from_elsewhere() -> None:
    loading = re.compile(r"""(src|href)\s*=\s*["'](https?:)?//|url\(\s*["']?(https?:)?//|@import""")
    files = [*sorted((ROOT / "templates").rglob("*.html")), *sorted((ROOT / "kmwiki/static/css").glob("*.css"))]
    loads = {}
    for path in files:
        text = re.sub(r"<a\b[^>]*>", "", path.read_text(encoding="utf-8"))
        if loading.search(text):
            loads[name_of(path)] = loading.findall(text)
    assert not loads
