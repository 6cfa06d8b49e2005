"""Making a backup: a snapshot of the database, the files, the settings; under the final name only when it is whole."""

from __future__ import annotations

import fcntl
import json
import os
import re
import sqlite3
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import fields
from importlib.metadata import version
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from sqlalchemy.engine import make_url

from kmwiki.db import now
from kmwiki.errors import Conflict, Invalid, NotFound, Unavailable, say
from kmwiki.exchange.backups.content import kept_files, read_content, take_snapshot
from kmwiki.exchange.backups.layout import DATABASE, FOLDERS, FORMAT, SETTINGS, Lack, Manifest, is_file
from kmwiki.exchange.backups.room import need_room
from kmwiki.exchange.backups.writing import Writer
from kmwiki.paths import sync_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kmwiki.config import Settings

SECRET_NAMES = re.compile(r"secret|password|token|(^|_)key($|_)")
OF_THE_MACHINE = frozenset({"instance", "database_url"})
"""Settings that mean something on this machine alone, or hold a password."""
_DIGEST_NAME = re.compile(r"[0-9a-f]{64}")


def database_file(settings: Settings) -> Path:
    """Return the file of the instance's database. Unavailable where it is not SQLite."""
    url = make_url(settings.database)
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        raise Unavailable(
            say(
                "kmwiki backup works where the database is an SQLite file; here it is %(kind)s. Save the database with "
                "its own program (pg_dump, pg_restore) and the folder %(folder)s beside it.",
                kind=url.get_backend_name(),
                folder=settings.originals_dir,
            )
        )
    return Path(url.database)


def create(
    settings: Settings,
    file: Path,
    *,
    is_replacing: bool = False,
    tell: Callable[[int, int], object] = lambda done, total: None,  # noqa: ARG005 - they are named for callers
) -> Manifest:
    """Write a backup of the instance to `file` and return what it holds. Others may write meanwhile.

    NotFound without a database or folder to write to, Conflict if the file exists (unless replacing), Unavailable if
    there is no room or the database cannot be read. `tell` hears how many of how many bytes are in.
    """
    database = database_file(settings)
    if not database.is_file():
        raise NotFound(
            say(
                "There is no database at %(path)s. KMWIKI_INSTANCE must name the folder of the instance to back up.",
                path=database,
            )
        )
    _check_target(file, is_replacing=is_replacing)
    size = sum(path.stat().st_size for path in (database, Path(f"{database}-wal")) if path.is_file())
    files = sum(path.stat().st_size for _, path in instance_files(settings))
    need_room(file.parent, 2 * size + files + (size + files) // 100)
    try:
        with part_file(file) as out, tempfile.TemporaryDirectory(dir=file.parent, prefix=".kmwiki-backup-") as folder:
            snapshot = Path(folder) / "kmwiki.sqlite"
            take_snapshot(database, snapshot)
            return _write(settings, snapshot, out, tell)
    except (sqlite3.Error, ValueError) as error:
        raise Unavailable(
            say("The database %(path)s cannot be copied: %(reason)s.", path=database, reason=error)
        ) from None
    except OSError as error:
        reason = error.strerror or error
        raise Unavailable(
            say("The backup %(file)s cannot be written: %(reason)s.", file=file, reason=reason)
        ) from error


def instance_files(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Yield what people brought into the instance, by name: (member, path)."""
    for folder in FOLDERS:
        for path in sorted((settings.instance / folder).rglob("*")):
            name = path.relative_to(settings.instance).as_posix()
            if is_file(name) and path.is_file() and not path.is_symlink():
                yield name, path


def plain_settings(settings: Settings) -> dict[str, object]:
    """Return the settings that a backup may tell: no secret, no password within an address, nothing of this machine."""
    names = [item.name for item in fields(settings)]
    told = [name for name in names if name not in OF_THE_MACHINE and not SECRET_NAMES.search(name)]
    return {name: _without_password(getattr(settings, name)) for name in told}


def _without_password(value: object) -> object:
    if not isinstance(value, str) or "://" not in value:
        return value
    parts = urlsplit(value)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _check_target(file: Path, *, is_replacing: bool) -> None:
    if file.is_dir():
        raise Invalid(say("%(file)s is a folder. Name the file to write.", file=file))
    if not file.parent.is_dir():
        raise NotFound(say("There is no folder %(folder)s. Make it first.", folder=file.parent))
    if file.exists() and not is_replacing:
        raise Conflict(say("%(file)s exists already. Choose another name, or say --replace.", file=file))


@contextmanager
def part_file(file: Path) -> Iterator[IO[bytes]]:
    """Open FILE.part, readable by the owner alone; whole and on the disk it gets the final name, else it goes.

    Conflict if another process is writing it.
    """
    part = file.with_name(f"{file.name}.part")
    descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "r+b") as out:
        try:
            fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_ours = part.stat().st_ino == os.fstat(out.fileno()).st_ino
        except (BlockingIOError, FileNotFoundError):
            is_ours = False
        if not is_ours:  # held, or renamed under our hands by the one who held it
            raise Conflict(say("Another kmwiki backup is writing %(file)s now.", file=file))
        out.truncate(0)
        os.fchmod(out.fileno(), 0o600)
        try:
            yield out
            out.flush()
            os.fsync(out.fileno())
            part.replace(file)
        except BaseException:
            with suppress(OSError):
                part.unlink()
            raise
    sync_folder(file.parent)


def _write(settings: Settings, snapshot: Path, out: IO[bytes], tell: Callable[[int, int], object]) -> Manifest:
    content = read_content(snapshot)
    files = list(instance_files(settings))
    total = snapshot.stat().st_size + sum(path.stat().st_size for _, path in files)
    done = 0

    def count(size: int) -> None:
        nonlocal done
        done += size
        tell(min(done, total), total)

    with Writer(out, count) as writer:
        with snapshot.open("rb") as stream:
            writer.add(DATABASE, stream, snapshot.stat().st_size)
        lacks = _add_files(writer, files)
        known = {lack.name for lack in lacks} | set(writer.members)
        lacks += [Lack(name=name, problem="missing") for name in kept_files(snapshot) if name not in known]
        writer.add_bytes(SETTINGS, json.dumps(plain_settings(settings), ensure_ascii=False, indent=1).encode())
        manifest = Manifest(
            format=FORMAT,
            program=version("kmwiki"),
            schema_version=content.schema_version,
            created=now(),
            export_hash=content.export_hash,
            counts=content.counts,
            members=dict(writer.members),
            lacks=lacks,
        )
        writer.close(manifest)
    tell(total, total)
    return manifest


def _add_files(writer: Writer, files: list[tuple[str, Path]]) -> list[Lack]:
    """Add the files; return those that went away meanwhile or are not what their name says."""
    lacks = []
    for name, path in files:
        try:
            stream = path.open("rb")
        except FileNotFoundError:
            lacks.append(Lack(name=name, problem="missing"))
            continue
        with stream:
            member = writer.add(name, stream, path.stat().st_size)
        if _DIGEST_NAME.fullmatch(path.name) and member.sha256 != path.name:
            lacks.append(Lack(name=name, problem="changed"))
    return lacks
