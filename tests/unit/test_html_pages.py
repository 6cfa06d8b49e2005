"""Parts of saved pages whose markup nobody described beforehand: nothing of them may be lost in silence."""

from __future__ import annotations

from kmwiki.formats.gotoknow_html.layouts import own_layouts
from kmwiki.formats.gotoknow_html.page import HtmlPage, read_page

LABELS = "<p>หมายเลขบันทึก: 88123</p><p>เขียนเมื่อ 6 เมษายน 2550 10:20 น.</p>"


def read(html: str) -> HtmlPage:
    return read_page(html, own_layouts(), lambda _: None)


def test_a_comment_keeps_who_wrote_it_when_though_no_selector_names_them() -> None:
    page = read(
        """<html><head><title>เวที - GotoKnow</title><meta property="og:site_name" content="GotoKnow"></head><body>
        <h1>เวที</h1><div class="post-content"><p>มากันหลายคน</p></div>
        <section id="comments">
        <div class="comment"><header><a href="/user/a">ครูต้อย</a> <time datetime="2018-02-05">5 ก.พ.</time></header>
        <div class="comment-body">ขอชื่นชม</div></div>
        <div class="comment"><div><a href="/r">ตอบกลับ</a></div><i>ความเห็นที่ 2</i><p>ลุงคำ ใจดี 6 ก.พ. 2561</p>
        <div class="comment-body">เห็นด้วย</div></div>
        <div class="comment"><div class="comment-body">ไม่บอกชื่อ</div><a href="/r">ลบ</a></div></section></body></html>"""
    )
    told = [(each.author, each.written and each.written.when.day, each.text) for each in page.page.comments]
    assert told == [("ครูต้อย", 5, "ขอชื่นชม"), ("ลุงคำ ใจดี", 6, "เห็นด้วย"), (None, None, "ไม่บอกชื่อ")]


def test_addresses_of_links_do_not_come_into_names_and_titles() -> None:
    page = read(
        f"""<html><body><h1><a href="http://e.org/1">เวทีข้าวสาร</a></h1><div>โดย <a href="http://e.org/w">วิไล ทองมา</a>
        เขียนเมื่อ 6 เมษายน 2550 10:20 น.</div><p>มี <a href="http://e.org/2">คนมา</a> มาก</p>
        <div>คำสำคัญ: <a href="http://e.org/t">#ข้าวสาร</a></div>{LABELS}<h3>ความเห็น (0)</h3></body></html>"""
    ).page
    assert (page.title, page.author, page.tags) == ("เวทีข้าวสาร", "วิไล ทองมา", ("ข้าวสาร",))
    assert "[คนมา](http://e.org/2)" in page.body


def test_a_table_that_holds_the_whole_page_does_not_swallow_its_text() -> None:
    title = "<td colspan=2><b>เรื่องน้ำ</b></td>"
    cells = "<td><a href='/'>เมนู</a></td><td><p>น้ำในคลองแห้ง<p>จึงนัดคุยกันใหม่</td>"
    table = f"<table><tr>{title}</tr><tr>{cells}</tr></table>"
    page = read(f"<html><title>เรื่องน้ำ</title><body>{table}{LABELS}<p>ความเห็น (0)</body></html>").page
    assert page.title == "เรื่องน้ำ"
    assert page.body.endswith("น้ำในคลองแห้ง\n\nจึงนัดคุยกันใหม่")
    assert "|" not in page.body


def test_a_question_tells_who_asked_it_when() -> None:
    page = read(
        """<html><head><link rel="canonical" href="https://www.gotoknow.org/questions/4321"></head><body>
        <h1>ทำบัญชีอย่างไร</h1><div class="question-body"><p>ขอคำแนะนำ</p></div>
        <p>ถามโดย <a href="/m">มะลิ</a> เมื่อ 2 ก.ค. 2555</p></body></html>"""
    ).page
    assert page.author == "มะลิ"
    assert page.written is not None
    assert page.written.when.year == 2012
