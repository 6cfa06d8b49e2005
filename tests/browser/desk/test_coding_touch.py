"""The coding desk under a finger, 390 pixels wide: a long press, or two taps and two handles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.desk.served import PHONE

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.desk.served import Served

pytestmark = pytest.mark.browser

BODY = """ป้าสายบัวเล่าว่ากองทุนเริ่มจากออมวันละบาท ของคนสองหมู่บ้าน แล้วคนก็ชวนกันมาเอง

ปีแรกจ่ายค่าทำศพไปสามราย คนจึงสมัครเพิ่ม"""
SAID = "ลองแยกดูว่าตรงไหนซ้ำกัน"


def place_of(page: Page, words: str, root: str = "#text") -> tuple[float, float]:
    """The middle of the words on the screen, after they were brought into it."""
    x, y = page.evaluate(
        """([words, root]) => {
            const walker = document.createTreeWalker(document.querySelector(root), NodeFilter.SHOW_TEXT);
            for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                const at = node.data.indexOf(words);
                if (at < 0) continue;
                const range = document.createRange();
                range.setStart(node, at);
                range.setEnd(node, at + words.length);
                if (range.getBoundingClientRect().top < 150 || range.getBoundingClientRect().bottom > 560) {
                    node.parentElement.scrollIntoView({block: "center"});
                }
                const rect = range.getClientRects()[0];
                return [rect.left + rect.width / 2, rect.top + rect.height / 2];
            }
        }""",
        [words, root],
    )
    return x, y


def test_two_taps_and_two_handles_choose_whole_words_which_are_coded_in_a_sheet(desk_room: Served) -> None:
    desk = desk_room.desk(BODY, said=SAID)
    page = desk_room.open(desk, size=PHONE)
    page.locator("#desk-taps").tap()
    expect(page.locator("#taps [data-go]")).to_be_disabled()
    page.touchscreen.tap(*place_of(page, "กองทุน"))
    expect(page.locator("#taps [data-go]")).to_be_enabled()
    page.touchscreen.tap(*place_of(page, "บาท"))
    handles = [page.locator(f"#text .handle--{edge}") for edge in ("start", "end")]
    for handle in handles:
        box = handle.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44
    handles[1].press("ArrowRight")
    handles[0].press("ArrowRight")
    page.locator("#taps [data-go]").tap()
    expect(page.locator("#code-pop [data-quote]")).to_have_text("เริ่มจากออมวันละบาท ของ")
    sheet = page.locator("#code-pop").bounding_box()
    assert sheet is not None
    assert (sheet["x"], sheet["width"], round(sheet["y"] + sheet["height"])) == (0, 390, 844)
    page.locator("#code-options [role=option]", has_text="การออม").tap()
    expect(page.locator("#text mark.k")).to_have_text("เริ่มจากออมวันละบาท ของ")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_without_whole_words_ends_snap_to_characters_and_comments_take_taps_too(desk_room: Served) -> None:
    desk = desk_room.desk(BODY, said=SAID)
    page = desk_room.open(desk, size=PHONE)
    page.locator("#desk-taps").tap()
    page.locator("#taps [data-whole]").uncheck()
    page.touchscreen.tap(*place_of(page, "ซ้", ".said.coded"))
    page.locator("#taps [data-go]").tap()
    quote = page.locator("#code-pop [data-quote]")
    expect(quote).to_have_text("ซ้ำ")
    page.locator("#code-options [role=option]", has_text="การออม").tap()
    expect(page.locator(".said.coded mark.k")).to_have_text("ซ้ำ")


def test_a_long_press_leaves_a_button_that_codes_what_is_selected(desk_room: Served) -> None:
    page = desk_room.open(desk_room.desk(BODY), size=PHONE)
    page.locator("#text p").first.tap()
    page.evaluate("""() => {
        const node = document.querySelector("#text p").firstChild;
        const at = node.data.indexOf("ออมวันละบาท");
        getSelection().setBaseAndExtent(node, at, node, at + 11);
    }""")
    page.locator("#code-touch").tap()
    expect(page.locator("#code-pop [data-quote]")).to_have_text("ออมวันละบาท")
    page.locator("#code-pop [data-several]").tap()
    page.locator("#code-options [role=option]", has_text="การออม").tap()
    expect(page.locator("#code-pop [data-picks] button")).to_have_count(1)
    page.locator("#code-pop [data-go]").tap()
    expect(page.locator("#text mark.k")).to_have_text("ออมวันละบาท")
