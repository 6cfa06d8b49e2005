"""`kmwiki backup`: put an instance into one file, look through such a file, and bring it back."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kmwiki import db
from kmwiki.cli import schema
from kmwiki.cli.instance import make_secret
from kmwiki.config import Settings
from kmwiki.errors import Conflict, KmwikiError, say
from kmwiki.exchange.backups import creating, inspecting, restoring
from kmwiki.search import index, indexing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kmwiki.exchange.backups.inspecting import Inspection
    from kmwiki.exchange.backups.layout import Manifest

FILE = click.argument("file", type=click.Path(path_type=Path))
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def backup() -> None:
    """Back an instance up into one file, verify such a file, restore from it."""


@backup.command()
@FILE
@click.option("--replace", "is_replacing", is_flag=True, help="Write over FILE if it exists.")
@JSON
def create(file: Path, *, is_replacing: bool, as_json: bool) -> None:
    """Write the database, the original files and the settings to FILE, while the site goes on working.

    Not in it: the secret key, sign-ins, one-time links, the search index. Password and token hashes are: keep FILE
    as you keep the instance.
    """
    with progress("Backing up") as tell:
        manifest = creating.create(Settings.from_environment(), file, is_replacing=is_replacing, tell=tell)
    warn(manifest)
    print_told({"file": str(file), **summary(manifest)}, as_json=as_json)


@backup.command()
@FILE
@JSON
def verify(file: Path, *, as_json: bool) -> None:
    """Read FILE to its last byte. Ends with 3 and says where it is damaged, if it is."""
    with progress("Verifying") as tell:
        found = inspecting.verify(file, newest=schema.newest(), tell=tell)
    if as_json or not found.problems:
        print_told({"file": str(file), **findings(found)}, as_json=as_json)
    warn(found.sound())
    click.echo(f"{file} is whole.", err=True)


@backup.command()
@FILE
@click.option("--yes", "is_sure", is_flag=True, help="Put an instance that is there aside without asking.")
@JSON
def restore(file: Path, *, is_sure: bool, as_json: bool) -> None:
    """Make the instance that KMWIKI_INSTANCE names from FILE.

    An instance that is there is kept beside it as INSTANCE.before-<time>. A damaged FILE changes nothing.
    """
    settings = Settings.from_environment()
    is_sure = is_sure or may_replace(settings)
    with progress("Restoring") as tell:
        done = restoring.restore(
            settings, file, newest=schema.newest(), finish=make_ready, is_replacing=is_sure, tell=tell
        )
    settings = replace(settings, database_url="")
    rebuild_index(settings)
    warn(done.manifest)
    told = summary(done.manifest) | {
        "export_hash": done.export_hash,
        "is_upgraded": done.is_upgraded,
        "instance": str(settings.instance),
        "kept_aside": str(done.kept_aside) if done.kept_aside else None,
    }
    print_told(told, as_json=as_json)
    equal = "upgraded to the newest schema" if done.is_upgraded else "equal to the backup"
    click.echo(f"{settings.instance} is restored, {equal}. Everybody signs in anew.", err=True)
    if done.kept_aside:
        click.echo(f"What was there is kept in {done.kept_aside}", err=True)


def may_replace(settings: Settings) -> bool:
    """Ask on a terminal whether an instance may be put aside; elsewhere nobody can be asked. Conflict if not."""
    if not sys.stdin.isatty() or not restoring.is_occupied(settings):
        return False
    if not click.confirm(f"{settings.instance} holds an instance already. Put it aside and restore?", err=True):
        raise Conflict(say("Nothing was changed."))
    return True


def make_ready(staged: Settings) -> None:
    """Give an unpacked instance its own secret, the newest schema, and the wish for an index."""
    make_secret(staged)
    db.bind(staged.database)
    try:
        schema.upgrade(staged.database)
        indexing.ask_rebuild()
    finally:
        db.release()


def rebuild_index(settings: Settings) -> None:
    """Make the search index of what was restored; where that fails the next server does it."""
    db.bind(settings.database)
    try:
        index.bind(settings)
        with progress("Indexing") as tell:
            indexing.rebuild_now(tell)
    except (KmwikiError, OSError) as error:
        click.echo(f"The search index is not ready yet ({error}); `kmwiki serve` makes it at its start.", err=True)
    finally:
        index.release()
        db.release()


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show how far a long work is, on a terminal; in a pipe nothing is shown."""
    with click.progressbar(length=1, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def tell(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        yield tell


def summary(manifest: Manifest) -> dict[str, Any]:
    """Return what a manifest tells, as it is printed."""
    return {
        "export_hash": manifest.export_hash,
        "schema": manifest.schema_version,
        "program": manifest.program,
        "created": manifest.created.isoformat(),
        "size": manifest.size,
        "files": manifest.files,
        "counts": manifest.counts,
        "lacks": [lack.model_dump() for lack in manifest.lacks],
    }


def findings(found: Inspection) -> dict[str, Any]:
    """Return what `verify` found, as it is printed."""
    problems = [
        {"member": each.member, "problem": str(each.message), "expected": each.expected, "found": each.found}
        for each in found.problems
    ]
    told = summary(found.manifest) if found.manifest else {}
    return {"is_sound": not problems, "problems": problems, **told}


def warn(manifest: Manifest) -> None:
    """Say which original files the instance itself lacked when it was backed up."""
    words = {"missing": "was not there", "changed": "had other bytes than its name says"}
    for lack in manifest.lacks:
        click.echo(f"Warning: {lack.name} {words[lack.problem]} when the backup was made.", err=True)


def print_told(told: dict[str, Any], *, as_json: bool) -> None:
    """Print JSON, or a line for each thing told with a tab between name and value."""
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for name, value in told.items():
        if isinstance(value, dict):
            for inner, count in value.items():
                click.echo(f"{name}.{inner}\t{count}")
        elif not isinstance(value, list):
            click.echo(f"{name}\t{'' if value is None else value}")


backup.works_alone = True  # type: ignore[attr-defined] # a backup is made before an upgrade, and brought back where nothing is
commands: list[click.Command] = [backup]
