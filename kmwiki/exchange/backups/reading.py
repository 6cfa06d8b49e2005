"""Reading an archive that nobody vouches for: every member is counted while it unpacks and compared with the manifest.

Nothing is unpacked by the names that the archive gives: only members of known names are read, to where the caller says.
"""

from __future__ import annotations

import hashlib
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

from pydantic import ValidationError

from kmwiki.errors import N_, Invalid, Message, Unavailable, say
from kmwiki.exchange.backups.layout import (
    CHUNK,
    FORMAT,
    MANIFEST,
    MARKER,
    Manifest,
    digest_before_seal,
    is_member,
    read_seal,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MANIFEST_MOST = 64 * 2**20
MOST_TIMES = 100
MOST_MORE = 2**30
"""An archive may hold `MOST_TIMES` its own size and `MOST_MORE` bytes; one that holds more is made to fill a disk."""
BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OverflowError,
    struct.error, OSError,
)  # fmt: skip
WHOLE, END, LIST = N_("the whole file"), N_("the end"), N_("the list of members")
_HEADER = struct.Struct("<4s22xHH")
_SIZE_AT = 18


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong: where, what, and for sizes and hashes what was expected and found."""

    member: str
    message: Message
    expected: str = ""
    found: str = ""


@dataclass
class Reader:
    """A backup being read. What is wrong gathers in `problems`; `manifest` is None as long as none could be read."""

    file: IO[bytes]
    problems: list[Problem] = field(default_factory=list)
    manifest: Manifest | None = None
    _zip: zipfile.ZipFile | None = None

    def open(self, path: Path) -> None:
        """Look at both ends, the list of members and the manifest. Invalid if this was never a backup."""
        self.file.seek(0)
        head = self.file.read(30 + len(MARKER))
        has_head = head.startswith(b"PK\x03\x04") and head.endswith(MARKER.encode())
        seal = read_seal(self.file)
        if not has_head and seal is None:
            raise Invalid(say("%(file)s is not a kmwiki backup.", file=path))
        if seal is None:
            self._tell_cut()
            return
        try:
            self._zip = zipfile.ZipFile(self.file)
        except BROKEN as error:
            self._add(LIST, say("cannot be read (%(reason)s)", reason=shown(str(error))))
            return
        self._check_names(self._zip)
        self._read_manifest(self._zip)

    def read(self, place: Callable[[str], Path | None], tell: Callable[[int, int], object]) -> None:
        """Read every member against the manifest and write it to `place(name)`, if that is not None."""
        if self._zip is None or self.manifest is None:
            return
        known = {info.filename: info for info in self._zip.infolist()}
        for name in sorted(known.keys() - self.manifest.members.keys() - {MANIFEST}):
            if is_member(name):
                self._add(name, say("is not in the manifest"))
        done = 0
        for name, member in self.manifest.members.items():
            info = known.get(name)
            if not is_member(name):
                self._add(name, say("has a name that a backup never has"))
            elif info is None:
                self._add(name, say("is missing"))
            elif info.file_size != member.size:
                self._differ(name, str(member.size), str(info.file_size), say("has another size"))
            else:
                self._read_member(self._zip, info, place(name))
            done += member.size
            tell(done, self.manifest.size)

    def check_seal(self) -> None:
        """Compare the seal, unless something is known to be wrong: it sees what lies between the members."""
        if not self.problems and (found := digest_before_seal(self.file)) != (seal := read_seal(self.file)):
            self._differ(WHOLE, shown(seal or ""), found, say("differs from its seal, outside its members"))

    def note(self, member: str, message: Message, expected: str = "", found: str = "") -> None:
        """Add a problem that was found in what a member holds."""
        self.problems.append(Problem(member, message, expected, found))

    def _check_names(self, archive: zipfile.ZipFile) -> None:
        seen: set[str] = set()
        for info in archive.infolist():
            name = info.filename
            if not is_member(name) or info.orig_filename != name:
                self._add(info.orig_filename, say("has a name that a backup never has"))
            elif name in seen:
                self._add(name, say("is there twice"))
            elif info.flag_bits & 1 or info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                self._add(name, say("is packed in a way that a backup never is"))
            seen.add(name)

    def _read_manifest(self, archive: zipfile.ZipFile) -> None:
        try:
            info = archive.getinfo(MANIFEST)
        except KeyError:
            self._add(MANIFEST, say("is missing"))
            return
        try:
            with archive.open(info) as stream:
                data = stream.read(MANIFEST_MOST + 1)
            manifest = Manifest.model_validate_json(data)
        except ValidationError as error:
            reason = shown(str(error.errors()[0]["msg"]))
            self._add(MANIFEST, say("cannot be read (%(reason)s)", reason=reason))
            return
        except BROKEN as error:
            self._add(MANIFEST, say("cannot be read (%(reason)s)", reason=shown(str(error))))
            return
        if manifest.format > FORMAT:
            self._add(MANIFEST, say("is of a newer program (%(program)s)", program=shown(manifest.program)))
        elif manifest.size > MOST_TIMES * self.file.seek(0, 2) + MOST_MORE:
            self._add(MANIFEST, say("tells of more than such a file can hold: it would fill the disk"))
        else:
            self.manifest = manifest

    def _read_member(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path | None) -> None:
        """Unpack one member, hash it and count its bytes; no more than the manifest allows are ever taken."""
        assert self.manifest is not None  # noqa: S101 - `read` has looked
        member = self.manifest.members[info.filename]
        del info.CRC  # the SHA-256 says more, and a wrong sum would keep the found hash from us
        digest, left = hashlib.sha256(), member.size
        out = None if target is None else _create(target)
        try:
            with archive.open(info) as stream:
                while left and (chunk := stream.read(min(CHUNK, left))):
                    left -= len(chunk)
                    digest.update(chunk)
                    if out is not None:
                        _put(out, chunk)
        except BROKEN as error:
            reason = shown(str(error))
            self._differ(info.filename, member.sha256, "", say("cannot be unpacked (%(reason)s)", reason=reason))
            return
        finally:
            if out is not None:
                out.close()
        if left:
            self._differ(info.filename, str(member.size), str(member.size - left), say("ends too early"))
        elif digest.hexdigest() != member.sha256:
            self._differ(info.filename, member.sha256, digest.hexdigest(), say("has other bytes than it should"))

    def _tell_cut(self) -> None:
        size = self.file.seek(0, 2)
        last = shown(last_member(self.file))
        self._add(END, say("is missing or damaged: the file ends at byte %(size)s, in %(last)s", size=size, last=last))

    def _differ(self, member: str, expected: str, found: str, message: Message) -> None:
        self.note(shown(member), message, expected, found)

    def _add(self, member: str, message: Message) -> None:
        self.note(shown(member), message)


def last_member(file: IO[bytes]) -> str:
    """Return the name of the last member that begins in what is there of an archive."""
    name = MARKER
    for name in _walk(file):  # noqa: B007 - the last one counts
        pass
    return name


def _walk(file: IO[bytes]) -> Iterator[str]:
    start, size = 0, file.seek(0, 2)
    while start < size:
        file.seek(start)
        header = file.read(30)
        if len(header) < 30 or not header.startswith(b"PK\x03\x04"):  # noqa: PLR2004 - a local header's length
            return
        _, name_length, extra_length = _HEADER.unpack(header)
        packed = int.from_bytes(header[_SIZE_AT : _SIZE_AT + 4], "little")
        yield file.read(name_length).decode("utf-8", "replace")
        start += 30 + name_length + extra_length + packed


def _create(target: Path) -> IO[bytes]:
    target.parent.mkdir(parents=True, exist_ok=True)
    return target.open("xb")


def _put(out: IO[bytes], chunk: bytes) -> None:
    """Write. Unavailable if the disk does not take it: that is no fault of the backup."""
    try:
        out.write(chunk)
    except OSError as error:
        reason = error.strerror or error
        raise Unavailable(say("The disk takes no more: %(reason)s. Nothing was changed.", reason=reason)) from error
