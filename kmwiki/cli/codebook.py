"""`kmwiki codebook`: take a codebook out as a file, or bring one in."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from kmwiki.accounts.access import OPERATOR, project_for
from kmwiki.accounts.queries import caller_for_user
from kmwiki.cli.people import person
from kmwiki.coding.codebook.going_out import FORMATS, codebook_file, read_file
from kmwiki.coding.codebook.incoming import FINE, Report
from kmwiki.coding.codebook.past import moment_of
from kmwiki.coding.codebook.taking_in import look_over, take_in
from kmwiki.db import now, session, transaction
from kmwiki.errors import Invalid, say
from kmwiki.formats.decoding import ENCODINGS
from kmwiki.security.policy import Caller, Permission
from kmwiki.text.dates import BANGKOK

BAD_INPUT = 3
_WHO = click.option("--as", "email", help="Address of the person in whose name it is done.")


@click.group("codebook")
def codebook() -> None:
    """Take a codebook out as a file, or bring one in."""


@codebook.command("export")
@click.argument("slug")
@click.option("--format", "form", type=click.Choice(FORMATS), default="qdc", show_default=True, help="What to write.")
@click.option("--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The file to write.")
@click.option("--at", default="", help="A version or a day, such as 2026-03-01 or 1/3/2569 (qdc and docx only).")
@_WHO
def export_codebook(slug: str, form: str, output: Path, *, at: str, email: str | None) -> None:
    """Write the codebook of a project to a file."""
    caller = _caller(email)
    with transaction() as opened:
        project = project_for(opened, caller, slug, Permission.READ)
        today = now().astimezone(BANGKOK).date()
        moment = moment_of(opened, project.id, at, today=today) if at.strip() else None
        data = codebook_file(opened, caller, project, form, moment=moment)
        try:
            output.write_bytes(data)
        except OSError as error:
            message = say("%(path)s cannot be written: %(reason)s.", path=output, reason=error.strerror or error)
            raise Invalid.one("output", message) from error


@codebook.command("import")
@click.argument("slug")
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--encoding", type=click.Choice(ENCODINGS), help="Encoding of the file, where the guess is wrong.")
@click.option("--reason", default="", help="Why; it stands in the history of the codebook.")
@click.option("--dry-run", is_flag=True, help="Say what would be done and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@_WHO
def import_codebook(slug: str, path: Path, *, email: str | None, as_json: bool, dry_run: bool, **given: str) -> None:
    """Bring in a codebook file (qdc, csv, xlsx): each code with what became of it, on a line of its own.

    What cannot be taken is told and left out, and the command then ends with 3; the rest is one change.
    """
    caller = _caller(email)
    with session() as opened:
        project = project_for(opened, caller, slug, Permission.EDIT_CODEBOOK)
    form, book = read_file(path.read_bytes(), path.name, given["encoding"])
    if dry_run:
        with session() as opened:
            report = look_over(opened, caller, project, book)
    else:
        with transaction() as opened:
            report = take_in(opened, caller, project, book, reason=given["reason"], form=form)
    _print(report, as_json=as_json)
    if not FINE.issuperset([*(row.verdict for row in report.rows), *(line.verdict for line in report.groups)]):
        sys.exit(BAD_INPUT)


def _caller(email: str | None) -> Caller:
    with session() as opened:
        return caller_for_user(opened, person(opened, email).id) if email else OPERATOR


def _print(report: Report, *, as_json: bool) -> None:
    """Print what became of each code; what a person should know of it goes to stderr."""
    if as_json:
        groups = [
            {"row": line.number, "name": line.group.name, "verdict": line.verdict, "added": len(line.added)}
            for line in report.groups
        ]
        rows = [{"row": row.number, "name": row.code.name, "verdict": row.verdict} for row in report.rows]
        click.echo(
            json.dumps({"counts": dict(report.counts), "rows": rows, "groups": groups}, ensure_ascii=False, indent=2)
        )
    else:
        for row in report.rows:
            click.echo(f"{row.verdict}\t{row.number}\t{row.code.name}")
        for line in report.groups:
            click.echo(f"{line.verdict}\tgroup {line.number}\t{line.group.name}")
    for row in report.rows:
        for message in (*row.code.notes, *((row.message,) if row.message else ())):
            click.echo(f"{row.number}: {message}", err=True)
    for line in report.groups:
        for message in (*line.group.notes, *((line.message,) if line.message else ())):
            click.echo(f"group {line.number}: {message}", err=True)


commands: list[click.Command] = [codebook]
