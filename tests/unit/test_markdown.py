"""Rendering: the reading text is what the page shows, block by block, and hard input ends in something readable."""

from __future__ import annotations

from time import monotonic

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmwiki.text.markdown import Block, Heading, Rendered, render
from tests.make_texts import PHRASES, any_text, leaf_texts, mixed_text

LINES = (
    *(
        "# หัวเรื่อง",
        "## ย่อย & <b>",
        "- ข้อ",
        "    - ย่อย",
        "1. หนึ่ง",
        "> อ้าง",
        "> > ลึก",
        "",
        "",
        "| ก | ข |",
        "|---|:-:|",
        "| 1 | |",
    ),
    *(
        "```",
        "  โค้ด <i>",
        "**หนา** และ *เอียง*",
        "[ลิงก์](http://a.example/?a=1&b=2)",
        "![รูป](/x.png)",
        "![ไกล](https://b.example/y.png)",
    ),
    *(
        "---",
        "***",
        "    เยื้อง",
        "#แท็ก",
        "จบ  ",
        "&nbsp;&lt;",
        "`โค้ด`",
        "http://c.example/ก",
        "\\*",
        "ก\u00a0\u200bข",
        "😀👨‍👩‍👧",
    ),
)
markdown_text = st.lists(st.sampled_from(LINES) | st.sampled_from(PHRASES) | any_text, max_size=14).map("\n".join)


def check(rendered: Rendered) -> None:
    """What the browser will show of each block is what the reading text has there."""
    leaves = leaf_texts(rendered.html)
    assert [(start, end) for start, end, _ in leaves if start < end] == [(b.start, b.end) for b in rendered.blocks]
    for start, end, text in leaves:
        assert text == rendered.reading_text[start:end]
    at = 0
    for block in rendered.blocks:
        assert rendered.reading_text[at : block.start].strip() == ""
        assert at <= block.start < block.end
        at = block.end
    assert rendered.reading_text[at:].strip() == ""


@given(markdown_text)
@settings(max_examples=400, deadline=None)
def test_every_block_shows_its_slice_of_the_reading_text(body: str) -> None:
    rendered = render(body, "markdown")
    check(rendered)
    assert render(body, "markdown") == rendered


@given(mixed_text | markdown_text)
@settings(max_examples=400, deadline=None)
def test_a_plain_body_is_its_own_reading_text(body: str) -> None:
    rendered = render(body, "plain")
    assert rendered.reading_text == body
    check(rendered)


def test_emoji_crlf_and_invisible_signs_keep_their_places() -> None:
    body = "😀 ก\u200bข\u00a0ค e\u0301\r\nบรรทัดสอง\r\n\r\n\ufeffย่อหน้า"
    plain = render(body, "plain")
    assert plain.reading_text == body
    assert [text for _, _, text in leaf_texts(plain.html)] == ["😀 ก\u200bข\u00a0ค e\u0301\r\nบรรทัดสอง", "\ufeffย่อหน้า"]
    assert "\r" not in plain.html
    marked = render(body, "markdown")
    assert marked.reading_text == "😀 ก\u200bข\u00a0ค e\u0301\nบรรทัดสอง\n\n\ufeffย่อหน้า"


def test_blocks_of_every_kind_are_told_with_their_gaps() -> None:
    body = "# ก\nข\n\n- ค\n- ง\n    - จ\n\n| ฉ | ช |\n|---|---|\n| ซ | |\n| | ญ |\n\n> ด\n\n```\nต <b>\n```\n\n---\nถ"
    rendered = render(body, "markdown")
    assert rendered.reading_text == "ก\n\nข\n\nค\nง\nจ\n\nฉ\tช\nซ\n\tญ\n\nด\n\nต <b>\n\nถ"
    tags = [block.tag for block in rendered.blocks]
    assert tags == ["h1", "p", "li", "p", "li", "th", "th", "td", "td", "p", "pre", "p"]
    assert rendered.outline == (Heading(1, "ก", 0),)
    assert '<h1 data-start="0" data-end="1" id="h0">' in rendered.html


def test_an_empty_cell_keeps_its_tab() -> None:
    assert render("|a|b|c|\n|-|-|-|\n|1||3|", "markdown").reading_text == "a\tb\tc\n1\t\t3"


def test_the_side_of_a_column_is_a_class() -> None:
    html = render("|a|b|c|\n|-|:-:|-:|\n|1|2|3|", "markdown").html
    assert 'class="to-center"' in html
    assert 'class="to-right"' in html
    assert "align=" not in html
    assert "style=" not in html


def test_lines_break_where_they_were_broken() -> None:
    rendered = render("ก\nข  \nค", "markdown")
    assert rendered.html == '<p data-start="0" data-end="5">ก<br>\nข<br>\nค</p>\n'
    assert rendered.reading_text == "ก\nข\nค"


def test_thai_writers_may_indent_and_tag() -> None:
    rendered = render("#สวัสดิการ\n\n    ย่อหน้าเยื้อง", "markdown")
    assert [block.tag for block in rendered.blocks] == ["p", "p"]
    assert rendered.reading_text == "#สวัสดิการ\n\nย่อหน้าเยื้อง"


def test_typed_html_is_shown_not_obeyed() -> None:
    rendered = render("<b>หนา</b> <!-- x --> <p onclick=1>", "markdown")
    assert rendered.reading_text == "<b>หนา</b> <!-- x --> <p onclick=1>"


def test_links_say_where_they_lead_and_follow_nobody() -> None:
    html = render("[ก](https://a.example) http://b.example/x?y=1. [ข](/p/demo/e/1)", "markdown").html
    assert html.count('rel="noopener nofollow"') == 3
    assert '<a href="http://b.example/x?y=1" rel="noopener nofollow">http://b.example/x?y=1</a>.' in html


def test_no_image_is_fetched_from_elsewhere() -> None:
    body = "![ก](https://a.example/1.png) ![ข](//b.example/2.png) ![ค](/p/x/3.png) ![ง](/\\c.example/4.png) ![](http://d.example)"
    html = render(body, "markdown").html
    assert html.count("<img") == 1
    assert 'src="/p/x/3.png"' in html
    assert '<a href="https://a.example/1.png" rel="noopener nofollow">ก</a>' in html
    assert '<a href="http://d.example" rel="noopener nofollow">http://d.example</a>' in html


def test_an_image_in_a_link_leaves_its_words() -> None:
    html = render("[![ก](https://a.example/1.png)](https://b.example)", "markdown").html
    assert "<img" not in html
    assert '<a href="https://b.example" rel="noopener nofollow">ก</a>' in html


def test_plain_bullets_are_drawn_as_a_list_with_their_own_signs() -> None:
    body = "เรื่อง:\n  • หนึ่ง\n- สอง\n๓. สาม\nต่อ\n\n- ๆ"
    rendered = render(body, "plain")
    assert rendered.reading_text == body
    assert rendered.blocks == (
        Block(0, 7, "p"),
        Block(8, 17, "li"),
        Block(18, 23, "li"),
        Block(24, 30, "li"),
        Block(31, 34, "p"),
        Block(36, 39, "li"),
    )
    assert '<ul class="drawn">\n<li class="pre" data-start="8" data-end="17">  • หนึ่ง</li>' in rendered.html


def test_addresses_in_a_plain_text_are_links() -> None:
    html = render("ดู https://a.example/x?a=1&b=2 นะ", "plain").html
    assert (
        '<a href="https://a.example/x?a=1&amp;b=2" rel="noopener nofollow">https://a.example/x?a=1&amp;b=2</a>' in html
    )


def test_an_empty_body_has_no_block() -> None:
    for body_format in ("plain", "markdown"):
        assert render("", body_format) == Rendered("", "", (), ())


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="bbcode"):
        render("ก", "bbcode")


@pytest.mark.parametrize(
    "body",
    [
        "> " * 10_000,
        "- " * 10_000,
        "1. " * 5_000,
        "\n".join("    " * depth + "- ก" for depth in range(300)),
        "\n".join(">" * depth + " ก" for depth in range(300)),
        "[" * 20_000,
        "![" * 10_000,
        "[a](" * 5_000,
        "<a " * 20_000,
        "~~~ a\n" * 20_000,
        "]" * 30_000,
    ],
    ids=[
        "quotes",
        "bullets",
        "numbers",
        "stairs",
        "quote stairs",
        "brackets",
        "images",
        "links",
        "tags",
        "fences",
        "closed",
    ],
)
def test_absurd_nesting_is_shown_as_plain_text(body: str) -> None:
    begun = monotonic()
    rendered = render(body, "markdown")
    assert monotonic() - begun < 5
    assert rendered.is_fallback
    assert rendered.reading_text == body
    check(rendered)


@pytest.mark.parametrize(
    "body",
    [
        "กองทุนสวัสดิการ " * 60_000,
        "ก\n" * 20_000,
        "a\n-\n" * 5_000,
        "# ก\n" * 5_000,
        "---\n" * 5_000,
        "> ก\n" * 5_000,
        "**ก** " * 10_000,
        f"# {'#' * 100_000}ก",
    ],
    ids=["a million", "lines", "underlined", "headings", "rules", "quoted", "bold", "number signs"],
)
def test_long_texts_render_in_seconds(body: str) -> None:
    begun = monotonic()
    rendered = render(body, "markdown")
    assert monotonic() - begun < 12
    assert not rendered.is_fallback
    check(rendered)


def test_nesting_that_people_use_is_kept() -> None:
    body = "\n".join("    " * depth + "- ก" for depth in range(8)) + "\n\n" + "> " * 6 + "ข"
    rendered = render(body, "markdown")
    assert not rendered.is_fallback
    assert rendered.reading_text == "ก\n" * 7 + "ก\n\nข"
