"""What is new on an entry's codings: one number that grows with every change the reader may know of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from kmwiki.coding.models import Coding
from kmwiki.coding.seen import OF_NO_ROUND, seen_by
from kmwiki.security.policy import Permission, can
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Source

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from kmwiki.security.policy import Caller


def seq_of(session: Session, caller: Caller, root: Source, *, after: int = 0, round_id: int | None = None) -> int:
    """Return the number of the newest change of a coding on an entry and its comments, or `after` if none is newer.

    `root` is the source of the entry; `round_id` asks for the codings of a round, else those of no round count. What
    the caller may not know of changes nothing: not a coding of a blind round, nor one on a comment that is hidden from
    them. One statement, by the index over `root_id` and `touched`.
    """
    if not can(caller, Permission.READ, root.project_id):
        return after
    newest = select(func.max(Coding.touched)).join(Source, Source.id == Coding.source_id)
    return session.scalar(newest.where(*_newer(caller, root, after, round_id))) or after


def changed_after(
    session: Session, caller: Caller, root: Source, after: int, *, round_id: int | None = None
) -> list[int]:
    """Return the ids of the codings that have changed since that number, removed ones too, the oldest change first."""
    if not can(caller, Permission.READ, root.project_id):
        return []
    rows = select(Coding.id).join(Source, Source.id == Coding.source_id).where(*_newer(caller, root, after, round_id))
    return list(session.scalars(rows.order_by(Coding.touched, Coding.id)))


def _newer(caller: Caller, root: Source, after: int, round_id: int | None) -> tuple[ColumnElement[bool], ...]:
    of_round = OF_NO_ROUND if round_id is None else Coding.round_id == round_id
    return Coding.root_id == root.id, Coding.touched > after, of_round, visible_to(caller), seen_by(caller)
