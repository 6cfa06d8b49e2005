"""Where the files that are not Python lie: one level up in a checkout, beside the code in a wheel. And safe on disk."""

from __future__ import annotations

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def resource_dir(name: str) -> Path:
    """Return the folder `templates` or `migrations`. FileNotFoundError if this installation lacks it."""
    for folder in (PACKAGE.parent / name, PACKAGE / name):
        if folder.is_dir() and (folder.parent == PACKAGE or is_checkout()):
            return folder
    raise FileNotFoundError(name)


def is_checkout() -> bool:
    """Whether the package runs from a checkout rather than from an installed wheel."""
    return (PACKAGE.parent / "pyproject.toml").is_file() and (PACKAGE.parent / "hatch_build.py").is_file()


def checkout_instance() -> Path | None:
    """Return the instance folder of a checkout; None where kmwiki is installed, for no folder there is its own."""
    return PACKAGE.parent / "instance" if is_checkout() else None


def sync_folder(folder: Path) -> None:
    """Get the names in a folder onto the disk: a file's own sync does not keep its name through a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
