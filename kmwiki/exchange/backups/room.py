"""Room on the disk, and getting what was written onto it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from kmwiki.errors import Unavailable, say
from kmwiki.paths import sync_folder

SPARE = 16 * 2**20
"""Bytes that should stay free."""


def need_room(folder: Path, size: int) -> None:
    """Unavailable unless the disk of `folder` has room for `size` bytes more."""
    free = shutil.disk_usage(folder).free
    if free < size + SPARE:
        raise Unavailable(
            say(
                "There is not enough room in %(folder)s: %(needed)s MB are needed, %(free)s MB are free. "
                "Make room or choose another disk.",
                folder=folder,
                needed=(size + SPARE) // 2**20 + 1,
                free=free // 2**20,
            )
        )


def sync_tree(folder: Path) -> None:
    """Get every file below a folder, and the names, onto the disk."""
    for here, _, names in os.walk(folder):
        for name in names:
            with (Path(here) / name).open("rb") as file:
                os.fsync(file.fileno())
        sync_folder(Path(here))
