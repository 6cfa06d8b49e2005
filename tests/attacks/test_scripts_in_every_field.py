"""Hostile texts in every field that a text can be put into, and every page opened in a real browser: nothing runs.

`make check` turns the payloads through the fields; `make soak` puts every payload into every field.
"""

from __future__ import annotations

import io
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module
from pkgutil import iter_modules
from string import Formatter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Error
from sqlalchemy import select
from werkzeug.serving import make_server

from kmwiki.accounts import administration, queries
from kmwiki.accounts.models import Project
from kmwiki.coding import codings
from kmwiki.coding.codebook.codes import create_code
from kmwiki.coding.schemas import CodeIn, CodingIn
from kmwiki.comments.service import add_comment
from kmwiki.db import session, transaction
from kmwiki.entries.kinds import KINDS
from kmwiki.entries.schemas import EntryIn
from kmwiki.entries.service import create_entry
from kmwiki.errors import KmwikiError
from kmwiki.exchange.importing import job as imports
from kmwiki.exchange.importing import spool
from kmwiki.exchange.importing.model import Options
from kmwiki.jobs.worker import Worker
from kmwiki.main import job_kinds
from kmwiki.sources.models import Revision, Source
from tests.house import matrix
from tests.house.world import World, build_world
from tests.make_attacks import PAYLOADS, Wheel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Request, Response

    from kmwiki.config import Settings
    from kmwiki.entries.kinds import Field
    from kmwiki.security.policy import Caller
    from tests.make import Make

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BODY = "วันนี้มีประชุมทีมสนับสนุน มาครบทุกคน"
WATCH = """addEventListener("securitypolicyviolation",
    e => console.error("VIOLATION " + e.violatedDirective + " " + e.sample))"""


def test_the_corpus_is_not_small() -> None:
    assert len(set(PAYLOADS)) >= 100


@dataclass
class Target:
    """The instance that is attacked: its world, the one who looks at every page, and what was planted."""

    world: World
    owner: Caller
    project: Project
    numbers: list[int] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)
    jobs: list[int] = field(default_factory=list)


def field_value(each: Field, wheel: Wheel) -> Any:
    """Return a payload as a kind's own field takes it; None for a field that takes no free text."""
    if each.type == "text":
        return wheel.line(400)
    if each.type == "longtext":
        return wheel.text(400)
    if each.type == "rows":
        return [{column.key: value for column in each.columns if (value := field_value(column, wheel)) is not None}]
    return None


def plant_entry(target: Target, kind: str, wheel: Wheel, body: str, body_format: str) -> None:
    """Write a note with a payload in everything that can hold one, comments and a coded passage included."""
    fields = {each.key: value for each in KINDS[kind].fields if (value := field_value(each, wheel)) is not None}
    with transaction() as opened:
        given = {
            "kind": kind,
            "title": wheel.line(),
            "lead": wheel.line(300),
            "body": f"{body}\n\n{BODY}",
            "body_format": body_format,
            "tags": [wheel.line(40), wheel.line(40)],
            "authors": [wheel.line(80)],
            "fields": fields,
            "status": "published",
            "reason": wheel.line(),
        }
        entry = create_entry(opened, target.owner, target.project, EntryIn.model_validate(given))
        opened.flush()
        target.numbers.append(entry.number)
        source = opened.get_one(Source, entry.source_id)
        first = add_comment(opened, target.owner, source, body=wheel.text(), author_name=wheel.line(80))
        opened.flush()
        add_comment(opened, target.owner, source, body=wheel.text(), body_format="plain", parent_id=first.id)
        reading = opened.scalars(select(Revision.reading_text).where(Revision.source_id == source.id)).one()
        at = max(reading.find(BODY[:10]), 0)
        quote_ = reading[at : at + 10]
        passage = CodingIn(
            code_id=target.world.places["code"], start=at, end=at + 10, quote=quote_, memo=wheel.text(500)
        )
        codings.add_coding(opened, target.owner, source, passage)


def plant_codes(target: Target, wheel: Wheel, count: int) -> None:
    """Write codes whose every word is a payload; names that there are already are left out."""
    for _ in range(count):
        given: dict[str, Any] = {
            name: wheel.text(500) for name in ("definition", "include", "exclude", "example", "reason")
        }
        given |= {"name_th": wheel.line(60), "name_en": wheel.line(60), "aliases": [wheel.line(60)]}
        with suppress(KmwikiError), transaction() as opened:
            code = create_code(opened, target.owner, target.project, CodeIn.model_validate(given))
            opened.flush()
            target.codes.append(code.id)


def plant_people(target: Target, make: Make, wheel: Wheel, count: int) -> None:
    """Give members payloads for names and affiliations, and the project too."""
    for number in range(count):
        member = make.member(target.project, "reader", user=make.user(wheel.line(80), email=f"x{number}@example.org"))
        with suppress(KmwikiError), transaction() as opened:  # signs that nobody sees are refused in a name
            administration.set_profile(opened, member, called=wheel.line(50), affiliation=wheel.line(80))
    with transaction() as opened:
        project = opened.get_one(Project, target.project.id)
        project.name, project.description = wheel.line(80), wheel.text(300)


def plant_files(target: Target, settings: Settings, wheel: Wheel, count: int) -> None:
    """Import files that are named and filled with payloads, once looked over and once for real."""
    imports.bind(settings)
    files = [
        (f"{wheel.line(100).replace('/', '∕')}.txt", io.BytesIO(f"{wheel.line()}\n\n{wheel.text()}\n{number}".encode()))
        for number in range(count)
    ]
    token, _ = spool.put(settings, target.owner, files)
    with transaction() as opened:
        looked = imports.ask(opened, target.owner, target.project, token, Options(), is_dry=True)
        real = imports.ask(opened, target.owner, target.project, token, Options(), is_dry=False)
    target.jobs += [looked.id, real.id]


@pytest.fixture
def target(make: Make) -> Target:
    """The world of the permission matrix, and its admin who owns the project too."""
    world = build_world(make)
    user = make.user("ผู้มองหา", is_admin=True)
    with session() as opened:
        project = queries.project_by_slug(opened, world.places["slug"])
    assert project is not None
    return Target(world, make.member(project, "owner", user=user), project)


@pytest.fixture
def base(strict_app: Flask) -> Iterator[str]:
    """The address of the app, served from a thread."""
    strict_app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    server = make_server("127.0.0.1", 0, strict_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def pages(target: Target) -> list[str]:
    """Return the address of every page: from the rows of the permission matrix, and those of what was planted."""
    rows = [
        row
        for module in iter_modules(matrix.__path__)
        for row in import_module(f"{matrix.__name__}.{module.name}").ROWS
    ]
    ending = ("/sign-out", "/link/")
    found = []
    for row in rows:
        names = {name for _, name, _, _ in Formatter().parse(row.url) if name}
        is_file = "/files/" in row.url  # an image alone is shown by the browser's own page, which trips over our policy
        if row.method != "GET" or row.url.startswith(("/api/", *ending)) or is_file:
            continue
        places = {**target.world.places, "job": target.jobs[0]}
        if names <= places.keys():
            found.append(row.url.format(**places))
    slug = target.project.slug
    found += [f"/p/{slug}/e/{number}" for number in target.numbers]
    found += [f"/p/{slug}/e/{number}{part}" for number in target.numbers[-2:] for part in ("/edit", "/history/1")]
    found += [f"/p/{slug}/codebook/{code}{part}" for code in target.codes[:3] for part in ("", "/edit")]
    found += [f"/p/{slug}/jobs/{job}" for job in target.jobs]
    return list(dict.fromkeys(found))


def watch(context: BrowserContext, base: str, seen: list[str]) -> None:
    """Note what must not happen: a dialog, a violated policy, an error of a script, a request elsewhere, a fault."""

    def hear_dialog(dialog: Dialog) -> None:
        seen.append(f"dialog on {dialog.page.url if dialog.page else '?'}")
        dialog.dismiss()

    def hear_console(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            seen.append(message.text[:300])

    def hear_request(request: Request) -> None:
        if not request.url.startswith((base, "data:", "blob:")):
            seen.append(f"asked for {request.url}")

    def hear_response(response: Response) -> None:
        if response.status >= 500:
            seen.append(f"{response.status} {response.url}")

    context.on("dialog", hear_dialog)
    context.on("console", hear_console)
    context.on("request", hear_request)
    context.on("response", hear_response)
    context.on("weberror", lambda error: seen.append(str(error.error)))
    context.add_init_script(WATCH)


def look_everywhere(browser: Browser, target: Target, make: Make, base: str, asked: list[str]) -> tuple[int, list[str]]:
    """Open every page and search for every payload as the owner; return how many pages and what went wrong on which."""
    seen: list[str] = []
    told: list[str] = []
    addresses = pages(target) + [f"/p/{target.project.slug}/search?q={quote(query)}" for query in asked]
    assert target.owner.user_id is not None
    context = browser.new_context(locale="th-TH")
    secret = make.sign_in(target.owner.user_id, lasts=timedelta(hours=1))
    context.add_cookies([{"name": "kmwiki", "value": secret, "url": base}])
    watch(context, base, seen)
    page = context.new_page()
    for address in addresses:
        try:
            page.goto(f"{base}{address}")
        except Error as error:
            if "Download" not in str(error):  # a file is kept, not shown
                raise
            continue
        page.keyboard.press("Tab")
        if page.evaluate("typeof window.ran !== 'undefined' || document.title === '49'"):
            seen.append("a marker was set")
        told += [f"{address}: {what}" for what in seen]
        seen.clear()
    context.close()
    return len(addresses), told


def test_nothing_planted_anywhere_runs_on_any_page(
    browser: Browser, target: Target, make: Make, settings: Settings, base: str
) -> None:
    wheel = Wheel()
    kinds = list(KINDS)
    for number, payload in enumerate(PAYLOADS[::16]):
        plant_entry(target, kinds[number % len(kinds)], wheel, payload, "markdown")
    plant_entry(target, kinds[0], wheel, "\n\n".join(PAYLOADS), "plain")
    plant_entry(target, kinds[1], wheel, "\n\n".join(PAYLOADS), "markdown")
    plant_codes(target, wheel, 6)
    plant_people(target, make, wheel, 12)
    plant_files(target, settings, wheel, 12)
    Worker(job_kinds()).drain()
    count, told = look_everywhere(browser, target, make, base, PAYLOADS[::12])
    assert not told, "\n".join(told)
    assert count > 60


@pytest.mark.soak
def test_every_payload_in_every_field_runs_nowhere(
    browser: Browser, target: Target, make: Make, settings: Settings, base: str
) -> None:
    kinds = list(KINDS)
    for number, payload in enumerate(PAYLOADS):
        plant_entry(target, kinds[number % len(kinds)], Wheel(number), payload, "markdown")
        plant_codes(target, Wheel(number), 1)
    plant_people(target, make, Wheel(), len(PAYLOADS))
    plant_files(target, settings, Wheel(), len(PAYLOADS))
    Worker(job_kinds()).drain()
    _, told = look_everywhere(browser, target, make, base, PAYLOADS)
    assert not told, "\n".join(told)
