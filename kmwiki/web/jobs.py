"""Long work: how far it is, and what came of it. The page can be left and opened again at any time."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import Blueprint, make_response, render_template, request

from kmwiki.accounts.access import project_for
from kmwiki.api.v1.jobs import tell_job
from kmwiki.db import session
from kmwiki.entries.kinds import KINDS
from kmwiki.errors import NotFound, say
from kmwiki.exchange.importing import undo_job
from kmwiki.exchange.importing.job import job_for
from kmwiki.places.queries import place
from kmwiki.security.policy import Permission
from kmwiki.web.context import caller, signed_in
from kmwiki.web.drawing import show_date

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("jobs", __name__)

GOING_ON = frozenset({"queued", "running"})
NOTHING: dict[str, Any] = {"created": 0, "updated": 0, "unchanged": 0, "failed": 0, "batch": None, "items": []}


@bp.get("/p/<slug>/jobs/<int:job_id>")
@signed_in
def show(slug: str, job_id: int) -> ResponseReturnValue:
    """Show a job: a bar while it goes on, which asks for itself every other second, then its result."""
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.IMPORT)
        found = job_for(opened, caller(), job_id)
        if found.project_id != project.id:
            raise NotFound(say("There is no such job."))
        job = tell_job(found)
    is_going_on = job.state in GOING_ON
    if request.headers.get("HX-Request"):
        answer = make_response(render_template("jobs/_progress.html", job=job))
        if not is_going_on:
            answer.headers["HX-Refresh"] = "true"
        return answer
    return render_template(
        "jobs/show.html",
        project=project,
        job=job,
        is_undo=job.kind == undo_job.KIND,
        result=NOTHING | (job.result or {}),
        is_going_on=is_going_on,
        kinds=KINDS,
        place=place,
    )


@bp.app_template_filter("iso_day")
def iso_day(written: str) -> str:
    """Draw the day of a time in ISO 8601, in the reader's calendar."""
    return show_date(datetime.fromisoformat(written), "short")
