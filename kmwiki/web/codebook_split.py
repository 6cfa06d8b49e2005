"""Splitting a code: its passages to choose from, and the new or other code that the chosen ones go to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import ngettext
from pydantic import ValidationError

from kmwiki.api.v1.errors import words
from kmwiki.api.v1.ground import invalid_from
from kmwiki.coding import service
from kmwiki.coding.access import code_for
from kmwiki.coding.codebook import code_passages, counts
from kmwiki.coding.codebook.code_passages import PassageFilters
from kmwiki.coding.schemas import VOICES, CodeIn
from kmwiki.db import LARGEST_INTEGER, session, transaction
from kmwiki.errors import Conflict, Invalid, say
from kmwiki.security.policy import Permission
from kmwiki.web.codebook import code_in_project, undoable
from kmwiki.web.context import caller, signed_in
from kmwiki.web.numbers import LONGEST, number_in, page_in

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session
    from werkzeug.datastructures import MultiDict

    from kmwiki.accounts.models import Project
    from kmwiki.coding.models import Code

bp = Blueprint("codebook_split", __name__)

SIZE = 100  # passages on a page
LONGEST_WORDS = 200


@bp.get("/p/<slug>/codebook/<int:code_id>/split")
@signed_in
def show(slug: str, code_id: int) -> ResponseReturnValue:
    """Show the passages of a code, to choose those that go to another."""
    return _draw(slug, code_id, request.args)


@bp.post("/p/<slug>/codebook/<int:code_id>/split")
@signed_in
def split(slug: str, code_id: int) -> ResponseReturnValue:
    """Put the chosen passages, or all that the filters find, under a new or another code."""
    given = request.form
    try:
        with transaction() as s:
            project, found = code_in_project(s, slug, code_id, Permission.EDIT_CODEBOOK)
            if given.get("scope") == "found":
                chosen = code_passages.passage_ids(s, caller(), found, _filters(given))
            else:
                chosen = _picked(given)
            into = _target(s, found, given)
            target, over = service.split_code(s, caller(), found, into, chosen, reason=given.get("reason", "")[:2000])
            done = undoable(s, project.id)
    except (Invalid, Conflict) as error:
        fields = {name: words(text) for name, text in error.fields.items()} if isinstance(error, Invalid) else {}
        page = _draw(slug, code_id, given, message=words(error.message), fields=fields, picked=_picked(given))
        return page, 422 if isinstance(error, Invalid) else 409
    number = len(over.ids)
    told = ngettext(
        "%(num)s passage went from “%(name)s” to “%(into)s”.",
        "%(num)s passages went from “%(name)s” to “%(into)s”.",
        number,
        name=found.name_th,
        into=target.name_th,
    )
    if over.left:
        more = ngettext(
            "%(num)s stood there no longer and was left.",
            "%(num)s stood there no longer and were left.",
            len(over.left),
        )
        told = f"{told} {more}"
    flash(told, done)
    return redirect(url_for("codebook.code", slug=slug, code_id=target.id))


def _target(s: Session, found: Code, given: MultiDict[str, str]) -> Code | CodeIn:
    if given.get("to") == "other":
        into = number_in(given, "into")
        if into is None:
            raise Invalid.one("into", say("Choose the code that they go to."))
        return code_for(s, caller(), into, Permission.EDIT_CODEBOOK)
    try:
        told = {name: given.get(name, "") for name in ("name_th", "name_en", "definition")}
        place = found.id if given.get("place") == "below" else found.parent_id
        return CodeIn.model_validate(told | {"parent_id": place})
    except ValidationError as error:
        raise invalid_from(error) from error


def _picked(given: MultiDict[str, str]) -> list[int]:
    """Return the ids that were ticked: one by one on the page, and joined by commas those of other pages."""
    told = [*given.getlist("pick"), *given.get("picks", "").split(",")]
    numbers = {int(each) for each in told if each.isascii() and each.isdigit() and len(each) <= LONGEST}
    return sorted(number for number in numbers if number <= LARGEST_INTEGER)


def _filters(given: MultiDict[str, str]) -> PassageFilters:
    voice = given.get("voice", "")
    return PassageFilters(
        words=given.get("q", "")[:LONGEST_WORDS],
        coder_id=number_in(given, "coder"),
        voice=voice if voice in (*VOICES, "none") else "",
        number=number_in(given, "note"),
    )


def _draw(
    slug: str,
    code_id: int,
    given: MultiDict[str, str],
    *,
    message: str = "",
    fields: dict[str, str] | None = None,
    picked: list[int] | None = None,
) -> str:
    filters, page = _filters(given), page_in(given)
    values: dict[str, Any] = {name: given.get(name, "") for name in ("name_th", "name_en", "definition", "reason")}
    with session() as s:
        project, found = code_in_project(s, slug, code_id, Permission.EDIT_CODEBOOK)
        ids = code_passages.passage_ids(s, caller(), found, filters)
        page = min(page, max((len(ids) - 1) // SIZE + 1, 1))
        rows = code_passages.passages(s, caller(), project.id, ids[(page - 1) * SIZE : page * SIZE])
        coders = code_passages.coders_of_code(s, caller(), found)
        others = [pair for pair in _codes_to_choose(s, project) if pair[0].id != found.id]
    return render_template(
        "codebook/split.html",
        project=project,
        code=found,
        rows=rows,
        total=len(ids),
        page=page,
        size=SIZE,
        filters=filters,
        coders=coders,
        others=others,
        values=values,
        to=given.get("to", "new"),
        place=given.get("place", "beside"),
        scope=given.get("scope", "ticked"),
        into_id=number_in(given, "into"),
        picked=set(picked or []),
        message=message,
        fields=fields or {},
    )


def _codes_to_choose(s: Session, project: Project) -> list[tuple[Code, int]]:
    """Return the codes in use from top to bottom, each with its depth."""
    return [(node.code, depth) for node, depth in counts.flat(counts.tree_of(s, caller(), project.id))]
