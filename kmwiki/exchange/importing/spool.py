"""Files that were sent and wait for their import: a folder for each upload, gone when the import is done.

Whose a folder is and whether it is still needed stands in the jobs that name its token. Nobody has more than a few
of them, so that what is sent and never imported cannot fill the disk.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import time
from contextlib import suppress
from typing import IO, TYPE_CHECKING

from sqlalchemy import select

from kmwiki.db import session
from kmwiki.errors import NotFound, TooMany, Unavailable, say
from kmwiki.exchange.importing.files import sent
from kmwiki.jobs.models import Job
from kmwiki.paths import sync_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from kmwiki.config import Settings
    from kmwiki.exchange.importing.files import Incoming
    from kmwiki.security.policy import Caller

KIND = "import"
MOST_LOOKS = 5
"""So many uploads of a person may wait to be confirmed; a further one takes the place of the oldest."""
MOST_OPEN = 20
"""So many jobs of a person may wait for the worker or run."""

_KEPT_SECONDS = 7 * 86_400.0
_ARRIVING_SECONDS = 3_600.0  # an upload that no job names is on its way for so long
_SPARE = 64 * 2**20  # bytes that stay free
_WAIT_SECONDS = 60
_OPEN = frozenset({"queued", "running"})
_TOKEN = re.compile(r"[0-9a-f]{32}")
_LIST = "names.json"
_NAME_LONGEST = 200
_MOST_FOLDERS = 12
_DRIVE = re.compile(r"[A-Za-z]:")


def put(settings: Settings, caller: Caller, files: Sequence[tuple[str, IO[bytes]]]) -> tuple[str, int]:
    """Copy the files (name, stream) to the disk; return the token that finds them again, and how many there are.

    Their names are kept in a list and never become paths. All is on the disk before a job can name it. TooMany while
    the caller's earlier imports are still to be done, Unavailable where the disk has no room.
    """
    root = _root(settings)
    root.mkdir(parents=True, exist_ok=True)
    _make_room(root, caller)
    _need_room(root, sum(_size(stream) for _, stream in files))
    token = secrets.token_hex(16)
    folder = root / token
    try:
        folder.mkdir()
        _write(folder, files)
        sync_folder(root)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise Unavailable(
            say("The files could not be kept: %(reason)s. Send them again later.", reason=error.strerror or "?")
        ) from error
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return token, len(files)


def take(settings: Settings, token: str) -> Sequence[Incoming]:
    """Return the files of an upload that are to be imported; the others lie beside a page among them.

    NotFound when they are gone: imported already, or too old.
    """
    folder = _root(settings) / token
    if not _TOKEN.fullmatch(token) or not (folder / _LIST).is_file():
        raise NotFound(say("The files that were sent are not here any more. Send them again."))
    names = json.loads((folder / _LIST).read_text(encoding="utf-8"))
    return sent({name: folder / str(number) for number, name in enumerate(names)})


def drop(settings: Settings, token: str) -> None:
    """Throw the files of an upload away."""
    if _TOKEN.fullmatch(token):
        shutil.rmtree(_root(settings) / token, ignore_errors=True)


def key_of(token: str, *, is_dry: bool) -> str:
    """Return the key of the job that looks an upload over, or imports it."""
    return f"{token}:{'look' if is_dry else 'import'}"


def _root(settings: Settings) -> Path:
    return settings.instance / "uploads"


def _write(folder: Path, files: Sequence[tuple[str, IO[bytes]]]) -> None:
    """Write the files and, last, the list of their names, without which the folder is no upload."""
    names: list[str] = []
    for number, (name, stream) in enumerate(files):
        with (folder / str(number)).open("wb") as out:
            shutil.copyfileobj(stream, out)
            out.flush()
            os.fsync(out.fileno())
        names.append(_free(_plain_path(name) or f"{number + 1}.txt", names))
    with (folder / _LIST).open("w", encoding="utf-8") as listed:
        json.dump(names, listed, ensure_ascii=False)
        listed.flush()
        os.fsync(listed.fileno())
    sync_folder(folder)


def _plain_path(name: str) -> str:
    """Return a name with the folders that browsers send of a chosen folder, without what cannot be shown.

    It finds the images of a page among what was sent, and never becomes a path of ours.
    """
    parts = ("".join(sign for sign in part if sign.isprintable()).strip() for part in re.split(r"[/\\]", name))
    kept = [part[-_NAME_LONGEST:] for part in parts if part not in {"", ".", ".."} and not _DRIVE.fullmatch(part)]
    return "/".join(kept[-_MOST_FOLDERS:])


def _free(name: str, taken: Sequence[str]) -> str:
    """Return the name, or with a number before it where another file has it."""
    numbered = (f"{number}/{name}" for number in range(2, len(taken) + 3))
    return next(each for each in (name, *numbered) if each not in taken)


def _size(stream: IO[bytes]) -> int:
    """Return how many bytes a stream holds; it stands at its beginning then."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    return size


def _need_room(root: Path, size: int) -> None:
    if shutil.disk_usage(root).free < size + _SPARE:
        raise Unavailable(
            say("There is no room for more files on this site just now. Ask who runs it to make some, then try again.")
        )


def _make_room(root: Path, caller: Caller) -> None:
    """Throw away what nobody imported for a week, and of the caller's uploads what the next one takes the place of.

    What a job is still to read stays, however old it is. TooMany when there are too many of those.
    """
    folders = _uploads(root)
    jobs = _jobs_of([folder.name for _, folder in folders])
    waiting, opened = [], 0
    for written, folder in folders:
        named = jobs.get(folder.name, [])
        is_mine = any(job.user_id == caller.user_id for job in named)
        if any(job.state in _OPEN for job in named):
            opened += is_mine
        elif time.time() - written > (_KEPT_SECONDS if named else _ARRIVING_SECONDS):
            shutil.rmtree(folder, ignore_errors=True)
        elif is_mine:
            waiting.append(folder)
    if opened >= MOST_OPEN:
        raise TooMany(
            say("%(count)s of your imports are still waiting. Send more when they are done.", count=opened),
            retry_after=_WAIT_SECONDS,
        )
    for folder in waiting[: max(0, len(waiting) + 1 - MOST_LOOKS)]:
        shutil.rmtree(folder, ignore_errors=True)


def _uploads(root: Path) -> list[tuple[float, Path]]:
    """Return the folders of uploads, the oldest first, and when each was written."""
    found = []
    for folder in root.iterdir():
        if _TOKEN.fullmatch(folder.name):
            with suppress(FileNotFoundError):  # its import ended just now
                found.append((folder.stat().st_mtime, folder))
    return sorted(found)


def _jobs_of(tokens: Sequence[str]) -> Mapping[str, Sequence[Job]]:
    """Return the jobs that name these uploads, by token."""
    keys = {key_of(token, is_dry=is_dry): token for token in tokens for is_dry in (True, False)}
    found: dict[str, list[Job]] = {}
    with session() as opened:
        for start in range(0, len(keys), 500):
            some = list(keys)[start : start + 500]
            for job in opened.scalars(select(Job).where(Job.kind == KIND, Job.key.in_(some))):
                found.setdefault(keys[job.key], []).append(job)
    return found
