"""Places as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmwiki.errors import Invalid, NotFound
from kmwiki.places.gazetteer import gazetteer
from kmwiki.places.queries import choose, find_place, guess_province, place, provinces, resolve
from kmwiki.places.reading import readings

PHATTHALUNG, NAKHON, BANGKOK, KHUAN_KHANUN = "93", "80", "10", "9305"


def code_of(text: str) -> str | None:
    found = resolve(text)
    return found.code if found else None


@pytest.mark.parametrize(
    ("written", "code"),
    [
        *((text, PHATTHALUNG) for text in ("93", "๙๓", "พัทลุง", "จ.พัทลุง", "จ. พัทลุง", "จังหวัดพัทลุง", "จังหวัด พัทลุง")),
        *((text, PHATTHALUNG) for text in ("Phatthalung", "phatthalung province", "เมืองพัทลุง", "เมืองลุง", " พัทลุง ")),
        *((text, NAKHON) for text in ("นคร", "เมืองคอน", "นครศรีฯ", "Nakhon Si Thammarat", "จ.นครศรีธรรมราช")),
        *((text, BANGKOK) for text in ("กทม", "กทม.", "กรุงเทพ", "กรุงเทพฯ", "Bangkok")),
        ("โคราช", "30"),
        ("อยุธยา", "14"),
        *((text, KHUAN_KHANUN) for text in ("9305", "อ.ควนขนุน จ.พัทลุง", "อำเภอควนขนุนจังหวัดพัทลุง", "อำเภอ ควนขนุน")),
        ("Khuan Khanun District, Phatthalung", KHUAN_KHANUN),
        ("อ.เมืองพัทลุง", "9301"),
        ("อ.เมือง จ.พัทลุง", "9301"),
        ("ต.ควนขนุน อ.ควนขนุน จ.พัทลุง", "930501"),
        ("ต.ในเมือง อ.เมืองพิษณุโลก", "650101"),
        ("ต.ท่าข้ามอ.พุนพินจ.สุราษฎร์ธานี", "841701"),
        ("แขวงสีลม เขตบางรัก กทม.", "100402"),
        ("เขตบางรัก กรุงเทพมหานคร", "1004"),
        ("สระแก้ว", "27"),  # tambons are called so too, but a bare name that a province bears is the province
        ("ปอภาร", "450109"),  # one of its two spellings
    ],
)
def test_a_place_is_understood_as_it_is_written(written: str, code: str) -> None:
    assert code_of(written) == code


@pytest.mark.parametrize(
    "written", ["", "   ", "-", "999", "999999", "ไม่มีที่นี่", "พัทลุง, สงขลา", "x" * 10_000, "อ.", "จ.ควนขนุน"]
)
def test_what_is_no_place_is_not_understood(written: str) -> None:
    assert readings(written) == []


@pytest.mark.parametrize("written", ["ต.ในเมือง", "อ.เมือง", "ควนขนุน", "ควนขนุน พัทลุง", "บางรัก"])
def test_a_name_that_several_places_bear_is_asked_about(written: str) -> None:
    assert resolve(written) is None
    assert len(readings(written)) > 1


def test_every_place_is_found_by_its_own_label() -> None:
    wrong = [each.label for each in gazetteer().by_code.values() if code_of(each.label) != each.code]
    assert wrong == []


def test_there_are_as_many_places_as_the_country_has() -> None:
    levels = [each.level for each in gazetteer().by_code.values()]
    assert [levels.count(level) for level in ("province", "district", "tambon")] == [77, 928, 7436]
    assert len(provinces()) == 77


def test_a_label_shows_the_places_around_it() -> None:
    tambon = place("930501")
    assert tambon.label == "ต.ควนขนุน อ.ควนขนุน จ.พัทลุง"
    assert tambon.parent == "อ.ควนขนุน จ.พัทลุง"
    assert tambon.full("en") == "Khuan Khanun Subdistrict, Khuan Khanun District, Phatthalung"
    assert tambon.province_code == PHATTHALUNG
    assert place(BANGKOK).label == "กรุงเทพมหานคร"
    assert place("1004").name("th") == "เขตบางรัก"
    assert place("1004").name("en") == "Bang Rak"


def test_an_unknown_code_is_not_found() -> None:
    with pytest.raises(NotFound):
        place("00")


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("พัท", "จ.พัทลุง"),
        ("ควนขนุน", "อ.ควนขนุน จ.พัทลุง"),
        ("phatth", "จ.พัทลุง"),
        ("ตะโหม", "อ.ตะโหมด จ.พัทลุง"),
        ("ตะโหมก", "อ.ตะโหมด จ.พัทลุง"),  # a slip: what looks like it is offered
        ("ควน พัทลุง", "อ.ควนขนุน จ.พัทลุง"),
        ("ต.ควนขนุน", "ต.ควนขนุน อ.เขาชัยสน จ.พัทลุง"),
    ],
)
def test_what_is_typed_finds_the_nearest_place_first(typed: str, first: str) -> None:
    assert find_place(typed)[0].label == first


def test_a_search_can_be_kept_to_a_level_and_a_place_around() -> None:
    assert {each.level for each in find_place("ควน", level="district")} == {"district"}
    assert {each.province_code for each in find_place("ควน", within=PHATTHALUNG)} == {PHATTHALUNG}
    assert find_place("") == []
    assert find_place("ก") != []
    assert find_place("qqqqqqqqqq") == []


def test_a_choice_says_what_may_be_meant() -> None:
    assert choose("จ.พัทลุง").code == PHATTHALUNG
    with pytest.raises(Invalid, match="several places") as ambiguous:
        choose("ต.ในเมือง")
    assert "ต.ในเมือง อ.เมืองชัยนาท จ.ชัยนาท" in str(ambiguous.value.fields["places"])
    with pytest.raises(Invalid, match="Do you mean"):
        choose("ตะโหม", field="area")
    with pytest.raises(Invalid, match="no place we know"):
        choose("qqqqqqqqqq")


@pytest.mark.parametrize(
    ("text", "province"),
    [
        ("ลงพื้นที่จังหวัดพัทลุงเมื่อวาน", PHATTHALUNG),
        ("ประชุมที่เมืองคอน คนมาเยอะ", NAKHON),
        ("เวทีพะเยา\n\nคุยเรื่องที่สงขลาเคยทำ สงขลาทำไว้ดี", "56"),  # the title weighs more
        ("คนเลยไม่มา น้ำท่วมแพร่กระจาย ตากแดด", None),  # everyday words
        ("จังหวัดเลย", "42"),
        ("จ.ตาก", "63"),
        ("พัทลุง กับ สงขลา", None),
        ("เรียนที่สุโขทัยธรรมาธิราช", None),
        ("", None),
    ],
)
def test_the_province_of_a_text_is_guessed_only_where_it_says_so(text: str, province: str | None) -> None:
    found = guess_province(text)
    assert (found.code if found else None) == province


@given(st.text(max_size=60))
def test_nothing_that_is_typed_breaks_the_reading(text: str) -> None:
    for each in readings(text):
        assert gazetteer().by_code[each.code] is each
    find_place(text, limit=3)
    guess_province(text)
