"""Settings: each with its type, its default and one sentence. README's table is tested to hold every one of them."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from kmwiki.errors import Invalid, say
from kmwiki.paths import checkout_instance

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_BASE_URL = "http://127.0.0.1:8000"
"""Where `kmwiki serve` listens when nothing else is said; stands in links where no base address is set."""


def _setting(default: object, meaning: str) -> Any:
    return field(default=default, metadata={"meaning": meaning})


def default_instance() -> Path:
    """Return the instance folder where none is set. Invalid where kmwiki is installed: people must choose one."""
    found = checkout_instance()
    if found is None:
        raise Invalid(
            say(
                "%(variable)s is not set. Set it to the folder that shall hold the notes, such as /srv/kmwiki; "
                "`kmwiki init` makes it.",
                variable="KMWIKI_INSTANCE",
            )
        )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an installation can set. Environment variables are `KMWIKI_` and the name in capitals."""

    instance: Path = field(
        default_factory=default_instance,
        metadata={"meaning": "Folder of the database, the index, the original files and the secret."},
    )
    database_url: str = _setting("", "SQLAlchemy address of the database; empty means SQLite in the instance.")
    search_url: str = _setting("whoosh:", "Search engine; `whoosh:` keeps its index in the instance.")
    base_url: str = _setting("", "Public address of the site, used in links; never taken from the Host header.")
    trusted_proxy: str = _setting(
        "", "Addresses or networks of the proxy in front; empty means this machine where the base address is https."
    )
    mail_url: str = _setting("", "Where mail goes: `smtp://...` or `file:/folder`; empty sends none.")
    secret_key: str = _setting("", "Signing key; empty means the one made in the instance at the first start.")
    max_upload_mb: int = _setting(60, "Largest upload, in megabytes.")
    api_rate: str = _setting("3000/minute", "How many requests a token may make.")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None, **given: Any) -> Settings:
        """Read `KMWIKI_*`; keyword arguments win. Invalid names the variable that cannot be used."""
        found = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        for item in fields(cls):
            variable = f"KMWIKI_{item.name.upper()}"
            if found.get(variable):
                values[item.name] = _parse(variable, item.name, found[variable])
        return cls(**{**values, **given})

    @property
    def database(self) -> str:
        """The SQLAlchemy address in force."""
        return self.database_url or f"sqlite:///{(self.instance / 'kmwiki.sqlite').resolve()}"

    @property
    def index_dir(self) -> Path:
        """The folder of the search index."""
        path = self.search_url.partition(":")[2]
        return Path(path) if path else self.instance / "index"

    @property
    def originals_dir(self) -> Path:
        """The folder of the original files, each under its SHA-256."""
        return self.instance / "originals"

    @property
    def attachments_dir(self) -> Path:
        """The folder of the files that belong to notes, each under its SHA-256."""
        return self.instance / "attachments"

    @property
    def is_https(self) -> bool:
        """Whether people reach the site over https, as far as the base address tells."""
        return urlsplit(self.base_url).scheme == "https"


def _parse(variable: str, name: str, text: str) -> object:
    if name == "instance":
        return Path(text).expanduser().resolve()
    if name == "max_upload_mb":
        if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 4096:  # noqa: PLR2004
            raise Invalid(
                say(
                    "%(variable)s must be a number of megabytes from 1 to 4096, not %(text)s.",
                    variable=variable,
                    text=text,
                )
            )
        return int(text)
    if name == "base_url":
        parts = urlsplit(text)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise Invalid(
                say(
                    "%(variable)s must be an address such as https://km.example.org, not %(text)s.",
                    variable=variable,
                    text=text,
                )
            )
        return text.rstrip("/")
    if name == "trusted_proxy":
        _check_networks(variable, text)
    if name == "mail_url" and not _is_mail_url(text):  # not shown: there may be a password in it
        raise Invalid(
            say(
                "%(variable)s must be like file:/folder or smtp://user:password@mail.example.org:587?starttls=1.",
                variable=variable,
            )
        )
    return text


def _check_networks(variable: str, text: str) -> None:
    try:
        for part in text.split(","):
            ip_network(part.strip())
    except ValueError as error:
        raise Invalid(
            say(
                "%(variable)s must be addresses or networks such as 10.0.0.5 or 172.16.0.0/12, with commas between "
                "them, not %(text)s.",
                variable=variable,
                text=text,
            )
        ) from error


def _is_mail_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        is_server = parts.scheme in {"smtp", "smtps"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return is_server or (parts.scheme == "file" and parts.path.startswith("/") and not parts.netloc)
