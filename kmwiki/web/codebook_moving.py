"""Moving a code in the tree: by the form on its page, or as it was dragged or sent by keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, jsonify, redirect, request, url_for
from flask_babel import gettext

from kmwiki.api.v1.errors import words
from kmwiki.coding import service
from kmwiki.coding.codebook.tree import siblings_of
from kmwiki.coding.codebook.versions import last_change
from kmwiki.coding.models import Code
from kmwiki.db import transaction
from kmwiki.errors import Conflict, Invalid
from kmwiki.security.policy import Permission
from kmwiki.web.codebook import code_in_project, undoable
from kmwiki.web.context import caller, signed_in
from kmwiki.web.numbers import number_in

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

bp = Blueprint("codebook_moving", __name__)

LONGEST_REASON = 2000


@bp.post("/p/<slug>/codebook/<int:code_id>/move")
@signed_in
def move(slug: str, code_id: int) -> ResponseReturnValue:
    """Put a code under `parent_id` (none: the top), before the code `before` (none: at the end) or `step` places on.

    A script gets JSON: what was done, and where undoing it is asked for; else the reader is sent back to the code.
    """
    is_script = request.headers.get("Accept", "").startswith("application/json")
    try:
        with transaction() as s:
            project, found = code_in_project(s, slug, code_id, Permission.EDIT_CODEBOOK)
            before = last_change(s, project.id)
            parent_id, position = _place(s, found)
            reason = request.form.get("reason", "")[:LONGEST_REASON]
            service.move_code(s, caller(), found, parent_id=parent_id, position=position, reason=reason)
            parent = s.get(Code, parent_id) if parent_id else None
            row = [item.id for item in siblings_of(s, project.id, parent_id)]
            done = undoable(s, project.id, before)
    except (Invalid, Conflict) as error:
        told = words(next(iter(error.fields.values()), error.message) if isinstance(error, Invalid) else error.message)
        if is_script:
            return jsonify(message=told), 422 if isinstance(error, Invalid) else 409
        flash(told, "wrong")
        return redirect(url_for("codebook.code", slug=slug, code_id=code_id))
    place = {"place": row.index(code_id) + 1, "all": len(row), "name": found.name_th}
    if done == "done":
        told = gettext("“%(name)s” stays where it was.", name=found.name_th)
    elif parent is not None:
        told = gettext("“%(name)s” stands under “%(parent)s”, %(place)s of %(all)s.", parent=parent.name_th, **place)
    else:
        told = gettext("“%(name)s” stands at the top, %(place)s of %(all)s.", **place)
    if is_script:
        number = done.removeprefix("undo:")
        undo = url_for("codebook_undo.undo", slug=slug, no=int(number)) if number != done else None
        return jsonify(message=told, undo=undo)
    flash(told, done)
    return redirect(url_for("codebook.code", slug=slug, code_id=code_id))


def _place(s: Session, found: Code) -> tuple[int | None, int | None]:
    """Return under which code and at which place the code is to stand."""
    step = request.form.get("step", type=int)
    parent_id = found.parent_id if step else number_in(request.form, "parent_id")
    row = [item.id for item in siblings_of(s, found.project_id, parent_id)]
    if step and found.id in row:
        return parent_id, min(max(row.index(found.id) + step, 0), len(row) - 1)
    others = [item for item in row if item != found.id]
    before = number_in(request.form, "before")
    return parent_id, others.index(before) if before in others else len(others)
