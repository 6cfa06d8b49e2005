"""Bringing files in: choose them, look over what was found in them, then import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from kmwiki.accounts.access import project_for
from kmwiki.api.v1.errors import words
from kmwiki.api.v1.imports import read_options, sent_files
from kmwiki.db import session, transaction
from kmwiki.entries.kinds import KINDS
from kmwiki.errors import Invalid, NotFound
from kmwiki.exchange.importing import spool
from kmwiki.exchange.importing.job import ask, check_request, confirm, job_for, read_sent
from kmwiki.exchange.importing.model import Options
from kmwiki.formats.decoding import ENCODINGS
from kmwiki.places.queries import provinces
from kmwiki.security.policy import Permission
from kmwiki.web.context import caller, settings, signed_in
from kmwiki.web.forms import Blanks, worded
from kmwiki.web.import_preview import preview_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kmwiki.accounts.models import Project

bp = Blueprint("imports", __name__)


@bp.get("/p/<slug>/import")
@signed_in
def upload(slug: str) -> ResponseReturnValue:
    """Offer to choose files."""
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.IMPORT)
    return _draw(project, Options())


@bp.post("/p/<slug>/import")
@signed_in
def look(slug: str) -> ResponseReturnValue:
    """Take the files and look them over; nothing comes into the project yet."""
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.IMPORT)
    options = read_options(request.form)
    try:
        with session() as opened:
            check_request(opened, caller(), slug, options)
        token, _ = spool.put(settings(), caller(), sent_files())
    except Invalid as error:
        return _draw(project, options, error), 422
    with transaction() as opened:
        job = ask(opened, caller(), project, token, options, is_dry=True)
    return redirect(url_for("jobs.show", slug=slug, job_id=job.id), 303)


@bp.post("/p/<slug>/import/<int:job_id>")
@signed_in
def start(slug: str, job_id: int) -> ResponseReturnValue:
    """Import what was looked over."""
    with transaction() as opened:
        project = project_for(opened, caller(), slug, Permission.IMPORT)
        job = confirm(opened, caller(), project, job_for(opened, caller(), job_id))
    return redirect(url_for("jobs.show", slug=slug, job_id=job.id), 303)


@bp.get("/p/<slug>/import/<int:job_id>/<int:place>")
@signed_in
def preview(slug: str, job_id: int, place: int) -> ResponseReturnValue:
    """Show what was read from one file, with its evidence, before anything comes in."""
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.IMPORT)
        job = job_for(opened, caller(), job_id)
    try:
        draft = read_sent(settings(), job, project.id, place)
    except (NotFound, Invalid) as error:
        flash(words(error.message), "wrong")
        return redirect(url_for("jobs.show", slug=slug, job_id=job_id))
    return render_template("imports/preview.html", project=project, job_id=job_id, **preview_of(draft))


def _draw(project: Project, options: Options, error: Invalid | None = None) -> str:
    return render_template(
        "imports/upload.html",
        project=project,
        options=options,
        errors=worded(error) if error else Blanks(),
        message=words(error.message) if error else "",
        kinds=KINDS,
        encodings=ENCODINGS,
        provinces=provinces(),
        limit=settings().max_upload_mb,
    )
