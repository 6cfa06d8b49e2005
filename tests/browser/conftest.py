"""A served instance and a person at a browser, whose every request must stay on this machine."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.conftest import free_port
from tests.program import Program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request


@dataclass
class Site:
    """The served site: its address and the first one-time link."""

    base: str
    link: str


@dataclass
class Started:
    """An instance after its first start, stopped again: its folder, and the path of the link that nobody has used."""

    folder: Path
    link: str


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Started:
    """A first start with the demo project, indexed to the end; tests copy it."""
    program = Program(tmp_path_factory.mktemp("started") / "instance")
    server = program.serve(free_port())
    assert server.stdout is not None
    link = urlsplit(server.stdout.readline().strip()).path
    for _ in range(100):
        if program.run("search", "check").returncode == 0:
            break
    else:
        pytest.fail("the demo was not indexed in time")
    program.stop(server)
    return Started(program.instance, link)


@pytest.fixture
def site(started: Started, program: Program, port: int) -> Site:
    """The program as a newcomer finds it, with the demo project."""
    shutil.copytree(started.folder, program.instance)
    program.serve(port)
    base = f"http://127.0.0.1:{port}"
    return Site(base, base + started.link)


@pytest.fixture
def strays() -> list[str]:
    """What must stay empty: requests to elsewhere, policy violations, errors of scripts."""
    return []


def watch(context: BrowserContext, site: Site, strays: list[str]) -> None:
    """Note every request to elsewhere, every breach of the content policy and every error of a script."""

    def watch_request(request: Request) -> None:
        if not request.url.startswith((site.base, "data:", "blob:")):
            strays.append(f"asked for {request.url}")

    def watch_console(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            strays.append(message.text)

    context.on("request", watch_request)
    context.on("console", watch_console)
    context.on("weberror", lambda error: strays.append(str(error.error)))


@pytest.fixture
def context(browser: Browser, site: Site, strays: list[str]) -> Iterator[BrowserContext]:
    """A new profile, Thai, on a laptop's screen."""
    made = browser.new_context(locale="th-TH", viewport={"width": 1280, "height": 900}, base_url=site.base)
    made.set_default_timeout(15_000)
    watch(made, site, strays)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext, site: Site) -> Page:
    """A page of the admin, who came in by the first link."""
    opened = context.new_page()
    opened.goto(site.link)
    opened.locator("main form button.btn--primary").click()
    opened.wait_for_url(lambda url: "/link/" not in url)
    return opened


def select_words(page: Page, words: str, *, inside: str = "#text") -> None:
    """Drag the mouse over the words' first occurrence, as a person does."""
    box = page.evaluate(
        """([words, inside]) => {
            const root = document.querySelector(inside);
            const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
            for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                const at = node.data.indexOf(words);
                if (at < 0) continue;
                node.parentElement.scrollIntoView({block: "center"});
                const range = document.createRange();
                range.setStart(node, at);
                range.setEnd(node, at + words.length);
                const rects = [...range.getClientRects()];
                const first = rects[0], last = rects[rects.length - 1];
                return [first.left, first.top + first.height / 2, last.right, last.top + last.height / 2];
            }
            return null;
        }""",
        [words, inside],
    )
    assert box, f"{words} does not stand in {inside}"
    page.mouse.move(box[0] + 1, box[1])
    page.mouse.down()
    page.mouse.move((box[0] + box[2]) / 2, box[3])
    page.mouse.move(box[2] - 1, box[3])
    page.mouse.up()
