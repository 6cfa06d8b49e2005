"""Taguette, measured in the same run: adding a highlight, listing 5,000, the spreadsheet of all of them.

It is installed into an environment of its own outside this checkout, from the package index, and talked to over HTTP as
its own page does. Where it cannot be installed or does not start, one line says so and nothing is measured.
"""

from __future__ import annotations

import json
import re
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import venv
from contextlib import contextmanager
from http.client import HTTPConnection
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tests.bench.timing import Figure, measure
from tests.bench.writing import body, passages

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSION = "1.5.2"
PLACE = Path(tempfile.gettempdir()) / f"kmwiki-bench-taguette-{VERSION}"
INSTALL_TIME, START_TIME = 600, 60  # seconds
TAGS = 12
MANY = 5000


class Missing(Exception):  # noqa: N818 - named after what happened
    """Taguette cannot be had here; the message says why."""


class Peer:
    """A running Taguette, as a browser that is signed in."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, data: bytes = b"", kind: str = "") -> bytes:
        """Send a request and return the body. RuntimeError for anything but success."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=120)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if kind:
            headers |= {"Content-Type": kind, "X-XSRFToken": self._cookies.get("_xsrf", "")}
        connection.request(method, path, data or None, headers)
        answer = connection.getresponse()
        told = answer.read()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        connection.close()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {told[:200]!r}")
        return told

    def tell(self, verb: str, **data: Any) -> Any:
        """Call its JSON API."""
        return json.loads(self.ask("POST", f"/api/project/1/{verb}", json.dumps(data).encode(), "application/json"))

    def form(self, path: str, **fields: str) -> None:
        """Send a form."""
        fields |= {"_xsrf": self._cookies.get("_xsrf", "")}
        self.ask("POST", path, urlencode(fields).encode(), "application/x-www-form-urlencoded")


def figures() -> Iterator[Figure]:
    """Measure, or say why not."""
    try:
        program = installed()
        with tempfile.TemporaryDirectory(prefix="kmwiki-bench-peer-") as folder, running(program, Path(folder)) as peer:
            yield from compare(peer, Path(folder) / "taguette.sqlite3")
    except (Missing, OSError, RuntimeError, sqlite3.Error) as error:
        print(f"Taguette {VERSION} was not measured: {error}", file=sys.stderr)  # noqa: T201


def installed() -> Path:
    """Return its program, installed first if need be."""
    program = PLACE / ("Scripts" if sys.platform == "win32" else "bin") / "taguette"
    if program.exists():
        return program
    venv.create(PLACE, with_pip=True)
    pip = [str(program.with_name("python")), "-m", "pip", "install", "--quiet", f"taguette=={VERSION}"]
    try:
        done = subprocess.run(pip, capture_output=True, timeout=INSTALL_TIME, check=False, text=True)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise Missing(f"pip took longer than {INSTALL_TIME} seconds") from error
    if done.returncode or not program.exists():
        raise Missing((done.stderr.strip().splitlines() or ["pip failed"])[-1])
    return program


@contextmanager
def running(program: Path, folder: Path) -> Iterator[Peer]:
    """Start it on a fresh database, sign in as its page does, and end it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    said = folder / "said"
    command = [str(program), "--no-browser", "--port", str(port), "--database", str(folder / "taguette.sqlite3")]
    with said.open("wb") as out:
        started = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, cwd=folder)  # noqa: S603
    try:
        peer = Peer(port)
        peer.ask("GET", f"/?token={token_in(said, started)}")
        yield peer
    finally:
        started.terminate()
        started.wait(timeout=START_TIME)


def token_in(said: Path, started: subprocess.Popen[bytes]) -> str:
    """Return the token that it prints when it listens."""
    for _ in range(START_TIME * 5):
        found = re.search(r"\?token=([0-9a-zA-Z]+)", said.read_text("utf-8", "replace"))
        if found:
            return found[1]
        if started.poll() is not None:
            raise Missing(f"it ended at once: {said.read_text('utf-8', 'replace')[-200:]}")
        time.sleep(0.2)
    raise Missing(f"it did not start within {START_TIME} seconds")


def compare(peer: Peer, database: Path) -> Iterator[Figure]:
    """Measure what the same work takes there: the same invented text, the same passages."""
    text = body(60, seed=7)
    peer.ask("GET", "/project/new")
    peer.form("/project/new", name="bench", description="")
    tags = [peer.tell("tag/new", path=f"code {number}", description="")["id"] for number in range(TAGS)]
    peer.ask("POST", "/api/project/1/document/new", *upload(text))
    spots, numbers = iter(list(islice(passages(text, seed=8), 400))), count(1)

    def add() -> None:
        start, end = (byte_at(text, at) for at in next(spots))
        chosen = [tags[next(numbers) % TAGS]]
        peer.tell("document/1/highlight/new", start_offset=start, end_offset=end, tags=chosen)

    there = 0
    for wanted in (500, 1000, MANY):
        lay(database, tags, text, wanted - there)
        there = wanted
        yield measure("peer: add a highlight", f"{wanted:,} highlights", add, runs=40)
    listed = "/api/project/1/highlights/?page="
    yield measure(
        "peer: list highlights, first page of 50", f"{MANY:,} highlights", lambda: peer.ask("GET", f"{listed}1")
    )
    sheet = "/project/1/export/highlights/.xlsx"
    yield measure("peer: spreadsheet", f"{MANY:,} highlights", lambda: peer.ask("GET", sheet), runs=3, warm=1)


def byte_at(text: str, at: int) -> int:
    """Return an offset as it counts: in bytes of the paragraphs, one right after the other."""
    return len(text[:at].replace("\n", "").encode())


def upload(text: str) -> tuple[bytes, str]:
    """Return the form that brings a document in, and its kind."""
    edge = "kmwikibench"
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in text.split("\n\n"))
    parts = {'name="name"': "note", 'name="description"': "", 'name="text_direction"': "LEFT_TO_RIGHT"}
    fields = [f"--{edge}\r\nContent-Disposition: form-data; {name}\r\n\r\n{value}\r\n" for name, value in parts.items()]
    file = 'Content-Disposition: form-data; name="file"; filename="note.html"\r\nContent-Type: text/html\r\n\r\n'
    page = f"<!DOCTYPE html><html><head><meta charset='utf-8'></head><body>{paragraphs}</body></html>"
    sent = "".join([*fields, f"--{edge}\r\n{file}{page}\r\n--{edge}--\r\n"])
    return sent.encode(), f"multipart/form-data; boundary={edge}"


def lay(database: Path, tags: list[int], text: str, wanted: int) -> None:
    """Write that many highlights straight into its database."""
    opened = sqlite3.connect(database, timeout=30)
    with opened:
        for number, (start, end) in enumerate(islice(passages(text, seed=wanted), wanted)):
            spot = byte_at(text, start), byte_at(text, end), text[start:end]
            made = opened.execute(
                "INSERT INTO highlights (document_id, start_offset, end_offset, snippet) VALUES (1, ?, ?, ?)", spot
            )
            opened.execute("INSERT INTO highlight_tags VALUES (?, ?)", (made.lastrowid, tags[number % len(tags)]))
    opened.close()
