"""Clients that begin a request and never end it: pages go on being answered, quickly, and the stalled are let go."""

from __future__ import annotations

import socket
import time
import urllib.request
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.program import Program

pytestmark = pytest.mark.slow

STALLED = 40
PAGES = 12
SECONDS = 5.0
"""A page may take so long on a busy machine; alone it takes a hundredth of it."""

HEAD = b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\n"
BEGINNINGS = (
    b"",
    b"GET / HT",
    HEAD,
    HEAD + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n\r\nemail=a",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nem",
)


def read_page(port: int) -> float:
    """Read a page; return how long it took."""
    started = time.monotonic()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in", timeout=30) as answer:
        assert answer.status == 200
        answer.read()
    return time.monotonic() - started


def test_pages_are_read_while_forty_clients_stall_in_headers_and_bodies(program: Program, port: int) -> None:
    program.serve(port, "--no-demo")
    with ExitStack() as stack:
        stalled = []
        for number in range(STALLED):
            opened = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
            opened.sendall(BEGINNINGS[number % len(BEGINNINGS)])
            stalled.append(opened)
        times = []
        for _ in range(PAGES):
            for number, opened in enumerate(stalled):  # a byte now and then, as those do who mean it
                if number % len(BEGINNINGS) == 2:
                    opened.sendall(b"X-A: b\r\n")
            times.append(read_page(port))
        assert max(times) < SECONDS, times
        reader = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
        reader.sendall(b"GET /static/css/base.css HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")  # and does not read the answer
        assert read_page(port) < SECONDS
        too_long = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
        too_long.sendall(b"GET /sign-in?q=" + b"a" * (1 << 20) + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert too_long.recv(100).split()[1] in {b"400", b"414", b"431"}
        assert read_page(port) < SECONDS
