"""Figures of starting: the first start of an instance with its demo project and every other, until it answers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.timing import Figure, percentile
from tests.program import is_answering

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.stage import Stage


def start_once(instance: Path) -> float:
    """Start the server there, wait for an answer, stop it; return the milliseconds until it answered."""
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        port = int(opened.getsockname()[1])
    command = [sys.executable, "-m", "kmwiki.main", "serve", "--port", str(port)]
    environment = {**os.environ, "KMWIKI_INSTANCE": str(instance)}
    started = time.perf_counter()
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        while not is_answering(port):
            time.sleep(0.01)
        return (time.perf_counter() - started) * 1000
    finally:
        server.terminate()
        server.wait(timeout=30)


def figures(stage: Stage) -> Iterator[Figure]:
    """Measure."""
    del stage
    with tempfile.TemporaryDirectory(prefix="kmwiki-bench-") as folder:
        instance = Path(folder) / "instance"
        first = start_once(instance)
        yield Figure("first start until it answers", "with demo", 1, first, first)
        later = [start_once(instance) for _ in range(5)]
    yield Figure(
        "second start until it answers", "with demo", 5, percentile(later, 50), percentile(later, 95), "limit 3000"
    )
