"""Sorting, addresses and names."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings

from kmwiki.text.thai import initials, slugify, sort_key, strip_titles
from tests.make_texts import mixed_text


def test_words_stand_in_the_order_of_the_dictionary() -> None:
    right = ["AAR", "กา", "ก่า", "ก้า", "กาล", "เกิด", "ไก่", "ข่าว", "เป็ด", "วันที่", "วัว", "หมู"]
    mixed = right[:]
    random.Random(1).shuffle(mixed)  # noqa: S311 - repeatable, not secret
    assert sorted(mixed, key=sort_key) == right


def test_quotation_marks_do_not_move_a_title() -> None:
    assert sorted(["“ออม”", "กอง", "(แผน)", "หนี้"], key=sort_key) == ["กอง", "(แผน)", "หนี้", "“ออม”"]


@given(mixed_text)
@settings(deadline=None)
def test_a_sort_key_can_be_stored(text: str) -> None:
    assert sort_key(text).encode().decode() == sort_key(text)


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("น้ำท่วม (18 กพ. 51)", "น้ำท่วม-18-กพ-51"),
        ("../../etc/passwd", "etc-passwd"),
        ("A & B", "a-b"),
        ("😀", ""),
        ("---", ""),
        ("ทุนที่ ๒", "ทุนที่-๒"),
    ],
)
def test_a_slug_keeps_letters_and_their_marks(text: str, slug: str) -> None:
    assert slugify(text) == slug


@given(mixed_text)
@settings(deadline=None)
def test_a_slug_is_safe_in_an_address(text: str) -> None:
    slug = slugify(text, 20)
    assert len(slug) <= 20
    assert not set(slug) & set("/\\.?#%&<>\"' \n\u202e\u200b")


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("คุณเมฆา", "เมฆา"),
        ("อ.เมฆา ใจดี", "เมฆา ใจดี"),
        ("ผศ.ดร.เมฆา", "เมฆา"),
        ("ผศ. ดร. เมฆา", "เมฆา"),
        ("นางสาวเมฆา", "เมฆา"),
        ("พี่นกเอี้ยง", "นกเอี้ยง"),
        ("Dr. Cloud", "Cloud"),
        ("ตา แสง", "แสง"),
        ("ตาลใหญ่", "ตาลใหญ่"),
        ("นายก อบต.", "นายก อบต."),
        ("คุณธรรม", "คุณธรรม"),
        ("ครู", "ครู"),
        ("  เมฆา ", "เมฆา"),
        ("เมฆา(บินหลา)", "เมฆา(บินหลา)"),
    ],
)
def test_titles_are_dropped_for_matching(name: str, bare: str) -> None:
    assert strip_titles(name) == bare


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("ใบข้าว สมมุติวงศ์", "บข"),
        ("น้ำค้าง สมมุติชัย", "นค"),
        ("อ.จันทร์กะพ้อ แต่งขึ้น", "จก"),
        ("ฟ้าคราม นามสมมุติ", "ฟค"),
        ("สมหญิง", "สห"),
        ("พล", "พล"),
        ("ณ", "ณ"),
        ("Jane Doe", "JD"),
        ("jane@example.org", "JA"),
        ("", "?"),
        ("()", "?"),
    ],
)
def test_initials_are_two_letters_of_the_name(name: str, letters: str) -> None:
    assert initials(name) == letters
