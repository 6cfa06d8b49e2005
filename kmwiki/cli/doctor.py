"""`kmwiki doctor`: look at everything an installation stands on.

It changes nothing, but asks for a new search index if the present one is damaged.
"""

from __future__ import annotations

import json
import shutil
import stat
import sys
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import click
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from kmwiki import db
from kmwiki.cli import schema
from kmwiki.config import Settings
from kmwiki.errors import KmwikiError
from kmwiki.jobs.models import Job
from kmwiki.paths import PACKAGE, resource_dir

if TYPE_CHECKING:
    from collections.abc import Callable

LEAST_FREE_MB = 200
WORKER_LATE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, whether it is well, and what was seen."""

    name: str
    is_well: bool
    detail: str


def check_instance(settings: Settings) -> str:
    """The folder exists and can be written."""
    if not settings.instance.is_dir():
        raise FileNotFoundError(f"{settings.instance} does not exist; `kmwiki init` makes it")
    probe = settings.instance / ".doctor"
    probe.write_text("", encoding="ascii")
    probe.unlink()
    return str(settings.instance)


def check_secret(settings: Settings) -> str:
    """The secret is there and nobody else can read it."""
    if settings.secret_key:
        return "given by KMWIKI_SECRET_KEY"
    if not (settings.instance / "secret").is_file():
        raise FileNotFoundError("there is none yet; `kmwiki init` makes it")
    mode = stat.S_IMODE((settings.instance / "secret").stat().st_mode)
    if mode & 0o077:
        raise PermissionError(
            f"others can read the secret (mode {mode:o}); run: chmod 600 {settings.instance / 'secret'}"
        )
    return "readable by its owner only"


def check_database(settings: Settings) -> str:
    """The database answers, is whole and has the newest schema."""
    if (
        settings.database.startswith("sqlite")
        and not (settings.instance / "kmwiki.sqlite").exists()
        and not settings.database_url
    ):
        raise FileNotFoundError("there is no database yet; `kmwiki init` makes it")
    db.bind(settings.database)
    with db.engine().connect() as connection:
        if (
            connection.dialect.name == "sqlite"
            and (found := connection.execute(text("PRAGMA quick_check")).scalar()) != "ok"
        ):
            raise ValueError(f"the database file is damaged: {found}")
    present, wanted = schema.current(), schema.newest()
    if present is not None and present > wanted:
        raise ValueError(
            f"schema {present} is of a newer program, this one knows up to {wanted}; install the newer one"
        )
    if present != wanted:
        raise ValueError(f"schema {present}, but {wanted} is wanted; `kmwiki db upgrade` mends it")
    return f"schema {present}"


def need_database() -> None:
    """ValueError unless the database was found to be there and of the right schema: then one finding is enough."""
    try:
        is_right = schema.current() == schema.newest()
    except (RuntimeError, SQLAlchemyError):
        is_right = False
    if not is_right:
        raise ValueError("cannot be looked at before the database is in order")


def check_jobs(settings: Settings) -> str:
    """No job has failed for good, and somebody takes up those that wait."""
    del settings
    need_database()
    late = (Job.state == "queued") & (Job.run_after < db.now() - WORKER_LATE)
    with db.session() as session:
        failed = session.query(Job).filter(Job.state == "failed", Job.is_kept.is_(False)).count()
        waiting = session.query(Job).filter(Job.state.in_(("queued", "running"))).count()
        forgotten = session.query(Job).filter(late).count()
    if failed:
        raise ValueError(
            f"{failed} jobs have failed; `kmwiki search rebuild` mends those of the index, the page /admin/mail letters"
        )
    if forgotten:
        raise ValueError(
            f"{forgotten} of {waiting} jobs have been due for {WORKER_LATE.seconds // 60} minutes and nobody takes "
            "them up; start `kmwiki serve` or `kmwiki worker`"
        )
    return f"{waiting} waiting"


def check_index(settings: Settings) -> str:
    """The search index equals the database."""
    from kmwiki.search.indexing import check  # noqa: PLC0415 - loads the engine

    need_database()
    report = check(settings)
    if not report.is_equal:
        raise ValueError(
            f"{report}; a running `kmwiki serve` or `kmwiki worker` mends it, `kmwiki search rebuild` does at once"
        )
    return str(report)


def check_mail(settings: Settings) -> str:
    """Mail is set up in a way that can be read; nothing is sent."""
    from kmwiki.notifications.mail import route_of  # noqa: PLC0415 - loads the mail library

    route = route_of(settings)
    if route is None:
        return "none is sent; KMWIKI_MAIL_URL sets it up"
    links = settings.base_url or "this machine only, for KMWIKI_BASE_URL is not set"
    return f"{route.describe()}, from {route.sender}; links lead to {links}"


def check_disk(settings: Settings) -> str:
    """There is room on the disk."""
    there = next(folder for folder in (settings.instance, *settings.instance.parents) if folder.exists())
    free = shutil.disk_usage(there).free // 2**20
    if free < LEAST_FREE_MB:
        raise OSError(f"only {free} MB are free")
    return f"{free} MB free"


def check_assets(settings: Settings) -> str:
    """The files that the build brings are there."""
    del settings
    for path in (PACKAGE / "static" / "vendor" / "htmx.min.js", resource_dir("templates") / "base.html"):
        if not path.is_file():
            raise FileNotFoundError(f"{path.name} is missing; install kmwiki again")
    return "complete"


CHECKS: dict[str, Callable[[Settings], str]] = {
    "instance": check_instance,
    "secret": check_secret,
    "database": check_database,
    "jobs": check_jobs,
    "index": check_index,
    "mail": check_mail,
    "disk": check_disk,
    "assets": check_assets,
}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(*, as_json: bool) -> None:
    """Look at the instance and say what is wrong and how to mend it. Ends with 7 if anything is."""
    settings = Settings.from_environment()
    findings = [look(name, check, settings) for name, check in CHECKS.items()]
    if as_json:
        click.echo(
            json.dumps(
                {"well": all(f.is_well for f in findings), "findings": [asdict(f) for f in findings]},
                ensure_ascii=False,
            )
        )
    else:
        for finding in findings:
            click.echo(f"{'ok   ' if finding.is_well else 'WRONG'}  {finding.name:<10} {finding.detail}")
    sys.exit(0 if all(finding.is_well for finding in findings) else 7)


def look(name: str, check: Callable[[Settings], str], settings: Settings) -> Finding:
    """Run one check; whatever it raises is its finding."""
    try:
        return Finding(name, is_well=True, detail=check(settings))
    except (OSError, ValueError, RuntimeError, KmwikiError, SQLAlchemyError) as error:
        return Finding(name, is_well=False, detail=str(error))


doctor.works_alone = True  # type: ignore[attr-defined] # it must speak even where no app can be made
commands: list[click.Command] = [doctor]
