"""The imported notes that wait to be looked over, the least sure first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ScalarSelect, Select, func, or_, select
from sqlalchemy.orm import aliased

from kmwiki.comments.models import Comment
from kmwiki.entries.access import WHOLE
from kmwiki.entries.models import Entry
from kmwiki.exchange.importing.models import ImportBatch, ImportItem, ImportReview
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from kmwiki.security.policy import Caller

SIZE = 30
UNSURE = 0.6
"""A page whose least sure cut is below this is called uncertain."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the list lets through: by state, by batch, and only pages with uncertain cuts."""

    state: str = "open"  # open | done | all
    batch_id: int | None = None
    only_unsure: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """An imported note in the list. `sure` is that of its least sure cut; None without comments."""

    entry: Entry
    state: str
    sure: float | None
    comments: int


def waiting(
    session: Session, caller: Caller, project_id: int, wanted: Waiting, *, offset: int = 0, size: int = SIZE
) -> tuple[list[Row], int]:
    """Return a page of the list and how many notes there are in all."""
    sure, number = _sure(), _comments()
    state = func.coalesce(ImportReview.state, "open")
    statement = _readable(caller, project_id)
    if wanted.state != "all":
        statement = statement.where(state == wanted.state)
    if wanted.batch_id is not None:
        batch = select(ImportItem.entry_id).join(ImportBatch, ImportBatch.id == ImportItem.batch_id)
        mine = batch.where(ImportBatch.id == wanted.batch_id, ImportBatch.project_id == project_id)
        statement = statement.where(Entry.id.in_(mine))
    if wanted.only_unsure:
        statement = statement.where(sure < UNSURE)
    total = session.scalar(select(func.count()).select_from(statement.with_only_columns(Entry.id).subquery())) or 0
    rows = session.execute(
        statement.add_columns(state, sure, number)
        .order_by(func.coalesce(sure, 1.0), Entry.number.desc())
        .offset(offset)
        .limit(size)
        .options(*WHOLE)
    )
    return [Row(*row) for row in rows], total


def count_waiting(session: Session, caller: Caller, project_id: int) -> Mapping[str, int]:
    """Return how many imported notes are `open`, `done`, and (of the open ones) `unsure`."""
    state = func.coalesce(ImportReview.state, "open")
    found = {"open": 0, "done": 0}
    statement = _readable(caller, project_id)
    rows = session.execute(statement.with_only_columns(state, func.count()).group_by(state))
    found.update({name: number for name, number in rows})  # noqa: C416 - Row is no tuple for dict()
    unsure = statement.with_only_columns(func.count()).where(state == "open", _sure() < UNSURE)
    return {**found, "unsure": session.scalar(unsure) or 0}


def _readable(caller: Caller, project_id: int) -> Select[Any]:
    return (
        select(Entry)
        .join(Source, Source.id == Entry.source_id)
        .outerjoin(ImportReview, ImportReview.entry_id == Entry.id)
        .where(
            Entry.project_id == project_id,
            visible_to(caller),
            or_(Entry.original_id.is_not(None), ImportReview.entry_id.is_not(None)),
        )
    )


def _sure() -> ScalarSelect[Any]:
    said = aliased(Source)
    return (
        select(func.min(Comment.confidence))
        .join(said, said.id == Comment.source_id)
        .where(Comment.on_source_id == Entry.source_id, said.deleted.is_(None))
        .correlate(Entry)
        .scalar_subquery()
    )


def _comments() -> ScalarSelect[Any]:
    said = aliased(Source)
    return (
        select(func.count(Comment.id))
        .join(said, said.id == Comment.source_id)
        .where(Comment.on_source_id == Entry.source_id, said.deleted.is_(None), said.author_id.is_(None))
        .correlate(Entry)
        .scalar_subquery()
    )
