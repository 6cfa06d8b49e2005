"""The first page, the home of a project, and the choice of language and colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext, to_user_timezone

from kmwiki.accounts import service
from kmwiki.accounts.access import project_for
from kmwiki.coding import overview
from kmwiki.db import now, session, transaction
from kmwiki.entries.kinds import KINDS
from kmwiki.errors import Invalid
from kmwiki.places.queries import place
from kmwiki.security.policy import Permission
from kmwiki.security.redirects import local_path
from kmwiki.web import coaching, first_steps
from kmwiki.web.context import caller, is_signed_in, settings, signed_in
from kmwiki.web.i18n import LOCALE_COOKIE, LOCALES
from kmwiki.web.shell import THEME_COOKIE, THEMES, my_projects

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug.wrappers import Response

bp = Blueprint("home", __name__)
bp.after_app_request(first_steps.notice)
coaching.hang_in(bp)

A_YEAR = 365 * 24 * 3600
NOON, EVENING = 12, 17


@bp.get("/")
def start() -> ResponseReturnValue:
    """Sign in; or the only project; or the choice among several."""
    if not is_signed_in():
        return redirect(url_for("accounts.sign_in"))
    projects = my_projects()
    if len(projects) == 1:
        return redirect(url_for("home.project", slug=projects[0].slug))
    return render_template("home/projects.html", projects=projects, project=None)


@bp.get("/p/<slug>/")
@signed_in
def project(slug: str) -> str:
    """Show what is new in a project, what waits for the reader, and what a newcomer does next."""
    with session() as opened:
        found = project_for(opened, caller(), slug, Permission.READ)
        shares = overview.by_province(opened, caller(), found.id)
        return render_template(
            "home/project.html",
            project=found,
            greeting=greet(),
            today=now(),
            kinds=KINDS,
            place=place,
            totals=overview.totals(opened, caller(), found.id),
            drafts=overview.drafts(opened, caller(), found.id),
            newest=overview.newest(opened, caller(), found.id),
            said=overview.last_said(opened, caller(), found.id),
            shares=shares,
            largest=max((share.entries for share in shares), default=0),
            steps=first_steps.steps_of(
                found, overview.done_by(opened, caller(), found.id), first_steps.example_in(found)
            ),
            are_steps_hidden=first_steps.HIDDEN in first_steps.kept(),
        )


@bp.post("/look")
def look() -> ResponseReturnValue:
    """Keep the language or the colours that were chosen, and go back. Invalid for an unknown one."""
    chosen = {"locale": request.form.get("locale"), "theme": request.form.get("theme")}
    for name, known in (("locale", LOCALES), ("theme", THEMES)):
        if chosen[name] is not None and chosen[name] not in known:
            raise Invalid.one(name, first_steps.UNKNOWN_CHOICE)
    if is_signed_in():
        with transaction() as opened:
            service.set_look(opened, caller(), locale=chosen["locale"], theme=chosen["theme"])
    answer = redirect(local_path(request.form.get("next"), url_for("home.start")))
    _remember(answer, LOCALE_COOKIE, chosen["locale"])
    _remember(answer, THEME_COOKIE, chosen["theme"])
    return answer


def greet() -> str:
    """Return a greeting for the time of day in Thailand; the template adds the name."""
    hour = to_user_timezone(now()).hour
    if hour < NOON:
        return str(gettext("Good morning"))
    return str(gettext("Good afternoon") if hour < EVENING else gettext("Good evening"))


def _remember(answer: Response, name: str, value: str | None) -> None:
    if value is not None:
        answer.set_cookie(name, value, max_age=A_YEAR, httponly=True, samesite="Lax", secure=settings().is_https)
