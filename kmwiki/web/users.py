"""The people of the site: an admin adds them, hands over their links, lets them in and shuts them out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from kmwiki.accounts import administration, one_time_links, queries, service
from kmwiki.api.v1.errors import words
from kmwiki.db import session, transaction
from kmwiki.errors import Conflict, Invalid
from kmwiki.web.context import admin_only, caller
from kmwiki.web.forms import Blanks, worded
from kmwiki.web.links import link_address
from kmwiki.web.post import ask_letter, has_mail

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session
    from werkzeug.wrappers import Response

    from kmwiki.accounts.models import User

    Switch = Callable[[Session, User, bool], None]

bp = Blueprint("users", __name__, url_prefix="/admin/users")


@bp.get("")
@admin_only
def index() -> ResponseReturnValue:
    """List everybody, and offer to add somebody."""
    return draw()


@bp.post("")
@admin_only
def add() -> ResponseReturnValue:
    """Add a person and send an invitation, or show the link to hand over to them, this once."""
    form = request.form
    by_mail, secret = has_mail() and form.get("by") != "hand", ""
    try:
        with transaction() as opened:
            user = service.create_user(
                opened, caller(), email=form.get("email", ""), name=form.get("name", ""), is_admin="is_admin" in form
            )
            if by_mail:
                ask_letter(opened, "invite", user)
            else:
                secret = one_time_links.create_link(opened, caller(), user, purpose="invite")
    except Invalid as error:
        return draw(errors=worded(error), typed=Blanks(form.to_dict())), 422
    except Conflict as error:
        return draw(errors=Blanks(email=words(error.message)), typed=Blanks(form.to_dict())), 409
    if by_mail:
        return done(gettext("An invitation is on its way to %(email)s.", email=user.email))
    return draw(person=user, address=link_address(secret)), 201


@bp.post("/<int:user_id>/link")
@admin_only
def link(user_id: int) -> ResponseReturnValue:
    """Make a new one-time link for a person and show it, this once."""
    try:
        with transaction() as opened:
            user = queries.user_for(opened, user_id)
            purpose = "invite" if user.password_hash is None else "reset"
            secret = one_time_links.create_link(opened, caller(), user, purpose=purpose)
    except Invalid as error:
        flash(words(error.message), "wrong")
        return redirect(url_for("users.index"), 303)
    return draw(person=user, address=link_address(secret), is_short=purpose == "reset"), 201


@bp.post("/<int:user_id>/active")
@admin_only
def set_active(user_id: int) -> ResponseReturnValue:
    """Let a person in (`on`) or shut them out (`off`)."""
    user = _change(user_id, lambda opened, user, on: administration.set_active(opened, caller(), user, is_active=on))
    if user.is_active:
        return done(gettext("%(name)s can sign in again.", name=user.name))
    return done(gettext("%(name)s is shut out; every browser and token of theirs is dead.", name=user.name))


@bp.post("/<int:user_id>/admin")
@admin_only
def set_admin(user_id: int) -> ResponseReturnValue:
    """Give (`on`) or take (`off`) the rights of an admin."""
    user = _change(user_id, lambda opened, user, on: administration.set_admin(opened, caller(), user, is_admin=on))
    if user.is_admin:
        return done(gettext("%(name)s is an admin now.", name=user.name))
    return done(gettext("%(name)s is no longer an admin.", name=user.name))


def _change(user_id: int, verb: Switch) -> User:
    """Do to a person what the form says: `on` or `off`."""
    with transaction() as opened:
        user = queries.user_for(opened, user_id)
        verb(opened, user, request.form.get("to") == "on")
    return user


def draw(*, person: User | None = None, address: str = "", is_short: bool = False, **shown: Any) -> str:
    """Draw the list; `person` and `address` show a link just made, `shown` errors and what was typed."""
    with session() as opened:
        people, last_seen = queries.users(opened), queries.last_seen(opened)
    return render_template(
        "users/index.html",
        people=people,
        last_seen=last_seen,
        person=person,
        address=address,
        is_short=is_short,
        is_mailed=has_mail(),
        project=None,
        **{"errors": Blanks(), "typed": Blanks(), **shown},
    )


def done(sentence: str) -> Response:
    """Say that it is done, on the list."""
    flash(sentence, "done")
    return redirect(url_for("users.index"), 303)


@bp.errorhandler(Conflict)
def refused(error: Conflict) -> ResponseReturnValue:
    """Say on the list why it was not done."""
    flash(words(error.message), "wrong")
    return draw(), 409
