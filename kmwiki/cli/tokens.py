"""`kmwiki token`: API tokens."""

from __future__ import annotations

import json

import click

from kmwiki.accounts import queries, service
from kmwiki.accounts.access import OPERATOR
from kmwiki.cli.people import person
from kmwiki.db import session, transaction
from kmwiki.errors import Invalid, say


@click.group("token")
def token() -> None:
    """Make, list and revoke the API tokens of people."""


@token.command()
@click.argument("email")
@click.option("--name", required=True, help="What the token is for.")
def create(email: str, name: str) -> None:
    """Make a token of a person and print it alone; it cannot be shown again."""
    with transaction() as opened:
        owner = person(opened, email)
        if not owner.is_active:
            raise Invalid(say("The account of %(email)s is not active. Make it active first.", email=owner.email))
        _, secret = service.create_token(opened, OPERATOR, owner, name=name)
    click.echo(secret)


@token.command("list")
@click.argument("email")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_tokens(email: str, *, as_json: bool) -> None:
    """Print a person's tokens in force: number, name, made, last used, separated by tabs."""
    with session() as opened:
        rows = [
            {
                "id": row.id,
                "name": row.name,
                "created": row.created.isoformat(),
                "last_used": None if row.last_used is None else row.last_used.isoformat(),
            }
            for row in queries.tokens_of(opened, person(opened, email).id)
        ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        click.echo("\t".join("-" if value is None else str(value) for value in row.values()))


@token.command()
@click.argument("number", type=int)
def revoke(number: int) -> None:
    """Revoke the token with this number (see `token list`)."""
    with transaction() as opened:
        service.revoke_token(opened, OPERATOR, number)
    click.echo(f"Token {number} no longer works.", err=True)


commands: list[click.Command] = [token]
