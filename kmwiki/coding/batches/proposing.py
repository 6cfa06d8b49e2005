"""Proposing codes for the passages of a note that nobody has coded yet: a batch, marked as proposed until accepted."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal
from uuid import uuid4

from sqlalchemy import select

from kmwiki.coding.batches.similar import Advisor
from kmwiki.coding.batches.similar import Spot as Asked
from kmwiki.coding.batches.tagging import LONGEST_KEY, Spot
from kmwiki.coding.layers import own_layer
from kmwiki.coding.models import BatchCoding, Coding, CodingBatch
from kmwiki.coding.seen import OF_NO_ROUND, seen_by
from kmwiki.errors import Forbidden, Invalid, say
from kmwiki.events.service import record
from kmwiki.security.policy import Permission, can
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Source
from kmwiki.sources.queries import heads
from kmwiki.text.clusters import snap
from kmwiki.text.units import starts

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.coding.batches.similar import Suggestion
    from kmwiki.coding.models import Layer
    from kmwiki.security.policy import Caller
    from kmwiki.sources.models import Revision

Unit = Literal["sentence", "paragraph"]
UNITS: tuple[Unit, ...] = ("sentence", "paragraph")
LEAST = 0.2
"""A code is proposed only with so much speaking for it. Of the demo's codings, 37 % of such are what a person chose."""
SHORTEST = 15
"""Code points of the shortest passage that is proposed."""
MOST = 400
"""So many passages of a note and its comments are looked at."""


@dataclass(frozen=True, slots=True)
class Pick:
    """A passage with the code that is proposed for it."""

    source: Source
    spot: Spot
    words: str
    suggestion: Suggestion


def propose(session: Session, caller: Caller, root: Source, *, unit: Unit, key: str) -> tuple[CodingBatch, bool]:
    """Make a batch of proposals for a readable note and its comments. Return it, and if it is new.

    The same form sent twice is one batch. Forbidden for who may not code; Invalid if nothing is near enough to propose.
    """
    if caller.user_id is None or not can(caller, Permission.CODE, root.project_id):
        raise Forbidden(say("Your role in this project does not let you code. Ask an owner of the project."))
    if unit not in UNITS:
        raise Invalid.one("unit", say("%(value)s is none of: %(names)s.", value=unit[:80], names=", ".join(UNITS)))
    if not 0 < len(key) <= LONGEST_KEY:
        raise Invalid.one("key", say("This form is not complete. Open the list again."))
    layer = own_layer(session, root.project_id, caller.user_id)
    mine = CodingBatch.project_id == root.project_id, CodingBatch.coder_id == caller.user_id
    known = session.scalar(select(CodingBatch).where(*mine, CodingBatch.key == key))
    if known is not None:
        return known, False
    picks = picks_for(session, caller, root, unit)
    if not picks:
        raise Invalid.one(
            "unit",
            say("No passage without a code is like one that is coded. Code some by hand first, then ask again."),
        )
    return _write(session, caller, layer, picks, unit=unit, key=key), True


def picks_for(session: Session, caller: Caller, root: Source, unit: Unit) -> list[Pick]:
    """Return what would be proposed for a note: its units without a coding, each with its likeliest code."""
    sources = list(
        session.scalars(
            select(Source)
            .where((Source.id == root.id) | (Source.root_id == root.id), Source.kind.in_(("entry", "comment")))
            .where(visible_to(caller))
            .order_by(Source.kind != "entry", Source.id)
        )
    )
    texts = heads(session, sources)
    taken = _taken(session, caller, root)
    advisor = Advisor(session, caller, root.project_id)
    found: list[Pick] = []
    looked = 0
    for source in sources:
        for spot in _units(source, texts[source.id], unit):
            if looked == MOST:
                return found
            if any(start < spot.end and spot.start < end for start, end in taken.get(source.id, ())):
                continue
            looked += 1
            words = texts[source.id].reading_text[spot.start : spot.end]
            suggestion = next(iter(advisor.suggest(words, spot=Asked(source.id, spot.start, spot.end), most=1)), None)
            if suggestion is not None and suggestion.score >= LEAST:
                found.append(Pick(source, spot, words, suggestion))
    return found


def _taken(session: Session, caller: Caller, root: Source) -> dict[int, list[tuple[int, int]]]:
    """Return where codings stand already that the caller may know of, also such as wait to be accepted."""
    rows = session.execute(
        select(Coding.source_id, Coding.start, Coding.end).where(
            Coding.root_id == root.id,
            Coding.deleted.is_(None),
            Coding.start.is_not(None),
            Coding.end.is_not(None),
            OF_NO_ROUND,
            seen_by(caller),
        )
    )
    found: dict[int, list[tuple[int, int]]] = {}
    for source_id, start, end in rows:
        found.setdefault(source_id, []).append((start or 0, end or 0))
    return found


def _units(source: Source, head: Revision, unit: Unit) -> list[Spot]:
    text = head.reading_text
    edges = [*starts(text, unit), len(text)]
    found = []
    for left, right in pairwise(edges):
        line = text.find("\n", left, right)
        stop = right if line < 0 else line
        words = text[left:stop]
        start = left + len(words) - len(words.lstrip())
        end = left + len(words.rstrip())
        if end - start >= SHORTEST and snap(text, start, end) == (start, end):
            found.append(Spot(source.id, head.no, start, end))
    return found


def _write(session: Session, caller: Caller, layer: Layer, picks: list[Pick], *, unit: Unit, key: str) -> CodingBatch:
    first = picks[0]
    root_id = first.source.root_id or first.source.id
    batch = CodingBatch(
        project_id=first.source.project_id, coder_id=caller.user_id, code_id=first.suggestion.code_id, key=key,
        query={"proposed": root_id}, unit=unit, voice=None,
    )  # fmt: skip
    made = [_coding(batch, layer, pick) for pick in picks]
    session.add_all([batch, *made])
    session.flush()
    session.add_all(BatchCoding(coding_id=coding.id, batch_id=batch.id) for coding in made)
    why = {str(coding.id): pick.suggestion.coding_id for coding, pick in zip(made, picks, strict=True)}
    batch.query = {"proposed": root_id, "why": why}
    session.flush()
    record(
        session, caller, "batch.proposed", project_id=batch.project_id, source_id=root_id, batch=batch.id,
        codings=len(made),
    )  # fmt: skip
    return batch


def _coding(batch: CodingBatch, layer: Layer, pick: Pick) -> Coding:
    source, spot = pick.source, pick.spot
    return Coding(
        guid=str(uuid4()), project_id=source.project_id, source_id=source.id, root_id=source.root_id or source.id,
        code_id=pick.suggestion.code_id, layer_id=layer.id, coder_id=batch.coder_id, voice=None, status="proposed",
        ev_revision=spot.revision, ev_start=spot.start, ev_end=spot.end, ev_quote=pick.words, start=spot.start,
        end=spot.end,
    )  # fmt: skip
