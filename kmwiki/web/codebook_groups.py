"""Groups of codes across the tree: all of them, one with its codes; and the groups and live examples of a code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from pydantic import ValidationError

from kmwiki.accounts.access import project_for
from kmwiki.api.v1.errors import words
from kmwiki.api.v1.ground import invalid_from
from kmwiki.coding.codebook import counts, examples, groups
from kmwiki.coding.codebook.versions import last_change
from kmwiki.coding.schemas import GroupIn, GroupPatch
from kmwiki.db import session, transaction
from kmwiki.errors import Conflict, Invalid, NotFound, say
from kmwiki.security.policy import Permission, can
from kmwiki.web.codebook import code_in_project, undoable
from kmwiki.web.context import caller, signed_in
from kmwiki.web.numbers import LONGEST, number_in

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.coding.codebook.models import CodeGroup

bp = Blueprint("codebook_groups", __name__)

LONGEST_REASON = 2000


@bp.route("/p/<slug>/codebook/groups", methods=["GET", "POST"])
@signed_in
def index(slug: str) -> ResponseReturnValue:
    """List the groups; make one."""
    if request.method == "GET":
        return _draw_list(slug)
    try:
        with transaction() as s:
            project = project_for(s, caller(), slug, Permission.EDIT_CODEBOOK)
            try:
                data = GroupIn(
                    name=request.form.get("name", ""),
                    description=_typed("description"),
                    reason=request.form.get("reason", "")[:LONGEST_REASON],
                )
            except ValidationError as error:
                raise invalid_from(error) from error
            made = groups.create_group(s, caller(), project, data)
            done = undoable(s, project.id)
    except (Invalid, Conflict) as error:
        return _draw_list(slug, message=words(error.message)), 422 if isinstance(error, Invalid) else 409
    flash(gettext("The group “%(name)s” is there. Tick the codes that belong to it.", name=made.name), done)
    return redirect(url_for("codebook_groups.group", slug=slug, group_id=made.id))


@bp.route("/p/<slug>/codebook/groups/<int:group_id>", methods=["GET", "POST"])
@signed_in
def group(slug: str, group_id: int) -> ResponseReturnValue:
    """Show a group with its codes; change its name, its description and which codes are in it."""
    if request.method == "GET":
        return _draw_group(slug, group_id)
    try:
        with transaction() as s:
            project, found = _group_in(s, slug, group_id, Permission.EDIT_CODEBOOK)
            before = last_change(s, project.id)
            try:
                data = GroupPatch(
                    name=request.form.get("name", ""),
                    description=_typed("description"),
                    code_ids=_numbers_sent("code"),
                    reason=request.form.get("reason", "")[:LONGEST_REASON],
                )
            except ValidationError as error:
                raise invalid_from(error) from error
            groups.edit_group(s, caller(), found, data)
            done = undoable(s, project.id, before)
    except (Invalid, Conflict) as error:
        page = _draw_group(slug, group_id, message=words(error.message), is_typed=True)
        return page, 422 if isinstance(error, Invalid) else 409
    if done == "done":
        flash(gettext("The group “%(name)s” is as it was: nothing was changed.", name=found.name), done)
    else:
        flash(gettext("The group “%(name)s” was saved as a new version.", name=found.name), done)
    return redirect(url_for("codebook_groups.group", slug=slug, group_id=group_id))


@bp.post("/p/<slug>/codebook/groups/<int:group_id>/delete")
@signed_in
def delete(slug: str, group_id: int) -> ResponseReturnValue:
    """Take a group away; its codes stay."""
    with transaction() as s:
        project, found = _group_in(s, slug, group_id, Permission.EDIT_CODEBOOK)
        groups.delete_group(s, caller(), found, reason=request.form.get("reason", "")[:LONGEST_REASON])
        done = undoable(s, project.id)
    flash(gettext("The group “%(name)s” is deleted; its codes are as they were.", name=found.name), done)
    return redirect(url_for("codebook_groups.index", slug=slug))


@bp.post("/p/<slug>/codebook/<int:code_id>/groups")
@signed_in
def of_code(slug: str, code_id: int) -> ResponseReturnValue:
    """Say which groups a code is in."""
    wanted = _numbers_sent("group")
    try:
        with transaction() as s:
            project, found = code_in_project(s, slug, code_id, Permission.EDIT_CODEBOOK)
            before = last_change(s, project.id)
            groups.put_in_groups(s, caller(), found, wanted)
            done = undoable(s, project.id, before)
    except Conflict as error:
        flash(words(error.message), "wrong")
    else:
        flash(gettext("The groups of “%(name)s” are saved.", name=found.name_th), done)
    return redirect(url_for("codebook.code", slug=slug, code_id=code_id))


@bp.post("/p/<slug>/codebook/<int:code_id>/examples")
@signed_in
def example(slug: str, code_id: int) -> ResponseReturnValue:
    """Let a passage be a live example of a code, or no longer (`drop`)."""
    coding_id = number_in(request.form, "coding") or 0
    verb = examples.drop_example if "drop" in request.form else examples.add_example
    try:
        with transaction() as s:
            project, found = code_in_project(s, slug, code_id, Permission.EDIT_CODEBOOK)
            before = last_change(s, project.id)
            verb(s, caller(), found, coding_id)
            done = undoable(s, project.id, before)
    except (Conflict, Invalid) as error:
        told = next(iter(error.fields.values()), error.message) if isinstance(error, Invalid) else error.message
        flash(words(told), "wrong")
    else:
        flash(gettext("The examples of “%(name)s” are saved.", name=found.name_th), done)
    return redirect(url_for("codebook.code", slug=slug, code_id=code_id, _anchor="ex"))


def _typed(name: str) -> str:
    return request.form.get(name, "").replace("\r\n", "\n")


def _numbers_sent(name: str) -> list[int]:
    told = request.form.getlist(name)
    return sorted({int(each) for each in told if each.isascii() and each.isdigit() and len(each) < LONGEST})


def _group_in(s: Session, slug: str, group_id: int, permission: Permission) -> tuple[Project, CodeGroup]:
    project = project_for(s, caller(), slug, Permission.READ)
    found = groups.group_for(s, caller(), group_id, permission)
    if found.project_id != project.id:
        raise NotFound(say("There is no group %(group)s here.", group=group_id))
    return project, found


def _draw_list(slug: str, *, message: str = "") -> str:
    with session() as s:
        project = project_for(s, caller(), slug, Permission.READ)
        rows = groups.groups_of(s, project.id)
        codes = {node.code.id: node for node, _ in counts.flat(counts.tree_of(s, caller(), project.id))}
    return render_template(
        "codebook/groups.html",
        project=project,
        rows=rows,
        codes=codes,
        message=message,
        typed={name: request.form.get(name, "") for name in ("name", "description", "reason")},
        may_edit=can(caller(), Permission.EDIT_CODEBOOK, project.id),
    )


def _draw_group(slug: str, group_id: int, *, message: str = "", is_typed: bool = False) -> str:
    with session() as s:
        project, found = _group_in(s, slug, group_id, Permission.READ)
        row = next(each for each in groups.groups_of(s, project.id) if each.id == found.id)
        nodes = counts.flat(counts.tree_of(s, caller(), project.id))
    told = {"name": row.name, "description": row.description, "reason": ""}
    if is_typed:
        told = {name: _typed(name) for name in told}
    return render_template(
        "codebook/group.html",
        project=project,
        group=row,
        typed=told,
        ticked=set(_numbers_sent("code")) if is_typed else set(row.code_ids),
        nodes=nodes,
        message=message,
        may_edit=can(caller(), Permission.EDIT_CODEBOOK, project.id),
    )
