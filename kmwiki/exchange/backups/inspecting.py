"""Looking through a whole backup: is it one, is every byte as it was, is its database what the manifest says."""

from __future__ import annotations

import sqlite3
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kmwiki.errors import Invalid, Message, NotFound, Unavailable, say
from kmwiki.exchange.backups.content import read_content
from kmwiki.exchange.backups.layout import DATABASE, is_file
from kmwiki.exchange.backups.reading import Problem, Reader
from kmwiki.exchange.backups.room import need_room

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmwiki.exchange.backups.layout import Manifest

DATABASE_NAME = "kmwiki.sqlite"


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a backup holds, as far as that can be read, and everything that is wrong with it."""

    file: Path
    manifest: Manifest | None
    problems: tuple[Problem, ...]

    def sound(self) -> Manifest:
        """Return the manifest. Invalid, with a line for each fault, if there is any."""
        if self.problems or self.manifest is None:
            told = {
                problem.member: Message("%(what)s%(more)s", {"what": problem.message, "more": _compare(problem)})
                for problem in self.problems
            }
            message = say(
                "The backup %(file)s cannot be used; faults found: %(count)s. Take another backup, or copy this one "
                "anew.",
                file=self.file,
                count=len(self.problems),
            )
            raise Invalid(message, told)
        return self.manifest


def verify(file: Path, *, newest: str, tell: Callable[[int, int], object] = lambda done, total: None) -> Inspection:  # noqa: ARG005
    """Read a backup to its last byte and say what is wrong. `newest` is the newest schema that this program knows.

    Invalid if it was never a backup, NotFound if there is no such file. Only its database is unpacked, to a temporary
    folder.
    """
    with tempfile.TemporaryDirectory(prefix="kmwiki-verify-") as folder:
        return unpack(file, Path(folder), newest=newest, tell=tell, is_everything=False)


def unpack(
    file: Path, folder: Path, *, newest: str, tell: Callable[[int, int], object], is_everything: bool
) -> Inspection:
    """Inspect a backup and unpack its database, or everything, into `folder`. Errors as `verify`."""

    def place(name: str) -> Path | None:
        if name == DATABASE:
            return folder / DATABASE_NAME
        return folder / name if is_everything and is_file(name) else None

    try:
        stream = file.open("rb")
    except FileNotFoundError:
        raise NotFound(say("There is no file %(file)s.", file=file)) from None
    except OSError as error:
        reason = error.strerror or error
        raise Unavailable(say("%(file)s cannot be read: %(reason)s.", file=file, reason=reason)) from error
    with stream:
        reader = Reader(stream)
        reader.open(file)
        if reader.manifest is not None and _is_known_schema(reader, newest):
            sizes = {name: member.size for name, member in reader.manifest.members.items() if place(name)}
            need_room(folder, sum(sizes.values()))
            reader.read(place, tell)
            _check_database(reader, folder / DATABASE_NAME)
        reader.check_seal()
    return Inspection(file, reader.manifest, tuple(reader.problems))


def _is_known_schema(reader: Reader, newest: str) -> bool:
    assert reader.manifest is not None  # noqa: S101 - the caller has looked
    present = reader.manifest.schema_version
    if present > newest:
        message = say(
            "has schema %(present)s, but this program knows only up to %(newest)s: use the newer program",
            present=present,
            newest=newest,
        )
        reader.note(DATABASE, message, newest, present)
    return present <= newest


def _check_database(reader: Reader, path: Path) -> None:
    """Hash the rows of the unpacked database, if it came out whole."""
    manifest = reader.manifest
    assert manifest is not None  # noqa: S101
    if DATABASE not in manifest.members:
        reader.note(DATABASE, say("is missing"))
    if any(problem.member == DATABASE for problem in reader.problems):
        return
    try:
        content = read_content(path)
    except (sqlite3.Error, ValueError) as error:
        reader.note(DATABASE, say("is no sound database (%(reason)s)", reason=error))
        return
    for expected, found in (
        (manifest.schema_version, content.schema_version),
        (manifest.export_hash, content.export_hash),
    ):
        if expected != found:
            reader.note(DATABASE, say("does not hold what the manifest says"), expected, found)
            return
    if manifest.counts != content.counts:
        reader.note(DATABASE, say("does not hold as many rows as the manifest says"))


def _compare(problem: Problem) -> str:
    """Return what was expected and found, in brackets; nothing where there is nothing to compare."""
    if not problem.expected:
        return ""
    return f" (expected {problem.expected}, found {problem.found or '-'})"
