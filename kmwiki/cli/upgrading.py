"""Bringing an instance's database up to date at a start: once, never under a running server, and with a copy first."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from sqlalchemy.engine import make_url

from kmwiki.cli import schema
from kmwiki.db import now
from kmwiki.errors import Unavailable, say
from kmwiki.exchange.backups.content import connect
from kmwiki.exchange.backups.restoring import held
from kmwiki.exchange.backups.room import need_room
from kmwiki.paths import sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmwiki.config import Settings

FOLDER = "before-upgrade"
"""Where in the instance the database is kept as it was before each upgrade."""
MOST_COPIES = 3
"""So many copies are kept; older ones go when a new one is made."""


def bring_up_to_date(settings: Settings) -> Path | None:
    """Upgrade the bound database if it is of an earlier version. The copy of it as it was, where one was made.

    A database file is copied first. PostgreSQL is not: `pg_dump` does that better. Of several processes that start at
    once one upgrades and the others wait for it. Unavailable while a server runs on the instance, if there is no room
    for the copy, and for a database that is newer than the program.
    """
    if schema.current() == schema.newest():
        return None
    with _alone(settings.instance):
        present = schema.current()
        if present is None or present >= schema.newest():
            schema.upgrade(settings.database)
            return None
        with held(settings.instance):
            copy = keep_copy(settings, present)
            told = f"; as it was it is kept in {copy}" if copy else ""
            click.echo(f"Bringing the database from version {present} to {schema.newest()}{told}", err=True)
            schema.upgrade(settings.database)
    return copy


def keep_copy(settings: Settings, version: str) -> Path | None:
    """Copy the database file as it is at this moment, whole and on the disk. None where the database is no file."""
    file = make_url(settings.database)
    if file.get_backend_name() != "sqlite" or not file.database:
        return None
    source, folder = Path(file.database), settings.instance / FOLDER
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        for left in folder.glob("*.part"):  # by a start that was killed
            left.unlink()
        need_room(folder, source.stat().st_size)
        copy = folder / f"kmwiki-{version}-{now():%Y%m%dT%H%M%S%f}.sqlite"
        coming = copy.with_suffix(".part")
        coming.touch(mode=0o600)
        with closing(connect(source, mode="rw")) as connection:
            connection.execute("VACUUM INTO ?", (str(coming),))
        with coming.open("rb") as written:
            os.fsync(written.fileno())
        coming.replace(copy)
        sync_folder(folder)
    except (OSError, sqlite3.Error) as error:
        raise Unavailable(
            say(
                "The database must be upgraded, but it cannot be copied to %(folder)s first: %(reason)s. "
                "Nothing was changed.",
                folder=folder,
                reason=getattr(error, "strerror", None) or error,
            )
        ) from error
    for old in sorted(folder.glob("kmwiki-*.sqlite"), key=lambda path: path.name.rpartition("-")[2])[:-MOST_COPIES]:
        old.unlink()
    return copy


@contextmanager
def _alone(instance: Path) -> Iterator[None]:
    """Wait until no other process upgrades this instance; the lock goes with the process, however that ends."""
    with (instance / "upgrade.lock").open("a", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
