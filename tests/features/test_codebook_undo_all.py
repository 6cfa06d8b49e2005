"""Whatever is done to a codebook: undone from the last change to the first, it is what it was; and done again."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from kmwiki.coding import service
from kmwiki.coding.codebook import groups
from kmwiki.coding.codebook.past import states_at
from kmwiki.coding.codebook.tree import live_codes
from kmwiki.coding.codebook.versions import last_change
from kmwiki.coding.models import Code, Coding
from kmwiki.coding.schemas import CodeIn, CodePatch, GroupIn, GroupPatch
from kmwiki.db import session, transaction
from kmwiki.errors import KmwikiError
from kmwiki.security.policy import Permission
from tests.make_coding import Desk, make_desk

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.make import Make

WORDS = ("ออมวันละบาท", "สองหมู่บ้าน", "ปีแรกจ่าย", "คนจึงสมัครเพิ่ม", "ผู้ยากลำบาก")
STEPS = 14
VERBS = ("new", "edit", "move", "retire", "revive", "merge", "split", "group", "fill", "delete")


class Hands:
    """Somebody who does this and that to a codebook, the same for the same seed."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk, self.coder, self.project = desk, desk.coder, desk.project
        self.chance = random.Random(seed)  # noqa: S311 - the same for the same seed

    def do(self, step: int) -> None:
        """Do something; what the rules refuse is left."""
        verb = self.chance.choice(VERBS)
        try:
            with transaction() as s:
                self._codes(s, verb, step) if verb in VERBS[:7] else self._groups(s, verb, step)
        except KmwikiError:
            return

    def _one(self, s: Session) -> Code:
        return self.chance.choice(live_codes(s, self.project.id))

    def _codes(self, s: Session, verb: str, step: int) -> None:
        one, other = self._one(s), self._one(s)
        if verb == "new":
            service.create_code(s, self.coder, self.project, CodeIn(name_th=f"ใหม่ {step}", parent_id=other.id))
        elif verb == "edit":
            patch = CodePatch(name_th=f"แก้ {step}", aliases=[f"ชื่อ {step % 3}"], definition=str(step))
            service.edit_code(s, self.coder, one, patch)
        elif verb == "move":
            parent = self.chance.choice([None, other.id])
            service.move_code(s, self.coder, one, parent_id=parent, position=self.chance.choice([None, 0]))
        elif verb == "retire":
            service.retire_code(s, self.coder, one)
        elif verb == "revive":
            gone = s.scalars(select(Code).where(Code.state == "retired").order_by(Code.id)).first()
            if gone is not None:
                service.revive_code(s, self.coder, gone)
        elif verb == "merge":
            service.merge_codes(s, self.coder, one, other)
        else:
            ids = s.scalars(select(Coding.id).where(Coding.code_id == one.id, Coding.deleted.is_(None))).all()
            choices: list[Code | CodeIn] = [other, CodeIn(name_th=f"แยก {step}")]
            into = self.chance.choice(choices)
            service.split_code(s, self.coder, one, into, ids[: self.chance.randint(1, 3)])

    def _groups(self, s: Session, verb: str, step: int) -> None:
        there = groups.groups_of(s, self.project.id)
        ids = sorted({self._one(s).id, self._one(s).id})
        if verb == "group" or not there:
            groups.create_group(s, self.coder, self.project, GroupIn(name=f"กลุ่ม {step}", code_ids=ids))
            return
        group = groups.group_for(s, self.coder, self.chance.choice(there).id, Permission.EDIT_CODEBOOK)
        if verb == "fill":
            groups.edit_group(s, self.coder, group, GroupPatch(name=f"กลุ่มใหม่ {step}", code_ids=ids))
        else:
            groups.delete_group(s, self.coder, group)


def stands(desk: Desk) -> dict[str, Any]:
    """Codes, codings and groups as they stand; order among siblings is put back only as far as it goes."""
    with session() as s:
        states = states_at(s, desk.project.id, last_change(s, desk.project.id))
        live = {key: {**data, "position": None} for key, data in states.items() if data["state"] == "live"}
        codings = s.scalars(select(Coding).order_by(Coding.id))
        return {
            "codes": live,
            "codings": [(row.id, row.code_id, row.deleted is None, row.memo) for row in codings],
            "groups": [(row.name, row.description, row.code_ids) for row in groups.groups_of(s, desk.project.id)],
        }


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_everything_is_undone_to_the_beginning_and_done_again(make: Make, seed: int) -> None:
    desk = make_desk(make)
    codes = [desk.code, desk.more_code("หนี้สิน"), desk.more_code("ทุน")]
    for at, words in enumerate(WORDS):
        desk.add(words, codes[at % 3], memo="ก")
        desk.add(words, codes[(at + 1) % 3], memo="ข")
    with session() as s:
        first = last_change(s, desk.project.id)
    start, hands = stands(desk), Hands(desk, seed)
    for step in range(STEPS):
        hands.do(step)
    end, undone = stands(desk), []
    with session() as s:
        last = last_change(s, desk.project.id)
    assert last > first + 4
    for no in range(last, first, -1):
        with transaction() as s:
            undone.append(service.undo_change(s, desk.coder, desk.project, no)[0])
    assert stands(desk) == start
    for no in reversed(undone):
        with transaction() as s:
            service.undo_change(s, desk.coder, desk.project, no)
    assert stands(desk) == end
