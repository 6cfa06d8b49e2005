"""Writing the archive: members in a fixed order, without times or owners, hashed as they go in, sealed at the end."""

from __future__ import annotations

import hashlib
import io
import zipfile
from typing import IO, TYPE_CHECKING, Self

from kmwiki.exchange.backups.layout import CHUNK, DIGITS, FORMAT, MANIFEST, MARKER, SEAL, Member, digest_before_seal

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmwiki.exchange.backups.layout import Manifest

LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The time of every member: the same content makes the same bytes."""
BIG = 1 << 31


class Writer:
    """Puts members into a new archive. `members` tells what went in; `tell` hears of each piece, in bytes.

    A context: where it is left before `close`, the archive is given up and nothing more is written.
    """

    def __init__(self, file: IO[bytes], tell: Callable[[int], object]) -> None:
        self._file = file
        self._tell = tell
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)
        self._zip.comment = SEAL + b"0" * DIGITS
        self.members: dict[str, Member] = {}
        self.add_bytes(MARKER, f"kmwiki backup, format {FORMAT}\n".encode())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.fp = None  # else its last act, once the file is closed, would be to write a list of members there

    def add(self, name: str, stream: IO[bytes], size: int) -> Member:
        """Add a member from a stream of about `size` bytes; a marker is stored as it is, all else is deflated."""
        info = zipfile.ZipInfo(name, LONG_AGO)
        info.compress_type = zipfile.ZIP_STORED if name == MARKER else zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        digest, length = hashlib.sha256(), 0
        with self._zip.open(info, "w", force_zip64=size >= BIG) as out:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
                length += len(chunk)
                out.write(chunk)
                self._tell(len(chunk))
        self.members[name] = Member(size=length, sha256=digest.hexdigest())
        return self.members[name]

    def add_bytes(self, name: str, data: bytes) -> Member:
        """Add a small member."""
        return self.add(name, io.BytesIO(data), len(data))

    def close(self, manifest: Manifest) -> None:
        """Add the manifest, end the archive and seal it."""
        self.add_bytes(MANIFEST, manifest.model_dump_json(by_alias=True, indent=1).encode())
        self._zip.close()
        digest = digest_before_seal(self._file)
        self._file.seek(-DIGITS, 2)
        self._file.write(digest.encode("ascii"))
