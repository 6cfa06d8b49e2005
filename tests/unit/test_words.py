"""Words: every token in its place, from many threads at once, with the words of a project."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from hypothesis import given, settings
from hypothesis import strategies as st

from kmwiki.text.words import VERSION, Segmenter, segmenter
from tests.make_texts import mixed_text


def texts(text: str, *extra: str) -> list[str]:
    return [word.text for word in Segmenter(extra).words(text) if word.is_word]


@given(mixed_text, st.lists(st.sampled_from(["กองทุนสวัสดิการ", "ออมวันละ", "ที่ดิน", "ก", "AAR 2551", "มา "]), max_size=4))
@settings(max_examples=300, deadline=None)
def test_tokens_join_back_to_the_text(text: str, extra: list[str]) -> None:
    words = Segmenter(extra).words(text)
    assert "".join(word.text for word in words) == text
    at = 0
    for word in words:
        assert (word.start, word.end) == (at, at + len(word.text))
        assert word.text
        at = word.end


def test_words_of_the_field_stay_whole() -> None:
    assert "กองทุนสวัสดิการชุมชน" in texts("เรามีกองทุนสวัสดิการชุมชนอยู่แล้ว")
    assert "พมจ" in texts("ไปหาพมจ.มา")


def test_blanks_and_punctuation_are_tokens_but_no_words() -> None:
    assert texts("ไป (มา) 40 คน, a-b 😀 50%") == ["ไป", "มา", "40", "คน", "a-b", "50"]
    assert texts("ใช้ฯลฯ") == ["ใช้", "ฯลฯ"]


def test_words_of_a_project_are_found_whole() -> None:
    assert "เมฆาวดี ทองหลาง" not in texts("คุณเมฆาวดี ทองหลางมาแล้ว")
    assert "เมฆาวดี ทองหลาง" in texts("คุณเมฆาวดี ทองหลางมาแล้ว", "เมฆาวดี ทองหลาง")


def test_a_short_word_of_a_project_does_not_cut_others() -> None:
    assert texts("ตากลม", "ากล") == texts("ตากลม")
    assert texts("กำลังใจ", "ลัง") == texts("กำลังใจ")


def test_the_longest_of_a_projects_words_wins() -> None:
    assert "บ้านดอนไชยเหนือ" in texts("ที่บ้านดอนไชยเหนือ", "บ้านดอนไชย", "บ้านดอนไชยเหนือ")


def test_the_version_tells_dictionaries_apart() -> None:
    assert segmenter().version == VERSION
    assert Segmenter(["ก"]).version != Segmenter(["ข"]).version
    assert Segmenter(["ก", "ข"]).version == Segmenter(["ข", "ก", " ก "]).version


def test_very_long_lines_are_cut_in_time_and_whole() -> None:
    text = "ความสุข" * 3000 + "น้" + "้" * 5000 + "ตาก ลม" * 2000
    assert "".join(word.text for word in segmenter().words(text)) == text


def test_threads_get_the_same_words() -> None:
    text = "กองทุนสวัสดิการชุมชนออมวันละบาท " * 50
    alone = segmenter().words(text)
    with ThreadPoolExecutor(8) as pool:
        assert all(words == alone for words in pool.map(lambda _: Segmenter().words(text), range(24)))
