"""`kmwiki member`: who belongs to a project."""

from __future__ import annotations

import json

import click

from kmwiki.accounts import queries, teams
from kmwiki.accounts.access import OPERATOR, project_for
from kmwiki.accounts.fields import read_role
from kmwiki.cli.people import person
from kmwiki.db import session, transaction
from kmwiki.security.policy import Permission


@click.group("member")
def member() -> None:
    """Set, list and remove a project's members."""


@member.command("set")
@click.argument("slug")
@click.argument("email")
@click.argument("role")
def set_role(slug: str, email: str, role: str) -> None:
    """Make a person a member or change their role: owner, supervisor, researcher, commenter or reader."""
    with transaction() as opened:
        project = project_for(opened, OPERATOR, slug, Permission.MANAGE)
        found = person(opened, email)
        row = teams.set_member(opened, OPERATOR, project, found, read_role(role))
    click.echo(f"{found.email} is {row.role} of {project.slug}.", err=True)


@member.command()
@click.argument("slug")
@click.argument("email")
def remove(slug: str, email: str) -> None:
    """Take a person out of a project; what they wrote stays."""
    with transaction() as opened:
        project = project_for(opened, OPERATOR, slug, Permission.MANAGE)
        found = person(opened, email)
        teams.remove_member(opened, OPERATOR, project, found)
    click.echo(f"{found.email} is no longer a member of {project.slug}.", err=True)


@member.command("list")
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_members(slug: str, *, as_json: bool) -> None:
    """Print a project's members: address, name, role, separated by tabs."""
    with session() as opened:
        project = project_for(opened, OPERATOR, slug, Permission.READ)
        rows = [
            {"email": row.user.email, "name": row.user.name, "role": row.role}
            for row in queries.members_of(opened, project.id)
        ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        click.echo("\t".join(row.values()))


commands: list[click.Command] = [member]
