"""The files of an import: found below the paths that were given, read up to the limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmwiki.errors import Invalid, Message, say
from kmwiki.formats.signatures import describe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

SUFFIXES = frozenset({".txt", ".text", ".md", ".markdown"})
"""What is taken from a folder; a file that is named itself is taken whatever it is called."""

_HEAD = 65_536  # bytes that tell what a file is
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file to import: where it is, how it is called in the report, and the name that it keeps."""

    path: Path
    label: str
    name: str

    def read(self, max_mb: int) -> bytes:
        """Return its bytes. Invalid if it cannot be read, or (before it is) if it is above `max_mb` megabytes."""
        try:
            if self.path.is_dir():
                raise Invalid(say("There is no text file in this folder (%(suffixes)s).", suffixes=_listed()))
            refuse_size(self.path.stat().st_size, max_mb)
            with self.path.open("rb") as opened:
                data = opened.read(max_mb * _MEGABYTE + 1)
        except FileNotFoundError as error:
            raise Invalid(say("There is no such file.")) from error
        except OSError as error:
            raise Invalid(say("The file cannot be read: %(reason)s.", reason=error.strerror or "?")) from error
        refuse_size(len(data), max_mb)
        return data


def refuse_size(size: int, max_mb: int) -> None:
    """Raise Invalid when `size` bytes are more than `max_mb` megabytes."""
    if size > max_mb * _MEGABYTE:
        shown = -(-size // _MEGABYTE)
        raise Invalid(say("The file is too large: %(size)s MB. The limit is %(limit)s MB.", size=shown, limit=max_mb))


def gather(paths: Iterable[Path]) -> list[Incoming]:
    """Return the files in the order given; a folder stands for the text files in it and below, sorted by path.

    A folder without any, like a path that is not there, comes back as it is and fails when it is read.
    """
    return [Incoming(path, str(path), path.name) for given in paths for path in _below(given)]


def left_out(paths: Iterable[Path]) -> list[tuple[Path, Message]]:
    """Return the files below the given folders that `gather` does not take, with the reason of each."""
    folders = (given for given in paths if given.is_dir())
    below = (path for folder in folders for path in sorted(folder.rglob("*")))
    return [(path, _reason(path)) for path in below if path.is_file() and path.suffix.lower() not in SUFFIXES]


def _reason(path: Path) -> Message:
    """Say what a file is where its first bytes tell, else that its name is not a text's."""
    try:
        with path.open("rb") as opened:
            what = describe(opened.read(_HEAD))
    except OSError:
        what = None
    return what or say(
        "Left out: of a folder only %(suffixes)s are taken. Name the file itself to import it.", suffixes=_listed()
    )


def _below(given: Path) -> Iterator[Path]:
    if not given.is_dir():
        yield given
        return
    found = sorted(path for path in given.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    yield from found or [given]


def _listed() -> str:
    return ", ".join(sorted(SUFFIXES))
