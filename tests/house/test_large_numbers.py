"""A number larger than any row can have is refused on every route, in its address, its query and its body."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmwiki.api.v1.ground import write_cursor
from tests.house.matrix import Row
from tests.house.test_permissions import ROWS, ask
from tests.house.world import World

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from kmwiki.security.policy import Caller
    from tests.conftest import Api
    from tests.make import Make

LARGE = int("9" * 30)
IDS = (
    *("number", "entry", "source", "comment", "imported_comment", "binned", "coding", "code", "other_code"),
    *("user", "job", "letter", "token_id", "session_id"),
)
WITH_ID = [row for row in ROWS if any(f"{{{name}}}" in f"{row.url}{row.json}{row.form}" for name in IDS)]
LISTS = (
    "/p/{slug}/entries?page=",
    "/p/{slug}/entries?year=",
    "/p/{slug}/e/{number}?talk=",
    "/p/{slug}/e/{number}?comment=",
    "/p/{slug}/e/{number}?answer=",
    "/p/{slug}/e/{number}?removed=",
    "/p/{slug}/e/{number}?hit=1:0-",
    "/p/{slug}/e/{number}/history?page=",
    "/p/{slug}/e/{number}/history/1?against=",
    "/p/{slug}/review?page=",
    "/p/{slug}/codebook/history?page=",
    "/p/{slug}/codebook/{code}?after=",
    "/p/{slug}/codebook/new?parent=",
    "/p/{slug}/passages?code=any&page=",
    "/p/{slug}/passages?code=",
    "/p/{slug}/e/{number}?passages=code%3Dany&coding=",
    "/p/{slug}/search?q=x&page=",
    "/p/{slug}/search?q=x&code=",
    "/api/v1/projects/{slug}/codings?code=",
    "/api/v1/projects/{slug}/codings?coder=",
    "/api/v1/projects/{slug}/search?q=x&code=",
    "/api/v1/projects/{slug}/entries?year=",
    "/api/v1/sources/{source}/text?revision=",
)
CURSORS = (
    "/projects/{slug}/entries",
    "/projects/{slug}/codings",
    "/projects/{slug}/codes",
    "/entries/{entry}/revisions",
    "/entries/{entry}/comments",
    "/sources/{source}/codings",
)


@pytest.fixture
def copied_instance(world_instance: Path) -> Path:
    return world_instance


@pytest.fixture
def owner(world: World) -> Caller:
    found = world.people["owner"]
    assert found is not None
    return found


def admin(make: Make) -> Caller:
    """Make another admin: `ask` gives each person rows of their own, once."""
    return make.caller(make.user(is_admin=True))


@pytest.mark.parametrize("row", WITH_ID, ids=lambda row: f"{row.method} {row.endpoint}")
def test_no_route_breaks_on_an_id_that_no_row_can_have(app: Flask, make: Make, world: World, row: Row) -> None:
    real = dict(world.places)
    large = World(world.people, real | dict.fromkeys(IDS, LARGE))
    real |= {"token_id": 0, "session_id": 0}
    for number in (LARGE, 2**63):
        url = row.url.format(**real | dict.fromkeys(IDS, number))
        answer = ask(app, make, world, Row(row.endpoint, row.method, url, row.least, row.form, row.json), admin(make))
        assert answer.status_code < 500
        if url != row.url.format(**real):
            assert answer.status_code == 404
    url = row.url.format(**real)
    changed = Row(row.endpoint, row.method, url, row.least, row.form, row.json, row.headers)
    assert ask(app, make, large, changed, admin(make)).status_code < 500


@pytest.mark.parametrize("digits", [19, 30, 5000])
def test_no_page_or_list_breaks_on_a_number_without_end(
    world: World,
    owner: Caller,
    signed_in: Callable[[Caller], FlaskClient],
    api: Callable[[Caller | None], Api],
    digits: int,
) -> None:
    page, program = signed_in(owner), api(owner)
    for path in LISTS:
        url = path.format(**world.places) + "9" * digits
        if url.startswith("/api/v1"):
            assert program.get(url.removeprefix("/api/v1"))[0] < 500, path
        else:
            assert page.get(url).status_code < 500, path
    for path in CURSORS:
        status, _ = program.get(path.format(**world.places), query_string={"cursor": write_cursor("9" * digits)})
        assert status == 422, path


@pytest.mark.parametrize("number", [2**63, LARGE, -LARGE])
def test_no_body_breaks_on_a_number_that_no_row_can_have(
    world: World,
    owner: Caller,
    signed_in: Callable[[Caller], FlaskClient],
    api: Callable[[Caller | None], Api],
    number: int,
) -> None:
    page, program, places = signed_in(owner), api(owner), world.places
    passage = {"start": 0, "end": 6, "revision": number}
    coding = {"code_id": places["code"], "start": 0, "end": 6, "quote": "วันนี้", "revision": 1}
    asked = [
        program.post(f"/entries/{places['entry']}/comments", {"body": "x", "parent_id": number}),
        program.post(f"/entries/{places['entry']}/comments", {"body": "x", "passage": passage}),
        program.post(f"/projects/{places['slug']}/codes", {"name_th": "ก", "parent_id": number}),
        *(program.post(f"/sources/{places['source']}/codings", coding | {name: number}) for name in coding),
        *(program.patch(f"/codings/{places['coding']}", {name: number}) for name in ("code_id", "start", "revision")),
    ]
    for status, answer in asked:
        assert status == 422, answer
    slug, word = places["slug"], str(number)
    forms = (
        (f"/p/{slug}/e/{places['number']}/comments", {"body": "x", "parent_id": word}),
        (f"/p/{slug}/e/{places['number']}/comments", {"body": "x", "start": "0", "end": word, "revision": word}),
        (f"/p/{slug}/e/{places['number']}/comments", {"body": "x", "start": "0", "end": "6", "revision": "0"}),
        (f"/p/{slug}/e/{places['number']}/history/1/restore", {"base": word}),
        (f"/p/{slug}/codebook/{places['code']}/merge", {"into": word}),
        (f"/p/{slug}/codebook/{places['code']}/move", {"parent_id": word}),
        (f"/p/{slug}/codebook/{places['code']}/move", {"step": word}),
        (f"/p/{slug}/codebook/new", {"name_th": "ข", "parent_id": word, "color": word}),
        (f"/p/{slug}/review/{places['coding']}/accept", {"start": word, "end": word, "revision": word, "page": word}),
    )
    for path, form in forms:
        assert page.post(path, data=form).status_code < 500, path
