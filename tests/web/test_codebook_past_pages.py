"""The codebook as of a day or version, and two versions compared: what stood, what changed, by whom and why."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from kmwiki.coding import service
from kmwiki.coding.codebook import past
from kmwiki.coding.models import Code, CodebookChange
from kmwiki.coding.schemas import CodePatch
from kmwiki.db import session, transaction
from kmwiki.errors import Invalid
from kmwiki.security.policy import Role
from tests.make_coding import make_desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from kmwiki.security.policy import Caller
    from tests.make import Make
    from tests.make_coding import Desk

TODAY = date(2026, 3, 20)


@pytest.fixture
def desk(make: Make) -> Desk:
    """A codebook with a history: made in February, worked on in March."""
    desk = make_desk(make)
    group, gone, other = desk.more_code("กลุ่ม", is_codable=True), desk.more_code("จะเลิก"), desk.more_code("จะรวม")
    with transaction() as s:
        code = s.get_one(Code, desk.code.id)
        service.edit_code(s, desk.coder, code, CodePatch(definition="เงินที่สมาชิกออมไว้", reason="ตั้งต้น"))
        patch = CodePatch(name_th="การออมทรัพย์", definition="เงินที่สมาชิกฝากไว้", color=4, reason="ให้ชัดขึ้น")
        service.edit_code(s, desk.coder, code, patch)
        service.move_code(s, desk.coder, code, parent_id=group.id)
        service.retire_code(s, desk.coder, s.get_one(Code, gone.id), reason="ไม่ได้ใช้")
        service.merge_codes(s, desk.coder, s.get_one(Code, other.id), s.get_one(Code, group.id), reason="ซ้ำกัน")
        for change in s.scalars(select(CodebookChange)):
            change.created = datetime(2026, 2, 28, 16, 59, change.no, tzinfo=UTC)  # the last minute of 28 February
            if change.no > 5:
                change.created = datetime(2026, 3, 1, 5, 0, change.no, tzinfo=UTC)
    desk.more_code("ใหม่", parent_id=group.id)
    return desk


@pytest.mark.parametrize(
    ("text", "no"),
    [
        ("", 10), ("3", 3), ("ฉบับที่ ๓", 3), ("v 4", 4), ("0", 0), ("28 กุมภาพันธ์ 2569", 5), ("1 มี.ค. 2569", 9),
        ("1 March 2026", 9),
        ("2026-03-01", 9), ("2551", 0), ("27/2/2569", 0), ("กุมภาพันธ์ 2569", 5),
    ],
)  # fmt: skip
def test_a_version_or_a_day_in_any_form_finds_the_codebook_of_its_end(desk: Desk, text: str, no: int) -> None:
    with session() as s:
        assert past.moment_of(s, desk.project.id, text, today=TODAY).no == no


def test_what_is_neither_a_version_nor_one_day_is_refused(desk: Desk) -> None:
    with session() as s:
        for text in ("999", "เมื่อไรก็ได้", "31 ก.พ. 2569"):
            with pytest.raises(Invalid):
                past.moment_of(s, desk.project.id, text, today=TODAY)


def test_the_newest_version_is_the_codebook_as_it_is(desk: Desk) -> None:
    with session() as s:
        shown = [(each.data["name_th"], each.depth) for each in past.book_at(past.states_at(s, desk.project.id, 10))]
    assert shown == [("กลุ่ม", 0), ("การออมทรัพย์", 1), ("ใหม่", 1)]


def test_the_page_shows_the_codebook_as_it_was_on_a_day(
    desk: Desk, make: Make, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    client = signed_in(make.member(desk.project, Role.READER))
    address = f"/p/{desk.project.slug}/codebook/at"
    then = client.get(address, query_string={"at": "28 ก.พ. 2569"}).text
    assert "เงินที่สมาชิกออมไว้" in then
    assert "จะเลิก" in then
    assert "การออมทรัพย์" not in then
    assert "28 กุมภาพันธ์ 2569" in then
    newest = client.get(address).text
    assert "เงินที่สมาชิกฝากไว้" in newest
    assert "จะเลิก" not in newest
    assert "ตอนนั้นยังไม่มีรหัส" in client.get(address, query_string={"at": "1 มกราคม 2569"}).text
    wrong = client.get(address, query_string={"at": "วันไหนสักวัน"})
    assert wrong.status_code == 422
    assert "ไม่ใช่เลขฉบับ" in wrong.text


def test_two_versions_are_compared_code_by_code_with_the_words_that_changed_and_the_reasons(
    desk: Desk, make: Make, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    with session() as s:
        states = [past.states_at(s, desk.project.id, no) for no in (5, 10)]
    kinds = {each.new["name_th"]: each.kinds for each in past.compare(*states)}
    assert kinds == {
        "กลุ่ม": ["other"],
        "การออมทรัพย์": ["renamed", "moved", "reworded", "other"],
        "ใหม่": ["added"],
        "จะเลิก": ["removed"],
        "จะรวม": ["merged"],
    }
    client, address = signed_in(desk.coder), f"/p/{desk.project.slug}/codebook/compare"
    page = client.get(address, query_string={"from": "28 ก.พ. 2569"}).text
    assert re.search(r"<del>ออม</del>\s*<ins>ฝาก</ins>", page)
    assert "ซ้ำกัน" in page
    assert "ให้ชัดขึ้น" in page
    assert "ตั้งต้น" not in page
    only = client.get(address, query_string={"from": "5", "to": "10", "kind": "merged"}).text
    assert "จะรวม" in only
    assert "<del>ออม</del>" not in only
    turned = client.get(address, query_string={"from": "10", "to": "28 ก.พ. 2569"}).text
    assert "<ins>ฝาก</ins>" in turned
    nobody = make.member(desk.project)
    other = client.get(address, query_string={"from": "5", "by": str(nobody.user_id)}).text
    assert "ซ้ำกัน" not in other
    assert client.get(address, query_string={"from": "x"}).status_code == 422
    assert "ใหม่" in client.get(address).text


def test_a_code_brought_back_counts_as_added_and_an_equal_version_has_nothing_apart(desk: Desk) -> None:
    with transaction() as s:
        gone = s.scalars(select(Code).where(Code.name_th == "จะเลิก")).one()
        service.revive_code(s, desk.coder, gone)
    with session() as s:
        before, after = (past.states_at(s, desk.project.id, no) for no in (10, 11))
    assert [each.kinds for each in past.compare(before, after)] == [["added"]]
    assert past.compare(after, after) == []
