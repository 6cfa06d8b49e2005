"""The page of a project's stop list: what is not counted, what changed it, and undoing that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from kmwiki.accounts.access import project_for
from kmwiki.analysis import stop_words
from kmwiki.api.v1.errors import words
from kmwiki.db import session, transaction
from kmwiki.errors import N_, Conflict, Invalid
from kmwiki.security.policy import Permission
from kmwiki.web.context import caller, signed_in
from kmwiki.web.numbers import page_in

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("stop_words", __name__)

CHANGES = 30
STATE_WORDS = {"stop": N_("Not counted"), "count": N_("Counted again"), "default": N_("As built in")}


@bp.get("/p/<slug>/words/stop")
@signed_in
def index(slug: str) -> ResponseReturnValue:
    """Show the list."""
    return draw(slug)


def draw(slug: str, *, typed: str = "", message: str = "", status: int = 200) -> ResponseReturnValue:
    """Draw the list with what was typed."""
    page = page_in(request.args)
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        rows = stop_words.all_stop_words(opened, project.id)
        changes, total = stop_words.history(opened, project.id, offset=(page - 1) * CHANGES, size=CHANGES)
    drawn = render_template(
        "analysis/stop_words.html",
        project=project,
        own=[row for row in rows if row.is_own],
        built_in=[row for row in rows if not row.is_own],
        changes=changes,
        total=total,
        page=page,
        size=CHANGES,
        states=STATE_WORDS,
        typed=typed,
        message=message,
    )
    return drawn, status


@bp.post("/p/<slug>/words/stop")
@signed_in
def change(slug: str) -> ResponseReturnValue:
    """Put a word on the list or take it off."""
    word, state = request.form.get("word", "")[:200], request.form.get("state", "stop")
    try:
        with transaction() as opened:
            project = project_for(opened, caller(), slug, Permission.EDIT_CODEBOOK)
            stop_words.set_stop_word(opened, caller(), project, word, state)
    except (Invalid, Conflict) as error:
        told = next(iter(error.fields.values()), error.message) if isinstance(error, Invalid) else error.message
        return draw(slug, typed=word, message=words(told), status=422 if isinstance(error, Invalid) else 409)
    said = gettext("“%(word)s” is not counted any more.", word=word.strip())
    if state != "stop":
        said = gettext("The stop list was changed for “%(word)s”.", word=word.strip())
    flash(said, "done")
    return redirect(url_for("stop_words.index", slug=slug))


@bp.post("/p/<slug>/words/stop/undo/<int:number>")
@signed_in
def undo(slug: str, number: int) -> ResponseReturnValue:
    """Take a change back."""
    try:
        with transaction() as opened:
            project = project_for(opened, caller(), slug, Permission.EDIT_CODEBOOK)
            stop_words.undo_stop_word(opened, caller(), project, number)
    except Conflict as error:
        flash(words(error.message), "wrong")
    else:
        flash(gettext("Change %(number)s was undone.", number=number), "done")
    return redirect(url_for("stop_words.index", slug=slug))
