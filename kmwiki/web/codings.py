"""The coding desk's verbs for pages: scripts send JSON and get the redrawn parts, forms are sent on to the entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from pydantic import BaseModel, ValidationError

from kmwiki.accounts.access import project_for
from kmwiki.api.v1.ground import invalid_from
from kmwiki.coding import service
from kmwiki.coding.access import coded_source, coding_for
from kmwiki.coding.desk import desk_of
from kmwiki.coding.queries import coding_row
from kmwiki.coding.schemas import CodeIn, CodingIn, CodingPatch
from kmwiki.db import session, transaction
from kmwiki.errors import Invalid, NotFound, say
from kmwiki.security.policy import Permission
from kmwiki.sources.models import Source
from kmwiki.sources.queries import heads
from kmwiki.sources.schemas import Id, Whole  # noqa: TC001 - pydantic reads them
from kmwiki.web.context import caller, signed_in

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.coding.models import Coding

bp = Blueprint("codings", __name__)

Shape = TypeVar("Shape", bound=BaseModel)


class DeskCodingIn(CodingIn):
    """A coding from the desk: on which source, and perhaps under a code that is made with it."""

    GIVEN_ONLY = CodingIn.GIVEN_ONLY - {"source_id"}  # the API has it in the address, the desk in the body

    source_id: Id
    code_id: Whole = 0
    new_code: CodeIn | None = None


class DeskCodingPatch(CodingPatch):
    """A change from the desk, perhaps to a code that is made with it."""

    new_code: CodeIn | None = None


@bp.post("/p/<slug>/codings")
@signed_in
def add(slug: str) -> ResponseReturnValue:
    """Put the selected passage under a code."""
    data = _json(DeskCodingIn)
    with transaction() as s:
        project = project_for(s, caller(), slug, Permission.READ)
        source = _source_in(s, project, data.source_id)
        code_id = _code_id(s, project, data.new_code) or data.code_id
        given = CodingIn(**data.model_dump(exclude={"source_id", "new_code", "code_id"}), code_id=code_id)
        coding, is_new = service.add_coding(s, caller(), source, given)
    with session() as s:
        return jsonify(_parts(s, slug, coding, is_new=is_new)), 201 if is_new else 200


@bp.post("/p/<slug>/codings/<int:coding_id>")
@signed_in
def change(slug: str, coding_id: int) -> ResponseReturnValue:
    """Change code, voice, thought or place of a coding."""
    data = _json(DeskCodingPatch)
    with transaction() as s:
        project, coding = _coding_in(s, slug, coding_id)
        fields = data.model_dump(exclude_unset=True, exclude={"new_code"})
        made = _code_id(s, project, data.new_code)
        if made is not None:
            fields["code_id"] = made
        service.change_coding(s, caller(), coding, CodingPatch(**fields))
    with session() as s:
        return jsonify(_parts(s, slug, coding))


@bp.post("/p/<slug>/codings/<int:coding_id>/remove")
@signed_in
def remove(slug: str, coding_id: int) -> ResponseReturnValue:
    """Take a coding away; it can be brought back."""
    with transaction() as s:
        _, coding = _coding_in(s, slug, coding_id)
        service.remove_coding(s, caller(), coding)
    return _after(slug, coding, gettext("The coding was taken away."), removed=coding.id)


@bp.post("/p/<slug>/codings/<int:coding_id>/restore")
@signed_in
def restore(slug: str, coding_id: int) -> ResponseReturnValue:
    """Bring back a coding that was taken away."""
    with transaction() as s:
        _, coding = _coding_in(s, slug, coding_id, with_removed=True)
        service.restore_coding(s, caller(), coding)
    return _after(slug, coding, gettext("The coding is back."))


def _after(slug: str, coding: Coding, message: str, *, removed: int | None = None) -> ResponseReturnValue:
    if request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html") == "application/json":
        with session() as s:
            return jsonify(_parts(s, slug, coding) | {"message": message})
    flash(message, "done")
    with session() as s:
        number = coding_row(s, coding.id).number
    anchor = "codings" if removed else f"c{coding.id}"
    return redirect(url_for("entries.read", slug=slug, number=number, removed=removed, _anchor=anchor))


def _parts(s: Session, slug: str, coding: Coding, *, is_new: bool = False) -> dict[str, Any]:
    """Return what a script redraws after a change: the touched text, the list beside it, the codes to choose from."""
    project = project_for(s, caller(), slug, Permission.READ)
    source = coded_source(s, caller(), coding.source_id)
    root = s.get_one(Source, coding.root_id)
    desk = desk_of(s, caller(), root, [(source, heads(s, [source])[source.id])])
    return {
        "coding": coding.id,
        "is_new": is_new,
        "html": desk.html,
        "side": render_template("coding/_side.html", desk=desk, project=project),
        "choices": desk.choices_json,
        "recent": desk.recent,
        "undo": url_for("codings.remove", slug=slug, coding_id=coding.id)
        if coding.deleted is None
        else url_for("codings.restore", slug=slug, coding_id=coding.id),
    }


def _source_in(s: Session, project: Project, source_id: int) -> Source:
    source = coded_source(s, caller(), source_id, Permission.CODE)
    if source.project_id != project.id:
        raise NotFound(say("There is no such text."))
    return source


def _coding_in(s: Session, slug: str, coding_id: int, *, with_removed: bool = False) -> tuple[Project, Coding]:
    project = project_for(s, caller(), slug, Permission.READ)
    coding, _ = coding_for(s, caller(), coding_id, Permission.CODE, with_removed=with_removed)
    if coding.project_id != project.id:
        raise NotFound(say("There is no coding %(coding)s here.", coding=coding_id))
    return project, coding


def _code_id(s: Session, project: Project, data: CodeIn | None) -> int | None:
    return None if data is None else service.create_code(s, caller(), project, data).id


def _json(shape: type[Shape]) -> Shape:
    """Return the request's JSON in this shape. Invalid names the fields that do not fit."""
    given = request.get_json(silent=True)
    if not isinstance(given, dict):
        raise Invalid(say("The request could not be understood."))
    try:
        return shape.model_validate(given)
    except ValidationError as error:
        raise invalid_from(error) from error
