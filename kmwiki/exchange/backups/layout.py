"""What a backup looks like: its members, its manifest, and the seal at its end. Pure: no database, no instance.

A backup is a zip file. Its first member is a marker, so that a piece of a backup is still known as one; the manifest
comes last, for it tells the size and SHA-256 of all the others; the archive's comment is a seal over every byte before
it.
"""

from __future__ import annotations

import hashlib
import re
from typing import IO, Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

FORMAT = 1
MARKER = "kmwiki-backup"
DATABASE = "database.sqlite"
SETTINGS = "settings.json"
MANIFEST = "manifest.json"
FOLDERS = ("originals", "attachments")
"""The folders of an instance that hold what people brought; the rest can be made anew."""

SEAL = b"kmwiki-backup sha256 "
DIGITS = 64
CHUNK = 1 << 20
_PART = r"[0-9A-Za-z_-][0-9A-Za-z._-]{0,199}"
_FILE = re.compile(rf"(?:{'|'.join(FOLDERS)})(?:/{_PART}){{1,4}}")
_Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Member(BaseModel):
    """What a member must be: its size in bytes and the SHA-256 of its bytes."""

    size: int = Field(ge=0)
    sha256: _Digest


class Lack(BaseModel):
    """An original that was not as it should be when the backup was made: gone, or of other bytes than its name says."""

    name: str
    problem: Literal["missing", "changed"]


class Manifest(BaseModel):
    """What a backup holds. `counts` are the rows of each table that `export_hash` covers."""

    model_config = ConfigDict(populate_by_name=True)

    format: int
    program: str
    schema_version: str = Field(alias="schema")
    created: AwareDatetime
    export_hash: _Digest
    counts: dict[str, int]
    members: dict[str, Member]
    lacks: list[Lack] = []

    @property
    def size(self) -> int:
        """Bytes of all members, unpacked."""
        return sum(member.size for member in self.members.values())

    @property
    def files(self) -> int:
        """How many files people brought."""
        return sum(is_file(name) for name in self.members)


def is_file(name: str) -> bool:
    """Whether a name is that of a file in one of the folders: no way leads out of them."""
    return _FILE.fullmatch(name) is not None


def is_member(name: str) -> bool:
    """Whether a backup may have a member of this name."""
    return name in {MARKER, DATABASE, SETTINGS, MANIFEST} or is_file(name)


def shown(name: str) -> str:
    """Return a name as a terminal may show it: short, and with no control or direction characters."""
    plain = "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in name)
    return plain if len(plain) <= 120 else f"{plain[:119]}…"  # noqa: PLR2004


def digest_before_seal(file: IO[bytes]) -> str:
    """Return the SHA-256 of everything in the file but the digits of its seal."""
    end = file.seek(0, 2) - DIGITS
    file.seek(0)
    digest = hashlib.sha256()
    while (left := end - file.tell()) > 0:
        digest.update(file.read(min(CHUNK, left)))
    return digest.hexdigest()


def read_seal(file: IO[bytes]) -> str | None:
    """Return the digits of the seal, or None where the file does not end in one."""
    length = len(SEAL) + DIGITS
    file.seek(max(file.seek(0, 2) - length, 0))
    tail = file.read(length)
    return tail[len(SEAL) :].decode("ascii", "replace") if tail.startswith(SEAL) and len(tail) == length else None
