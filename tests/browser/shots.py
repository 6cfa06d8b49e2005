"""Takes the pictures of README and docs anew: `make shots`.

Starts the program on a scratch instance with the demo project.
"""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.browser.chromium import open_browser
from tests.program import Program

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"

PAGES = {
    "home": "/p/demo/",
    "entries": "/p/demo/entries",
    "entry": "/p/demo/e/4",
    "meeting": "/p/demo/e/1",
    "write": "/p/demo/entries/new?kind=fieldnote",
    "search": "/p/demo/search?q=๔๐ คน",
    "codebook": "/p/demo/codebook",
    "import": "/p/demo/import",
    "members": "/p/demo/members",
}
"""What is pictured, by the name of the picture."""

WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


def main() -> None:
    """Write every picture into docs/pictures: wide and light, on the phone and dark."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        program = Program(Path(folder))
        link = program.run("init").stdout.split()[-1]
        port = free_port()
        server = program.serve(port)
        try:
            with open_browser() as browser:
                take_all(browser, f"http://127.0.0.1:{port}", link.partition("/link/")[2])
        finally:
            program.stop(server)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def take_all(browser: Browser, address: str, secret: str) -> None:
    """Sign in once with the link and picture every page in both views."""
    first = browser.new_context(locale="th")
    page = first.new_page()
    page.goto(f"{address}/link/{secret}")
    page.locator("main form button.btn--primary").click()
    state = first.storage_state()
    for suffix, size, colours in (("1280", WIDE, "light"), ("390-dark", PHONE, "dark")):
        context = browser.new_context(locale="th", viewport=size, color_scheme=colours, storage_state=state)  # type: ignore[arg-type]
        for name, path in PAGES.items():
            take(context, address + path, PICTURES / f"{name}-{suffix}.png")


def take(context: BrowserContext, address: str, file: Path) -> None:
    """Picture one page once its letters have come."""
    page = context.new_page()
    answer = page.goto(address)
    if answer is None or not answer.ok:
        raise AssertionError(f"{address} answered {answer.status if answer else 'nothing'}")
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(300)
    page.screenshot(path=file)
    page.close()
    sys.stderr.write(f"{file.name}\n")


if __name__ == "__main__":
    main()
