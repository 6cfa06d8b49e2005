"""Where the comments of a page begin and end, and whose they are: by names, days and headings of several forms."""

from __future__ import annotations

import pytest

from kmwiki.formats.gotoknow import parse
from tests.unit.test_gotoknow_pages import BODY, FOOTER, META, page, said


def test_a_name_and_a_day_open_a_comment_though_not_every_comment_has_them() -> None:
    comments = (
        "วิชัย", "4 มี.ค. 2552 10:00", "ฝนมาแล้วครับ", "รีบซ่อมฝายกันเถอะ", "",
        "สายพิณ ทองดี", "5 มี.ค. 2552", "ไปช่วยด้วยค่ะ", "", "ต้อม", "นัดวันไหนครับ",
    )  # fmt: skip
    parsed = parse(page("หัวข้อ", "", "", BODY, "", META, "", "ความเห็น (3)", "", *comments, FOOTER))
    assert [comment.author for comment in parsed.comments] == ["วิชัย", "สายพิณ ทองดี", "ต้อม"]
    assert [comment.written.iso() if comment.written else None for comment in parsed.comments] == [
        "2009-03-04T10:00+07:00",
        "2009-03-05",
        None,
    ]
    assert parsed.comments[0].text == "วิชัย\n4 มี.ค. 2552 10:00\nฝนมาแล้วครับ\nรีบซ่อมฝายกันเถอะ"
    assert parsed.comments[1].text.endswith("ไปช่วยด้วยค่ะ")


def test_a_day_told_inside_a_comment_is_not_when_it_was_written() -> None:
    comments = ("สวัสดีครับ", "", "นัดกันใหม่อีกครั้งตอนเช้า", "9 มี.ค. 2552", "ที่ศาลากลางบ้านครับ")
    parsed = parse(page("หัวข้อ", "", "", BODY, "", META, "", "ความเห็น (2)", "", "มาอ่านค่ะ", "", *comments, FOOTER))
    assert [comment.written for comment in parsed.comments] == [None, None]


@pytest.mark.parametrize(
    "comments",
    [
        ("มาอ่านค่ะ", "", "สวัสดีครับ น่าไปครับ", "", "สวัสดีค่ะ ไปด้วยค่ะ"),
        ("วิชัย", "4 มี.ค. 2552", "ฝนมาแล้ว", "", "สายพิณ", "5 มี.ค. 2552", "ไปช่วยด้วย"),
    ],
)
def test_more_comments_than_the_heading_counts_is_said_and_not_trusted(comments: tuple[str, ...]) -> None:
    parsed = parse(page("หัวข้อ", "", "", BODY, "", META, "", "ความเห็น (1)", "", *comments, "", FOOTER))
    assert len(parsed.comments) == 1
    assert parsed.comments[0].confidence < 0.5
    assert "more comments than the 1" in said(parsed)


@pytest.mark.parametrize(
    "heading", ["ความเห็น 2 รายการ", "2 ความเห็น", "ความคิดเห็น (2)", "ความเห็นทั้งหมด (2)", "มี ๒ ความเห็น"]
)
def test_the_comments_heading_has_many_forms(heading: str) -> None:
    parsed = parse(page("หัวข้อ", "", "", BODY, "", META, "", heading, "", "มาอ่านค่ะ", "", "สวัสดีครับ", FOOTER))
    assert (parsed.comment_count, len(parsed.comments), parsed.body) == (2, 2, BODY)
    assert parsed.provenance["comment_count"].lines == (12, 12)
