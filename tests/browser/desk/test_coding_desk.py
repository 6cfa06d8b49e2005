"""The coding desk in a real browser: what is coded is what was selected, to the code point; what others do appears."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from kmwiki.coding.models import Coding
from kmwiki.db import session, transaction
from kmwiki.sources.models import Revision
from tests.browser.conftest import select_words as drag_over

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.desk.served import Served
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
SAID = "ลองแยกดูว่าตรงไหน**ซ้ำกัน** 🙂 ที่เงิน"
BLOCKS = """() => [...document.querySelectorAll("[data-source].coded [data-start]")].map((block) => [
    Number(block.closest("[data-source]").dataset.source), Number(block.dataset.start), Number(block.dataset.end),
    block.textContent,
])"""
DRAWN = """() => [...document.querySelectorAll(".coded [data-start]")].map((block) => block.innerHTML)"""


@pytest.fixture
def desk(desk_room: Served) -> Desk:
    """An entry with emoji, a list, a table and a quote, and a comment; two codes, one with an alias."""
    made = desk_room.desk(BODY, said=SAID)
    made.more_code("ซ้ำซ้อน", name_en="Duplication", aliases=["ทับกัน"])
    return made


@pytest.fixture
def page(desk_room: Served, desk: Desk) -> Page:
    """The desk on a laptop."""
    return desk_room.open(desk)


def pick_words(page: Page, words: str, *, inside: str = "#text") -> None:
    """Drag over the words and wait for the popover."""
    drag_over(page, words, inside=inside)
    expect(page.locator("#code-find")).to_be_focused()


def rows(page: Page) -> list[tuple[str, str]]:
    """The list beside the text: name of the code, quote."""
    return [
        (row.locator(".code-chip").inner_text(), row.locator("q").inner_text())
        for row in page.locator("#desk-list .coding").all()
    ]


def undo(page: Page) -> None:
    """Undo the last action by its key."""
    page.keyboard.press("Control+z")


def test_what_is_selected_is_coded_to_the_code_point_and_is_drawn_as_the_server_draws_it(
    page: Page, desk: Desk
) -> None:
    wanted = ["🙂🙂 ป้าสายบัว", "👨‍👩‍👧 ริมคลอง", "ปฏิทินร่วม", "ห้าหมื่น", "เงินใครก็มีกติกาของคนนั้น", "สายบัว"]
    for words in wanted:
        pick_words(page, words)
        expect(page.locator("#code-pop [data-quote]")).to_have_text(words)
        page.keyboard.type("ออม")
        expect(page.locator("#code-options [aria-selected=true]")).to_contain_text("การออม")
        page.keyboard.press("Enter")
        expect(page.locator("#code-pop")).to_be_hidden()
    assert {quote for _, quote in rows(page)} == set(wanted)
    with session() as s:
        texts = dict(s.execute(select(Revision.source_id, Revision.reading_text)).all())
    blocks = page.evaluate(BLOCKS)
    assert len(blocks) > 6
    assert [texts[source][start:end] for source, start, end, _ in blocks] == [shown for *_, shown in blocks]
    page.locator("#desk-list").press("Escape")
    drawn = [re.sub(r" now\b", "", html) for html in page.evaluate(DRAWN)]
    listed = rows(page)
    page.reload()
    assert page.evaluate(DRAWN) == drawn
    assert rows(page) == listed
    assert desk.text() == texts[desk.source_id]


def test_names_are_found_in_english_by_alias_and_a_passage_gets_codes_one_by_one_or_several_at_once(page: Page) -> None:
    pick_words(page, "ออมวันละบาท")
    for typed in ("dupli", "ทับ", "DUPLICATION"):
        page.locator("#code-find").fill(typed)
        expect(page.locator("#code-options [role=option]").first).to_contain_text("ซ้ำซ้อน")
    page.keyboard.press("Escape")
    expect(page.locator("#code-pop")).to_be_hidden()
    pick_words(page, "ออมวันละบาท")
    page.keyboard.type("ออม")
    page.keyboard.press("Shift+Enter")
    expect(page.locator("#desk-list .coding")).to_have_count(1)
    expect(page.locator("#code-pop")).to_be_visible()
    page.keyboard.press("Escape")
    pick_words(page, "ของคนสองหมู่บ้าน")
    page.keyboard.type("ซ้ำ")
    page.keyboard.press("Control+Enter")
    page.keyboard.type("ออม")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#code-pop [data-picks] button")).to_have_count(2)
    page.keyboard.press("Backspace")
    expect(page.locator("#code-pop [data-picks] button")).to_have_count(1)
    page.locator("#code-options [role=option]", has_text="การออม").click()
    page.locator("#code-pop [data-voice=informant]").click()
    page.locator("#code-pop [data-go]").click()
    expect(page.locator("#desk-list .coding")).to_have_count(3)
    assert {name for name, quote in rows(page) if quote == "ของคนสองหมู่บ้าน"} == {"การออม", "ซ้ำซ้อน"}
    undo(page)
    expect(page.locator("#desk-list .coding")).to_have_count(1)


def test_a_new_code_voice_and_thought_are_kept_and_their_own_words_become_a_code(page: Page) -> None:
    pick_words(page, "ออมวันละบาท")
    page.locator("#code-pop [data-voice=informant]").click()
    page.locator("#code-pop [data-memo]").click()
    page.locator("#code-memo").fill("เริ่มเล็กแต่ต่อเนื่อง")
    page.locator("#code-find").fill("วินัยการออม")
    page.keyboard.press("Enter")
    row = page.locator("#desk-list .coding")
    expect(row.locator(".code-chip")).to_have_text("วินัยการออม")
    expect(row.locator(".coding-memo")).to_have_text("เริ่มเล็กแต่ต่อเนื่อง")
    pick_words(page, "สองหมู่บ้าน")
    expect(page.locator("#code-options [role=option]").first).to_contain_text("วินัยการออม")
    page.locator("#code-options [role=option]", has_text="“สองหมู่บ้าน”").click()
    expect(page.locator("#desk-list .code-chip", has_text="สองหมู่บ้าน")).to_have_count(1)


def test_overlaps_are_all_named_one_is_chosen_to_take_away_and_every_step_goes_back_and_forth_after_a_reload(
    page: Page, desk: Desk
) -> None:
    desk.add("กองทุนเริ่มจากออมวันละบาท")
    inner = desk.add("ออมวันละบาท", desk.more_code("วินัย"))
    for number in range(21):
        desk.add("ออมวันละบาท", desk.more_code(f"รหัส {number}"))
    page.reload()
    page.locator("#text mark[data-more='+19']").click()
    here = page.locator("#here-pop .coding")
    expect(here).to_have_count(23)
    here.filter(has_text="วินัย").locator("[data-do=remove]").click()
    expect(page.locator("#desk-list .coding")).to_have_count(22)
    expect(page.locator("#text mark[data-more='+18']")).to_have_count(1)
    page.locator("#toasts button").click()
    expect(page.locator("#desk-list .coding")).to_have_count(23)
    page.locator("#desk-redo").click()
    expect(page.locator("#desk-list .coding")).to_have_count(22)
    page.reload()
    expect(page.locator("#desk-undo")).to_have_attribute("aria-label", re.compile("วินัย"))
    undo(page)
    expect(page.locator("#desk-list .coding")).to_have_count(23)
    expect(page.locator(f"#desk-list [data-codings='{inner.id}']")).to_have_count(1)


def test_a_passage_is_stretched_split_and_recoded_with_its_thought_and_voice(page: Page, desk: Desk) -> None:
    desk.add("ออมวันละบาท", memo="คิดไว้", voice="document")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.reload()
    row = page.locator("#desk-list .coding")
    row.locator("q").click()
    row.locator("[data-do=quote]").click()
    expect(page.locator(".toast")).to_be_visible()
    assert str(page.evaluate("navigator.clipboard.readText()")).startswith("“ออมวันละบาท”\n")
    row.locator("[data-do=stretch]").click()
    page.locator("[data-step='start -1']").click()
    handle = page.locator("#text .handle--end").bounding_box()
    assert handle is not None
    assert min(handle["width"], handle["height"]) >= 44
    page.mouse.move(handle["x"] + 22, handle["y"] + 20)
    page.mouse.down()
    page.mouse.move(handle["x"] + 120, handle["y"] + 20, steps=4)
    page.mouse.up()
    wider = page.locator("#stretch-pop [data-quote]").inner_text()
    assert "ออมวันละบาท ของ" in wider
    page.locator("#stretch-pop [data-save]").click()
    expect(page.locator("#stretch-pop")).to_be_hidden()
    assert rows(page) == [("การออม", wider)]
    row.locator("[data-do=edit]").click()
    expect(page.locator("#code-memo")).to_have_value("คิดไว้")
    page.locator("#code-find").fill("ซ้ำ")
    page.keyboard.press("Enter")
    expect(row.locator(".code-chip")).to_have_text("ซ้ำซ้อน")
    expect(row.locator(".coding-note")).to_contain_text("คิดไว้")
    row.locator("[data-do=split]").click()
    page.locator("#split-pop [data-step='1']").click()
    page.locator("#split-pop [data-save]").click()
    expect(page.locator("#desk-list .coding")).to_have_count(2)
    parts = rows(page)
    assert {name for name, _ in parts} == {"ซ้ำซ้อน"}
    assert "".join(quote for _, quote in parts).replace(" ", "") == wider.replace(" ", "")
    with session() as s:
        kept = s.execute(
            select(Coding.memo, Coding.voice).where(Coding.project_id == desk.project.id, Coding.deleted.is_(None))
        ).all()
    assert set(kept) == {("คิดไว้", "document")}
    undo(page)
    expect(page.locator("#desk-list .coding")).to_have_count(1)
    assert rows(page) == [("ซ้ำซ้อน", wider)]


def test_a_selection_over_several_blocks_is_the_text_between_its_ends_and_a_passage_opens_from_its_address(
    desk_room: Served, page: Page, desk: Desk
) -> None:
    page.evaluate("""() => {
        const items = document.querySelectorAll("#text li");
        const range = document.createRange();
        range.setStart(items[0].firstChild, 0);
        range.setEnd(items[1], items[1].childNodes.length);
        getSelection().addRange(range);
    }""")
    page.locator("#code-touch").click()
    page.keyboard.type("ออม")
    page.keyboard.press("Enter")
    expect(page.locator("#desk-list .coding")).to_have_count(1)
    text = desk.text()
    with session() as s:
        coding = s.scalars(select(Coding).where(Coding.project_id == desk.project.id)).one()
    assert text[coding.ev_start : coding.ev_end] == text[text.index("ข้อแรก") : text.index("ตัวเองก่อน") + len("ตัวเองก่อน")]
    far = desk.add("เงินใครก็มีกติกาของคนนั้น")
    other = desk_room.open(desk, more=f"?again=1#c{far.id}")
    expect(other.locator("#desk-list .coding[aria-current] q")).to_have_text("เงินใครก็มีกติกาของคนนั้น")
    expect(other.locator("#text mark.now")).to_be_in_viewport()


def test_what_another_codes_appears_by_itself_and_a_text_that_has_gone_on_is_told(page: Page, desk: Desk) -> None:
    other = desk.make.member(desk.project)
    expect(page.locator("#desk-bar")).to_be_visible()
    theirs = desk.add("ข้อสอง", by=other)
    expect(page.locator(f"#text mark[data-codings='{theirs.id}']")).to_have_text("ข้อสอง")
    expect(page.locator("#desk-list .coding")).to_have_count(1)
    desk.save(f"คำนำใหม่\n\n{BODY}")
    pick_words(page, "ออมวันละบาท")
    page.keyboard.type("ออม")
    page.keyboard.press("Enter")
    expect(page.locator("#code-pop [data-error]")).to_contain_text(re.compile("ฉบับที่ 1.*ฉบับที่ 2"))
    expect(page.locator("#desk-stale")).to_be_visible()


def test_passages_are_chosen_by_code_coder_voice_and_standing_and_codes_lead_through_the_text(
    desk_room: Served, desk: Desk
) -> None:
    above = desk.more_code("หมวดเงิน", is_codable=False)
    below = desk.more_code("ดอกเบี้ย", parent_id=above.id)
    other = desk.make.member(desk.project)
    desk.add("ออมวันละบาท", voice="informant")
    desk.add("ข้อแรก")
    desk.add("ห้าหมื่น", below, by=other)
    page = desk_room.open(desk)
    page.locator("#desk-filter").click()
    page.locator(f"#desk-filters [data-of=coder][data-value='{other.user_id}']").click()
    assert rows(page) == [("ดอกเบี้ย", "ห้าหมื่น")]
    expect(page.locator("#text mark.k")).to_have_count(1)
    page.reload()
    assert rows(page) == [("ดอกเบี้ย", "ห้าหมื่น")]
    expect(page.locator("#text mark.k")).to_have_count(1)
    page.locator("#desk-only [data-clear]").click()
    expect(page.locator("#desk-list .coding")).to_have_count(3)
    page.locator("#desk-filter").click()
    page.locator("#desk-filter-code").select_option(str(above.id))
    assert [name for name, _ in rows(page)] == ["ดอกเบี้ย"]
    page.locator("#desk-only [data-clear]").click()
    page.locator("#desk-filters [data-of=voice][data-value=informant]").click()
    assert [quote for _, quote in rows(page)] == ["ออมวันละบาท"]
    page.locator("#desk-only [data-clear]").click()
    page.locator("#tab-codes").click()
    line = page.locator("#desk-codes [data-code]", has_text="การออม")
    for quote in ("ออมวันละบาท", "ข้อแรก", "ออมวันละบาท"):
        line.click()
        expect(page.locator("#text mark.now")).to_have_text(quote)
    page.locator("#desk-bare").click()
    expect(page.locator("#desk-say")).to_have_text("ข้อสอง มาในนามตัวเองก่อน")


def test_a_thousand_passages_are_listed_as_they_come_into_view_and_in_pages_without_script(
    desk_room: Served,
) -> None:
    desk = desk_room.desk("\n\n".join("ก ข ค ง จ ฉ ช ซ ฌ ญ" for _ in range(100)), body_format="plain")
    text = desk.text()
    first = desk.add(text[0])
    columns = {
        name: getattr(first, name) for name in ("project_id", "source_id", "root_id", "code_id", "layer_id", "coder_id")
    }
    with transaction() as s:
        for at in [at for at, letter in enumerate(text) if letter.strip()][1:]:
            place = {
                "ev_revision": 1,
                "ev_start": at,
                "ev_end": at + 1,
                "ev_quote": text[at],
                "start": at,
                "end": at + 1,
            }
            s.add(Coding(guid=str(uuid4()), **columns, **place))
    page = desk_room.open(desk)
    expect(page.locator("#codings [data-count]")).to_have_text(re.compile("1,?000"))
    assert page.locator("#desk-list .coding").count() < 200
    page.keyboard.press("[")
    current = page.locator("#desk-list .coding[aria-current]")
    expect(current.locator("q")).to_have_text("ญ")
    expect(current).to_be_in_viewport()
    page.emulate_media(media="print")
    expect(page.locator(".print-notes")).to_have_count(100)
    page.emulate_media(media="screen")
    expect(page.locator(".print-notes")).to_have_count(0)
    with desk_room.browser.new_context(java_script_enabled=False, base_url=desk_room.base) as plain:
        desk_room.sign_in(plain, desk.coder)
        bare = plain.new_page()
        bare.goto(f"/p/{desk.project.slug}/e/{desk.entry.number}?passages=20")
        expect(bare.locator("#desk-list .coding")).to_have_count(50)
        expect(bare.locator("#desk-list .coding").last.locator("q")).to_have_text("ญ")
