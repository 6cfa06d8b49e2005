"""The app served from this process to many tests: opening it costs seconds, a project in it next to nothing."""

from __future__ import annotations

import shutil
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from werkzeug.serving import make_server

from kmwiki import db
from kmwiki.comments.service import add_comment
from kmwiki.config import Settings
from kmwiki.db import transaction
from kmwiki.search import index, outbox
from kmwiki.sources.models import Source
from tests.conftest import strict
from tests.make import Make
from tests.make_coding import Desk, make_desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

    from kmwiki.security.policy import Caller

LAPTOP, PHONE = (1280, 900), (390, 844)


@dataclass
class Served:
    """The address of the instance, builders in it, and the browser that looks at it."""

    base: str
    make: Make
    browser: Browser
    contexts: dict[tuple[int, int], BrowserContext] = field(default_factory=dict)
    pages: list[Page] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)

    def desk(self, body: str, *, said: str = "", body_format: str = "markdown") -> Desk:
        """Make a project with an entry, a coder, a code, and a comment if something is to be said."""
        made = make_desk(self.make, body=body, body_format=body_format)
        if said:
            with transaction() as s:
                add_comment(s, made.coder, s.get_one(Source, made.source_id), body=said)
        return made

    def open(self, desk: Desk, by: Caller | None = None, *, more: str = "", size: tuple[int, int] = LAPTOP) -> Page:
        """Open the entry as its coder or as somebody else, on a laptop or a phone."""
        context = self._context(size)
        self.sign_in(context, by or desk.coder)
        page = context.new_page()
        page.on("pageerror", lambda error: self.strays.append(str(error)))
        page.on("console", lambda message: self._said(message.type, message.text))
        page.goto(f"/p/{desk.project.slug}/e/{desk.entry.number}{more}")
        self.pages.append(page)
        return page

    def sign_in(self, context: BrowserContext, caller: Caller) -> None:
        """Let the pages of this context be asked for by the caller from now on."""
        assert caller.user_id is not None
        secret = self.make.sign_in(caller.user_id, lasts=timedelta(hours=1))
        context.add_cookies([{"name": "kmwiki", "value": secret, "url": self.base}])

    def _context(self, size: tuple[int, int]) -> BrowserContext:
        if size not in self.contexts:
            is_phone = size == PHONE
            made = self.browser.new_context(
                locale="th-TH",
                viewport={"width": size[0], "height": size[1]},
                base_url=self.base,
                has_touch=is_phone,
                is_mobile=is_phone,
            )
            made.set_default_timeout(15_000)
            self.contexts[size] = made
        return self.contexts[size]

    def _said(self, kind: str, text: str) -> None:
        if kind == "error" and "Failed to load resource" not in text:
            self.strays.append(text)

    def end(self) -> list[str]:
        """Close the pages of a test; give what went astray on them."""
        for page in self.pages:
            page.close()
        strays = [*self.strays]
        self.pages.clear()
        self.strays.clear()
        return strays


@contextmanager
def serve(folder: Path, empty_database: Path, browser: Browser) -> Iterator[Served]:
    """Bind a fresh instance in this folder and serve it until the block ends."""
    instance = folder / "instance"
    (instance / "originals").mkdir(parents=True)
    (instance / "secret").write_text("a secret for tests only", encoding="ascii")
    (instance / "secret").chmod(0o600)
    shutil.copy(empty_database, instance / "kmwiki.sqlite")
    settings = Settings.from_environment({}, instance=instance)
    db.bind(settings.database)
    index.bind(settings)
    outbox.listen()
    server = make_server("127.0.0.1", 0, strict(settings), threaded=True)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    opened = Served(f"http://127.0.0.1:{server.server_port}", Make(), browser)
    try:
        yield opened
    finally:
        for context in opened.contexts.values():
            context.close()
        server.shutdown()
        serving.join()
        server.server_close()
        index.release()
        db.release()
