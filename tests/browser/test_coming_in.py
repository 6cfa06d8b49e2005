"""Coming in as people do: invited by mail to a first note, and back again with a forgotten password."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.mail_sink import letters_in

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Site
    from tests.program import Program

pytestmark = pytest.mark.browser

FIRST, SECOND = "ทุ่งนาหลังฝน ๗ วัน", "เรือลำเล็กริมคลอง"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, program: Program) -> Path:
    """The folder that the served site writes its letters to; asked for before the site starts."""
    program.settings["KMWIKI_MAIL_URL"] = f"file:{tmp_path / 'letters'}"
    return tmp_path / "letters"


def newest_link(folder: Path, count: int) -> str:
    """Wait for that many letters and return the link in the last one."""
    until = time.monotonic() + 15
    while len(letters_in(folder)) < count:
        assert time.monotonic() < until, "the letter does not come"
        time.sleep(0.1)
    found = re.search(r"https?://\S+/link/\S+", letters_in(folder)[-1].get_content())
    assert found
    return found.group()


def find(page: Page, words: str, title: str) -> None:
    """Search until the worker has brought the note into the index, and open the hit."""
    until = time.monotonic() + 20
    while True:
        page.goto(f"/p/demo/search?q={words}")
        hit = page.locator("main a", has_text=title).first
        if hit.count():
            break
        assert time.monotonic() < until, "the note is not found"
        time.sleep(0.3)
    hit.click()
    expect(page.locator("h1")).to_contain_text(title)


def test_invited_joined_first_note_and_a_forgotten_password(
    folder: Path, page: Page, browser: Browser, site: Site, strays: list[str]
) -> None:
    page.goto(f"{site.base}/p/demo/members")
    page.locator("#email").fill("new@example.org")
    page.locator("#name").fill("ใบข้าว ทุ่งกุลา")
    page.locator("button.btn--primary", has_text="เพิ่ม").click()
    expect(page.locator(".flashes")).to_contain_text("กำลังส่งคำเชิญไปที่ new@example.org")
    guest = browser.new_context(locale="th-TH", viewport={"width": 390, "height": 844}, base_url=site.base).new_page()
    guest.goto(newest_link(folder, 1))
    guest.locator("main form button.btn--primary").click()
    guest.locator("#called").fill("น้องข้าว")
    guest.locator("#password-new").fill(FIRST)
    guest.locator("#again").fill(FIRST)
    guest.locator("main button.btn--primary").click()
    expect(guest.locator(".flashes")).to_contain_text("เริ่มจากบันทึกแรก")
    expect(guest).to_have_url(re.compile("/p/demo/$"))
    guest.goto("/p/demo/entries/new?kind=reflection")
    guest.locator("[name=title]").fill("วันแรกของฉัน")
    guest.locator("[name=body]").fill("ได้ฟังป้าเล่าเรื่องตะกร้าสานใบลาน")
    guest.locator("button[name=action][value=publish]").click()
    expect(guest.locator("h1")).to_contain_text("วันแรกของฉัน")
    find(page, "ตะกร้าสานใบลาน", "วันแรกของฉัน")  # by the owner, so it is published and in the index
    page.goto(f"{site.base}/p/demo/activity-log")
    expect(page.locator("table.log")).to_contain_text("ใบข้าว ทุ่งกุลา")

    other = browser.new_context(locale="th-TH", base_url=site.base).new_page()
    other.goto("/sign-in")
    other.locator(".gate-help a").click()
    other.locator("#email").fill("new@example.org")
    other.locator("main button.btn--primary").click()
    expect(other.locator("h1")).to_have_text("ดูในกล่องจดหมาย")
    link = newest_link(folder, 2)
    other.goto(link)
    other.locator("main form button.btn--primary").click()
    other.locator("#password-new").fill(SECOND)
    other.locator("#again").fill(SECOND)
    other.locator("main button.btn--primary").click()
    expect(other.locator(".flashes")).to_contain_text("ตั้งรหัสผ่านแล้ว")
    guest.goto("/me")
    expect(guest).to_have_url(re.compile("/sign-in"))
    guest.locator("#email").fill("new@example.org")
    guest.locator("#password").fill(SECOND)
    guest.locator("main button.btn--primary").click()
    expect(guest).to_have_url(re.compile("/me$"))
    guest.goto(link)
    expect(guest.locator("h1")).to_have_text("ลิงก์นี้ถูกใช้ไปแล้ว")
    find(guest, "ตะกร้าสานใบลาน", "วันแรกของฉัน")
    assert not strays
