"""Every route x every level x own and other project. A route without its row fails; so does a row without its route."""

from __future__ import annotations

import json
from datetime import timedelta
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

import pytest

from kmwiki.db import transaction
from kmwiki.exchange.importing import job as imports
from kmwiki.notifications import job as mail
from kmwiki.retrieval import exporting as passages
from tests.conftest import strict
from tests.house import matrix
from tests.house.matrix import LEVELS, Row
from tests.house.world import own_rows

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from werkzeug.test import TestResponse

    from kmwiki.config import Settings
    from kmwiki.security.policy import Caller
    from tests.house.world import World
    from tests.make import Make

ROWS: list[Row] = [
    row for module in iter_modules(matrix.__path__) for row in import_module(f"{matrix.__name__}.{module.name}").ROWS
]
REFUSED = {401, 403, 404}
OURS = ("slug", "entry", "source", "comment", "code", "coding", "job")
"""The placeholders that stand for something of the project."""


def routes(app: Flask) -> set[tuple[str, str]]:
    return {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_every_route_has_its_row_and_every_row_its_route(app: Flask) -> None:
    known = {(row.endpoint, row.method) for row in ROWS}
    assert routes(app) - known == set(), "routes that the matrix does not know"
    assert known - routes(app) == set(), "rows of routes that do not exist"


def test_no_row_stands_twice() -> None:
    names = [(row.endpoint, row.method) for row in ROWS]
    assert len(names) == len(set(names))


@pytest.fixture
def copied_instance(world_instance: Path) -> Path:
    return world_instance


@pytest.fixture(scope="module")
def kept() -> list[Flask]:
    return []


@pytest.fixture
def app(kept: list[Flask], settings: Settings) -> Flask:
    """The app of the matrix, made once, then led to each test's instance: laying out 300 addresses takes time."""
    if not kept:
        kept.append(strict(settings))
        kept[0].config["WTF_CSRF_ENABLED"] = False
    for room in (imports, mail, passages):
        room.bind(settings)
    kept[0].config["KMWIKI"] = settings
    return kept[0]


def ask(app: Flask, make: Make, world: World, row: Row, person: Caller | None) -> TestResponse:
    """Send the row's request as that person, its placeholders filled."""
    places = dict(world.places)
    client = app.test_client()
    headers = dict(row.headers)
    if person is not None and person.user_id is not None:
        with transaction() as session:
            places |= own_rows(session, person.user_id)
        if row.url.startswith("/api/"):
            headers["Authorization"] = f"Bearer {make.token(person.user_id)}"
        else:
            client.set_cookie("kmwiki", make.sign_in(person.user_id, lasts=timedelta(hours=1)), domain="localhost")
    else:
        places |= {"token_id": 0, "session_id": 0}
    body = fill_in({"data": row.form, "json": row.json}, places)
    return client.open(row.url.format(**places), method=row.method, headers=headers, buffered=True, **body)


def fill_in(body: dict[str, Any], places: dict[str, Any]) -> dict[str, Any]:
    """Put ids where strings such as "{code}" stand; a lone placeholder becomes the id itself."""
    text = json.dumps({name: value for name, value in body.items() if value is not None})
    for name, value in places.items():
        text = text.replace(f'"{{{name}}}"', json.dumps(value)).replace(f"{{{name}}}", str(value))
    filled: dict[str, Any] = json.loads(text)
    return filled


def is_sent_away(answer: TestResponse) -> bool:
    """Whether a page request was refused, or sent to sign in."""
    return answer.status_code in REFUSED or "/sign-in" in answer.headers.get("Location", "")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.endpoint}")
def test_a_route_lets_through_whom_it_should_and_nobody_else(app: Flask, make: Make, world: World, row: Row) -> None:
    least = LEVELS.index(row.least)
    for level in LEVELS:
        person = world.people[level]
        if LEVELS.index(level) >= least:
            continue
        assert is_sent_away(ask(app, make, world, row, person)), f"{level} is let through"
    if "{slug}" in row.url or any(
        f"{{{name}}}" in row.url for name in ("entry", "source", "comment", "code", "coding", "job")
    ):
        answer = ask(app, make, world, row, world.people["outsider"])
        if least > LEVELS.index("signed_in"):
            assert answer.status_code == 404, f"somebody of another project gets {answer.status_code}"
    answer = ask(app, make, world, row, world.people[row.least])
    assert not is_sent_away(answer), f"{row.least} gets {answer.status_code} {answer.headers.get('Location', '')}"
    assert answer.status_code < 500


@pytest.mark.parametrize("row", [row for row in ROWS if row.method == "GET"], ids=lambda row: row.endpoint)
def test_who_may_read_at_one_level_may_read_above_it(app: Flask, make: Make, world: World, row: Row) -> None:
    for level in LEVELS[max(LEVELS.index(row.least), LEVELS.index("reader")) :]:
        answer = ask(app, make, world, row, world.people[level])
        assert not is_sent_away(answer), f"{level} gets {answer.status_code}"
