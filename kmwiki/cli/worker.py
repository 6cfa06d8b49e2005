"""`kmwiki worker`: run the jobs in a process of their own."""

from __future__ import annotations

import signal

import click
from flask import current_app

from kmwiki.jobs.worker import Worker


@click.command()
@click.option("--once", is_flag=True, help="Run what is due now and end.")
def worker(*, once: bool) -> None:
    """Run the jobs: index, imports. `kmwiki serve` does it too; extra workers share the work."""
    made = Worker(current_app.config["KMWIKI_JOB_KINDS"]())
    if once:
        made.drain()
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: made.stop())
    click.echo("The worker waits for jobs (Ctrl+C stops it)", err=True)
    made.run()


commands: list[click.Command] = [worker]
