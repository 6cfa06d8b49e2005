"""Where the sentences and paragraphs of coded texts begin, kept for as long as the texts stay as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from sqlalchemy import and_, select

from kmwiki.sources.models import Revision, Source
from kmwiki.text.units import starts

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.retrieval.relations import Unit

MOST_KEPT = 4096
_CHUNK = 5000
_kept: dict[tuple[str, str], tuple[int, ...]] = {}
"""By the hash of a text and the unit: the same text has the same units, whosever it is."""


class UnitStarts:
    """Gives where the units of texts begin, once `prepare` has read them."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[tuple[int, str], tuple[int, ...]] = {}

    def __call__(self, source_id: int, unit: Unit, /) -> Sequence[int]:
        """Return the offsets in rising order; a text that was not prepared is one unit."""
        return self._known.get((source_id, unit), (0,))

    def prepare(self, sources: Collection[int], unit: Unit) -> None:
        """Read the units of the heads of these texts, in one statement, and one more for texts not met before."""
        head = and_(Revision.source_id == Source.id, Revision.no == Source.head_no)
        ids = sorted(sources)
        for at in range(0, len(ids), _CHUNK):
            wanted = Source.id.in_(ids[at : at + _CHUNK])
            rows = self._session.execute(select(Source.id, Revision.sha256).join(Revision, head).where(wanted))
            hashes = {source_id: sha for source_id, sha in rows}  # noqa: C416 - a result is no mapping
            new = []
            for source_id, sha in hashes.items():
                if (sha, unit) in _kept:
                    self._known[source_id, unit] = _kept[sha, unit]
                else:
                    new.append(source_id)
            texts = select(Source.id, Revision.reading_text).join(Revision, head).where(Source.id.in_(new))
            for source_id, text in self._session.execute(texts) if new else ():
                self._known[source_id, unit] = self._keep(hashes[source_id], unit, text)

    @staticmethod
    def _keep(sha: str, unit: Unit, text: str) -> tuple[int, ...]:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        made = tuple(starts(text, cast('Literal["sentence", "paragraph"]', unit)))
        _kept[sha, unit] = made
        return made
