"""Putting one folder in another's place in a single step, so that a kill at any moment leaves one of the two there."""

from __future__ import annotations

import ctypes
import errno
import os
from typing import TYPE_CHECKING

from kmwiki.paths import sync_folder

if TYPE_CHECKING:
    from pathlib import Path

_HERE = -100  # AT_FDCWD
_EXCHANGE = 2  # RENAME_EXCHANGE


def exchange(one: Path, other: Path) -> None:
    """Let two folders change places. OSError if they cannot, and both are where they were.

    Where the system cannot do it in one step there are three, taken back if one of them fails.
    """
    try:
        _exchange_at_once(one, other)
    except (AttributeError, OSError) as error:
        if isinstance(error, OSError) and error.errno not in {errno.ENOSYS, errno.EINVAL}:
            raise
        _exchange_in_steps(one, other)
    sync_folder(one.parent)


def _exchange_at_once(one: Path, other: Path) -> None:
    call = ctypes.CDLL(None, use_errno=True).renameat2
    if call(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(other))


def _exchange_in_steps(one: Path, other: Path) -> None:
    between = other.with_name(f"{other.name}.between")
    other.rename(between)
    try:
        one.rename(other)
    except OSError:
        between.rename(other)
        raise
    between.rename(one)
