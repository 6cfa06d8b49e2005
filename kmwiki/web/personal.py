"""What a project has cleared of what looks personal: the list, adding to it and masking again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from kmwiki.accounts.access import project_for
from kmwiki.db import session, transaction
from kmwiki.errors import Invalid
from kmwiki.security.policy import Permission
from kmwiki.sources.clearing import clear_personal, cleared_in, restore_personal
from kmwiki.web.context import caller, signed_in
from kmwiki.web.forms import Blanks, worded

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("personal", __name__, url_prefix="/p/<slug>/settings/personal")


@bp.get("")
@signed_in
def index(slug: str) -> ResponseReturnValue:
    """List what is cleared."""
    return _draw(slug)


@bp.post("")
@signed_in
def clear(slug: str) -> ResponseReturnValue:
    """Clear one number or address."""
    form = request.form
    try:
        with transaction() as opened:
            project = project_for(opened, caller(), slug, Permission.SEE_PERSONAL)
            cleared = clear_personal(opened, caller(), project.id, form.get("text", ""), reason=form.get("reason", ""))
    except Invalid as error:
        return _draw(slug, errors=worded(error), typed=Blanks(form.to_dict())), 422
    flash(gettext("%(number)s can be seen and searched now.", number=cleared.text), "done")
    return redirect(url_for("personal.index", slug=slug), 303)


@bp.post("/<int:cleared_id>/mask")
@signed_in
def mask(slug: str, cleared_id: int) -> ResponseReturnValue:
    """Mask one again."""
    with transaction() as opened:
        project = project_for(opened, caller(), slug, Permission.SEE_PERSONAL)
        restore_personal(opened, caller(), project.id, cleared_id)
    flash(gettext("It is masked again, and searched no longer."), "done")
    return redirect(url_for("personal.index", slug=slug), 303)


def _draw(slug: str, *, errors: Blanks | None = None, typed: Blanks | None = None) -> str:
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.SEE_PERSONAL)
        rows = cleared_in(opened, caller(), project.id)
    return render_template(
        "projects/personal.html", project=project, rows=rows, errors=errors or Blanks(), typed=typed or Blanks()
    )
