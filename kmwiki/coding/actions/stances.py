"""How a coding stands: what an action changed of it and undoing brings back, and a version that tells of changes."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, select

from kmwiki.coding.models import Coding, Placement
from kmwiki.errors import Conflict, say
from kmwiki.sources.models import Source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

Stance = dict[str, Any]
"""`code`, `voice`, `memo`, `status`, `gone`, `place` ([start, end, state]), the `revision` in which that counts, and
`laid`: the row of placements of that revision ([start, end, state, who decided]), or None."""

CONTENT = ("code", "voice", "memo", "status", "gone")
"""What an edit of the text does not touch."""

WATCHED = (*CONTENT, "place")
"""What somebody may have changed."""


def stances_of(session: Session, codings: Iterable[Coding], *, is_fresh: bool = False) -> dict[int, Stance]:
    """Return how the codings stand now, by their ids; two statements, however many. `is_fresh`: they have no past."""
    rows = list(codings)
    heads = {number: session.get_one(Source, number).head_no for number in {row.source_id for row in rows}}
    if is_fresh:
        return {row.id: _stance(row, heads[row.source_id], None) for row in rows}
    at_head = and_(Source.id == Coding.source_id, Placement.revision == Source.head_no)
    laid = session.scalars(
        select(Placement)
        .join(Coding, Coding.id == Placement.coding_id)
        .join(Source, at_head)
        .where(Placement.coding_id.in_([row.id for row in rows]))
    )
    placements = {row.coding_id: [row.start, row.end, row.state, row.decided_by] for row in laid}
    return {row.id: _stance(row, heads[row.source_id], placements.get(row.id)) for row in rows}


def differing(session: Session, coding: Coding, present: Stance, wanted: Stance) -> list[str]:
    """Return what of a coding is no longer as `wanted` says, an edit of the text aside: of `WATCHED`.

    After an edit the program has placed it anew, and that is no change; a person who placed it since has changed it.
    """
    found = [name for name in CONTENT if present[name] != wanted[name]]
    if present["gone"] or wanted["gone"]:
        return found
    if present["revision"] == wanted["revision"]:
        is_moved = present["place"] != wanted["place"]
    else:
        since = select(Placement.coding_id).where(
            Placement.coding_id == coding.id,
            Placement.revision > wanted["revision"],
            Placement.decided_by.is_not(None),
        )
        then = session.get(Placement, (coding.id, wanted["revision"]))
        is_moved = session.scalar(since.limit(1)) is not None or _by_hand(_laid(then)) != _by_hand(wanted["laid"])
    return [*found, "place"] if is_moved else found


def version_of(coding: Coding) -> str:
    """Return a short text that is another one as soon as anybody has changed the coding: `content-place`."""
    content = (coding.code_id, coding.voice, coding.memo, coding.status, coding.deleted is not None)
    return f"{_digest(content)}-{_digest((coding.start, coding.end, coding.state))}"


def check_version(coding: Coding, version: str | None, *, is_moved: bool) -> None:
    """Raise Conflict if the coding is no longer the one that `version` tells of; without a version nothing is said.

    Where it stands counts for whoever moves it alone: an edit of the text moves codings all the time.
    """
    if version is None:
        return
    present = version_of(coding).split("-")
    given = version.split("-")
    if given[0] != present[0] or (is_moved and given[1:] != present[1:]):
        raise Conflict(
            say("Somebody has changed this coding since you read it. Look at it as it is now, then change it again."),
            {"coding_id": coding.id, "version": version_of(coding)},
        )


def _stance(coding: Coding, revision: int, laid: list[Any] | None) -> Stance:
    return {
        "code": coding.code_id,
        "voice": coding.voice,
        "memo": coding.memo,
        "status": coding.status,
        "gone": coding.deleted is not None,
        "place": [coding.start, coding.end, coding.state],
        "revision": revision,
        "laid": laid,
    }


def _laid(row: Placement | None) -> list[Any] | None:
    return None if row is None else [row.start, row.end, row.state, row.decided_by]


def _by_hand(laid: list[Any] | None) -> list[Any] | None:
    """Return a placement that a person decided; those of the program come and go with edits."""
    return laid if laid and laid[3] is not None else None


def _digest(parts: tuple[object, ...]) -> str:
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:10]
