"""Folding: what is one word to a reader is one key, and every key leads back to its place."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given, settings

from kmwiki.text.thai import fold, fold_with_map
from tests.make_texts import mixed_text, thai_text


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("พ.ม.จ.", "พมจ"),
        ("พมจ.", "พมจ"),
        ("พมจ", "พมจ"),
        ("สป.สช.", "สปสช"),
        ("26ก.พ.50", "26กพ50"),
        ("กพ.", "กพ"),
        ("เม.ย.", "เมย"),
        ("รพ.สต.", "รพสต"),
        ("ของพ.ม.จ.แล้ว", "ของพมจแล้ว"),
        ("ของพมจ. พัทลุง", "ของพมจ พัทลุง"),
        ("อ.ภีม", "อภีม"),
        ("พ.ศ. ๒๕๕๑", "พศ 2551"),
        ("๑๓.๓๐ น.", "13.30 น"),
    ],
)
def test_dots_of_abbreviations_go(written: str, key: str) -> None:
    assert fold(written) == key


@pytest.mark.parametrize(
    "kept", ["ไปแล้ว.", "2.5", "www.a.b", "1.การ", "กพ...", "ก.. ข", "มา. ไป", "ฯลฯ.", "a.ก", "ข้อ 2."]
)
def test_other_dots_stay(kept: str) -> None:
    assert fold(kept) == kept


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("นํ้า", "น้ำ"),
        ("น้ํา", "น้ำ"),
        ("นำ้", "น้ำ"),
        ("ทํา", "ทำ"),
        ("เเม่", "แม่"),
        ("ก่ิน", "กิ่น"),
        ("ที่่", "ที่"),
        ("กุ่ง", "กุ่ง"),
        ("๔๐  คน", "40 คน"),
        ("ก\u00a0ข\t\r\n ค", "ก ข ค"),
        ("ก\u200bข\u00adค\ufeff", "กขค"),
        ("AAR Blog", "aar blog"),
        ("Σας ΣΑΣ", "σασ σασ"),
        ("İ", "i̇"),
        ("e\u0301", "é"),
        ("e\u200b\u0301", "é"),
        ("", ""),
    ],
)
def test_ways_of_writing_meet_in_one_key(written: str, key: str) -> None:
    assert fold(written) == key


@given(mixed_text)
@example("เ.เ")
@settings(max_examples=400, deadline=None)
def test_folding_a_key_again_changes_nothing(text: str) -> None:
    key = fold(text)
    assert fold(key) == key
    assert unicodedata.is_normalized("NFC", key)


@given(mixed_text)
@settings(max_examples=300, deadline=None)
def test_the_map_leads_every_character_back_in_order(text: str) -> None:
    folded = fold_with_map(text)
    assert folded.text == fold(text)
    assert len(folded.starts) == len(folded.ends) == len(folded.text)
    assert list(folded.starts) == sorted(folded.starts)
    assert list(folded.ends) == sorted(folded.ends)
    assert all(0 <= start < end <= len(text) for start, end in zip(folded.starts, folded.ends, strict=True))
    for at, char in enumerate(folded.text):
        start, end = folded.original(at, at + 1)
        assert char in fold(f"|{text[start:end]}|")


@given(thai_text, thai_text, thai_text)
@settings(max_examples=200, deadline=None)
def test_a_word_between_blanks_folds_as_it_does_alone(before: str, word: str, after: str) -> None:
    assert fold(word).strip() in fold(f"{before} | {word} | {after}")


def test_the_map_covers_exactly_what_the_reader_sees() -> None:
    text = "เงินของ พ.ม.จ. นํ้า ๔๐ คน"
    folded = fold_with_map(text)
    at = folded.text.index("พมจ")
    assert text[slice(*folded.original(at, at + 3))] == "พ.ม.จ"
    at = folded.text.index("น้ำ")
    assert text[slice(*folded.original(at, at + 3))] == "นํ้า"
    at = folded.text.index("40 คน")
    assert text[slice(*folded.original(at, at + 5))] == "๔๐ คน"


def test_an_empty_range_stays_empty() -> None:
    folded = fold_with_map("\u200bก ข")
    assert folded.original(0, 0) == (1, 1)
    assert folded.original(3, 3) == (4, 4)
