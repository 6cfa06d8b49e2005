"""One's own account: profile, password, the browsers one is signed in with, API tokens; and the doors in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.exc import OperationalError

from kmwiki.accounts import administration, queries, seen, service, sign_ins
from kmwiki.accounts.devices import name_device
from kmwiki.api.v1.errors import words
from kmwiki.db import session, transaction
from kmwiki.errors import Invalid, TooMany, Unauthenticated, say
from kmwiki.security.tokens import digest
from kmwiki.web import first_visit, forgotten, signing_in
from kmwiki.web.context import caller, signed_in
from kmwiki.web.first_visit import needs_current
from kmwiki.web.forms import Blanks, worded
from kmwiki.web.signing_in import address_here, secret_here

if TYPE_CHECKING:
    from flask import Response
    from flask.typing import ResponseReturnValue
    from werkzeug.wrappers import Response as Answer

bp = Blueprint("accounts", __name__)
bp.add_url_rule("/sign-in", "sign_in", signing_in.sign_in, methods=["GET", "POST"])
bp.add_url_rule("/sign-out", "sign_out", signing_in.sign_out, methods=["POST"])
bp.add_url_rule("/link/<secret>", "link", signing_in.link, methods=["GET", "POST"])
bp.add_url_rule("/link/<secret>/new", "renew", forgotten.renew, methods=["POST"])
bp.add_url_rule("/forgotten", "forgotten", forgotten.forgotten, methods=["GET", "POST"])
bp.add_url_rule("/me/join", "join", first_visit.join, methods=["GET", "POST"])
bp.add_url_rule("/me/new-password", "new_password", first_visit.new_password, methods=["GET", "POST"])

log = structlog.get_logger(__name__)


@bp.after_app_request
def keep_seen(answer: Response) -> Response:
    """Write every few minutes that this browser was seen. A database that is busy just then is no reason to fail."""
    if request.blueprint not in {None, "api"} and request.endpoint != "accounts.sign_out" and secret_here():
        key = digest(secret_here())
        if caller().user_id is not None and seen.is_due(key):
            try:
                with transaction() as opened:
                    sign_ins.touch_session(opened, secret_here())
            except OperationalError as error:
                log.warning("last_seen was not written", reason=str(error.orig))
    return answer


@bp.get("/me")
@signed_in
def me() -> ResponseReturnValue:
    """Draw the page of one's own account."""
    return draw()


@bp.post("/me/profile")
@signed_in
def profile() -> ResponseReturnValue:
    """Change one's name, language and colours."""
    form = request.form
    try:
        with transaction() as opened:
            administration.rename(opened, caller(), form.get("name", ""))
            if "called" in form or "affiliation" in form:
                asked = {key: form.get(key, "") for key in ("called", "affiliation")}
                administration.set_profile(opened, caller(), **asked)
            service.set_look(opened, caller(), locale=form.get("locale"), theme=form.get("theme"))
    except Invalid as error:
        return draw(profile_errors=worded(error), typed=Blanks(form.to_dict())), 422
    return done(gettext("Kept."))


@bp.post("/me/password")
@signed_in
def password() -> ResponseReturnValue:
    """Set or change one's password; every other browser is signed out."""
    try:
        _check_current()
        if request.form.get("password", "") != request.form.get("again", ""):
            raise Invalid.one("again", say("The two passwords are not the same. Type the new one twice."))
        with transaction() as opened:
            user = queries.user_for(opened, _me())
            service.set_password(opened, caller(), user, request.form.get("password", ""), keep_secret=secret_here())
    except TooMany as error:
        return draw(password_errors=Blanks(current=words(error.message))), 429, {"Retry-After": str(error.retry_after)}
    except Invalid as error:
        return draw(password_errors=worded(error)), 422
    return done(gettext("The password is set. Every other browser has been signed out."))


@bp.post("/me/sessions/<int:session_id>/end")
@signed_in
def end_session(session_id: int) -> ResponseReturnValue:
    """Sign out one of one's browsers."""
    with transaction() as opened:
        sign_ins.revoke_session(opened, caller(), session_id)
    return done(gettext("That browser is signed out."))


@bp.post("/me/sessions/end-others")
@signed_in
def end_other_sessions() -> ResponseReturnValue:
    """Sign out all of one's browsers but this one."""
    with transaction() as opened:
        sign_ins.end_sessions(opened, caller(), queries.user_for(opened, _me()), keep_secret=secret_here())
    return done(gettext("Every other browser has been signed out."))


@bp.post("/me/tokens")
@signed_in
def add_token() -> ResponseReturnValue:
    """Make an API token and show it, this once."""
    try:
        with transaction() as opened:
            user = queries.user_for(opened, _me())
            _, token = service.create_token(opened, caller(), user, name=request.form.get("name", ""))
    except Invalid as error:
        return draw(token_errors=worded(error), typed_token=request.form.get("name", "")), 422
    return draw(new_token=token), 201


@bp.post("/me/tokens/<int:token_id>/revoke")
@signed_in
def revoke_token(token_id: int) -> ResponseReturnValue:
    """End one of one's API tokens."""
    with transaction() as opened:
        service.revoke_token(opened, caller(), token_id)
    return done(gettext("The token no longer works."))


def draw(**shown: Any) -> str:
    """Draw the account page; `shown` are errors, what was typed, or a token just made."""
    with session() as opened:
        user = queries.user_for(opened, _me())
        here = queries.session_row(opened, secret_here())
        sessions, tokens = queries.sessions_of(opened, user.id), queries.tokens_of(opened, user.id)
    blank: dict[str, Any] = {
        "profile_errors": Blanks(),
        "password_errors": Blanks(),
        "token_errors": Blanks(),
        "new_token": "",
        "typed_token": "",
    }
    return render_template(
        "accounts/me.html",
        user=user,
        this_session=here,
        sessions=sessions,
        tokens=tokens,
        name_device=name_device,
        needs_current=needs_current(user, here),
        **{**blank, "typed": {key: getattr(user, key) for key in ("name", "called", "affiliation")}, **shown},
    )


def done(sentence: str) -> Answer:
    """Say that it is done, on the account page."""
    flash(sentence, "done")
    return redirect(url_for("accounts.me"), 303)


def _check_current() -> None:
    with session() as opened:
        user, here = queries.user_for(opened, _me()), queries.session_row(opened, secret_here())
        if not needs_current(user, here):
            return
        try:
            sign_ins.prove(opened, user.email, request.form.get("current", ""), address=address_here())
        except Unauthenticated as error:
            raise Invalid.one("current", say("This is not your present password. Type it again.")) from error


def _me() -> int:
    return caller().user_id or 0
