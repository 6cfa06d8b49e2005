"""`kmwiki user`, `token`, `project` and `member`: data on stdout, words on stderr, exit codes."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner, Result

from kmwiki.accounts import one_time_links, queries, sign_ins
from kmwiki.cli import members, projects, tokens, users
from kmwiki.coding.models import Code
from kmwiki.db import session, transaction
from kmwiki.main import Group
from kmwiki.security.policy import Role
from tests.make_accounts import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from kmwiki.accounts.models import User

    Run = Callable[..., Result]

LINK = r"http://127\.0\.0\.1:8000/link/([\w-]{43})\n"


@pytest.fixture
def run(app: Flask) -> Run:
    """Run a command on the bound instance."""
    group = Group("kmwiki", commands=[*users.commands, *tokens.commands, *projects.commands, *members.commands])

    def call(*arguments: str, text: str | None = None) -> Result:
        with app.app_context():
            return CliRunner().invoke(group, list(arguments), input=text)

    return call


def person(email: str) -> User:
    with session() as opened:
        found = queries.user_by_email(opened, email)
    assert found
    return found


def test_a_person_is_added_with_a_link_alone_on_stdout(run: Run) -> None:
    result = run("user", "add", "Somchai@Example.org", "--name", "สมชาย")
    assert result.exit_code == 0
    found = re.fullmatch(LINK, result.stdout)
    assert found
    assert "seven days" in result.stderr
    with transaction() as opened:
        row, _ = one_time_links.use_link(opened, found.group(1))
    assert row.user_id == person("somchai@example.org").id
    assert not person("somchai@example.org").is_admin


def test_a_password_comes_from_standard_input_and_is_not_repeated(run: Run) -> None:
    result = run("user", "add", "a@example.org", "--name", "ก", "--admin", "--password-stdin", text=f"{PASSWORD}\n")
    assert (result.exit_code, result.stdout) == (0, "")
    assert PASSWORD not in result.stderr
    with session() as opened:
        assert sign_ins.prove(opened, "a@example.org", PASSWORD)[0].is_admin


def test_adding_prints_json_when_asked(run: Run) -> None:
    made = json.loads(run("user", "add", "a@example.org", "--name", "ใบข้าว", "--json").stdout)
    assert (made["email"], made["name"]) == ("a@example.org", "ใบข้าว")
    assert "/link/" in made["link"]


@pytest.mark.parametrize(
    ("arguments", "text", "code", "words"),
    [
        (("nobody", "--name", "x"), None, 3, "email:|not an e-mail address"),
        (("a@example.org", "--name", " "), None, 3, "Write a name"),
        (("a@example.org", "--name", "x", "--password-stdin"), "short\n", 3, "at least 10"),
        (("a@example.org", "--name", "x", "--password-stdin"), "", 3, "at least 10"),
        (("taken@example.org", "--name", "x"), None, 6, "already an account"),
        (("a@example.org",), None, 2, "--name"),
    ],
)
def test_who_cannot_be_added_is_told_why(
    run: Run, arguments: tuple[str, ...], text: str | None, code: int, words: str
) -> None:
    run("user", "add", "taken@example.org", "--name", "x")
    result = run("user", "add", *arguments, text=text)
    assert result.exit_code == code
    assert result.stdout == ""
    assert re.search(words, result.stderr)


def test_a_new_link_ends_the_old_one(run: Run) -> None:
    first = run("user", "add", "a@example.org", "--name", "ก").stdout.rpartition("/")[2].strip()
    result = run("user", "link", "A@example.org")
    second = re.fullmatch(LINK, result.stdout)
    assert second
    with session() as opened:
        assert [queries.link_state(opened, secret) for secret in (first, second.group(1))] == ["expired", "ready"]
    for unknown in ("nobody@example.org", "no address", "\udcff@example.org"):
        assert run("user", "link", unknown).exit_code == 4


def test_people_are_listed_shut_out_and_let_in(run: Run) -> None:
    run("user", "add", "admin@example.org", "--name", "แอดมิน", "--admin")
    run("user", "add", "a@example.org", "--name", "ใบข้าว")
    assert run("user", "deactivate", "a@example.org").exit_code == 0
    assert run("user", "list").stdout.splitlines() == [
        "admin@example.org\tแอดมิน\tadmin",
        "a@example.org\tใบข้าว\t\tinactive",
    ]
    rows = json.loads(run("user", "list", "--json").stdout)
    assert [row["is_active"] for row in rows] == [True, False]
    assert run("user", "link", "a@example.org").exit_code == 3
    assert run("token", "create", "a@example.org", "--name", "x").exit_code == 3
    assert run("user", "activate", "a@example.org").exit_code == 0
    assert person("a@example.org").is_active
    assert run("user", "deactivate", "admin@example.org").exit_code == 6


def test_a_token_is_printed_alone_listed_and_revoked(run: Run) -> None:
    run("user", "add", "a@example.org", "--name", "ก")
    result = run("token", "create", "a@example.org", "--name", "รายงาน")
    assert re.fullmatch(r"kmw_[\w-]{43}\n", result.stdout)
    with session() as opened:
        assert queries.caller_for_token(opened, result.stdout.strip())
    assert run("token", "list", "a@example.org").stdout.startswith("1\tรายงาน\t")
    assert json.loads(run("token", "list", "a@example.org", "--json").stdout)[0]["last_used"] is None
    assert run("token", "revoke", "1").exit_code == 0
    assert run("token", "list", "a@example.org").stdout == ""
    assert run("token", "revoke", "99").exit_code == 4
    assert run("token", "create", "nobody@example.org", "--name", "x").exit_code == 4
    with session() as opened:
        assert queries.caller_for_token(opened, result.stdout.strip()) is None


def test_a_project_is_made_with_codes_and_an_owner(run: Run) -> None:
    run("user", "add", "admin@example.org", "--name", "แอดมิน", "--admin")
    run("user", "add", "a@example.org", "--name", "ใบข้าว")
    assert run("project", "create", "South", "--name", "ใต้").stdout == "south\n"
    assert (
        run("project", "create", "north", "--name", "เหนือ", "--codebook", "none", "--owner", "a@example.org").exit_code
        == 0
    )
    with session() as opened:
        made = {slug: queries.project_by_slug(opened, slug) for slug in ("south", "north")}
        owners = {
            slug: [row.user.email for row in queries.members_of(opened, each.id)] for slug, each in made.items() if each
        }
        counts = [opened.query(Code).filter_by(project_id=each.id).count() for each in made.values() if each]
    assert owners == {"south": ["admin@example.org"], "north": ["a@example.org"]}
    assert counts[0] > 20
    assert counts[1] == 0
    assert run("project", "list").stdout.splitlines() == ["south\tใต้\t1", "north\tเหนือ\t1"]
    assert json.loads(run("project", "list", "--json").stdout)[0] == {"slug": "south", "name": "ใต้", "members": 1}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("south", "--name", "ซ้ำ"), 6),
        (("โครงการ", "--name", "x"), 3),
        (("x", "--name", ""), 3),
        (("x", "--name", "x", "--owner", "nobody@example.org"), 4),
        (("x", "--name", "x", "--codebook", "all"), 2),
    ],
)
def test_a_project_that_cannot_be_made_leaves_nothing(run: Run, arguments: tuple[str, ...], code: int) -> None:
    assert run("project", "create", "south", "--name", "ใต้", "--codebook", "none").exit_code == 0
    assert run("project", "create", *arguments).exit_code == code
    assert run("project", "list").stdout == "south\tใต้\t0\n"


def test_members_are_set_listed_and_removed(run: Run) -> None:
    run("project", "create", "south", "--name", "ใต้", "--codebook", "none")
    run("user", "add", "a@example.org", "--name", "ใบข้าว")
    for role in [*(each.label for each in Role), "Owner"]:
        result = run("member", "set", "south", "A@example.org", role)
        assert (result.exit_code, result.stdout) == (0, "")
    assert run("member", "list", "south").stdout == "a@example.org\tใบข้าว\towner\n"
    assert json.loads(run("member", "list", "south", "--json").stdout)[0]["role"] == "owner"
    assert run("member", "remove", "south", "a@example.org").exit_code == 6
    run("user", "add", "b@example.org", "--name", "ข")
    run("member", "set", "south", "b@example.org", "owner")
    assert run("member", "remove", "south", "a@example.org").exit_code == 0
    assert run("member", "list", "south").stdout == "b@example.org\tข\towner\n"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("set", "south", "a@example.org", "king"), 3),
        (("set", "south", "nobody@example.org", "reader"), 4),
        (("set", "no-such", "a@example.org", "reader"), 4),
        (("set", "south", "a@example.org"), 2),
        (("remove", "south", "a@example.org"), 4),
        (("list", "no-such"), 4),
    ],
)
def test_what_cannot_be_done_to_members_has_its_exit_code(run: Run, arguments: tuple[str, ...], code: int) -> None:
    run("project", "create", "south", "--name", "ใต้", "--codebook", "none")
    run("user", "add", "a@example.org", "--name", "ก")
    assert run("member", *arguments).exit_code == code


def test_every_command_explains_itself(run: Run) -> None:
    for module in (users, tokens, projects, members):
        for group in module.commands:
            assert isinstance(group, click.Group)
            for name, command in group.commands.items():
                assert command.help
                assert run(str(group.name), name, "--help").exit_code == 0
