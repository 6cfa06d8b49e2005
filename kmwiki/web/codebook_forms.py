"""The forms of the codebook: what stands in them, how they are read, and how they are drawn again when refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask import render_template, request
from pydantic import ValidationError

from kmwiki.accounts.access import project_for
from kmwiki.api.v1.errors import words
from kmwiki.api.v1.ground import invalid_from
from kmwiki.coding.access import code_for
from kmwiki.coding.codebook import counts
from kmwiki.coding.codebook.versions import version_of
from kmwiki.coding.schemas import CodeIn, CodePatch
from kmwiki.db import session
from kmwiki.errors import Conflict, Invalid
from kmwiki.security.policy import Permission
from kmwiki.web.context import caller
from kmwiki.web.numbers import number_in

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.coding.models import Code

FIELDS = ("name_th", "name_en", "definition", "include", "exclude", "example")


@dataclass
class Form:
    """What stands in the form of a code: as it is, or as it was typed, with what is wrong."""

    values: dict[str, Any]
    errors: dict[str, str] = field(default_factory=dict)
    message: str = ""


def draw_form(s: Session, project: Project, form: Form, found: Code | None = None) -> str:
    """Draw the form of a new code or of `found`; the codes below it cannot be its parent."""
    tops = counts.tree_of(s, caller(), project.id)
    rows = counts.flat(tops)
    inside = next((node.is_open_to for node, _ in rows if found is not None and node.code.id == found.id), set())
    parents = [(node.code, depth) for node, depth in rows if node.code.id not in inside]
    return render_template("codebook/form.html", project=project, form=form, code=found, parents=parents)


def draw_merge(
    s: Session, project: Project, found: Code, *, message: str = "", into_id: int | None = None, reason: str = ""
) -> str:
    """Draw what a merge takes along, and the codes it may go into."""
    rows = counts.flat(counts.tree_of(s, caller(), project.id))
    inside = next((node.is_open_to for node, _ in rows if node.code.id == found.id), {found.id})
    others = [(node.code, depth) for node, depth in rows if node.code.id not in inside]
    return render_template(
        "codebook/merge.html",
        project=project,
        code=found,
        others=others,
        number=counts.use_of(s, caller(), found).codings,
        below=len(inside) - 1,
        message=message,
        into_id=into_id,
        reason=reason,
    )


def draw_refused(slug: str, form: Form, error: Invalid | Conflict, code_id: int | None = None) -> ResponseReturnValue:
    """Draw the form again with what was typed and what is wrong."""
    form.message = words(error.message)
    if isinstance(error, Invalid):
        form.errors = {name: words(message) for name, message in error.fields.items()}
    with session() as s:
        project = project_for(s, caller(), slug, Permission.EDIT_CODEBOOK)
        found = code_for(s, caller(), code_id, Permission.EDIT_CODEBOOK) if code_id else None
        if found is not None and isinstance(error, Conflict):
            form.values["base_no"] = version_of(s, found)
        return draw_form(s, project, form, found), 422 if isinstance(error, Invalid) else 409


def values_of(found: Code) -> dict[str, Any]:
    """Return what stands in the form of a code."""
    told = (*FIELDS, "parent_id", "color", "pattern", "is_codable")
    return {name: getattr(found, name) for name in told} | {"aliases": "\n".join(found.aliases)}


def typed() -> dict[str, Any]:
    """Return the form as it was typed."""
    given = request.form
    values: dict[str, Any] = {
        name: given.get(name, "").replace("\r\n", "\n") for name in (*FIELDS, "aliases", "reason")
    }
    for name in ("parent_id", "color", "pattern", "base_no"):
        values[name] = number_in(given, name)
    return values | {"is_codable": "is_codable" in given}


def _sent(form: Form) -> dict[str, Any]:
    aliases = [line for line in form.values["aliases"].split("\n") if line.strip()]
    return {name: value for name, value in form.values.items() if name != "base_no"} | {"aliases": aliases}


def code_in(form: Form) -> CodeIn:
    """Return the code that was typed. Invalid names the fields that do not fit."""
    try:
        return CodeIn(**_sent(form))
    except ValidationError as error:
        raise invalid_from(error) from error


def patch_in(form: Form) -> CodePatch:
    """Return the change that was typed. Invalid names the fields that do not fit."""
    try:
        return CodePatch(**_sent(form))
    except ValidationError as error:
        raise invalid_from(error) from error
