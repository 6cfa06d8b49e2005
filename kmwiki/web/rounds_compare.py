"""Comparing a closed round: the list of cases, a text side by side, and settling what was coded differently."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from pydantic import ValidationError

from kmwiki.api.v1.errors import words
from kmwiki.api.v1.ground import invalid_from
from kmwiki.coding.codebook.counts import flat, tree_of
from kmwiki.db import session, transaction
from kmwiki.errors import N_, Conflict, Invalid, say
from kmwiki.rounds import service, settling
from kmwiki.rounds.access import demand_closed, may_settle, root_in
from kmwiki.rounds.cases import KINDS
from kmwiki.rounds.choosing import entry_with
from kmwiki.rounds.comparing import comparison_of
from kmwiki.rounds.queries import codes_in, may_run
from kmwiki.rounds.schemas import DecisionIn
from kmwiki.rounds.sheets import rows_of
from kmwiki.rounds.telling import decisions_csv
from kmwiki.sources.access import source_for
from kmwiki.web.context import caller, signed_in
from kmwiki.web.numbers import number_in, page_in
from kmwiki.web.rounds import UNIT_WORDS, round_here

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.coding.round_models import CodingRound
    from kmwiki.rounds.comparing import Comparison, Judged

bp = Blueprint("rounds_compare", __name__)

SIZE = 20
TYPED = ("codings", "choice", "reason", "code", "extent")
"""Fields of the form of a case that come back when it cannot be taken."""
KIND_WORDS: Mapping[str, str] = {
    "different": N_("Different codes"),
    "only": N_("Not coded by all"),
    "extent": N_("Same code, other extent"),
    "lost": N_("Words no longer in the text"),
    "same": N_("Same code, same words"),
}
CHOICE_WORDS: Mapping[str, str] = {
    "agreed": N_("All agreed"),
    "coder": N_("One coder’s"),
    "all": N_("All of them"),
    "other": N_("Another code or other words"),
    "none": N_("No code"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to."""

    kind: str = ""
    state: str = ""  # open | settled
    code: int | None = None
    coder: int | None = None
    number: int | None = None  # of the entry

    def lets(self, each: Judged) -> bool:
        """Whether a case is wanted."""
        return (
            self.kind in {"", each.case.kind}
            and (not self.state or each.is_open == (self.state == "open"))
            and (self.code is None or self.code in each.case.code_ids)
            and (self.coder is None or self.coder in each.case.coder_ids)
            and (self.number is None or self.number == each.entry.number)
        )

    @property
    def address(self) -> dict[str, Any]:
        """What stands in the address of the list."""
        told = {"kind": self.kind, "state": self.state, "code": self.code, "coder": self.coder, "text": self.number}
        return {name: value for name, value in told.items() if value}


@bp.get("/p/<slug>/rounds/<int:round_id>/compare")
@signed_in
def index(slug: str, round_id: int) -> ResponseReturnValue:
    """Show how far the coders agree, and case by case what they coded."""
    return _list_drawn(slug, round_id)


@bp.get("/p/<slug>/rounds/<int:round_id>/compare/<int:number>")
@signed_in
def text(slug: str, round_id: int, number: int) -> ResponseReturnValue:
    """Show one text unit by unit, with what each coder put there."""
    return _text_drawn(slug, round_id, number)


@bp.post("/p/<slug>/rounds/<int:round_id>/settle")
@signed_in
def settle(slug: str, round_id: int) -> ResponseReturnValue:
    """Settle one case. What cannot be comes back with the form as it was filled in."""
    try:
        with transaction() as s:
            _, found = round_here(s, slug, round_id)
            decision, _ = settling.settle(s, caller(), found, _decision(s, found))
    except Invalid as error:
        complaint = next(iter(error.fields.values()), error.message)
        typed = {"error": words(complaint), **{name: request.form.get(name, "") for name in TYPED}}
        number = number_in(request.args, "at")
        drawn = _list_drawn if number is None else partial(_text_drawn, number=number)
        return drawn(slug, round_id, typed=typed), HTTPStatus.UNPROCESSABLE_ENTITY  # type: ignore[return-value]
    except Conflict as error:
        flash(words(error.message), "wrong")
        return redirect(_back(slug, round_id, "cases"))
    flash(gettext("Settled. What stands now counts as any coding does."), "done")
    return redirect(_back(slug, round_id, f"d{decision.id}"))


@bp.post("/p/<slug>/rounds/<int:round_id>/agreed")
@signed_in
def agreed(slug: str, round_id: int) -> ResponseReturnValue:
    """Take over all that everybody coded alike."""
    try:
        with transaction() as s:
            _, found = round_here(s, slug, round_id)
            result = settling.accept_agreed(s, caller(), found)
    except Conflict as error:
        flash(words(error.message), "wrong")
        return redirect(url_for("rounds.board", slug=slug, round_id=round_id))
    number = result.done
    flash(ngettext("%(num)s passage was taken over.", "%(num)s passages were taken over.", number), "done")
    if result.left:
        flash(gettext("Left open, since these codes are out of use: %(names)s", names=", ".join(result.left)), "look")
    return redirect(_back(slug, round_id))


@bp.post("/p/<slug>/rounds/<int:round_id>/decisions/<int:decision_id>/undo")
@signed_in
def undo(slug: str, round_id: int, decision_id: int) -> ResponseReturnValue:
    """Take a decision back."""
    with transaction() as s:
        _, found = round_here(s, slug, round_id)
        settling.undo(s, caller(), found, decision_id)
    flash(gettext("The decision is taken back, and the case is open again."), "done")
    return redirect(_back(slug, round_id, "cases"))


@bp.get("/p/<slug>/rounds/<int:round_id>/decisions.csv")
@signed_in
def export(slug: str, round_id: int) -> ResponseReturnValue:
    """Hand out every decision as a table."""
    headers = [
        gettext("Decision"), gettext("Note"), gettext("Title"), gettext("What the row is"), gettext("Coder"),
        gettext("Code"), gettext("Words"), gettext("Choice"), gettext("Reason"), gettext("Settled by"),
        gettext("When"), gettext("Taken back"),
    ]  # fmt: skip
    told = {name: gettext(word) for name, word in CHOICE_WORDS.items()}
    told |= {"made": gettext("settled on"), "about": gettext("was coded")}
    with transaction() as s:
        _, found = round_here(s, slug, round_id)
        demand_closed(found)
        service.note_export(s, caller(), found)
        table = decisions_csv(s, caller(), found, headers, told)
    headers_out = {"Content-Disposition": f'attachment; filename="round-{round_id}-decisions.csv"'}
    return Response(table, mimetype="text/csv; charset=utf-8", headers=headers_out)


def _still_open(slug: str, found: CodingRound) -> ResponseReturnValue:
    flash(gettext("This round is still open. It can be compared once it is closed."), "look")
    return redirect(url_for("rounds.board", slug=slug, round_id=found.id))


def _wanted() -> Wanted:
    kind, state = request.args.get("kind", ""), request.args.get("state", "")
    return Wanted(
        kind if kind in KINDS else "",
        state if state in {"open", "settled"} else "",
        number_in(request.args, "code"),
        number_in(request.args, "coder"),
        number_in(request.args, "text"),
    )


def _told(s: Session, project: Project, found: CodingRound, comparison: Comparison) -> dict[str, Any]:
    """Gather what both pages show."""
    settles = may_settle(s, caller(), found)
    judged = comparison.judged
    ids = {mark.code_id for each in comparison.texts for mark in each.marks}
    ids |= {coding.code_id for each in judged if each.decided for coding in each.decided.made}
    tree = flat(tree_of(s, caller(), project.id)) if settles else []
    return {
        "project": project,
        "round": found,
        "comparison": comparison,
        "coders": {coder.id: coder for coder in comparison.coders},
        "codes": codes_in(s, ids),
        "choices": [(node.code, depth) for node, depth in tree],
        "may_settle": settles,
        "may_run": may_run(caller(), found),
        "kinds": KIND_WORDS,
        "choice_words": CHOICE_WORDS,
        "units": UNIT_WORDS,
        "open_cases": sum(each.is_open for each in judged),
        "agreed_open": sum(each.is_open and each.case.kind == "same" for each in judged),
    }


def _decision(s: Session, found: CodingRound) -> DecisionIn:
    """Read the form of a case; other words are chosen among the extents that somebody has coded."""
    choice, _, coder = request.form.get("choice", "").partition(":")
    given: dict[str, Any] = {
        "codings": request.form.get("codings", "").split(),
        "choice": choice,
        "reason": request.form.get("reason", "").replace("\r\n", "\n"),
    }
    if choice == "coder":
        given["coder_id"] = coder
    if choice == "other":
        given["spots"] = [_spot(s, found)]
    try:
        return DecisionIn.model_validate(given)
    except ValidationError as error:
        if not choice:
            raise Invalid.one("choice", say("Choose what is to stand here.")) from error
        raise invalid_from(error) from error


def _spot(s: Session, found: CodingRound) -> dict[str, Any]:
    source_id, start, end = (number_in(request.form, name, least=0) for name in ("source", "start", "end"))
    extent = request.form.get("extent", "").split("-")
    if len(extent) == 2 and all(part.isascii() and part.isdigit() and len(part) < 10 for part in extent):  # noqa: PLR2004
        start, end = int(extent[0]), int(extent[1])
    code_id = number_in(request.form, "code")
    if source_id is None or start is None or end is None or code_id is None:
        raise Invalid.one("spots", say("Choose the code and the words that are to stand instead."))
    comparison = comparison_of(s, caller(), found)
    reading = next((each.text for each in comparison.texts if each.source.id == source_id), "")
    return {"code_id": code_id, "source_id": source_id, "start": start, "end": end, "quote": reading[start:end]}


def _list_drawn(slug: str, round_id: int, *, typed: Mapping[str, str] | None = None) -> ResponseReturnValue:
    page, wanted = page_in(request.args), _wanted()
    with session() as s:
        project, found = round_here(s, slug, round_id)
        if found.state != "closed":
            return _still_open(slug, found)
        comparison = comparison_of(s, caller(), found)
        cases = [each for each in comparison.judged if wanted.lets(each)]
        counts = {kind: sum(each.case.kind == kind for each in comparison.judged) for kind in KINDS}
        return render_template(
            "rounds/compare.html", cases=cases[(page - 1) * SIZE : page * SIZE], total=len(cases), page=page, size=SIZE,
            wanted=wanted, counts=counts, typed=typed or {}, kept={**wanted.address, "page": page},
            **_told(s, project, found, comparison),
        )  # fmt: skip


def _text_drawn(
    slug: str, round_id: int, number: int, *, typed: Mapping[str, str] | None = None
) -> ResponseReturnValue:
    with session() as s:
        project, found = round_here(s, slug, round_id)
        entry = entry_with(s, project.id, number)
        root_in(s, found, entry.source_id)
        source_for(s, caller(), entry.source_id)
        if found.state != "closed":
            return _still_open(slug, found)
        comparison = comparison_of(s, caller(), found, entry.source_id)
        sheets = [(each, rows_of(each, found.unit)) for each in comparison.texts]
        return render_template(
            "rounds/text.html", entry=entry, sheets=sheets, typed=typed or {}, kept={"at": number},
            **_told(s, project, found, comparison),
        )  # fmt: skip


def _back(slug: str, round_id: int, anchor: str = "") -> str:
    """Return where a form came from: the text's page, or the list as it was narrowed."""
    number = number_in(request.args, "at")
    if number is not None:
        return url_for("rounds_compare.text", slug=slug, round_id=round_id, number=number, _anchor=anchor or None)
    page = page_in(request.args)
    kept = {**_wanted().address, "page": page if page > 1 else None}
    return url_for("rounds_compare.index", slug=slug, round_id=round_id, **kept, _anchor=anchor or "cases")
