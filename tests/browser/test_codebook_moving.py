"""Codes are moved in the tree by the handle and by keys, each move is undone; passages are ticked in rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser

FUNERAL, LAND, OLD = "ฌาปนกิจ", "ที่ดินทำกิน", "เบี้ยและบำนาญผู้สูงอายุ"


def row(page: Page, name: str) -> Locator:
    return page.locator(f"li.branch[data-name='{name}']").locator(":scope > .leaf, :scope > details > summary")


def order(page: Page) -> list[str]:
    """The names of the codes under the first heading, from top to bottom."""
    found: list[str] = page.locator(".tree-root > li").first.evaluate(
        "(top) => [...top.querySelectorAll(':scope > details > ul > li.branch')].map((item) => item.dataset.name)"
    )
    return found


def drag(page: Page, name: str, over: str, part: float) -> None:
    """Drag a code by its handle to a part (0 the upper edge, 1 the lower) of another's row."""
    row(page, name).hover()
    grip, goal = row(page, name).locator(".grip").bounding_box(), row(page, over).bounding_box()
    assert grip is not None
    assert goal is not None
    page.mouse.move(grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2)
    page.mouse.down()
    page.mouse.move(goal["x"] + 80, goal["y"] + goal["height"] * part, steps=4)


def test_a_code_is_moved_by_its_handle_and_by_keys_and_each_move_is_undone(page: Page, strays: list[str]) -> None:
    page.goto("/p/demo/codebook")
    first = order(page)
    assert first.index(OLD) < first.index(FUNERAL) < first.index(LAND)
    drag(page, LAND, FUNERAL, 0.1)
    expect(row(page, FUNERAL)).to_have_class("leaf drop-before")
    page.mouse.up()
    expect(page.locator(".toast")).to_contain_text(LAND)
    assert order(page).index(LAND) == first.index(FUNERAL)
    page.locator(".toast button").click()
    expect(page.locator(".note--undo")).to_be_visible()
    assert order(page) == first
    drag(page, "ประเภทสวัสดิการ", FUNERAL, 0.5)  # under its own code: refused before anything is sent
    page.mouse.up()
    expect(page.locator(".toast")).to_contain_text("ใต้ตัวมันเองไม่ได้")
    drag(page, LAND, FUNERAL, 0.5)
    page.keyboard.press("Escape")
    page.mouse.up()
    assert order(page) == first

    row(page, LAND).focus()
    page.keyboard.press("Alt+ArrowUp")
    told = page.locator("[data-told]")
    expect(told).to_contain_text(f"{LAND}: วางก่อน")
    page.keyboard.press("Escape")
    expect(told).to_contain_text("อยู่ที่เดิม")
    page.keyboard.press("Alt+ArrowRight")
    above = first[first.index(LAND) - 1]
    expect(told).to_have_text(f"{LAND}: วางใต้ {above}")
    page.keyboard.press("Enter")
    expect(told).to_contain_text("1 จาก 1")
    expect(row(page, LAND)).to_be_focused()
    assert LAND not in order(page)
    page.keyboard.press("Alt+ArrowLeft")
    page.keyboard.press("Enter")
    expect(told).to_contain_text("อยู่ใต้ “ประเภทสวัสดิการ”")
    assert order(page) == first

    page.locator("#code-filter").fill("ฌาปน")
    expect(row(page, LAND)).to_be_hidden()
    expect(row(page, FUNERAL)).to_be_visible()
    href = row(page, "กลไกติดขัด").get_attribute("href")
    page.goto(f"{href}/split")
    boxes = page.locator("input[name=pick]")
    boxes.nth(0).check()
    boxes.nth(3).click(modifiers=["Shift"])
    expect(page.locator("[data-count]")).to_have_text("เลือกแล้ว 4")
    page.reload()
    expect(page.locator("input[name=pick]:checked")).to_have_count(4)
    page.locator("#name_th").fill("ติดขัดอีกแบบ")
    page.locator("#split button.btn--primary").click()
    expect(page.locator(".note--undo")).to_contain_text("ย้าย 4 ช่วง")
    assert strays == []
