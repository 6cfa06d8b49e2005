"""Marks: drawn over the text without touching it, nested, counted, and taken out again."""

from __future__ import annotations

import re
from time import monotonic

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmwiki.text.markdown import render
from kmwiki.text.marks import MOST_NAMED, Span, draw, highlight, strip
from tests.make_texts import leaf_texts, mixed_text

BODY = "ก**ขคง**จฉ [ชซ](http://x.example)ฌ & <b>\n\n- ญ😀\n- ด"
spans = st.lists(st.tuples(st.integers(-2, 60), st.integers(-2, 60)).map(sorted), max_size=9).map(
    lambda pairs: [
        Span(start, end, number, f"c{number} p1", f"รหัส <{number}>") for number, (start, end) in enumerate(pairs)
    ]
)


def covered(html: str, coding: int) -> str:
    """The text inside the marks that name a coding."""
    found, depth, inside = [], [], False
    for token in re.findall(r"<[^>]*>|[^<]+", html):
        if token.startswith("<mark"):
            ids = re.search(r'data-codings="([^"]*)"', token)
            depth.append(inside)
            inside = inside or bool(ids and str(coding) in ids[1].split())
        elif token == "</mark>":
            inside = depth.pop()
        elif not token.startswith("<") and inside:
            found.append(token)
    return "".join(found).replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", "\u00a0")


@given(st.sampled_from([BODY, "ก\r\nข\u00a0ค\n\n  • ง"]) | mixed_text, st.sampled_from(["markdown", "plain"]), spans)
@settings(max_examples=300, deadline=None)
def test_taking_the_marks_out_gives_the_page_back(body: str, body_format: str, marked: list[Span]) -> None:
    rendered = render(body, body_format)
    html = draw(rendered.html, marked)
    assert strip(html) == rendered.html
    assert leaf_texts(html) == leaf_texts(rendered.html)
    both = highlight(html, [(span.start, span.end) for span in marked])
    assert strip(both) == rendered.html
    assert leaf_texts(both) == leaf_texts(rendered.html)


@given(spans, st.integers(1, 5))
@settings(max_examples=200, deadline=None)
def test_every_coding_covers_exactly_its_text(marked: list[Span], depth: int) -> None:
    rendered = render(BODY, "markdown")
    html = draw(rendered.html, marked, max_depth=depth)
    for span in marked:
        shown = (
            "".join(
                rendered.reading_text[
                    max(block.start, span.start) : max(min(block.end, span.end), block.start, span.start)
                ]
                for block in rendered.blocks
            )
            if span.start < span.end
            else ""
        )
        assert covered(html, span.id) == shown
        assert html.count(f'id="c{span.id}"') == (1 if shown else 0)
    deepest = level = 0
    for tag in re.findall(r"<mark|</mark>", html):
        level += 1 if tag == "<mark" else -1
        deepest = max(deepest, level)
    assert deepest <= depth


def test_marks_nest_and_stop_at_inline_elements() -> None:
    html = draw(render("ก**ข**ค", "markdown").html, [Span(0, 3, 1, "c1"), Span(1, 2, 2, "c2 p3")])
    assert html == (
        '<p data-start="0" data-end="3"><mark class="k c1" data-codings="1" id="c1">ก</mark><strong>'
        '<mark class="k c1" data-codings="1"><mark class="k c2 p3" data-codings="1 2" id="c2">ข</mark></mark></strong>'
        '<mark class="k c1" data-codings="1">ค</mark></p>\n'
    )


def test_what_is_too_deep_is_counted_and_can_be_linked_to() -> None:
    html = draw(render("กขค", "plain").html, [Span(0, 3, number) for number in range(1, 7)])
    assert html.count("<mark") == 4
    assert 'data-codings="1 2 3 4 5 6" data-more="+2"' in html
    assert all(html.count(f'id="c{number}"') == 1 for number in range(1, 7))


def test_a_heap_of_codings_is_counted_not_named_again_and_again() -> None:
    count = 2_000
    rendered = render("ก" * (2 * count), "plain")
    html = draw(rendered.html, [Span(at, 2 * count - at, at, "c1 p1") for at in range(count)])
    assert max(len(ids.split()) for ids in re.findall(r'data-codings="([^"]*)"', html)) == MOST_NAMED
    assert f'data-more="+{count - 4}"' in html
    assert sorted(map(int, re.findall(r' id="c(\d+)"', html))) == list(range(count))
    assert len(html) < 500 * len(rendered.reading_text)
    assert strip(html) == rendered.html


def test_a_label_cannot_break_out_of_its_attribute() -> None:
    html = draw(render("ก", "plain").html, [Span(0, 1, 1, 'c1" onclick="x', '"><script>')])
    assert 'class="k c1&quot; onclick=&quot;x"' in html
    assert 'title="&quot;&gt;&lt;script&gt;"' in html


def test_hits_that_touch_are_one_and_the_first_is_named() -> None:
    html = highlight(render("กขคงจ", "plain").html, [(3, 4), (0, 1), (1, 2)], first_id="hit")
    assert html == (
        '<p class="pre" data-start="0" data-end="5"><mark class="hit" id="hit">กข</mark>ค'
        '<mark class="hit">ง</mark>จ</p>\n'
    )


@pytest.mark.parametrize("ranges", [[], [(2, 2)], [(90, 99)]])
def test_nothing_to_draw_leaves_the_page_alone(ranges: list[tuple[int, int]]) -> None:
    html = render("กขค", "plain").html
    assert highlight(html, ranges) == html
    assert draw(html, [Span(start, end, 1) for start, end in ranges]) == html


def test_a_thousand_codings_on_a_long_text_are_drawn_at_once() -> None:
    rendered = render("กองทุนสวัสดิการ ออมวันละบาท & น้ำใจ\n\n" * 5_500, "plain")
    marked = [Span(at * 190, at * 190 + 350, at, "c1 p1") for at in range(1_000)]
    begun = monotonic()
    html = draw(rendered.html, marked)
    assert monotonic() - begun < 3
    assert strip(html) == rendered.html
