"""Small doors of the editor.

Preview, the echo of a date, and the standing of an entry (published, archived, who sees it).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext

from kmwiki.accounts.access import project_for
from kmwiki.db import session, transaction
from kmwiki.entries import service
from kmwiki.entries.access import entry_by_number
from kmwiki.entries.events import choice_of, readings_of
from kmwiki.entries.queries import path_of
from kmwiki.security.policy import Permission
from kmwiki.sources.texts import check_body, rendered
from kmwiki.web.attachments import with_files
from kmwiki.web.context import caller, signed_in
from kmwiki.web.entry_typed import lines
from kmwiki.web.live_quotes import with_quotes
from kmwiki.web.numbers import number_in

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("editing", __name__)


@bp.post("/p/<slug>/preview")
@signed_in
def preview(slug: str) -> str:
    """Draw a body as it will stand when saved. Nothing is kept."""
    with session() as opened:
        project_for(opened, caller(), slug, Permission.COMMENT)
    body, body_format = lines(request.form.get("body", "")), request.form.get("body_format", "markdown")
    check_body(body, body_format)
    html = rendered(body, body_format).html
    with session() as opened:
        html = with_quotes(opened, html)
    return with_files(html, slug, number_in(request.args, "number"))


@bp.get("/p/<slug>/echo-date")
@signed_in
def echo_date(slug: str) -> str:
    """Say what a written date is understood as; ask where it may mean several."""
    with session() as opened:
        project_for(opened, caller(), slug, Permission.READ)
    text = request.args.get("text", "")
    name = request.args.get("name", "event_choice")
    return render_template(
        "entries/_echo.html",
        text=text,
        echoes=readings_of(text),
        choice_of=choice_of,
        chosen="",
        choice_name=name if name == "event_choice" else "",
    )


@bp.post("/p/<slug>/e/<int:number>/standing")
@signed_in
def standing(slug: str, number: int) -> ResponseReturnValue:
    """Publish an entry, archive it, make it a draft again, or say who sees it."""
    with transaction() as opened:
        entry = entry_by_number(opened, caller(), slug, number, Permission.WRITE)
        service.set_standing(
            opened, caller(), entry, state=request.form.get("status"), audience=request.form.get("visibility")
        )
    flash(gettext("Done."), "done")
    return redirect(path_of(slug, entry))
