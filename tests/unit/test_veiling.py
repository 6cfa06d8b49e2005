"""What a page shows is hidden wherever it stands in it, and nothing else changes."""

from __future__ import annotations

import pytest

from kmwiki.text.markdown import render
from kmwiki.text.marks import Span, draw, strip
from kmwiki.text.personal import BLOCK, find_personal
from kmwiki.text.veiling import veil_html, veil_page

PHONE = "081-555-0142"
HIDDEN = f'<span class="veiled" role="img" title="ปิด" aria-label="ปิด">{BLOCK * 12}</span>'


def veiled(page: str, *keep: str) -> str:
    return veil_page(page, keep, "ปิด")


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ("<p>ไม่มีอะไร 2550 &amp; อื่น</p>", None),
        (f"<p>โทร {PHONE} นะ</p>", f"<p>โทร {HIDDEN} นะ</p>"),
        (f"<title>{PHONE}</title>", f"<title>{BLOCK * 12}</title>"),
        (f"<select><option value='{PHONE}'>{PHONE}</option></select>", None),
        (f'<p title="โทร {PHONE}" data-text="{PHONE}">ก</p>',
         f'<p title="โทร {BLOCK * 12}" data-text="{BLOCK * 12}">ก</p>'),
        (f'<a href="tel:{PHONE}">โทร</a>', '<a href="#">โทร</a>'),
        ('<a href="mailto:ใคร">เขียน</a>', '<a href="#">เขียน</a>'),
        ('<a href="/p/x?tag=081-555%2d0142">ป้าย</a>', '<a href="#">ป้าย</a>'),
        ('<a href="/p/x/e/12-เรื่อง">ป้าย</a>', None),
        (f'<input type="checkbox" name="tag" value="{PHONE}">',
         f'<input type="checkbox" name="tag" value="{BLOCK * 12}">'),
        (f'<input name="q" value="{PHONE}"><textarea>{PHONE}</textarea>', None),
        (f'<script type="application/json">["{PHONE}"]</script>',
         f'<script type="application/json">["{BLOCK * 12}"]</script>'),
        (f"<script>let a = '{PHONE}';</script><style>/*{PHONE}*/</style>", None),
        (f"<div data-own><div>{PHONE}</div><b title='{PHONE}'>{PHONE}</b></div>", None),
        (f'<div title="x data-own y">{PHONE}</div>', f'<div title="x data-own y">{HIDDEN}</div>'),
        (f'<div class="a" data-own title="x">{PHONE}</div>', None),
        (f"<div data-own>{PHONE}</div><i>{PHONE}</i>", f"<div data-own>{PHONE}</div><i>{HIDDEN}</i>"),
        (f"<span>{PHONE}</span><span>1</span>", f"<span>{HIDDEN}</span><span>1</span>"),
        (f"<b>{PHONE}</b>1", f"<b>{HIDDEN}</b>1"),
        ("<td>081</td><td>5550142</td>", None),
        ("<p>081&#45;555&#x2d;0142 &lt;b&gt;</p>", f"<p>{HIDDEN} &lt;b&gt;</p>"),
        (f"<p>{BLOCK * 12}</p>", f"<p>{HIDDEN}</p>"),
        (f"<!-- {PHONE} --><p>a < b</p>", None),
    ],
)  # fmt: skip
def test_a_page_shows_no_number_and_changes_in_nothing_else(page: str, shown: str | None) -> None:
    if "<option" in page:
        assert PHONE not in veiled(page)
    else:
        assert veiled(page) == (page if shown is None else shown)


def test_a_number_parted_by_marks_is_hidden_piece_by_piece() -> None:
    shown = veiled('<h1>โทร <mark class="hit">081</mark>-<b>555</b><span class="at" id="c1"></span>-0142</h1>')
    assert shown.count(BLOCK) == 12
    assert "555" not in shown
    assert '<mark class="hit"><span class="veiled"' in shown


def test_what_is_cleared_stays() -> None:
    page = f'<p title="{PHONE}">{PHONE} <a href="tel:{PHONE}">โทร</a></p>'
    assert veiled(page, "0815550142") == page


def test_the_html_of_a_text_is_hidden_by_its_places_and_marks_still_fit() -> None:
    drawn = render("โทร **081**-555-*0142* & [ที่นี่](tel:0815550142)\n\n- อีกที 081-555-0142\n- จบ", "markdown")
    found = find_personal(drawn.reading_text)
    shown = veil_html(drawn.html, found)
    assert "555" not in shown
    assert shown.count(BLOCK) == 24
    assert 'href="#"' in shown
    assert "&amp;" in shown
    marked = draw(shown, [Span(6, 30, 1, "c1 p1", "รหัส")])
    assert strip(marked) == shown
    assert veil_html(drawn.html, []) == drawn.html.replace("tel:0815550142", "#")
