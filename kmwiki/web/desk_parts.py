"""What the desk's script is told after a change: the codings that were touched, those that are gone, never the whole.

The page keeps all codings of its entry; it draws anew the blocks and rows that these stand in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kmwiki.coding.desk_codings import coders_of, desk_codes, desk_codings, quotes_of
from kmwiki.coding.queries import recent_codes
from kmwiki.sources.models import Source
from kmwiki.sources.queries import heads
from kmwiki.sources.veil import veil_for
from kmwiki.text.thai import initials
from kmwiki.web.drawing import hue

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.orm import Session

    from kmwiki.security.policy import Caller


def parts(
    session: Session, caller: Caller, root: Source, coding_ids: Iterable[int], *, round_id: int | None = None
) -> dict[str, Any]:
    """Return how these codings of an entry stand now, for a caller who may read it.

    `codings` stand, `gone` do not (any more, or not for this caller); `codes` and `coders` name what they need,
    `heads` are the newest revisions of their texts: a page that shows an older one has to be read again.
    """
    wanted = set(coding_ids)
    veil = veil_for(session, caller, root.project_id)
    found = desk_codings(session, caller, root, veil, round_id=round_id, only=wanted)
    codes = desk_codes(session, veil, {coding.code_id for coding in found})
    sources = list(
        session.scalars(select(Source).where(Source.id.in_({coding.source_id for coding in found} | {root.id})))
    )
    said = [source for source in sources if source.id != root.id]  # comments, which the page may not show
    newest = heads(session, said) if said else {}
    quotes = quotes_of(found, {source.id: veil.over(source).text(newest[source.id].reading_text) for source in said})
    return {
        "codings": [coding.as_json(quotes.get(coding.id, "")) for coding in found],
        "gone": sorted(wanted - {coding.id for coding in found}),
        "codes": {str(code.id): code.as_json() for code in codes.values()},
        "coders": coders_json(coders_of(found)),
        "heads": {str(source.id): source.head_no for source in sources},
        "recent": recent_codes(session, caller, root.project_id),
    }


def coders_json(coders: Mapping[int, str]) -> dict[str, dict[str, object]]:
    """Return how the page draws those who coded: name, letters and colour of their face, by their ids."""
    return {str(key): {"name": name, "initials": initials(name), "hue": hue(name)} for key, name in coders.items()}
