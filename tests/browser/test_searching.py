"""Searching as a person does it: help while typing, facets, a hit that opens at its words, stepping to the next."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

WORD = "กองทุน"


def total(page: Page) -> int:
    """Return how many places the page says it found."""
    found = re.search(r"\d+", page.locator("#found").inner_text())
    assert found
    return int(found[0])


def wait_for_the_index(page: Page) -> None:
    """A new instance is still being indexed."""
    for _ in range(100):
        answered = page.goto(f"/p/demo/search?q={WORD}")
        if answered is not None and answered.ok:
            return
        page.wait_for_timeout(200)


def help_while_typing(page: Page) -> None:
    """Type the beginning of a word, look at the offers, close them, and search."""
    page.goto("/p/demo/search")
    box = page.locator("#q")
    box.press_sequentially(WORD[:5])
    offers = page.locator("#q-offers [role=option]")
    offers.first.wait_for()
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") == offers.first.get_attribute("id")
    box.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    box.fill(WORD)
    box.press("Enter")
    expect(page.locator("#found")).to_be_visible()


def narrow_by_ticking(page: Page) -> None:
    """Values of one facet add up, facets narrow each other; a tick sends itself."""
    everything = total(page)
    counted = {}
    for name, at in (("province", 0), ("province", 1), ("kind", 0)):
        line = page.locator(f"#facets label:has(input[name={name}])").nth(at)
        value = line.locator("input").get_attribute("value")
        counted[name, at] = int(line.locator(".n").inner_text())
        line.locator("input").check()
        page.wait_for_url(re.compile(rf"[?&]{name}={value}\b"))
        ticked = page.locator(f"#facets input[name={name}][value='{value}']")
        expect(ticked).to_be_checked()
        expect(ticked).to_be_focused()
        if name == "province":
            assert total(page) >= counted[name, at]
    assert total(page) == counted["kind", 0] <= counted["province", 0] + counted["province", 1] < everything
    chips = page.locator(".search-chips .chip--on")
    expect(chips).to_have_count(3)
    chips.first.click()
    expect(page.locator(".search-chips .chip--on")).to_have_count(2)


def narrow_on_a_phone(page: Page) -> None:
    """There the facets are a sheet, sent when one is done with it."""
    page.set_viewport_size({"width": 390, "height": 800})
    expect(page.locator("#facets")).to_be_hidden()
    page.locator(".facet-open").click()
    page.locator("#facets input[name=kind]:not(:checked)").first.check()
    expect(page.locator("#facets")).to_be_visible()  # until it is sent
    page.locator(".facet-send button").click()
    expect(page.locator(".search-chips .chip--on")).to_have_count(3)
    page.set_viewport_size({"width": 1280, "height": 900})


def test_facets_narrow_and_a_hit_opens_at_its_words(page: Page, strays: list[str]) -> None:
    wait_for_the_index(page)
    help_while_typing(page)
    narrow_by_ticking(page)
    narrow_on_a_phone(page)

    # The passage of a hit is what opens, marked and in view; n and p lead on and back.
    page.goto(f"/p/demo/search?q={quote(WORD)}&in=entry")
    passage = page.locator(".hit-list a[href*='hit=']").last
    assert passage.locator("mark").first.inner_text() == WORD
    passage.click()
    opened = page.locator("mark#hit")
    expect(opened).to_be_in_viewport()
    assert opened.first.inner_text() == WORD
    place = page.locator(".walk-at")
    before = place.inner_text()
    page.locator("body").press("p" if page.locator("[data-walk] a[rel=prev]").count() else "n")
    expect(place).not_to_have_text(before)
    expect(page.locator("mark#hit")).to_be_in_viewport()
    assert strays == []
