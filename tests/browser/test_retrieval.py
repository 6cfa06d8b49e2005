"""A question is built in the form, a passage opened in its note, the next one, and back; the answer becomes a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_ask_open_step_and_come_back(page: Page, strays: list[str]) -> None:
    page.goto("/p/demo/passages")
    near = page.locator("[data-near]")
    expect(near).to_be_hidden()
    page.get_by_label("รหัส 1.1").select_option("any")
    page.get_by_label("เงื่อนไขที่ 1").select_option("near")
    expect(near).to_be_visible()
    page.get_by_label("รหัส 2.1").select_option(label="\u2003สวัสดิการฐานการออม")
    page.get_by_label("ห่างเท่าไร").fill("3")
    page.get_by_label("ห่างเท่าไร").press("Enter")
    assert "from=" not in page.url
    expect(page.locator(".said-parts")).to_contain_text("ห่างไม่เกิน 3 ย่อหน้า")
    second = page.locator(".passage").nth(1)
    words = second.locator("mark.asked").all_text_contents()
    second.scroll_into_view_if_needed()
    second.locator(".passage-words a").click()
    expect(page.locator("mark.hit#hit").first).to_be_in_viewport()
    assert "".join(page.locator("mark.hit").all_text_contents()) == "".join(words)
    page.wait_for_load_state()
    page.keyboard.press("n")
    expect(page.locator(".walk-at")).to_contain_text("3 จาก")
    page.go_back()
    page.go_back()
    expect(second).to_be_in_viewport()
    page.locator(".passage .passage-words a").nth(2).click()
    page.get_by_role("link", name="กลับไปที่รายการช่วง").click()
    expect(page.locator("#p2")).to_be_in_viewport()
    page.locator(".export > summary").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Word (docx)").click()
    assert download.value.suggested_filename == "demo-passages.docx"
    assert strays == []
