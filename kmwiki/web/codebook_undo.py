"""Undoing a change of the codebook: at once from the news of it, or from its history after a look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from kmwiki.accounts.access import project_for
from kmwiki.accounts.models import User
from kmwiki.api.v1.errors import words
from kmwiki.coding import service
from kmwiki.coding.codebook import counts
from kmwiki.coding.codebook.undo_plan import plan_undo
from kmwiki.coding.codebook.undoing import kept_of
from kmwiki.db import session, transaction
from kmwiki.errors import Conflict
from kmwiki.security.policy import Permission
from kmwiki.security.redirects import local_path
from kmwiki.web.codebook_words import FIELDS, verb_words
from kmwiki.web.context import caller, signed_in

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("codebook_undo", __name__)

SHOWN = 60  # codes on the page of one undo
LONGEST_REASON = 2000


@bp.get("/p/<slug>/codebook/history/<int:no>/undo")
@signed_in
def look(slug: str, no: int) -> ResponseReturnValue:
    """Show what undoing a change would bring back, and what stands in its way."""
    return _draw(slug, no)


@bp.post("/p/<slug>/codebook/history/<int:no>/undo")
@signed_in
def undo(slug: str, no: int) -> ResponseReturnValue:
    """Undo a change; what was done can be undone in its turn."""
    reason = request.form.get("reason", "")[:LONGEST_REASON]
    try:
        with transaction() as s:
            project = project_for(s, caller(), slug, Permission.EDIT_CODEBOOK)
            number, over = service.undo_change(s, caller(), project, no, reason=reason)
            back, left = (counts.readable(s, caller(), ids) for ids in (over.ids, over.left))
    except Conflict as error:
        return _draw(slug, no, message=words(error.message), reason=reason), 409
    told = [gettext("Version %(no)s is undone.", no=no)]
    if back:
        told.append(ngettext("%(num)s passage went back.", "%(num)s passages went back.", back))
    if left:
        told.append(
            ngettext(
                "%(num)s passage that was changed since stays as it is.",
                "%(num)s passages that were changed since stay as they are.",
                left,
            )
        )
    flash(" ".join(told), f"undo:{number}")
    return redirect(local_path(request.form.get("next"), url_for("codebook.history", slug=slug)))


def _draw(slug: str, no: int, *, message: str = "", reason: str = "") -> str:
    with session() as s:
        project = project_for(s, caller(), slug, Permission.EDIT_CODEBOOK)
        plan = plan_undo(s, caller(), project.id, no)
        author = s.get(User, plan.change.author_id) if plan.change.author_id else None
        kept = kept_of(s, plan.change)
        going = counts.readable(s, caller(), [row[0] for row in kept.get("moved", ())])
    names = {code.id: code.name_th for code in plan.codes.values()}
    return render_template(
        "codebook/undo.html",
        project=project,
        plan=plan,
        author=author.name if author else "",
        going=going,
        steps=plan.told[:SHOWN],
        more=max(len(plan.told) - SHOWN, 0),
        names=names,
        fields=FIELDS,
        message=message,
        reason=reason,
        words=words,
        verb_words=verb_words(),
    )
