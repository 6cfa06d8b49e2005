"""The codings of one entry as its desk needs them, read as plain columns: a page may have a thousand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import case, null, select

from kmwiki.accounts.models import User
from kmwiki.coding.actions.stances import version_of
from kmwiki.coding.models import Code, CodeAncestor, Coding
from kmwiki.coding.seen import OF_NO_ROUND, seen_by
from kmwiki.security.policy import Permission, can
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Revision, Source

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from kmwiki.security.policy import Caller
    from kmwiki.sources.veil import Veil


@dataclass(frozen=True, slots=True)
class DeskCoding:
    """One coder's passage under a code. `start` and `end` are None when its words are gone: `quote` is what they were.

    `quote` is empty for a passage that stands in a text: who shows it has the text at hand.
    """

    id: int
    source_id: int
    is_comment: bool
    code_id: int
    coder_id: int | None
    coder: str
    voice: str | None
    memo: str
    status: str
    state: str
    start: int | None
    end: int | None
    quote: str
    version: str  # another one as soon as anybody has changed it
    may_change: bool
    is_own: bool

    def as_json(self, quote: str = "") -> dict[str, object]:
        """Return what the page hands to its script; what is not told is as it mostly is."""
        told: dict[str, object] = {
            "id": self.id,
            "source": self.source_id,
            "code": self.code_id,
            "coder": self.coder_id or 0,
            "version": self.version,
        }
        more = {
            "start": self.start,
            "end": self.end,
            "voice": self.voice,
            "memo": self.memo or None,
            "state": None if self.state == "placed" else self.state,
            "status": None if self.status == "accepted" else self.status,
            "quote": quote or self.quote or None,
            "may": self.may_change or None,
        }
        return told | {name: value for name, value in more.items() if value is not None}


@dataclass(frozen=True, slots=True)
class DeskCode:
    """A code as rows and filters name it; `above` are the codes above it, the top one first."""

    id: int
    name_th: str
    name_en: str
    color: int
    pattern: int
    above: tuple[int, ...]

    def as_json(self) -> dict[str, object]:
        """Return what the page hands to its script."""
        return {
            "th": self.name_th,
            "en": self.name_en,
            "color": self.color,
            "pattern": self.pattern,
            "above": list(self.above),
        }


def desk_codings(
    session: Session,
    caller: Caller,
    root: Source,
    veil: Veil,
    *,
    round_id: int | None = None,
    only: Collection[int] | None = None,
) -> list[DeskCoding]:
    """Return the codings on an entry's text and its comments that the caller may know of.

    Those of no round, or of the one given; the entry's before the comments', each text in reading order, lost ones
    last. `only` reads no others than these ids. Nothing for who is not of the team: codings are its own, on public
    texts too.
    """
    if not can(caller, Permission.READ, root.project_id):
        return []
    rows = session.execute(_statement(caller, root, round_id, only)).all()
    lost = _evidence(session, veil, [row for row in rows if row.start is None])
    return [_told(row, caller, veil, lost.get(row.id, "")) for row in rows]


def _told(row: Any, caller: Caller, veil: Veil, lost: str) -> DeskCoding:
    is_own = caller.user_id is not None and row.coder_id == caller.user_id
    return DeskCoding(
        id=row.id,
        source_id=row.source_id,
        is_comment=row.kind != "entry",
        code_id=row.code_id,
        coder_id=row.coder_id,
        coder=row.name or "",
        voice=row.voice,
        memo=row.memo if is_own else veil.text(row.memo),
        status=row.status,
        state=row.state,
        start=row.start,
        end=row.end,
        quote=lost,
        version=version_of(cast("Coding", row)),
        may_change=can(caller, Permission.CODE if is_own else Permission.MODERATE, row.project_id),
        is_own=is_own,
    )


def _statement(caller: Caller, root: Source, round_id: int | None, only: Collection[int] | None) -> Any:
    of_round: ColumnElement[bool] = OF_NO_ROUND if round_id is None else Coding.round_id == round_id
    wanted = (
        select(
            Coding.id, Coding.project_id, Coding.source_id, Coding.code_id, Coding.coder_id, Coding.voice, Coding.memo,
            Coding.status, Coding.state, Coding.start, Coding.end, Coding.deleted, Coding.ev_revision, Coding.ev_start,
            Coding.ev_end, case((Coding.start.is_(None), Coding.ev_quote), else_=null()).label("ev_quote"), Source.kind,
            User.name,
        )
        .join(Source, Source.id == Coding.source_id)
        .outerjoin(User, User.id == Coding.coder_id)
        .where(Coding.root_id == root.id, Coding.deleted.is_(None), visible_to(caller), seen_by(caller), of_round)
        .order_by(Source.kind != "entry", Coding.source_id, Coding.start.is_(None), Coding.start, Coding.end.desc())
        .order_by(Coding.id)
    )  # fmt: skip
    return wanted if only is None else wanted.where(Coding.id.in_(only))


def _evidence(session: Session, veil: Veil, rows: Iterable[Any]) -> dict[int, str]:
    """Return the words that lost codings were put on, as the caller may see them."""
    rows = list(rows)
    if veil.is_open or not rows:
        return {row.id: row.ev_quote for row in rows}
    sources = {row.source_id for row in rows}
    wanted = select(Source, Revision.no, Revision.reading_text).join(Revision, Revision.source_id == Source.id)
    numbers = {row.ev_revision for row in rows}
    texts = {
        (source.id, number): (veil.over(source), text)
        for source, number, text in session.execute(wanted.where(Source.id.in_(sources), Revision.no.in_(numbers)))
    }
    found = {}
    for row in rows:
        over, text = texts[row.source_id, row.ev_revision]
        found[row.id] = over.cut(text, row.ev_start, row.ev_end)
    return found


def desk_codes(session: Session, veil: Veil, code_ids: Collection[int]) -> dict[int, DeskCode]:
    """Return these codes and all above them, by id; their names as the caller may see them."""
    if not code_ids:
        return {}
    above: dict[int, list[int]] = {}
    lines = select(CodeAncestor.code_id, CodeAncestor.ancestor_id, CodeAncestor.depth)
    inner = select(CodeAncestor.ancestor_id).where(CodeAncestor.code_id.in_(code_ids))
    lines = lines.where(CodeAncestor.code_id.in_(inner)).order_by(CodeAncestor.depth.desc())
    for code_id, ancestor_id, depth in session.execute(lines):
        line = above.setdefault(code_id, [])
        if depth:
            line.append(ancestor_id)
    columns = select(Code.id, Code.name_th, Code.name_en, Code.color, Code.pattern)
    return {
        row.id: DeskCode(
            row.id, veil.text(row.name_th), veil.text(row.name_en), row.color, row.pattern, tuple(above.get(row.id, ()))
        )
        for row in session.execute(columns.where(Code.id.in_({*code_ids, *above})))
    }


def coders_of(codings: Iterable[DeskCoding]) -> dict[int, str]:
    """Return the names of those who coded, by their ids; 0 for whom nobody knows any more."""
    return {coding.coder_id or 0: coding.coder for coding in codings}


def quotes_of(codings: Iterable[DeskCoding], reading: Mapping[int, str]) -> dict[int, str]:
    """Return the present words of codings that stand in these texts, by the id of the coding."""
    return {
        coding.id: reading[coding.source_id][coding.start : coding.end]
        for coding in codings
        if coding.start is not None and coding.source_id in reading
    }
