"""Projects themselves: an admin makes one, an owner names and describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from kmwiki.accounts import teams
from kmwiki.accounts.access import project_for
from kmwiki.api.v1.errors import words
from kmwiki.coding.codebook.starter import install_starter
from kmwiki.db import session, transaction
from kmwiki.errors import Conflict, Invalid
from kmwiki.security.policy import Permission
from kmwiki.web.context import admin_only, caller, signed_in
from kmwiki.web.forms import Blanks, worded

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("projects", __name__)


@bp.route("/projects/new", methods=["GET", "POST"])
@admin_only
def new() -> ResponseReturnValue:
    """Draw the form of a new project, or make it."""
    form = request.form
    if request.method != "POST":
        return render_template("projects/new.html", project=None, errors=Blanks(), typed=Blanks())
    try:
        with transaction() as opened:
            made = teams.create_project(
                opened,
                caller(),
                slug=form.get("slug", ""),
                name=form.get("name", ""),
                description=form.get("description", ""),
            )
            if form.get("codebook") != "none":
                install_starter(opened, caller(), made)
    except Invalid as error:
        return render_template(
            "projects/new.html", project=None, errors=worded(error), typed=Blanks(form.to_dict())
        ), 422
    except Conflict as error:
        return render_template(
            "projects/new.html", project=None, errors=Blanks(slug=words(error.message)), typed=Blanks(form.to_dict())
        ), 409
    flash(gettext("The project is there. Add its members next."), "done")
    return redirect(url_for("members.index", slug=made.slug), 303)


@bp.route("/p/<slug>/settings", methods=["GET", "POST"])
@signed_in
def settings(slug: str) -> ResponseReturnValue:
    """Draw or take the project's name and description."""
    form = request.form
    if request.method != "POST":
        with session() as opened:
            project = project_for(opened, caller(), slug, Permission.MANAGE)
        return render_template(
            "projects/settings.html",
            project=project,
            errors=Blanks(),
            typed=Blanks(name=project.name, description=project.description),
        )
    try:
        with transaction() as opened:
            project = project_for(opened, caller(), slug, Permission.MANAGE)
            teams.edit_project(opened, caller(), project, name=form.get("name"), description=form.get("description"))
    except Invalid as error:
        with session() as opened:
            project = project_for(opened, caller(), slug, Permission.MANAGE)
        return render_template(
            "projects/settings.html", project=project, errors=worded(error), typed=Blanks(form.to_dict())
        ), 422
    flash(gettext("Kept."), "done")
    return redirect(url_for("projects.settings", slug=slug), 303)
