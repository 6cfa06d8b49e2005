"""What the program never calls: nothing evaluates, unpickles, starts a program or fetches an address."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from kmwiki.paths import PACKAGE

if TYPE_CHECKING:
    from pathlib import Path

FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__"}
FORBIDDEN_MODULES = {
    *("pickle", "marshal", "shelve", "dill", "yaml", "subprocess", "pty", "code", "runpy"),
    *("urllib.request", "http.client", "requests", "httpx", "aiohttp", "ftplib", "xmlrpc", "telnetlib"),
}
CONNECTING = {"smtplib": {"notifications/mail.py"}, "socket": {"cli/serve.py", "notifications/mail.py"}}
"""Modules that open connections, and who may: the server listens, letters go to the mail server that is set."""
TRUSTED = {"pickle": {"search/whoosh_writer.py"}}
"""Whoosh keeps its lists pickled, in the folder of the index alone, which nobody but the program writes."""
FORBIDDEN_ATTRIBUTES = {("os", "system"), ("os", "popen"), ("shutil", "unpack_archive"), ("tarfile", "extractall")}
FILES = sorted(path for path in PACKAGE.rglob("*.py"))


def modules_of(tree: ast.AST) -> set[str]:
    """Return the names of all modules that the code imports."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    return found


def calls_of(tree: ast.AST) -> set[str]:
    """Return the names of all functions that are called by their bare name, and of methods as `module.name`."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found.add(node.func.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found.add(f"{node.value.id}.{node.attr}")
    return found


def problems_of(path: Path) -> set[str]:
    """Return what a file calls or imports that it must not."""
    tree = ast.parse(path.read_text("utf-8"))
    modules, calls = modules_of(tree), calls_of(tree)
    name = path.relative_to(PACKAGE).as_posix()
    connecting = {module for module, allowed in CONNECTING.items() if module in modules and name not in allowed}
    attributes = {f"{module}.{attribute}" for module, attribute in FORBIDDEN_ATTRIBUTES}
    trusted = {module for module, allowed in TRUSTED.items() if name in allowed}
    return modules & FORBIDDEN_MODULES - trusted | calls & (FORBIDDEN_CALLS | attributes) | connecting


def test_no_file_runs_or_fetches_what_a_stranger_sends() -> None:
    found = {path.name: problems for path in FILES if (problems := problems_of(path))}
    assert not found
    assert len(FILES) > 100


def test_the_check_sees_what_it_forbids() -> None:
    tree = ast.parse("import pickle\nfrom urllib import request\nimport os\nos.system('x')\neval('1')")
    assert modules_of(tree) & FORBIDDEN_MODULES == {"pickle", "urllib.request"}
    assert {"os.system", "eval"} <= calls_of(tree)
