"""The program as a person starts it: in a process of its own, on an instance of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

START_SECONDS = 60


@dataclass
class Program:
    """Runs `kmwiki` on one instance."""

    instance: Path
    servers: list[subprocess.Popen[str]] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)  # `KMWIKI_*` variables besides the instance

    @property
    def environment(self) -> dict[str, str]:
        """The environment of every run: the instance and the settings given, none that surround the tests."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KMWIKI_")}
        return {**kept, "KMWIKI_INSTANCE": str(self.instance), "PYTHONUNBUFFERED": "1", **self.settings}

    def run(self, *arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        command = [sys.executable, "-m", "kmwiki.main", *arguments]
        return subprocess.run(  # noqa: S603
            command, env=self.environment, input=text, capture_output=True, text=True, check=False, timeout=120
        )

    def serve(self, port: int, *options: str) -> subprocess.Popen[str]:
        """Start the server and wait until it answers."""
        command = [sys.executable, "-m", "kmwiki.main", "serve", "--port", str(port), *options]
        server = subprocess.Popen(  # noqa: S603
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.servers.append(server)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and server.poll() is None:
            if is_answering(port):
                return server
            time.sleep(0.05)
        server.kill()
        raise AssertionError(f"the server did not start: {server.stderr.read() if server.stderr else ''}")

    def stop(self, server: subprocess.Popen[str]) -> tuple[str, str]:
        """Stop a server as a service manager would and return what it printed."""
        server.send_signal(signal.SIGTERM)
        return server.communicate(timeout=20)


def is_answering(port: int) -> bool:
    """Whether something answers HTTP there."""
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in", timeout=5).close()
    except urllib.error.HTTPError as error:
        error.close()
        return True
    except OSError:
        return False
    return True
