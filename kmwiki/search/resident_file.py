"""Blocks as a file beside the segment they were read from: opening it takes a hundredth of reading stored texts anew.

It may be deleted at any time. A file that is cut short, damaged or of another version is not used; it ends with a
checksum over all of it.
"""

from __future__ import annotations

import json
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np

from kmwiki.search.engine import IndexMissing
from kmwiki.search.resident import Block, Coded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy.typing as npt

    from kmwiki.search.resident import Units

MAGIC = b"kmwiki texts 2\n"
_ARRAYS = {"numbers": "<i4", "units": "<u2", "edges": "<u1", "starts": "<i8", "title_ends": "<i8", "lead_ends": "<i8"}
_CODED = {"starts": "<i4", "codes": "<i4"}
_ORDER = ("<i4", "<i8")
"""Which beginning each key has, and the number behind it."""


class OnDisk:
    """An array of units that is not held in memory: each piece is read when it is asked for."""

    def __init__(self, path: Path, offset: int, count: int) -> None:
        self._path = path
        self._offset = offset
        self._count = count
        self.nbytes = 0

    def __len__(self) -> int:
        """Return the number of units."""
        return self._count

    def __getitem__(self, wanted: slice) -> Units:
        """Read a piece. IndexMissing if the file is gone or cut short."""
        start, stop, _ = wanted.indices(self._count)
        try:
            found = np.fromfile(self._path, dtype="<u2", count=max(0, stop - start), offset=self._offset + 2 * start)
        except OSError as error:
            raise IndexMissing(str(error)) from error
        if len(found) != max(0, stop - start):
            raise IndexMissing("a file of texts was cut short")
        return found


def save(path: Path, blocks: Mapping[int, Block]) -> None:
    """Write blocks by their projects; OSError if there is no room."""
    arrays: list[npt.NDArray[Any]] = []
    told = [{"project": project, **_told(block, arrays)} for project, block in blocks.items()]
    head = json.dumps(told, ensure_ascii=True).encode()
    new = path.with_name(f"{path.name}.{uuid4().hex[:8]}.new")
    check = 0
    try:
        with new.open("wb") as file:
            for part in (MAGIC, len(head).to_bytes(8, "little"), head, *(one.tobytes() for one in arrays)):
                check = zlib.crc32(part, check)
                file.write(part)
            file.write(check.to_bytes(4, "little"))
        new.replace(path)
    except BaseException:
        with suppress(OSError):
            new.unlink()
        raise


def _told(block: Block, arrays: list[npt.NDArray[Any]]) -> dict[str, Any]:
    """Describe a block, and put its arrays into the row in which they will be read again."""
    found: list[npt.NDArray[Any]] = [
        np.ascontiguousarray(np.asarray(getattr(block, name)[:]), dtype=kind) for name, kind in _ARRAYS.items()
    ]
    columns = {}
    for name, column in block.columns.items():
        columns[name] = {"values": list(column.values), "codes": len(column.codes)}
        found += [np.ascontiguousarray(getattr(column, one), dtype=kind) for one, kind in _CODED.items()]
    sizes = {name: len(array) for name, array in zip(_ARRAYS, found, strict=False)}
    heads, *order = block.order
    arrays += [*found, *(np.ascontiguousarray(one, dtype=kind) for one, kind in zip(order, _ORDER, strict=True))]
    return {"keys": block.keys, "versions": block.versions, "sizes": sizes, "columns": columns, "heads": heads}


def load(path: Path, *, most_bytes: int) -> dict[int, Block] | None:
    """Read blocks; None if there is no such file or it is damaged.

    If their texts are more than `most_bytes`, they stay on the disk and are read whenever they are looked through.
    """
    try:
        data = path.read_bytes()
    except OSError:
        return None
    head_at = len(MAGIC) + 8
    if len(data) < head_at + 4 or not data.startswith(MAGIC):
        return None
    if zlib.crc32(memoryview(data)[:-4]) != int.from_bytes(data[-4:], "little"):
        return None
    at = head_at + int.from_bytes(data[len(MAGIC) : head_at], "little")
    reader = _Reader(path, data, at, is_resident=len(data) <= most_bytes)
    return {told["project"]: reader.block(told) for told in json.loads(data[head_at:at])}


class _Reader:
    """Takes arrays out of a file in the row in which they were written."""

    def __init__(self, path: Path, data: bytes, at: int, *, is_resident: bool) -> None:
        self._path = path
        self._data = data
        self._at = at
        self._is_resident = is_resident

    def array(self, kind: str, count: int) -> npt.NDArray[Any]:
        """Take the next array; a copy if the file's bytes are not to stay in memory."""
        found = np.frombuffer(self._data, dtype=kind, count=count, offset=self._at)
        self._at += found.nbytes
        return found if self._is_resident else found.copy()

    def units(self, count: int) -> Any:
        """Take the texts, or leave them where they are."""
        if self._is_resident:
            return self.array("<u2", count)
        self._at += 2 * count
        return OnDisk(self._path, self._at - 2 * count, count)

    def block(self, told: dict[str, Any]) -> Block:
        """Take the next block."""
        arrays = {
            name: self.units(told["sizes"][name]) if name == "units" else self.array(kind, told["sizes"][name])
            for name, kind in _ARRAYS.items()
        }
        columns = {}
        for name, column in told["columns"].items():
            starts = self.array("<i4", len(told["keys"]) + 1)
            columns[name] = Coded(column["values"], starts, self.array("<i4", column["codes"]))
        block = Block(told["keys"], told["versions"], **arrays, columns=columns)
        codes, numbers = (self.array(kind, len(told["keys"])) for kind in _ORDER)
        vars(block)["order"] = told["heads"], codes, numbers  # as if it had been worked out already
        return block
