"""Asking for coded passages: what each condition and filter finds, and what nobody may find."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, select

from kmwiki import db
from kmwiki.coding import service
from kmwiki.coding.codebook.models import CodeGroup, CodeGroupMember
from kmwiki.coding.models import Coding, Layer
from kmwiki.coding.round_models import CodingRound, RoundCoder, RoundText
from kmwiki.db import transaction
from kmwiki.entries.models import Entry
from kmwiki.entries.schemas import EntryPatch
from kmwiki.errors import Invalid
from kmwiki.retrieval.asking import Question
from kmwiki.retrieval.book import read_book
from kmwiki.retrieval.naming import group_names
from kmwiki.retrieval.reading import read_question
from kmwiki.retrieval.telling import Tongue, sentence
from tests.make_retrieval import Field, make_field

if TYPE_CHECKING:
    from tests.make import Make

BODY = (
    "กองทุนเริ่มจากออมวันละบาท 🙂 ในสองหมู่บ้านใกล้กัน แล้วขยายไปทั้งตำบลในปีถัดมา\n\n"
    "ปีแรกจ่ายค่าทำศพไปสามราย คนจึงสมัครเพิ่ม\n\n"
    "เงินก้อนนี้ให้ใช้กับผู้ยากลำบากเท่านั้น"
)


@pytest.fixture
def place(make: Make) -> Field:
    """Three codes, one below another; passages of which each stands differently to the others."""
    made = make_field(make)
    for name, under in (("ทุน", ""), ("ออม", "ทุน"), ("ศพ", ""), ("ยาก", "")):
        made.code(name, under)
    made.note("ก", BODY, places=["93"], event_date="18 ก.พ. 2551", tags=["กองทุน"], kind="meeting",
              fields={"facilitator": "อาจารย์สมมุติ ใจดี"})  # fmt: skip
    made.note("ข", "ที่นี่คุยเรื่องศพอย่างเดียว", places=["80", "93"], event_date="2552")
    made.comment("ค", "ก", "เห็นด้วยเรื่องออมค่ะ", author_name="ป้าแมวเหมียว")
    made.put("ทุน", "กองทุนเริ่มจากออมวันละบาท", "ก", voice="informant")
    made.put("ออม", "ออมวันละบาท 🙂 ในสองหมู่บ้าน", "ก", memo="น่าคิด")
    made.put("ศพ", "จ่ายค่าทำศพ", "ก")
    made.put("ยาก", "ผู้ยากลำบาก", "ก")
    made.put("ศพ", "เรื่องศพ", "ข")
    made.put("ออม", "เรื่องออม", "ค")
    return made


FUND, SAVING, FUNERAL, HARD = "กองทุนเริ่มจากออมวันละบาท", "ออมวันละบาท 🙂 ในสองหมู่บ้าน", "จ่ายค่าทำศพ", "ผู้ยากลำบาก"


def test_each_condition_finds_what_its_words_say(place: Field) -> None:
    ask = place.quotes
    everything = [FUND, SAVING, FUNERAL, HARD, "เรื่องออม", "เรื่องศพ"]
    assert ask() == everything
    assert ask(code="ทุน") == [FUND, SAVING, "เรื่องออม"]
    assert ask(code="ทุน", below="0") == [FUND]
    assert ask(code=["ศพ", "ยาก (en)"]) == [FUNERAL, HARD, "เรื่องศพ"]
    assert ask(code="ยาก", op1="or", code1="ออม") == [SAVING, HARD, "เรื่องออม"]
    only = {"code": "ทุน", "below": "0", "code1": "ออม"}
    assert ask(**only, op1="and") == ["ออมวันละบาท"]
    assert ask(**only, op1="overlap") == [FUND]
    assert ask(**only, op1="not-overlap") == []
    assert ask(code="ออม", below="0", op1="not", code1="ทุน") == ["เรื่องออม"]
    assert ask(op1="within", code1="any") == ask(op1="around", code1="any") == []
    assert ask(code="ศพ", op1="near", code1="ทุน", n1="1", unit1="paragraph") == [FUNERAL]
    assert ask(code="ยาก", op1="near", code1="ทุน", n1="1") == []
    assert ask(code="ยาก", op1="near", code1="ทุน", n1="2") == [HARD]
    assert ask(code="ยาก", op1="near", code1="ศพ", n1="10", unit1="character") == []
    assert ask(code="ยาก", op1="near", code1="ศพ", n1="60", unit1="character") == [HARD]
    assert ask(code="ศพ", op1="near", code1="ทุน", n1="0", unit1="sentence") == []
    assert ask(code="ศพ", op1="text", code1="ทุน") == [FUNERAL]
    assert ask(code="ออม", op1="not-text", code1="ศพ") == ["เรื่องออม"]
    assert ask(code="ออม", op1="entry", code1="ศพ") == [SAVING, "เรื่องออม"]
    assert ask(code="ศพ", op1="not-entry", code1="ออม") == ["เรื่องศพ"]
    assert ask(code="ทุน", below="0", op1="overlap", code1="ออม", op2="or", code2="ยาก", op3="entry", code3="ศพ") == [
        FUND,
        HARD,
    ]


def test_filters_groups_and_orders(place: Field) -> None:
    ask = place.quotes
    assert ask(place="สงขลา") == []
    assert ask(place="พัทลุง", in_="entry", kind="meeting") == [FUND, SAVING, FUNERAL, HARD]
    assert ask(place="นครศรีธรรมราช") == ["เรื่องศพ"]
    assert ask(from_="1 ม.ค. 2552") == ["เรื่องศพ"]
    assert ask(to="ก.พ. 2551", code="ศพ") == [FUNERAL]
    assert ask(voice="informant") == [FUND]
    assert FUND not in ask(voice="none")
    assert ask(in_="comment") == ask(actor="ป้าแมวเหมียว") == ["เรื่องออม"]
    assert len(ask(actor="อ.สมมุติ ใจดี")) == 5
    assert len(ask(tag="กองทุน")) == 5
    assert ask(coder="nobody@example.org") == []
    assert len(ask(coder=[str(place.coder.user_id), place.coder.email])) == 6
    assert ask(entry=place.numbers["ข"]) == ["เรื่องศพ"]
    assert ask(layer="adjudicated") == []
    assert ask(sort="date_desc")[0] == "เรื่องศพ"
    assert ask(sort="newest")[0] == "เรื่องออม"
    assert ask(sort="code")[:2] == [FUND, SAVING]
    assert ask(sort="entry") == ask() == ask(sort="date")
    by_place, rows = place.found(by="place")
    assert [(group.key, group.count, group.at) for group in by_place.groups] == [("80", 1, 0), ("93", 6, 1)]
    assert (by_place.total, len(rows), by_place.notes) == (6, 7, 2)
    assert by_place.position(rows[6].coding.id, near=6) == 6
    by_code, _ = place.found(by="code")
    assert [group.count for group in by_code.groups] == [1, 2, 2, 1]
    assert [group.key for group in place.found(by="kind")[0].groups] == ["meeting", "reflection"]
    for by, names in (
        ("code", ["ทุน", "ออม", "ศพ", "ยาก"]),
        ("place", ["นครศรีธรรมราช", "พัทลุง"]),
        ("entry", ["ก", "ข"]),
        ("kind", ["Meeting", "Reflection"]),
        ("coder", [place.coder.name]),
        ("none", ["Not told"]),
    ):
        with db.session() as opened:
            book = read_book(opened, place.project.id)
            found = place.found(by=by)[0]
            told = group_names(opened, place.coder, found, book, Tongue("th", str))
        assert [told[group.key] for group in found.groups] == names


def test_a_row_tells_the_words_around_and_those_compared_with(place: Field) -> None:
    _, rows = place.found(code="ทุน", below="0", op1="and", code1="ออม")
    row = rows[0]
    assert [(piece.text, piece.is_passage, piece.is_shared, len(piece.codes)) for piece in row.pieces] == [
        ("กองทุนเริ่มจาก", True, False, 0),
        ("ออมวันละบาท", True, True, 1),
        (" 🙂 ในสองหมู่บ้าน", False, False, 1),
        (row.after[len(" 🙂 ในสองหมู่บ้าน") :], False, False, 0),
    ]
    assert (row.before, row.whole, row.is_partial) == ("", FUND, True)
    assert row.after.endswith("ในปีถัดมา")
    _, rows = place.found(code="ยาก", op1="near", code1="ศพ", n1="1")
    assert [(each.code.name_th, each.quote) for each in rows[0].beside] == [("ศพ", FUNERAL)]
    _, rows = place.found(code="ยาก", op1="entry", code1="ออม")
    assert [each.quote for each in rows[0].beside] == [SAVING, "เรื่องออม"]
    assert [row.said_by for row in place.found(in_="comment")[1]] == ["ป้าแมวเหมียว"]


def test_what_an_edit_changed_is_told_and_what_it_took_is_listed_only_when_asked_for(place: Field) -> None:
    with transaction() as opened:
        entry = opened.scalars(select(Entry).where(Entry.source_id == place.sources["ก"])).one()
        body = BODY.replace("ออมวันละบาท 🙂 ในสองหมู่บ้าน", "ออมวันละสิบบาท 🙂 ในสองหมู่บ้าน").replace(
            "จ่ายค่าทำศพไปสามราย", "ไม่มีใครเสียชีวิต"
        )
        service.save_entry(opened, place.coder, entry, EntryPatch(body=body), base_no=1)
    found, rows = place.found(entry=place.numbers["ก"])
    assert found.lost == 1
    assert "ออมวันละสิบบาท 🙂 ในสองหมู่บ้าน" in [row.quote for row in rows if row.coding.state == "changed"]
    lost = place.found(code="ศพ", state="lost")[1]
    assert [(row.whole, row.is_lost, row.pieces) for row in lost] == [(FUNERAL, True, ())]


def test_only_what_counts_and_may_be_seen_is_found(place: Field, make: Make) -> None:
    other = make.member(place.project)
    place.note("ลับ", "เรื่องศพที่ไม่มีใครรู้", visibility="private")
    place.put("ศพ", "ศพที่ไม่มีใครรู้", "ลับ")
    assert "ศพที่ไม่มีใครรู้" in place.quotes(code="ศพ")
    assert "ศพที่ไม่มีใครรู้" not in place.quotes(other, code="ศพ")
    guessed = place.put("ยาก", "คนจึงสมัครเพิ่ม", "ก")
    with transaction() as opened:
        opened.get_one(Coding, guessed.id).status = "auto"
    assert place.quotes(code="ยาก") == [HARD]
    assert place.quotes(code="ยาก", status=["auto", "accepted"]) == ["คนจึงสมัครเพิ่ม", HARD]
    with transaction() as opened:
        blind = CodingRound(project_id=place.project.id, name="รอบแรก")
        opened.add(blind)
        opened.flush()
        opened.add(RoundText(round_id=blind.id, root_id=place.sources["ข"], revision=1))
        opened.add(RoundCoder(round_id=blind.id, coder_id=other.user_id))
        layer = Layer(project_id=place.project.id, coder_id=other.user_id, kind="round", round_id=blind.id)
        opened.add(layer)
        opened.flush()
        mine = Coding(
            guid="33333333-3333-4333-8333-333333333333", project_id=place.project.id, source_id=place.sources["ข"],
            root_id=place.sources["ข"], code_id=place.codes["ยาก"].id, layer_id=layer.id, coder_id=other.user_id,
            round_id=blind.id, ev_revision=1, ev_start=0, ev_end=6, ev_quote="ที่นี่", start=0, end=6,
        )  # fmt: skip
        opened.add(mine)
        opened.flush()
        key = str(blind.id)
    assert place.quotes(other, entry=place.numbers["ข"]) == []  # blind: not even what the other coded before
    assert place.quotes(other, layer=key) == []  # an open round is no layer to ask for
    with transaction() as opened:
        opened.get_one(CodingRound, int(key)).state = "closed"
    assert place.quotes(layer=key) == ["ที่นี่"]
    assert "ที่นี่" not in place.quotes()
    assert place.quotes(layer="own", entry=place.numbers["ข"]) == ["เรื่องศพ"]


def test_hidden_numbers_are_neither_shown_nor_guessed(place: Field, make: Make) -> None:
    reader = make.member(place.project, "reader")
    place.note("เบอร์", "โทร 081-555-0142 นะ", tags=["081-555-0142"], authors=["สมมุติ 081-555-0142"])
    place.put("ยาก", "555-0142", "เบอร์", memo="โทร 081-555-0142")
    shown = place.found(reader, entry=place.numbers["เบอร์"])[1][0]
    told = f"{shown.quote}{shown.whole}{shown.before}{shown.after}{shown.memo}{[p.text for p in shown.pieces]}"
    assert "0142" not in told
    for asked in ({"tag": "081-555-0142"}, {"actor": "0142"}):
        assert place.quotes(reader, **asked) == []
        assert place.quotes(**asked) == ["555-0142"]


def test_the_number_of_statements_does_not_grow(place: Field) -> None:
    counted = 0

    def count(*_: object) -> None:
        nonlocal counted
        counted += 1

    asked = {"op1": "near", "code1": "any", "unit1": "sentence", "n1": "5", "by": "place", "actor": "สมมุติ"}
    event.listen(db.engine(), "before_cursor_execute", count)
    try:
        place.found(**asked)
        few, counted = counted, 0
        for number in range(12):
            place.note(f"อีก {number}", f"{BODY} {number}", places=["93"])
            place.put("ศพ", FUNERAL, f"อีก {number}")
            place.put("ทุน", FUND, f"อีก {number}")
        counted = 0
        place.found(**asked)
    finally:
        event.remove(db.engine(), "before_cursor_execute", count)
    assert counted == few


def test_groups_of_codes_and_codes_that_were_merged(place: Field) -> None:
    with transaction() as opened:
        group = CodeGroup(project_id=place.project.id, guid="g", name="ความเดือดร้อน")
        opened.add(group)
        opened.flush()
        names = ("ศพ", "ยาก")
        opened.add_all(CodeGroupMember(group_id=group.id, code_id=place.codes[name].id) for name in names)
        key = f"g{group.id}"
    assert place.quotes(code=key) == place.quotes(code="ความเดือดร้อน") == [FUNERAL, HARD, "เรื่องศพ"]
    with transaction() as opened:
        old = opened.merge(place.codes["ยาก"])
        service.merge_codes(opened, place.coder, old, opened.merge(place.codes["ศพ"]), reason="เหมือนกัน")
    assert place.quotes(code=str(place.codes["ยาก"].id)) == [FUNERAL, HARD, "เรื่องศพ"]


UNASKABLE: list[tuple[dict[str, list[str]], str]] = [
    ({"code": ["999999"]}, "code"),
    ({"code": ["9" * 30]}, "code"),
    ({"code": ["g7"]}, "code"),
    ({"code": ["any"], "op1": ["beside"], "code1": ["any"]}, "op1"),
    ({"code": ["any"], "op1": ["not-and"], "code1": ["any"]}, "op1"),
    ({"op1": ["and"], "code1": ["any"]}, "code"),
    ({"code": ["any"], "op1": ["near"], "code1": ["any"], "n1": ["-1"]}, "n1"),
    ({"code": ["any"], "op1": ["near"], "code1": ["any"], "unit1": ["page"]}, "unit1"),
    ({"from": ["เมื่อวาน"]}, "from"),
    ({"from": ["2552"], "to": ["2551"]}, "to"),
    ({"place": ["เมืองไม่มีจริง"]}, "place"),
    ({"kind": ["sermon"]}, "kind"),
    ({"layer": ["everyone"]}, "layer"),
    ({"tag": ["x" * 300]}, "tag"),
    ({"coder": ["a\x00"]}, "coder"),
    ({"voice": [str(number) for number in range(60)]}, "voice"),
    ({"sort": ["random"]}, "sort"),
    ({"entry": ["0"]}, "entry"),
]


def test_what_cannot_be_asked_names_its_field(place: Field) -> None:
    with db.session() as opened:
        book = read_book(opened, place.project.id)
    for asked, name in UNASKABLE:
        with pytest.raises(Invalid) as caught:
            read_question(asked, book)
        assert name in caught.value.fields, asked


def test_an_address_says_what_was_understood_and_reads_back_as_the_same_question(place: Field) -> None:
    given = place.address(
        code=["ทุน", "ยาก"], op3="not-near", code3="ศพ", n3="2", unit3="sentence", op1="and", code1="", below="0",
        place="พัทลุง", kind="meeting,aar", from_="2551", voice="none", actor="ใจดี", tag="กองทุน", status="auto",
        state="lost", in_="comment", layer="own", entry="1", sort="newest", by="coder", coder="1",
    )  # fmt: skip
    with db.session() as opened:
        book = read_book(opened, place.project.id)
        question = read_question(given, book)
        assert question.address["op1"] == ["not-near"]
        assert "op3" not in question.address
        assert read_question(question.address, book) == question
        told = sentence(question, book, Tongue("th", str))
    assert told.startswith("Passages under “ทุน” or “ยาก” · that have no other passage under “ศพ” at most 2 sentences")
    assert told.count("·") == 14
    assert Question().statuses == ("accepted",)
