"""A mail server for tests: takes letters on a loopback port, answers as it is told, keeps what it got."""

from __future__ import annotations

import base64
import email
import email.policy
import socketserver
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path


@dataclass
class Sink:
    """What the server got, and what it answers to a verb instead of yes."""

    port: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    extensions: tuple[str, ...] = ("8BITMIME", "AUTH PLAIN")
    letters: list[EmailMessage] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)

    def url(self, more: str = "", user: str = "") -> str:
        """Return the setting that leads here."""
        return f"smtp://{user}127.0.0.1:{self.port}{more}"


class _Talk(socketserver.StreamRequestHandler):
    """One conversation after RFC 5321, as far as the standard library's client takes it."""

    sink: Sink

    def handle(self) -> None:
        self.say("220 sink")
        while line := self.rfile.readline().decode().strip():
            verb = line.split(":")[0].split()[0].upper()
            if verb in self.sink.answers:
                self.say(self.sink.answers[verb])
            elif verb == "EHLO":
                names = ("sink", *self.sink.extensions)
                self.say("\r\n".join(f"250{' ' if name == names[-1] else '-'}{name}" for name in names))
            elif verb == "AUTH":
                self.sink.logins.append(base64.b64decode(line.split()[2]).decode())
                self.say("235 welcome")
            elif verb == "DATA":
                self.say("354 go on")
                self.take()
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 yes")

    def take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        self.sink.letters.append(read_letter(b"".join(lines)))
        self.say("250 taken")

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def mail_sink() -> Iterator[Sink]:
    """Run the server while the block lasts."""
    sink = Sink()
    handler = type("Talk", (_Talk,), {"sink": sink})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        sink.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield sink
        server.shutdown()
        thread.join()


def read_letter(data: bytes) -> EmailMessage:
    """Read a letter as a mail program does."""
    return email.message_from_bytes(data, policy=email.policy.default)


def letters_in(folder: Path) -> list[EmailMessage]:
    """Read the letters of a folder, oldest first."""
    return [read_letter(path.read_bytes()) for path in sorted(folder.glob("*.eml"))]
