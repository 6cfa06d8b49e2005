"""Cutting a coding in two, undo and redo through the API."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from kmwiki.accounts.models import Project
from kmwiki.api.v1.errors import words
from kmwiki.api.v1.ground import answers, bp, caller, spec
from kmwiki.coding.access import coding_for
from kmwiki.coding.actions.back_and_forth import Done, Wish, redo, undo
from kmwiki.coding.actions.noting import actions_of
from kmwiki.coding.actions.who_changed import who_changed
from kmwiki.coding.models import Coding
from kmwiki.coding.queries import coding_row
from kmwiki.coding.schemas import CodingOut, SplitIn, SplitOut, UndoIn, UndoOut
from kmwiki.coding.splitting import split_coding
from kmwiki.coding.telling import tell_coding
from kmwiki.db import session, transaction
from kmwiki.entries.access import entry_for
from kmwiki.errors import Conflict
from kmwiki.security.policy import Permission

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.orm import Session

TAGS = ["codings"]


@bp.post("/codings/<int:coding_id>/split")
@spec.validate(resp=answers(SplitOut, refusals=(401, 403, 404, 409, 422)), tags=TAGS)
def split_a_coding(coding_id: int, json: SplitIn) -> SplitOut:
    """Cut a coding in two. Both keep code, voice and memo; the second has a GUID and evidence of its own."""
    with telling_current(coding_id), transaction() as s:
        coding, _ = coding_for(s, caller(), coding_id, Permission.CODE)
        first, second = split_coding(s, caller(), coding, json)
        return SplitOut(first=tell(s, first.id), second=tell(s, second.id))


@bp.post("/entries/<int:entry_id>/codings/undo")
@spec.validate(resp=answers(UndoOut, refusals=(401, 403, 404, 409, 422)), tags=TAGS)
def undo_coding(entry_id: int, json: UndoIn) -> UndoOut:
    """Undo what you did last on the codings of an entry and its comments. 409 if somebody has changed it since."""
    return _go(entry_id, json, undo)


@bp.post("/entries/<int:entry_id>/codings/redo")
@spec.validate(resp=answers(UndoOut, refusals=(401, 403, 404, 409, 422)), tags=TAGS)
def redo_coding(entry_id: int, json: UndoIn) -> UndoOut:
    """Do again what you undid last."""
    return _go(entry_id, json, redo)


def _go(entry_id: int, data: UndoIn, verb: Callable[..., Done]) -> UndoOut:
    with transaction() as s:
        root = entry_for(s, caller(), entry_id).source
        done = verb(s, caller(), root, Wish(action=data.action, past=data.past, round_id=data.round_id))
        stand = {number for number in done.codings if s.get_one(Coding, number).deleted is None}
        labels = actions_of(s, caller(), root.id, data.round_id)
        return UndoOut(
            action=done.action_id,
            what=words(done.words),
            is_new=done.is_new,
            codings=[tell(s, number) for number in done.codings if number in stand],
            gone=[number for number in done.codings if number not in stand],
            undo=labels.undo and words(labels.undo.words),
            redo=labels.redo and words(labels.redo.words),
        )


def tell(s: Session, coding_id: int) -> CodingOut:
    """Return a coding as other programs see it; access has been settled before."""
    row = coding_row(s, coding_id)
    return tell_coding(row, s.get_one(Project, row.coding.project_id).slug)


@contextmanager
def telling_current(coding_id: int) -> Iterator[None]:
    """Let a Conflict about the version of a coding tell how it stands now and who changed it."""
    try:
        yield
    except Conflict as error:
        if "version" in error.details:
            with session() as s:
                error.details["current"] = tell(s, coding_id).model_dump(mode="json")
                error.details["by"] = who_changed(s, s.get_one(Coding, coding_id))
        raise
