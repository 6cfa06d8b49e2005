"""One coder has a passage under a code once; what counts is where the coding stands now, not where it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from kmwiki.coding import service
from kmwiki.coding.models import Code, Coding
from kmwiki.coding.schemas import CodingIn, CodingPatch
from kmwiki.db import session, transaction
from kmwiki.errors import Conflict, Invalid
from kmwiki.events.models import Event
from kmwiki.sources.models import Source
from tests.make_coding import make_desk

if TYPE_CHECKING:
    from tests.make import Make
    from tests.make_coding import Desk

ALPHA, BETA = "ปีแรก", "สามราย"


@pytest.fixture
def desk(make: Make) -> Desk:
    """A project with an entry, a coder and a code."""
    return make_desk(make)


def move(desk: Desk, coding: Coding, quote: str, **more: object) -> Coding:
    """Let a coding stand on other words."""
    there = desk.given(quote)
    patch = CodingPatch.model_validate({"start": there.start, "end": there.end, "quote": quote} | more)
    with transaction() as s:
        return service.change_coding(s, desk.coder, s.get_one(Coding, coding.id), patch)


def ask(desk: Desk, given: CodingIn) -> tuple[Coding, bool]:
    """Send a request to code; return the coding and whether it is new."""
    with transaction() as s:
        return service.add_coding(s, desk.coder, s.get_one(Source, desk.source_id), given)


def standing(desk: Desk) -> list[tuple[int, str | None]]:
    """The live codings, each with the words on which it stands now."""
    with session() as s:
        rows = s.scalars(select(Coding).where(Coding.deleted.is_(None)).order_by(Coding.id)).all()
    return [(row.id, None if row.start is None else desk.text()[row.start : row.end]) for row in rows]


def remove(desk: Desk, coding: Coding) -> None:
    """Take a coding away."""
    with transaction() as s:
        service.remove_coding(s, desk.coder, s.get_one(Coding, coding.id))


def restore(desk: Desk, coding: Coding) -> None:
    """Bring a coding back."""
    with transaction() as s:
        service.restore_coding(s, desk.coder, s.get_one(Coding, coding.id))


def test_words_to_which_a_coding_was_moved_are_not_coded_twice(desk: Desk) -> None:
    moved = move(desk, desk.add(ALPHA), BETA)
    again, is_new = ask(desk, desk.given(BETA))
    assert (again.id, is_new) == (moved.id, False)
    assert standing(desk) == [(moved.id, BETA)]


def test_words_from_which_a_coding_was_moved_away_can_be_coded_anew(desk: Desk) -> None:
    moved = move(desk, desk.add(ALPHA), BETA)
    fresh, is_new = ask(desk, desk.given(ALPHA))
    assert is_new
    assert standing(desk) == [(moved.id, BETA), (fresh.id, ALPHA)]
    assert desk.reread(moved).ev_quote == desk.reread(fresh).ev_quote == ALPHA
    assert ask(desk, desk.given(ALPHA))[0].id == fresh.id


def test_a_stretched_coding_leaves_its_first_words_free(desk: Desk) -> None:
    wide = move(desk, desk.add(ALPHA), "ปีแรกจ่ายค่าทำศพ")
    fresh, is_new = ask(desk, desk.given(ALPHA))
    assert is_new
    assert fresh.id != wide.id


def test_an_edit_that_lays_two_codings_on_the_same_words_breaks_nothing(desk: Desk) -> None:
    wide = move(desk, desk.add(ALPHA), "ปีแรกจ่ายค่าทำศพ")
    narrow = desk.add(ALPHA)
    desk.save(desk.text().replace("จ่ายค่าทำศพ", ""))
    assert {desk.reread(row).deleted for row in (wide, narrow)} == {None}
    assert desk.reread(narrow).state == "placed"


def test_a_request_repeated_after_an_edit_does_not_find_a_coding_that_was_moved(desk: Desk) -> None:
    given = desk.given(ALPHA)
    move(desk, desk.add(ALPHA), BETA)
    desk.save(f"คำนำใหม่\n\n{desk.text()}")
    with pytest.raises(Invalid) as caught:
        ask(desk, given)
    assert "revision" in caught.value.fields


def test_a_coding_is_not_moved_onto_words_that_stand_under_its_code_already(desk: Desk) -> None:
    first, second = desk.add(ALPHA), desk.add(BETA)
    with pytest.raises(Conflict) as caught:
        move(desk, first, BETA)
    assert caught.value.details == {"coding_id": second.id}
    assert desk.code.name_th in str(caught.value)
    other = desk.more_code("ฌาปนกิจ")
    assert move(desk, first, BETA, code_id=other.id).code_id == other.id


def test_another_code_is_judged_by_where_the_coding_stands_now(desk: Desk) -> None:
    other = desk.more_code("ฌาปนกิจ")
    moved = move(desk, desk.add(ALPHA), BETA)
    desk.add(ALPHA, other)
    with transaction() as s:
        service.change_coding(s, desk.coder, s.get_one(Coding, moved.id), CodingPatch(code_id=other.id))
    with pytest.raises(Conflict), transaction() as s:
        service.change_coding(s, desk.coder, s.get_one(Coding, desk.add(BETA).id), CodingPatch(code_id=other.id))


def test_what_was_removed_comes_back_beside_a_coding_that_has_moved_away(desk: Desk) -> None:
    first = desk.add(ALPHA)
    remove(desk, first)
    second = move(desk, desk.add(ALPHA), BETA)
    restore(desk, first)
    assert standing(desk) == [(first.id, ALPHA), (second.id, BETA)]


def test_what_was_removed_does_not_come_back_onto_words_coded_since(desk: Desk) -> None:
    first = move(desk, desk.add(ALPHA), BETA)
    remove(desk, first)
    desk.save(f"คำนำใหม่\n\n{desk.text()}")
    second = desk.add(BETA)
    with pytest.raises(Conflict):
        restore(desk, first)
    assert standing(desk) == [(second.id, BETA)]


def test_coding_the_words_of_a_changed_coding_again_settles_it(desk: Desk) -> None:
    first = desk.add("ปีแรกจ่ายค่าทำศพ")
    desk.save(desk.text().replace("ปีแรกจ่ายค่าทำศพ", "ปีแรกจ่ายทำศพ"))
    now = desk.reread(first)
    assert now.state == "changed"
    again, is_new = ask(desk, desk.given(desk.text()[now.start : now.end]))
    assert (again.id, is_new, again.state) == (first.id, False, "placed")
    with session() as s:
        assert s.scalars(select(Event.verb).order_by(Event.seq.desc()).limit(1)).one() == "coding.accepted"


def test_a_changed_coding_is_not_accepted_where_the_code_stands_already(desk: Desk) -> None:
    wide, narrow = desk.add("ปีแรกจ่ายค่าทำศพ"), desk.add(ALPHA)
    with transaction() as s:  # an edit has laid both on the same words
        row = s.get_one(Coding, wide.id)
        row.start, row.end, row.state = narrow.start, narrow.end, "changed"
    with pytest.raises(Conflict) as caught, transaction() as s:
        service.accept_coding(s, desk.coder, s.get_one(Coding, wide.id))
    assert caught.value.details == {"coding_id": narrow.id}


def test_a_merge_of_codes_joins_by_present_words_and_keeps_what_stands_apart(desk: Desk) -> None:
    old = desk.more_code("ออมเงิน")
    moved = move(desk, desk.add(ALPHA, old, memo="เดิม"), BETA)
    same = desk.add(BETA, memo="ใหม่")
    apart = desk.add(ALPHA)
    with transaction() as s:
        service.merge_codes(s, desk.coder, s.get_one(Code, old.id), s.get_one(Code, desk.code.id))
    assert standing(desk) == [(same.id, BETA), (apart.id, ALPHA)]
    assert desk.reread(same).memo == "ใหม่\n\nเดิม"
    assert desk.reread(moved).deleted is not None
