"""A whole round in the browser: two people code the same words, see nothing of each other, compare and settle."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from kmwiki.coding.round_models import CodingRound
from kmwiki.db import session
from kmwiki.rounds.comparing import comparison_of
from tests.browser.conftest import select_words as drag_over
from tests.browser.test_every_page import complaints
from tests.make_rounds import make_bench

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from kmwiki.security.policy import Caller
    from tests.browser.desk.served import Served

pytestmark = pytest.mark.browser


def put_under(page: Page, words: str, code: str) -> None:
    """Select words of the text by dragging and put them under a code by its name."""
    drag_over(page, words)
    box = page.locator("#code-find")
    box.fill(code)
    box.press("Enter")
    expect(page.locator("#desk-list .coding", has_text=code)).to_be_visible()


def test_two_people_code_blind_and_settle_what_they_see_differently(desk_room: Served) -> None:
    bench = make_bench(desk_room.make)
    root = f"/p/{bench.project.slug}/rounds/{bench.round_id}"
    desk = f"{root}/texts/{bench.entries[0].number}"

    def open_as(who: Caller, path: str) -> Page:
        context = desk_room.browser.new_context(locale="th-TH", base_url=desk_room.base)
        desk_room.sign_in(context, who)
        page = context.new_page()
        page.on("pageerror", lambda error: desk_room.strays.append(str(error)))
        page.goto(path)
        desk_room.pages.append(page)
        return page

    a, b = open_as(bench.a, desk), open_as(bench.b, desk)
    assert complaints(a) == []
    expect(a.get_by_role("button", name="ไม่มีอะไรต้องลงรหัส")).to_be_visible()
    put_under(a, "หนี้ของครัวเรือน", "หนี้สิน")
    expect(a.get_by_role("button", name="ทำข้อความนี้เสร็จแล้ว")).to_be_visible()
    put_under(b, "หนี้ของครัวเรือน", "แกนนำ")
    put_under(b, "ทุกคนพอใจ", "การออม")
    for page, own, others in ((a, "หนี้สิน", "แกนนำ"), (b, "แกนนำ", "หนี้สิน")):
        page.reload()
        expect(page.locator("#desk-list")).to_contain_text(own)
        expect(page.locator("#desk-list")).not_to_contain_text(others)
        assert page.locator("#text mark").all_inner_texts()
    a.goto(f"/p/{bench.project.slug}/e/{bench.entries[0].number}")
    expect(a.locator("main")).to_contain_text("โดยไม่เห็นของกัน")
    assert a.locator("#text mark").count() == 0
    a.goto(desk)
    a.get_by_role("button", name="ทำข้อความนี้เสร็จแล้ว").click()
    expect(a.locator(".flashes")).to_contain_text("ต่อไปคือข้อความนี้")
    boss = open_as(bench.boss, root)
    expect(boss.locator(".round-cell.is-done")).to_have_count(1)
    boss.get_by_role("link", name="ปิดรอบ").click()
    boss.get_by_role("button", name="ปิดรอบ").click()
    b.goto(f"{root}/compare")
    cards = b.locator(".settle-card")
    expect(cards).to_have_count(2)
    different = b.locator(".settle-card.is-different")
    expect(different).to_contain_text("หนี้สิน")
    expect(different).to_contain_text("แกนนำ")
    different.locator("label.side-pick", has_text="หนี้สิน").click()
    different.get_by_label("เหตุผลที่ตกลงกัน").fill("พูดถึงหนี้ ไม่ใช่แกนนำ")
    different.get_by_role("button", name="บันทึกข้อตกลง").click()
    expect(b.locator(".settle-card.is-different .badge")).to_have_text(re.compile("ตกลงแล้ว"))
    with session() as s:
        found = s.get_one(CodingRound, bench.round_id)
        assert [each.is_open for each in comparison_of(s, bench.boss, found).judged] == [False, True]
    a.goto(f"/p/{bench.project.slug}/e/{bench.entries[0].number}")
    expect(a.locator("#desk-list")).to_contain_text("หนี้สิน")
    expect(a.locator("#desk-list")).not_to_contain_text("การออม")
    for page in (a, b, boss):
        page.context.close()
    desk_room.pages.clear()
