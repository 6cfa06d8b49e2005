"""`kmwiki db`: the database's schema."""

from __future__ import annotations

import click

from kmwiki.cli import schema


@click.group("db")
def database() -> None:
    """Look at and upgrade the database's schema."""


@database.command()
def upgrade() -> None:
    """Bring the database to the newest version. Every other command does so too."""
    click.echo(f"The database has version {schema.current()}", err=True)


@database.command()
def current() -> None:
    """Print the version that the database has."""
    click.echo(schema.current())


commands: list[click.Command] = [database]
