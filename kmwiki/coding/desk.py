"""The coding desk of one entry: its text and comments with their marks drawn in, and the rows of the list beside them.

The number of SQL statements does not depend on the number of codings.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from kmwiki.coding.access import may_change
from kmwiki.coding.queries import CodingRow, codings_of, recent_codes
from kmwiki.coding.tree import live_codes
from kmwiki.security.policy import Permission, can
from kmwiki.sources.models import Revision, Source
from kmwiki.sources.veil import veil_for
from kmwiki.text.marks import Span, draw
from kmwiki.text.thai import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.coding.models import Code, Coding
    from kmwiki.security.policy import Caller
    from kmwiki.sources.veil import Veil


@dataclass(frozen=True, slots=True)
class Hand:
    """One coder's coding of a passage, in a row that all coders of it share."""

    coding: Coding
    coder: str
    may_change: bool
    is_own: bool


@dataclass(slots=True)
class DeskRow:
    """A passage under a code: what the list beside the text shows as one row."""

    code: Code
    source_id: int
    is_comment: bool
    start: int | None
    end: int | None
    quote: str
    hands: list[Hand] = field(default_factory=list)

    @property
    def id(self) -> int:
        """The id of its first coding: `#c<id>` is the place in the text."""
        return self.hands[0].coding.id

    @property
    def ids(self) -> str:
        """The ids of its codings, parted by spaces."""
        return " ".join(str(hand.coding.id) for hand in self.hands)

    @property
    def state(self) -> str:
        """Lost or changed if one of its codings is, else placed."""
        return self.hands[0].coding.state

    @property
    def is_auto(self) -> bool:
        """Whether a batch made it and nobody has accepted it yet."""
        return self.hands[0].coding.status == "auto"

    @property
    def has_memo(self) -> bool:
        """Whether a coder has noted a thought on it."""
        return any(hand.coding.memo for hand in self.hands)

    @property
    def changeable(self) -> Hand | None:
        """The coding that the caller changes from this row: their own, or another's that they may change."""
        able = [hand for hand in self.hands if hand.may_change]
        return min(able, key=lambda hand: not hand.is_own, default=None)


@dataclass(frozen=True, slots=True)
class Choice:
    """A code as the type-ahead needs it: its names, and folded keys to find it by."""

    id: int
    name_th: str
    name_en: str
    path: str
    color: int
    pattern: int
    keys: tuple[str, ...]
    definition: str

    def as_json(self) -> dict[str, object]:
        """Return what the page hands to the type-ahead."""
        return asdict(self)


@dataclass(slots=True)
class Desk:
    """All that an entry's page shows of its codings."""

    root_id: int
    may_code: bool
    may_make_codes: bool
    html: dict[int, str]
    texts: dict[int, str]  # the reading texts, by the id of their source
    rows: list[DeskRow]
    choices: list[Choice]
    recent: list[int]

    @property
    def choices_json(self) -> list[dict[str, object]]:
        """The codes to choose from, as the page hands them to the type-ahead."""
        return [choice.as_json() for choice in self.choices]

    @property
    def standing(self) -> list[DeskRow]:
        """The rows that have a place in the text, in reading order, the entry's before the comments'."""
        return [row for row in self.rows if row.start is not None and not row.is_auto]

    @property
    def automatic(self) -> list[DeskRow]:
        """The rows that batches made in the text and that wait to be accepted; they count nowhere."""
        return [row for row in self.rows if row.start is not None and row.is_auto]

    @property
    def lost(self) -> list[DeskRow]:
        """The rows whose words are gone."""
        return [row for row in self.rows if row.start is None]

    def count_on(self, source_id: int) -> int:
        """Return how many passages of one text are coded: what a comment's badge tells."""
        return sum(row.source_id == source_id for row in self.standing)


def desk_of(session: Session, caller: Caller, root: Source, texts: Sequence[tuple[Source, Revision]]) -> Desk:
    """Return the desk of the entry whose source is `root`; `texts` are those shown on its page, with their heads."""
    is_member = can(caller, Permission.READ, root.project_id)  # codings are the team's own, on public texts too
    found = codings_of(session, caller, root.id) if is_member else []
    veil = veil_for(session, caller, root.project_id)
    texts = [(source, veil.over(source).revision(revision)) for source, revision in texts]
    reading = _reading_texts(session, veil, found, texts)
    rows = rows_of(found, caller, reading)
    may_code = caller.user_id is not None and can(caller, Permission.CODE, root.project_id)
    codes = live_codes(session, root.project_id) if may_code else []
    return Desk(
        root_id=root.id,
        may_code=may_code,
        may_make_codes=can(caller, Permission.EDIT_CODEBOOK, root.project_id),
        html={source.id: marked(revision, rows) for source, revision in texts},
        texts={source.id: revision.reading_text for source, revision in texts},
        rows=rows,
        choices=choices_of(codes),
        recent=recent_codes(session, caller, root.project_id) if may_code else [],
    )


def _reading_texts(
    session: Session, veil: Veil, found: Iterable[CodingRow], texts: Sequence[tuple[Source, Revision]]
) -> dict[int, str]:
    """Return the reading text of every coded source: those shown are at hand, those of other pages are read."""
    reading = {source.id: revision.reading_text for source, revision in texts}
    missing = {row.coding.source_id for row in found} - reading.keys()
    if missing:
        at_head = (Source.id == Revision.source_id) & (Source.head_no == Revision.no)
        rows = session.execute(
            select(Source, Revision.reading_text).join(Revision, at_head).where(Source.id.in_(missing))
        )
        reading |= {source.id: veil.over(source).text(text) for source, text in rows}
    return reading


def rows_of(found: Iterable[CodingRow], caller: Caller, reading: Mapping[int, str]) -> list[DeskRow]:
    """Gather codings into rows, in their order: the same passage under the same code is one row, whoever coded it."""
    rows: dict[tuple[object, ...], DeskRow] = {}
    for item in found:
        coding = item.coding
        key = (
            coding.source_id,
            coding.code_id,
            coding.start,
            coding.end,
            coding.state,
            coding.status,
            coding.ev_quote if coding.start is None else "",
        )
        row = rows.setdefault(
            key,
            DeskRow(
                item.code,
                coding.source_id,
                item.source_kind != "entry",
                coding.start,
                coding.end,
                coding.ev_quote if coding.start is None else reading[coding.source_id][coding.start : coding.end],
            ),
        )
        is_own = caller.user_id is not None and coding.coder_id == caller.user_id
        row.hands.append(Hand(coding, item.coder or "", may_change(caller, coding), is_own))
    return list(rows.values())


def marked(revision: Revision, rows: Iterable[DeskRow]) -> str:
    """Return the revision's safe HTML with the marks of the rows that stand in it."""
    spans = [
        Span(
            row.start,
            row.end,
            row.id,
            f"c{row.code.color} p{row.code.pattern}{' auto' if row.is_auto else ''}",
            row.code.name_th,
        )
        for row in rows
        if row.source_id == revision.source_id and row.start is not None and row.end is not None
    ]
    return draw(revision.html, spans) if spans else revision.html


def choices_of(codes: Sequence[Code]) -> list[Choice]:
    """Return the codable ones of the live codes for the type-ahead, each with the names of the codes above it."""
    by_id = {code.id: code for code in codes}
    return [
        Choice(
            code.id,
            code.name_th,
            code.name_en,
            " / ".join(_names_above(code, by_id)),
            code.color,
            code.pattern,
            tuple(dict.fromkeys(fold(name) for name in (code.name_th, code.name_en, *code.aliases) if name)),
            code.definition,
        )
        for code in codes
        if code.is_codable
    ]


def _names_above(code: Code, by_id: dict[int, Code]) -> list[str]:
    names: list[str] = []
    above = by_id.get(code.parent_id) if code.parent_id else None
    while above is not None:
        names.insert(0, above.name_th)
        above = by_id.get(above.parent_id) if above.parent_id else None
    return names
