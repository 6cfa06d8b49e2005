"""`kmwiki user`: the people of the site."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from kmwiki.accounts import administration, one_time_links, queries, service
from kmwiki.accounts.access import OPERATOR
from kmwiki.cli.instance import site_address
from kmwiki.cli.people import person
from kmwiki.db import session, transaction

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import User


@click.group("user")
def user() -> None:
    """Add people, give them sign-in links, shut them out."""


@user.command()
@click.argument("email")
@click.option("--name", required=True, help="The person's name, as it stands beside what they write.")
@click.option("--admin", "is_admin", is_flag=True, help="May do everything, everywhere.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of making a link.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def add(email: str, name: str, *, is_admin: bool, password_stdin: bool, as_json: bool) -> None:
    """Add a person. Without a password, print a one-time link that signs them in within seven days."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    with transaction() as opened:
        made = service.create_user(opened, OPERATOR, email=email, name=name, is_admin=is_admin, password=password)
        link = None if password_stdin else link_for(opened, made, purpose="invite")
    click.echo(f"Added {made.email}.", err=True)
    if as_json:
        click.echo(
            json.dumps({"id": made.id, "email": made.email, "name": made.name, "link": link}, ensure_ascii=False)
        )
    elif link:
        click.echo("Hand this link over; it works once, within seven days:", err=True)
        click.echo(link)


@user.command()
@click.argument("email")
def link(email: str) -> None:
    """Print a new one-time sign-in link; it works within an hour, and older ones stop working."""
    with transaction() as opened:
        address = link_for(opened, person(opened, email), purpose="sign_in")
    click.echo("Hand this link over; it works once, within an hour:", err=True)
    click.echo(address)


@user.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_users(*, as_json: bool) -> None:
    """Print everybody: address, name, admin or not, active or not, separated by tabs."""
    with session() as opened:
        people = queries.users(opened)
    if as_json:
        rows = [
            {
                "id": each.id,
                "email": each.email,
                "name": each.name,
                "is_admin": each.is_admin,
                "is_active": each.is_active,
            }
            for each in people
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for each in people:
        marks = ["admin" if each.is_admin else "", "" if each.is_active else "inactive"]
        click.echo("\t".join([each.email, each.name, *marks]).rstrip())


@user.command()
@click.argument("email")
def deactivate(email: str) -> None:
    """Shut a person out: their browsers, links and tokens are dead at once. What they wrote stays."""
    with transaction() as opened:
        found = person(opened, email)
        administration.set_active(opened, OPERATOR, found, is_active=False)
    click.echo(f"{found.email} is shut out.", err=True)


@user.command()
@click.argument("email")
def activate(email: str) -> None:
    """Let a person in again; they need a new link or their old password."""
    with transaction() as opened:
        found = person(opened, email)
        administration.set_active(opened, OPERATOR, found, is_active=True)
    click.echo(f"{found.email} can sign in again.", err=True)


def link_for(opened: Session, found: User, *, purpose: str) -> str:
    """Make a one-time link and return its full address."""
    secret = one_time_links.create_link(opened, OPERATOR, found, purpose=purpose)
    return f"{site_address()}/link/{secret}"


commands: list[click.Command] = [user]
