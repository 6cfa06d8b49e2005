"""The bell: what is new to the reader, page by page; and the link that ends letters."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import ngettext

from kmwiki.db import session, transaction
from kmwiki.errors import NotFound, say
from kmwiki.notifications import notices
from kmwiki.notifications.hit_letters import PURPOSE
from kmwiki.security.signing import signed_value
from kmwiki.web.context import caller, settings, signed_in
from kmwiki.web.guard import csrf
from kmwiki.web.numbers import page_in

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kmwiki.notifications.notices import Told

bp = Blueprint("notices", __name__)
SIZE = 30


@bp.app_template_global("unread_notices")
def unread_notices() -> int:
    """Count what the bell tells of, once a request."""
    if "unread_notices" not in g:
        with session() as opened:
            g.unread_notices = notices.count_unread(opened, caller())
    return int(g.unread_notices)


@bp.get("/me/notices")
@signed_in
def index() -> ResponseReturnValue:
    """Show what is new, the newest first."""
    page = page_in(request.args)
    with session() as opened:
        told, total = notices.page(opened, caller(), offset=(page - 1) * SIZE, size=SIZE)
    return render_template("notices/index.html", told=told, total=total, page=page, size=SIZE, project=None)


@bp.get("/me/notices/<int:notice_id>")
@signed_in
def open_one(notice_id: int) -> ResponseReturnValue:
    """Open the text at its passage; the notice is read then."""
    with transaction() as opened:
        told = notices.notice_for(opened, caller(), notice_id)
        notices.mark_read(opened, caller(), notice=notice_id)
    if not told.address:
        return redirect(url_for("searches.edit", slug=told.project.slug, search_id=told.search.id))
    return redirect(opening(told))


@bp.post("/me/notices/<int:notice_id>/read")
@signed_in
def read(notice_id: int) -> ResponseReturnValue:
    """Mark one as read without opening it."""
    with transaction() as opened:
        notices.notice_for(opened, caller(), notice_id)
        notices.mark_read(opened, caller(), notice=notice_id)
    return redirect(url_for("notices.index", page=page_in(request.form)), 303)


@bp.post("/me/notices/read")
@signed_in
def read_all() -> ResponseReturnValue:
    """Mark all as read."""
    with transaction() as opened:
        count = notices.mark_read(opened, caller())
    flash(ngettext("%(num)s was marked as read.", "%(num)s were marked as read.", count), "done")
    return redirect(url_for("notices.index"), 303)


@bp.route("/letters/stop/<token>", methods=["GET", "POST"])
def stop(token: str) -> ResponseReturnValue:
    """End the letters of saved searches for whom the link was made: one click, without signing in.

    Opening the link changes nothing, since programs that look through mail open links. Mail programs send the form
    by themselves (RFC 8058); the signature stands for the person, so no other sign of a form is needed.
    """
    value = signed_value(settings(), PURPOSE, token)
    if value is None:
        raise NotFound(say("This link is not whole. Copy all of it from the letter."))
    if request.method == "POST":
        with transaction() as opened:
            notices.stop_letters(opened, int(value))
    return render_template("notices/stop.html", is_done=request.method == "POST", bare=True, project=None)


csrf.exempt(stop)


def opening(told: Told) -> str:
    """Return the address that opens a notice's text at its passage, ready to step through all places of the query."""
    path, _, rest = told.address.partition("?")
    given = {name: " ".join(told.search.query.get(name, [])) for name in ("q", "mode")}
    place = rest.partition("#")[0].removeprefix("hit=")
    query = urlencode({name: value for name, value in {**given, "hit": place}.items() if value})
    return f"{path}?{query}{'#hit' if place else ''}"
