"""`kmwiki search`: ask, and look after the index."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from kmwiki.accounts.access import OPERATOR, project_for
from kmwiki.accounts.queries import caller_for_user
from kmwiki.cli.people import person
from kmwiki.db import session
from kmwiki.errors import Unavailable, say
from kmwiki.jobs.worker import JobKind, Worker
from kmwiki.search import indexing
from kmwiki.search.outbox import KIND, REBUILD
from kmwiki.search.plan import MODES
from kmwiki.search.queries import find
from kmwiki.search.query_tokens import QueryError
from kmwiki.search.request import SORTS, read_request
from kmwiki.security.policy import Permission

if TYPE_CHECKING:
    from kmwiki.search.schemas import HitOut, SearchOut

WAIT_SECONDS = 10.0
KINDS = {
    KIND: JobKind(indexing.index_batch, batch=200),
    REBUILD: JobKind(indexing.rebuild_batch),
}


@click.group()
def search() -> None:
    """Search a project; rebuild, check and describe the index."""


@search.command("query", context_settings={"ignore_unknown_options": True})  # -word is part of a query
@click.argument("slug")
@click.argument("query")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, as the API answers.")
@click.option("--size", default=20, show_default=True, type=click.IntRange(1, 100), help="Hits on a page.")
@click.option("--page", default=1, show_default=True, type=click.IntRange(1), help="Which page.")
@click.option("--mode", default="auto", show_default=True, type=click.Choice(MODES), help="How words are meant.")
@click.option("--sort", default="relevance", show_default=True, type=click.Choice(SORTS), help="What comes first.")
@click.option("--in", "within", default="", help="entry, comment, memo, code; separated by commas.")
@click.option("--province", default="", help="Codes or names, separated by commas.")
@click.option("--district", default="", help="Codes or names, separated by commas.")
@click.option("--kind", default="", help="Kinds, separated by commas.")
@click.option("--code", default="", help="Ids or names of codes, separated by commas.")
@click.option("--voice", default="", help="informant, author, commenter or document.")
@click.option("--author", default="", help="A name.")
@click.option("--from", "first", default="", help="First day, month or year.")
@click.option("--to", "last", default="", help="Last day, month or year.")
@click.option("--as", "email", default="", help="Address of the person whose drafts and private texts count too.")
def query_project(slug: str, query: str, *, as_json: bool, within: str, first: str, last: str, **given: Any) -> None:
    """Print what is found in a project, drafts and private texts left out.

    With --as it is what that person finds on the page and through the API.
    """
    catch_up()
    email = str(given.pop("email"))
    asked = {name: [str(value)] for name, value in given.items()}
    asked |= {"q": [query], "in": [within], "from": [first], "to": [last]}
    with session() as opened:
        caller = caller_for_user(opened, person(opened, email).id) if email else OPERATOR
        project = project_for(opened, caller, slug, Permission.READ)
        try:
            found = find(opened, caller, project, read_request(opened, project.id, asked))
        except QueryError as error:
            point_at(query, error)
            raise
    if as_json:
        click.echo(json.dumps(found.model_dump(mode="json"), ensure_ascii=False, indent=2))
        return
    print_hits(found)


def point_at(query: str, error: QueryError) -> None:
    """Show on stderr where a query cannot be read, and how it could be written."""
    click.echo(f"At character {error.position + 1}: {query[error.position :][:60] or '(the end)'}", err=True)
    if error.hint is not None:
        click.echo(str(error.hint), err=True)


def print_hits(found: SearchOut) -> None:
    """Print a line for each hit and one for each of its passages; stderr gets the count and what there is to know."""
    for note in found.query.notes:
        click.echo(note, err=True)
    if found.query.also:
        click.echo("Also searched: " + "; ".join(found.query.also), err=True)
    if found.query.suggestion:
        click.echo(f"Did you mean: {found.query.suggestion}", err=True)
    for hit in found.hits:
        click.echo(f"{hit.title}\t{hit.type}\t{hit.url}")
        for line in passages(hit):
            click.echo(f"\t{line}")
    click.echo(f"{found.total} found, {len(found.hits)} shown.", err=True)


def passages(hit: HitOut) -> list[str]:
    """Return the passages of a hit, each on one line with its marks in square brackets."""
    lines = []
    for snippet in hit.snippets:
        text, done = "", 0
        for start, end in snippet.marks:
            text += f"{snippet.text[done:start]}[{snippet.text[start:end]}]"
            done = end
        lines.append(" ".join((text + snippet.text[done:]).split()))
    return lines


def catch_up() -> None:
    """Index what waits, everything if there is no index; what a running server has in hand is waited for a while."""
    indexing.prepare()
    Worker(KINDS).drain()
    until = time.monotonic() + WAIT_SECONDS
    while waiting() and time.monotonic() < until:
        time.sleep(0.1)
        Worker(KINDS).drain()


def waiting() -> int:
    """Count the jobs of the index that are under way or due."""
    with session() as opened:
        return indexing.count_open(opened)


@search.command()
def rebuild() -> None:
    """Make a new index of everything beside the old one and put it in its place; search goes on meanwhile."""
    with click.progressbar(length=1, label="Indexing", file=sys.stderr) as bar:

        def tell(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        count = indexing.rebuild_now(tell)
    click.echo(f"{count} texts are indexed.", err=True)


@search.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(*, as_json: bool) -> None:
    """Compare index and database: exit code 0 only if they are equal and no index job waits, else 7.

    If no waiting job would make them equal, a rebuild is asked for.
    """
    report = indexing.check()
    if as_json:
        click.echo(json.dumps({**asdict(report), "is_equal": report.is_equal}, ensure_ascii=False, indent=2))
    if not report.is_equal:
        raise Unavailable(
            say(
                "The index does not equal the database (%(what)s). A running `kmwiki serve` or `kmwiki worker` "
                "mends it; `kmwiki search rebuild` does at once.",
                what=report,
            )
        )
    click.echo("Index and database are equal.", err=True)


@search.command()
def status() -> None:
    """Print the state of the index as JSON: texts, waiting jobs, engine, size, what made it."""
    found = indexing.status()
    engine = found.engine
    shown = {
        "state": found.state,
        "documents": engine.documents if engine else 0,
        "waiting": found.waiting,
        "is_rebuilding": found.is_rebuilding,
        "engine": engine.name if engine else None,
        "segments": engine.parts if engine else 0,
        "size": engine.size if engine else 0,
        "stamp": dict(engine.details) if engine else {},
    }
    click.echo(json.dumps(shown, ensure_ascii=False, indent=2))


commands: list[click.Command] = [search]
