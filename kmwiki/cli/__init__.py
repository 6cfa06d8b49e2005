"""The command line: one file a command group."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click

GROUPS = (
    "serve",
    "init",
    "worker",
    "doctor",
    "database",
    "users",
    "projects",
    "members",
    "tokens",
    "import_",
    "imports",
    "codebook",
    "export",
    "search",
    "backup",
)
"""The command groups; each is a module of this package that lists its `commands`."""


def all_commands() -> list[click.Command]:
    """Return every command of the house."""
    return [command for group in GROUPS for command in import_module(f"kmwiki.cli.{group}").commands]
