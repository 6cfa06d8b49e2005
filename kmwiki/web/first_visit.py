"""What comes after a link: joining with name and password, or a new password. Views of the `accounts` family."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from kmwiki.accounts import administration, queries, service
from kmwiki.db import now, session, transaction
from kmwiki.errors import Invalid, say
from kmwiki.security.policy import Permission, can
from kmwiki.web.context import caller, signed_in
from kmwiki.web.forms import Blanks, worded
from kmwiki.web.signing_in import secret_here

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug.wrappers import Response

    from kmwiki.accounts.models import SignInSession, User

AFTER_LINK = timedelta(hours=1)
"""So long after coming in by a link one may set a password without knowing the old one."""


def needs_current(user: User, here: SignInSession | None) -> bool:
    """Whether the old password must be given for a new one: not where there is none, nor just after a one-time link."""
    if user.password_hash is None:
        return False
    return here is None or here.via != "link" or here.created < now() - AFTER_LINK


@signed_in
def join() -> ResponseReturnValue:
    """Draw the page that greets an invited person, or take name and password from it and lead to the first note."""
    user, _ = _who()
    if user.password_hash is not None:
        return redirect(url_for("home.start"), 303)
    if request.method != "POST":
        return _join_page(user, typed=Blanks(name=user.name, called=user.called, affiliation=user.affiliation))
    form = request.form
    try:
        _check_twice()
        with transaction() as opened:
            administration.rename(opened, caller(), form.get("name", ""))
            asked = {key: form.get(key, "") for key in ("called", "affiliation")}
            changed = administration.set_profile(opened, caller(), **asked)
            service.set_password(opened, caller(), changed, form.get("password", ""), keep_secret=secret_here())
    except Invalid as error:
        return _join_page(user, typed=Blanks(form.to_dict()), errors=worded(error)), 422
    return _lead_in()


@signed_in
def new_password() -> ResponseReturnValue:
    """Draw the form for a new password, or take it. Only for an hour after a link; later the account page asks more."""
    user, here = _who()
    if needs_current(user, here):
        return redirect(url_for("accounts.me", _anchor="password"), 303)
    if request.method != "POST":
        return _password_page(user)
    try:
        _check_twice()
        with transaction() as opened:
            found = queries.user_for(opened, user.id)
            service.set_password(opened, caller(), found, request.form.get("password", ""), keep_secret=secret_here())
    except Invalid as error:
        return _password_page(user, errors=worded(error)), 422
    flash(gettext("The password is set. Every other browser has been signed out."), "done")
    return redirect(url_for("home.start"), 303)


def _who() -> tuple[User, SignInSession | None]:
    with session() as opened:
        return queries.user_for(opened, caller().user_id or 0), queries.session_row(opened, secret_here())


def _check_twice() -> None:
    if request.form.get("password", "") != request.form.get("again", ""):
        raise Invalid.one("again", say("The two passwords are not the same. Type the new one twice."))


def _lead_in() -> Response:
    """Send somebody who has just joined to their project, with a word on what to do first."""
    with session() as opened:
        project = queries.newest_project(opened, caller().user_id or 0)
    if project is None:
        flash(gettext("Welcome. As soon as you are a member of a project you find it here."), "done")
        return redirect(url_for("home.start"), 303)
    if can(caller(), Permission.WRITE, project.id):
        flash(gettext("Welcome. Begin with a first note: what did you hear or see this week?"), "done")
    else:
        flash(gettext("Welcome. Open a note, read it, and join the discussion below it where you may."), "done")
    return redirect(url_for("home.project", slug=project.slug), 303)


def _join_page(user: User, **shown: Any) -> str:
    with session() as opened:
        project = queries.newest_project(opened, user.id)
    return render_template("accounts/join.html", user=user, into=project, **{"errors": Blanks(), **shown})


def _password_page(user: User, **shown: Any) -> str:
    return render_template("accounts/new_password.html", user=user, **{"errors": Blanks(), **shown})
