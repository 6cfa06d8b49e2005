"""A line of a concordance opens its note at the very words, and a word of the cloud its concordance."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_a_word_leads_to_its_lines_a_line_to_its_place_and_what_is_unticked_is_not_counted_for_coding(
    page: Page, strays: list[str]
) -> None:
    word = page.locator("svg.cloud a").first
    for _ in range(40):  # the first index may still be in the making
        page.goto("/p/demo/words")
        if word.count():
            break
        page.wait_for_timeout(500)
    text = (word.text_content() or "").strip()
    word.click()
    expect(page.locator("table.kwic tbody tr").first).to_be_visible()
    assert page.locator("#kq").input_value() == text
    page.locator("#ks").select_option("left")
    page.get_by_role("button", name="แสดง").click()
    line = page.locator("table.kwic tbody a[href*='?hit=']").first
    keyword = line.inner_text()
    line.click()
    hit = page.locator("mark#hit")
    expect(hit).to_be_in_viewport()
    assert hit.inner_text() == keyword
    expect(page).to_have_url(re.compile(r"\?hit=\d+:\d+-\d+@\d+#hit$"))
    page.goto("/p/demo/tag?q=กองกลาง")
    ticks = page.locator("[name=p]")
    ticks.first.uncheck()
    expect(page.locator("[data-send]")).to_have_text(f"ลงรหัส {ticks.count() - 1} ช่วง")
    assert strays == []
