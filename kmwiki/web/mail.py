"""The admin's page of mail: where it goes, which letters have not gone out and why, and sending them again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext

from kmwiki.accounts import queries
from kmwiki.db import session, transaction
from kmwiki.errors import N_, Conflict, say
from kmwiki.notifications import service
from kmwiki.notifications.mail import route_of
from kmwiki.web.context import admin_only, caller, settings
from kmwiki.web.links import site_address
from kmwiki.web.post import ask_letter

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug.wrappers import Response

bp = Blueprint("mail", __name__, url_prefix="/admin/mail")

LETTER_NAMES = {
    "invite": N_("Invitation"),
    "reset": N_("Link for a new password"),
    "added": N_("Word of a new project"),
    "trial": N_("Trial letter"),
    "hits": N_("News of saved searches"),
}


@bp.get("")
@admin_only
def index() -> ResponseReturnValue:
    """Show where mail goes and the letters that wait."""
    route = route_of(settings())
    with session() as opened:
        letters = service.waiting_letters(opened)
        people = {user.id: user for user in queries.users(opened)} if letters else {}
    return render_template(
        "mail/index.html",
        route=route,
        letters=letters,
        people=people,
        names=LETTER_NAMES,
        site=site_address(),
        is_site_set=bool(settings().base_url),
        project=None,
    )


@bp.post("/trial")
@admin_only
def trial() -> ResponseReturnValue:
    """Send a letter to oneself, to see whether mail arrives."""
    if route_of(settings()) is None:
        raise Conflict(say("No mail is set up. Set KMWIKI_MAIL_URL, then send the letter again."))
    with transaction() as opened:
        ask_letter(opened, "trial", queries.user_for(opened, caller().user_id or 0))
    return done(gettext("A trial letter is on its way to %(email)s.", email=caller().email))


@bp.post("/<int:job_id>/again")
@admin_only
def again(job_id: int) -> ResponseReturnValue:
    """Try to send a letter now."""
    with transaction() as opened:
        service.send_again(opened, caller(), job_id)
    return done(gettext("The letter is being sent again."))


@bp.post("/<int:job_id>/drop")
@admin_only
def drop(job_id: int) -> ResponseReturnValue:
    """Give a letter up."""
    with transaction() as opened:
        service.drop_letter(opened, caller(), job_id)
    return done(gettext("The letter is given up."))


def done(sentence: str) -> Response:
    """Say that it is done, on the page of mail."""
    flash(sentence, "done")
    return redirect(url_for("mail.index"), 303)
