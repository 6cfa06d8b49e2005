"""`kmwiki import`: bring files into a project."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from kmwiki.accounts.access import OPERATOR
from kmwiki.accounts.queries import caller_for_user
from kmwiki.cli.instance import settings
from kmwiki.cli.people import person
from kmwiki.db import session
from kmwiki.entries.kinds import KINDS
from kmwiki.exchange.importing.files import gather, left_out
from kmwiki.exchange.importing.model import FORMATS, Item, Options, Report
from kmwiki.exchange.importing.run import Import
from kmwiki.formats.decoding import ENCODINGS

BAD_INPUT = 3


@click.command("import")
@click.argument("slug")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="auto", show_default=True, help="What the files are."
)
@click.option("--kind", type=click.Choice(list(KINDS)), help="Kind of the notes; without it the title decides.")
@click.option("--province", help="Province (or place) of the notes; without it the text is asked.")
@click.option("--encoding", type=click.Choice(ENCODINGS), help="Encoding of the files, where the guess is wrong.")
@click.option("--dry-run", is_flag=True, help="Say what would be done and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--as", "email", help="Address of the person who imports.")
def import_files(slug: str, paths: tuple[Path, ...], *, email: str | None, as_json: bool, **given: object) -> None:
    """Import files and folders of them: GotoKnow pages saved as text or as HTML, other web pages, Markdown, plain text.

    An HTML page brings the images of the folder that the browser saved with it.

    The same file again changes nothing; a changed one makes a new revision. A file that cannot be read does not stop
    the others, and the command then ends with 3. Files of a folder that are no texts are listed as skipped.
    """
    options = Options(
        format=str(given["form"]),
        kind=_text(given["kind"]),
        province=_text(given["province"]),
        encoding=_text(given["encoding"]),
    )
    with session() as opened:
        caller = caller_for_user(opened, person(opened, email).id) if email else OPERATOR
    wanted = Import(settings(), caller, slug, options, is_dry=bool(given["dry_run"]))
    with click.progressbar(length=1, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def tell(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        report = wanted.run(gather(paths), tell=tell)
    report.items.extend(Item(str(path), "skipped", warnings=[why]) for path, why in left_out(paths))
    _print(report, as_json=as_json)
    if report.count("failed"):
        sys.exit(BAD_INPUT)


def _text(value: object) -> str | None:
    return str(value) if value else None


def _print(report: Report, *, as_json: bool) -> None:
    """Print what became of the files; what a person should know of each goes to stderr."""
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
    else:
        for item in report.items:
            click.echo("\t".join(_columns(item)))
    for item in report.items:
        for warning in item.warnings:
            click.echo(f"{item.path}: {warning}", err=True)


def _columns(item: Item) -> list[str]:
    values = (item.status, item.number, item.title, item.comments, item.path)
    return ["-" if value is None else str(value).replace("\t", " ") for value in values]


commands: list[click.Command] = [import_files]
