"""The pages of saved questions about passages: keeping one, the list, opening, changing, removing, bringing back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from kmwiki.accounts.access import project_for
from kmwiki.api.v1.errors import words
from kmwiki.db import session, transaction
from kmwiki.errors import Conflict, Forbidden, Invalid
from kmwiki.retrieval import saved
from kmwiki.retrieval.book import read_book
from kmwiki.retrieval.reading import read_question
from kmwiki.retrieval.telling import sentence
from kmwiki.security.policy import Permission
from kmwiki.web.context import caller, signed_in
from kmwiki.web.numbers import page_in
from kmwiki.web.retrieval_address import address, asked_in, tongue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from kmwiki.retrieval.book import Book
    from kmwiki.retrieval.saved import Kept

bp = Blueprint("retrieval_saved", __name__)
SIZE = 20


@dataclass(slots=True)
class Form:
    """What the form of a question shows: what was typed, and what is wrong with it."""

    name: str = ""
    query: Mapping[str, list[str]] = field(default_factory=dict)
    is_shared: bool = False
    message: str = ""
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """A saved question with its words; `problem` is why it cannot be asked as it is."""

    kept: Kept
    said: str
    problem: str = ""


@bp.get("/p/<slug>/passages/saved")
@signed_in
def index(slug: str) -> ResponseReturnValue:
    """Show the reader's own and the shared questions."""
    page = page_in(request.args)
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        rows, total = saved.retrievals_of(opened, caller(), project.id, offset=(page - 1) * SIZE, size=SIZE)
        book = read_book(opened, project.id)
        removed = saved.removed_of(opened, caller(), project.id)
        return render_template(
            "retrieval/saved.html",
            project=project,
            lines=[_line(kept, book) for kept in rows],
            removed=removed,
            total=total,
            page=page,
            size=SIZE,
        )


@bp.get("/p/<slug>/passages/saved/new")
@signed_in
def new(slug: str) -> ResponseReturnValue:
    """Offer to save the question of the address."""
    return _draw(slug, Form(query=asked_in(request.args)))


@bp.post("/p/<slug>/passages/saved")
@signed_in
def save(slug: str) -> ResponseReturnValue:
    """Save a question under a name."""
    form = _typed()
    try:
        with transaction() as opened:
            project = project_for(opened, caller(), slug, Permission.READ)
            draft = saved.Draft(form.name, form.query, is_shared=form.is_shared)
            name = saved.save_retrieval(opened, caller(), project, draft).name
    except (Invalid, Conflict, Forbidden) as error:
        return _draw(slug, _refused(form, error), status=_status(error))
    flash(gettext("The question “%(name)s” is saved.", name=name), "done")
    return redirect(address(project, form.query), 303)


@bp.get("/p/<slug>/passages/saved/<int:row_id>")
@signed_in
def open_one(slug: str, row_id: int) -> ResponseReturnValue:
    """Ask the question again, of the texts as they are now."""
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        row = saved.retrieval_for(opened, caller(), project, row_id)
    return redirect(address(project, row.query))


@bp.route("/p/<slug>/passages/saved/<int:row_id>/edit", methods=["GET", "POST"])
@signed_in
def edit(slug: str, row_id: int) -> ResponseReturnValue:
    """Change the name of a question of one's own, and who has it."""
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        row = saved.retrieval_for(opened, caller(), project, row_id)
    saved.demand_own(caller(), row)
    if request.method == "GET":
        return _draw(slug, Form(row.name, row.query, row.is_shared), row_id)
    form = _typed()
    form.query = form.query or row.query
    try:
        with transaction() as opened:
            row = saved.retrieval_for(opened, caller(), project, row_id)
            draft = saved.Draft(form.name, form.query, is_shared=form.is_shared)
            saved.change_retrieval(opened, caller(), row, draft)
            name = row.name
    except (Invalid, Conflict, Forbidden) as error:
        return _draw(slug, _refused(form, error), row_id, status=_status(error))
    flash(gettext("The question “%(name)s” is saved.", name=name), "done")
    return redirect(url_for("retrieval_saved.index", slug=slug), 303)


@bp.post("/p/<slug>/passages/saved/<int:row_id>/remove")
@signed_in
def remove(slug: str, row_id: int) -> ResponseReturnValue:
    """Remove a question; the list offers to bring it back."""
    with transaction() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        row = saved.retrieval_for(opened, caller(), project, row_id)
        saved.remove_retrieval(opened, caller(), row)
        name = row.name
    flash(gettext("The question “%(name)s” was removed. Below the list it can be brought back.", name=name), "done")
    return redirect(url_for("retrieval_saved.index", slug=slug), 303)


@bp.post("/p/<slug>/passages/saved/<int:row_id>/restore")
@signed_in
def restore(slug: str, row_id: int) -> ResponseReturnValue:
    """Bring a removed question back."""
    try:
        with transaction() as opened:
            project = project_for(opened, caller(), slug, Permission.READ)
            row = saved.retrieval_for(opened, caller(), project, row_id, is_removed=True)
            saved.restore_retrieval(opened, caller(), row)
            name = row.name
    except Conflict as error:
        flash(words(error.message), "wrong")
    else:
        flash(gettext("The question “%(name)s” is back.", name=name), "done")
    return redirect(url_for("retrieval_saved.index", slug=slug), 303)


def _line(kept: Kept, book: Book) -> Line:
    try:
        return Line(kept, sentence(read_question(kept.row.query, book), book, tongue()))
    except Invalid as error:
        return Line(kept, "", " ".join(words(message) for message in error.fields.values()))


def _typed() -> Form:
    return Form(request.form.get("name", ""), asked_in(request.form), "is_shared" in request.form)


def _status(error: Invalid | Conflict | Forbidden) -> int:
    return 422 if isinstance(error, Invalid) else 409 if isinstance(error, Conflict) else 403


def _refused(form: Form, error: Invalid | Conflict | Forbidden) -> Form:
    form.message = words(error.message)
    if isinstance(error, Invalid):
        form.errors = {name: words(message) for name, message in error.fields.items()}
    return form


def _draw(slug: str, form: Form, row_id: int | None = None, *, status: int = 200) -> ResponseReturnValue:
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        book = read_book(opened, project.id)
    try:
        said = sentence(read_question(form.query, book), book, tongue())
    except Invalid as error:
        flash(words(error.message), "wrong")
        return redirect(address(project, form.query))
    drawn = render_template("retrieval/keep.html", project=project, form=form, said=said, row_id=row_id)
    return drawn, status
