"""The program: every command, and what the worker does with each kind of job. Only this and app.py know all parts."""

from __future__ import annotations

import functools
import gc
import logging
import os
import sys
from typing import TYPE_CHECKING, Any

import click
import structlog
from flask.cli import AppGroup, ScriptInfo
from sqlalchemy.exc import OperationalError

from kmwiki import cli
from kmwiki.cli.instance import prepare
from kmwiki.config import Settings
from kmwiki.errors import Conflict, Forbidden, Invalid, KmwikiError, NotFound, TooMany, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from kmwiki.jobs.worker import JobKind

EXIT_CODES: dict[type[KmwikiError], int] = {
    Invalid: 3,
    NotFound: 4,
    Forbidden: 5,
    Conflict: 6,
    Unavailable: 7,
    TooMany: 7,
}


def job_kinds() -> dict[str, JobKind]:
    """Return what to do with each kind of job."""
    from kmwiki.exchange.importing.job import import_batch  # noqa: PLC0415 - commands that run no job need not load it
    from kmwiki.exchange.importing.undo_job import undo_batch  # noqa: PLC0415
    from kmwiki.jobs.worker import JobKind  # noqa: PLC0415
    from kmwiki.notifications import job as mail  # noqa: PLC0415
    from kmwiki.notifications.alerts import alert_batch  # noqa: PLC0415
    from kmwiki.notifications.rounds import round_batch  # noqa: PLC0415
    from kmwiki.retrieval.exporting import export_batch  # noqa: PLC0415
    from kmwiki.search.indexing import index_batch, rebuild_batch  # noqa: PLC0415
    from kmwiki.search.nightly import optimize_batch  # noqa: PLC0415
    from kmwiki.web.i18n import translate  # noqa: PLC0415

    send = functools.partial(mail.send_letters, translate=translate)
    return {
        "index": JobKind(index_batch, batch=200),
        "rebuild": JobKind(rebuild_batch),
        "optimize": JobKind(optimize_batch),
        "alerts": JobKind(alert_batch, batch=200),
        "alert_letters": JobKind(round_batch),
        "import": JobKind(import_batch),
        "undo_import": JobKind(undo_batch),
        "export_passages": JobKind(functools.partial(export_batch, translate=translate)),
        "mail": JobKind(send, lane="mail", most_tries=mail.MOST_TRIES),
    }


def make_app() -> Flask:
    """Prepare the instance that the environment names and make its app."""
    settings = Settings.from_environment()
    gc.disable()  # what is made here stays for as long as the program runs: looking through it costs a sixth of a start
    try:
        from kmwiki.app import create_app  # noqa: PLC0415 - `--help` need not load the whole program

        prepare(settings)
        app = create_app(instance=settings.instance)
        gc.freeze()
    finally:
        gc.enable()
    app.config["KMWIKI_JOB_KINDS"] = job_kinds
    return app


class Group(AppGroup):
    """The command group: errors become sentences on stderr and exit codes."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except KmwikiError as error:
            leave(error, next((code for kind, code in EXIT_CODES.items() if isinstance(error, kind)), 1))
        except OperationalError as error:
            leave(Unavailable(f"The database cannot be used: {str(error.orig).replace('%', '%%')}."), 7)
        except BrokenPipeError:
            # The reader of our output went away; that is its right. Python must not complain at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)


def leave(error: KmwikiError, code: int) -> None:
    """Say what was wrong, field by field, and end with that code."""
    click.echo(f"kmwiki: {error}", err=True)
    if isinstance(error, Invalid):
        for name, message in error.fields.items():
            if str(message) != str(error):
                click.echo(f"  {name}: {message}", err=True)
    sys.exit(code)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kmwiki", message="%(version)s")
def commands() -> None:
    """Keep, code, discuss and find the notes of a research programme."""


def add_commands() -> None:
    """Put every command of the house into the group; those that work on an instance get its app."""
    for command in cli.all_commands():
        if command.name not in commands.commands:
            commands.add_command(command if getattr(command, "works_alone", False) else in_app(command))


def in_app(command: click.Command) -> click.Command:
    """Let a command, or each command of a group, run inside the app's context."""
    if isinstance(command, click.Group):
        for child in command.commands.values():
            in_app(child)
    elif command.callback is not None:
        command.callback = with_app(command.callback)
    return command


def with_app(function: Callable[..., Any]) -> Callable[..., Any]:
    """Run a callback inside the app's context."""

    @functools.wraps(function)
    @click.pass_context
    def inside(context: click.Context, /, *args: Any, **kwargs: Any) -> Any:
        with context.ensure_object(ScriptInfo).load_app().app_context():
            return context.invoke(function, *args, **kwargs)

    return inside


def set_up_log() -> None:
    """Write the log to stderr, one line an event."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            # Without the values of variables: they would put people's texts into the log.
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def main(arguments: list[str] | None = None) -> None:
    """Run the program."""
    set_up_log()
    add_commands()
    commands.main(args=arguments, prog_name="kmwiki", obj=ScriptInfo(create_app=make_app))


if __name__ == "__main__":
    main()
