"""Pages of memos: all of a project in one place, one memo, the form, its history, the bin, and out as a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from kmwiki.accounts.access import project_for
from kmwiki.api.v1.errors import words
from kmwiki.coding.codebook.tree import live_codes
from kmwiki.db import session, transaction
from kmwiki.errors import Conflict, Forbidden, Invalid, NotFound, say
from kmwiki.memos import exporting, queries, service
from kmwiki.memos.about import address_of, things
from kmwiki.memos.access import binned_memo_for, demand_edit, may_edit, may_remove, memo_for, read_target, target_for
from kmwiki.memos.links import Ref, written
from kmwiki.memos.schemas import MemoIn, MemoPatch
from kmwiki.security.policy import Permission
from kmwiki.sources.pinpoints import place_pinpoints
from kmwiki.sources.queries import author_of, revision, revisions
from kmwiki.sources.texts import check_body, prepare, rendered
from kmwiki.sources.veil import veil_for
from kmwiki.text.diff import diff_words
from kmwiki.web.context import caller, signed_in
from kmwiki.web.entry_typed import lines
from kmwiki.web.live_quotes import with_quotes
from kmwiki.web.memo_drawing import (
    AUDIENCE_WORDS,
    KIND_WORDS,
    SORT_WORDS,
    drawn_text,
    read_filters,
)
from kmwiki.web.memos_beside import KIND_ICONS
from kmwiki.web.numbers import number_in, page_in

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.memos.about import Thing
    from kmwiki.memos.models import Memo

bp = Blueprint("memos", __name__)

SIZE = 20
REVISIONS = 50
MOST_EXPORTED = 20_000


@dataclass(slots=True)
class Form:
    """What was typed into the form of a memo, and what is wrong with it."""

    about: str = "project"
    title: str = ""
    body: str = ""
    visibility: str = "team"
    reason: str = ""
    base: int = 0
    message: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    preview: str | None = None
    theirs: str = ""
    mine: str = ""


@bp.get("/p/<slug>/memos")
@signed_in
def index(slug: str) -> str:
    """Show the memos that the reader may read, filtered."""
    page = page_in(request.args)
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        asked = read_filters(opened, project)
        rows, total = queries.list_memos(opened, caller(), project, asked.filters, offset=(page - 1) * SIZE, size=SIZE)
        kinds, authors = queries.filter_values(opened, caller(), project)
        codes = live_codes(opened, project.id)
    kept = {name: value for name, value in asked.typed.items() if value and (name, value) != ("sort", "created")}
    return render_template(
        "memos/index.html",
        project=project,
        asked=asked,
        kept=kept,
        rows=rows,
        total=total,
        everything=sum(kinds.values()),
        page=page,
        pages=max(1, -(-total // SIZE)),
        counts=kinds,
        authors=authors,
        codes=codes,
        kinds=KIND_WORDS,
        memo_icons=KIND_ICONS,
        sorts=SORT_WORDS,
        audiences=AUDIENCE_WORDS,
    )


@bp.get("/p/<slug>/memos/<int:memo_id>")
@signed_in
def read(slug: str, memo_id: int) -> str:
    """Show a memo, what it is about, and what links to it."""
    with session() as opened:
        project, memo = _memo(opened, slug, memo_id)
        row = queries.rows_of(opened, caller(), project, [memo])[0]
        named = place_pinpoints(opened, caller(), request.args.getlist("hit"))
        return render_template(
            "memos/read.html",
            project=project,
            memo=memo,
            row=row,
            html=drawn_text(opened, project, row.head, named),
            moved=[one for one in named.moved if one.pinpoint.source_id == memo.source_id],
            backlinks=queries.linking_to(opened, caller(), project, "memo", memo.id),
            link=written("memo", memo.id),
            about_link=_written_about(row.about),
            may_edit=may_edit(caller(), memo.source),
            may_remove=may_remove(caller(), memo.source),
            kinds=KIND_WORDS,
            memo_icons=KIND_ICONS,
            audiences=AUDIENCE_WORDS,
        )


def _written_about(about: Thing | None) -> str:
    if about is None or about.kind == "project":
        return ""
    if about.kind == "entry" and about.entry is not None:
        return written("note", about.entry.number)
    return written(about.kind, about.id)


@bp.route("/p/<slug>/memos/new", methods=["GET", "POST"])
@signed_in
def new(slug: str) -> ResponseReturnValue:
    """Write a memo about what the address names: `about=entry:12`."""
    if request.method == "GET":
        return _draw(slug, Form(about=request.args.get("about", "project"), body=request.args.get("body", "")[:2000]))
    form = _typed()
    if request.form.get("action") == "preview":
        return _previewed(slug, form)
    try:
        prepare(form.body, "markdown")
        with transaction() as opened:
            project = project_for(opened, caller(), slug, Permission.CODE)
            target = target_for(opened, caller(), project, *read_target(form.about))
            data = MemoIn.model_validate({"title": form.title, "body": form.body, "visibility": form.visibility})
            memo = service.add_memo(opened, caller(), project, target, data)
    except Invalid as error:
        return _draw(slug, _refused(form, error)), 422
    except (Forbidden, NotFound) as error:
        return _kept(form.body, error)
    flash(gettext("The memo is saved."), "done")
    return redirect(address_of(slug, memo.id))


@bp.route("/p/<slug>/memos/<int:memo_id>/edit", methods=["GET", "POST"])
@signed_in
def edit(slug: str, memo_id: int) -> ResponseReturnValue:
    """Change a memo. A stale save shows both texts and keeps what was typed."""
    if request.method == "GET":
        with session() as opened:
            _, memo = _memo(opened, slug, memo_id)
            demand_edit(caller(), memo.source)
            head = revision(opened, memo.source)
        form = Form(title=memo.title, body=head.body, visibility=memo.source.audience, base=head.no)
        return _draw(slug, form, memo_id)
    form = _typed()
    if request.form.get("action") == "preview":
        return _previewed(slug, form, memo_id)
    try:
        prepare(form.body, "markdown")
        with transaction() as opened:
            _, memo = _memo(opened, slug, memo_id)
            told = {"title": form.title, "body": form.body, "visibility": form.visibility, "reason": form.reason}
            service.save_memo(opened, caller(), memo, MemoPatch.model_validate(told), base_no=form.base)
    except Invalid as error:
        return _draw(slug, _refused(form, error), memo_id), 422
    except Conflict as error:
        return _stale(slug, form, error, memo_id)
    except (Forbidden, NotFound) as error:
        return _kept(form.body, error)
    flash(gettext("The memo is saved."), "done")
    return redirect(address_of(slug, memo_id))


def _typed() -> Form:
    given = request.form
    visibility = given.get("visibility", "team")
    return Form(
        about=given.get("about", "project"),
        title=given.get("title", ""),
        body=lines(given.get("body", "")),
        visibility=visibility if visibility in service.AUDIENCES else "private",
        reason=given.get("reason", ""),
        base=number_in(given, "base") or 0,
    )


def _refused(form: Form, error: Invalid) -> Form:
    form.message = words(error.message)
    form.errors = {name: words(message) for name, message in error.fields.items()}
    return form


def _kept(body: str, error: Forbidden | NotFound) -> ResponseReturnValue:
    status = 404 if isinstance(error, NotFound) else 403
    return render_template("comments/kept.html", body=body, message=words(error.message), project=None), status


def _previewed(slug: str, form: Form, memo_id: int | None = None) -> ResponseReturnValue:
    try:
        check_body(form.body, "markdown")
    except Invalid as error:
        return _draw(slug, _refused(form, error), memo_id), 422
    with session() as opened:
        form.preview = with_quotes(opened, rendered(form.body, "markdown").html)
    return _draw(slug, form, memo_id)


def _stale(slug: str, form: Form, error: Conflict, memo_id: int) -> ResponseReturnValue:
    merge = error.details["merge"]
    assert isinstance(merge, dict)  # noqa: S101 - tells mypy what sources.service put there
    form.message, form.base = words(error.message), int(str(merge["revision"]))
    form.theirs, form.mine, form.body = str(merge["theirs"]), str(merge["mine"]), str(merge["merged"])
    return _draw(slug, form, memo_id), 409


def _draw(slug: str, form: Form, memo_id: int | None = None) -> str:
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.CODE)
        if memo_id is None:
            target = target_for(opened, caller(), project, *read_target(form.about))
            about = things(opened, caller(), project, [Ref(target.kind, target.id)]).get(Ref(target.kind, target.id))
        else:
            memo = memo_for(opened, caller(), memo_id)
            about = queries.rows_of(opened, caller(), project, [memo])[0].about
        return render_template(
            "memos/form.html",
            project=project,
            form=form,
            memo_id=memo_id,
            about=about,
            pieces=diff_words(form.theirs, form.mine) if form.theirs else (),
            kinds=KIND_WORDS,
            memo_icons=KIND_ICONS,
            audiences=AUDIENCE_WORDS,
        )


@bp.get("/p/<slug>/memos/<int:memo_id>/history")
@signed_in
def history(slug: str, memo_id: int) -> str:
    """Show the revisions of a memo, the newest first; one of them (`?no=3`) with what it changed."""
    page, no = page_in(request.args), number_in(request.args, "no", least=1)
    with session() as opened:
        project, memo = _memo(opened, slug, memo_id)
        row = queries.rows_of(opened, caller(), project, [memo])[0]
        veil = veil_for(opened, caller(), project.id).over(memo.source)
        found = revisions(opened, memo.source, offset=(page - 1) * REVISIONS, size=REVISIONS)
        shown = veil.revision(revision(opened, memo.source, no)) if no else None
        before = veil.revision(revision(opened, memo.source, no - 1)) if no and no > 1 else None
        return render_template(
            "memos/history.html",
            project=project,
            memo=memo,
            row=row,
            revisions=[(veil.revision(each), name) for each, name in found],
            page=page,
            pages=max(1, -(-memo.source.head_no // REVISIONS)),
            shown=shown,
            author=author_of(opened, shown) if shown else "",
            before=before,
            pieces=diff_words(_whole(before), _whole(shown)) if shown else (),
            may_edit=may_edit(caller(), memo.source),
        )


def _whole(of: Any) -> str:
    """Return title and body of a revision, to compare."""
    if of is None:
        return ""
    title = str(of.meta.get("title", ""))
    return f"{title}\n\n{of.body}" if title else str(of.body)


@bp.post("/p/<slug>/memos/<int:memo_id>/history/<int:no>/restore")
@signed_in
def restore_revision(slug: str, memo_id: int, no: int) -> ResponseReturnValue:
    """Make a new revision that is as an old one was."""
    base = number_in(request.form, "base") or 0
    try:
        with transaction() as opened:
            _, memo = _memo(opened, slug, memo_id)
            demand_edit(caller(), memo.source)
            old = revision(opened, memo.source, no)
            reason = gettext("As in revision %(no)s", no=no)
            told = {"title": str(old.meta.get("title", "")), "body": old.body, "body_format": old.format}
            service.save_memo(opened, caller(), memo, MemoPatch.model_validate(told | {"reason": reason}), base_no=base)
    except Conflict as error:
        raise Conflict(say("The memo was changed in the meantime. Look at its history again, then restore.")) from error
    flash(gettext("The memo reads as it did in revision %(no)s.", no=no), "done")
    return redirect(address_of(slug, memo_id))


@bp.post("/p/<slug>/memos/<int:memo_id>/bin")
@signed_in
def put(slug: str, memo_id: int) -> ResponseReturnValue:
    """Put a memo into the bin."""
    with transaction() as opened:
        _, memo = _memo(opened, slug, memo_id)
        service.bin_memo(opened, caller(), memo)
    flash(gettext("The memo is in the bin. It can be brought back from there."), "done")
    return redirect(url_for("memos.index", slug=slug))


@bp.post("/p/<slug>/memos/<int:memo_id>/restore")
@signed_in
def restore(slug: str, memo_id: int) -> ResponseReturnValue:
    """Bring a memo back from the bin."""
    with transaction() as opened:
        project = project_for(opened, caller(), slug, Permission.CODE)
        memo = binned_memo_for(opened, caller(), memo_id)
        if memo.source.project_id != project.id:
            raise NotFound(say("There is no such memo in the bin."))
        service.restore_memo(opened, caller(), memo)
    flash(gettext("The memo is back."), "done")
    return redirect(address_of(slug, memo_id))


@bp.get("/p/<slug>/memos.<any(zip,csv):form>")
@signed_in
def export(slug: str, form: str) -> ResponseReturnValue:
    """Give the memos that the filters let through as Markdown files in a zip, or as a table; the log tells of it."""
    headers = [
        gettext("Memo"), gettext("Title"), gettext("About"), gettext("What it is about"), gettext("In the note"),
        gettext("Author"), gettext("Who may read it"), gettext("Written"), gettext("Last changed"), gettext("Text"),
    ]  # fmt: skip
    known = {key: gettext(word) for table in (KIND_WORDS, AUDIENCE_WORDS) for key, word in table.items()}
    with transaction() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        filters = read_filters(opened, project).filters
        rows, _ = queries.list_memos(opened, caller(), project, filters, size=MOST_EXPORTED)
        service.record_export(opened, caller(), project.id, form=form, count=len(rows))
    write = exporting.write_zip if form == "zip" else exporting.write_csv
    answer = Response(write(rows, headers, known), mimetype="application/zip" if form == "zip" else "text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{project.slug}-memos.{form}"'
    return answer


def _memo(opened: Session, slug: str, memo_id: int) -> tuple[Project, Memo]:
    project = project_for(opened, caller(), slug, Permission.READ)
    memo = memo_for(opened, caller(), memo_id)
    if memo.source.project_id != project.id:
        raise NotFound(say("There is no such memo. It may lie in the bin."))
    return project, memo
