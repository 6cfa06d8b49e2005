"""Fields of queries, nearness, facets as a tree, what to do where nothing is found: on real texts, with rights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmwiki.coding.codings import add_coding
from kmwiki.coding.schemas import CodeIn, CodingIn
from kmwiki.coding.service import create_code
from kmwiki.db import session, transaction
from kmwiki.search.completing import complete
from kmwiki.search.query import QueryError
from kmwiki.search.stepping import steps
from kmwiki.security.policy import Role
from kmwiki.sources.models import Source
from tests.make_search import answer, ask, drain, titles, write

if TYPE_CHECKING:
    from kmwiki.entries.models import Entry
    from kmwiki.security.policy import Caller
    from tests.make import Make


class Village:
    """Some notes of two people, one of them private, coded in a small tree."""

    def __init__(self, make: Make) -> None:
        self.project = make.project("village")
        self.writer = make.member(self.project, Role.RESEARCHER, user=make.user("ใบข้าว สมมุติวงศ์"))
        self.reader = make.member(self.project, Role.READER, user=make.user("คนอ่าน"))
        self.meeting = self.write("ประชุมกองทุนสวัสดิการ", "เราออมวันละบาทแล้วตั้งกองทุนขึ้นมา", kind="meeting")
        self.note = self.write("เดินดูตลาด", "แม่ค้าบอกว่ากองทุนช่วยได้ ส่วนเรื่องออมยังไม่พูด", tags=["ตลาด"], event_date="2552")
        answer(self.writer, self.note, "กองทุนของอำเภออื่นก็มี")
        self.hidden = self.write("ลับมาก", "กองทุนนกขมิ้น", visibility="private", places=["เชียงใหม่"], authors=["คนลับ"])
        with transaction() as opened:
            project = opened.merge(self.project)
            self.top = create_code(opened, self.writer, project, CodeIn(name_th="การเงิน"))
            opened.flush()
            self.code = create_code(opened, self.writer, project, CodeIn(name_th="การออม", parent_id=self.top.id))
            self.other = create_code(opened, self.writer, project, CodeIn(name_th="ตลาดนัด", aliases=["แผงลอย"]))
            opened.flush()
            source = opened.get_one(Source, self.meeting.source_id)
            for code, start, end, quote in ((self.code, 3, 6, "ออม"), (self.top, 3, 6, "ออม")):
                given = CodingIn(code_id=code.id, start=start, end=end, quote=quote, revision=1, voice="informant")
                add_coding(opened, self.writer, source, given)
        drain()

    def write(self, title: str, body: str, **given: object) -> Entry:
        """Write a note of the village."""
        values = {"places": ["อ.ควนขนุน จ.พัทลุง"], "event_date": "มิ.ย. 2551", **given}
        return write(self.writer, self.project, body, title=title, **values)


@pytest.fixture
def village(make: Make) -> Village:
    """The village."""
    return Village(make)


MEETING, NOTE = "ประชุมกองทุนสวัสดิการ", "เดินดูตลาด"


def test_every_field_narrows_as_it_says(village: Village) -> None:
    expected = {
        "title:กองทุน": [MEETING],
        "กองทุน -title:กองทุน in:entry": [NOTE],
        "body:ออม ชนิด:ประชุม": [MEETING],
        "kind:meeting,fieldnote in:entry": [MEETING, NOTE],
        "จังหวัด:พัทลุง ใน:บันทึก": [MEETING, NOTE],
        'อำเภอ:"ควนขนุน พัทลุง" ใน:บันทึก ชนิด:ประชุม': [MEETING],
        "สถานที่:ควนขนุน ใน:บันทึก ชนิด:ประชุม": [MEETING],
        "ป้าย:ตลาด": [NOTE],
        "ผู้เขียน:ใบข้าว ใน:ความเห็น": [NOTE],
        "date:2551 in:entry": [MEETING],
        'date:"มิ.ย. 2551" in:entry': [MEETING],
        "date:2552.. in:entry": [NOTE],
        "date:..2551 in:entry": [MEETING],
        "ปี:52 in:entry": [NOTE],
        "ปี:50..51 in:entry": [MEETING],
        "อำเภอ:เมืองพัทลุง": [],
        "มี:รหัส": [MEETING],
        "มี:ความเห็น": [NOTE],
        "has:place has:date in:entry": [MEETING, NOTE],
        "has:attachments": [],
        "รหัส:การออม": [MEETING],
        "code:การเงิน": [MEETING],
        "รหัส:แผงลอย": [],
        "เสียง:ผู้ให้ข้อมูล": [MEETING],
        "ออม NEAR/4 กองทุน": [MEETING, NOTE],
        "แม่ค้า NEAR/2 ออม": [],
        "แม่ค้า NEAR/30 ออม": [NOTE],
        "title:กองทุน OR tag:ตลาด": [MEETING, NOTE],
    }
    found = {text: sorted(titles(ask(village.reader, village.project, text))) for text in expected}
    assert found == {text: sorted(wanted) for text, wanted in expected.items()}


def test_a_value_that_names_nothing_is_pointed_at_and_hinted(village: Village) -> None:
    for text, position in {"ก จังหวัด:พัทลง": 10, "kind:กลอน": 5, "date:สักวัน": 5, "code:ไม่มี": 5, "has:x": 4}.items():
        with pytest.raises(QueryError) as caught:
            ask(village.reader, village.project, text)
        assert caught.value.position == position
        assert caught.value.hint is not None


def test_no_field_shows_what_is_hidden(village: Village) -> None:
    for text in ("author:คนลับ", "จังหวัด:เชียงใหม่", "title:ลับมาก", "นกขมิ้น NEAR/9 กองทุน"):
        found = ask(village.reader, village.project, text)
        assert found.total == 0 or found.relaxed
        assert "ลับมาก" not in titles(found)
    assert titles(ask(village.writer, village.project, "author:คนลับ")) == ["ลับมาก"]


def test_a_code_counts_what_stands_below_it_each_text_once(village: Village) -> None:
    found = ask(village.reader, village.project, "ออม")
    codes = {value.label: (value.count, value.parent) for value in found.facets["code"]}
    assert codes["การเงิน"] == (1, None)
    assert codes["การออม"] == (1, str(village.top.id))
    assert codes["No code yet"] == (1, None)
    assert ask(village.reader, village.project, "ออม", code=village.top.id, in_="entry").total == 1
    assert titles(ask(village.reader, village.project, "ออม", code="none")) == [NOTE]
    voices = ask(village.reader, village.project, "ออม", voice="informant")
    assert titles(voices) == [MEETING]
    districts = {value.value for value in ask(village.reader, village.project, "ออม").facets["district"]}
    assert districts == {"9305"}


def test_where_nothing_is_left_fewer_filters_are_offered_with_their_counts(village: Village) -> None:
    found = ask(village.reader, village.project, "แม่ค้า", kind="meeting", from_="2553")
    assert found.total == 0
    assert {one.drop: one.count for one in found.instead} == {"all": 1}
    found = ask(village.reader, village.project, "แม่ค้า", kind="meeting")
    assert {one.drop: one.count for one in found.instead} == {"kind": 1}


def test_one_steps_through_every_place_of_a_note_and_its_comments(village: Village) -> None:
    with session() as opened:
        root = opened.get_one(Source, village.note.source_id)
        found = steps(opened, village.reader, root, "กองทุน ออม")
        assert len(found) == 3
        assert [step.source_id for step in found].count(village.note.source_id) == 2
        assert steps(opened, village.reader, root, "(ก") == []
        hidden = opened.get_one(Source, village.hidden.source_id)
        assert steps(opened, village.reader, hidden, "นกขมิ้น") == []


def test_help_while_typing_knows_what_the_reader_may_know(village: Village) -> None:
    def offers(caller: Caller, typed: str) -> list[tuple[str, str, str]]:
        with session() as opened:
            found = complete(opened, caller, village.project, typed)
        return [(one.kind, one.text, one.query) for one in found]

    assert ("title", NOTE, NOTE) in offers(village.reader, "ตลาด")
    assert ("code", "ตลาดนัด", "code:ตลาดนัด") in offers(village.reader, "ตลาด")
    assert ("code", "ตลาดนัด", "code:ตลาดนัด") in offers(village.reader, "แผง")
    assert ("person", "ใบข้าว สมมุติวงศ์", 'author:"ใบข้าว สมมุติวงศ์"') in offers(village.reader, "ใบ")
    assert ("place", "พัทลุง", "province:พัทลุง") in offers(village.reader, "พัท")
    assert ("place", "ควนขนุน", "district:ควนขนุน") in offers(village.reader, "ควน")
    for typed in ("ลับ", "คนลับ", "เชียง"):
        assert offers(village.reader, typed) == []
        assert offers(village.writer, typed) != []
    assert offers(village.reader, " \u200b") == []
    for _, _, query in offers(village.reader, "ควน"):
        assert ask(village.reader, village.project, query).total > 0


def test_years_are_ranges_in_every_writing_and_slips_are_answered_with_what_may_be_meant(
    make: Make,
) -> None:
    project = make.project("village")
    writer = make.member(project)
    write(writer, project, "ก", title="ก่อน", event_date="2551")
    write(writer, project, "ก", title="หลัง", event_date="2552")
    with transaction() as opened:
        create_code(opened, writer, opened.merge(project), CodeIn(name_th="กองทุนหมู่บ้าน", name_en="Village fund"))
    drain()
    for both in ("51..52", "2551-2552", "“2551 ถึง 2552”", "“๕๑ - ๕๒”"):
        assert ask(writer, project, f"date:{both}").total == 2, both
    for one in ("51", "ปี51", "..51", "“ก.พ. 2551”"):
        assert ask(writer, project, f"date:{one}").total == 1, one
    with pytest.raises(QueryError) as caught:
        ask(writer, project, "code:กองทุนหมูบ้าน")
    assert caught.value.hint is not None
    assert caught.value.hint.values == {"name": "กองทุนหมู่บ้าน"}
    with pytest.raises(QueryError) as caught:
        ask(writer, project, "code:ปลา")
    assert caught.value.hint is not None
    assert caught.value.hint.values == {}


def test_single_letters_that_are_no_words_are_found_inside_words(make: Make) -> None:
    project = make.project("village")
    writer = make.member(project)
    write(writer, project, "กองทุนข้าว", title="พบ")
    write(writer, project, "ปู", title="ไม่")
    drain()
    assert titles(ask(writer, project, "ก ข ฮ", mode="best")) == ["พบ"]
    assert titles(ask(writer, project, "ก ข ฮ kind:page", mode="best")) == ["พบ"]  # no operators in a question
    assert ask(writer, project, "ฮ ฬ", mode="best").total == 0
    assert ask(writer, project, "ฮฬฆ" * 20, mode="best").total == 0


def test_a_field_that_was_nearly_written_is_offered(make: Make) -> None:
    project = make.project("village")
    writer = make.member(project)
    write(writer, project, "กองทุน", title="พบ")
    drain()
    for typed, offered in (("titel:พบ", "title:พบ"), ("ปลา จังหวด:พัทลุง", "ปลา จังหวัด:พัทลุง"), ("เวลา:พบ", None)):
        assert ask(writer, project, typed).query.suggestion == offered
