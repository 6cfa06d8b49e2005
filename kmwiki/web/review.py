"""The review list: codings whose words an edit changed or took away, the old quote beside the present text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from kmwiki.accounts.access import project_for
from kmwiki.api.v1.errors import words
from kmwiki.coding import service
from kmwiki.coding.access import coding_for
from kmwiki.coding.reviewing import review_page
from kmwiki.coding.schemas import CodingPatch
from kmwiki.db import session, transaction
from kmwiki.errors import Conflict, Invalid, NotFound, say
from kmwiki.security.policy import Permission
from kmwiki.web.context import caller, signed_in
from kmwiki.web.numbers import number_in, page_in

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from kmwiki.coding.models import Coding

bp = Blueprint("review", __name__)

SIZE = 20


@bp.get("/p/<slug>/review")
@signed_in
def index(slug: str) -> ResponseReturnValue:
    """Show what waits for a person."""
    page, own = page_in(request.args), request.args.get("mine") == "1"
    with session() as s:
        project = project_for(s, caller(), slug, Permission.READ)
        items, total = review_page(s, caller(), project.id, own=own, offset=(page - 1) * SIZE, size=SIZE)
    return render_template(
        "coding/review.html", project=project, items=items, total=total, page=page, size=SIZE, own=own
    )


@bp.post("/p/<slug>/review/<int:coding_id>/accept")
@signed_in
def accept(slug: str, coding_id: int) -> ResponseReturnValue:
    """Let a changed coding stand on the words where it is now; with start, end and quote, on those."""
    try:
        with transaction() as s:
            coding = _coding_in(s, slug, coding_id)
            start, end = number_in(request.form, "start"), number_in(request.form, "end")
            if start is None or end is None:
                service.accept_coding(s, caller(), coding)
            else:
                quote = request.form.get("quote", "").replace("\r\n", "\n")
                number = number_in(request.form, "revision")
                place = CodingPatch(start=start, end=end, quote=quote, revision=number)
                service.change_coding(s, caller(), coding, place)
    except (Invalid, Conflict) as error:
        flash(words(error.message), "wrong")
    else:
        flash(gettext("The coding stands on the words as they are now."), "done")
    return redirect(_back(slug))


@bp.post("/p/<slug>/review/<int:coding_id>/retire")
@signed_in
def retire(slug: str, coding_id: int) -> ResponseReturnValue:
    """Take a coding away because its words are gone."""
    with transaction() as s:
        coding = _coding_in(s, slug, coding_id)
        service.remove_coding(s, caller(), coding, reason=coding.state)
    flash(gettext("The coding was taken away. Its evidence stays in the history."), "done")
    return redirect(_back(slug))


def _coding_in(s: Session, slug: str, coding_id: int) -> Coding:
    project = project_for(s, caller(), slug, Permission.READ)
    coding, _ = coding_for(s, caller(), coding_id, Permission.CODE)
    if coding.project_id != project.id:
        raise NotFound(say("There is no coding %(coding)s here.", coding=coding_id))
    return coding


def _back(slug: str) -> str:
    mine, page = request.form.get("mine") or None, page_in(request.form)
    return url_for("review.index", slug=slug, mine=mine, page=page if page > 1 else None)
