"""Lines that name quotes: which ones do, and that drawing a block moves no offset."""

from __future__ import annotations

import re
from time import monotonic

import pytest

from kmwiki.quotes.live import MOST_BLOCKS, draw_blocks, line_names, named_in, written
from kmwiki.text.markdown import render

SITES = ("", "https://wiki.example.org")


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("[[quote:12]]", 12),
        ("  [[ quote : 12 ]]  ", 12),
        ("[[quote:12|คำของเรา]]", 12),
        ("/q/7", 7),
        ("https://wiki.example.org/q/7", 7),
        ("https://other.example.org/q/7", None),
        ("ดู [[quote:12]]", None),
        ("[[quote:12]] และ [[quote:13]]", None),
        ("[[quote:999999999999999999]]", 999999999999999999),
        ("[[quote:9999999999999999999]]", None),
        ("[[memo:12]]", None),
        ("/q/x", None),
        ("", None),
    ],
)
def test_a_line_names_a_quote_only_if_it_says_nothing_else(line: str, names: int | None) -> None:
    assert line_names(line, SITES) == names


BODY = """ย่อหน้าแรก
[[quote:12]]
ต่ออีกบรรทัด

[[quote:3]]

https://wiki.example.org/q/7

ดู [[quote:5]] ในบรรทัดเดียวกัน

- [[quote:4]]

> [[quote:9]]

```
[[quote:1]]
```
"""


@pytest.mark.parametrize("body_format", ["markdown", "plain"])
def test_a_block_stands_beside_the_paragraph_and_the_text_itself_stays(body_format: str) -> None:
    html = render(BODY, body_format).html
    drawn = draw_blocks(html, lambda number: f'<figure data-q="{number}">คำ</figure>', SITES)
    found = [int(number) for number in re.findall(r'data-q="(\d+)"', drawn)]
    assert found == named_in(html, SITES)
    assert set(found) >= {12, 3, 7}
    assert 5 not in found
    if body_format == "markdown":
        assert found == [12, 3, 7, 9]
    bare = re.sub(r"<figure.*?</figure>", "", drawn).replace(' class="quote-ref"', "").replace("quote-ref ", "")
    assert bare == html, "nothing but the blocks and a class is new"
    for block in re.findall(r"<p [^>]*data-start[^>]*>(.*?)</p>", drawn, re.DOTALL):
        assert "<figure" not in block


def test_more_than_a_page_holds_stay_as_they_were_typed() -> None:
    html = render("\n\n".join(written(number) for number in range(1, MOST_BLOCKS + 20)), "markdown").html
    assert draw_blocks(html, lambda _: "<figure></figure>", SITES).count("<figure") == MOST_BLOCKS
    assert draw_blocks("<p>ไม่มี</p>", lambda _: "!", SITES) == "<p>ไม่มี</p>"


def test_hostile_texts_take_no_time() -> None:
    begun = monotonic()
    for html in ("<p>quote " * 20_000 + "</p>" * 20_000, "<p>" + "x/q/" * 50_000 + "</p>", "<p>" + "[[quote:" * 50_000):
        assert draw_blocks(html, lambda _: "!", SITES) == html
    assert monotonic() - begun < 5


def test_one_quote_named_again_and_again_is_drawn_no_more_often_than_many_are() -> None:
    html = render("\n\n".join(["[[quote:1]]"] * 5000), "markdown").html
    drawn = draw_blocks(html, lambda number: f"<figure>{number}</figure>", SITES)
    assert drawn.count("<figure>") == MOST_BLOCKS
    assert re.sub(r"<figure>1</figure>| class=\"quote-ref\"", "", drawn) == html


def test_of_some_ids_alone_the_others_stay_as_they_were_typed() -> None:
    html = render("[[quote:1]]\n\n[[quote:2]]", "markdown").html
    drawn = draw_blocks(html, lambda number: f"<figure>{number}</figure>", SITES, among=[2])
    assert (drawn.count("<figure>"), drawn.count("quote-ref")) == (1, 1)
    assert "<figure>2</figure>" in drawn
