"""`kmwiki imports`: what was imported, taken back, or done again."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from kmwiki.accounts.access import OPERATOR, project_for
from kmwiki.accounts.queries import caller_for_user
from kmwiki.cli.people import person
from kmwiki.db import session
from kmwiki.exchange.importing.batches import Told, list_batches
from kmwiki.exchange.importing.undoing import Undo
from kmwiki.security.policy import Caller, Permission

_WHO = click.option("--as", "email", help="Address of the person in whose name it is done.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group("imports")
def imports() -> None:
    """List imports, take one back, or do it again."""


@imports.command("list")
@click.argument("slug")
@click.option("--size", default=50, show_default=True, type=click.IntRange(1, 10_000), help="How many.")
@_JSON
@_WHO
def list_imports(slug: str, size: int, email: str | None, *, as_json: bool) -> None:
    """List the imports of a project, the newest first: number, state, time, who, new, changed, failed, files."""
    caller = _caller(email)
    with session() as opened:
        project = project_for(opened, caller, slug, Permission.IMPORT)
        found, _ = list_batches(opened, caller, project.id, size=size)
    if as_json:
        click.echo(json.dumps({"items": [tell_batch(told) for told in found]}, ensure_ascii=False, indent=2))
        return
    for told in found:
        shown = tell_batch(told)
        names = ("id", "state", "created", "by", "new", "updated", "failed", "files")
        click.echo("\t".join(str(shown[name] or "-") if name == "by" else str(shown[name]) for name in names))


@imports.command("undo")
@click.argument("slug")
@click.argument("number", type=click.IntRange(1, 2**62))
@click.option("--everything", is_flag=True, help="Also take back notes that people have changed since.")
@click.option("--dry-run", is_flag=True, help="Say what would be done and write nothing.")
@_JSON
@_WHO
def undo_import(slug: str, number: int, email: str | None, *, everything: bool, dry_run: bool, as_json: bool) -> None:
    """Take an import back: new notes go into the bin, changed ones back to what they were.

    Notes that people have changed since are kept and listed, unless --everything is given.
    """
    wanted = Undo(_caller(email), slug, number, everything=everything)
    if not dry_run:
        _run(wanted, as_json=as_json)
        return
    for since in wanted.survey()[1]:
        is_kept = since.standing != "untouched" and not (everything and since.standing == "touched")
        click.echo(f"{'kept' if is_kept else 'undone'}\t{since.path}")
        for reason in since.reasons:
            click.echo(f"{since.path}: {reason}", err=True)


@imports.command("redo")
@click.argument("slug")
@click.argument("number", type=click.IntRange(1, 2**62))
@_JSON
@_WHO
def redo_import(slug: str, number: int, email: str | None, *, as_json: bool) -> None:
    """Do once more what was taken back of an import."""
    _run(Undo(_caller(email), slug, number, is_again=True), as_json=as_json)


def tell_batch(told: Told) -> dict[str, Any]:
    """Return an import in the shape of the command line."""
    batch, counts = told.batch, told.counts
    return {
        "id": batch.id,
        "state": told.state,
        "created": batch.created.isoformat(),
        "by": told.who,
        "channel": batch.channel,
        "files": batch.total,
        "new": counts.get("created", 0),
        "updated": counts.get("updated", 0),
        "unchanged": counts.get("unchanged", 0),
        "failed": counts.get("failed", 0),
        "undone": counts.get("undone", 0),
    }


def _caller(email: str | None) -> Caller:
    with session() as opened:
        return caller_for_user(opened, person(opened, email).id) if email else OPERATOR


def _run(wanted: Undo, *, as_json: bool) -> None:
    with click.progressbar(length=1, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def tell(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        done = wanted.run(tell=tell)
    if as_json:
        click.echo(json.dumps(done.as_json(), ensure_ascii=False, indent=2))
    else:
        for item in done.items:
            click.echo(f"{item.state}\t{item.number or '-'}\t{item.title or '-'}\t{item.path}")
    for item in done.items:
        for reason in item.reasons:
            click.echo(f"{item.path}: {reason}", err=True)


commands: list[click.Command] = [imports]
