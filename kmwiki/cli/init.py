"""`kmwiki init`: make the instance without serving it."""

from __future__ import annotations

import click

from kmwiki.cli.first_start import first_link, install_demo_once
from kmwiki.cli.instance import settings


@click.command()
@click.option("--demo/--no-demo", default=True, help="Make the demo project too.")
@click.option(
    "--base-url",
    default="",
    help="Address to put before the sign-in link; default KMWIKI_BASE_URL or http://127.0.0.1:8000.",
)
def init(*, demo: bool, base_url: str) -> None:
    """Make the instance: secret, database, index, demo project. Prints the one-time sign-in link the first time."""
    if demo:
        install_demo_once()
    link = first_link(base_url.rstrip("/") or settings().base_url or "http://127.0.0.1:8000")
    if link:
        click.echo(link)
    click.echo(f"The instance is at {settings().instance}", err=True)


commands: list[click.Command] = [init]
