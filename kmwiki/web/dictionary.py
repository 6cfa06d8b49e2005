"""Pages of a project's dictionary: the list, one word, its history, and coming in and going out as a table file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from kmwiki.accounts.access import project_for
from kmwiki.api.v1.errors import words
from kmwiki.db import session, transaction
from kmwiki.errors import N_, Conflict, Invalid, NotFound, say
from kmwiki.search import terms, terms_queries
from kmwiki.search.dictionary import Term
from kmwiki.search.terms_table import MOST_ROWS, changes_for, read_table, write_table
from kmwiki.security.policy import Permission
from kmwiki.web.carried_rows import pack, unpack
from kmwiki.web.context import caller, signed_in
from kmwiki.web.drawing import locale_code
from kmwiki.web.numbers import page_in

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.search.models import DictionaryTerm

bp = Blueprint("dictionary", __name__)

SIZE = 100
CHANGES = 50
KIND_WORDS = {
    "abbreviation": N_("Abbreviation"),
    "person": N_("Person"),
    "place": N_("Place"),
    "term": N_("Word"),
}
VERB_WORDS = {
    "added": N_("Added"),
    "changed": N_("Changed"),
    "removed": N_("Removed"),
    "imported": N_("Brought in"),
    "undone": N_("Undone"),
}
VERDICTS = {
    "new": N_("New"),
    "changed": N_("Changed kind"),
    "same": N_("There already"),
    "twice": N_("Twice in the file"),
    "loop": N_("Loop"),
    "wrong": N_("Cannot be taken"),
}
ENCODINGS = ("utf-8", "utf-16", "cp874", "tis-620")


@dataclass(slots=True)
class Form:
    """What was typed into the form of a word, and what is wrong with it."""

    term: Term = field(default_factory=lambda: Term("", "", "abbreviation"))
    reason: str = ""
    message: str = ""
    errors: dict[str, str] = field(default_factory=dict)


@bp.get("/p/<slug>/dictionary")
@signed_in
def index(slug: str) -> ResponseReturnValue:
    """Show the words, searched and narrowed, with a form to add one."""
    term = request.args.get("term", "")[:200]
    return draw_list(slug, Form(Term(term, request.args.get("expansion", "")[:400], "abbreviation")))


def draw_list(slug: str, form: Form, status: int = 200) -> ResponseReturnValue:
    """Draw the list with what was typed into its form."""
    text, kind, page = request.args.get("q", "")[:200], request.args.get("kind", ""), page_in(request.args)
    kind = kind if kind in terms.KINDS else ""
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        own = terms.all_terms(opened, project.id)
        rows = terms_queries.find_terms(opened, project.id, text, kind)
        progress = terms_queries.progress(opened, project.id)
    drawn = render_template(
        "dictionary/index.html",
        project=project,
        rows=rows[(page - 1) * SIZE : page * SIZE],
        total=len(rows),
        everything=len(own),
        page=page,
        size=SIZE,
        text=text,
        kind=kind,
        form=form,
        kinds=KIND_WORDS,
        progress=progress,
        built_in=terms_queries.built_in(own, text) if kind in {"", "abbreviation"} else [],
    )
    return drawn, status


@bp.get("/p/<slug>/dictionary/progress")
@signed_in
def progress(slug: str) -> ResponseReturnValue:
    """Tell how far the index is; asked for every other second while it goes on."""
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        found = terms_queries.progress(opened, project.id)
    if not request.headers.get("HX-Request"):
        return redirect(url_for("dictionary.index", slug=slug))
    return render_template("dictionary/_progress.html", project=project, progress=found, is_polled=True)


def typed() -> Form:
    """Return what was sent."""
    given = request.form
    return Form(
        Term(given.get("term", ""), given.get("expansion", ""), given.get("kind", "abbreviation")),
        given.get("reason", ""),
    )


def refused(form: Form, error: Invalid | Conflict) -> Form:
    """Put what is wrong beside what was typed."""
    form.message = words(error.message)
    if isinstance(error, Invalid):
        form.errors = {name: words(message) for name, message in error.fields.items()}
    return form


@bp.post("/p/<slug>/dictionary")
@signed_in
def add(slug: str) -> ResponseReturnValue:
    """Add a word."""
    form = typed()
    try:
        with transaction() as opened:
            project = project_for(opened, caller(), slug, Permission.EDIT_CODEBOOK)
            made = terms.add_term(opened, caller(), project, form.term, reason=form.reason)
    except (Invalid, Conflict) as error:
        return draw_list(slug, refused(form, error), 422)
    flash(gettext("“%(term)s” is in the dictionary.", term=made.term), "done")
    return redirect(url_for("dictionary.index", slug=slug))


@bp.route("/p/<slug>/dictionary/<int:term_id>", methods=["GET", "POST"])
@signed_in
def edit(slug: str, term_id: int) -> ResponseReturnValue:
    """Change a word."""
    with session() as opened:
        project, row = _term_in(opened, slug, term_id)
    if request.method == "GET":
        return _draw_form(project, row, Form(terms.told(row)))
    form = typed()
    try:
        with transaction() as opened:
            _, kept = _term_in(opened, slug, term_id)
            terms.change_term(opened, caller(), kept, form.term, reason=form.reason)
    except (Invalid, Conflict) as error:
        return _draw_form(project, row, refused(form, error)), 422
    flash(gettext("“%(term)s” was changed.", term=kept.term), "done")
    return redirect(url_for("dictionary.index", slug=slug))


def _draw_form(project: Project, row: DictionaryTerm, form: Form) -> str:
    return render_template("dictionary/form.html", project=project, row=row, form=form, kinds=KIND_WORDS)


@bp.post("/p/<slug>/dictionary/<int:term_id>/remove")
@signed_in
def remove(slug: str, term_id: int) -> ResponseReturnValue:
    """Remove a word; the history offers to undo it."""
    with transaction() as opened:
        _, row = _term_in(opened, slug, term_id)
        term = row.term
        terms.remove_term(opened, caller(), row, reason=request.form.get("reason", "")[: terms.LONGEST_REASON])
    flash(gettext("“%(term)s” was removed. The history can bring it back.", term=term), "done")
    return redirect(url_for("dictionary.index", slug=slug))


@bp.get("/p/<slug>/dictionary/history")
@signed_in
def history(slug: str) -> ResponseReturnValue:
    """Show every change with who, when and why, the newest first."""
    page = page_in(request.args)
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        rows, total = terms_queries.history(opened, project.id, offset=(page - 1) * CHANGES, size=CHANGES)
    return render_template(
        "dictionary/history.html",
        project=project,
        rows=rows,
        total=total,
        page=page,
        size=CHANGES,
        verbs=VERB_WORDS,
        kinds=KIND_WORDS,
    )


@bp.post("/p/<slug>/dictionary/undo/<int:number>")
@signed_in
def undo(slug: str, number: int) -> ResponseReturnValue:
    """Take a change back."""
    try:
        with transaction() as opened:
            project = project_for(opened, caller(), slug, Permission.EDIT_CODEBOOK)
            terms.undo_change(opened, caller(), project, number)
    except Conflict as error:
        flash(words(error.message), "wrong")
    else:
        flash(gettext("Change %(number)s was undone.", number=number), "done")
    return redirect(url_for("dictionary.history", slug=slug))


@bp.get("/p/<slug>/dictionary.csv")
@signed_in
def export(slug: str) -> ResponseReturnValue:
    """Give the dictionary as a table file."""
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        rows = terms_queries.find_terms(opened, project.id)
    answer = Response(write_table(map(terms.told, rows), locale_code()), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{project.slug}-dictionary.csv"'
    return answer


@bp.route("/p/<slug>/dictionary/import", methods=["GET", "POST"])
@signed_in
def bring_in(slug: str) -> ResponseReturnValue:
    """Take a table file and tell row by row what it would do; nothing is written yet."""
    report, message, status = None, "", 200
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.EDIT_CODEBOOK)
        if request.method == "POST":
            try:
                sent = request.files.get("file")
                if sent is None or not sent.filename:
                    raise Invalid.one("file", say("Choose a file first."))
                encoding = request.form.get("encoding", "")
                present = terms.all_terms(opened, project.id)
                report = read_table(sent.read(), present, encoding if encoding in ENCODINGS else None)
            except Invalid as error:
                message, status = words(next(iter(error.fields.values()), error.message)), 422
    drawn = render_template(
        "dictionary/import.html",
        project=project,
        report=report,
        message=message,
        packed=pack([list(term) for term in report.wanted]) if report else "",
        shown=sorted(report.rows, key=lambda row: (row.verdict in {"new", "same"}, row.line))[:500] if report else [],
        verdicts=VERDICTS,
        kinds=KIND_WORDS,
        encodings=ENCODINGS,
        words=words,
    )
    return drawn, status


@bp.post("/p/<slug>/dictionary/import/write")
@signed_in
def write(slug: str) -> ResponseReturnValue:
    """Write what the report showed; each row is checked once more."""
    rows = unpack(request.form.get("rows", ""), width=len(Term._fields), most=MOST_ROWS)
    wanted = [Term(*row) for row in rows]
    with transaction() as opened:
        project = project_for(opened, caller(), slug, Permission.EDIT_CODEBOOK)
        changes = changes_for(wanted, terms.all_terms(opened, project.id))
        reason = request.form.get("reason", "")[: terms.LONGEST_REASON]
        terms.change_many(opened, caller(), project, changes, reason=reason)
    count = len(changes)
    flash(ngettext("%(num)s word was written.", "%(num)s words were written.", count), "done")
    return redirect(url_for("dictionary.index", slug=slug))


def _term_in(opened: Session, slug: str, term_id: int) -> tuple[Project, DictionaryTerm]:
    """Return the project and a word of it, for who may change it. NotFound, Forbidden."""
    project = project_for(opened, caller(), slug, Permission.EDIT_CODEBOOK)
    row = terms.term_for(opened, caller(), term_id, Permission.EDIT_CODEBOOK)
    if row.project_id != project.id:
        raise NotFound(say("There is no such word in a dictionary that you can see."))
    return project, row
