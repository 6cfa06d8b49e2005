"""Undo and redo of coding: per person and entry, step by step, through edits, and never over what others did."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, select

from kmwiki.accounts.models import Membership, User
from kmwiki.coding import service
from kmwiki.coding.actions import noting as actions
from kmwiki.coding.actions.back_and_forth import NEXT, Wish, redo, undo
from kmwiki.coding.actions.models import CodingAction
from kmwiki.coding.actions.noting import actions_of, together
from kmwiki.coding.batches import tagging
from kmwiki.coding.models import Code, Coding, CodingBatch, Placement
from kmwiki.coding.schemas import CodeIn, CodingPatch, SplitIn
from kmwiki.coding.splitting import split_coding
from kmwiki.db import session, transaction
from kmwiki.entries.models import Entry
from kmwiki.entries.schemas import EntryIn
from kmwiki.entries.service import create_entry
from kmwiki.errors import Conflict, Forbidden, NotFound
from kmwiki.events.models import Event
from kmwiki.security.policy import Role
from kmwiki.sources.models import Source
from tests.make_coding import BODY, make_desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmwiki.coding.actions.back_and_forth import Done
    from kmwiki.security.policy import Caller
    from tests.make import Make
    from tests.make_coding import Desk

FIELDS = ("code_id", "voice", "memo", "status", "start", "end", "state")


@pytest.fixture
def desk(make: Make) -> Desk:
    """A project with an entry, a coder and a code."""
    return make_desk(make)


def go(desk: Desk, verb: Callable[..., Done], wish: Wish = NEXT, *, by: Caller | None = None) -> Done:
    with transaction() as s:
        return verb(s, by or desk.coder, s.get_one(Source, desk.source_id), wish)


def do(desk: Desk, verb: Callable[..., Any], coding: Coding, *more: Any, by: Caller | None = None) -> Any:
    with transaction() as s:
        return verb(s, by or desk.coder, s.get_one(Coding, coding.id), *more)


def change(desk: Desk, coding: Coding, *, by: Caller | None = None, **values: Any) -> Any:
    return do(desk, service.change_coding, coding, CodingPatch(**values), by=by)


def move(desk: Desk, coding: Coding, quote: str, *, by: Caller | None = None) -> Any:
    start = desk.text().index(quote)
    return change(desk, coding, by=by, start=start, end=start + len(quote), quote=quote)


def standing() -> dict[int, tuple[object, ...]]:
    """All that the codings are, by their ids; those that are gone are only that."""
    with session() as s:
        return {
            row.id: tuple(getattr(row, name) for name in FIELDS) if row.deleted is None else ()
            for row in s.scalars(select(Coding))
        }


def labels(desk: Desk, by: Caller | None = None) -> tuple[str | None, str | None]:
    with session() as s:
        found = actions_of(s, by or desk.coder, desk.source_id)
    undoing, redoing = (None if label is None else str(label.words) for label in (found.undo, found.redo))
    return undoing, redoing


def refused(desk: Desk, verb: Callable[..., Done], wish: Wish = NEXT, *, by: Caller | None = None) -> Any:
    with pytest.raises((Conflict, Forbidden, NotFound)) as caught:
        go(desk, verb, wish, by=by)
    return caught.value


def test_every_action_is_undone_step_by_step_and_done_again(desk: Desk) -> None:
    told, states = [], [standing()]

    def done(*_: object) -> None:
        told.append(labels(desk)[0])
        states.append(standing())

    more = [desk.more_code(name) for name in ("หนึ่ง", "สอง", "สาม")]
    first = desk.add("ออมวันละบาท 🙂", memo="คิด", voice="informant")
    done()
    desk.add("ปีแรก", code_ids=[code.id for code in more])
    done()
    done(change(desk, first, code_id=more[0].id))
    done(change(desk, first, memo="คิดใหม่"))
    done(change(desk, first, voice="author"))
    done(move(desk, first, "ออมวันละบาท 🙂 ในสองหมู่บ้าน"))
    done(do(desk, split_coding, first, SplitIn(at=first.ev_start + len("ออมวันละ"))))
    done(do(desk, service.remove_coding, first))
    done(do(desk, service.restore_coding, first))
    assert told == [
        "code “การออม” on “ออมวันละบาท 🙂”",
        "4 codes on “ปีแรก”, the first “การออม”",
        "recode “ออมวันละบาท 🙂” as “หนึ่ง”",
        "change the memo of “หนึ่ง” on “ออมวันละบาท 🙂”",
        "change the voice of “หนึ่ง” on “ออมวันละบาท 🙂”",
        "move “หนึ่ง” on “ออมวันละบาท 🙂”",
        "split “หนึ่ง” on “ออมวันละบาท 🙂”",
        "take “หนึ่ง” away from “ออมวันละบาท 🙂”",
        "bring “หนึ่ง” back on “ออมวันละบาท 🙂”",
    ]
    states[0] = dict.fromkeys(states[-1], ())
    for state in states[:-1]:
        state.update(dict.fromkeys(states[-1].keys() - state.keys(), ()))
    for round_ in range(2):  # what was done again can be undone again
        for at in range(len(told) - 1, -1, -1):
            assert labels(desk)[0] == told[at], round_
            go(desk, undo)
            assert standing() == states[at]
        assert labels(desk)[0] is None
        for at in range(len(told)):
            assert labels(desk)[1] == told[at]
            go(desk, redo)
            assert standing() == states[at + 1]
    assert labels(desk)[1] is None
    assert str(refused(desk, redo)) == "There is nothing to do again on this note."
    with session() as s:
        verbs = list(s.scalars(select(Event.verb).where(Event.verb.in_(("coding.undone", "coding.redone")))))
    assert (verbs.count("coding.undone"), verbs.count("coding.redone")) == (18, 18)


def test_after_an_edit_code_and_memo_come_back_and_the_place_follows_the_text(desk: Desk) -> None:
    other = desk.more_code("อื่น")
    coding = desk.add("คนจึงสมัครเพิ่ม", memo="ก่อน")
    change(desk, coding, memo="หลัง", code_id=other.id)
    move(desk, coding, "สามราย คนจึงสมัครเพิ่ม")
    do(desk, service.remove_coding, coding)
    desk.save("ย่อหน้าใหม่ที่มาก่อน\n\n" + BODY)

    def words() -> str:
        found = desk.reread(coding)
        return desk.text()[found.start : found.end] if found.deleted is None else ""

    go(desk, undo)
    assert words() == "สามราย คนจึงสมัครเพิ่ม"
    go(desk, undo)
    assert words() == "คนจึงสมัครเพิ่ม"
    assert desk.reread(coding).state == "placed"
    go(desk, undo)
    found = desk.reread(coding)
    assert (found.code_id, found.memo, words()) == (desk.code.id, "ก่อน", "คนจึงสมัครเพิ่ม")
    go(desk, redo)
    go(desk, redo)
    assert (words(), desk.reread(coding).memo) == ("สามราย คนจึงสมัครเพิ่ม", "หลัง")
    go(desk, undo)
    desk.save(BODY)  # back to the first text: the undone place must not come back with it
    assert words() == "คนจึงสมัครเพิ่ม"
    desk.save(BODY.replace("คนจึงสมัครเพิ่ม", ""))
    assert desk.reread(coding).state == "lost"
    go(desk, undo)
    assert (desk.reread(coding).state, desk.reread(coding).memo) == ("lost", "ก่อน")
    go(desk, undo)
    assert desk.reread(coding).deleted is not None
    assert refused(desk, undo).args[0] == "There is nothing to undo on this note."


def test_what_a_coding_was_accepted_as_is_taken_back(desk: Desk) -> None:
    coding = desk.add("ให้ใช้กับผู้ยากลำบากเท่านั้น")
    desk.save(BODY.replace("ผู้ยากลำบาก", "คนที่ลำบาก"))
    assert desk.reread(coding).state == "changed"
    do(desk, service.accept_coding, coding)
    assert labels(desk)[0] == "accept “การออม” on “ให้ใช้กับผู้ยากลำบากเท่านั้น”"
    go(desk, undo)
    assert desk.reread(coding).state == "changed"
    with session() as s:
        assert s.scalars(select(Placement.decided_by)).all() == [None]
    go(desk, redo)
    assert desk.reread(coding).state == "placed"


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("code", "has put “ปีแรก” under another code"),
        ("memo", "has changed the memo on “ปีแรก”"),
        ("voice", "has changed the voice of “ปีแรก”"),
        ("place", "has placed the coding of “ปีแรก” anew"),
        ("gone", "has taken the coding of “ปีแรก” away"),
    ],
)
def test_what_another_has_changed_since_is_not_undone_and_told(desk: Desk, what: str, told: str) -> None:
    chief = desk.make.member(desk.project, Role.SUPERVISOR)
    other = desk.more_code("อื่น")
    older = desk.add("กองทุนของเรา")
    coding = desk.add("ปีแรก")
    if what == "code":
        change(desk, coding, by=chief, code_id=other.id)
    elif what == "memo":
        change(desk, coding, by=chief, memo="ของคนอื่น")
    elif what == "voice":
        change(desk, coding, by=chief, voice="author")
    elif what == "place":
        move(desk, coding, "ปีแรกจ่าย", by=chief)
        desk.save("นำหน้า\n\n" + BODY)  # an edit after it hides nothing
    else:
        do(desk, service.remove_coding, coding, by=chief)
    before = standing()
    error = refused(desk, undo)
    assert str(error).startswith(chief.name)
    assert told in str(error)
    assert (error.details["by"], error.details["coding_id"]) == (chief.name, coding.id)
    assert error.details["changed"][0] == what
    assert standing() == before
    done = go(desk, undo, Wish(past=error.details["action"]))  # left as it is, and the one before is undone
    assert done.codings == [older.id]
    assert standing() == before | {older.id: ()}
    assert labels(desk) == (None, "code “การออม” on “กองทุนของเรา”")
    assert labels(desk, chief)[0] is not None  # the other's action is on the other's own stack


def test_a_stack_is_a_persons_own_and_ends_where_a_right_ends(desk: Desk) -> None:
    mate = desk.make.member(desk.project)
    coding = desk.add("ปีแรก")
    with session() as s:
        mine = s.scalars(select(CodingAction)).one()
    assert labels(desk, mate) == (None, None)
    assert isinstance(refused(desk, undo, Wish(action=mine.id), by=mate), NotFound)
    assert isinstance(refused(desk, undo, Wish(action=mine.id + 99)), NotFound)
    reader = desk.make.member(desk.project, Role.READER)
    assert isinstance(refused(desk, undo, by=reader), Forbidden)
    with transaction() as s:
        s.get_one(Membership, (desk.project.id, desk.coder.user_id)).role = "reader"
    with session() as s:
        lowered = desk.make.caller(s.get_one(User, desk.coder.user_id))
    assert isinstance(refused(desk, undo, by=lowered), Forbidden)
    with transaction() as s:
        s.get_one(Source, desk.source_id).deleted = desk.entry.source.created
    error = refused(desk, undo)
    assert isinstance(error, Conflict)
    assert error.details == {"action": mine.id}
    assert labels(desk)[0] == "code “การออม” on “…”"  # words of a text in the bin are told to nobody
    assert desk.reread(coding).deleted is None


def test_sent_twice_it_is_done_once_and_a_new_action_ends_what_could_be_redone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST", 3)
    words = ("กองทุน", "ปีแรก", "เงินก้อนนี้", "สมัครเพิ่ม", "หมู่บ้าน")
    codings = [desk.add(quote) for quote in words]
    with session() as s:
        ids = list(s.scalars(select(CodingAction.id).order_by(CodingAction.id)))
    assert len(ids) == 3
    last = Wish(action=ids[-1])
    assert go(desk, undo, last).is_new
    assert not go(desk, undo, last).is_new
    assert [desk.reread(coding).deleted is None for coding in codings] == [True] * 4 + [False]
    assert not go(desk, redo, Wish(action=ids[0])).is_new  # it was never undone
    assert go(desk, redo, last).is_new
    assert not go(desk, redo, last).is_new
    assert isinstance(refused(desk, undo, Wish(action=ids[0])), Conflict)
    go(desk, undo)
    go(desk, undo)
    assert isinstance(refused(desk, redo, Wish(action=ids[-1])), Conflict)
    desk.add("ออมวันละบาท")
    assert labels(desk)[1] is None
    for _ in range(2):
        go(desk, undo)
    assert isinstance(refused(desk, undo), Conflict)  # the two oldest were past the length of the stack


def test_a_code_made_with_a_coding_goes_and_comes_with_it_unless_it_is_in_use(desk: Desk) -> None:
    def made_with(quote: str, name: str) -> tuple[Code, Coding]:
        with transaction() as s:
            code = service.create_code(s, desk.coder, desk.project, CodeIn(name_th=name))
            with together(s, desk.coder, made_code=code.id):
                source = s.get_one(Source, desk.source_id)
                coding, _ = service.add_coding(s, desk.coder, source, desk.given(quote, code))
        return code, coding

    def state(code: Code) -> str:
        with session() as s:
            return s.get_one(Code, code.id).state

    code, coding = made_with("จ่ายค่าทำศพ", "ค่าทำศพ")
    for _ in range(2):
        go(desk, undo)
        assert (state(code), desk.reread(coding).deleted is None) == ("retired", False)
        go(desk, redo)
        assert (state(code), desk.reread(coding).deleted is None) == ("live", True)
    mate = desk.make.member(desk.project)
    theirs = desk.add("ปีแรก", code, by=mate)
    go(desk, undo)
    assert (state(code), desk.reread(coding).deleted is None) == ("live", False)
    go(desk, redo)
    do(desk, service.remove_coding, theirs, by=mate)
    with transaction() as s:
        service.create_code(s, mate, desk.project, CodeIn(name_th="ย่อย", parent_id=code.id))
    go(desk, undo)
    assert state(code) == "live"
    go(desk, redo)
    other = desk.more_code("ปลายทาง")
    with transaction() as s:
        service.merge_codes(s, mate, s.get_one(Code, code.id), s.get_one(Code, other.id))
    error = refused(desk, undo)
    assert isinstance(error, Conflict)
    assert (error.details["changed"], error.details["by"]) == (["code"], mate.name)


def test_what_nobody_is_known_to_have_changed_is_left_as_it_is_too(desk: Desk) -> None:
    coding = desk.add("ปีแรก")
    with transaction() as s:
        s.get_one(Coding, coding.id).memo = "จากที่อื่น"
        s.execute(delete(Event))
    assert str(refused(desk, undo)) == "The coding of “ปีแรก” has been changed since, so it was left as it is."


def test_undo_does_not_bring_back_what_has_no_room_any_more(desk: Desk) -> None:
    coding = desk.add("ปีแรก")
    do(desk, service.remove_coding, coding)
    with session() as s:
        action = s.scalars(select(CodingAction.id).order_by(CodingAction.id.desc()).limit(1)).one()
    chief = desk.make.member(desk.project, Role.SUPERVISOR)
    elsewhere = desk.add("กองทุนของเรา")  # moved by somebody else onto the words that are free now
    with transaction() as s:
        s.execute(delete(CodingAction).where(CodingAction.id > action))
    move(desk, elsewhere, "ปีแรก", by=chief)
    assert "under “การออม” already" in str(refused(desk, undo))
    do(desk, service.remove_coding, elsewhere, by=chief)
    with transaction() as s:
        service.retire_code(s, desk.coder, s.get_one(Code, desk.code.id))
    assert "is retired" in str(refused(desk, undo))


def test_what_was_done_together_over_several_notes_is_undone_together(desk: Desk) -> None:
    with transaction() as s:
        data = {"kind": "reflection", "title": "อีกเรื่อง", "body": BODY, "body_format": "plain", "status": "published"}
        entry = create_entry(s, desk.coder, desk.project, EntryIn.model_validate(data))
        away = s.get_one(Source, entry.source_id)
        here, _ = service.add_coding(s, desk.coder, s.get_one(Source, desk.source_id), desk.given("ปีแรก"))
        there, _ = service.add_coding(s, desk.coder, away, desk.given("ปีแรก", revision=1))
    with transaction() as s, together(s, desk.coder, verb="coding.removed"):
        for coding in (here, there):
            service.remove_coding(s, desk.coder, s.get_one(Coding, coding.id))
            service.restore_coding(s, desk.coder, s.get_one(Coding, coding.id))
            service.remove_coding(s, desk.coder, s.get_one(Coding, coding.id))
    assert labels(desk)[0] == "take 1 codings away, the first “การออม” on “ปีแรก”"
    done = go(desk, undo)
    assert done.codings == [here.id]
    assert desk.reread(there).deleted is None
    with session() as s:
        assert s.get_one(Entry, entry.id).source_id == there.root_id
    go(desk, redo)
    assert desk.reread(there).deleted is not None


def test_accepting_what_a_batch_made_is_undone(desk: Desk) -> None:
    start = desk.text().index("ปีแรก")
    spots = tagging.read_spots([f"{desk.source_id}:1:{start}-{start + 5}", f"{desk.source_id}:1:0-6"])
    with transaction() as s:
        order = tagging.Order(code_id=desk.code.id, spots=spots, key="k", query={})
        batch, _ = tagging.tag(s, desk.coder, desk.project, order)
        ids = list(s.scalars(select(Coding.id)))
    with transaction() as s:
        tagging.accept_batch(s, desk.coder, s.get_one(CodingBatch, batch.id))
    assert labels(desk)[0] == "accept 2 codings, the first “การออม” on “ปีแรก”"
    go(desk, undo)
    assert {state[3] for state in standing().values()} == {"auto"}
    go(desk, redo)
    assert {state[3] for state in standing().values()} == {"accepted"}
    go(desk, undo)
    chief = desk.make.member(desk.project, Role.SUPERVISOR)
    with session() as s:
        one = s.get_one(Coding, ids[0])
    do(desk, service.accept_coding, one, by=chief)
    error = refused(desk, redo)
    assert (error.details["changed"], error.details["by"]) == (["status"], chief.name)


@pytest.mark.parametrize("seed", range(4))
def test_any_row_of_actions_and_edits_can_be_undone_to_nothing_and_back(desk: Desk, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - nothing is kept secret with it
    codes = [desk.code, desk.more_code("สอง"), desk.more_code("สาม")]
    body = BODY
    for _ in range(14):
        try:
            _act(desk, dice, codes)
        except Conflict:
            continue
        if dice.random() < 0.2:
            at = dice.randrange(len(body))
            body = body[:at] + dice.choice(("แทรก ", "กองทุน", "")) + body[at + dice.randrange(3) :]
            desk.save(body)
    with session() as s:
        count = len(list(s.scalars(select(CodingAction))))
    end = standing()
    for _ in range(count):
        go(desk, undo)
    assert set(standing().values()) <= {()}
    for _ in range(count):
        go(desk, redo)
    assert standing() == end


def _act(desk: Desk, dice: random.Random, codes: list[Code]) -> None:
    """Do something to a coding that stands, or make one."""
    text = desk.text()
    with session() as s:
        there = [row for row in s.scalars(select(Coding)) if row.deleted is None and row.start is not None]
    words = dice.choice([word for word in text.split() if len(word) > 3])
    if not there or dice.random() < 0.4:
        desk.add(words, dice.choice(codes))
        return
    coding = dice.choice(there)
    verb = dice.randrange(5)
    if verb == 0:
        change(desk, coding, code_id=dice.choice(codes).id)
    elif verb == 1:
        change(desk, coding, memo=f"คิด {dice.random()}", voice=dice.choice((None, "author")))
    elif verb == 2:
        move(desk, coding, words)
    elif verb == 3:
        do(desk, service.remove_coding, coding)
    else:
        do(desk, service.accept_coding, coding)
