"""What is personal is found however it is written, what only looks so is left, and hiding never moves a character."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmwiki.text.personal import BLOCK, find_personal, has_right_check_digit, masked, plain_form, wanted

ID = "1101700203450"
PHONES = [
    "081-234-5678", "0812345678", "๐๘๑-๒๓๔-๕๖๗๘", "๐๘๑๒๓๔๕๖๗๘", "08-1234-5678", "08 1234 5678", "081.234.5678",
    "081 – 234 – 5678", "081\u00a0234\u00a05678", "081\u200b234\u200b5678", "081–234–5678", "081-234 5678",
    "081--2345678", "+66812345678", "+66 81 234 5678", "+66-81-234-5678", "(66) 81-234-5678", "(+66)812345678",
    "0066812345678", "66812345678", "+66 (0)81 234 5678", "+66(0)2 123 4567", "02-123-4567", "0-2123-4567",
    "(02) 123-4567", "(02)1234567", "021234567", "053-211034", "053 211 034", "๐๕๓-๒๑๑๐๓๔", "074-555-123",
    "01-234-5678",
    "09-123-4567", "0812345678-9", "02-123-4567 ต่อ 12", "02-123-4567 ext. 12", "02-1234567-70", "081-234-5678-9",
    "081-2345678/9", "053-211034 ต่อ 12, 13", "08 12 34 56 78", "0 8 1 2 3 4 5 6 7 8", "+856 20 5555 1234",
    "081 2345678 - 9", "081**-234-**5678", r"081\-234\-5678",
    "０８１２３４５６７８",
]  # fmt: skip
EMAILS = [
    "somchai@example.com", "somchai.j+km@sub.example.org", "SOMCHAI@EXAMPLE.COM", "somchai (at) example.com",
    "somchai[at]example[dot]com", "somchai at gmail dot com", "somchai at gmail.com", "somchai@ตัวอย่าง.ไทย",
    "ใจดี@ตัวอย่าง.ไทย", "müller@bücher.de", "a@xn--o3cw4h.xn--o3cw4h", "somchai @ gmail.com", "somchai＠example．com",
    "somchai{at}example.co.th", "somchai แอท gmail.com", "som_chai@example.co.th",
]  # fmt: skip
IDS = [
    ID, "1-1017-00203-45-0", "1 1017 00203 45 0", "1-2345-67890-12-1", "๑-๒๓๔๕-๖๗๘๙๐-๑๒-๑", "๑๑๐๑๗๐๐๒๐๓๔๕๐",
    " ".join(ID), "1.1017.00203.45.0", "1–1017–00203–45–0",
]  # fmt: skip
NOTHING = [
    "", "ปี 2550-2551", "พ.ศ. ๒๕๕๐", "1,234,567 บาท", "หมายเลขบันทึก: 81234567", "26/02/2550", "26-02-2550", "02-03-2550",
    "02-03-2550 10.30 น.", "08.30-12.00 น.", "02.03.2550 9 คน", "123-4-56789-0", "081-2-34567-8", "020-1-23456-7",
    "https://www.gotoknow.org/posts/0812345678", "http://a.b/0812345678?x=1", "www.x.org/0812345678", "v1.2.3",
    "10.0.26100",
    "13.7563309, 100.5017651", "0.812345678", "100.0812345678", "500101", "50000 เชียงใหม่", "โทร 1300", "โทร. 191",
    "look at example.com", "ราคา 25@10.50", "@home", "2007-02-18T03:32:26", "1234567890123", "08.30 250 คน",
    "เวลา 09.00 - 12.00 200 คน", "มท 0808.2/ว 1234", "06 07 08 09 10", "02 03 04 05 06 07", "081-2345", "0123/2550",
    "1 2 3 4 5 6 7 8 9 10", "https://goo.gl/maps/@13.7563,100.5018,15z", "192.168.100.200", "โทร 26-02-2550",
    "3.14159265358979", "ISBN 9786161234567", "25500218120000", "1170000000000", "IMG0812345678",
    "0 1 0 1 0 1 0 1 0 1 0 1",
    "meeting @ 10.30", "git@host", "08.30 12345 คน",
]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "kind"),
    [(each, kind) for kind, all_of in (("phone", PHONES), ("email", EMAILS), ("national_id", IDS)) for each in all_of],
)
def test_what_is_personal_is_found_whole_with_thai_around_it(written: str, kind: str) -> None:
    for before, after in (("", ""), ("ติดต่อ ", " ได้ทุกวัน"), ("(", ")"), ("อาจารย์\n", "\nครับ")):
        found = find_personal(f"{before}{written}{after}")
        assert [(each.start, each.end, each.kind) for each in found] == [(len(before), len(before + written), kind)]


@pytest.mark.parametrize("text", NOTHING)
def test_what_only_looks_so_is_left(text: str) -> None:
    assert find_personal(text) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ติดต่อsomchai@example.co.thได้", f"ติดต่อ{BLOCK * 21}ได้"),
        ("โทร.234567 นะ", f"โทร.{BLOCK * 6} นะ"),
        ("เบอร์โทร:0812345678ครับ", f"เบอร์โทร:{BLOCK * 10}ครับ"),
        ("1.081-234-5678 2.089-765-4321", f"1.{BLOCK * 12} 2.{BLOCK * 12}"),
        ("053-211034,081-2345678", f"{BLOCK * 10},{BLOCK * 11}"),
        ("053-211034/081-2345678", f"{BLOCK * 10}/{BLOCK * 11}"),
        ("081-2345678, 26 ก.พ. 2550", f"{BLOCK * 11}, 26 ก.พ. 2550"),
        ("081-2345678 2550", f"{BLOCK * 11} 2550"),
        ("โทร 081-2345678 9 คน", f"โทร {BLOCK * 11} 9 คน"),
        ("เลขบัตรประชาชน 1234567890123", f"เลขบัตรประชาชน {BLOCK * 13}"),
        ("https://wa.me/66812345678", f"https://wa.me/{BLOCK * 11}"),
        ("https://x.org/?m=somchai@example.com", f"https://x.org/?m={BLOCK * 19}"),
        ("Tel0812345678", f"Tel{BLOCK * 10}"),
        ("โทร 123-0812345678", f"โทร 123-{BLOCK * 10}"),
        ("081-2345678, 9", BLOCK * 14),
        ("081-2345678, 9 และ 053-211034", f"{BLOCK * 14} และ {BLOCK * 10}"),
        ("somchai@example.com.", f"{BLOCK * 19}."),
    ],
)
def test_just_that_is_hidden(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_ways_of_writing_one_number_are_equal_and_what_is_cleared_is_shown() -> None:
    ways = ["02-123-4567", "021234567", "๐๒-๑๒๓-๔๕๖๗", "+66 2 123 4567", "(02) 123 4567", "02-123-4567 ต่อ 12"]
    assert {plain_form(each) for each in ways} == {"021234567"}
    assert plain_form("Office@Example.org") == "office@example.org"
    text = f"สำนักงาน 02-123-4567 {ID} office@example.org"
    assert masked(text, ["0-2123-4567", "OFFICE@example.org"]) == text.replace(ID, BLOCK * 13)
    assert wanted(text, find_personal(text), [text[9:20], "office@example.org", ID]) == []


def test_the_last_of_thirteen_digits_follows_from_the_others() -> None:
    assert has_right_check_digit(ID)
    assert not any(has_right_check_digit(ID[:-1] + digit) for digit in "123456789")
    assert not has_right_check_digit(ID[:-1])


PIECES = st.sampled_from(
    [*PHONES, *EMAILS, *IDS, "ก", " ", "-", "0", "8", "๑", "@", ".", "a", "\u200b", "(", "+66", "ต่อ", "\n"]
)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_hiding_keeps_the_length_all_else_and_hides_all_at_once(text: str) -> None:
    hidden = masked(text)
    assert len(hidden) == len(text)
    assert masked(hidden) == hidden
    assert all(there in {kept, BLOCK} for kept, there in zip(text, hidden, strict=True))
    found = find_personal(text)
    assert all(0 <= each.start < each.end <= len(text) for each in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@given(st.text(max_size=60), st.sampled_from([*PHONES[:12], *EMAILS[:3]]), st.text(max_size=60))
def test_a_number_on_a_line_of_its_own_is_hidden_whatever_stands_around(before: str, number: str, after: str) -> None:
    assert masked(f"{before}\n{number}\n{after}").split("\n").count(BLOCK * len(number)) >= 1


@pytest.mark.parametrize(
    "bad",
    [
        *("0123456789", "081-234-5678-", "0 ", "0-", "@", "a@", "a.", "(", "+66", " at ", "ก@", "1."),
        *("0\u200b", "0\u200b\u200b", "0** ", "0\u200b-\u200b", "+1(\u200b2", "+(\u200b1)("),
    ],
)
def test_a_long_text_takes_no_longer_than_its_length_asks(bad: str) -> None:
    def seconds(size: int) -> float:
        text = bad * (size // len(bad))
        began = time.process_time()
        find_personal(text)
        return time.process_time() - began

    assert seconds(100_000) < 2
