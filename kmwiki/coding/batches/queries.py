"""Reading batches: their list with what became of each, and one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, func, not_, or_, select

from kmwiki.accounts.models import User
from kmwiki.coding.models import BatchCoding, Code, Coding, CodingBatch
from kmwiki.coding.seen import seen_by
from kmwiki.errors import NotFound, say
from kmwiki.security.policy import Permission, can
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from kmwiki.security.policy import Caller


@dataclass(frozen=True, slots=True)
class BatchLine:
    """A batch with its code and coder, and how many of its codings in readable texts wait, count and are gone."""

    batch: CodingBatch
    code: Code
    coder: str
    waiting: int
    accepted: int
    removed: int
    may_change: bool

    @property
    def total(self) -> int:
        """How many codings it made, as far as the reader may know."""
        return self.waiting + self.accepted + self.removed


def batches_of(
    session: Session, caller: Caller, project_id: int, *, offset: int = 0, size: int = 20
) -> tuple[list[BatchLine], int]:
    """Return the batches of a project, the newest first, and their number."""
    wanted = and_(CodingBatch.project_id == project_id, _known_to(caller))
    total = session.scalar(select(func.count()).select_from(CodingBatch).where(wanted)) or 0
    ids = session.scalars(
        select(CodingBatch.id).where(wanted).order_by(CodingBatch.id.desc()).offset(offset).limit(size)
    )
    return _lines(session, caller, list(ids)), total


def batch_line(session: Session, caller: Caller, project_id: int, batch_id: int) -> BatchLine:
    """Return one batch. NotFound if the project has none such."""
    batch = session.get(CodingBatch, batch_id)
    known = select(CodingBatch.id).where(CodingBatch.id == batch_id, _known_to(caller))
    if batch is None or batch.project_id != project_id or session.scalar(known) is None:
        raise NotFound(say("There is no such batch here."))
    return _lines(session, caller, [batch_id])[0]


def _known_to(caller: Caller) -> ColumnElement[bool]:
    """Leave out what others did only on texts that the caller is coding blind: the code alone would tell."""
    hidden = select(BatchCoding.batch_id).join(Coding, Coding.id == BatchCoding.coding_id).where(not_(seen_by(caller)))
    shown = select(BatchCoding.batch_id).join(Coding, Coding.id == BatchCoding.coding_id).where(seen_by(caller))
    return or_(CodingBatch.id.in_(shown), CodingBatch.id.not_in(hidden))


def _lines(session: Session, caller: Caller, ids: Sequence[int]) -> list[BatchLine]:
    is_there = Coding.deleted.is_(None)
    counted = session.execute(
        select(
            BatchCoding.batch_id,
            func.count().filter(is_there, Coding.status != "accepted"),
            func.count().filter(is_there, Coding.status == "accepted"),
            func.count().filter(~is_there),
        )
        .join(Coding, Coding.id == BatchCoding.coding_id)
        .join(Source, Source.id == Coding.source_id)
        .where(BatchCoding.batch_id.in_(ids), visible_to(caller), seen_by(caller))
        .group_by(BatchCoding.batch_id)
    )
    numbers = {row[0]: (row[1], row[2], row[3]) for row in counted}
    rows = session.execute(
        select(CodingBatch, Code, User.name)
        .join(Code, Code.id == CodingBatch.code_id)
        .join(User, User.id == CodingBatch.coder_id)
        .where(CodingBatch.id.in_(ids))
        .order_by(CodingBatch.id.desc())
    )
    return [
        BatchLine(batch, code, name, *numbers.get(batch.id, (0, 0, 0)), may_change=_may_change(caller, batch))
        for batch, code, name in rows
    ]


def _may_change(caller: Caller, batch: CodingBatch) -> bool:
    wanted = Permission.CODE if caller.user_id == batch.coder_id else Permission.MODERATE
    return can(caller, wanted, batch.project_id)
