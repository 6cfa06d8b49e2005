"""Sending a letter: to a server by SMTP, or as a file into a folder.

The folder serves for trying out, and where another program posts what lies there. A letter is plain text; whatever
stands in a header is made by the standard library's own address and header types, which refuse line ends.
"""

from __future__ import annotations

import os
import secrets
import smtplib
import ssl
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from kmwiki.config import DEFAULT_BASE_URL
from kmwiki.db import now
from kmwiki.errors import Invalid, Unavailable, say
from kmwiki.jobs.worker import Hopeless
from kmwiki.text.lines import one_line

if TYPE_CHECKING:
    from kmwiki.config import Settings

PATIENCE = 10
"""How many seconds a mail server may take for one answer."""
PORTS = {"smtp": 25, "smtps": 465}
OPTIONS = {"from", "starttls"}
REFUSED_FOR_GOOD = 500
"""From this reply code on (RFC 5321, 4.2.1) it is no use to try the same again."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be said, and to whom. `stop` is the address that ends letters of this kind with one click."""

    to_name: str
    to_address: str
    subject: str
    body: str
    stop: str = ""


class Route(Protocol):
    """A way for letters out of the house."""

    @property
    def sender(self) -> str:
        """The address that letters come from."""

    def describe(self) -> str:
        """Return where letters go, without any secret."""

    def send(self, letter: Letter) -> None:
        """Hand a letter over. Unavailable where a later try may do; Hopeless where none will."""


@dataclass(frozen=True, slots=True)
class FileRoute:
    """Writes each letter as an `.eml` file that only its owner can read: there are links in it that let people in."""

    folder: Path
    sender: str

    def describe(self) -> str:
        """Return the folder."""
        return f"file:{self.folder}"

    def send(self, letter: Letter) -> None:
        """Write the file, whole or not at all. Unavailable if the folder cannot be written."""
        data = compose(letter, self.sender, encoding="8bit").as_bytes()
        name = f"{now():%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            coming = self.folder / f".{name}"
            with os.fdopen(os.open(coming, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(data)
            coming.replace(self.folder / f"{name}.eml")
        except OSError as error:
            raise Unavailable(
                say(
                    "Mail cannot be written into %(folder)s: %(reason)s.",
                    folder=self.folder,
                    reason=error.strerror or error,
                )
            ) from error


@dataclass(frozen=True, slots=True)
class SmtpRoute:
    """Hands letters to a mail server. `wants_tls` None: encrypt where the server offers it."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    is_tls: bool = False
    wants_tls: bool | None = None

    def describe(self) -> str:
        """Return the server, without user and password."""
        return f"{'smtps' if self.is_tls else 'smtp'}://{self.host}:{self.port}"

    def send(self, letter: Letter) -> None:
        """Send. Hopeless if the server refuses the address for good, Unavailable for whatever else goes wrong."""
        try:
            with self._open() as server:
                server.send_message(compose(letter, self.sender, encoding="base64"))
        except smtplib.SMTPRecipientsRefused as error:
            code, reply = next(iter(error.recipients.values()))
            kind = Hopeless if code >= REFUSED_FOR_GOOD else Unavailable
            raise kind(say("The mail server refuses the address: %(reason)s", reason=_words(code, reply))) from error
        except smtplib.SMTPResponseException as error:
            raise self._trouble(_words(error.smtp_code, error.smtp_error)) from error
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            raise self._trouble(getattr(error, "strerror", None) or str(error) or type(error).__name__) from error

    def _trouble(self, reason: str) -> Unavailable:
        return Unavailable(
            say("The mail server %(server)s did not take the letter: %(reason)s", server=self.describe(), reason=reason)
        )

    def _open(self) -> smtplib.SMTP:
        if self.is_tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=PATIENCE, context=ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=PATIENCE)
        try:
            server.ehlo_or_helo_if_needed()
            if not self.is_tls and self._must_encrypt(server):
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
            if self.user:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server

    def _must_encrypt(self, server: smtplib.SMTP) -> bool:
        return server.has_extn("starttls") if self.wants_tls is None else self.wants_tls


def route_of(settings: Settings) -> Route | None:
    """Return the way that the settings name, or None where no mail is set up. Invalid for a way that is none."""
    if not settings.mail_url:
        return None
    parts = urlsplit(settings.mail_url)
    options = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
    _check_options(options)
    user = unquote(parts.username or "")
    site = urlsplit(settings.base_url or DEFAULT_BASE_URL).hostname or "localhost"
    sender = options.get("from") or (user if "@" in user else f"kmwiki@{site}")
    try:
        Address(addr_spec=ascii_address(sender))
        if parts.scheme == "file" and parts.path.startswith("/"):
            return FileRoute(Path(unquote(parts.path)), sender)
        if parts.scheme in PORTS and parts.hostname:
            return SmtpRoute(
                parts.hostname,
                parts.port or PORTS[parts.scheme],
                sender,
                user,
                unquote(parts.password or ""),
                is_tls=parts.scheme == "smtps",
                wants_tls={"1": True, "0": False}.get(options.get("starttls", "")),
            )
    except (ValueError, IndexError) as error:
        raise _unreadable() from error
    raise _unreadable()


def _check_options(options: dict[str, str]) -> None:
    """Invalid for an option that would have no effect: who misspells `starttls` must not send passwords openly."""
    wrong = [name for name in options if name not in OPTIONS]
    wrong += ["starttls"] if options.get("starttls", "1") not in {"0", "1"} else []
    if wrong:
        raise Invalid(
            say(
                "%(variable)s: %(option)s cannot be understood. After the question mark stand starttls=1 or "
                "starttls=0, and from=km@example.org.",
                variable="KMWIKI_MAIL_URL",
                option=wrong[0],
            )
        )


def _unreadable() -> Invalid:
    return Invalid(
        say(
            "%(variable)s must be like file:/folder or smtp://user:password@mail.example.org:587?starttls=1.",
            variable="KMWIKI_MAIL_URL",
        )
    )


def compose(letter: Letter, sender: str, *, encoding: Literal["8bit", "base64"]) -> EmailMessage:
    """Return the letter as it goes out. ValueError for an address that is none."""
    sender = ascii_address(sender)
    message = EmailMessage(policy=SMTP)
    message["From"] = Address("kmwiki", addr_spec=sender)
    message["To"] = Address(one_line(letter.to_name), addr_spec=ascii_address(letter.to_address))
    message["Subject"] = one_line(letter.subject)
    message["Date"] = format_datetime(now())
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if letter.stop:
        message["List-Unsubscribe"] = f"<{letter.stop}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.body, cte=encoding)
    return message


def ascii_address(address: str) -> str:
    """Return an address whose host is written in ASCII, as mail servers know it."""
    local, _, host = address.rpartition("@")
    return address if host.isascii() else f"{local}@{host.encode('idna').decode()}"


def _words(code: int, reply: bytes | str) -> str:
    said = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return f"{code} {one_line(said)}"[:300]
