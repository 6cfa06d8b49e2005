"""Codings: passages of a text under codes, each its coder's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from kmwiki.coding import service
from kmwiki.coding.access import coding_for
from kmwiki.coding.models import Code, Coding, Layer
from kmwiki.coding.schemas import CodingIn, CodingPatch
from kmwiki.db import session, transaction
from kmwiki.errors import Conflict, Forbidden, Invalid, NotFound
from kmwiki.events.models import Event
from kmwiki.security.policy import Permission
from kmwiki.sources.models import Source
from tests.make_coding import make_desk

if TYPE_CHECKING:
    from kmwiki.security.policy import Caller
    from tests.make import Make
    from tests.make_coding import Desk


@pytest.fixture
def desk(make: Make) -> Desk:
    """A project with an entry, a coder and a code."""
    return make_desk(make)


def refused(desk: Desk, data: CodingIn, *, by: Caller | None = None) -> Exception:
    """Try to add a coding and return the refusal."""
    with pytest.raises((Invalid, Conflict, Forbidden, NotFound)) as caught, transaction() as s:
        service.add_coding(s, by or desk.coder, s.get_one(Source, desk.source_id), data)
    return caught.value


def test_a_passage_is_kept_with_its_evidence(desk: Desk) -> None:
    coding = desk.reread(desk.add("ออมวันละบาท 🙂", voice="informant", memo=" เริ่มเล็ก "))
    assert desk.text()[coding.ev_start : coding.ev_end] == coding.ev_quote == "ออมวันละบาท 🙂"
    assert (coding.start, coding.end, coding.state) == (coding.ev_start, coding.ev_end, "placed")
    assert (coding.voice, coding.memo, coding.ev_revision) == ("informant", "เริ่มเล็ก", 1)
    assert coding.root_id == desk.source_id


def test_the_same_passage_again_is_the_same_coding(desk: Desk) -> None:
    first = desk.add("ปีแรก")
    with transaction() as s:
        second, is_new = service.add_coding(s, desk.coder, s.get_one(Source, desk.source_id), desk.given("ปีแรก"))
    assert (second.id, is_new) == (first.id, False)


def test_each_coder_has_a_layer_of_their_own(desk: Desk) -> None:
    other = desk.make.member(desk.project)
    mine, theirs = desk.add("ปีแรก"), desk.add("ปีแรก", by=other)
    assert mine.id != theirs.id
    with session() as s:
        layers = s.scalars(select(Layer).order_by(Layer.id)).all()
    assert [layer.coder_id for layer in layers] == [desk.coder.user_id, other.user_id]


def test_a_quote_that_differs_is_refused_and_both_are_named(desk: Desk) -> None:
    given = desk.given("ปีแรก").model_copy(update={"quote": "ปีสอง"})
    error = refused(desk, given)
    assert isinstance(error, Invalid)
    assert "quote" in error.fields
    assert "ปีสอง" in str(error)
    assert "ปีแรก" in str(error)


@pytest.mark.parametrize(
    ("start", "end", "quote", "field"),
    [
        (-1, 4, "x", "start"),
        (0, 9999, "x", "end"),
        (9999, 10000, "x", "start"),
        (6, 3, "x", "end"),
        (4, 4, "", "end"),
    ],
)
def test_offsets_that_cannot_stand_are_refused_by_name(
    desk: Desk, start: int, end: int, quote: str, field: str
) -> None:
    error = refused(desk, CodingIn(code_id=desk.code.id, start=start, end=end, quote=quote, revision=1))
    assert isinstance(error, Invalid)
    assert field in error.fields
    assert str(start) in str(error)


def test_an_offset_inside_a_character_and_its_marks_is_refused(desk: Desk) -> None:
    at = desk.text().index("เริ่ม") + 2  # between ร and its vowel
    text = desk.text()
    error = refused(desk, CodingIn(code_id=desk.code.id, start=at, end=at + 4, quote=text[at : at + 4], revision=1))
    assert isinstance(error, Invalid)
    assert "start" in error.fields


def test_spaces_alone_are_no_passage(desk: Desk) -> None:
    at = desk.text().index(" 🙂")
    assert isinstance(
        refused(desk, CodingIn(code_id=desk.code.id, start=at, end=at + 1, quote=" ", revision=1)), Invalid
    )


def test_an_unknown_a_foreign_a_retired_a_merged_code_and_a_heading_are_refused(desk: Desk) -> None:
    foreign = make_desk(desk.make).code
    retired, merged, heading = (
        desk.more_code("เลิกใช้"),
        desk.more_code("ถูกรวม"),
        desk.more_code("หมวด", is_codable=False),
    )
    with transaction() as s:
        service.retire_code(s, desk.coder, s.get_one(Code, retired.id))
        service.merge_codes(s, desk.coder, s.get_one(Code, merged.id), s.get_one(Code, desk.code.id))
    given = desk.given("ปีแรก")
    kinds = [
        type(refused(desk, given.model_copy(update={"code_id": wrong})))
        for wrong in (99999, foreign.id, retired.id, merged.id, heading.id)
    ]
    assert kinds == [NotFound, NotFound, Conflict, Conflict, Invalid]


def test_a_revision_whose_text_has_gone_on_is_refused_and_one_that_reads_the_same_is_not(desk: Desk) -> None:
    old = desk.given("ปีแรก")
    desk.save(f"คำนำใหม่\n\n{desk.text()}")
    error = refused(desk, old)
    assert isinstance(error, Invalid)
    assert "revision" in error.fields
    assert "1" in str(error)
    assert "2" in str(error)
    assert isinstance(refused(desk, old.model_copy(update={"revision": 7})), Invalid)
    assert isinstance(refused(desk, old.model_copy(update={"revision": 0})), Invalid)
    assert desk.add("ปีแรก", revision=None).ev_revision == 2


def test_the_same_request_after_an_edit_still_finds_its_coding(desk: Desk) -> None:
    given = desk.given("ปีแรก")
    first = desk.add("ปีแรก")
    desk.save(f"คำนำใหม่\n\n{desk.text()}")
    with transaction() as s:
        again, is_new = service.add_coding(s, desk.coder, s.get_one(Source, desk.source_id), given)
    assert (again.id, is_new) == (first.id, False)


def test_a_reader_may_not_code(desk: Desk) -> None:
    reader = desk.make.member(desk.project, "reader")
    assert isinstance(refused(desk, desk.given("ปีแรก"), by=reader), Forbidden)


def test_recoding_keeps_the_memo_and_refuses_a_second_of_the_same(desk: Desk) -> None:
    other = desk.more_code("ฌาปนกิจ")
    coding = desk.add("ปีแรก", memo="คิดไว้")
    with transaction() as s:
        changed = service.change_coding(
            s, desk.coder, s.get_one(Coding, coding.id), CodingPatch(code_id=other.id, voice="document")
        )
    assert (changed.code_id, changed.memo, changed.voice) == (other.id, "คิดไว้", "document")
    twin = desk.add("ปีแรก")
    with pytest.raises(Conflict), transaction() as s:
        service.change_coding(s, desk.coder, s.get_one(Coding, twin.id), CodingPatch(code_id=other.id))


def test_stretching_moves_the_place_and_not_the_evidence(desk: Desk) -> None:
    coding = desk.add("ปีแรก")
    wider = desk.given("ปีแรกจ่ายค่าทำศพ")
    patch = CodingPatch(start=wider.start, end=wider.end, quote=wider.quote)
    with transaction() as s:
        service.change_coding(s, desk.coder, s.get_one(Coding, coding.id), patch)
    now = desk.reread(coding)
    assert (now.end, now.ev_quote) == (wider.end, "ปีแรก")
    with pytest.raises(Invalid), transaction() as s:
        service.change_coding(s, desk.coder, s.get_one(Coding, coding.id), patch.model_copy(update={"quote": "อื่น"}))
    with pytest.raises(Invalid), transaction() as s:
        service.change_coding(s, desk.coder, s.get_one(Coding, coding.id), CodingPatch(start=3))


def test_a_coding_is_its_coders_and_a_supervisor_may_take_it_away(desk: Desk) -> None:
    colleague, supervisor = desk.make.member(desk.project), desk.make.member(desk.project, "supervisor")
    coding = desk.add("ปีแรก")
    with pytest.raises(Forbidden), transaction() as s:
        coding_for(s, colleague, coding.id, Permission.CODE)
    with pytest.raises(Forbidden), transaction() as s:
        service.remove_coding(s, colleague, s.get_one(Coding, coding.id))
    with transaction() as s:
        service.remove_coding(s, supervisor, s.get_one(Coding, coding.id))
    with pytest.raises(NotFound), session() as s:
        coding_for(s, desk.coder, coding.id, Permission.READ)


def test_a_removed_coding_comes_back_where_its_words_stand_now(desk: Desk) -> None:
    coding = desk.add("ปีแรก")
    with transaction() as s:
        service.remove_coding(s, desk.coder, s.get_one(Coding, coding.id))
    desk.save(f"คำนำใหม่\n\n{desk.text()}")
    with transaction() as s:
        found, _ = coding_for(s, desk.coder, coding.id, Permission.CODE, with_removed=True)
        service.restore_coding(s, desk.coder, found)
    now = desk.reread(coding)
    assert now.deleted is None
    assert desk.text()[now.start : now.end] == "ปีแรก"


def test_what_was_coded_again_is_not_brought_back_twice(desk: Desk) -> None:
    coding = desk.add("ปีแรก")
    with transaction() as s:
        service.remove_coding(s, desk.coder, s.get_one(Coding, coding.id))
    desk.add("ปีแรก")
    with pytest.raises(Conflict), transaction() as s:
        service.restore_coding(s, desk.coder, s.get_one(Coding, coding.id))


def test_a_coding_on_what_the_caller_may_not_read_is_not_found(desk: Desk) -> None:
    coding = desk.add("ปีแรก")
    stranger = make_desk(desk.make).coder
    with session() as s, pytest.raises(NotFound):
        coding_for(s, stranger, coding.id, Permission.READ)
    with transaction() as s:
        s.get_one(Source, desk.source_id).audience = "private"
    colleague = desk.make.member(desk.project, "owner")
    with session() as s, pytest.raises(NotFound):
        coding_for(s, colleague, coding.id, Permission.READ)


def test_every_verb_writes_an_event(desk: Desk) -> None:
    coding = desk.add("ปีแรก")
    with transaction() as s:
        service.change_coding(s, desk.coder, s.get_one(Coding, coding.id), CodingPatch(memo="ใหม่"))
        service.remove_coding(s, desk.coder, s.get_one(Coding, coding.id))
        service.restore_coding(s, desk.coder, s.get_one(Coding, coding.id))
    with session() as s:
        verbs = s.scalars(select(Event.verb).where(Event.verb.startswith("coding.")).order_by(Event.seq)).all()
    assert verbs == ["coding.added", "coding.changed", "coding.removed", "coding.restored"]
