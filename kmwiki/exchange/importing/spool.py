"""Files that were sent and wait for their import: a folder for each upload, gone when the import is done."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import time
from typing import IO, TYPE_CHECKING

from kmwiki.errors import NotFound, say
from kmwiki.exchange.importing.files import Incoming

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from kmwiki.config import Settings

_KEPT_DAYS = 7
_TOKEN = re.compile(r"[0-9a-f]{32}")
_LIST = "names.json"
_NAME_LONGEST = 200


def put(settings: Settings, files: Iterable[tuple[str, IO[bytes]]]) -> tuple[str, int]:
    """Copy the files (name, stream) to the disk; return the token that finds them again, and how many there are.

    Their names are kept in a list and never become paths.
    """
    _sweep(_root(settings))
    token = secrets.token_hex(16)
    folder = _root(settings) / token
    folder.mkdir(parents=True)
    names: list[str] = []
    for name, stream in files:
        with (folder / str(len(names))).open("wb") as out:
            shutil.copyfileobj(stream, out)
        names.append(_plain_name(name) or f"{len(names) + 1}.txt")
    (folder / _LIST).write_text(json.dumps(names, ensure_ascii=False), encoding="utf-8")
    return token, len(names)


def take(settings: Settings, token: str) -> Sequence[Incoming]:
    """Return the files of an upload. NotFound when they are gone: imported already, or too old."""
    folder = _root(settings) / token
    if not _TOKEN.fullmatch(token) or not (folder / _LIST).is_file():
        raise NotFound(say("The files that were sent are not here any more. Send them again."))
    names = json.loads((folder / _LIST).read_text(encoding="utf-8"))
    return [Incoming(folder / str(number), name, name) for number, name in enumerate(names)]


def drop(settings: Settings, token: str) -> None:
    """Throw the files of an upload away."""
    if _TOKEN.fullmatch(token):
        shutil.rmtree(_root(settings) / token, ignore_errors=True)


def _root(settings: Settings) -> Path:
    return settings.instance / "uploads"


def _plain_name(name: str) -> str:
    """Return the last part of a name that some browsers send with its folders, without what cannot be shown."""
    last = re.split(r"[/\\]", name)[-1]
    return "".join(sign for sign in last if sign.isprintable())[-_NAME_LONGEST:].strip()


def _sweep(root: Path) -> None:
    """Throw away what nobody imported for a week."""
    if not root.is_dir():
        return
    oldest = time.time() - _KEPT_DAYS * 86_400
    for folder in root.iterdir():
        if folder.stat().st_mtime < oldest:
            shutil.rmtree(folder, ignore_errors=True)
