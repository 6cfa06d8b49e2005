"""Coding rounds: their list, the board of one, and the verbs that close it, open it again and take it away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from kmwiki.accounts.access import project_for
from kmwiki.api.v1.errors import words
from kmwiki.db import session, transaction
from kmwiki.errors import N_, Conflict
from kmwiki.rounds import service
from kmwiki.rounds.access import demand_running, may_settle, round_for
from kmwiki.rounds.comparing import comparison_of
from kmwiki.rounds.queries import board_of, codes_in, may_run, rounds_of
from kmwiki.security.policy import Permission, can
from kmwiki.web.context import caller, signed_in
from kmwiki.web.numbers import page_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.coding.round_models import CodingRound
    from kmwiki.security.policy import Caller

bp = Blueprint("rounds", __name__)

SIZE = 20
UNIT_WORDS = {
    "free": N_("Any words"),
    "sentence": N_("Sentence by sentence"),
    "paragraph": N_("Paragraph by paragraph"),
}
PROGRESS_WORDS = {"none": N_("Not begun"), "started": N_("Begun"), "done": N_("Done")}


@bp.get("/p/<slug>/rounds")
@signed_in
def index(slug: str) -> ResponseReturnValue:
    """Show the rounds of a project."""
    page = page_in(request.args)
    with session() as s:
        project = project_for(s, caller(), slug, Permission.CODE)
        lines, total = rounds_of(s, caller(), project.id, offset=(page - 1) * SIZE, size=SIZE)
    may = can(caller(), Permission.RUN_ROUNDS, project.id)
    return render_template(
        "rounds/index.html", project=project, lines=lines, total=total, page=page, size=SIZE, may_run=may,
        units=UNIT_WORDS,
    )  # fmt: skip


@bp.get("/p/<slug>/rounds/<int:round_id>")
@signed_in
def board(slug: str, round_id: int) -> ResponseReturnValue:
    """Show how far everybody is with every text."""
    with session() as s:
        project, found = round_here(s, slug, round_id)
        told = board_of(s, caller(), found)
        open_cases = None
        if found.state == "closed":
            judged = comparison_of(s, caller(), found).judged
            open_cases = sum(each.is_open for each in judged), len(judged)
        return render_template(
            "rounds/board.html", project=project, board=told, round=found, may_run=may_run(caller(), found),
            units=UNIT_WORDS, progress=PROGRESS_WORDS, cases=open_cases, codes=codes_in(s, found.code_ids).values(),
            may_settle=may_settle(s, caller(), found), has_codings=service.has_codings(s, found, with_removed=True),
        )  # fmt: skip


@bp.get("/p/<slug>/rounds/<int:round_id>/close")
@signed_in
def confirm_close(slug: str, round_id: int) -> ResponseReturnValue:
    """Ask whether the round is to be closed, telling what is not done yet."""
    with session() as s:
        project, found = round_here(s, slug, round_id)
        demand_running(caller(), project.id)
        if found.state != "open":
            return redirect(url_for("rounds.board", slug=slug, round_id=round_id))
        told = board_of(s, caller(), found)
        return render_template("rounds/close.html", project=project, board=told, round=found)


@bp.post("/p/<slug>/rounds/<int:round_id>/close")
@signed_in
def close(slug: str, round_id: int) -> ResponseReturnValue:
    """Close the round."""
    told = gettext("The round is closed. Everything coded in it can be compared.")
    return _do(slug, round_id, service.close_round, told)


@bp.post("/p/<slug>/rounds/<int:round_id>/reopen")
@signed_in
def reopen(slug: str, round_id: int) -> ResponseReturnValue:
    """Open the round again."""
    return _do(slug, round_id, service.reopen_round, gettext("The round is open again, and nobody sees the others."))


@bp.post("/p/<slug>/rounds/<int:round_id>/delete")
@signed_in
def delete(slug: str, round_id: int) -> ResponseReturnValue:
    """Take a round away in which nobody has coded."""
    try:
        with transaction() as s:
            _, found = round_here(s, slug, round_id)
            service.delete_round(s, caller(), found)
    except Conflict as error:
        flash(words(error.message), "wrong")
        return redirect(url_for("rounds.board", slug=slug, round_id=round_id))
    flash(gettext("The round is gone."), "done")
    return redirect(url_for("rounds.index", slug=slug))


def _do(
    slug: str, round_id: int, verb: Callable[[Session, Caller, CodingRound], CodingRound], message: str
) -> ResponseReturnValue:
    try:
        with transaction() as s:
            _, found = round_here(s, slug, round_id)
            verb(s, caller(), found)
    except Conflict as error:
        flash(words(error.message), "wrong")
    else:
        flash(message, "done")
    return redirect(url_for("rounds.board", slug=slug, round_id=round_id))


def round_here(s: Session, slug: str, round_id: int) -> tuple[Project, CodingRound]:
    """Return the project and its round, to somebody who codes there. NotFound, Forbidden."""
    project = project_for(s, caller(), slug, Permission.READ)
    return project, round_for(s, caller(), project.id, round_id)


@bp.app_template_global("texts_left")
def texts_left(number: int) -> str:
    """Say how many texts somebody still has to code."""
    return str(ngettext("%(num)s text left for you", "%(num)s texts left for you", number))
