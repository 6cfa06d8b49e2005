"""The main job from end to end: link, import, read, select, code, reload, search, open, comment, sign out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import select_words

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

POST = """เวทีเรียนรู้กองทุนวันละบาทบ้านทุ่งสมมุติ


วันนี้(๕ มี.ค. ๕๑) เราไปเวทีที่ศาลาวัดทุ่งสมมุติ จังหวัดพัทลุง มีคนมา ๔๐ คน 🙂 นั่งเต็มทั้งสองฝั่ง

ป้าสมมุติเล่าว่ากองทุนวันละบาทเริ่มจากคนเจ็ดคน แล้วค่อย ๆ ชวนญาติเข้ามา

หมายเลขบันทึก: 900001เขียนเมื่อ 6 มีนาคม 2008 10:05 น. ()แก้ไขเมื่อ 7 มีนาคม 2008 08:00 น. ()สัญญาอนุญาต: จำนวนที่อ่านจำนวนที่อ่าน:


ความเห็น (1)

สวัสดีค่ะ ขอบคุณที่เล่าให้ฟังนะคะ อยากให้เล่าเรื่องค่าทำศพต่อค่ะ

พบปัญหาการใช้งาน แจ้งที่นี่
ClassStart
"""
QUOTE = "กองทุนวันละบาทเริ่มจากคนเจ็ดคน"


def import_the_post(page: Page, folder: Path) -> None:
    file = folder / "post.txt"
    file.write_text(POST, encoding="utf-8")
    page.goto("/p/demo/import")
    page.locator("input[name=file]").set_input_files(file)
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("main")).to_contain_text("เวทีเรียนรู้กองทุนวันละบาท")
    page.locator("main form button.btn--primary").click()
    expect(page.locator("main").get_by_role("link", name=re.compile("เวทีเรียนรู้กองทุนวันละบาท"))).to_be_visible()


def test_the_main_job(page: Page, tmp_path: Path, strays: list[str]) -> None:
    import_the_post(page, tmp_path)
    page.locator("main").get_by_role("link", name=re.compile("เวทีเรียนรู้กองทุนวันละบาท")).click()
    expect(page.locator("h1")).to_contain_text("เวทีเรียนรู้กองทุนวันละบาท")
    expect(page.locator("#comments")).to_contain_text("อยากให้เล่าเรื่องค่าทำศพต่อค่ะ")
    address = page.url

    select_words(page, QUOTE)
    finder = page.locator("#code-find")
    finder.fill("ออม")
    page.locator("#code-options [role=option]").first.wait_for()
    finder.press("Enter")
    row = page.locator("#desk-list .coding", has_text=QUOTE)
    expect(row).to_have_count(1)
    page.reload()
    expect(row).to_have_count(1)
    marked = page.locator("#text mark[data-codings]").all_inner_texts()
    assert "".join(marked) == QUOTE

    for query in ("40 คน", "๔๐ คน"):
        page.goto(f"/p/demo/search?q={query}&mode=exact")
        expect(page.locator("main")).to_contain_text("เวทีเรียนรู้กองทุนวันละบาท")
    page.goto(f"/p/demo/search?q={QUOTE}")
    hit = page.locator("main a[href*='hit=']").first
    hit.click()
    number = re.search(r"/e/(\d+)", address)
    assert number
    assert f"/e/{number.group(1)}" in page.url
    expect(page.locator("mark.hit").first).to_be_in_viewport()
    assert "".join(page.locator("#text mark.hit").all_inner_texts()) == QUOTE

    page.locator("form textarea[name=body]").last.fill("อยากรู้ว่าตอนนี้สมาชิกกี่คนแล้วคะ")
    page.locator("form:has(textarea[name=body]) button[type=submit]").last.click()
    expect(page.locator("#comments")).to_contain_text("อยากรู้ว่าตอนนี้สมาชิกกี่คนแล้วคะ")

    page.goto("/me")
    page.locator("form[action$='/sign-out'] button").first.evaluate("button => button.click()")
    page.wait_for_url(lambda url: "/me" not in url)
    page.goto(address)
    assert "/sign-in" in page.url
    assert strays == []
