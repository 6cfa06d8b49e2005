"""Takes the pictures of README and docs anew: `make shots`.

Starts the program on a scratch instance with the demo project. `python -m tests.browser.shots --all FOLDER` takes
instead every page of every family in Thai and English, light and dark, wide and on the phone, to be looked at, with a
sheet of all pictures of a view side by side.
"""

from __future__ import annotations

import argparse
import socket
import sys
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from tests.browser.chromium import open_browser
from tests.program import Program

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, BrowserContext

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"

PAGES = {
    "home": "/p/demo/",
    "entries": "/p/demo/entries",
    "entry": "/p/demo/e/4",
    "meeting": "/p/demo/e/1",
    "synthesis": "/p/demo/e/24",
    "write": "/p/demo/entries/new?kind=fieldnote",
    "search": "/p/demo/search?q=๔๐ คน",
    "codebook": "/p/demo/codebook",
    "passages": "/p/demo/passages?code=any&op1=overlap&code1=any&by=place",
    "import": "/p/demo/import",
    "import-review": "/p/post/e/1/review",
    "review": "/p/demo/review",
    "round": "/p/demo/rounds/1",
    "round-text": "/p/demo/rounds/1/compare/3",
    "code-split": "/p/demo/codebook/5/split",
    "quote": "/q/1",
    "dictionary": "/p/demo/dictionary",
    "concordance": "/p/demo/kwic?q=กองทุน",
    "words": "/p/demo/words",
    "memos": "/p/demo/memos",
    "members": "/p/demo/members",
}
"""What is pictured, by the name of the picture."""

EVERY_PAGE = PAGES | {
    "home-empty": "/p/empty/",
    "rounds": "/p/demo/rounds",
    "rounds-empty": "/p/empty/rounds",
    "round-new": "/p/demo/rounds/new",
    "round-compare": "/p/demo/rounds/1/compare",
    "entries-empty": "/p/empty/entries",
    "entries-none": "/p/demo/entries?q=zzqqx",
    "kinds": "/p/demo/entries/new",
    "edit": "/p/demo/e/2/edit",
    "aar": "/p/demo/e/2",
    "note-public": "/p/demo/e/23",
    "hint-read": "/p/demo/e/21?step=read",
    "hint-write": "/p/demo/entries/new?step=write",
    "hint-search": "/p/demo/search?q=๔๐ คน&step=search",
    "hint-invite": "/p/demo/members?step=invite",
    "history": "/p/demo/e/4/history",
    "revision": "/p/demo/e/4/history/2",
    "search-start": "/p/demo/search",
    "search-none": "/p/demo/search?q=zzqqx",
    "search-wrong": "/p/demo/search?q=(กองทุน",
    "search-empty": "/p/empty/search?q=กองทุน",
    "codebook-empty": "/p/empty/codebook",
    "code": "/p/demo/codebook/2",
    "code-edit": "/p/demo/codebook/2/edit",
    "code-merge": "/p/demo/codebook/2/merge",
    "codebook-history": "/p/demo/codebook/history",
    "codebook-undo": "/p/demo/codebook/history/1/undo",
    "codebook-groups": "/p/demo/codebook/groups",
    "review-empty": "/p/empty/review",
    "import-empty": "/p/empty/import",
    "imports": "/p/post/imports",
    "imports-empty": "/p/empty/imports",
    "concordance-empty": "/p/empty/kwic",
    "words-empty": "/p/empty/words",
    "compare": "/p/demo/words/compare?q=กองทุน",
    "stop-words": "/p/demo/words/stop",
    "searches": "/p/demo/searches",
    "memos-empty": "/p/empty/memos",
    "notices": "/me/notices",
    "dictionary-empty": "/p/empty/dictionary",
    "personal": "/p/demo/settings/personal",
    "members-empty": "/p/empty/members",
    "settings": "/p/demo/settings",
    "activity": "/p/demo/activity-log",
    "activity-empty": "/p/empty/activity-log",
    "bin": "/p/demo/bin",
    "projects": "/",
    "project-new": "/projects/new",
    "me": "/me",
    "people": "/admin/users",
    "mail": "/admin/mail",
    "audit": "/admin/audit",
    "error-404": "/p/demo/nothing-here",
}
"""What is looked at beside: every family, empty ones and errors too."""

VISITOR_PAGES = {
    "sign-in": "/sign-in",
    "forgotten": "/forgotten",
    "link-old": "/link/nothing",
    "visitor-public": "/p/demo/e/23",
    "visitor-404": "/nothing-here",
}

POST = """สองวันที่บ้านทุ่งสมมุติ: เงินศพกับเงินเทอม


วันนี้(๕ มี.ค. ๕๑) เราไปเวทีที่ศาลาวัดทุ่งสมมุติ จังหวัดพัทลุง มีคนมา ๔๐ คน นั่งเต็มทั้งสองฝั่ง

ป้าสมมุติเล่าว่ากองทุนวันละบาทเริ่มจากคนเจ็ดคน แล้วค่อย ๆ ชวนญาติเข้ามา ใครสงสัยให้โทร 080-000-0000

หมายเลขบันทึก: 900001เขียนเมื่อ 6 มีนาคม 2008 10:05 น. ()แก้ไขเมื่อ 7 มีนาคม 2008 08:00 น. ()สัญญาอนุญาต: จำนวนที่อ่านจำนวนที่อ่าน:


ความเห็น (3)

สวัสดีค่ะ ขอบคุณที่เล่าให้ฟังนะคะ อยากให้เล่าเรื่องค่าทำศพต่อค่ะ

เห็นด้วยครับ ที่บ้านผมก็เริ่มจากคนไม่กี่คน

ขอแย้งนิดเดียวค่ะ เงินเทอมไม่ควรมาจากก้อนเดียวกับเงินศพ

พบปัญหาการใช้งาน แจ้งที่นี่
ClassStart
"""
"""A post as it is copied from a page of a weblog, to have something imported to look over."""

WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


def main() -> None:
    """Write every picture into docs/pictures, or all views of all pages into the folder named behind `--all`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="look at all pages in all views")
    parser.add_argument("--view", default="", help="only the views whose name begins so, such as en-390")
    given = parser.parse_args()
    served(take_all if given.all is None else lambda *site: take_every(given.all, given.view, *site))


def served(take: Callable[[Browser, str, str], None]) -> None:
    """Serve a scratch instance and have its pictures taken."""
    with TemporaryDirectory() as folder:
        program = Program(Path(folder))
        link = program.run("init").stdout.split()[-1]
        post = Path(folder) / "900001.txt"
        post.write_text(POST, encoding="utf-8")
        program.run("project", "create", "post", "--name", "บันทึกที่นำเข้า")
        program.run("import", "post", str(post))
        port = free_port()
        server = program.serve(port)
        try:
            with open_browser() as browser:
                take(browser, f"http://127.0.0.1:{port}", link.partition("/link/")[2])
        finally:
            program.stop(server)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def take_all(browser: Browser, address: str, secret: str) -> None:
    """Sign in once with the link and picture every page in both views."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    state = signed_in(browser, address, secret)
    for suffix, size, colours in (("1280", WIDE, "light"), ("390-dark", PHONE, "dark")):
        context = browser.new_context(locale="th", viewport=size, color_scheme=colours, storage_state=state)  # type: ignore[arg-type]
        for name, path in PAGES.items():
            take(context, address + path, PICTURES / f"{name}-{suffix}.png")


def signed_in(browser: Browser, address: str, secret: str) -> Any:
    """Sign in with the one-time link and return what the browser keeps of it."""
    context = browser.new_context(locale="th")
    page = context.new_page()
    page.goto(f"{address}/link/{secret}")
    page.locator("main form button.btn--primary").click()
    page.wait_for_load_state()
    state = context.storage_state()
    context.close()
    return state


def take_every(folder: Path, only: str, browser: Browser, address: str, secret: str) -> None:
    """Picture every page, whole, in every view."""
    state = signed_in(browser, address, secret)
    context = browser.new_context(locale="th", storage_state=state)
    send(context, address, "/projects/new", {"name": "โครงการว่าง", "slug": "empty"})
    for locale, (size, wide), colours in product(("th", "en"), ((WIDE, 1280), (PHONE, 390)), ("light", "dark")):
        view = folder / f"{locale}-{wide}-{colours}"
        if not view.name.startswith(only):
            continue
        send(context, address, "/look", {"locale": locale})
        view.mkdir(parents=True, exist_ok=True)
        told: dict[str, Any] = {"locale": locale, "viewport": size, "color_scheme": colours}
        for pages, who in ((EVERY_PAGE, state), (VISITOR_PAGES, None)):
            opened = browser.new_context(storage_state=who, **told)
            for name, path in pages.items():
                take(opened, address + path, view / f"{name}.png", whole=True)
            opened.close()
        sheet(browser, view)
    printed(browser, address, state, folder)


def send(context: BrowserContext, address: str, path: str, form: dict[str, str]) -> None:
    """Send a form as the signed-in person."""
    page = context.new_page()
    page.goto(address + "/me")
    token = page.locator("meta[name=csrf-token]").get_attribute("content") or ""
    answer = context.request.post(address + path, form={**form, "csrf_token": token})
    page.close()
    if not answer.ok:
        raise AssertionError(f"{path} answered {answer.status}")


def sheet(browser: Browser, view: Path) -> None:
    """Put all pictures of a view side by side into one."""
    pictures = sorted(view.glob("*.png"))
    cells = "".join(
        f"<figure><img src='{each.name}'><figcaption>{each.stem}</figcaption></figure>" for each in pictures
    )
    style = (
        "body { display: grid; grid-template-columns: repeat(6, 1fr); gap: 8px } figure { margin: 0 }"
        "img { width: 100%; height: 300px; object-fit: cover; object-position: top }"
    )
    page = browser.new_page(viewport={"width": 1800, "height": 900})
    (view / "sheet.html").write_text(f"<!doctype html><style>{style}</style>{cells}", encoding="utf-8")
    page.goto((view / "sheet.html").as_uri())
    page.screenshot(path=view.with_suffix(".png"), full_page=True)
    page.close()


def printed(browser: Browser, address: str, state: Any, folder: Path) -> None:
    """Picture a note as it is printed, with the codes as notes."""
    context = browser.new_context(locale="th", viewport={"width": 794, "height": 1123}, storage_state=state)
    page = context.new_page()
    page.emulate_media(media="print")
    page.goto(f"{address}/p/demo/e/4")
    page.screenshot(path=folder / "printed.png", full_page=True)
    context.close()


def take(context: BrowserContext, address: str, file: Path, *, whole: bool = False) -> None:
    """Picture one page, or as much as the screen shows, once its letters have come."""
    page = context.new_page()
    answer = page.goto(address)
    is_there = answer is not None and (answer.ok or (whole and answer.status < 500))
    if not is_there:
        raise AssertionError(f"{address} answered {answer.status if answer else 'nothing'}")
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(100 if whole else 300)
    across = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if across > 0:
        sys.stderr.write(f"{file} is {across} px too wide\n")
    page.screenshot(path=file, full_page=whole)
    page.close()
    sys.stderr.write(f"{file.name}\n")


if __name__ == "__main__":
    main()
