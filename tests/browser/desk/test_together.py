"""Two people at the same text, each in a browser of their own: what one has not seen, one does not overwrite."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from kmwiki.coding.models import Coding
from kmwiki.db import session

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.desk.served import Served

pytestmark = pytest.mark.browser

BODY = "ปีแรกจ่ายค่าทำศพไปสามราย คนจึงสมัครเพิ่ม\n\nเงินก้อนนี้ให้ใช้กับผู้ยากลำบากเท่านั้น"


def note_down(page: Page, thought: str) -> None:
    """Open the coding to change it and type a thought, without saving."""
    page.locator("#desk-list .coding a").first.click()
    page.locator("[data-do=edit]").first.click()
    if page.locator("#code-memo").is_hidden():
        page.locator("#code-pop [data-memo]").click()
    page.locator("#code-memo").fill(thought)


def test_a_thought_typed_over_what_another_has_just_saved_is_refused_and_not_lost(desk_room: Served) -> None:
    desk = desk_room.desk(BODY)
    coding = desk.add("ค่าทำศพ")
    chief = desk.make.member(desk.project, "supervisor")
    mine, theirs = desk_room.open(desk), desk_room.open(desk, chief, size=(1200, 900))
    note_down(mine, "ฉันคิดว่า")
    note_down(theirs, "ของหัวหน้า")
    theirs.locator("#code-pop [data-save]").click()
    expect(theirs.locator("#code-pop")).to_be_hidden()
    expect(mine.locator("#desk-list [data-has-memo]").first).to_be_attached()
    expect(mine.locator("#code-memo")).to_have_value("ฉันคิดว่า")  # what comes in disturbs nothing that is typed
    mine.locator("#code-pop [data-save]").click()
    expect(mine.locator("#code-pop [data-error]")).to_contain_text("มีคนแก้ช่วงนี้")
    expect(mine.locator("#code-memo")).to_have_value("ฉันคิดว่า")
    with session() as s:
        assert s.get_one(Coding, coding.id).memo == "ของหัวหน้า"
    mine.locator("#code-pop [data-save]").click()  # told, and still meant
    expect(mine.locator("#code-pop")).to_be_hidden()
    with session() as s:
        assert s.get_one(Coding, coding.id).memo == "ฉันคิดว่า"
