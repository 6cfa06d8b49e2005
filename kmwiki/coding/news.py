"""What is new on an entry's codings: one number that grows with every change the reader may know of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from kmwiki.coding.models import Coding
from kmwiki.coding.seen import seen_by
from kmwiki.security.policy import Permission, can
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Source

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.security.policy import Caller


def seq_of(session: Session, caller: Caller, root: Source, *, after: int = 0) -> int:
    """Return the number of the newest change of a coding on an entry and its comments, or `after` if none is newer.

    `root` is the source of the entry. What the caller may not know of changes nothing: not a coding of a blind round,
    nor one on a comment that is hidden from them. One statement, by the index over `root_id` and `touched`.
    """
    if not can(caller, Permission.READ, root.project_id):
        return after
    newest = (
        select(func.max(Coding.touched))
        .join(Source, Source.id == Coding.source_id)
        .where(Coding.root_id == root.id, Coding.touched > after, visible_to(caller), seen_by(caller))
    )
    return session.scalar(newest) or after


def changed_after(session: Session, caller: Caller, root: Source, after: int) -> list[int]:
    """Return the ids of the codings that have changed since that number, removed ones too, the oldest change first."""
    if not can(caller, Permission.READ, root.project_id):
        return []
    rows = (
        select(Coding.id)
        .join(Source, Source.id == Coding.source_id)
        .where(Coding.root_id == root.id, Coding.touched > after, visible_to(caller), seen_by(caller))
        .order_by(Coding.touched, Coding.id)
    )
    return list(session.scalars(rows))
