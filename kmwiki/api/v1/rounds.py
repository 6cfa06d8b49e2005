"""Coding rounds through the API: the rounds of a project, their progress, cases, units and decisions."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, Field
from spectree import Response

from kmwiki.accounts.access import project_for
from kmwiki.api.v1.ground import Page, PageQuery, Problem, answers, bp, caller, page_of, read_offset, spec
from kmwiki.db import session, transaction
from kmwiki.entries.access import entry_for
from kmwiki.rounds import service, settling
from kmwiki.rounds.access import round_for
from kmwiki.rounds.cases import Kind  # noqa: TC001 - pydantic reads it
from kmwiki.rounds.comparing import comparison_of
from kmwiki.rounds.queries import board_of, rounds_of
from kmwiki.rounds.schemas import CaseOut, DecisionIn, DecisionOut, MarkIn, RoundIn, RoundOut, RoundPatch, UnitsOut
from kmwiki.rounds.telling import case_out, tell_decision, tell_round, units_out
from kmwiki.security.policy import Permission

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from kmwiki.coding.round_models import CodingRound
    from kmwiki.security.policy import Caller

TAGS = ["rounds"]


class AgreedOut(BaseModel):
    """How many cases were taken over, and the codes, out of use, whose cases were left."""

    settled: int
    left: list[str]


class CaseQuery(PageQuery):
    """Which cases of a closed round to list, text by text."""

    kind: Kind | None = None
    state: Literal["open", "settled"] | None = Field(default=None, description="Whether a decision holds for it.")


@bp.get("/projects/<slug>/rounds")
@spec.validate(resp=answers(Page[RoundOut], refusals=(401, 403, 404, 422)), tags=TAGS)
def list_rounds(slug: str, query: PageQuery) -> Page[RoundOut]:
    """List the coding rounds of a project, open ones first."""
    with session() as s:
        project = project_for(s, caller(), slug, Permission.CODE)
        offset = read_offset(query.cursor)
        lines, total = rounds_of(s, caller(), project.id, offset=offset, size=query.size)
        items = [tell_round(board_of(s, caller(), line.round), slug) for line in lines]
    return page_of(items, offset=offset, total=total)


@bp.post("/projects/<slug>/rounds")
@spec.validate(resp=answers(RoundOut, status=201, refusals=(401, 403, 404, 422)), tags=TAGS)
def create_round(slug: str, json: RoundIn) -> tuple[RoundOut, int]:
    """Make a round; it is open at once."""
    with transaction() as s:
        project = project_for(s, caller(), slug, Permission.READ)
        found = service.create_round(s, caller(), project, json)
        return _tell(s, found, slug), HTTPStatus.CREATED


@bp.get("/projects/<slug>/rounds/<int:round_id>")
@spec.validate(resp=answers(RoundOut), tags=TAGS)
def read_round(slug: str, round_id: int) -> RoundOut:
    """Read a round with its board: how far everybody is with every text."""
    with session() as s:
        return _tell(s, _round(s, slug, round_id), slug)


@bp.patch("/projects/<slug>/rounds/<int:round_id>")
@spec.validate(resp=answers(RoundOut, refusals=(401, 403, 404, 409, 422)), tags=TAGS)
def change_round(slug: str, round_id: int, json: RoundPatch) -> RoundOut:
    """Change a round."""
    with transaction() as s:
        found = _round(s, slug, round_id)
        service.change_round(s, caller(), found, json)
        return _tell(s, found, slug)


@bp.delete("/projects/<slug>/rounds/<int:round_id>")
@spec.validate(resp=answers(status=204, refusals=(401, 403, 404, 409)), tags=TAGS)
def delete_round(slug: str, round_id: int) -> tuple[str, int]:
    """Take a round away in which nobody has coded."""
    with transaction() as s:
        service.delete_round(s, caller(), _round(s, slug, round_id))
    return "", HTTPStatus.NO_CONTENT


@bp.post("/projects/<slug>/rounds/<int:round_id>/close")
@spec.validate(resp=answers(RoundOut), tags=TAGS)
def close_round(slug: str, round_id: int) -> RoundOut:
    """Close a round: what was coded is seen and stays as it is."""
    return _do(slug, round_id, service.close_round)


@bp.post("/projects/<slug>/rounds/<int:round_id>/reopen")
@spec.validate(resp=answers(RoundOut, refusals=(401, 403, 404, 409)), tags=TAGS)
def reopen_round(slug: str, round_id: int) -> RoundOut:
    """Open a closed round again, as long as nothing of it is settled."""
    return _do(slug, round_id, service.reopen_round)


@bp.put("/projects/<slug>/rounds/<int:round_id>/texts/<int:entry_id>")
@spec.validate(resp=answers(RoundOut, refusals=(401, 403, 404, 409, 422)), tags=TAGS)
def mark_round_text(slug: str, round_id: int, entry_id: int, json: MarkIn) -> RoundOut:
    """Say whether you are done with a text of an open round."""
    with transaction() as s:
        found = _round(s, slug, round_id)
        entry = entry_for(s, caller(), entry_id)
        service.mark_text(s, caller(), found, entry.source, done=json.done)
        return _tell(s, found, slug)


@bp.get("/projects/<slug>/rounds/<int:round_id>/units")
@spec.validate(resp=answers(UnitsOut, refusals=(401, 403, 404, 409)), tags=TAGS)
def read_round_units(slug: str, round_id: int) -> UnitsOut:
    """Read units x coders x codes of a closed round: what coefficients of agreement are counted from."""
    with session() as s:
        return units_out(s, caller(), _round(s, slug, round_id))


@bp.get("/projects/<slug>/rounds/<int:round_id>/cases")
@spec.validate(resp=answers(Page[CaseOut], refusals=(401, 403, 404, 409, 422)), tags=TAGS)
def list_round_cases(slug: str, round_id: int, query: CaseQuery) -> Page[CaseOut]:
    """List the cases of a closed round: codings that belong together, and how they were settled."""
    with session() as s:
        judged = comparison_of(s, caller(), _round(s, slug, round_id)).judged
        wanted = [
            each
            for each in judged
            if query.kind in {None, each.case.kind} and (query.state is None or each.is_open == (query.state == "open"))
        ]
        offset = read_offset(query.cursor)
        items = [case_out(each) for each in wanted[offset : offset + query.size]]
    return page_of(items, offset=offset, total=len(wanted))


@bp.post("/projects/<slug>/rounds/<int:round_id>/decisions")
@spec.validate(
    resp=Response(
        HTTP_200=DecisionOut,
        HTTP_201=DecisionOut,
        HTTP_401=Problem,
        HTTP_403=Problem,
        HTTP_404=Problem,
        HTTP_409=Problem,
        HTTP_422=Problem,
    ),
    tags=TAGS,
)
def decide_round_case(slug: str, round_id: int, json: DecisionIn) -> tuple[DecisionOut, int]:
    """Settle a case with a reason. The same decision again is the one that holds: 200 instead of 201."""
    with transaction() as s:
        decision, is_new = settling.settle(s, caller(), _round(s, slug, round_id), json)
        return tell_decision(s, decision), HTTPStatus.CREATED if is_new else HTTPStatus.OK


@bp.post("/projects/<slug>/rounds/<int:round_id>/agreed")
@spec.validate(resp=answers(AgreedOut, refusals=(401, 403, 404, 409)), tags=TAGS)
def accept_agreed(slug: str, round_id: int) -> AgreedOut:
    """Take over everything that all coders coded alike."""
    with transaction() as s:
        result = settling.accept_agreed(s, caller(), _round(s, slug, round_id))
    return AgreedOut(settled=result.done, left=result.left)


@bp.delete("/projects/<slug>/rounds/<int:round_id>/decisions/<int:decision_id>")
@spec.validate(resp=answers(DecisionOut, refusals=(401, 403, 404)), tags=TAGS)
def undo_round_decision(slug: str, round_id: int, decision_id: int) -> DecisionOut:
    """Take a decision back; it stays in the record of the round."""
    with transaction() as s:
        return tell_decision(s, settling.undo(s, caller(), _round(s, slug, round_id), decision_id))


def _round(s: Session, slug: str, round_id: int) -> CodingRound:
    project = project_for(s, caller(), slug, Permission.READ)
    return round_for(s, caller(), project.id, round_id)


def _tell(s: Session, found: CodingRound, slug: str) -> RoundOut:
    return tell_round(board_of(s, caller(), found), slug)


def _do(slug: str, round_id: int, verb: Callable[[Session, Caller, CodingRound], CodingRound]) -> RoundOut:
    with transaction() as s:
        return _tell(s, verb(s, caller(), _round(s, slug, round_id)), slug)
