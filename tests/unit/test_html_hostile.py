"""HTML that means no good, or comes of bad programs: read in time without anything that acts, or refused in words."""

from __future__ import annotations

from time import monotonic

import pytest

from kmwiki.errors import Invalid
from kmwiki.exchange.importing.model import Options
from kmwiki.exchange.importing.pages import is_html
from kmwiki.formats.gotoknow_html import HtmlPage, own_layouts, read_page
from kmwiki.formats.html.addresses import file_path, page_address, whole
from kmwiki.formats.html.charset import decode_html
from kmwiki.formats.html.tree import parse_html
from kmwiki.text.markdown import render
from tests import make_html


def read(html: str) -> HtmlPage:
    return read_page(
        html, own_layouts(), lambda path: f"attachment:{path.rpartition('/')[2]}" if ".png" in path else None
    )


def html_of(page: HtmlPage) -> str:
    return render(page.page.body, "markdown").html


def said(page: HtmlPage) -> str:
    return "\n".join(str(warning) for warning in page.page.warnings)


def test_what_could_act_is_left_out_and_its_words_stay() -> None:
    page = read(
        "<article><h1>ก</h1><script>alert(1)</script><style>p{}</style><p onclick='x()' style='color:red'>ข้อความ "
        "<a href='javascript:alert(1)'>ลิงก์ร้าย</a> <a href=' jAva\tscript:alert(1)'>สอง</a> <a href='data:text/html,x'>สาม</a>"  # noqa: E501
        "<a href='vbscript:x'>สี่</a></p><form><input value='ช่อง'><p>ในฟอร์ม</p></form><svg onload='x()'><text>วาด</text></svg>"  # noqa: E501
        "<iframe src='https://video.example.org/1'></iframe><object data='x'>วัตถุ</object><img src=x onerror=alert(1)>"
        "<p style='display:none'>ซ่อน</p><p hidden>ซ่อน</p><o:p>&nbsp;</o:p><img src='data:image/png;base64,AAAA' alt='ในหน้า'>"  # noqa: E501
        "<math><mtext></mtext></math><p>&lt;script&gt;alert(2)&lt;/script&gt; &amp;lt;b&amp;gt;</p></article>"
    )
    html = html_of(page)
    for bad in ("javascript", "onclick", "onerror", "<script", "data:", "style=", "vbscript", "ซ่อน", "วาด", "วัตถุ"):
        assert bad not in html, bad
    for kept in ("ลิงก์ร้าย", "สอง", "สาม", "สี่", "ในฟอร์ม", "&lt;script&gt;alert(2)", "&amp;lt;b&amp;gt;", "ในหน้า"):
        assert kept in html, kept
    assert 'href="https://video.example.org/1"' in html
    assert "4 links" in said(page)


@pytest.mark.parametrize("depth", [300, 1500, 10_000])
def test_ten_thousand_elements_deep_is_read_or_refused_in_time(depth: int) -> None:
    start = monotonic()
    for tag in ("div", "ul><li", "blockquote", "b", "table><tr><td", "span"):
        html = f"<body><p>ก่อน</p>{f'<{tag}>' * depth}ข้อความ{'</div>' * depth}</body>"
        try:
            assert "ข้อความ" in html_of(read(html))
        except Invalid as error:
            assert "deeper" in str(error)  # noqa: PT017 - either is right
    assert monotonic() - start < 60


def test_a_page_of_many_megabytes_is_read_in_time() -> None:
    start = monotonic()
    page = read(make_html.posts_page(body="<p>ย่อหน้าหนึ่ง <b>หนา</b> &nbsp;</p>\n" * 5_000))
    assert page.page.body.count("**หนา**") == 5_000
    read("<p" + " a" * 500_000 + ">x")
    read("<" * 300_000)
    read(f"<table>{'<tr><td>1<td>2' * 4_000}</table>")
    read(f"<body>{'<br>' * 20_000}ก")
    read(f"<div id='comment-1'>{'<div class=comment>ก' * 1_000}")
    assert monotonic() - start < 90


def test_nothing_outside_is_read(tmp_path: object) -> None:
    html = (
        '<?xml version="1.0" encoding="tis-620"?><!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd"> '
        '<!ENTITY a "aaaaaaaaaa"> <!ENTITY b "&a;&a;&a;&a;">]><html xmlns="http://www.w3.org/1999/xhtml">'
        "<body><p>ก&x;&b;</p></body></html>"
    )
    assert "root:" not in read(html).page.body
    assert str(tmp_path) not in read(html).page.body


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("/x y", "http://e.th/x%20y"),
        ("../a(1)[2]", "http://e.th/a%281%29%5B2%5D"),
        ("//h.org/ก", "http://h.org/ก"),
        ("#a", None),
        ("", None),
        ("http://[", None),
        ("https://a b", "https://a%20b"),
        ("JAVA\nSCRIPT:x", None),
        ("\x01javascript:x", None),
        ("mailto:a@b.th", "mailto:a@b.th"),
        ("ftp://h.org", None),
        ("http://e.th/" + "x" * 5000, None),
    ],
)
def test_links_are_made_whole_and_harmless(address: str, wanted: str | None) -> None:
    assert whole(address, "http://e.th/posts/1") == wanted


def test_paths_of_images_are_read_as_browsers_write_them() -> None:
    assert file_path("./page_files/%E0%B8%81.png?1#x") == "page_files/ก.png"
    assert file_path("page_files\\a.png") == "page_files/a.png"
    assert file_path("file:///C:/x/page_files/a.png") == "file:///C:/x/page_files/a.png"
    assert file_path("http://e.th/a.png") is None
    assert file_path("//e.th/a.png") is None
    assert whole("a.png", None) is None


def test_the_address_of_a_page_is_found_wherever_it_stands() -> None:
    for html, wanted in (
        ("<!-- saved from url=(0017)http://e.th/a/b/c --><html><body>x", "http://e.th/a/b/c"),
        ("<html><!-- saved from url=(0012)http://e.th/xyz --><body>x", "http://e.th/"),
        (
            "<link rel='canonical' href='javascript:x'><meta property='og:url' content='https://e.th/1'>",
            "https://e.th/1",
        ),
        ("<p>x", None),
    ):
        assert page_address(parse_html(html)) == wanted
    page = read("<base href='https://other.th/dir/'><article><a href='x'>ก</a></article>")
    assert "(https://other.th/dir/x)" in page.page.body


@pytest.mark.parametrize(
    ("data", "encoding", "is_guess"),
    [
        ('<meta charset="tis-620"><p>ภาษาไทย'.encode("cp874"), "cp874", False),
        (
            '<meta http-equiv="Content-Type" content="text/html; charset=windows-874"><p>“ไทย”'.encode("cp874"),
            "cp874",
            False,
        ),
        ('<meta charset="tis-620"><p>ภาษาไทย'.encode(), "utf-8", False),
        ('<meta charset="utf-8"><p>ภาษาไทยทั้งหน้า สวัสดีครับ'.encode("cp874"), "tis-620", True),
        ("\ufeff<p>ภาษาไทย".encode(), "utf-8", False),
        ("<p>ภาษาไทย".encode("utf-16"), "utf-16-le", False),
        ('<meta charset="iso-8859-1"><p>caf\xe9 cr\xe8me'.encode("latin-1"), "latin-1", True),
        ('<meta charset="no-such"><p>ภาษาไทยทั้งหน้า สวัสดีครับ'.encode("cp874"), "tis-620", True),
    ],
)
def test_what_a_page_says_of_its_encoding_counts_only_if_its_bytes_agree(
    data: bytes,
    encoding: str,
    is_guess: bool,  # noqa: FBT001
) -> None:
    found = decode_html(data)
    if encoding == "latin-1":
        assert "café crème" in found.text
    else:
        assert (found.encoding, found.is_guess) == (encoding, is_guess)
        assert "ไทย" in found.text


@pytest.mark.parametrize("html", ["", "   ", "<html></html>", "<script>x</script>", "<!-- x -->", "<p>&nbsp;</p>"])
def test_a_page_without_text_is_refused(html: str) -> None:
    with pytest.raises(Invalid, match="no text"):
        read(html)


def test_pages_of_every_generation_are_read_alike() -> None:
    for html, layout in (
        (make_html.posts_page(), "posts"),
        (make_html.classic_page(), "classic"),
        (make_html.unknown_page(), "wording"),
    ):
        found = read(html)
        page = found.page
        assert (found.layout, page.layout, page.title, page.record_no) == (layout, "post", make_html.TITLE, 900221)
        assert page.written is not None
        assert page.written.iso() == "2008-02-19T19:36+07:00"
        assert [comment.author for comment in page.comments] == ["สมหญิง ใจงาม", "ครูนก"]
        assert [comment.written.iso() if comment.written else "" for comment in page.comments] == [
            "2008-02-20T09:30+07:00",
            "2008-02-21T10:00+07:00",
        ]
        lines = found.text.split("\n")
        for comment in page.comments:
            assert "ครับ" in "\n".join(lines[comment.lines[0] - 1 : comment.lines[1]]) or "ค่ะ" in comment.text
        assert "หมายเลขบันทึก" not in page.body
        assert "พบปัญหา" not in page.body


def test_journals_and_questions_are_told_apart_and_machines_facts_are_read() -> None:
    facts = (
        '<script type="application/ld+json">{"@graph":[{"@type":["BlogPosting"],"headline":"หัวข้อ","author":[{"name":"ผู้เขียน"}],'  # noqa: E501
        '"datePublished":"2008-02-19T12:36:00Z","dateModified":"2009-01-01","license":"http://creativecommons.org/licenses/by-nc/3.0/",'
        '"keywords":"ก, ข"}]}</script><script type="application/ld+json">{bad</script>'
        f'<script type="application/ld+json">{"[" * 100_000}</script>'
    )
    journal = read(
        f"<head><link rel='canonical' href='https://www.gotoknow.org/journals/77'>{facts}</head>"
        "<body><div class='journal-body'>อนุทินวันนี้</div><div class='q'>ความเห็น (3)</div></body>"
    ).page
    assert (journal.layout, journal.record_no, journal.title, journal.author) == ("journal", 77, "หัวข้อ", "ผู้เขียน")
    assert (journal.licence, journal.tags) == ("CC BY-NC", ("ก", "ข"))
    assert journal.written is not None
    assert journal.written.iso() == "2008-02-19T19:36+07:00"
    assert journal.edited is not None
    assert journal.edited.iso() == "2009-01-01"
    assert journal.comment_count == 3
    question = read(
        "<body class='questions'><h1>ถามเรื่องกองทุน</h1><div class='question-body'>ทำอย่างไร</div>"
        "<div id='answers'><h2>คำตอบ (1)</h2><div class='answer'><b>ครูนก 3 มี.ค. 2551 10:20</b><p>ดู<a href='http://e.th/1'>ที่นี่</a></p></div></div>"
        "<p>หมายเลขคำถาม: 55</p></body>"
    ).page
    assert (question.layout, question.record_no, len(question.comments)) == ("question", 55, 1)
    (answer,) = question.comments
    assert (answer.body_format, answer.text) == ("markdown", "ดู[ที่นี่](http://e.th/1)")
    assert answer.author == "ครูนก"


def test_answers_within_answers_are_comments_of_their_own() -> None:
    nested = (
        "<div class='comment' id='comment-1'><cite>ก</cite><div class='comment-body'><p>หนึ่ง</p></div>"
        "<div class='comment' id='comment-2'><div class='comment-body'>สอง</div></div></div>"
        "<div class='comment' id='comment-3'></div>"
    )
    page = read(f"<body><article><p>เนื้อ</p></article><div id='comments'>{nested}</div></body>").page
    assert [comment.text for comment in page.comments] == ["หนึ่ง", "สอง"]
    assert page.body == "เนื้อ"


def test_tables_that_arrange_a_page_are_no_tables_and_cells_over_several_columns_keep_their_place() -> None:
    arranged = read("<article><table><tr><td><p>ซ้าย</p></td></tr><tr><td>ขวา</td></tr></table></article>").page.body
    assert arranged == "ซ้าย\n\nขวา"
    spans = "<table><thead><tr><th colspan=2>ก<th>ข</thead><tbody><tr><td rowspan=2>1<td>2<td>3<tr><td>4<br>5<td></tbody></table>"  # noqa: E501
    page = read(f"<article>{spans}</article>")
    assert page.page.body.split("\n") == ["| ก |  | ข |", "| --- | --- | --- |", "| 1 | 2 | 3 |", "|  | 4 5 |  |"]
    assert "joined" in said(page)
    assert "1\t2\t3" in page.plain


def test_a_file_that_begins_with_many_comments_is_told_from_a_page_at_once() -> None:
    start = monotonic()
    for many in (b"<!---->" * 290, b"<!--" * 500, b"<!-- -->  " * 200, b"<?xml " * 300):
        assert not is_html("a.txt", many + b"x", Options())
    assert monotonic() - start < 1
    assert is_html("a.txt", b"<!-- a --><!-- saved -->\n<!doctype html>", Options())
    assert not is_html("a.txt", b"<!-- <html> --> x", Options())
