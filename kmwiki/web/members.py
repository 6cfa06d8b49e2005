"""Who belongs to a project and in which role; owners add people, change roles and take people out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from kmwiki.accounts import administration, attempts, one_time_links, queries, service, teams
from kmwiki.accounts.access import project_for
from kmwiki.accounts.fields import read_role
from kmwiki.api.v1.errors import words
from kmwiki.db import session, transaction
from kmwiki.errors import N_, Conflict, Invalid, NotFound, TooMany, say
from kmwiki.security.policy import Permission, Role, can
from kmwiki.web.context import caller, signed_in
from kmwiki.web.forms import Blanks, worded
from kmwiki.web.links import link_address
from kmwiki.web.post import ask_letter, has_mail
from kmwiki.web.signing_in import address_here

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project, User

bp = Blueprint("members", __name__, url_prefix="/p/<slug>/members")

ROLE_NAMES = {
    Role.OWNER: N_("Owner"),
    Role.SUPERVISOR: N_("Supervisor"),
    Role.RESEARCHER: N_("Researcher"),
    Role.COMMENTER: N_("Commenter"),
    Role.READER: N_("Reader"),
}
"""What each role is called on the pages."""

ROLE_MEANINGS = {
    Role.OWNER: N_("all of this, and members and settings"),
    Role.SUPERVISOR: N_("also reads what is for supervisors, and tidies up others' notes"),
    Role.RESEARCHER: N_("writes, codes, imports and edits the codebook"),
    Role.COMMENTER: N_("reads and joins the discussion"),
    Role.READER: N_("reads"),
}
"""What each role may do, for the table beside the form."""


@bp.get("")
@signed_in
def index(slug: str) -> ResponseReturnValue:
    """List the members; owners can change them here."""
    return draw(slug)


@bp.post("")
@signed_in
def add(slug: str) -> ResponseReturnValue:
    """Add a person by address. One who has no account yet is invited by mail, or by a link to hand over."""
    form = request.form
    try:
        with transaction() as opened:
            user, address = _add(opened, slug)
    except Invalid as error:
        return draw(slug, errors=worded(error), typed=Blanks(form.to_dict())), 422
    except Conflict as error:
        return draw(slug, errors=Blanks(email=words(error.message)), typed=Blanks(form.to_dict())), 409
    if address:
        return draw(slug, person=user, address=address), 201
    if has_mail() and user.password_hash is None:
        flash(gettext("An invitation is on its way to %(email)s.", email=user.email), "done")
    else:
        flash(gettext("%(name)s is a member now.", name=user.name), "done")
    return redirect(url_for("members.index", slug=slug), 303)


@bp.post("/<int:user_id>/invite")
@signed_in
def invite(slug: str, user_id: int) -> ResponseReturnValue:
    """Send an invitation again, to the mailbox of a member who has not set a password yet."""
    with transaction() as opened:
        project, user = _member(opened, slug, user_id)
        _check_invitable(user)
        attempts.take_letter(user.email, address_here())
        ask_letter(opened, "invite", user, project)
    flash(gettext("An invitation is on its way to %(email)s.", email=user.email), "done")
    return redirect(url_for("members.index", slug=slug), 303)


@bp.post("/leave")
@signed_in
def leave(slug: str) -> ResponseReturnValue:
    """Take oneself out of the project."""
    try:
        with transaction() as opened:
            project = project_for(opened, caller(), slug, Permission.READ)
            administration.leave(opened, caller(), project)
    except NotFound as error:
        if not caller().is_admin:
            raise
        raise Conflict(error.message) from error  # an admin who is no member reads the page all the same
    flash(gettext("You have left %(project)s. What you wrote stays.", project=project.name), "done")
    return redirect(url_for("home.start"), 303)


@bp.post("/<int:user_id>/role")
@signed_in
def change(slug: str, user_id: int) -> ResponseReturnValue:
    """Give a member another role."""
    with transaction() as opened:
        project, user = _member(opened, slug, user_id)
        teams.set_member(opened, caller(), project, user, read_role(request.form.get("role", "")))
    flash(gettext("%(name)s has another role now.", name=user.name), "done")
    return redirect(url_for("members.index", slug=slug), 303)


@bp.post("/<int:user_id>/remove")
@signed_in
def remove(slug: str, user_id: int) -> ResponseReturnValue:
    """Take a member out of the project."""
    with transaction() as opened:
        project, user = _member(opened, slug, user_id)
        teams.remove_member(opened, caller(), project, user)
    flash(gettext("%(name)s is no longer a member. What they wrote stays.", name=user.name), "done")
    if user.id == caller().user_id and not caller().is_admin:
        return redirect(url_for("home.start"), 303)
    return redirect(url_for("members.index", slug=slug), 303)


@bp.errorhandler(Conflict)
@bp.errorhandler(Invalid)
@bp.errorhandler(TooMany)
def refused(error: Conflict | Invalid | TooMany) -> ResponseReturnValue:
    """Say on the list why a change of a member was not made."""
    flash(words(error.message), "wrong")
    page = draw(str((request.view_args or {})["slug"]))
    if isinstance(error, TooMany):
        return page, 429, {"Retry-After": str(error.retry_after)}
    return page, 409 if isinstance(error, Conflict) else 422


def draw(slug: str, *, person: User | None = None, address: str = "", **shown: Any) -> str:
    """Draw the list; `person` and `address` show a link just made, `shown` errors and what was typed."""
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        members = queries.members_of(opened, project.id)
    return render_template(
        "members/index.html",
        project=project,
        members=members,
        may_manage=can(caller(), Permission.MANAGE, project.id),
        is_member=any(row.user_id == caller().user_id for row in members),
        is_mailed=has_mail(),
        roles=list(reversed(Role)),
        role_names={role.label: name for role, name in ROLE_NAMES.items()},
        role_meanings={role.label: meaning for role, meaning in ROLE_MEANINGS.items()},
        person=person,
        address=address,
        **{"errors": Blanks(), "typed": Blanks(), **shown},
    )


def _member(opened: Session, slug: str, user_id: int) -> tuple[Project, User]:
    """Return the project, for a caller who manages it, and one of its members. NotFound."""
    project = project_for(opened, caller(), slug, Permission.MANAGE)
    row = queries.membership(opened, project.id, user_id)
    if row is None:
        raise NotFound(say("There is no such member."))
    return project, row.user


def _check_invitable(user: User) -> None:
    if not has_mail() or user.password_hash is not None or not user.is_active:
        raise Conflict(say("%(name)s needs no invitation, or this site sends no mail.", name=user.name))


def _add(opened: Session, slug: str) -> tuple[User, str]:
    """Make the person of the form a member; return them and, where it is to be handed over, the address of a link."""
    form = request.form
    project = project_for(opened, caller(), slug, Permission.MANAGE)
    role = read_role(form.get("role", ""))
    user, address = queries.user_by_email(opened, form.get("email", "")), ""
    if user is None:
        user = service.create_user(opened, caller(), email=form.get("email", ""), name=form.get("name", ""))
        if not has_mail() or form.get("by") == "hand":
            address = link_address(one_time_links.create_link(opened, caller(), user, purpose="invite"))
    elif queries.membership(opened, project.id, user.id) is not None:
        raise Conflict(say("%(name)s is a member already; change the role in the list.", name=user.name))
    teams.set_member(opened, caller(), project, user, role)
    if has_mail() and not address and user.id != caller().user_id:
        ask_letter(opened, "added" if user.password_hash else "invite", user, project)
    return user, address
