"""The coding desk's verbs for pages: scripts send JSON and get the redrawn parts, forms are sent on to the entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, jsonify, redirect, url_for
from flask_babel import gettext
from pydantic import ValidationInfo, field_validator

from kmwiki.accounts.access import project_for
from kmwiki.coding import service
from kmwiki.coding.access import coded_source, coding_for
from kmwiki.coding.actions.noting import together
from kmwiki.coding.actions.stances import check_version
from kmwiki.coding.queries import coding_row
from kmwiki.coding.schemas import CodeIn, CodingIn, CodingPatch, Version
from kmwiki.db import session, transaction
from kmwiki.errors import Invalid, NotFound, say
from kmwiki.security.policy import Permission
from kmwiki.shapes import Taken
from kmwiki.sources.models import Source
from kmwiki.sources.schemas import Id  # noqa: TC001 - pydantic reads it
from kmwiki.web.context import caller, signed_in
from kmwiki.web.desk_answers import answer, sent, telling_present, wants_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.coding.models import Coding

bp = Blueprint("codings", __name__)


class Held(Taken):
    """The version of a coding as the page holds it; without one it is not asked whether it has changed."""

    version: Version | None = None


class DeskCodingIn(CodingIn):
    """A coding from the desk: on which source, and perhaps under a code that is made with it."""

    GIVEN_ONLY = CodingIn.GIVEN_ONLY - {"source_id"}  # the API has it in the address, the desk in the body

    new_code: CodeIn | None = None
    source_id: Id

    @field_validator("code_id")
    @classmethod
    def check_there_is_one(cls, value: int | None, info: ValidationInfo) -> int | None:
        """Take what comes: a code may be made with the coding, which the view looks at."""
        del info
        return value


class DeskCodingPatch(CodingPatch):
    """A change from the desk, perhaps to a code that is made with it."""

    new_code: CodeIn | None = None


@bp.post("/p/<slug>/codings")
@signed_in
def add(slug: str) -> ResponseReturnValue:
    """Put the selected passage under a code."""
    data = sent(DeskCodingIn)
    with transaction() as s:
        project = project_for(s, caller(), slug, Permission.READ)
        source = _source_in(s, project, data.source_id)
        made = _code_id(s, project, data.new_code)
        codes = [code_id for code_id in (made, *data.codes) if code_id]
        if not codes:
            raise Invalid.one("code_id", say("Choose a code."))
        given = CodingIn(**data.model_dump(exclude={"source_id", "new_code", "code_id", "code_ids"}), code_ids=codes)
        with together(s, caller(), made_code=made):
            found = service.add_codings(s, caller(), source, given)
    coding, is_new = found[0][0], any(fresh for _, fresh in found)
    with session() as s:
        told = _parts(s, slug, coding, also=[other.id for other, _ in found[1:]])
    news = [other.id for other, fresh in found if fresh]
    return jsonify(told | {"is_new": is_new, "new": news}), 201 if is_new else 200


@bp.post("/p/<slug>/codings/<int:coding_id>")
@signed_in
def change(slug: str, coding_id: int) -> ResponseReturnValue:
    """Change code, voice, thought or place of a coding."""
    data = sent(DeskCodingPatch)
    with telling_present(coding_id), transaction() as s:
        project, coding = _coding_in(s, slug, coding_id)
        check_version(coding, data.version, is_moved=False)  # before a code is made for nothing
        fields = data.model_dump(exclude_unset=True, exclude={"new_code"})
        made = _code_id(s, project, data.new_code)
        if made is not None:
            fields["code_id"] = made
        with together(s, caller(), made_code=made):
            service.change_coding(s, caller(), coding, CodingPatch(**fields))
    with session() as s:
        return jsonify(_parts(s, slug, coding))


@bp.post("/p/<slug>/codings/<int:coding_id>/remove")
@signed_in
def remove(slug: str, coding_id: int) -> ResponseReturnValue:
    """Take a coding away; it can be brought back."""
    data = sent(Held, empty=True)
    with telling_present(coding_id), transaction() as s:
        _, coding = _coding_in(s, slug, coding_id)
        check_version(coding, data.version, is_moved=False)
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
    if wants_json():
        with session() as s:
            return jsonify(_parts(s, slug, coding) | {"message": message})
    flash(message, "done")
    with session() as s:
        number = coding_row(s, coding.id).number
    anchor = "codings" if removed else f"c{coding.id}"
    return redirect(url_for("entries.read", slug=slug, number=number, removed=removed, _anchor=anchor))


def _parts(s: Session, slug: str, coding: Coding, *, also: Sequence[int] = ()) -> dict[str, Any]:
    """Return what a script redraws after a change: the codings as they stand now, or that they are gone."""
    told = answer(s, s.get_one(Source, coding.root_id), [coding.id, *also], round_id=coding.round_id)
    undoing = "codings.remove" if coding.deleted is None else "codings.restore"
    return told | {"coding": coding.id, "is_new": False, "undo": url_for(undoing, slug=slug, coding_id=coding.id)}


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
