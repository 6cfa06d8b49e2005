"""`kmwiki project`: projects."""

from __future__ import annotations

import json

import click

from kmwiki.accounts import queries, teams
from kmwiki.accounts.access import OPERATOR
from kmwiki.cli.people import person
from kmwiki.coding.codebook.starter import install_starter
from kmwiki.db import session, transaction
from kmwiki.security.policy import Role


@click.group("project")
def project() -> None:
    """Make and list projects."""


@project.command()
@click.argument("slug")
@click.option("--name", required=True, help="The project's name, as people see it.")
@click.option("--description", default="", help="What it is about.")
@click.option(
    "--codebook",
    type=click.Choice(["starter", "none"]),
    default="starter",
    show_default=True,
    help="Codes to begin with.",
)
@click.option("--owner", default="", help="Address of its owner; default the first admin.")
def create(slug: str, name: str, description: str, codebook: str, owner: str) -> None:
    """Make a project and print its short name."""
    with transaction() as opened:
        chosen = person(opened, owner) if owner else queries.first_admin(opened)
        made = teams.create_project(opened, OPERATOR, slug=slug, name=name, description=description)
        if chosen is not None:
            teams.set_member(opened, OPERATOR, made, chosen, Role.OWNER)
        if codebook == "starter":
            install_starter(opened, OPERATOR, made)
    click.echo(made.slug)


@project.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_projects(*, as_json: bool) -> None:
    """Print every project: short name, name, how many members, separated by tabs."""
    with session() as opened:
        projects = queries.projects_of(opened, OPERATOR)
        counts = queries.count_members(opened, [each.id for each in projects])
    rows = [{"slug": each.slug, "name": each.name, "members": counts.get(each.id, 0)} for each in projects]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        click.echo("\t".join(str(value) for value in row.values()))


commands: list[click.Command] = [project]
