"""`kmwiki serve`: the web server and, beside it, the worker."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import sys
import time
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, NoReturn

import click
import waitress.server
from flask import current_app

from kmwiki.cli.first_start import first_link, install_demo_once
from kmwiki.cli.instance import settings
from kmwiki.errors import Unavailable, say
from kmwiki.exchange.backups.restoring import LOCK
from kmwiki.jobs.worker import start_thread, workers_for
from kmwiki.notifications.rounds import start_quarters
from kmwiki.search import nightly
from kmwiki.search.indexing import prepare

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

THREADS = 16
CONNECTIONS = 500
STALL_SECONDS = 60
SHARE_TRIES = 20


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port to listen on.")
@click.option("--demo/--no-demo", default=True, help="Make the demo project at the first start.")
def serve(host: str, port: int, *, demo: bool) -> None:
    """Serve the pages and the API, and run the jobs. The first start prints a one-time sign-in link."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - the app outlives this context
    with only_server(settings().instance) as lock, listening_socket(host, port) as opened:
        address = web_address(host, opened.getsockname()[1])
        note_server(lock, address)
        app.config["KMWIKI_ADDRESS"] = address
        if demo:
            install_demo_once()
        prepare()
        announce(address, first_link(settings().base_url or address))
        workers = workers_for(app.config["KMWIKI_JOB_KINDS"]())
        threads = [start_thread(worker) for worker in workers]
        clocks = nightly.start_nights(), start_quarters()
        try:
            run_server(app, opened)
        finally:
            for clock in clocks:
                clock.set()
            for worker in workers:
                worker.stop()
            for thread in threads:
                thread.join(timeout=10)


def announce(address: str, link: str | None) -> None:
    """Tell where the site is, and the one-time link alone on its line."""
    if settings().mail_url and not settings().base_url:
        click.echo(f"KMWIKI_BASE_URL is not set: links in letters will begin with {address}", err=True)
    if link:
        click.echo("Sign in for the first time with this link; it works once:", err=True)
        click.echo(link)
    click.echo(f"kmwiki is at {address} (Ctrl+C stops it)", err=True)
    sys.stdout.flush()
    sys.stderr.flush()


def run_server(app: Flask, opened: socket.socket) -> None:
    """Answer requests until a signal comes."""
    server = waitress.server.create_server(
        app,
        sockets=[opened],
        threads=THREADS,
        connection_limit=CONNECTIONS,
        channel_timeout=STALL_SECONDS,
        max_request_body_size=2 * app.config["MAX_CONTENT_LENGTH"],  # up to there our own page says that it is too much
        max_request_header_size=256 * 1024 + 4096,
        ident="kmwiki",
        clear_untrusted_proxy_headers=False,  # web.proxy knows whom to believe, under any server
    )

    def stop(number: int, frame: object) -> NoReturn:
        del number, frame
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    server.run()


def web_address(host: str, port: int) -> str:
    """Return the address to open: one without a path."""
    shown = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "[::1]"}.get(host)  # noqa: S104 - shown, not bound
    shown = shown or (f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"


@contextmanager
def only_server(instance: Path) -> Iterator[IO[str]]:
    """Hold the instance's server lock; it goes with the process, however that ends. Unavailable if another holds it."""
    with (instance / LOCK).open("a+", encoding="ascii") as file:
        take_lock(file, fcntl.LOCK_EX, instance)
        yield file


def share_lock(instance: Path) -> IO[str]:
    """Hold the server lock together with other processes that do so, until the file that is returned is closed.

    Unavailable if a `kmwiki serve` holds it. One that is taken for a moment only, by an upgrade, is waited for.
    """
    file = (instance / LOCK).open("a+", encoding="ascii")
    for _ in range(SHARE_TRIES):
        with suppress(Unavailable):
            take_lock(file, fcntl.LOCK_SH, instance)
            return file
        time.sleep(0.1)
    with file:
        take_lock(file, fcntl.LOCK_SH, instance)
    raise AssertionError


def take_lock(file: IO[str], how: int, instance: Path) -> None:
    """Lock the file without waiting. Unavailable, naming the process that holds it."""
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Unavailable(
            say(
                "Another kmwiki serve (process %(process)s) already runs on the instance "
                "%(instance)s. Stop it first, or set KMWIKI_INSTANCE to another folder.",
                process=read_process(file),
                instance=instance,
            )
        ) from None


def note_server(lock: IO[str], address: str) -> None:
    """Write down who holds the lock and where it serves, for people and for the other commands."""
    lock.truncate(0)
    lock.write(f"{os.getpid()} {address}")
    lock.flush()


def read_process(file: IO[str]) -> str:
    """Return the process id that the holder of the lock wrote."""
    file.seek(0)
    return file.read().partition(" ")[0].strip() or "?"


@contextmanager
def listening_socket(host: str, port: int) -> Iterator[socket.socket]:
    """Bind the port without listening yet. Unavailable if it is taken or not ours to take."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        opened = socket.socket(family, kind, protocol)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(address)
    except OSError as error:
        raise Unavailable(
            say(
                "Port %(port)s of %(host)s cannot be used: %(reason)s. Choose another with --port.",
                port=port,
                host=host,
                reason=error.strerror or error,
            )
        ) from error
    with opened:
        yield opened


commands: list[click.Command] = [serve]
