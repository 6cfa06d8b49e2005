"""The instance on disk: its folder, secret and database, made at the first start, brought up to date at every other."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

from flask import current_app

from kmwiki import db
from kmwiki.cli.upgrading import bring_up_to_date
from kmwiki.config import DEFAULT_BASE_URL
from kmwiki.errors import Unavailable, say

if TYPE_CHECKING:
    from kmwiki.config import Settings


def settings() -> Settings:
    """Return the settings of the instance that the running command works on."""
    found: Settings = current_app.config["KMWIKI"]
    return found


def site_address() -> str:
    """Return where the site is: the address that is set, else that of the `kmwiki serve` on this instance."""
    if settings().base_url:
        return settings().base_url
    lock = settings().instance / "serve.lock"
    _, _, address = lock.read_text(encoding="ascii").partition(" ") if lock.is_file() else ("", "", "")
    return address or DEFAULT_BASE_URL


def prepare(wanted: Settings) -> bool:
    """Make what the instance lacks and upgrade its database. Whether it is new.

    Unavailable if the folder cannot be used.
    """
    try:
        # Others on the machine have no business here: it holds people's notes.
        wanted.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
        wanted.originals_dir.mkdir(exist_ok=True)
        is_new = make_secret(wanted)
    except OSError as error:
        raise Unavailable(
            say(
                "The instance folder %(folder)s cannot be used: %(reason)s. Set KMWIKI_INSTANCE to a "
                "folder that can be written.",
                folder=wanted.instance,
                reason=error.strerror or error,
            )
        ) from error
    db.bind(wanted.database)
    bring_up_to_date(wanted)
    return is_new


def make_secret(wanted: Settings) -> bool:
    """Write the signing key, readable by the owner alone, unless there is one. Whether it was written."""
    path = wanted.instance / "secret"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
        file.flush()
        os.fsync(file.fileno())
    return True
