"""Other writings of numbers, sums of money and repeated words, all over folded text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kmwiki.search.writings import numbers_in, with_commas, written_otherwise
from kmwiki.text.thai import fold


def test_a_word_is_written_with_and_without_blanks_and_commas() -> None:
    assert written_otherwise("40คน") == ["40 คน"]
    assert written_otherwise("40 คน") == ["40คน"]
    assert written_otherwise("3000") == ["3,000"]
    assert written_otherwise("3,000") == ["3000"]
    assert written_otherwise("ต่างๆ") == ["ต่าง ๆ"]
    assert written_otherwise("57.5 %") == ["57.5%"]
    for way in ("฿3,000", "3000บาท", "3,000 บาท", "฿ 3000", "3000.-"):
        assert {"฿3,000", "3000บาท", "3,000 บาท", "฿ 3000", "3,000.-"} <= {way, *written_otherwise(way)}
    for none in ("กองทุน", "3.000", "0812345678", "ฯลฯ", "covid 19", ""):
        assert written_otherwise(none) == []
    assert written_otherwise("ก1ข2ค3ง") == ["ก 1 ข 2 ค 3 ง"]


@given(st.integers(1000, 10**15), st.sampled_from(["", ".5", ".25"]))
def test_every_writing_of_a_number_has_one_value(number: int, rest: str) -> None:
    thai = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
    ways = {f"{number}{rest}", f"{number:,}{rest}", f"{number:,}{rest}".translate(thai)}
    if not rest:
        ways |= {f"{number}.00", f"{number:,}.-"}
    values = {one.value for way in ways for one in numbers_in(fold(f"ได้{way} บาท"))}
    assert values == {f"{number}{rest}"}
    assert with_commas(f"{number}{rest}") == f"{number:,}{rest}"


@given(st.text(alphabet="กา 0123,.บาท฿๑๒ๆฯ-%", max_size=20))
def test_other_writings_are_mutual_and_few(text: str) -> None:
    folded = fold(text).strip()
    ways = written_otherwise(folded)
    assert len(ways) <= 100
    assert folded not in ways
    is_money = any(sign in folded for sign in ("฿", "บาท", ".-"))
    solid = folded.replace(" ", "").replace(",", "")
    assert is_money or all(way.replace(" ", "").replace(",", "") == solid for way in ways)
