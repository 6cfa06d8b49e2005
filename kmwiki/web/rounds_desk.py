"""The desk of a round: one text as its coder sees it there, and saying that one is done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from kmwiki.api.v1.errors import words
from kmwiki.coding.desk import desk_of
from kmwiki.coding.in_rounds import codes_of
from kmwiki.comments.queries import thread
from kmwiki.db import session, transaction
from kmwiki.errors import Conflict
from kmwiki.rounds import service
from kmwiki.rounds.access import is_coder, root_in
from kmwiki.rounds.choosing import entry_with
from kmwiki.rounds.queries import board_of, codes_in
from kmwiki.sources.access import source_for
from kmwiki.sources.queries import revision
from kmwiki.web.context import caller, signed_in
from kmwiki.web.numbers import page_in
from kmwiki.web.rounds import UNIT_WORDS, round_here

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.coding.round_models import CodingRound
    from kmwiki.entries.models import Entry
    from kmwiki.rounds.queries import Board, TextRow

bp = Blueprint("rounds_desk", __name__)


@bp.get("/p/<slug>/rounds/<int:round_id>/texts/<int:number>")
@signed_in
def read(slug: str, round_id: int, number: int) -> ResponseReturnValue:
    """Show a text of the round to be coded. Who does not code in it, or comes when it is closed, is sent elsewhere."""
    with session() as s:
        project, found, entry = _text(s, slug, round_id, number)
        if found.state == "closed":
            return redirect(url_for("rounds_compare.text", slug=slug, round_id=round_id, number=number))
        if not is_coder(s, caller(), found):
            flash(gettext("You do not code in this round, so you see how far it is, and no text of it."), "look")
            return redirect(url_for("rounds.board", slug=slug, round_id=round_id))
        return render_template("rounds/desk.html", **_page(s, project, found, entry))


@bp.post("/p/<slug>/rounds/<int:round_id>/texts/<int:number>/done")
@signed_in
def mark(slug: str, round_id: int, number: int) -> ResponseReturnValue:
    """Say that one is done with a text, or not yet; then go on to the next one that waits."""
    done = request.form.get("done", "1") == "1"
    try:
        with transaction() as s:
            _, found, entry = _text(s, slug, round_id, number)
            service.mark_text(s, caller(), found, entry.source, done=done)
            following = _next(board_of(s, caller(), found), entry.source_id) if done else number
    except Conflict as error:
        flash(words(error.message), "wrong")
        return redirect(url_for("rounds.board", slug=slug, round_id=round_id))
    if following is None:
        flash(gettext("That was the last text that waited for you. Thank you."), "done")
        return redirect(url_for("rounds.board", slug=slug, round_id=round_id))
    flash(gettext("Done. Here is the next text.") if done else gettext("The text is open for you again."), "done")
    return redirect(url_for("rounds_desk.read", slug=slug, round_id=round_id, number=following))


def _text(s: Session, slug: str, round_id: int, number: int) -> tuple[Project, CodingRound, Entry]:
    project, found = round_here(s, slug, round_id)
    entry = entry_with(s, project.id, number)
    root_in(s, found, entry.source_id)
    source_for(s, caller(), entry.source_id)
    return project, found, entry


def _page(s: Session, project: Project, found: CodingRound, entry: Entry) -> dict[str, Any]:
    source = entry.source
    head = revision(s, source)
    talk = thread(s, caller(), source.id, page=page_in(request.args, "talk"))
    texts = [(source, head), *((said.comment.source, said.revision) for said in talk.items if said.revision)]
    board = board_of(s, caller(), found)
    mine = [row for row in board.rows if row.entry]
    at = next(place for place, row in enumerate(mine) if row.root_id == source.id)
    return {
        "project": project,
        "round": found,
        "entry": entry,
        "source": source,
        "revision": head,
        "talk": talk,
        "desk": desk_of(s, caller(), source, texts, round_id=found.id),
        "cell": mine[at].cells[caller().user_id or 0],
        "row": mine[at],
        "place": at + 1,
        "rows": mine,
        "before": mine[at - 1].entry if at else None,
        "after": mine[at + 1].entry if at + 1 < len(mine) else None,
        "done": board.done_by(caller().user_id or 0),
        "units": UNIT_WORDS,
        "codes": list(codes_in(s, codes_of(s, found)).values()),
    }


def _next(board: Board, root_id: int) -> int | None:
    """Return the number of the next text that waits for the caller, after this one first."""
    me = caller().user_id or 0
    at = next((place for place, row in enumerate(board.rows) if row.root_id == root_id), 0)
    waiting: list[TextRow] = [*board.rows[at + 1 :], *board.rows[:at]]
    found = (row.entry.number for row in waiting if row.entry and row.cells[me].progress != "done")
    return next(found, None)
