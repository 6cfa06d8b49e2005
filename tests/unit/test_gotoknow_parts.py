"""The small readers behind a page: licences, times, labels, names; and what the importer guesses."""

from __future__ import annotations

from datetime import date

import pytest

from kmwiki.exchange.importing.guessing import guess_day, guess_kind, title_from
from kmwiki.formats.gotoknow import parse
from kmwiki.formats.gotoknow.labels import read_byline, read_labels
from kmwiki.formats.gotoknow.licences import read_licence
from kmwiki.formats.gotoknow.moments import find_moment
from kmwiki.formats.gotoknow.names import is_full_name, is_nickname

CC = "ครีเอทีฟคอมมอนส์แบบ "


@pytest.mark.parametrize(
    ("words", "short"),
    [
        ("", None),
        (" \xa0", None),
        (f"{CC}แสดงที่มา", "CC BY"),
        (f"{CC}แสดงที่มา-อนุญาตแบบเดียวกัน", "CC BY-SA"),
        (f"{CC}แสดงที่มา-ไม่ดัดแปลง", "CC BY-ND"),
        (f"{CC}แสดงที่มา-ไม่ใช้เพื่อการค้า", "CC BY-NC"),
        ("-".join((f"{CC}แสดงที่มา", "ไม่ใช้เพื่อการค้า", "อนุญาตแบบเดียวกัน")), "CC BY-NC-SA"),
        (f"{CC}แสดงที่มา-ไม่ใช้เพื่อการค้า-ไม่ดัดแปลง", "CC BY-NC-ND"),
        (f"{CC}แสดงที่มา - ไม่ใช้เพื่อการค้า - ไม่ดัดแปลง", "CC BY-NC-ND"),
        ("CC: by-nc-sa", "CC BY-NC-SA"),
        ("cc by nd", "CC BY-ND"),
        ("CC0", "CC0"),
        ("Attribution-NonCommercial-ShareAlike", "CC BY-NC-SA"),
        ("สงวนสิทธิ์ทุกประการ", "All rights reserved"),
        ("สมบัติสาธารณะ", "CC0"),
        ("ใช้ได้เมื่อบอกก่อน", "ใช้ได้เมื่อบอกก่อน"),
    ],
)
def test_licence_phrases_become_short_names_and_an_empty_one_is_none(words: str, short: str | None) -> None:
    assert read_licence(words) == short


@pytest.mark.parametrize(
    ("words", "iso"),
    [
        ("19 กุมภาพันธ์ 2008 19:36 น.", "2008-02-19T19:36+07:00"),
        ("๑๙ ก.พ. ๒๕๕๑ เวลา ๑๙.๓๖ น.", "2008-02-19T19:36+07:00"),
        ("19 กพ 51", "2008-02-19"),
        ("1 มี.ค. 2552 @ 09:05", "2009-03-01T09:05+07:00"),
        ("31/12/2550 23:59", "2007-12-31T23:59+07:00"),
        ("2008-02-19 19:36", "2008-02-19T19:36+07:00"),
        ("30 กุมภาพันธ์ 2008", None),
        ("19 กุมภาพันธ์ 1008", None),
        ("19 กุมภา 2008", None),
        ("5 มีนาคม 2009 25:00 น.", None),
    ],
)
def test_times_are_read_in_both_eras_and_nonsense_is_not(words: str, iso: str | None) -> None:
    found = find_moment(words)
    assert (found[0].iso() if found else None) == iso


@pytest.mark.parametrize(
    "line",
    [
        "เมื่อวานเขียนเมื่อ 3 มีนาคม 2551",
        "หมายเลขบันทึก: ไม่มี",
        "อ่าน: หนังสือเล่มใหม่",
        "ผู้เขียน:",
        f"ผู้เขียน: {'ก' * 80}",
        "ที่อยู่: บ้านเลขที่ 5",
        f"สัญญาอนุญาต: {'ก' * 300}",
        "เขียนเมื่อ วันที่เราไปเวทีด้วยกันสามตำบลเมื่อปีก่อน 3 มีนาคม 2551",
    ],
)
def test_sentences_that_begin_like_labels_are_no_labels(line: str) -> None:
    assert read_labels(line) is None


@pytest.mark.parametrize("line", ["ประชุมวันที่ 3 มีนาคม 2551", "คุยกันที่วัด 3 มีนาคม 2551", "ไม่มีวัน", "ก" * 500])
def test_a_sentence_with_a_date_is_no_byline(line: str) -> None:
    assert read_byline(line) is None


def test_tags_are_parted_by_signs_commas_or_spaces() -> None:
    for line in ("คำสำคัญ: #น้ำ#ป่า ชุมชน", "Tags: น้ำ, ป่า ชุมชน", "ป้ายกำกับ: น้ำ|ป่า ชุมชน"):
        labels = read_labels(line)
        assert labels is not None
        assert labels.tags == ("น้ำ", "ป่า ชุมชน")
    spaced = read_labels("แท็ก: น้ำ ป่า น้ำ")
    assert spaced is not None
    assert spaced.tags == ("น้ำ", "ป่า")


def test_views_and_address_are_read_from_their_labels() -> None:
    labels = read_labels("จำนวนที่อ่าน: ๑,๒๐๔ ครั้ง | ที่อยู่: https://example.org/posts/5")
    assert labels is not None
    assert (labels.views, labels.url) == (1204, "https://example.org/posts/5")


@pytest.mark.parametrize("name", ["มาลี ทองดี", "ดร.สมศักดิ์", "ครูแดง", "Beeman NU", "ปราณี  แก้วกล้า (ต้อม)"])
def test_names_are_known(name: str) -> None:
    assert is_full_name(name)


@pytest.mark.parametrize("text", ["", "พื้นที่ทับซ้อน", "ยินดีด้วย ครับ", "ถ้าคิดเป็น ทุนจำเป็น", "ก ข ค ง จ", "ต่อ 5 ข้อ"])
def test_phrases_are_no_names(text: str) -> None:
    assert not is_full_name(text)


def test_a_nickname_is_one_short_word() -> None:
    assert is_nickname("รัตน์")
    assert is_nickname("(ต้อม)")
    assert not is_nickname("ขอบคุณ")
    assert not is_nickname("คำที่ยาวเกินไปมาก")


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("AAR หลังลงพื้นที่", "aar"),
        ("aar2", "aar"),
        ("สรุปการประชุมทีม", "meeting"),
        ("ไปจัดเวทีสามตำบล", "meeting"),
        ("คิดถึงทุ่งนา", "reflection"),
        ("SAAR ของโรงเรียน", "reflection"),
    ],
)
def test_the_kind_is_guessed_by_the_title(title: str, kind: str) -> None:
    assert guess_kind(title) == kind


def test_a_title_is_made_of_the_first_words() -> None:
    assert title_from("\n \xa0\n• บรรทัดแรกที่มีคำ\nต่อ", "x") == "บรรทัดแรกที่มีคำ"
    assert title_from(" \n\n", "ชื่อไฟล์") == "ชื่อไฟล์"
    assert len(title_from("ก" * 500, "x")) < 80


def test_the_day_is_guessed_where_a_day_word_stands_and_only_near_the_time_of_writing() -> None:
    written = date(2008, 2, 19)
    found = guess_day("คุยกัน", "วันนี้(18 กพ. 51) มากันครบ", written)
    assert found is not None
    assert (found.start, found.written) == (date(2008, 2, 18), "18 กพ. 51")
    in_title = guess_day("สรุปประชุม 26 ก.พ. 50", "ไม่มีวัน", None)
    assert in_title is not None
    assert in_title.start == date(2007, 2, 26)
    assert guess_day("คุยกัน", "กฎหมายออกเมื่อวันที่ 3 มีนาคม 2540 นานแล้ว", written) is None
    assert guess_day("คุยกัน", "นัดกันวันที่ 3 มีนาคม 2551", written) is None
    assert guess_day("คุยกัน", "ไม่มีวันเลย", written) is None


def test_names_and_times_below_comments_decide_the_cuts_too() -> None:
    comments = "ข้อแรก\n\nยังพูดต่อ\nวิชัย รุ่งเรือง 4 มีนาคม 2552 10:00\nสวัสดีครับ ข้อสอง\nสายพิณ ทองดี 5 มีนาคม 2552 11:00"
    page = parse(f"หัวข้อ\n\n\nเนื้อความ\n\nหมายเลขบันทึก: 5เขียนเมื่อ 3 มีนาคม 2009 08:05 น. ()\n\nความเห็น (2)\n{comments}\n")
    assert [comment.author for comment in page.comments] == ["วิชัย รุ่งเรือง", "สายพิณ ทองดี"]
    assert page.comments[0].text.startswith("ข้อแรก\n\nยังพูดต่อ")


def test_a_full_name_below_a_closing_signs_the_comment() -> None:
    comments = "สวัสดีค่ะ คุณสมหมาย\n\nอ่านแล้วได้ความคิดค่ะ\n\nขอบคุณค่ะ\n\nมาลี ทองดี"
    page = parse(f"หัวข้อ\n\n\nเนื้อความ\n\nหมายเลขบันทึก: 5เขียนเมื่อ 3 มีนาคม 2009 08:05 น. ()\n\nความเห็น (1)\n\n{comments}\n")
    assert [comment.author for comment in page.comments] == ["มาลี ทองดี"]
