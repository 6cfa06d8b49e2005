"""A search is saved, a colleague writes a text that it finds, the bell tells, and the text opens at the passage."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.program import Program

pytestmark = pytest.mark.browser

WORD = "นกขมิ้นเหลืองอ่อน"
PATIENCE = 20
"""Seconds until a note that was written must be told of."""


def wait_for(page: Page, path: str, sight: Locator) -> None:
    """Open a page again and again until something stands there."""
    end = time.monotonic() + PATIENCE
    while not sight.count() and time.monotonic() < end:
        page.goto(path)


def test_the_bell_tells_what_a_colleague_wrote(page: Page, program: Program, strays: list[str]) -> None:
    save = page.get_by_role("link", name="บันทึกการค้นหานี้")
    wait_for(page, f"/p/demo/search?q={WORD}", save)  # at the first start the index is made first
    save.click()
    page.get_by_label("ชื่อ", exact=True).fill("นกในสวน")
    page.locator("main form button.btn--primary").click()
    expect(page.locator(".searches li", has_text="นกในสวน")).to_contain_text("แจ้งที่กระดิ่ง")
    program.run("user", "add", "colleague@example.org", "--name", "เพื่อนร่วมทีม")
    program.run("member", "set", "demo", "colleague@example.org", "researcher")
    token = program.run("token", "create", "colleague@example.org", "--name", "x").stdout.strip()
    body = f"เช้านี้เห็น{WORD}ที่สวนหลังบ้าน"
    note = {"kind": "fieldnote", "title": "นกในสวน", "body": body, "status": "published"}
    headers = {"Authorization": f"Bearer {token}"}
    assert page.request.post("/api/v1/projects/demo/entries", headers=headers, data=note).status == 201
    wait_for(page, "/p/demo/", page.locator(".bell-n"))
    page.locator(".bell").click()
    page.locator(".notices a.title").first.click()
    expect(page.locator("mark.hit#hit")).to_have_text(WORD)
    expect(page.locator(".bell-n")).to_have_count(0)
    assert strays == []
