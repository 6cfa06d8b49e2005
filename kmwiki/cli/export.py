"""`kmwiki export`: write the coded passages of a project to a file."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs

import click
from flask_babel import force_locale, gettext

from kmwiki.accounts.access import OPERATOR, project_for
from kmwiki.accounts.queries import caller_for_user
from kmwiki.cli.people import person
from kmwiki.config import DEFAULT_BASE_URL, Settings
from kmwiki.db import session, transaction
from kmwiki.errors import Invalid, say
from kmwiki.retrieval.exporting import found_for, record_export, tongue_of
from kmwiki.retrieval.files import TYPES, Export, write_file
from kmwiki.retrieval.reading import refuse_unknown
from kmwiki.security.policy import Permission


@click.command("export")
@click.argument("slug")
@click.option(
    "--format", "form", type=click.Choice(tuple(TYPES)), default="csv", show_default=True, help="What to write."
)
@click.option("--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The file to write.")
@click.option("--query", default="", help="Which passages: a code, or as in the address of their page.")
@click.option(
    "--language", type=click.Choice(("th", "en")), default="th", show_default=True, help="Of heads and dates."
)
@click.option("--as", "email", help="Address of the person in whose name it is done.")
def export(slug: str, form: str, output: Path, *, query: str, language: str, email: str | None) -> None:
    """Write the coded passages of a project to a file, all of them or those that a question finds.

    Without --as drafts and private texts are left out; with it the file holds what that person may see.
    """
    with session() as opened:
        caller = caller_for_user(opened, person(opened, email).id) if email else OPERATOR
        project = project_for(opened, caller, slug, Permission.READ)
        found, book = found_for(opened, caller, project, read_query(query), form)
        site = Settings.from_environment().base_url or DEFAULT_BASE_URL
        data = write_file(Export(opened, caller, project, book, found, tongue_of(language, _translate), site), form)
    try:
        output.write_bytes(data)
    except OSError as error:
        message = say("%(path)s cannot be written: %(reason)s.", path=output, reason=error.strerror or error)
        raise Invalid.one("output", message) from error
    with transaction() as opened:
        record_export(opened, caller, project, form, found.total)
    click.echo(f"{found.total} codings, {found.notes} notes.", err=True)


def read_query(query: str) -> dict[str, list[str]]:
    """Read a question as it stands in an address; words alone name a code. Invalid names a part that none has."""
    if query.strip() and "=" not in query:
        return {"code": [query]}
    given = parse_qs(query.lstrip("?"), keep_blank_values=True)
    refuse_unknown(given, field="query", besides=("page",))
    return given


def _translate(locale: str, text: str) -> str:
    with force_locale(locale):
        return str(gettext(text))


commands: list[click.Command] = [export]
