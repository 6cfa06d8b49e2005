"""Settling what was coded differently: a decision has a reason, fills the adjudicated layer, and can be taken back.

These codings belong to no coder's own layer and to no round: they count as others do, and edits carry them as others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import select

from kmwiki.coding.codings import usable_code
from kmwiki.coding.models import Code, Coding, Layer
from kmwiki.coding.passages import check_passage
from kmwiki.coding.round_models import CodingRound, DecisionCoding, RoundDecision
from kmwiki.coding.twins import standing_on
from kmwiki.db import now
from kmwiki.errors import Conflict, Invalid, NotFound, say
from kmwiki.events.service import record
from kmwiki.rounds.access import demand_closed, demand_settling
from kmwiki.rounds.comparing import blind_to, comparison_of, decisions_of, judge, marks_of, worked_on
from kmwiki.rounds.schemas import DecisionIn
from kmwiki.sources.access import source_for
from kmwiki.sources.models import Revision, Source
from kmwiki.text.thai import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.rounds.cases import Case, Mark
    from kmwiki.rounds.schemas import SpotIn
    from kmwiki.security.policy import Caller


TEXTS = ("entry", "comment")
"""Kinds of sources that are coded; memos hang on an entry too."""


@dataclass(frozen=True, slots=True)
class Passage:
    """What is to stand in the adjudicated layer."""

    code_id: int
    source_id: int
    start: int
    end: int
    voice: str | None = None
    memo: str = ""


@dataclass(frozen=True, slots=True)
class Agreed:
    """What accepting all that is agreed on did: how many cases it settled, how many it left and why."""

    done: int
    left: list[str]


def settle(session: Session, caller: Caller, found: CodingRound, data: DecisionIn) -> tuple[RoundDecision, bool]:
    """Settle a case, named by the ids of its codings. Return the decision, and whether it is new.

    The same decision sent twice is one. Conflict if these codings are no case as it stands now, or somebody has settled
    it otherwise meanwhile; Invalid without a reason or for a choice that cannot be; NotFound for codings of no text of
    the round that the caller may read.
    """
    demand_settling(session, caller, found)
    session.refresh(found, with_for_update=True)
    demand_closed(found)
    root = _root_of(session, caller, found, data.codings)
    marks = marks_of(session, found, {root.id}).get(root.id, [])
    decided = decisions_of(session, found, {root.id}).get(root.id, [])
    wanted = set(data.codings)
    before = next((each for about, each in decided if about & wanted), None)
    if before is not None:
        return _same_again(before.decision, data, before.author), False
    cases = judge(marks, worked_on(session, found, root.id, marks), decided)
    case = next((each for each, decision in cases if decision is None and each.ids == wanted), None)
    if case is None:
        raise Conflict(say("What was coded here stands otherwise by now. Open the comparison again."))
    source_for(session, caller, case.source_id)  # a comment may be hidden from who reads its note
    if data.choice != "agreed" and not fold(data.reason).strip():
        raise Invalid.one("reason", say("Write why it is settled so; whoever reads it later will want to know."))
    return _Hearing(session, caller, found, root).decide(case, data), True


def accept_agreed(session: Session, caller: Caller, found: CodingRound) -> Agreed:
    """Take over everything on which all coders agree in code and words. What cannot stand is left and told."""
    demand_settling(session, caller, found)
    session.refresh(found, with_for_update=True)
    done, left = 0, []
    for each in comparison_of(session, caller, found).judged:
        if not each.is_open or each.case.kind != "same":
            continue
        code = session.get_one(Code, each.case.code_ids[0])
        if code.state != "live":
            left.append(code.name_th)
            continue
        root = session.get_one(Source, each.entry.source_id)
        agreed = DecisionIn(codings=sorted(each.case.ids), choice="agreed")
        _Hearing(session, caller, found, root).decide(each.case, agreed)
        done += 1
    return Agreed(done, list(dict.fromkeys(left)))


def undo(session: Session, caller: Caller, found: CodingRound, decision_id: int) -> RoundDecision:
    """Take a decision back: its codings leave the adjudicated layer, and the case is open again. Twice is once."""
    demand_settling(session, caller, found)
    session.refresh(found, with_for_update=True)
    decision = session.get(RoundDecision, decision_id)
    if decision is None or decision.round_id != found.id or decision.root_id in blind_to(session, caller):
        raise NotFound(say("There is no such decision here."))
    root = source_for(session, caller, decision.root_id)
    if decision.undone is None:
        _Hearing(session, caller, found, root).take_back(decision)
    return decision


def _root_of(session: Session, caller: Caller, found: CodingRound, ids: Sequence[int]) -> Source:
    roots = set(
        session.scalars(select(Coding.root_id).where(Coding.round_id == found.id, Coding.id.in_(ids)).distinct())
    )
    if len(roots) != 1 or roots & blind_to(session, caller):
        raise NotFound(say("There are no such codings in this round."))
    return source_for(session, caller, roots.pop())


def _same_again(before: RoundDecision, data: DecisionIn, author: str) -> RoundDecision:
    is_same = (before.choice, before.coder_id, before.reason) == (data.choice, data.coder_id, data.reason.strip())
    if not is_same:
        raise Conflict(
            say("%(name)s has settled this already. Take that decision back first.", name=author), {"id": before.id}
        )
    return before


@dataclass(frozen=True, slots=True)
class _Hearing:
    """What a decision is taken in: a round that is locked, one of its texts, and who settles."""

    session: Session
    caller: Caller
    round: CodingRound
    root: Source

    def decide(self, case: Case, data: DecisionIn) -> RoundDecision:
        """Note the decision and make its codings."""
        passages = list(dict.fromkeys(_passages(self.session, self.caller, self.root, case, data)))
        decision = RoundDecision(
            round_id=self.round.id, root_id=self.root.id, choice=data.choice, reason=data.reason.strip(),
            author_id=self.caller.user_id, coder_id=data.coder_id if data.choice == "coder" else None,
        )  # fmt: skip
        self.session.add(decision)
        self.session.flush()
        self.session.add_all(DecisionCoding(decision_id=decision.id, coding_id=id_, is_made=False) for id_ in case.ids)
        layer = _layer(self.session, self.round)
        for passage in passages:
            made = self._put(layer, passage)
            self.session.merge(DecisionCoding(decision_id=decision.id, coding_id=made.id, is_made=True))
        self.session.flush()
        self._record("decision.made", self.root.id, decision=decision.id, choice=data.choice, kind=case.kind)
        return decision

    def _put(self, layer: Layer, passage: Passage) -> Coding:
        """Put a passage into the adjudicated layer, or return the coding that stands there so already."""
        source = self.session.get_one(Source, passage.source_id)
        text = self.session.get_one(Revision, (source.id, source.head_no)).reading_text
        start, end = passage.start, passage.end
        made = Coding(
            guid=str(uuid4()), project_id=self.round.project_id, source_id=source.id, root_id=self.root.id,
            code_id=passage.code_id, layer_id=layer.id, coder_id=self.caller.user_id, voice=passage.voice,
            memo=passage.memo, ev_revision=source.head_no, ev_start=start, ev_end=end, ev_quote=text[start:end],
            start=start, end=end,
        )  # fmt: skip
        twin = standing_on(self.session, made, (start, end))
        if twin is not None:
            return twin
        self.session.add(made)
        self.session.flush()
        self._record("coding.added", source.id, coding=made.id, code=made.code_id, start=start, end=end)
        return made

    def take_back(self, decision: RoundDecision) -> None:
        """Take the decision's codings away, but for those on which another decision stands too."""
        decision.undone, decision.undone_by = now(), self.caller.user_id
        self.session.flush()
        for coding in _made_by(self.session, decision):
            if coding.deleted is None and not _made_elsewhere(self.session, coding):
                coding.deleted = decision.undone
                self._record("coding.removed", coding.source_id, coding=coding.id, code=coding.code_id)
        self.session.flush()
        self._record("decision.undone", self.root.id, decision=decision.id)

    def _record(self, verb: str, source_id: int, **data: object) -> None:
        told = {"round": self.round.id, "name": self.round.name, **data}
        record(self.session, self.caller, verb, project_id=self.round.project_id, source_id=source_id, **told)


def _passages(session: Session, caller: Caller, root: Source, case: Case, data: DecisionIn) -> list[Passage]:
    if data.choice == "none":
        return []
    if data.choice == "other":
        return [_checked(session, caller, root, spot) for spot in _some(data.spots)]
    if data.choice == "agreed" and case.kind != "same":
        raise Invalid.one("choice", say("The coders do not agree here, so it has to be settled."))
    marks: Sequence[Mark] = case.marks
    if data.choice == "coder":
        marks = case.of(data.coder_id or 0)
        if not marks:
            raise Invalid.one("coder_id", say("Choose somebody who coded something here."))
    for mark in marks:
        if mark.start is None:
            raise Invalid.one("choice", say("These words are no longer in the text, so nothing can stand on them."))
        usable_code(session, root.project_id, mark.code_id)
    return [_passage(mark, marks) for mark in marks]


def _some(spots: Sequence[SpotIn]) -> Sequence[SpotIn]:
    if not spots:
        raise Invalid.one("spots", say("Choose the code and the words that are to stand instead."))
    return spots


def _passage(mark: Mark, marks: Sequence[Mark]) -> Passage:
    """Make the passage of a mark; voice and memos of all who coded it so come together."""
    here = (mark.code_id, mark.source_id, mark.span)
    same = [each for each in marks if (each.code_id, each.source_id, each.span) == here]
    voices = {each.voice for each in same}
    memo = "\n\n".join(dict.fromkeys(each.memo for each in same if each.memo))
    return Passage(mark.code_id, mark.source_id, *mark.span, voices.pop() if len(voices) == 1 else None, memo)


def _checked(session: Session, caller: Caller, root: Source, spot: SpotIn) -> Passage:
    source = source_for(session, caller, spot.source_id)
    if root.id not in {source.id, source.root_id} or source.kind not in TEXTS:
        raise NotFound(say("There is no such text."))
    code = usable_code(session, root.project_id, spot.code_id)
    text = session.get_one(Revision, (source.id, source.head_no)).reading_text
    check_passage(text, spot.start, spot.end, spot.quote)
    return Passage(code.id, source.id, spot.start, spot.end)


def _layer(session: Session, found: CodingRound) -> Layer:
    layer = session.scalar(select(Layer).where(Layer.round_id == found.id, Layer.kind == "adjudicated"))
    if layer is None:
        layer = Layer(project_id=found.project_id, coder_id=None, kind="adjudicated", round_id=found.id)
        session.add(layer)
        session.flush()
    return layer


def _made_by(session: Session, decision: RoundDecision) -> Iterable[Coding]:
    made = DecisionCoding.decision_id == decision.id, DecisionCoding.is_made
    return session.scalars(
        select(Coding).join(DecisionCoding, DecisionCoding.coding_id == Coding.id).where(*made)
    ).all()


def _made_elsewhere(session: Session, coding: Coding) -> bool:
    """Whether another decision that holds stands on this coding too."""
    others = (
        select(RoundDecision.id)
        .join(DecisionCoding, DecisionCoding.decision_id == RoundDecision.id)
        .where(DecisionCoding.coding_id == coding.id, DecisionCoding.is_made, RoundDecision.undone.is_(None))
    )
    return session.scalar(others.limit(1)) is not None
