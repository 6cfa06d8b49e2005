"""Codings through edits: on the same words, marked changed, or marked lost; never silently on other words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from kmwiki.coding import service
from kmwiki.coding.carrying import carry_codings
from kmwiki.coding.models import Coding, Placement
from kmwiki.coding.queries import review_queue
from kmwiki.coding.review.showing import review_page
from kmwiki.coding.schemas import CodingPatch
from kmwiki.comments.models import Comment
from kmwiki.comments.service import add_comment
from kmwiki.db import session, transaction
from kmwiki.errors import Conflict, Forbidden
from kmwiki.events.models import Event
from kmwiki.sources.models import Revision, Source
from tests.make_coding import BODY, make_desk

if TYPE_CHECKING:
    from tests.make import Make
    from tests.make_coding import Desk


@pytest.fixture
def desk(make: Make) -> Desk:
    """A project with an entry, a coder and a code."""
    return make_desk(make)


def test_words_that_an_edit_did_not_touch_keep_their_coding(desk: Desk) -> None:
    coding = desk.add("ค่าทำศพไปสามราย")
    desk.save(f"ย่อหน้าใหม่ 🙂🙂\n\n{BODY}")
    now = desk.reread(coding)
    assert now.state == "placed"
    assert desk.text()[now.start : now.end] == "ค่าทำศพไปสามราย"
    assert (now.ev_revision, now.ev_quote) == (1, "ค่าทำศพไปสามราย")


def test_words_changed_inside_are_marked_changed(desk: Desk) -> None:
    coding = desk.add("จ่ายค่าทำศพไปสามราย คนจึงสมัครเพิ่ม")
    desk.save(BODY.replace("สามราย", "แปดรายในปีเดียว"))
    now = desk.reread(coding)
    assert now.state == "changed"
    assert "แปดราย" in desk.text()[now.start : now.end]
    assert now.ev_quote == "จ่ายค่าทำศพไปสามราย คนจึงสมัครเพิ่ม"


def test_words_taken_out_are_marked_lost_even_if_they_stand_elsewhere(desk: Desk) -> None:
    coding = desk.add("เงินก้อนนี้ให้ใช้กับผู้ยากลำบากเท่านั้น")
    desk.save(f"{BODY.split(chr(10))[0]}\n\nเรื่องอื่นทั้งหมด")
    now = desk.reread(coding)
    assert (now.state, now.start, now.end) == ("lost", None, None)


def test_a_changed_coding_stays_changed_until_somebody_accepts_it(desk: Desk) -> None:
    coding = desk.add("จ่ายค่าทำศพไปสามราย คนจึงสมัครเพิ่ม")
    desk.save(BODY.replace("สามราย", "แปดรายในปีเดียว"))
    desk.save(BODY.replace("สามราย", "แปดรายในปีเดียว") + "\n\nต่อท้าย")
    assert desk.reread(coding).state == "changed"
    with transaction() as s:
        service.accept_coding(s, desk.coder, s.get_one(Coding, coding.id))
    now = desk.reread(coding)
    assert now.state == "placed"
    with session() as s:
        assert s.get_one(Placement, (coding.id, 3)).decided_by == desk.coder.user_id
    desk.save(BODY.replace("สามราย", "แปดรายในปีเดียว") + "\n\nต่อท้ายอีก")
    assert desk.reread(coding).state == "placed"


def test_the_earlier_text_restored_brings_every_coding_back_to_its_words(desk: Desk) -> None:
    kept, gone = desk.add("ปีแรก"), desk.add("เงินก้อนนี้ให้ใช้กับผู้ยากลำบากเท่านั้น")
    desk.save("ข้อความใหม่ทั้งหมด")
    assert {desk.reread(kept).state, desk.reread(gone).state} == {"lost"}
    desk.save(BODY)
    for coding in (kept, gone):
        now = desk.reread(coding)
        assert (now.start, now.end, now.state) == (coding.ev_start, coding.ev_end, "placed")


def test_a_place_that_a_person_chose_is_not_undone_by_a_restored_text(desk: Desk) -> None:
    coding = desk.add("ปีแรก")
    desk.save(BODY + "\n\nต่อท้าย")
    wider = desk.given("ปีแรกจ่ายค่าทำศพ")
    with transaction() as s:
        patch = CodingPatch(start=wider.start, end=wider.end, quote=wider.quote)
        service.change_coding(s, desk.coder, s.get_one(Coding, coding.id), patch)
    desk.save(BODY)
    now = desk.reread(coding)
    assert desk.text()[now.start : now.end] == "ปีแรกจ่ายค่าทำศพ"


def test_every_revision_tells_where_a_coding_stood_in_it(desk: Desk) -> None:
    coding = desk.add("ปีแรก")
    for number in range(2, 5):
        desk.save(f"{'ก' * number}\n\n{BODY}")
    with session() as s:
        rows = s.scalars(select(Placement).where(Placement.coding_id == coding.id).order_by(Placement.revision)).all()
        texts = {
            row.no: row.reading_text for row in s.scalars(select(Revision).where(Revision.source_id == desk.source_id))
        }
    assert [row.revision for row in rows] == [2, 3, 4]
    assert {texts[row.revision][row.start : row.end] for row in rows} == {"ปีแรก"}


def test_a_comments_codings_are_carried_when_the_comment_is_edited(desk: Desk) -> None:
    with transaction() as s:
        root = s.get_one(Source, desk.source_id)
        comment = add_comment(s, desk.coder, root, body="ที่ลำปางก็มีสมุดสามเล่ม", body_format="plain")
        source = s.get_one(Source, comment.source_id)
        given_in = desk.given("ปีแรก").model_copy(
            update={"start": 10, "end": 23, "quote": "ก็มีสมุดสามเล่ม"[:13], "revision": 1}
        )
        text = s.get_one(Revision, (source.id, 1)).reading_text
        given_in = given_in.model_copy(update={"start": 0, "end": len(text), "quote": text})
        coding, _ = service.add_coding(s, desk.coder, source, given_in)
        assert coding.root_id == desk.source_id
    with transaction() as s:
        found = s.get_one(Comment, comment.id)
        service.save_comment(s, desk.coder, found, body="แก้ใหม่ ที่ลำปางก็มีสมุดสามเล่ม", base_no=1)
    now = desk.reread(coding)
    with session() as s:
        text = s.get_one(Revision, (comment.source_id, 2)).reading_text
    assert text[now.start : now.end] == "ที่ลำปางก็มีสมุดสามเล่ม"


def test_a_change_of_the_title_alone_leaves_codings_where_they_are(desk: Desk) -> None:
    coding = desk.add("ปีแรก")
    with transaction() as s:
        source = s.get_one(Source, desk.source_id)
        old = s.get_one(Revision, (source.id, 1))
        new = Revision(
            **{
                name: getattr(old, name)
                for name in ("source_id", "body", "format", "reading_text", "blocks", "html", "sha256")
            },
            no=2,
        )
        s.add(new)
        source.head_no = 2
        s.flush()
        result = carry_codings(s, desk.coder, source, old, new)
    assert result.placed == [coding.id]
    assert result.message is None


def test_the_review_list_shows_old_and_new_and_offers_look_alikes_without_taking_them(desk: Desk) -> None:
    desk.add("ปีแรก")
    changed = desk.add("จ่ายค่าทำศพไปสามราย คนจึงสมัครเพิ่ม")
    lost = desk.add("เงินก้อนนี้ให้ใช้กับผู้ยากลำบากเท่านั้น")
    top, middle, last = BODY.split("\n\n")
    desk.save(f"{top}\n\n{middle.replace('สามราย', 'แปดรายในปีเดียว')}\n\nเรื่องใหม่คั่นไว้ตรงนี้")
    with session() as s:
        items, total = review_page(s, desk.coder, desk.project.id, own=True, offset=0, size=20)
    assert total == 2
    by_id = {item.row.coding.id: item for item in items}
    assert by_id[changed.id].old == changed.ev_quote
    now = by_id[changed.id].now
    assert now is not None
    assert "แปดราย" in now.words
    assert any(piece.op == "added" for piece in by_id[changed.id].pieces)
    assert by_id[lost.id].now is None
    assert by_id[lost.id].look_alikes == []
    desk.save(f"{last}\n\n{desk.text()}")
    with session() as s:
        items, _ = review_page(s, desk.coder, desk.project.id, own=False, offset=0, size=20)
        again = {item.row.coding.id: item for item in items}[lost.id]
    assert again.row.coding.state == "lost"
    assert [part.words for part in again.look_alikes] == [last]


def test_a_lost_coding_cannot_be_accepted_and_only_its_coder_or_a_supervisor_settles_one(desk: Desk) -> None:
    lost = desk.add("เงินก้อนนี้ให้ใช้กับผู้ยากลำบากเท่านั้น")
    desk.save("ข้อความใหม่ทั้งหมด")
    with pytest.raises(Conflict), transaction() as s:
        service.accept_coding(s, desk.coder, s.get_one(Coding, lost.id))
    with pytest.raises(Forbidden), transaction() as s:
        service.accept_coding(s, desk.make.member(desk.project), s.get_one(Coding, lost.id))


def test_the_queue_shows_only_texts_that_the_caller_may_read(desk: Desk) -> None:
    desk.add("ปีแรก")
    desk.save("ข้อความใหม่ทั้งหมด")
    colleague = desk.make.member(desk.project)
    with session() as s:
        assert review_queue(s, colleague, desk.project.id)[1] == 1
        assert review_queue(s, colleague, desk.project.id, own=True)[1] == 0
    with transaction() as s:
        s.get_one(Source, desk.source_id).audience = "private"
    with session() as s:
        assert review_queue(s, colleague, desk.project.id) == ([], 0)


def test_an_edit_says_what_it_did_to_the_codings(desk: Desk) -> None:
    desk.add("ปีแรก")
    desk.add("เงินก้อนนี้ให้ใช้กับผู้ยากลำบากเท่านั้น")
    desk.save("\n\n".join(BODY.split("\n\n")[:2]))
    with session() as s:
        event = s.scalars(select(Event).where(Event.verb == "codings.carried")).one()
    assert event.data["placed"] == 1
    assert len(event.data["lost"]) == 1


WORDS = ("กองทุน", "ออมวันละบาท", "คน", "สามราย", "🙂", "ปีแรก", "ไม่", "ซ้ำซ้อน", " ", "\n\n", "ก่อนหน้านั้น", "๒๕๕๑")
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=30).map("".join)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXTS.filter(str.strip), min_size=2, max_size=4), cut=st.data())
def test_after_any_edits_a_placed_coding_stands_on_the_very_words_it_was_put_on(
    make: Make, texts: list[str], cut: st.DataObject
) -> None:
    desk = make_desk(make, body=texts[0])
    text = desk.text()
    words = [word for word in WORDS if word.strip() and word in text]
    coding = desk.add(cut.draw(st.sampled_from(words)))
    for edited in texts[1:]:
        desk.save(edited)
        now = desk.reread(coding)
        if now.state == "placed":
            assert desk.text()[now.start : now.end] == coding.ev_quote
        elif now.state == "lost":
            assert (now.start, now.end) == (None, None)
        assert now.ev_quote == coding.ev_quote
