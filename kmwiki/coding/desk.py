"""The coding desk of one entry: its text and comments with their marks drawn in, and the rows of the list beside them.

The number of SQL statements does not depend on the number of codings.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import select

from kmwiki.coding.actions.news import seq_of
from kmwiki.coding.desk_codings import DeskCode, DeskCoding, coders_of, desk_codes, desk_codings, quotes_of
from kmwiki.coding.queries import recent_codes
from kmwiki.security.policy import Permission, can
from kmwiki.sources.models import Revision, Source
from kmwiki.sources.veil import veil_for
from kmwiki.text.marks import Span, draw

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.security.policy import Caller
    from kmwiki.sources.veil import Veil

ROWS = 50
"""Rows of the list on one page; the script has them all and draws them as they come into view."""
USUAL_GAP = "\n\n"
"""What parts two blocks of a reading text, mostly."""


@dataclass(slots=True)
class DeskRow:
    """A passage under a code: what the list beside the text shows as one row, whoever coded it."""

    code: DeskCode
    source_id: int
    is_comment: bool
    start: int | None
    end: int | None
    quote: str
    hands: list[DeskCoding] = field(default_factory=list)

    @property
    def id(self) -> int:
        """The id of its first coding: `#c<id>` is the place in the text."""
        return self.hands[0].id

    @property
    def ids(self) -> str:
        """The ids of its codings, parted by spaces."""
        return " ".join(str(hand.id) for hand in self.hands)

    @property
    def state(self) -> str:
        """Lost or changed if one of its codings is, else placed."""
        return self.hands[0].state

    @property
    def status(self) -> str:
        """`auto` or `proposed` if a batch made it and nobody has accepted it yet, else `accepted`."""
        return self.hands[0].status

    @property
    def is_auto(self) -> bool:
        """Whether it waits to be accepted, and counts nowhere until then."""
        return self.status != "accepted"

    @property
    def has_memo(self) -> bool:
        """Whether a coder has noted a thought on it."""
        return any(hand.memo for hand in self.hands)

    @property
    def changeable(self) -> DeskCoding | None:
        """The coding that the caller changes from this row: their own, or another's that they may change."""
        able = [hand for hand in self.hands if hand.may_change]
        return min(able, key=lambda hand: not hand.is_own, default=None)


@dataclass
class Desk:
    """All that an entry's page shows of its codings."""

    root_id: int
    may_code: bool
    may_make_codes: bool
    html: dict[int, str]
    texts: dict[int, str]  # the reading texts, by the id of their source
    gaps: dict[int, dict[int, str]]  # what parts a block from the one before, by its number, where it is not USUAL_GAP
    rows: list[DeskRow]
    codings: list[DeskCoding]
    codes: dict[int, DeskCode]
    quotes: dict[int, str]  # of codings on texts that this page does not show
    recent: list[int]
    seq: int  # of the newest change that it shows
    round_id: int | None = None

    @cached_property
    def standing(self) -> list[DeskRow]:
        """The rows that have a place in the text, in reading order, the entry's before the comments'."""
        return [row for row in self.rows if row.start is not None and not row.is_auto]

    @cached_property
    def automatic(self) -> list[DeskRow]:
        """The rows that batches made in the text and that wait to be accepted; they count nowhere."""
        return [row for row in self.rows if row.start is not None and row.is_auto]

    @cached_property
    def lost(self) -> list[DeskRow]:
        """The rows whose words are gone."""
        return [row for row in self.rows if row.start is None]

    @property
    def pages(self) -> int:
        """How many pages the list has without script."""
        return max(1, -(-len(self.rows) // ROWS))

    def page(self, number: int) -> list[DeskRow]:
        """Return a page of the list, from 1: what stands, what waits to be accepted, what is lost."""
        at = (min(max(number, 1), self.pages) - 1) * ROWS
        return [*self.standing, *self.automatic, *self.lost][at : at + ROWS]

    @cached_property
    def _counts(self) -> Counter[int]:
        return Counter(row.source_id for row in self.standing)

    def count_on(self, source_id: int) -> int:
        """Return how many passages of one text are coded: what a comment's badge tells."""
        return self._counts[source_id]

    @property
    def coders(self) -> dict[int, str]:
        """The names of those who coded, by their ids."""
        return coders_of(self.codings)

    @property
    def codings_json(self) -> list[dict[str, object]]:
        """The codings as the page hands them to its script."""
        return [coding.as_json(self.quotes.get(coding.id, "")) for coding in self.codings]

    @property
    def codes_json(self) -> dict[int, dict[str, object]]:
        """The codes of these codings and those above them, as the page hands them to its script."""
        return {code.id: code.as_json() for code in self.codes.values()}


def desk_of(
    session: Session,
    caller: Caller,
    root: Source,
    texts: Sequence[tuple[Source, Revision]],
    *,
    round_id: int | None = None,
) -> Desk:
    """Return the desk of the entry whose source is `root`; `texts` are those shown on its page, with their heads.

    It shows the codings of no round, or those of the round that is given.
    """
    veil = veil_for(session, caller, root.project_id)
    seq = seq_of(session, caller, root, round_id=round_id)
    found = desk_codings(session, caller, root, veil, round_id=round_id)
    texts = [(source, veil.over(source).revision(revision)) for source, revision in texts]
    shown = {source.id: revision.reading_text for source, revision in texts}
    elsewhere = _texts_elsewhere(session, veil, {coding.source_id for coding in found} - shown.keys())
    codes = desk_codes(session, veil, {coding.code_id for coding in found})
    rows = rows_of(found, codes, shown | elsewhere)
    may_code = caller.user_id is not None and can(caller, Permission.CODE, root.project_id)
    return Desk(
        root_id=root.id,
        may_code=may_code,
        may_make_codes=can(caller, Permission.EDIT_CODEBOOK, root.project_id),
        html={source.id: marked(revision, rows) for source, revision in texts},
        texts=shown,
        gaps={source.id: gaps_of(revision) for source, revision in texts},
        rows=rows,
        codings=found,
        codes=codes,
        quotes=quotes_of(found, elsewhere),
        recent=recent_codes(session, caller, root.project_id) if may_code else [],
        seq=seq,
        round_id=round_id,
    )


def _texts_elsewhere(session: Session, veil: Veil, source_ids: set[int]) -> dict[int, str]:
    """Return the reading texts of coded sources that other pages show, such as comments further on."""
    if not source_ids:
        return {}
    at_head = (Source.id == Revision.source_id) & (Source.head_no == Revision.no)
    rows = session.execute(
        select(Source, Revision.reading_text).join(Revision, at_head).where(Source.id.in_(source_ids))
    )
    return {source.id: veil.over(source).text(text) for source, text in rows}


def rows_of(found: Iterable[DeskCoding], codes: Mapping[int, DeskCode], reading: Mapping[int, str]) -> list[DeskRow]:
    """Gather codings into rows, in their order: the same passage under the same code is one row, whoever coded it."""
    rows: dict[tuple[object, ...], DeskRow] = {}
    for coding in found:
        source_id, start, end, quote = coding.source_id, coding.start, coding.end, coding.quote
        key = (source_id, coding.code_id, start, end, coding.state, coding.status, quote)
        row = rows.get(key)
        if row is None:
            words = quote if start is None else reading[source_id][start:end]
            row = rows[key] = DeskRow(codes[coding.code_id], source_id, coding.is_comment, start, end, words)
        row.hands.append(coding)
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


def gaps_of(revision: Revision) -> dict[int, str]:
    """Return what of the reading text stands between its blocks, by the number of the block behind it.

    The page shows the blocks; with the gaps a script has the whole text. Those that are USUAL_GAP are left out.
    """
    blocks, text = revision.blocks, revision.reading_text
    found = {at: text[blocks[at - 1]["end"] : blocks[at]["start"]] for at in range(1, len(blocks))}
    return {at: gap for at, gap in found.items() if gap != USUAL_GAP}
