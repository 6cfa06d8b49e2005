"""A passage is quoted, copied and put live into a comment; an edit changes it; the review list settles many by keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_a_quote_is_copied_and_shown_live_and_what_an_edit_changed_is_settled_by_keys(
    page: Page, strays: list[str]
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/p/demo/quotes/new?coding=1")
    page.locator("main form button").first.click()
    words = page.locator("mark.hit").inner_text()
    button = page.locator("[data-copy=copy-typed]")
    button.click()
    expect(button).to_contain_text("คัดลอกแล้ว")
    typed = page.evaluate("navigator.clipboard.readText()")
    assert typed.startswith("[[quote:")

    page.goto("/p/demo/e/5")
    page.locator("main form textarea[name=body]").last.fill(f"เหมือนที่พัทลุง\n\n{typed}")
    page.get_by_role("button", name="ส่งความเห็น").click()
    block = page.locator("figure.live-quote")
    expect(block.locator("blockquote")).to_have_text(words)
    assert page.locator(".quote-ref").text_content() == typed, "the text itself says what was typed"

    page.goto("/p/demo/e/1/edit")
    body = page.locator("textarea[name=body]")
    body.fill(body.input_value().replace("๔๐ คน", "๔๐ ท่าน").replace("กองทุนสวัสดิการ", "กองทุนรวมสวัสดิการ"))
    page.locator("form button[type=submit]").last.click()
    page.goto("/p/demo/e/5")
    expect(block).to_contain_text("ต้นฉบับเปลี่ยนไปแล้ว")

    page.goto("/p/demo/review?note=1")
    items = page.locator("[data-item]")
    count = items.count()
    assert count >= 2
    items.first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.locator("[data-ticked]")).to_contain_text("2")
    page.locator("button[name=do][value=accept]").click()
    expect(items).to_have_count(count - 2)
    page.locator("[data-undo]").click()
    expect(items).to_have_count(count)
    items.first.focus()
    page.keyboard.press("a")
    expect(items).to_have_count(count - 1)
    page.locator("[data-all] input").check()
    page.locator("button[name=do][value=retire]").click()
    expect(items).to_have_count(0)
    assert strays == []
