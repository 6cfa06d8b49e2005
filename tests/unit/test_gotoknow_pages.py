"""Pages in every layout that was met, all invented: what is read from each, and what is said about it."""

from __future__ import annotations

import pytest

from kmwiki.formats.gotoknow import Page, parse

CC = "ครีเอทีฟคอมมอนส์แบบ "
FOOTER = (
    "พบปัญหาการใช้งาน แจ้ง LINE ID\xa0ของเรา\nClassStart\nระบบจัดการการเรียนการสอน ออนไลน์\n"
    "ทั้งเว็บทั้งแอปใช้งานฟรี\nClassStart Books\nโครงการหนังสือจากคลาสสตาร์ท"
)
META = (
    "หมายเลขบันทึก: 700123เขียนเมื่อ 3 มีนาคม 2009 08:05 น. ()แก้ไขเมื่อ 5 เมษายน 2012 21:40 น. ()สัญญาอนุญาต: จำนวนที่อ่านจำนวนที่อ่าน:"
)
LEAD = "ชาวประมงพื้นบ้านตกลงกันว่าจะเว้นฤดูวางไข่สองเดือน"
BODY = "เมื่อเช้าลงไปนั่งคุยกับกลุ่มเรือเล็กที่ท่าน้ำ มากันสิบสี่คน\n\n\xa0\n\nชาวประมงพื้นบ้านตกลงกันว่าจะเว้น ฤดูวางไข่สองเดือน แล้วแบ่งเวรกันดูทะเล"


def page(*parts: str) -> str:
    return "\n".join(parts)


def said(parsed: Page) -> str:
    return " | ".join(str(warning) for warning in parsed.warnings)


def test_a_post_gives_title_lead_body_record_and_times() -> None:
    parsed = parse(page("เว้นทะเลสองเดือน", "", "", LEAD, "", BODY, "", META, "", "", "ความเห็น (0)", "", FOOTER))
    assert (parsed.layout, parsed.title, parsed.lead, parsed.lead_line) == ("post", "เว้นทะเลสองเดือน", LEAD, 4)
    assert parsed.body == BODY
    assert parsed.body_lines == (6, 10)
    assert parsed.written is not None
    assert parsed.written.iso() == "2009-03-03T08:05+07:00"
    assert parsed.edited is not None
    assert parsed.edited.iso() == "2012-04-05T21:40+07:00"
    assert (parsed.record_no, parsed.licence, parsed.comment_count, parsed.comments) == (700123, None, 0, ())
    assert parsed.warnings == ()
    assert parsed.provenance["record_no"].as_json() == {"from": "text", "lines": [12, 12]}


def test_a_first_paragraph_that_does_not_stand_again_is_no_lead() -> None:
    parsed = parse(page("เว้นทะเลสองเดือน", "", "", "คำนำที่ไม่ซ้ำกับอะไรในเนื้อความเลยสักคำเดียว", "", BODY, "", META))
    assert parsed.lead is None
    assert parsed.body.startswith("คำนำที่ไม่ซ้ำ")


def test_a_short_heading_whose_word_comes_again_inside_a_sentence_is_no_lead() -> None:
    parsed = parse(page("หัวข้อ", "", "", "ความเป็นมา", "", "เล่าความเป็นมาของโครงการให้ฟังก่อน", "", META))
    assert parsed.lead is None
    assert parsed.body.startswith("ความเป็นมา")


def test_a_header_with_author_and_buddhist_year_is_read_and_kept_out_of_the_body() -> None:
    text = page(
        "บทเรียนจากเวทีป่าชุมชน", "สมฤดี ใจงาม", "เขียนเมื่อ 19 ก.พ. 2551", "", "ย่อหน้าแรกของเรื่อง", "", "ย่อหน้าที่สองของเรื่อง",
        "", "ความเห็น (1)", "", "ขอบคุณที่เล่าให้ฟังครับ", "", FOOTER,
    )  # fmt: skip
    parsed = parse(text)
    assert (parsed.layout, parsed.title, parsed.author) == ("header", "บทเรียนจากเวทีป่าชุมชน", "สมฤดี ใจงาม")
    assert parsed.written is not None
    assert parsed.written.iso() == "2008-02-19"
    assert parsed.body == "ย่อหน้าแรกของเรื่อง\n\nย่อหน้าที่สองของเรื่อง"
    assert [comment.text for comment in parsed.comments] == ["ขอบคุณที่เล่าให้ฟังครับ"]


@pytest.mark.parametrize(
    ("header", "author", "written"),
    [
        ("โดย: ประเสริฐ มั่นคง\nเขียนเมื่อ: 7 พฤษภาคม 2553 เวลา 14.30 น.", "ประเสริฐ มั่นคง", "2010-05-07T14:30+07:00"),
        ("ผู้เขียน: ครูแดง | เขียนเมื่อ ๗ พ.ค. ๒๕๕๓ ๑๔:๓๐ น.", "ครูแดง", "2010-05-07T14:30+07:00"),
        ("ประเสริฐ มั่นคง\n7 พฤษภาคม 2553", "ประเสริฐ มั่นคง", "2010-05-07"),
        ("โดย ประเสริฐ มั่นคง เมื่อ 7 พ.ค. 53 14:30 น.", "ประเสริฐ มั่นคง", "2010-05-07T14:30+07:00"),
        ("ประเสริฐ มั่นคง 7/5/2553 14:30", "ประเสริฐ มั่นคง", "2010-05-07T14:30+07:00"),
    ],
)
def test_headers_come_in_several_forms(header: str, author: str, written: str) -> None:
    parsed = parse(page("ออมวันละบาทที่บ้านควน", *header.split("\n"), "", "เนื้อความของบันทึก", "", "ความเห็น (0)"))
    assert (parsed.title, parsed.author) == ("ออมวันละบาทที่บ้านควน", author)
    assert parsed.written is not None
    assert parsed.written.iso() == written
    assert parsed.body == "เนื้อความของบันทึก"


def test_a_page_without_a_title_keeps_its_whole_text_and_says_so() -> None:
    first = "วันนี้ทีมงานจากจังหวัดแวะมาคุยเรื่องบัญชีครัวเรือน นั่งกันใต้ต้นมะขามตั้งแต่บ่ายโมงจนเย็น " * 3
    parsed = parse(page(first, "", "ย่อหน้าต่อมา", "", META, "", "", "ความเห็น (0)", FOOTER))
    assert parsed.title is None
    assert parsed.body == f"{first}\n\nย่อหน้าต่อมา"
    assert "no title" in said(parsed)


def test_an_empty_first_line_means_no_title() -> None:
    parsed = parse(page("", "", "", "ประโยคแรกของเรื่องที่ไม่มีชื่อ", "", "ประโยคที่สอง", "", META))
    assert parsed.title is None
    assert parsed.body.startswith("ประโยคแรก")


def test_leaked_tags_are_made_readable_and_the_line_numbers_stay_those_of_the_file() -> None:
    text = page(
        "แผนที่น้ำของตำบล", "", "",
        "<p>น้ำมาจาก<strong>คลองใหญ่</strong>&nbsp;แล้วแยกเป็นสองสาย<br />สายแรกไปนา</p>",
        "<ul><li>นาปี</li><li>นาปรัง</li></ul>",
        '<p class="x"',
        'style="y">ราคา 3 < 5 บาท &amp; ไม่แน่นอน</p>', "", META, "", "", "ความเห็น (1)", "", "<p>ดีมากครับ</p>", "", FOOTER,
    )  # fmt: skip
    parsed = parse(text)
    assert parsed.body.startswith("น้ำมาจากคลองใหญ่\xa0แล้วแยกเป็นสองสาย\nสายแรกไปนา\n")
    assert "  • นาปี\n  • นาปรัง" in parsed.body
    assert "ราคา 3 < 5 บาท & ไม่แน่นอน" in parsed.body
    assert "<p" not in parsed.body
    assert "HTML" in said(parsed)
    assert parsed.meta_line == 9
    assert [(comment.text, comment.lines) for comment in parsed.comments] == [("ดีมากครับ", (14, 14))]


def test_a_comparison_with_angle_brackets_is_no_markup() -> None:
    body = "ถ้า a < b และ c > d แปลว่า <ยังไม่ตกลง>"
    parsed = parse(page("เครื่องหมาย", "", "", body, "", META))
    assert parsed.body == body
    assert "HTML" not in said(parsed)


def test_a_journal_page_is_known_by_its_first_line() -> None:
    parsed = parse(page("อนุทิน #4411", "เขียนเมื่อ 2 มิถุนายน 2009 06:15 น.", "", "ตื่นเช้ามาจดเรื่องเมื่อวานไว้ก่อนลืม", "", FOOTER))
    assert (parsed.layout, parsed.record_no) == ("journal", 4411)
    assert parsed.body == "ตื่นเช้ามาจดเรื่องเมื่อวานไว้ก่อนลืม"


def test_a_diary_with_its_own_heading_is_a_journal() -> None:
    parsed = parse(page("บันทึกประจำวัน", "เขียนเมื่อ 2 มิถุนายน 2552", "", "ฝนตกทั้งวัน ไม่ได้ลงพื้นที่", "", "ความเห็น (0)"))
    assert (parsed.layout, parsed.title) == ("journal", "บันทึกประจำวัน")
    assert parsed.body == "ฝนตกทั้งวัน ไม่ได้ลงพื้นที่"


def test_a_question_page_has_answers_for_comments() -> None:
    text = page(
        "คำถาม", "จะเริ่มทำบัญชีกลุ่มอย่างไรดี", "ถามโดย: มาลี ศรีสุข ถามเมื่อ 9 กันยายน 2553", "",
        "กลุ่มเรามีสมาชิกยี่สิบคน ไม่มีใครเคยทำบัญชี",
        "", "คำตอบ (2)", "", "เริ่มจากสมุดเล่มเดียวก่อนครับ", "", "สวัสดีค่ะ คุณมาลี", "", "ที่กลุ่มเราใช้ตารางบนกระดานค่ะ", "", FOOTER,
    )  # fmt: skip
    parsed = parse(text)
    assert (parsed.layout, parsed.title, parsed.author) == ("question", "จะเริ่มทำบัญชีกลุ่มอย่างไรดี", "มาลี ศรีสุข")
    assert [comment.lines for comment in parsed.comments] == [(9, 9), (11, 13)]
    assert [comment.author for comment in parsed.comments] == [None, None]


def test_comments_one_a_line_are_one_each() -> None:
    parsed = parse(
        page("หัวข้อ", "", "", BODY, "", META, "", "", "ความเห็น (3)", "แวะมาอ่าน", "เห็นด้วยทุกข้อ", "ตามต่อตอนหน้า", FOOTER)
    )
    assert [comment.text for comment in parsed.comments] == ["แวะมาอ่าน", "เห็นด้วยทุกข้อ", "ตามต่อตอนหน้า"]
    assert all(comment.confidence > 0.9 for comment in parsed.comments)


def test_more_comments_counted_than_can_be_told_apart_is_said_and_not_trusted() -> None:
    parsed = parse(page("หัวข้อ", "", "", BODY, "", META, "", "", "ความเห็น (๕)", "", "สวัสดีครับ", "", "ดีมาก", "", FOOTER))
    assert parsed.comment_count == 5
    assert len(parsed.comments) == 2
    assert all(comment.confidence < 0.5 for comment in parsed.comments)
    assert "5 comments, but only 2" in said(parsed)


def test_names_and_times_above_comments_decide_the_cuts() -> None:
    text = page(
        "หัวข้อ", "", "", BODY, "", META, "", "", "ความเห็น (2)", "วิชัย รุ่งเรือง",
        "เขียนเมื่อ 4 มีนาคม 2009 10:00 น.", "ข้อแรกน่าคิด", "",
        "สวัสดีข้อสองด้วย", "สายพิณ ทองดี", "เขียนเมื่อ 4 มีนาคม 2009 11:30 น.", "เห็นต่างนิดหน่อยค่ะ", FOOTER,
    )  # fmt: skip
    parsed = parse(text)
    assert [comment.author for comment in parsed.comments] == ["วิชัย รุ่งเรือง", "สายพิณ ทองดี"]
    assert [comment.written.iso() for comment in parsed.comments if comment.written] == [
        "2009-03-04T10:00+07:00",
        "2009-03-04T11:30+07:00",
    ]
    assert parsed.comments[1].text.startswith("สายพิณ ทองดี\n")


def test_numbered_comments_are_cut_at_their_numbers() -> None:
    marked = ("ความเห็นที่ 1", "ไม่มีคำทักทายเลย", "", "ยังพูดต่อ", "", "ความเห็นที่ 2", "อีกคนหนึ่ง", "", "ก็พูดต่อ")
    parsed = parse(page("หัวข้อ", "", "", BODY, "", META, "", "", "ความเห็น (2)", "", *marked, "", FOOTER))
    assert [comment.text.split("\n")[0] for comment in parsed.comments] == ["ความเห็นที่ 1", "ความเห็นที่ 2"]


def test_a_greeting_names_whom_it_speaks_to_and_not_the_author() -> None:
    parsed = parse(
        page("หัวข้อ", "", "", BODY, "", META, "", "", "ความเห็น (1)", "", "สวัสดีค่ะ คุณสมหมาย", "", "อ่านแล้วค่ะ", "", FOOTER)
    )
    assert parsed.comments[0].author is None


def test_metadata_on_lines_of_their_own_with_views_tags_and_a_licence() -> None:
    text = page(
        "หัวข้อ", "", "", BODY, "", "คำสำคัญ (Tags): #ป่าชุมชน #น้ำ", "หมายเลขบันทึก: 99", "เขียนเมื่อ: 1 ธ.ค. 2550 @ 09:00",
        f"สัญญาอนุญาต: {CC}แสดงที่มา-ไม่ดัดแปลง", "จำนวนที่อ่าน: 1,204", "", "ความเห็น (0)", FOOTER,
    )  # fmt: skip
    parsed = parse(text)
    assert (parsed.record_no, parsed.views, parsed.tags, parsed.licence) == (99, 1204, ("ป่าชุมชน", "น้ำ"), "CC BY-ND")
    assert parsed.edited is None
    assert parsed.body == BODY


def test_a_label_like_line_that_a_person_wrote_at_the_end_stays_text() -> None:
    parsed = parse(page("หัวข้อ", "", "", BODY, "", "โดย ชมรมคนรักคลอง", "", META, "", "ความเห็น (0)"))
    assert parsed.body.endswith("โดย ชมรมคนรักคลอง")


def test_the_footer_is_cut_wherever_and_however_often_it_stands() -> None:
    text = page("หัวข้อ", "", "", BODY, "", META, FOOTER, "", "ความเห็น (1)", "", "มาอ่านค่ะ", "", FOOTER, FOOTER)
    parsed = parse(text)
    assert [comment.text for comment in parsed.comments] == ["มาอ่านค่ะ"]
    assert "ClassStart" not in parsed.body


def test_a_footer_without_its_first_line_is_cut_too() -> None:
    parsed = parse(
        page("หัวข้อ", "", "", BODY, "", META, "", "ความเห็น (1)", "", "มาอ่านค่ะ", "ClassStart", "ClassStart Books")
    )
    assert [comment.text for comment in parsed.comments] == ["มาอ่านค่ะ"]


def test_comments_without_a_heading_are_not_lost() -> None:
    parsed = parse(
        page("หัวข้อ", "", "", BODY, "", META, "", "", "สวัสดีครับ อ่านแล้วครับ", "", "สวัสดีค่ะ อ่านแล้วเหมือนกันค่ะ", "", FOOTER)
    )
    assert parsed.body == BODY
    assert parsed.comment_count is None
    assert len(parsed.comments) == 2
    assert "does not say how many" in said(parsed)


def test_lines_between_metadata_and_heading_are_named_when_left_out() -> None:
    parsed = parse(page("หัวข้อ", "", "", BODY, "", META, "", "แบ่งปันบันทึกนี้", "", "ความเห็น (0)", FOOTER))
    assert parsed.body == BODY
    assert "Lines 12" in said(parsed)


def test_text_that_goes_on_below_the_metadata_is_kept_without_them() -> None:
    more = [f"ย่อหน้าที่ {number} หลังข้อมูลของหน้า ยังเป็นเนื้อความที่ต้องไม่หาย" for number in range(5)]
    parsed = parse(page("หัวข้อ", "", "", BODY, "", META, "", *more, "", "ความเห็น (0)", FOOTER))
    assert all(line in parsed.body for line in more)
    assert "หมายเลขบันทึก" not in parsed.body
    assert parsed.record_no == 700123


def test_metadata_above_the_text_open_the_page() -> None:
    parsed = parse(page("หัวข้อ", META, "", BODY, "", "ความเห็น (0)", FOOTER))
    assert (parsed.layout, parsed.title, parsed.record_no, parsed.body) == ("header", "หัวข้อ", 700123, BODY)


def test_text_that_is_no_page_comes_back_whole_and_says_so() -> None:
    text = "จดไว้กันลืม\n\nพรุ่งนี้ซื้อปุ๋ย\nแล้วโทรหาลุงชม\n"
    parsed = parse(text)
    assert (parsed.layout, parsed.is_known, parsed.title) == ("plain", False, "จดไว้กันลืม")
    assert parsed.body == text.rstrip("\n")
    assert "plain text" in said(parsed)


def test_a_name_right_above_the_lead_is_guessed_to_be_the_author() -> None:
    parsed = parse(page("เว้นทะเลสองเดือน", "", "ชายเล", LEAD, "", BODY, "", META))
    assert (parsed.author, parsed.lead) == ("ชายเล", LEAD)
    assert parsed.provenance["author"].how == "guess"


def test_characters_lost_earlier_are_reported() -> None:
    assert "lost before" in said(parse(page("หัวข้อ", "", "", "ตัวอักษร\ufffdหาย", "", META)))


def test_a_heading_that_says_no_comments_leaves_no_comments() -> None:
    parsed = parse(page("หัวข้อ", "", "", BODY, "", META, "", "ไม่มีความเห็น", "", FOOTER))
    assert (parsed.comment_count, parsed.comments) == (0, ())


@pytest.mark.parametrize(
    "text", ["", "\n\n\n", "\ufeff", "ความเห็น (3)", META, FOOTER, "ความเห็น (999999)\nก", "<p>", "คำถาม", "อนุทิน"]
)
def test_scraps_of_a_page_never_crash(text: str) -> None:
    parsed = parse(text)
    assert "หมายเลขบันทึก" not in parsed.body
    assert "พบปัญหา" not in parsed.body


def test_a_plain_text_that_repeats_its_first_words_is_still_plain() -> None:
    line = "ประโยคที่ยาวพอสมควรและกลับมาอีกครั้งข้างล่าง"
    assert parse(page("จดไว้", line, "คั่นด้วยบรรทัดนี้", line)).layout == "plain"


def test_a_tag_that_never_closes_swallows_nothing() -> None:
    parsed = parse(page("หัวข้อ", "", "", "ก <!-- ข", "<style>ค", "<b>ง</b>", "", META))
    assert parsed.body == "ก <!-- ข\nค\nง"


def test_a_style_block_and_a_word_comment_are_dropped_with_what_stands_in_them() -> None:
    parsed = parse(
        page(
            "หัวข้อ",
            "",
            "",
            "ก<!--[if gte mso 9]>",
            "<xml>ขยะ</xml>",
            "<![endif]-->ข",
            "<style>p{}",
            "</style>ค",
            "",
            META,
        )
    )
    assert "ขยะ" not in parsed.body
    assert [letter for letter in parsed.body if letter in "กขค"] == ["ก", "ข", "ค"]
    assert parsed.meta_line == 10


def test_a_very_long_page_is_read_in_a_moment() -> None:
    comments = "\n\n".join(f"ความคิดที่ {number} ของใครสักคน" for number in range(3000))
    parsed = parse(page("หัวข้อ", "", "", BODY, "", META, "", "", "ความเห็น (1000)", "", comments, "", FOOTER))
    assert len(parsed.comments) == 1000


@pytest.mark.parametrize(
    ("label", "layout"), [("หมายเลขบันทึก", "post"), ("หมายเลขอนุทิน", "journal"), ("หมายเลขคำถาม", "question")]
)
def test_the_name_of_the_record_number_says_what_kind_of_page_it_is(label: str, layout: str) -> None:
    parsed = parse(page("ปลูกผักริมรั้ว", "", "", BODY, "", META.replace("หมายเลขบันทึก", label), "", "ความเห็น (0)", FOOTER))
    assert (parsed.layout, parsed.record_no, parsed.title) == (layout, 700123, "ปลูกผักริมรั้ว")


def test_a_post_whose_title_begins_with_the_word_question_stays_a_post() -> None:
    parsed = parse(page("คำถาม: ใครดูแลฝาย", "", "", BODY, "", META, "", "ความเห็น (0)", FOOTER))
    assert (parsed.layout, parsed.title) == ("post", "คำถาม: ใครดูแลฝาย")


def test_author_and_day_below_the_title_leave_the_body_where_the_foot_tells_the_time_too() -> None:
    text = page("ฝายหลังบ้าน", "", "อ.ชูชาติ สวนทอง", "3 มี.ค. 2552 (08:05)", "", BODY, "", META, "", "ความเห็น (0)", FOOTER)
    parsed = parse(text)
    assert (parsed.title, parsed.author, parsed.body) == ("ฝายหลังบ้าน", "อ.ชูชาติ สวนทอง", BODY)
    assert parsed.written is not None
    assert parsed.written.iso() == "2009-03-03T08:05+07:00"
    assert parsed.provenance["author"].as_json() == {"from": "text", "lines": [3, 4]}
    assert parsed.warnings == ()


def test_a_header_of_another_day_than_the_foot_is_a_guess_and_said() -> None:
    text = page("ฝายหลังบ้าน", "", "อ.ชูชาติ สวนทอง", "9 ธ.ค. 2553", "", BODY, "", META, "", "ความเห็น (0)", FOOTER)
    parsed = parse(text)
    assert (parsed.author, parsed.body) == ("อ.ชูชาติ สวนทอง", BODY)
    assert parsed.provenance["author"].how == "guess"
    assert parsed.written is not None
    assert parsed.written.iso().startswith("2009-03-03")
    assert "Lines 3 to 4" in said(parsed)
    assert "9 ธ.ค. 2553" in said(parsed)


def test_a_day_that_opens_the_text_stays_in_it() -> None:
    parsed = parse(page("ฝายหลังบ้าน", "", "", "3 มี.ค. 2552", BODY, "", META, "", "ความเห็น (0)", FOOTER))
    assert parsed.body.startswith("3 มี.ค. 2552\n")


def test_a_labelled_header_gives_author_day_and_province() -> None:
    header = ("ผู้เขียน: อ.ชูชาติ สวนทอง", "วันที่: ๓ มีนาคม ๒๕๕๒", "จังหวัด: ตรัง")
    parsed = parse(page("ฝายหลังบ้าน", *header, "", BODY, "", "ความเห็น 1 รายการ", "", "น่าไปดูค่ะ", FOOTER))
    assert (parsed.author, parsed.province, parsed.body) == ("อ.ชูชาติ สวนทอง", "ตรัง", BODY)
    assert parsed.provenance["province"].as_json() == {"from": "text", "lines": [2, 4]}
    assert [comment.text for comment in parsed.comments] == ["น่าไปดูค่ะ"]


def test_a_name_above_the_notebook_is_the_author_and_not_the_title() -> None:
    text = page("มาลี ศรีสุข", "สมุดบันทึก: คนกับคลอง", "", "ลงเรือไปดูน้ำ", "", BODY, "", META, "", "ความเห็น (0)", FOOTER)
    parsed = parse(text)
    assert (parsed.title, parsed.author, parsed.body) == ("ลงเรือไปดูน้ำ", "มาลี ศรีสุข", BODY)
    assert parsed.provenance["author"].as_json() == {"from": "guess", "lines": [1, 1]}
    assert "Lines 1 to 2" in said(parsed)
