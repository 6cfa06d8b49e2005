"""Every page family as people meet it: axe finds nothing, nothing scrolls sideways, nothing leaves the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import watch

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.browser.conftest import Site

pytestmark = pytest.mark.browser

FAMILIES = {
    "home": "/p/demo/",
    "entries": "/p/demo/entries",
    "kinds": "/p/demo/entries/new",
    "editor": "/p/demo/entries/new?kind=meeting",
    "edit": "/p/demo/e/1/edit",
    "meeting": "/p/demo/e/1",
    "reflection": "/p/demo/e/5",
    "table": "/p/demo/e/7",
    "history": "/p/demo/e/1/history",
    "search": "/p/demo/search?q=กองทุน",
    "search without a hit": "/p/demo/search?q=zzqqx",
    "search, empty": "/p/demo/search",
    "codebook": "/p/demo/codebook",
    "code": "/p/demo/codebook/2",
    "edit a code": "/p/demo/codebook/2/edit",
    "merge a code": "/p/demo/codebook/2/merge",
    "codebook history": "/p/demo/codebook/history",
    "undo of a change": "/p/demo/codebook/history/1/undo",
    "split a code": "/p/demo/codebook/5/split",
    "groups of codes": "/p/demo/codebook/groups",
    "passages": "/p/demo/passages",
    "passages found": "/p/demo/passages?code=any&op1=near&code1=any&by=place",
    "saved questions": "/p/demo/passages/saved",
    "save a question": "/p/demo/passages/saved/new?code=any",
    "review": "/p/demo/review",
    "rounds": "/p/demo/rounds",
    "board of a round": "/p/demo/rounds/1",
    "set up a round": "/p/demo/rounds/new",
    "round compared": "/p/demo/rounds/1/compare",
    "text side by side": "/p/demo/rounds/1/compare/3",
    "import": "/p/demo/import",
    "imports": "/p/demo/imports",
    "imports to look over": "/p/demo/imports/look-over",
    "quote": "/q/1",
    "suggested codes": "/p/demo/e/9/suggest",
    "memos": "/p/demo/memos",
    "memo": "/p/demo/memos/2",
    "write a memo": "/p/demo/memos/new?about=entry:20",
    "history of a memo": "/p/demo/memos/2/history?no=1",
    "dictionary": "/p/demo/dictionary",
    "personal data": "/p/demo/settings/personal",
    "members": "/p/demo/members",
    "settings": "/p/demo/settings",
    "bin": "/p/demo/bin",
    "me": "/me",
    "people": "/admin/users",
    "mail": "/admin/mail",
    "log of the site": "/admin/audit",
    "log of the project": "/p/demo/activity-log?from=31/31/31",
    "forgotten password": "/forgotten",
    "new project": "/projects/new",
    "lost": "/p/demo/nothing-here",
}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
VIEWS: list[dict[str, Any]] = [
    {"locale": "th", "viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    {"locale": "en", "viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
]


def context_like(browser: Browser, page: Page, site: Site, view: dict[str, Any]) -> BrowserContext:
    """Open a context in which the same person is signed in, in another language, size and colour."""
    made = browser.new_context(base_url=site.base, storage_state=page.context.storage_state(), **view)
    made.set_default_timeout(15_000)
    return made


def complaints(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:200]}" for rule in found]


def sideways(page: Page) -> int:
    """Return by how many pixels a page is wider than the narrowest phone."""
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({"width": 320, "height": 700})
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    page.set_viewport_size(size)
    return int(over)


@pytest.mark.slow
@pytest.mark.parametrize("view", VIEWS, ids=["th-light-1280", "en-dark-390"])
def test_every_page_is_clean(browser: Browser, page: Page, site: Site, strays: list[str], view: dict[str, Any]) -> None:
    """Axe finds nothing, no page scrolls sideways on the narrowest phone, asks elsewhere or breaks its policy."""
    if view["locale"] == "en":
        page.goto("/me")
        page.locator("[popovertarget=me]").click()
        page.locator("#me button[value=en]").click()
        expect(page.locator("html[lang=en]")).to_be_attached()
    context = context_like(browser, page, site, view)
    watch(context, site, strays)
    found: dict[str, list[str]] = {}
    for name, path in FAMILIES.items():
        opened = context.new_page()
        opened.goto(path)
        assert opened.locator("h1").count() == 1, f"{name} has {opened.locator('h1').count()} first headings"
        assert opened.locator(f"html[lang={view['locale']}]").count() == 1, name
        problems = complaints(opened)
        if over := sideways(opened):
            problems.append(f"{over} pixels wider than 320")
        if problems:
            found[name] = problems
        opened.close()
    context.close()
    assert not found, "\n".join(f"{name}: {problem}" for name, problems in found.items() for problem in problems)
    assert strays == []


def test_the_gate_is_clean_too(browser: Browser, site: Site) -> None:
    for view in VIEWS:
        context = browser.new_context(base_url=site.base, **view)
        opened = context.new_page()
        for path in ("/sign-in", site.link, "/link/unknown", "/nothing"):
            opened.goto(path)
            assert complaints(opened) == [], path
        context.close()


def wait_for_the_index(page: Page, words: str) -> None:
    """Wait until the notes that were just made are found."""
    for _ in range(100):
        page.goto(f"/p/demo/search?q={words}")
        if page.locator("main h3 a").count():
            return
        page.wait_for_timeout(200)
    pytest.fail(f"{words} was not found in time")


def test_without_scripts_one_reads_searches_lists_and_comments(browser: Browser, page: Page, site: Site) -> None:
    wait_for_the_index(page, "น้าปุก")
    context = context_like(browser, page, site, {"java_script_enabled": False, "locale": "th"})
    opened = context.new_page()
    opened.goto("/p/demo/")
    opened.locator(".bar-search input").fill("น้าปุก")
    opened.locator(".bar-search input").press("Enter")
    opened.locator("main h3 a").first.click()
    expect(opened.locator("#text mark.k").first).to_be_visible()
    expect(opened.locator("#codings .coding").first).to_be_visible()
    form = opened.locator("#comments form:has(textarea)").last
    form.locator("textarea").fill("ความเห็นที่ส่งโดยไม่มีสคริปต์")
    form.locator("button[type=submit]").last.click()
    expect(opened.locator("#comments")).to_contain_text("ความเห็นที่ส่งโดยไม่มีสคริปต์")
    context.close()


def test_the_menus_open_by_keyboard_and_the_look_is_kept(page: Page) -> None:
    page.goto("/p/demo/")
    page.keyboard.press("/")
    expect(page.locator("#bar-q")).to_be_focused()
    person = page.locator("[popovertarget=me]")
    person.focus()
    page.keyboard.press("Enter")
    expect(person).to_have_attribute("aria-expanded", "true")
    page.locator("#me button[value=dark]").click()
    expect(page.locator("html[data-theme=dark]")).to_be_attached()
    page.reload()
    expect(page.locator("html[data-theme=dark]")).to_be_attached()


def test_the_side_menu_is_a_drawer_on_the_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/p/demo/entries")
    menu = page.locator("#nav")
    expect(menu).to_be_hidden()
    page.locator("[popovertarget=nav]").click()
    expect(menu.locator("[aria-current=page]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
