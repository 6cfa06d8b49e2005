"""What searches have found already, and what of the new is to be told: of texts and of codes alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, select

from kmwiki.coding.models import CodebookChange, CodeVersion
from kmwiki.notifications.models import KnownCode, KnownHit, Notice
from kmwiki.sources.models import Revision, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from kmwiki.search.models import SearchWatch

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Thing:
    """A kind of hit: where known ones are written down, and the column of a notice that names one."""

    kind: str
    table: type[KnownHit | KnownCode]
    column: str
    changes: Callable[[Session, Sequence[int]], Iterator[tuple[int, datetime | None, int | None]]]
    """Yields of some of them when each was changed last, and by whom."""

    def note(
        self, session: Session, watch: SearchWatch, keys: frozenset[str], among: frozenset[str] | None
    ) -> list[int]:
        """Write down what is found, forget what is not any more, and return what is new; of all, or of some."""
        number = getattr(self.table, self.column)
        mine: ColumnElement[bool] = and_(self.table.search_id == watch.search_id, self.table.user_id == watch.user_id)
        found, asked = self._ids(keys), None if among is None else self._ids(among)
        known = set(session.scalars(select(number).where(mine)))
        known = known if asked is None else known & asked
        for gone in known - found:
            session.execute(delete(self.table).where(mine, number == gone))
            session.execute(
                delete(Notice).where(
                    Notice.search_id == watch.search_id,
                    Notice.user_id == watch.user_id,
                    getattr(Notice, self.column) == gone,
                )
            )
        fresh = sorted(found - known)
        session.add_all(
            self.table(search_id=watch.search_id, user_id=watch.user_id, **{self.column: one}) for one in fresh
        )
        return fresh

    def told(self, session: Session, fresh: Sequence[int], user_id: int, since: datetime | None) -> Iterator[int]:
        """Yield which new hits are told of: not what the person changed last themselves.

        When a search is new, or the index or the dictionary is, old ones are found; `since` leaves out what did not
        change since then.
        """
        for start in range(0, len(fresh), CHUNK):
            for one, changed, by in self.changes(session, fresh[start : start + CHUNK]):
                if by != user_id and (since is None or (changed is not None and changed >= since)):
                    yield one

    def _ids(self, keys: frozenset[str]) -> set[int]:
        return {int(number) for kind, _, number in (key.partition(":") for key in keys) if kind == self.kind}


def _texts(session: Session, ids: Sequence[int]) -> Iterator[tuple[int, datetime | None, int | None]]:
    rows = session.execute(
        select(Source.id, Source.updated, Source.author_id, Revision.author_id)
        .outerjoin(Revision, (Revision.source_id == Source.id) & (Revision.no == Source.head_no))
        .where(Source.id.in_(ids))
        .order_by(Source.id)
    )
    for source_id, updated, author_id, last_id in rows:
        yield source_id, updated, last_id if last_id is not None else author_id


def _codes(session: Session, ids: Sequence[int]) -> Iterator[tuple[int, datetime | None, int | None]]:
    rows = session.execute(
        select(CodeVersion.code_id, CodebookChange.created, CodebookChange.author_id)
        .join(
            CodebookChange,
            (CodebookChange.project_id == CodeVersion.project_id) & (CodebookChange.no == CodeVersion.change_no),
        )
        .where(CodeVersion.code_id.in_(ids))
        .order_by(CodeVersion.code_id, CodeVersion.change_no)
    )
    last = {code_id: (created, author_id) for code_id, created, author_id in rows}  # the last one stays
    for code_id, (created, author_id) in last.items():
        yield code_id, created, author_id


THINGS = (Thing("source", KnownHit, "source_id", _texts), Thing("code", KnownCode, "code_id", _codes))
