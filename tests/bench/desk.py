"""Figures of the desk in a real browser: from the click to a page that can be used, with many codings."""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING

from waitress.server import create_server

from tests.bench.timing import Figure, percentile
from tests.bench.writing import body, code_many, make_entry
from tests.browser.chromium import open_browser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext

    from tests.bench.stage import Stage

RUNS = 5
PEER = "aim < 1000; peer 6600-9000 at 500"


def figures(stage: Stage) -> Iterator[Figure]:
    """Measure."""
    opened = socket.socket()
    opened.bind(("127.0.0.1", 0))
    server = create_server(stage.app, sockets=[opened], threads=8)
    threading.Thread(target=server.run, daemon=True).start()
    base = f"http://127.0.0.1:{opened.getsockname()[1]}"
    cookie = stage.client.get_cookie("kmwiki", domain="localhost")
    try:
        with open_browser() as browser:
            context = browser.new_context(locale="th-TH", viewport={"width": 1280, "height": 900})
            context.add_cookies([{"name": "kmwiki", "value": cookie.value if cookie else "", "url": base}])
            for wanted, limit in ((60, "aim < 1000"), (500, PEER), (1000, "aim < 3000")):
                entry = make_entry(stage, body(max(10, wanted // 4), seed=wanted), f"โต๊ะ {wanted} ช่วง")
                code_many(stage, entry, wanted)
                took = [open_once(context, base + entry["url"]) for _ in range(RUNS)]
                middle, high = percentile(took, 50), percentile(took, 95)
                yield Figure("open an entry (browser, usable)", f"{wanted} codings", RUNS, middle, high, limit)
            took = add_many(context, base + entry["url"])
            middle, high = percentile(took, 50), percentile(took, 95)
            yield Figure("add a coding (browser, drawn)", f"entry of {wanted} codings", len(took), middle, high)
    finally:
        server.close()


def open_once(context: BrowserContext, address: str) -> float:
    """Open the page in a new tab; return the milliseconds until its first mark can be seen and clicked."""
    page = context.new_page()
    started = time.perf_counter()
    page.goto(address, wait_until="load")
    page.locator("#text mark").first.click(trial=True)
    took = (time.perf_counter() - started) * 1000
    page.close()
    return took


def add_many(context: BrowserContext, address: str) -> list[float]:
    """Code words with the keyboard; return for each the milliseconds from Enter until it is drawn."""
    page = context.new_page()
    page.goto(address, wait_until="load")
    found = page.locator("#codings [data-count]")
    page.keyboard.press("k")
    took = []
    for _ in range(RUNS):
        before = found.inner_text()
        page.keyboard.press("Control+ArrowRight")
        page.keyboard.press("w")
        page.keyboard.press("Enter")
        page.locator("#code-options [aria-selected=true]").wait_for()
        started = time.perf_counter()
        page.keyboard.press("Enter")
        page.locator("#code-pop").wait_for(state="hidden")
        took.append((time.perf_counter() - started) * 1000)
        if found.inner_text() == before:
            raise RuntimeError("nothing was added")
    page.close()
    return took
