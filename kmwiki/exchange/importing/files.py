"""The files of an import: found below the paths that were given, read up to the limit."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Protocol

from kmwiki.errors import Invalid, Message, say
from kmwiki.formats.signatures import describe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

HTML = frozenset({".html", ".htm", ".xhtml"})
SUFFIXES = frozenset({".txt", ".text", ".md", ".markdown"}) | HTML
"""What is taken from a folder; a file that is named itself is taken whatever it is called."""

PARTS = frozenset(
    (
        *(".png", ".jpg", ".jpeg", ".jpe", ".gif", ".webp", ".bmp", ".svg", ".ico", ".avif", ".css", ".js", ".json"),
        *(".woff", ".woff2", ".ttf", ".otf", ".eot", ".map", ".download", ".swf"),
    )
)
"""Endings of files that a browser saves with a page; beside a page they are no files to import of their own."""

_FOLDER = re.compile(r"(?:\.x?html?)?[._ -]*(?:files?|ไฟล์|แฟ้ม(?:ข้อมูล)?|data|dateien|fichiers|archivos)", re.IGNORECASE)
_LITTER = frozenset({"thumbs.db", "desktop.ini"})  # what systems put into folders
_HEAD = 65_536  # bytes that tell what a file is
_MEGABYTE = 1024 * 1024


class Beside(Protocol):
    """The files that lie beside a page."""

    def find(self, path: str) -> Path | None:
        """Return the file that the page calls by that path, or None."""
        ...


@dataclass(frozen=True, slots=True)
class Nothing:
    """No file lies beside it."""

    def find(self, path: str) -> Path | None:
        """Return None."""
        del path
        return None


@dataclass(frozen=True, slots=True)
class InFolder:
    """The files in the folder of a page and below it; nothing outside, whatever the page says."""

    folder: Path

    def find(self, path: str) -> Path | None:
        """Return the file that the page calls by that path, or None."""
        root = self.folder.resolve()
        parts = PurePosixPath(path).parts
        for tried in (parts, parts[-2:]):  # an absolute path of another machine ends in folder and name
            try:
                found = root.joinpath(*(part for part in tried if part != "/")).resolve()
                if found.is_relative_to(root) and found.is_file():
                    return found
            except (OSError, ValueError):  # no name that a disk could hold
                continue
        return None


@dataclass(frozen=True, slots=True)
class AmongSent:
    """The files that were sent together with a page, by the paths that they were sent under."""

    folder: str
    """The folder of the page among what was sent; empty where it has none."""
    paths: Mapping[str, Path]

    def find(self, path: str) -> Path | None:
        """Return the file that the page calls by that path, else the only one of its name, or None."""
        wanted = _key(posixpath.normpath(posixpath.join(self.folder, path)))
        by_key = {_key(name): file for name, file in self.paths.items()}
        if wanted in by_key:
            return by_key[wanted]
        name = _key(posixpath.basename(path))
        same = [file for key, file in by_key.items() if posixpath.basename(key) == name]
        return same[0] if len(same) == 1 else None


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file to import: where it is, how it is called in the report, the name that it keeps, and what lies beside."""

    path: Path
    label: str
    name: str
    beside: Beside = field(default_factory=Nothing)

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

    The folder that a browser saved with a page belongs to the page. A folder without any text, like a path that is not
    there, comes back as it is and fails when it is read.
    """
    return [Incoming(path, str(path), path.name, InFolder(path.parent)) for given in paths for path in _below(given)]


def left_out(paths: Iterable[Path]) -> list[tuple[Path, Message]]:
    """Return the files below the given folders that `gather` does not take, with the reason of each.

    What a browser saved with a page is not listed.
    """
    found = []
    for folder in (given for given in paths if given.is_dir()):
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        parts = parts_of_pages([path.relative_to(folder).as_posix() for path in files])
        found += [
            (path, _reason(path))
            for path in files
            if path.suffix.lower() not in SUFFIXES and path.relative_to(folder).as_posix() not in parts
        ]
    return found


def parts_of_pages(names: Iterable[str]) -> set[str]:
    """Return those of the paths (with slashes) that lie in a folder saved with an HTML page among them."""
    listed = list(names)
    pages: dict[str, list[str]] = {}
    for name in listed:
        path = PurePosixPath(name)
        if path.suffix.lower() in HTML:
            pages.setdefault(str(path.parent), []).append(_key(path.stem))
    return {name for name in listed if _is_part(PurePosixPath(name), pages)}


def sent(files: Mapping[str, Path]) -> list[Incoming]:
    """Return what of the files that were sent is to be imported, each page with those sent together with it."""
    parts = parts_of_pages(files)
    has_page = any(PurePosixPath(name).suffix.lower() in HTML for name in files if name not in parts)
    taken = []
    for name, path in files.items():
        plain = PurePosixPath(name)
        is_litter = len(files) > 1 and (plain.name.startswith(".") or plain.name.lower() in _LITTER)
        if name in parts or is_litter or (has_page and plain.suffix.lower() in PARTS):
            continue
        folder = str(plain.parent) if str(plain.parent) != "." else ""
        taken.append(Incoming(path, name, plain.name, AmongSent(folder, files)))
    return taken


def _is_part(path: PurePosixPath, pages: Mapping[str, list[str]]) -> bool:
    """Whether one of the folders that a path lies in stands beside a page and is called after it."""
    for folder in path.parents:
        for stem in pages.get(str(folder.parent), ()):
            name = _key(folder.name)
            if name.startswith(stem) and _FOLDER.fullmatch(name[len(stem) :]):
                return True
    return False


def _key(name: str) -> str:
    """Return a path as it is compared: some systems write Thai vowels and accents in another order."""
    return unicodedata.normalize("NFC", name)


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
    parts = parts_of_pages([path.relative_to(given).as_posix() for path in found])
    kept = [path for path in found if path.relative_to(given).as_posix() not in parts]
    yield from kept or [given]


def _listed() -> str:
    return ", ".join(sorted(SUFFIXES))
