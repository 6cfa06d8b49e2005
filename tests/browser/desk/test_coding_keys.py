"""The coding desk with the keyboard alone, in the note and in its comments, on a Thai keyboard too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.desk.served import Served

pytestmark = pytest.mark.browser

BODY = """## วงคุยริมคลอง

ป้าสายบัวเล่าว่ากองทุนเริ่มจากออมวันละบาท ที่นี่ไม่มีใครบังคับใครให้ออมเลย แล้วคนก็ชวนกันมาเองทีละบ้าน

ปีแรกจ่ายค่าทำศพไปสามราย

เงินใครก็มีกติกาของคนนั้น"""
SAID = "ลองแยกดูว่าตรงไหนซ้ำกัน ที่เงิน"
FIRST = "ป้าสายบัวเล่าว่ากองทุนเริ่มจากออมวันละบาท ที่นี่ไม่มีใครบังคับใครให้ออมเลย แล้วคนก็ชวนกันมาเองทีละบ้าน"


def press(page: Page, *keys: str) -> None:
    """Press keys one after the other."""
    for key in keys:
        page.keyboard.press(key)


def press_thai(page: Page, code: str, writes: str, *, shift: bool = False) -> None:
    """Press the key at this place of the keyboard, which writes a Thai letter."""
    page.evaluate(
        """([code, key, shiftKey]) => (document.activeElement ?? document.body).dispatchEvent(
            new KeyboardEvent("keydown", {code, key, shiftKey, bubbles: true, cancelable: true}))""",
        [code, writes, shift],
    )


def chosen(page: Page) -> str:
    """The words that are selected now."""
    return str(page.evaluate("getSelection().toString()"))


def said(page: Page, words: str) -> None:
    """The desk announces these words."""
    expect(page.locator("#desk-say")).to_contain_text(words)


def quotes(page: Page) -> list[str]:
    """The passages of the list."""
    return page.locator("#desk-list .coding q").all_inner_texts()


def code_it(page: Page, name: str = "ออม") -> None:
    """Type a name into the popover and code."""
    expect(page.locator("#code-find")).to_be_focused()
    page.keyboard.type(name)
    expect(page.locator("#code-options [aria-selected=true]")).to_contain_text("การออม")
    page.keyboard.press("Enter")
    expect(page.locator("#code-pop")).to_be_hidden()


def test_the_caret_goes_by_clusters_words_sentences_lines_and_paragraphs_and_never_into_a_character(
    desk_room: Served,
) -> None:
    page = desk_room.open(desk_room.desk(BODY, said=SAID))
    press(page, "k", "Control+Home", "Control+ArrowDown")
    expect(page.locator("#text")).to_be_focused()
    expect(page.locator("#text .caret")).to_be_in_viewport()
    said(page, "วงคุยริมคลอง")
    for wanted in ("ป้", "ป้า", "ป้าส"):
        page.keyboard.press("Shift+ArrowRight")
        assert chosen(page) == wanted
    said(page, "ป้าส")
    press(page, "Shift+Control+ArrowRight")
    assert chosen(page) == "ป้าสายบัว"
    press(page, "Shift+ArrowLeft")
    assert chosen(page) == "ป้าสายบั"
    press(page, "Escape", "Control+ArrowUp", "w")
    assert chosen(page) == "ป้า"
    press(page, "s")
    assert chosen(page) == "ป้าสายบัวเล่าว่ากองทุนเริ่มจากออมวันละบาท"
    press(page, "s")
    assert chosen(page) == "ป้าสายบัวเล่าว่ากองทุนเริ่มจากออมวันละบาท ที่นี่ไม่มีใครบังคับใครให้ออมเลย"
    press(page, "p")
    assert chosen(page) == FIRST
    press(page, "Escape", "Home", "Alt+ArrowDown", "Shift+Alt+ArrowDown")
    assert chosen(page).strip().endswith("ให้ออมเลย") or "แล้วคน" in chosen(page)
    press(page, "Control+Home", "ArrowDown")
    said(page, "ป้า")
    press(page, "?")
    expect(page.locator("#desk-keys")).to_be_visible()
    press(page, "Escape", "Escape")
    expect(page.locator("#desk-caret")).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".caret")).to_have_count(0)


def test_coding_changing_splitting_removing_and_undoing_need_no_mouse(desk_room: Served) -> None:
    desk = desk_room.desk(BODY, said=SAID)
    desk.more_code("ซ้ำซ้อน")
    page = desk_room.open(desk)
    press(page, "k", "Control+Home", "Control+ArrowDown", "Enter")
    code_it(page)
    assert quotes(page) == [FIRST]
    expect(page.locator("#text")).to_be_focused()
    press(page, "n")
    said(page, "ปีแรกจ่ายค่าทำศพไปสามราย")
    press(page, "w", "c")
    code_it(page)
    assert quotes(page)[1] == "ปี"
    press(page, "t", "ArrowRight", "ArrowRight")
    expect(page.locator("#stretch-pop [data-quote]")).to_have_text("ปีแรกจ่าย")
    press(page, "Tab", "Tab", "Tab", "Tab", "Tab", "Enter")
    expect(page.locator("#stretch-pop")).to_be_hidden()
    assert quotes(page)[1] == "ปีแรกจ่าย"
    press(page, "d")
    expect(page.locator("#split-pop")).to_be_visible()
    press(page, "Tab", "Tab", "Tab", "Enter")
    expect(page.locator("#desk-list .coding")).to_have_count(3)
    assert quotes(page)[1:] == ["ปี", "แรกจ่าย"]
    press(page, "[", "e")
    expect(page.locator("#code-find")).to_be_focused()
    page.keyboard.type("ซ้ำ")
    press(page, "Enter")
    expect(page.locator("#desk-list .code-chip", has_text="ซ้ำซ้อน")).to_have_count(1)
    press(page, "x")
    expect(page.locator("#desk-list .coding")).to_have_count(2)
    for left in (3, 3, 2, 2, 1, 0):
        press(page, "u")
        expect(page.locator("#desk-list .coding")).to_have_count(left)
    press(page, "Control+y")
    expect(page.locator("#desk-list .coding")).to_have_count(1)
    page.reload()
    press(page, "Shift+U")
    expect(page.locator("#desk-list .coding")).to_have_count(2)


def test_comments_are_coded_with_the_same_keys_and_a_thai_keyboard_has_them_in_the_same_places(
    desk_room: Served,
) -> None:
    desk = desk_room.desk(BODY, said=SAID)
    page = desk_room.open(desk)
    press_thai(page, "KeyK", "า")
    expect(page.locator("#text")).to_be_focused()
    press(page, "PageDown")
    expect(page.locator(".said.coded")).to_be_focused()
    press(page, "Shift+Control+ArrowRight")
    assert chosen(page) == "ลอง"
    press_thai(page, "KeyC", "แ")
    expect(page.locator("#code-pop [data-voice=commenter]")).to_have_attribute("aria-pressed", "true")
    code_it(page)
    expect(page.locator(".said.coded mark.k")).to_have_text("ลอง")
    press(page, "PageUp")
    expect(page.locator("#text")).to_be_focused()
    press_thai(page, "BracketRight", "ล")
    expect(page.locator(".said.coded")).to_be_focused()
    said(page, "การออม")
    press_thai(page, "KeyO", "น")
    expect(page.locator("#here-pop .coding")).to_have_count(1)
    press(page, "Escape")
    expect(page.locator(".said.coded")).to_be_focused()
    press_thai(page, "KeyX", "ป")
    expect(page.locator("#desk-list .coding")).to_have_count(0)
    press_thai(page, "Slash", "ฦ", shift=True)
    expect(page.locator("#desk-keys")).to_be_visible()


def test_undo_of_what_another_has_changed_is_a_conflict_that_can_be_passed_over(desk_room: Served) -> None:
    desk = desk_room.desk(BODY)
    other = desk.make.member(desk.project, "supervisor")
    page = desk_room.open(desk)
    for _ in range(2):
        press(page, "k", "Control+Home", *["Control+ArrowDown"] * (_ + 1), "w", "Enter")
        code_it(page)
        press(page, "Escape", "Escape")
    theirs = desk_room.open(desk, other, size=(1200, 900))  # another browser
    theirs.locator("#desk-list .coding", has_text="ปี").locator("a").click()
    theirs.locator("[data-do=edit]").click()
    theirs.locator("#code-pop [data-memo]").click()
    theirs.locator("#code-memo").fill("ฉันเห็นต่าง")
    theirs.locator("#code-pop [data-save]").click()
    expect(theirs.locator("#code-pop")).to_be_hidden()
    page.bring_to_front()
    page.locator("#desk-undo").click()
    conflict = page.locator("#toasts button")
    expect(conflict).to_have_text("ข้ามไป เลิกทำอันก่อนหน้า")
    conflict.click()
    expect(page.locator("#desk-list .coding")).to_have_count(1)
    assert quotes(page) == ["ปี"]
