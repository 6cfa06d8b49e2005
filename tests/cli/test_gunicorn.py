"""Served by gunicorn behind a proxy: https cookies, the visitor's own address, one lock for all who serve."""

from __future__ import annotations

import http.client
import importlib
import re
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import pytest

from kmwiki.cli.serve import only_server, share_lock
from kmwiki.errors import Unavailable
from tests.program import is_answering

if TYPE_CHECKING:
    from types import ModuleType

    from flask import Flask

    from kmwiki.config import Settings
    from tests.program import Program

SITE = "https://km.example.org"
VISITOR = "198.51.100.7"
FROM_PROXY = {"Host": "km.example.org", "X-Forwarded-Proto": "https", "X-Forwarded-For": f"203.0.113.66, {VISITOR}"}


def ask(
    port: int, method: str, path: str, *, form: dict[str, str] | None = None, **headers: str
) -> tuple[http.client.HTTPResponse, str]:
    """Send a request as the proxy does."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    sent = {**FROM_PROXY, **headers, "Connection": "close"}
    if form is not None:
        sent.update({"Content-Type": "application/x-www-form-urlencoded", "Origin": SITE})
    connection.request(method, path, urlencode(form) if form else None, sent)
    answer = connection.getresponse()
    page = answer.read().decode()
    connection.close()
    return answer, page


def gunicorn(program: Program, port: int) -> subprocess.Popen[str]:
    """Start gunicorn as docs/running.md has it."""
    options = ("--workers", "2", "--threads", "4", "--no-control-socket", "--bind", f"127.0.0.1:{port}")
    server = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "gunicorn", *options, "kmwiki.wsgi:app"],
        env=program.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    program.servers.append(server)
    until = time.monotonic() + 60
    while not is_answering(port):
        assert server.poll() is None, server.stderr.read() if server.stderr else ""
        assert time.monotonic() < until
        time.sleep(0.1)
    return server


@pytest.mark.slow
def test_behind_a_proxy_the_cookie_is_for_https_and_the_address_is_the_visitors(program: Program, port: int) -> None:
    program.settings["KMWIKI_BASE_URL"] = SITE
    link = program.run("init", "--no-demo").stdout.strip()
    assert link.startswith(f"{SITE}/link/")
    server = gunicorn(program, port)
    path = urlsplit(link).path
    answer, page = ask(port, "GET", path)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token
    cookie = (answer.headers["Set-Cookie"] or "").partition(";")[0]
    assert cookie.startswith("__Host-")
    answer, _ = ask(port, "POST", path, form={"csrf_token": token.group(1)}, Cookie=cookie)
    assert answer.status == 303
    signed = next(each for each in answer.headers.get_all("Set-Cookie") or [] if each.startswith("__Host-kmwiki="))
    for part in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert part in signed
    assert "Domain" not in signed
    with closing(sqlite3.connect(program.instance / "kmwiki.sqlite")) as connection:
        assert connection.execute("SELECT address FROM sign_in_sessions").fetchall() == [(VISITOR,)]
        (told,) = connection.execute("SELECT data FROM events WHERE verb = 'session.opened'").fetchone()
        assert VISITOR in told
    assert ask(port, "GET", "/static/css/tokens.css")[0].status == 200
    refused = program.run("serve", "--port", "0")
    assert refused.returncode == 7
    assert "already runs" in refused.stderr
    assert program.run("user", "add", "a@example.org", "--name", "ก").returncode == 0
    server.send_signal(signal.SIGTERM)
    server.wait(timeout=20)


def load_entry(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Import the entry anew, leaving the log of the tests as it is."""
    monkeypatch.setattr("kmwiki.main.set_up_log", lambda: None)
    monkeypatch.delitem(sys.modules, "kmwiki.wsgi", raising=False)
    return importlib.import_module("kmwiki.wsgi")


def test_the_entry_holds_the_lock_with_its_sisters_and_against_others(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = load_entry(monkeypatch)
    app: Flask = entry.app
    with entry.lock, share_lock(settings.instance):
        assert app.test_client().get("/sign-in").status_code == 200
        with pytest.raises(Unavailable, match="already runs"), only_server(settings.instance):
            pass
    with only_server(settings.instance):
        pass


def test_the_entry_ends_with_a_sentence_where_the_instance_is_served(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kmwiki.cli.serve.SHARE_TRIES", 1)
    with only_server(settings.instance), pytest.raises(SystemExit, match="Stop it first"):
        load_entry(monkeypatch)
