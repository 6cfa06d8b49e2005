"""Rows that a page carries in a hidden field from a report to the button that writes them.

They are packed, for ten thousand rows of Thai are a megabyte; nobody trusts them: whoever writes them checks again.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from typing import TYPE_CHECKING

from kmwiki.errors import Invalid, say

if TYPE_CHECKING:
    from collections.abc import Sequence

LARGEST = 16 << 20


def pack(rows: Sequence[Sequence[str]]) -> str:
    """Write rows as one ASCII string."""
    return base64.b64encode(zlib.compress(json.dumps(rows, ensure_ascii=False).encode())).decode()


def unpack(text: str, *, width: int, most: int) -> list[list[str]]:
    """Read at most so many rows of so many cells. Invalid if it is nothing that `pack` wrote."""
    try:
        opened = zlib.decompressobj()
        data = opened.decompress(base64.b64decode(text, validate=True), LARGEST)
        rows = json.loads(data) if opened.eof else None
    except (binascii.Error, zlib.error, ValueError, RecursionError) as error:
        raise _lost() from error
    if not isinstance(rows, list) or len(rows) > most or not all(_is_row(row, width) for row in rows):
        raise _lost()
    return rows


def _is_row(row: object, width: int) -> bool:
    return isinstance(row, list) and len(row) == width and all(isinstance(cell, str) for cell in row)


def _lost() -> Invalid:
    return Invalid.one("rows", say("The rows of the report did not arrive whole. Send the file again."))
