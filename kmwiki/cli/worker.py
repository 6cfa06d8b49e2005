"""`kmwiki worker`: run the jobs in a process of their own."""

from __future__ import annotations

import signal

import click
from flask import current_app

from kmwiki.jobs.worker import Worker, start_thread, workers_for
from kmwiki.notifications.rounds import start_quarters
from kmwiki.search.indexing import prepare
from kmwiki.search.nightly import start_nights


@click.command()
@click.option("--once", is_flag=True, help="Run what is due now and end.")
def worker(*, once: bool) -> None:
    """Run the jobs: index, imports, mail. `kmwiki serve` does it too; extra workers share the work."""
    kinds = current_app.config["KMWIKI_JOB_KINDS"]()
    if once:
        Worker(kinds).drain()
        return
    prepare()
    workers = workers_for(kinds)
    clocks = start_nights(), start_quarters()

    def stop(number: int, frame: object) -> None:
        del number, frame
        for clock in clocks:
            clock.set()
        for each in workers:
            each.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    click.echo("The worker waits for jobs (Ctrl+C stops it)", err=True)
    for thread in [start_thread(worker) for worker in workers]:
        thread.join()


commands: list[click.Command] = [worker]
