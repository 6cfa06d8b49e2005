"""What the desk shows: marks in the text, rows beside it, codes to choose from, in a fixed number of statements."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from kmwiki import db
from kmwiki.coding import service
from kmwiki.coding.choices import choices_of
from kmwiki.coding.desk import desk_of
from kmwiki.comments.service import add_comment
from kmwiki.db import session, transaction
from kmwiki.sources.models import Revision, Source
from tests.make_coding import make_desk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmwiki.coding.desk import Desk as Shown
    from kmwiki.security.policy import Caller
    from tests.make import Make
    from tests.make_coding import Desk


@pytest.fixture
def desk(make: Make) -> Desk:
    """A project with an entry, a coder and a code."""
    return make_desk(make)


@pytest.fixture
def statements(desk: Desk) -> Iterator[list[str]]:
    """The SQL statements sent from now on."""
    del desk
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(db.engine(), "before_cursor_execute", note)
    yield seen
    event.remove(db.engine(), "before_cursor_execute", note)


def shown(desk: Desk, *, to: Caller | None = None) -> Shown:
    """The desk of the entry."""
    with session() as s:
        source = s.get_one(Source, desk.source_id)
        return desk_of(s, to or desk.coder, source, [(source, s.get_one(Revision, (source.id, source.head_no)))])


def test_marks_stand_in_the_text_and_rows_beside_it_in_reading_order(desk: Desk) -> None:
    last, first = desk.add("ผู้ยากลำบาก"), desk.add("ออมวันละบาท 🙂")
    made = shown(desk)
    assert [row.id for row in made.standing] == [first.id, last.id]
    assert [row.quote for row in made.standing] == ["ออมวันละบาท 🙂", "ผู้ยากลำบาก"]
    html = made.html[desk.source_id]
    mark = re.search(
        rf'<mark class="k c{desk.code.color} p{desk.code.pattern}"[^>]*data-codings="{first.id}"[^>]*>([^<]*)</mark>',
        html,
    )
    assert mark is not None
    assert mark[1] == "ออมวันละบาท 🙂"
    assert f'id="c{first.id}"' in html
    assert made.count_on(desk.source_id) == 2


def test_two_coders_of_the_same_passage_share_a_row_and_each_changes_their_own(desk: Desk) -> None:
    other = desk.make.member(desk.project)
    mine, theirs = desk.add("ปีแรก"), desk.add("ปีแรก", by=other, memo="ต่างออกไป")
    row = shown(desk).rows[0]
    assert (row.ids, row.has_memo) == (f"{mine.id} {theirs.id}", True)
    assert row.changeable is not None
    assert row.changeable.id == mine.id
    seen_by_other = shown(desk, to=other).rows[0].changeable
    assert seen_by_other is not None
    assert seen_by_other.id == theirs.id
    assert shown(desk, to=desk.make.member(desk.project, "reader")).rows[0].changeable is None
    supervisor = shown(desk, to=desk.make.member(desk.project, "supervisor")).rows[0]
    assert all(hand.may_change for hand in supervisor.hands)


def test_lost_codings_stand_apart_and_draw_nothing(desk: Desk) -> None:
    coding = desk.add("ปีแรก")
    desk.save("ข้อความใหม่")
    made = shown(desk)
    assert (made.standing, [row.id for row in made.lost], made.lost[0].quote) == ([], [coding.id], "ปีแรก")
    assert "<mark" not in made.html[desk.source_id]


def test_who_only_reads_a_public_text_sees_no_codings(desk: Desk) -> None:
    desk.add("ปีแรก")
    with transaction() as s:
        s.get_one(Source, desk.source_id).audience = "public"
    stranger = make_desk(desk.make).coder
    made = shown(desk, to=stranger)
    assert (made.rows, made.may_code, made.codings_json) == ([], False, [])
    assert "<mark" not in made.html[desk.source_id]


def test_codes_to_choose_from_have_folded_keys_and_where_they_stand(desk: Desk) -> None:
    heading = desk.more_code("หมวด", is_codable=False, definition="ก" * 300)
    desk.more_code("ออมวันละ ๑ บาท", name_en="One Baht", parent_id=heading.id, aliases=["สะสม"])
    with session() as s:
        choices = {choice.name_th: choice for choice in choices_of(s, desk.project.id)}
    assert choices["ออมวันละ ๑ บาท"].keys == ("ออมวันละ 1 บาท", "one baht", "สะสม")
    assert choices["ออมวันละ ๑ บาท"].as_json()["up"] == heading.id
    told = choices["หมวด"].as_json()
    assert (told["heading"], len(str(told["about"]))) == (True, 81)
    assert choices["การออม"].as_json().keys() == {"id", "th", "en", "color", "pattern"}


def test_codes_used_last_come_first(desk: Desk) -> None:
    other = desk.more_code("อื่น")
    desk.add("ปีแรก", other)
    desk.add("ปีแรก")
    desk.add("กองทุน", other)
    assert shown(desk).recent == [other.id, desk.code.id]


def test_comments_of_the_entry_are_coded_in_the_same_desk(desk: Desk) -> None:
    coding = desk.add("ปีแรก")
    with transaction() as s:
        root = s.get_one(Source, desk.source_id)
        comment = add_comment(s, desk.coder, root, body="ปีแรกเหมือนกันครับ")
        source = s.get_one(Source, comment.source_id)
        given = desk.given("ปีแรก").model_copy(update={"start": 0, "end": 5, "quote": "ปีแรก", "revision": 1})
        said, _ = service.add_coding(s, desk.coder, source, given)
    rows = shown(desk).rows
    assert [(row.id, row.is_comment) for row in rows] == [(coding.id, False), (said.id, True)]


def test_the_number_of_statements_does_not_grow_with_the_codings(desk: Desk, statements: list[str]) -> None:
    desk.add("ปีแรก")
    statements.clear()
    shown(desk)
    few = len(statements)
    for word in ("กองทุน", "ของเรา", "สองหมู่บ้าน", "สามราย", "คนจึงสมัครเพิ่ม", "เงินก้อนนี้", "ผู้ยากลำบาก"):
        desk.add(word)
    statements.clear()
    made = shown(desk)
    assert len(made.rows) == 8
    assert len(statements) == few
