"""Pages of the codebook: the tree with its counts, a code with its quotes and versions, the forms that change it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from kmwiki.accounts.access import project_for
from kmwiki.api.v1.errors import words
from kmwiki.coding import service
from kmwiki.coding.access import code_for
from kmwiki.coding.codebook import counts, groups
from kmwiki.coding.codebook.examples import examples_of
from kmwiki.coding.codebook.finding import keys_of, matching, opened, pruned
from kmwiki.coding.codebook.tree import ancestors_of
from kmwiki.coding.codebook.versions import last_change, version_of
from kmwiki.coding.models import Code
from kmwiki.coding.queries import CodingFilters, find_codings
from kmwiki.db import session, transaction
from kmwiki.errors import Conflict, Invalid, NotFound, say
from kmwiki.security.policy import Permission, can
from kmwiki.web.codebook_forms import Form, code_in, draw_form, draw_merge, draw_refused, patch_in, typed, values_of
from kmwiki.web.codebook_words import verb_words
from kmwiki.web.context import caller, signed_in
from kmwiki.web.memos_beside import memos_of_code
from kmwiki.web.numbers import number_in, page_in

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project

bp = Blueprint("codebook", __name__)

QUOTES = 20  # quotes on a page of a code
LONGEST_WORDS = 200
AT_ONCE = 1000  # codes of a tree that a page holds; the others come when their branch is opened
CHANGES = 50  # changes on a page of the history


@bp.get("/p/<slug>/codebook")
@signed_in
def index(slug: str) -> ResponseReturnValue:
    """Show the tree, or of it only what `q` finds and what is in `group`."""
    with session() as s:
        project = project_for(s, caller(), slug, Permission.READ)
        return _page(s, project, "codebook/index.html")


@bp.get("/p/<slug>/codebook/<int:code_id>/below")
@signed_in
def below(slug: str, code_id: int) -> ResponseReturnValue:
    """Give the codes directly under a code as a piece of the tree, for large codebooks."""
    with session() as s:
        project, found = code_in_project(s, slug, code_id, Permission.READ)
        nodes = [node for node, _ in counts.flat(counts.tree_of(s, caller(), project.id))]
    node = next((each for each in nodes if each.code.id == found.id), None)
    return render_template(
        "codebook/_below.html",
        project=project,
        node=node,
        keys_of=keys_of,
        may_edit=can(caller(), Permission.EDIT_CODEBOOK, project.id),
    )


@bp.get("/p/<slug>/codebook/history")
@signed_in
def history(slug: str) -> ResponseReturnValue:
    """Show every change of the codebook with its author and reason, the newest first."""
    page = page_in(request.args)
    with session() as s:
        project = project_for(s, caller(), slug, Permission.READ)
        rows, total = counts.changes(s, project.id, offset=(page - 1) * CHANGES, size=CHANGES)
        retired = counts.retired_codes(s, project.id)
    return render_template(
        "codebook/history.html",
        project=project,
        rows=rows,
        total=total,
        page=page,
        size=CHANGES,
        retired=retired,
        may_edit=can(caller(), Permission.EDIT_CODEBOOK, project.id),
        verb_words=verb_words(),
    )


@bp.get("/p/<slug>/codebook/<int:code_id>")
@signed_in
def code(slug: str, code_id: int) -> ResponseReturnValue:
    """Show a code: when to use it, when not, its quotes, its versions."""
    after = number_in(request.args, "after") or 0
    with session() as s:
        project, found = code_in_project(s, slug, code_id, Permission.READ)
        use = counts.use_of(s, caller(), found)
        quotes, total = find_codings(s, caller(), project.id, CodingFilters(code_id=found.id), after=after, size=QUOTES)
        into = s.get(Code, found.merged_into) if found.merged_into else None
        return _page(
            s,
            project,
            "codebook/code.html",
            code=found,
            use=use,
            quotes=quotes,
            total=total,
            after=quotes[-1].coding.id if len(quotes) == QUOTES else None,
            is_first=after == 0,
            versions=counts.versions_of(s, found),
            ancestors=ancestors_of(s, found),
            verb_words=verb_words(),
            into=into,
            examples=examples_of(s, caller(), found),
            **memos_of_code(s, caller(), project, found),
        )


@bp.route("/p/<slug>/codebook/new", methods=["GET", "POST"])
@signed_in
def new(slug: str) -> ResponseReturnValue:
    """Make a code."""
    with session() as s:
        project = project_for(s, caller(), slug, Permission.EDIT_CODEBOOK)
        parent = number_in(request.args, "parent")
        if request.method == "GET":
            return draw_form(s, project, Form({"parent_id": parent, "is_codable": True}))
    form = Form(typed())
    try:
        with transaction() as s:
            project = project_for(s, caller(), slug, Permission.EDIT_CODEBOOK)
            made = service.create_code(s, caller(), project, code_in(form))
            done = undoable(s, project.id)
    except (Invalid, Conflict) as error:
        return draw_refused(slug, form, error)
    flash(gettext("“%(name)s” is in the codebook.", name=made.name_th), done)
    return redirect(url_for("codebook.code", slug=slug, code_id=made.id))


@bp.route("/p/<slug>/codebook/<int:code_id>/edit", methods=["GET", "POST"])
@signed_in
def edit(slug: str, code_id: int) -> ResponseReturnValue:
    """Change a code; its place in the tree too."""
    with session() as s:
        project, found = code_in_project(s, slug, code_id, Permission.EDIT_CODEBOOK)
        if request.method == "GET":
            return draw_form(s, project, Form(values_of(found) | {"base_no": version_of(s, found)}), found)
    form = Form(typed())
    try:
        with transaction() as s:
            _, found = code_in_project(s, slug, code_id, Permission.EDIT_CODEBOOK)
            before = last_change(s, found.project_id)
            service.edit_code(s, caller(), found, patch_in(form), base_no=number_in(request.form, "base_no"))
            done = undoable(s, found.project_id, before)
    except (Invalid, Conflict) as error:
        return draw_refused(slug, form, error, code_id)
    if done == "done":
        flash(gettext("“%(name)s” is as it was: nothing was changed.", name=found.name_th), done)
    else:
        flash(gettext("“%(name)s” was saved as a new version.", name=found.name_th), done)
    return redirect(url_for("codebook.code", slug=slug, code_id=found.id))


@bp.route("/p/<slug>/codebook/<int:code_id>/merge", methods=["GET", "POST"])
@signed_in
def merge(slug: str, code_id: int) -> ResponseReturnValue:
    """Merge a code into another, after showing what goes over."""
    if request.method == "GET":
        with session() as s:
            project, found = code_in_project(s, slug, code_id, Permission.EDIT_CODEBOOK)
            return draw_merge(s, project, found)
    reason, into_id = request.form.get("reason", ""), number_in(request.form, "into")
    try:
        with transaction() as s:
            _, found = code_in_project(s, slug, code_id, Permission.EDIT_CODEBOOK)
            if into_id is None:
                raise Invalid.one("into", say("Choose the code that it is merged into."))
            into = code_for(s, caller(), into_id, Permission.EDIT_CODEBOOK)
            service.merge_codes(s, caller(), found, into, reason=reason)
            done = undoable(s, found.project_id)
    except (Invalid, Conflict) as error:
        with session() as s:
            project, found = code_in_project(s, slug, code_id, Permission.EDIT_CODEBOOK)
            page = draw_merge(s, project, found, message=words(error.message), into_id=into_id, reason=reason)
        return page, 422 if isinstance(error, Invalid) else 409
    flash(gettext("“%(name)s” was merged into “%(into)s”.", name=found.name_th, into=into.name_th), done)
    return redirect(url_for("codebook.code", slug=slug, code_id=into.id))


@bp.post("/p/<slug>/codebook/<int:code_id>/retire")
@signed_in
def retire(slug: str, code_id: int) -> ResponseReturnValue:
    """Take a code out of use; its codings stay."""
    try:
        with transaction() as s:
            _, found = code_in_project(s, slug, code_id, Permission.EDIT_CODEBOOK)
            left = counts.use_of(s, caller(), found).codings
            service.retire_code(s, caller(), found, reason=request.form.get("reason", ""))
            done = undoable(s, found.project_id)
    except Conflict as error:
        flash(words(error.message), "wrong")
    else:
        stay = ngettext("its %(num)s coding stays as it is", "its %(num)s codings stay as they are", left)
        flash(gettext("“%(name)s” is retired; %(stay)s.", name=found.name_th, stay=stay), done)
    return redirect(url_for("codebook.code", slug=slug, code_id=code_id))


@bp.post("/p/<slug>/codebook/<int:code_id>/revive")
@signed_in
def revive(slug: str, code_id: int) -> ResponseReturnValue:
    """Take a retired code into use again."""
    try:
        with transaction() as s:
            _, found = code_in_project(s, slug, code_id, Permission.EDIT_CODEBOOK)
            service.revive_code(s, caller(), found, reason=request.form.get("reason", ""))
            done = undoable(s, found.project_id)
    except Conflict as error:
        flash(words(error.message), "wrong")
    else:
        flash(gettext("“%(name)s” is in use again.", name=found.name_th), done)
    return redirect(url_for("codebook.code", slug=slug, code_id=code_id))


def undoable(s: Session, project_id: int, before: int = -1) -> str:
    """Return the category of the news of a change: with a way back, unless nothing has changed since `before`."""
    number = last_change(s, project_id)
    return f"undo:{number}" if number > before else "done"


def _page(s: Session, project: Project, template: str, **values: Any) -> str:
    tops = counts.tree_of(s, caller(), project.id)
    newest, _ = counts.changes(s, project.id, size=1)
    all_groups = groups.groups_of(s, project.id)
    group = next((each for each in all_groups if each.id == number_in(request.args, "group")), None)
    asked = " ".join(request.args.get("q", "")[:LONGEST_WORDS].split())
    codes = [node.code for node, _ in counts.flat(tops)]
    found = matching(codes, asked) if asked else {each.id for each in codes}
    if group is not None:
        found &= set(group.code_ids)
    is_narrow = bool(asked) or group is not None
    shown = set(sorted(found)[:AT_ONCE]) if is_narrow else found
    above = [each.id for each in values.get("ancestors", ())] + ([values["code"].id] if "code" in values else [])
    return render_template(
        template,
        project=project,
        tops=pruned(tops, shown) if is_narrow else tops,
        found=found if is_narrow else None,
        opened=None if is_narrow or len(codes) <= AT_ONCE else opened(tops, AT_ONCE, above),
        most=AT_ONCE,
        asked=asked,
        group=group,
        groups=all_groups,
        keys_of=keys_of,
        number=len(codes),
        newest=newest[0] if newest else None,
        version=last_change(s, project.id),
        may_edit=can(caller(), Permission.EDIT_CODEBOOK, project.id),
        **({"code": None} | values),
    )


def code_in_project(s: Session, slug: str, code_id: int, permission: Permission) -> tuple[Project, Code]:
    """Return a project and a code of it. NotFound, Forbidden."""
    project = project_for(s, caller(), slug, Permission.READ)
    found = code_for(s, caller(), code_id, permission)
    if found.project_id != project.id:
        raise NotFound(say("There is no code %(code)s here.", code=code_id))
    return project, found
