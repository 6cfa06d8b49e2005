"""Passages as files: small ones at once, large ones made in the background while one may leave the page."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, send_file, url_for
from flask_babel import gettext

from kmwiki.accounts.access import project_for
from kmwiki.api.v1.errors import words
from kmwiki.api.v1.jobs import tell_job
from kmwiki.db import now, session, transaction
from kmwiki.errors import N_, Invalid, NotFound, say
from kmwiki.retrieval import exporting
from kmwiki.retrieval.files import TYPES, Export, read_format, write_file
from kmwiki.security.policy import Permission
from kmwiki.web.context import caller, settings, signed_in
from kmwiki.web.drawing import locale_code
from kmwiki.web.links import site_address
from kmwiki.web.retrieval_address import address, asked_in, tongue

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.jobs.models import Job

bp = Blueprint("retrieval_exports", __name__)

FORMATS = {
    "docx": N_("Word (docx)"),
    "xlsx": N_("Excel (xlsx)"),
    "csv": N_("Table (csv)"),
    "html": N_("Page to print (html)"),
}
AT_ONCE = 300
"""Up to so many passages a file is made while one waits; a larger one is made in the background."""
GOING_ON = frozenset({"queued", "running"})


@bp.post("/p/<slug>/passages/export")
@signed_in
def ask(slug: str) -> ResponseReturnValue:
    """Give the passages of a question as a file, or ask for it where that takes a while."""
    given, wanted = asked_in(request.form), request.form.get("format", "")
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
    try:
        form = read_format(wanted)
        with session() as opened:
            found, book = exporting.found_for(opened, caller(), project, given, form)
            export = Export(opened, caller(), project, book, found, tongue(), site_address())
            data = write_file(export, form) if len(found.lines) <= AT_ONCE else None
        with transaction() as opened:
            if data is None:
                job = exporting.ask(opened, caller(), project, given, form=form, locale=locale_code())
                return redirect(url_for("retrieval_exports.show", slug=slug, job_id=job.id), 303)
            exporting.record_export(opened, caller(), project, form, found.total)
    except Invalid as error:
        flash(words(error.message), "wrong")
        return redirect(address(project, given), 303)
    answer = Response(data, mimetype=TYPES[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="{file_name(project, form)}"'
    return answer


@bp.get("/p/<slug>/passages/exports/<int:job_id>")
@signed_in
def show(slug: str, job_id: int) -> ResponseReturnValue:
    """Show how far a file is, then where to fetch it."""
    with session() as opened:
        project, job = _job(opened, slug, job_id)
    told = tell_job(job)
    is_going_on = told.state in GOING_ON
    if request.headers.get("HX-Request"):
        answer = make_response(render_template("retrieval/_progress.html", job=told))
        if not is_going_on:
            answer.headers["HX-Refresh"] = "true"
        return answer
    until = job.finished + exporting.KEPT if job.finished else None
    return render_template(
        "retrieval/export.html",
        project=project,
        job=told,
        result=job.result or {},
        form=gettext(FORMATS[str(job.payload["format"])]),
        query=job.payload["query"],
        is_going_on=is_going_on,
        until=until,
        is_over=until is not None and until < now(),
    )


@bp.get("/p/<slug>/passages/exports/<int:job_id>/file")
@signed_in
def fetch(slug: str, job_id: int) -> ResponseReturnValue:
    """Give a file that was made, to who asked for it."""
    with session() as opened:
        project, job = _job(opened, slug, job_id)
    form = str(job.payload["format"])
    answer = send_file(
        exporting.file_of(settings(), job),
        mimetype=TYPES[form],
        as_attachment=True,
        download_name=file_name(project, form),
        max_age=timedelta(0).seconds,
    )
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def file_name(project: Project, form: str) -> str:
    """Return what a file is called where it is kept."""
    return f"{project.slug}-passages.{form}"


def _job(opened: Session, slug: str, job_id: int) -> tuple[Project, Job]:
    project = project_for(opened, caller(), slug, Permission.READ)
    job = exporting.job_for(opened, caller(), job_id)
    if job.project_id != project.id:
        raise NotFound(say("There is no such file."))
    return project, job
