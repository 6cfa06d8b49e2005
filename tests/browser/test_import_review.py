"""Looking over an import in a browser: a cut moved by keys and by hand, its author set, and an import undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.test_every_page import complaints
from tests.features.test_importing import page as saved_page

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from tests.program import Program

pytestmark = pytest.mark.browser

SAID = (
    "สวัสดีค่ะ คุณแดง\n\nอ่านแล้วนึกถึงบ้านตัวเอง",
    "กลุ่มที่บ้านมีสมุดสองเล่ม\n\nเล่มหนึ่งไม่เคยมีใครเปิด",
    "สวัสดีครับ\n\nจะกลับมาอ่านอีก",
)


def test_cuts_are_moved_by_keys_and_by_hand_and_the_import_is_undone(
    page: Page, program: Program, tmp_path: Path, strays: list[str]
) -> None:
    file = tmp_path / "saved.txt"
    file.write_text(saved_page(comments=SAID), encoding="utf-8")
    program.run("import", "demo", str(file))
    page.goto("/p/demo/imports/look-over")
    _is_clean_and_narrow(page)
    page.get_by_role("link", name="คุยกันที่ท่าน้ำ").click()
    _is_clean_and_narrow(page)
    _evidence_lights_up(page)
    cuts = page.locator("[data-cuts]")
    handles = cuts.get_by_role("slider")
    expect(handles).to_have_count(2)
    before = _shown(cuts)

    handles.first.focus()
    page.keyboard.press("ArrowUp")
    expect(cuts.get_by_role("status")).to_contain_text("อ่านแล้วนึกถึงบ้านตัวเอง")
    assert _shown(cuts)[0] == "สวัสดีค่ะ คุณแดง"
    page.keyboard.press("Control+z")
    assert _shown(cuts) == before
    cuts.locator("[data-redo]").click()
    assert _shown(cuts)[0] == "สวัสดีค่ะ คุณแดง"

    _pull(page, handles.last, cuts.locator("[data-at]", has_text="เล่มหนึ่งไม่เคยมีใครเปิด"))
    assert "จะกลับมาอ่านอีก" in _shown(cuts)[2]
    assert _shown(cuts)[2].startswith("เล่มหนึ่งไม่เคยมีใครเปิด")
    cuts.get_by_label("ผู้เขียนความเห็นที่ 2").fill("มาลี ทองดี")
    cuts.get_by_role("button", name="บันทึกเส้นแบ่งและผู้เขียน").click()
    expect(page.get_by_label("ผู้เขียนความเห็นที่ 2")).to_have_value("มาลี ทองดี")
    assert _shown(page.locator("[data-cuts]"))[0] == "สวัสดีค่ะ คุณแดง"

    gap = page.locator("[data-gap]:not([hidden])").last
    gap.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-count-now]")).to_have_text("4")
    page.keyboard.press("Delete")
    expect(page.locator("[data-count-now]")).to_have_text("3")

    page.goto("/p/demo/imports")
    page.locator("main tbody a").first.click()
    _is_clean_and_narrow(page)
    page.get_by_role("button", name="เลิก").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("เลิกการนำเข้าแล้ว", timeout=30_000)
    page.goto("/p/demo/imports/look-over?state=all")
    expect(page.get_by_role("link", name="คุยกันที่ท่าน้ำ")).to_have_count(0)
    assert strays == []


def _is_clean_and_narrow(page: Page) -> None:
    """Pages that an import makes: axe finds nothing, nor does anything stick out of the narrowest phone."""
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert complaints(page) == []
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    page.set_viewport_size({"width": 1280, "height": 900})


def _evidence_lights_up(page: Page) -> None:
    page.get_by_role("textbox", name="ชื่อเรื่อง").focus()
    expect(page.locator(".src-line--lit")).to_have_attribute("id", "L1")


def _shown(cuts: Locator) -> list[str]:
    """The comments as the preview has them."""
    return [text or "" for text in cuts.locator("[data-preview] p").all_text_contents()]


def _pull(page: Page, handle: Locator, line: Locator) -> None:
    handle.scroll_into_view_if_needed()
    start, aim = handle.bounding_box(), line.bounding_box()
    assert start is not None
    assert aim is not None
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(aim["x"] + 60, (start["y"] + aim["y"]) / 2)
    page.mouse.move(aim["x"] + 60, aim["y"] + 2)
    page.mouse.up()
