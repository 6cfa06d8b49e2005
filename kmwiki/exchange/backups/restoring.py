"""Restoring: everything is unpacked, checked and made ready beside the instance, then put in its place in one step.

A place without a database is filled in place, its database last: until then it counts as empty. An instance changes
places with what was made ready and is kept under another name. Whatever fails before that step leaves all as it was.
"""

from __future__ import annotations

import fcntl
import shutil
import sqlite3
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kmwiki.db import now
from kmwiki.errors import Conflict, Invalid, Unavailable, say
from kmwiki.exchange.backups.content import connect, read_content
from kmwiki.exchange.backups.creating import database_file, instance_files
from kmwiki.exchange.backups.inspecting import DATABASE_NAME, unpack
from kmwiki.exchange.backups.room import sync_tree
from kmwiki.exchange.backups.swapping import exchange
from kmwiki.paths import sync_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from kmwiki.config import Settings
    from kmwiki.exchange.backups.layout import Manifest

    Finish = Callable[[Settings], None]
    Tell = Callable[[int, int], object]

LOCK = "serve.lock"
UNFINISHED = ".restoring"
"""Folder within an empty instance where a restore makes things ready; what an earlier one left there is thrown away."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored; where the instance before is kept, if there was one; whether the schema was upgraded."""

    manifest: Manifest
    kept_aside: Path | None
    is_upgraded: bool
    export_hash: str
    """Of what is in place now: the backup's own, unless the schema was upgraded."""


def is_occupied(settings: Settings) -> bool:
    """Whether a restore would take the place of something: a database, or files of people.

    Unavailable if the instance's database is not a file within it.
    """
    database = database_file(settings)
    if database.resolve() != (settings.instance / DATABASE_NAME).resolve():
        raise Unavailable(
            say(
                "kmwiki backup restore puts the database into the instance, but KMWIKI_DATABASE_URL names %(path)s. "
                "Unset it for the restore.",
                path=database,
            )
        )
    has_files = next(instance_files(settings), None) is not None
    return database.exists() or (has_files and not (settings.instance / UNFINISHED).is_dir())


def restore(
    settings: Settings,
    file: Path,
    *,
    newest: str,
    finish: Finish,
    is_replacing: bool = False,
    tell: Tell = lambda done, total: None,  # noqa: ARG005 - they are named for callers
) -> Restored:
    """Put the content of a backup in the instance's place.

    `finish` makes the unpacked instance ready: its secret, its schema. Invalid if the backup is damaged or newer than
    the schema `newest`, Conflict if the instance holds something (unless replacing), Unavailable while it is served or
    used, or if the folder cannot be put in place. Whatever is raised, nothing was changed.
    """
    settings = replace(settings, instance=settings.instance.resolve())
    if is_occupied(settings) and not is_replacing:
        raise Conflict(
            say(
                "%(folder)s holds an instance already. Say --yes to put it aside and restore.", folder=settings.instance
            )
        )
    settings = replace(settings, database_url="")  # it names the same file, but what is made ready lies elsewhere first
    try:
        with held(settings.instance):
            if is_occupied(settings):
                return _restore_over(settings, file, newest, finish, tell)
            return _restore_into(settings, file, newest, finish, tell)
    except OSError as error:
        raise Unavailable(
            say(
                "The backup cannot be restored to %(folder)s: %(reason)s. Nothing was changed. Where the folder cannot "
                "be renamed, move what is in it away yourself and restore again.",
                folder=settings.instance,
                reason=error.strerror or error,
            )
        ) from error


@contextmanager
def held(instance: Path) -> Iterator[None]:
    """Hold the instance's server lock, making the folder if need be; what was made goes again if the work fails.

    Unavailable while a server holds it.
    """
    made = [folder for folder in (instance, *instance.parents) if not folder.exists()]
    instance.mkdir(parents=True, exist_ok=True)
    lock = instance / LOCK
    is_new = not lock.exists()
    try:
        with lock.open("a+", encoding="ascii") as opened:
            _take(opened.fileno(), instance)
            yield
    except BaseException:
        if is_new:
            lock.unlink(missing_ok=True)
        for folder in made:
            with suppress(OSError):
                folder.rmdir()
        raise


def _take(descriptor: int, instance: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Unavailable(
            say("A kmwiki serve (or another restore) runs on the instance %(folder)s. Stop it first.", folder=instance)
        ) from None


def _restore_into(settings: Settings, file: Path, newest: str, finish: Finish, tell: Tell) -> Restored:
    """Fill a place without a database."""
    staging = settings.instance / UNFINISHED / "instance"
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    try:
        restored = _make_ready(replace(settings, instance=staging), file, newest, finish, tell)
        _move_files(staging, settings.instance)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        with suppress(OSError):
            staging.parent.rmdir()
    return restored


def _move_files(staging: Path, instance: Path) -> None:
    """Move everything out of `staging`, the database last; files of people join those that are there."""
    paths = sorted(path for path in staging.rglob("*") if path.is_file() and path != staging / DATABASE_NAME)
    for path in paths:
        target = instance / path.relative_to(staging)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
        sync_folder(target.parent)
    sync_folder(instance)
    (staging / DATABASE_NAME).replace(instance / DATABASE_NAME)
    sync_folder(instance)


def _restore_over(settings: Settings, file: Path, newest: str, finish: Finish, tell: Tell) -> Restored:
    """Make all ready beside the instance and let the two change places."""
    instance = settings.instance
    stamp = _free_stamp(instance)
    staging, aside = instance.with_name(f"{instance.name}.restoring-{stamp}"), _aside(instance, stamp)
    staging.mkdir()
    try:
        shutil.copymode(instance, staging)
        restored = _make_ready(replace(settings, instance=staging), file, newest, finish, tell)
        _let_go(instance / DATABASE_NAME)
        exchange(staging, instance)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    try:
        staging.rename(aside)  # `staging` is now what the instance was
        sync_folder(instance.parent)
    except OSError:
        aside = staging  # it is restored all the same, and what was before is there under this name
    return replace(restored, kept_aside=aside)


def _free_stamp(instance: Path) -> str:
    stamp = moment = now().strftime("%Y%m%dT%H%M%SZ")
    number = 1
    while _aside(instance, stamp).exists():
        number += 1
        stamp = f"{moment}-{number}"
    return stamp


def _aside(instance: Path, stamp: str) -> Path:
    return instance.with_name(f"{instance.name}.before-{stamp}")


def _make_ready(staged: Settings, file: Path, newest: str, finish: Finish, tell: Tell) -> Restored:
    manifest = unpack(file, staged.instance, newest=newest, tell=tell, is_everything=True).sound()
    is_upgraded = manifest.schema_version != newest
    staged.originals_dir.mkdir(exist_ok=True)
    finish(staged)
    content = read_content(staged.instance / DATABASE_NAME)
    if not is_upgraded and content.export_hash != manifest.export_hash:
        raise Invalid(
            say(
                "What was restored does not equal the backup (expected %(expected)s, found %(found)s). Nothing was "
                "changed.",
                expected=manifest.export_hash,
                found=content.export_hash,
            )
        )
    sync_tree(staged.instance)
    return Restored(manifest, None, is_upgraded, content.export_hash)


def _let_go(database: Path) -> None:
    """Make sure that no other program has the database open, and put all of it into its one file.

    Leaving the write-ahead log needs the database to oneself. One too damaged to be asked is put aside as it is.
    """
    if not database.exists():
        return
    try:
        with closing(connect(database, mode="rw")) as connection:
            connection.execute("PRAGMA busy_timeout=2000")
            connection.execute("PRAGMA journal_mode=DELETE").fetchone()
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise Unavailable(
                say(
                    "Another program uses the database %(path)s. Stop every kmwiki (workers and web servers too) "
                    "and restore again.",
                    path=database,
                )
            ) from None
    except sqlite3.DatabaseError:
        return
