"""A place in a text is widened to its sentence or paragraph by a rule that everybody can foretell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmwiki.text.clusters import is_boundary
from kmwiki.text.units import UNITS, widen

TEXT = "กลุ่มเริ่มออมเมื่อปี 2548 วันละบาท คนแก่บอกว่า “เงินน้อย แต่ใจใหญ่” จริง ๆ\nปีนี้ พ.ศ. 2551 มีสมาชิกร้อยคน It works. Really so!"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("ออม", "กลุ่มเริ่มออมเมื่อปี 2548 วันละบาท"),
        ("ใจ", "คนแก่บอกว่า “เงินน้อย แต่ใจใหญ่” จริง ๆ"),
        ("ร้อย", "ปีนี้ พ.ศ. 2551 มีสมาชิกร้อยคน It works."),
        ("Really", "Really so!"),
        ("บาท คน", "กลุ่มเริ่มออมเมื่อปี 2548 วันละบาท คนแก่บอกว่า “เงินน้อย แต่ใจใหญ่” จริง ๆ"),
    ],
)
def test_a_sentence_ends_at_thoughts_signs_and_lines_but_not_in_quotes_or_dates(words: str, sentence: str) -> None:
    start = TEXT.index(words)
    left, right = widen(TEXT, start, start + len(words), "sentence")
    assert TEXT[left:right] == sentence


def test_a_paragraph_is_a_line_without_the_blanks_around_it() -> None:
    text = "ก่อน\n  ย่อหน้าหนึ่ง มีสองวรรค  \nหลัง"
    left, right = widen(text, text.index("สอง"), text.index("สอง") + 3, "paragraph")
    assert text[left:right] == "ย่อหน้าหนึ่ง มีสองวรรค"


@given(st.text(alphabet="กาำ่ๆ ฯ.!“”()\n1a👍🏽", max_size=60), st.integers(0, 60), st.integers(1, 60))
def test_a_unit_holds_the_place_and_is_cut_between_clusters(text: str, start: int, length: int) -> None:
    start, end = min(start, len(text)), min(start + length, len(text))
    for unit in UNITS:
        left, right = widen(text, start, end, unit)
        assert left <= start
        assert right >= end
        assert is_boundary(text, left)
        assert is_boundary(text, right)
