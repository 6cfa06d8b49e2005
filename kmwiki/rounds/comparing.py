"""What a closed round holds, for comparing: its texts with their cases, settled or not, and the matrix of units.

Codings are compared where they stand in the text as it is now; an edit carries them all alike. Of a text only those
coders are compared who worked on it: who said that they are done, and who coded something.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import select

from kmwiki.accounts.models import User
from kmwiki.coding.models import Coding
from kmwiki.coding.round_models import CodingRound, DecisionCoding, RoundDecision, RoundMark, RoundText
from kmwiki.coding.seen import blind_roots
from kmwiki.entries.models import Entry
from kmwiki.rounds.access import demand_closed
from kmwiki.rounds.cases import Case, Mark, cases_of, order_of
from kmwiki.rounds.queries import coders_of
from kmwiki.rounds.units import added, shares, units_of
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Revision, Source
from kmwiki.text.clusters import snap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from kmwiki.rounds.queries import Coder
    from kmwiki.rounds.units import Share, Unit
    from kmwiki.security.policy import Caller


AROUND = 80
"""Code points of text shown on each side of a case."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that holds, who took it, and the codings it made that stand in the adjudicated layer now."""

    decision: RoundDecision
    author: str
    made: list[Coding]


@dataclass(frozen=True, slots=True)
class Judged:
    """A case and what was decided about it, if anything."""

    case: Case
    decided: Decided | None
    entry: Entry
    text: str
    coders: list[int]

    @property
    def is_open(self) -> bool:
        """Whether somebody has to settle it."""
        return self.decided is None

    @property
    def around(self) -> tuple[str, str, str]:
        """The words before it, its own, and those behind it."""
        case = self.case
        left, right = snap(self.text, max(0, case.start - AROUND), min(len(self.text), case.end + AROUND))
        return self.text[left : case.start], self.text[case.start : case.end], self.text[case.end : right]

    def words(self, mark: Mark) -> str:
        """Return the words a coding stands on, or those it stood on if they are gone."""
        return mark.quote if mark.start is None else self.text[mark.start : mark.end]


@dataclass
class Compared:
    """A text of a round (an entry's, or a comment's of it) with what was coded in it and who worked on it."""

    source: Source
    entry: Entry
    text: str
    coders: list[int]
    marks: list[Mark]
    unit: str
    judged: list[Judged] = field(default_factory=list)

    @property
    def is_comparable(self) -> bool:
        """Whether at least two people worked on it."""
        return len(self.coders) > 1

    @cached_property
    def units(self) -> list[Unit]:
        """Its units with the codes given to each."""
        return units_of(self.text, self.unit, self.marks)


@dataclass
class Comparison:
    """All texts of a closed round that the reader may open; `left_out` are the others and those in the bin."""

    round: CodingRound
    coders: list[Coder]
    texts: list[Compared]
    left_out: int

    @cached_property
    def judged(self) -> list[Judged]:
        """Every case, text by text."""
        return [each for text in self.texts if text.is_comparable for each in text.judged]

    def open_of(self, code_id: int) -> int:
        """Count the cases with a code that are still to be settled."""
        return sum(each.is_open and code_id in each.case.code_ids for each in self.judged)

    @cached_property
    def shares(self) -> dict[int, Share]:
        """How far each code was used alike, over all texts that at least two worked on."""
        found: dict[int, Share] = {}
        for text in self.texts:
            if text.is_comparable:
                for code_id, share in shares(text.units, text.marks, text.coders).items():
                    found[code_id] = added(found[code_id], share) if code_id in found else share
        return found


def comparison_of(session: Session, caller: Caller, found: CodingRound, root_id: int | None = None) -> Comparison:
    """Return what is to be compared, of one root or of all. Conflict while the round is open."""
    demand_closed(found)
    rows, left_out = _texts(session, caller, found, root_id)
    marks = marks_of(session, found, {entry.source_id for _, entry, _ in rows})
    worked = _worked(session, found, [mark for each in marks.values() for mark in each])
    by_root = {entry.source_id: entry for _, entry, _ in rows}
    judged: dict[int, list[Judged]] = defaultdict(list)
    decided = decisions_of(session, found, set(by_root))
    texts = {source.id: text for source, _, text in rows}
    for root, entry in by_root.items():
        for case, decision in judge(marks.get(root, []), worked.get(root, []), decided.get(root, [])):
            if case.source_id in texts:
                judged[case.source_id].append(
                    Judged(case, decision, entry, texts[case.source_id], worked.get(root, []))
                )
    coders = coders_of(session, found)
    order = [coder.id for coder in coders]
    worked = {
        root: sorted(who, key=lambda one: order.index(one) if one in order else -1) for root, who in worked.items()
    }
    compared = [
        Compared(
            source, entry, text, worked.get(entry.source_id, []),
            [mark for mark in marks.get(entry.source_id, []) if mark.source_id == source.id],
            found.unit, judged.get(source.id, []),
        )
        for source, entry, text in rows
    ]  # fmt: skip
    return Comparison(found, coders, compared, left_out)


def judge(
    marks: Sequence[Mark], coders: Sequence[int], decided: Sequence[Decided_]
) -> list[tuple[Case, Decided | None]]:
    """Return the cases of one root: those that decisions hold, as they were decided, then what is left, cut anew."""
    by_id = {mark.id: mark for mark in marks}
    found: list[tuple[Case, Decided | None]] = []
    taken: set[int] = set()
    for about, decision in decided:
        there = tuple(by_id[each] for each in sorted(about) if each in by_id)
        taken |= about
        if there:
            again = cases_of(there, coders)
            kind = again[0].kind if len(again) == 1 else "different"
            found.append((Case(kind, there), decision))
    found += [(case, None) for case in cases_of((mark for mark in marks if mark.id not in taken), coders)]
    return sorted(found, key=lambda pair: order_of(pair[0]))


def marks_of(session: Session, found: CodingRound, roots: set[int]) -> dict[int, list[Mark]]:
    """Return the codings of a round by root, in the order of their places."""
    marks: dict[int, list[Mark]] = defaultdict(list)
    wanted = select(Coding).where(Coding.round_id == found.id, Coding.deleted.is_(None), Coding.root_id.in_(roots))
    for row in session.scalars(wanted.order_by(Coding.source_id, Coding.start, Coding.end, Coding.id)):
        marks[row.root_id].append(
            Mark(
                row.id, row.coder_id or 0, row.code_id, row.source_id, row.start, row.end,
                row.voice, row.memo, row.ev_quote, row.state,
            )
        )  # fmt: skip
    return marks


Decided_ = tuple[set[int], Decided]
"""The ids of the codings that a decision is about, and the decision."""


def decisions_of(session: Session, found: CodingRound, roots: set[int]) -> dict[int, list[Decided_]]:
    """Return the decisions that hold, by root."""
    rows = session.execute(
        select(RoundDecision, User.name)
        .outerjoin(User, User.id == RoundDecision.author_id)
        .where(RoundDecision.round_id == found.id, RoundDecision.undone.is_(None), RoundDecision.root_id.in_(roots))
        .order_by(RoundDecision.id)
    ).all()
    about: dict[int, set[int]] = defaultdict(set)
    made: dict[int, list[Coding]] = defaultdict(list)
    links = session.execute(
        select(DecisionCoding, Coding)
        .join(Coding, Coding.id == DecisionCoding.coding_id)
        .join(RoundDecision, RoundDecision.id == DecisionCoding.decision_id)
        .where(RoundDecision.round_id == found.id, RoundDecision.root_id.in_(roots))
    )
    for link, coding in links:
        if not link.is_made:
            about[link.decision_id].add(coding.id)
        elif coding.deleted is None:
            made[link.decision_id].append(coding)
    result: dict[int, list[Decided_]] = defaultdict(list)
    for decision, name in rows:
        told = Decided(decision, name or "", sorted(made[decision.id], key=lambda row: (row.start or 0, row.id)))
        result[decision.root_id].append((about[decision.id], told))
    return result


def worked_on(session: Session, found: CodingRound, root_id: int, marks: Sequence[Mark]) -> list[int]:
    """Return the coders who worked on one root."""
    done = session.scalars(
        select(RoundMark.coder_id).where(RoundMark.round_id == found.id, RoundMark.root_id == root_id)
    )
    return sorted({*done, *(mark.coder_id for mark in marks)})


def _worked(session: Session, found: CodingRound, marks: Sequence[Mark]) -> dict[int, list[int]]:
    """Return by root who worked on it."""
    people: dict[int, set[int]] = defaultdict(set)
    for mark in session.scalars(select(RoundMark).where(RoundMark.round_id == found.id)):
        people[mark.root_id].add(mark.coder_id)
    roots = select(Source.id, Source.root_id).where(Source.id.in_({mark.source_id for mark in marks}))
    root_of = {row.id: row.root_id or row.id for row in session.execute(roots)}
    for each in marks:
        people[root_of[each.source_id]].add(each.coder_id)
    return {root: sorted(coders) for root, coders in people.items()}


def blind_to(session: Session, caller: Caller) -> set[int]:
    """Return the roots that the caller is coding blind in another round now: what was coded on them waits till then."""
    return set() if caller.user_id is None else set(session.scalars(blind_roots(caller.user_id)))


def _texts(
    session: Session, caller: Caller, found: CodingRound, root_id: int | None
) -> tuple[list[tuple[Source, Entry, str]], int]:
    """Return the texts of a round that the caller may read, comments behind their entry, and how many entries not."""
    mine = RoundText.round_id == found.id
    if root_id is not None:
        mine &= RoundText.root_id == root_id
    roots = set(session.scalars(select(RoundText.root_id).where(mine)))
    shown = roots - blind_to(session, caller)
    rows = session.execute(
        select(Source, Entry, Revision.reading_text)
        .join(Revision, (Revision.source_id == Source.id) & (Revision.no == Source.head_no))
        .join(Entry, (Entry.source_id == Source.id) | (Entry.source_id == Source.root_id))
        .where(Entry.source_id.in_(shown), Source.kind.in_(("entry", "comment")), visible_to(caller))
        .order_by(Entry.number, Source.kind != "entry", Source.id)
    )
    texts = [(source, entry, text) for source, entry, text in rows]
    coded = set(session.scalars(select(Coding.source_id).where(Coding.round_id == found.id).distinct()))
    texts = [each for each in texts if each[0].kind == "entry" or each[0].id in coded]
    return texts, len(roots - {entry.source_id for _, entry, _ in texts})
