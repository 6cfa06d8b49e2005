"""The coding desk in a real browser: mouse, keyboard, finger; what is coded is what was selected, to the code point."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from sqlalchemy import select
from werkzeug.serving import make_server

from kmwiki.coding.models import Coding
from kmwiki.comments.service import add_comment
from kmwiki.db import session, transaction
from kmwiki.sources.models import Source
from tests.browser.conftest import select_words as drag_over
from tests.make_coding import make_desk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from playwright.sync_api import Browser, Page, ViewportSize

    from tests.make import Make
    from tests.make_coding import Desk

pytestmark = pytest.mark.browser

BODY = """## วงคุย 👨‍👩‍👧 ริมคลอง

บ่ายวันเสาร์ 🙂🙂 ป้าสายบัวเล่าว่ากองทุนเริ่มจากออมวันละบาท ของคนสองหมู่บ้าน

- ข้อแรก ทำ**ปฏิทินร่วม**กัน
- ข้อสอง มาในนามตัวเองก่อน

| หน่วยงาน | เงิน |
|---|---|
| พมจ. | ห้าหมื่น |

> เงินใครก็มีกติกาของคนนั้น
"""

BLOCKS = """() => [...document.querySelectorAll("[data-source].coded [data-start]")].map((block) => [
    Number(block.closest("[data-source]").dataset.source), Number(block.dataset.start), Number(block.dataset.end), block.textContent,
])"""


@pytest.fixture
def desk(make: Make) -> Desk:
    """An entry with emoji, a list, a table and a quote; two codes, one with an alias."""
    made = make_desk(make, body=BODY, body_format="markdown")
    made.more_code("ซ้ำซ้อน", name_en="Duplication", aliases=["ทับกัน"])
    with transaction() as s:
        add_comment(s, made.coder, s.get_one(Source, made.source_id), body="ลองแยกดูว่าตรงไหน**ซ้ำกัน** 🙂 ที่เงิน")
    return made


@pytest.fixture
def base(strict_app: Flask) -> Iterator[str]:
    """The app, served from this process."""
    server = make_server("127.0.0.1", 0, strict_app, threaded=True)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    serving.join()
    server.server_close()


@pytest.fixture
def strays() -> list[str]:
    """What must stay empty: errors of scripts, violations of the policy."""
    return []


def open_desk(browser: Browser, base: str, desk: Desk, strays: list[str], *, is_phone: bool = False) -> Page:
    """Open the entry as its coder."""
    size: ViewportSize = {"width": 390, "height": 844} if is_phone else {"width": 1280, "height": 900}
    context = browser.new_context(locale="th-TH", viewport=size, base_url=base, has_touch=is_phone, is_mobile=is_phone)
    context.set_default_timeout(15_000)
    assert desk.coder.user_id is not None
    secret = desk.make.sign_in(desk.coder.user_id, lasts=timedelta(hours=1))
    context.add_cookies([{"name": "kmwiki", "value": secret, "url": base}])
    page = context.new_page()
    page.on("pageerror", lambda error: strays.append(str(error)))
    page.on(
        "console",
        lambda message: (
            strays.append(message.text)
            if message.type == "error" and "Failed to load resource" not in message.text
            else None
        ),
    )
    page.goto(f"/p/{desk.project.slug}/e/{desk.entry.number}")
    return page


@pytest.fixture
def page(browser: Browser, base: str, desk: Desk, strays: list[str]) -> Iterator[Page]:
    """The desk on a laptop; at its end nothing may have gone astray."""
    opened = open_desk(browser, base, desk, strays)
    yield opened
    opened.context.close()
    assert strays == []


def select_words(page: Page, words: str, *, inside: str = "#text") -> None:
    """Drag over the words and wait for the popover."""
    drag_over(page, words, inside=inside)
    expect(page.locator("#code-find")).to_be_focused()


def rows(page: Page) -> list[tuple[str, str]]:
    """The list beside the text: name of the code, quote."""
    return [
        (row.locator(".code-chip").inner_text(), row.locator("q").inner_text())
        for row in page.locator("#desk-list .coding").all()
    ]


def test_every_block_of_the_page_is_the_reading_text_to_the_code_point(page: Page) -> None:
    assert page.evaluate(TALLY) == []
    select_words(page, "ออมวันละบาท")
    page.keyboard.type("saving")
    page.keyboard.press("Enter")
    expect(page.locator("#desk-list .coding")).to_have_count(1)
    assert page.evaluate(TALLY) == []


@pytest.mark.parametrize("words", ["🙂🙂 ป้าสายบัว", "👨‍👩‍👧 ริมคลอง", "ปฏิทินร่วม", "ห้าหมื่น", "เงินใครก็มีกติกาของคนนั้น"])
def test_what_is_selected_with_the_mouse_is_coded_and_still_there_after_a_reload(
    page: Page, desk: Desk, words: str
) -> None:
    select_words(page, words)
    expect(page.locator("#code-pop [data-quote]")).to_have_text(words)
    page.keyboard.type("ออม")
    expect(page.locator("#code-options [aria-selected=true]")).to_contain_text("การออม")
    page.keyboard.press("Enter")
    expect(page.locator("#text mark.k").first).to_be_visible()
    assert rows(page) == [("การออม", words)]
    page.reload()
    assert rows(page) == [("การออม", words)]
    assert "".join(page.locator("#text mark.k").all_inner_texts()) == words
    assert words in desk.text()


def test_a_name_is_found_in_english_by_alias_and_with_either_digits(page: Page) -> None:
    select_words(page, "ออมวันละบาท")
    for typed in ("dupli", "ทับ", "DUPLICATION"):
        page.locator("#code-find").fill(typed)
        expect(page.locator("#code-options [role=option]").first).to_contain_text("ซ้ำซ้อน")
    page.keyboard.press("Escape")
    expect(page.locator("#code-pop")).to_be_hidden()
    assert rows(page) == []


def test_shift_enter_codes_and_keeps_the_passage_for_the_next_code(page: Page) -> None:
    select_words(page, "ออมวันละบาท")
    page.keyboard.type("ออม")
    page.keyboard.press("Shift+Enter")
    expect(page.locator("#desk-list .coding")).to_have_count(1)
    expect(page.locator("#code-pop")).to_be_visible()
    page.keyboard.type("ซ้ำ")
    page.keyboard.press("Enter")
    expect(page.locator("#desk-list .coding")).to_have_count(2)
    expect(page.locator("#code-pop")).to_be_hidden()
    assert {quote for _, quote in rows(page)} == {"ออมวันละบาท"}


def test_a_new_code_voice_and_thought_are_kept_from_the_popover(page: Page) -> None:
    select_words(page, "ออมวันละบาท")
    page.locator("#code-pop [data-voice=informant]").click()
    page.locator("#code-pop [data-memo]").click()
    page.locator("#code-memo").fill("เริ่มเล็กแต่ต่อเนื่อง")
    page.locator("#code-find").fill("วินัยการออม")
    page.keyboard.press("Enter")
    row = page.locator("#desk-list .coding")
    expect(row.locator(".code-chip")).to_have_text("วินัยการออม")
    expect(row.locator(".coding-memo")).to_have_text("เริ่มเล็กแต่ต่อเนื่อง")
    page.reload()
    select_words(page, "สองหมู่บ้าน")
    expect(page.locator("#code-options [role=option]").first).to_contain_text("วินัยการออม")


def test_a_click_on_a_heap_of_codings_lists_every_one(page: Page, desk: Desk) -> None:
    for number in range(23):
        desk.add("ออมวันละบาท", desk.more_code(f"รหัส {number}"))
    elsewhere = desk.add("กองทุนเริ่มจาก")
    page.reload()
    expect(page.locator("#text mark[data-more='+19']")).to_have_count(1)
    page.locator("#text mark[data-more='+19']").click()
    expect(page.locator("#here-pop .coding")).to_have_count(23)
    page.locator(f"#c{elsewhere.id}").click()
    expect(page.locator("#here-pop .coding")).to_have_count(1)


def test_overlapping_codes_are_all_named_and_one_is_chosen_to_take_away_and_undone(page: Page, desk: Desk) -> None:
    desk.add("กองทุนเริ่มจากออมวันละบาท")
    inner = desk.add("ออมวันละบาท", desk.more_code("วินัย"))
    page.reload()
    page.locator(f"#c{inner.id}").click()
    here = page.locator("#here-pop .coding")
    expect(here).to_have_count(2)
    here.filter(has_text="วินัย").locator("[data-do=remove]").click()
    expect(page.locator("#desk-list .coding")).to_have_count(1)
    assert rows(page) == [("การออม", "กองทุนเริ่มจากออมวันละบาท")]
    page.locator("#toasts button").click()
    expect(page.locator("#desk-list .coding")).to_have_count(2)


def test_a_passage_is_stretched_word_by_word_and_recoded_with_its_thought(page: Page, desk: Desk) -> None:
    desk.add("ออมวันละบาท", memo="คิดไว้")
    page.reload()
    page.keyboard.press("]")
    row = page.locator("#desk-list .coding")
    row.locator("[data-do=stretch]").click()
    page.locator("[data-step='start -1']").click()
    wider = page.locator("#stretch-pop [data-quote]").inner_text()
    assert wider.endswith("ออมวันละบาท")
    assert len(wider) > len("ออมวันละบาท")
    page.locator("#stretch-pop [data-save]").click()
    expect(page.locator("#stretch-pop")).to_be_hidden()
    assert rows(page) == [("การออม", wider)]
    row.locator("[data-do=edit]").click()
    expect(page.locator("#code-memo")).to_have_value("คิดไว้")
    page.locator("#code-find").fill("ซ้ำ")
    page.keyboard.press("Enter")
    expect(row.locator(".code-chip")).to_have_text("ซ้ำซ้อน")
    expect(row.locator(".coding-memo")).to_have_text("คิดไว้")


def test_a_paragraph_is_coded_and_passages_are_walked_with_the_keyboard_alone(page: Page, desk: Desk) -> None:
    block = page.locator("#text [tabindex='0']")
    for _ in range(60):
        page.keyboard.press("Tab")
        if block.evaluate("(element) => element === document.activeElement"):
            break
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.type("ออม")
    page.keyboard.press("Enter")
    expect(page.locator("#desk-list .coding")).to_have_count(1)
    assert rows(page)[0][1] == "บ่ายวันเสาร์ 🙂🙂 ป้าสายบัวเล่าว่ากองทุนเริ่มจากออมวันละบาท ของคนสองหมู่บ้าน"
    assert page.evaluate("document.activeElement.matches('#text [data-start]')")
    desk.add("ข้อสอง")
    page.reload()
    page.keyboard.press("]")
    expect(page.locator("#desk-list .coding[aria-current] q")).to_contain_text("บ่ายวันเสาร์")
    page.keyboard.press("]")
    expect(page.locator("#desk-list .coding[aria-current] q")).to_have_text("ข้อสอง")
    page.keyboard.press("[")
    expect(page.locator("#desk-list .coding[aria-current] q")).to_contain_text("บ่ายวันเสาร์")


def test_a_comment_is_coded_in_the_same_desk(page: Page) -> None:
    select_words(page, "ซ้ำกัน", inside=".said.coded")
    expect(page.locator("#code-pop [data-voice=commenter]")).to_have_attribute("aria-pressed", "true")
    page.keyboard.type("ซ้ำ")
    page.keyboard.press("Enter")
    expect(page.locator(".said.coded mark.k")).to_have_text("ซ้ำกัน")
    assert rows(page) == [("ซ้ำซ้อน", "ซ้ำกัน")]


def test_a_selection_over_several_blocks_is_the_text_between_its_ends(page: Page, desk: Desk) -> None:
    page.evaluate("""() => {
        const items = document.querySelectorAll("#text li");
        const range = document.createRange();
        range.setStart(items[0].firstChild, 0);
        range.setEnd(items[1], items[1].childNodes.length);
        getSelection().addRange(range);
    }""")
    expect(page.locator("#code-touch")).to_be_visible()
    page.locator("#code-touch").click()
    page.keyboard.type("ออม")
    page.keyboard.press("Enter")
    expect(page.locator("#desk-list .coding")).to_have_count(1)
    text = desk.text()
    with session() as s:
        coding = s.scalars(select(Coding)).one()
    start, end = text.index("ข้อแรก"), text.index("ตัวเองก่อน") + len("ตัวเองก่อน")
    assert (coding.ev_start, coding.ev_end) == (start, end)


def test_a_text_that_has_gone_on_is_told_and_nothing_is_coded(page: Page, desk: Desk) -> None:
    desk.save(f"คำนำใหม่\n\n{BODY}")
    select_words(page, "ออมวันละบาท")
    page.keyboard.type("ออม")
    page.keyboard.press("Enter")
    expect(page.locator("#code-pop [data-error]")).to_contain_text(re.compile("ฉบับที่ 1.*ฉบับที่ 2"))
    page.reload()
    assert rows(page) == []


def test_a_passage_opens_from_its_address(page: Page, desk: Desk) -> None:
    coding = desk.add("เงินใครก็มีกติกาของคนนั้น")
    page.goto(f"/p/{desk.project.slug}/e/{desk.entry.number}?again=1#c{coding.id}")
    expect(page.locator("#desk-list .coding[aria-current] q")).to_have_text("เงินใครก็มีกติกาของคนนั้น")
    expect(page.locator("#text mark.now")).to_be_in_viewport()


def test_a_finger_selects_and_codes_on_a_phone(browser: Browser, base: str, desk: Desk, strays: list[str]) -> None:
    page = open_desk(browser, base, desk, strays, is_phone=True)
    page.locator("#text p").first.tap()
    page.evaluate("""() => {
        const blocks = [...document.querySelectorAll("#text p")];
        const node = blocks.find((item) => item.textContent.includes("ออม")).firstChild;
        const range = document.createRange();
        const at = node.data.indexOf("ออมวันละบาท");
        range.setStart(node, at);
        range.setEnd(node, at + 11);
        getSelection().removeAllRanges();
        getSelection().addRange(range);
    }""")
    page.locator("#code-touch").tap()
    expect(page.locator("#code-pop [data-quote]")).to_have_text("ออมวันละบาท")
    page.locator("#code-options [role=option]", has_text="การออม").tap()
    expect(page.locator("#text mark.k")).to_have_text("ออมวันละบาท")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.context.close()
    assert strays == []
