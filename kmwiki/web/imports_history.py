"""The history of imports: what each brought in, and taking one back, or doing it again, after a look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, url_for

from kmwiki.accounts.access import project_for
from kmwiki.api.v1.errors import words
from kmwiki.db import session, transaction
from kmwiki.errors import N_
from kmwiki.exchange.importing.batches import PAGE, batch_for, list_batches, tell
from kmwiki.exchange.importing.since import count_by
from kmwiki.exchange.importing.undo_job import ask_undo
from kmwiki.exchange.importing.undoing import Undo
from kmwiki.security.policy import Permission
from kmwiki.web.context import caller, signed_in
from kmwiki.web.numbers import page_in

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("imports_history", __name__)
bp.add_app_template_filter(words, "worded")

CHANNELS = {"web": N_("on the web"), "api": N_("over the API"), "cli": N_("on the command line")}
STATES = {
    "running": (N_("Going on"), "info"),
    "stopped": (N_("Stopped amid it"), "warn"),
    "done": (N_("Stands"), "ok"),
    "partly": (N_("Partly undone"), "warn"),
    "undone": (N_("Undone"), ""),
}
SHOWN = 500
"""Notes of an import that its page lists; the counts tell of all."""


@bp.get("/p/<slug>/imports")
@signed_in
def index(slug: str) -> str:
    """List the imports that the reader may take back, the newest first."""
    page = page_in(request.args)
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.IMPORT)
        found, total = list_batches(opened, caller(), project.id, offset=(page - 1) * PAGE)
    return render_template(
        "imports/history.html",
        project=project,
        found=found,
        total=total,
        page=page,
        size=PAGE,
        channels=CHANNELS,
        states=STATES,
    )


@bp.get("/p/<slug>/imports/<int:batch_id>")
@signed_in
def show(slug: str, batch_id: int) -> str:
    """Show one import, and what taking it back (or doing it again) would do, before it is done."""
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.IMPORT)
        told = tell(opened, batch_for(opened, caller(), project.id, batch_id))
    back = Undo(caller(), slug, batch_id).survey()[1]
    again = Undo(caller(), slug, batch_id, is_again=True).survey()[1]
    return render_template(
        "imports/batch.html",
        project=project,
        told=told,
        back=back,
        again=again,
        counts=count_by(back),
        shown=SHOWN,
        channels=CHANNELS,
        states=STATES,
    )


@bp.post("/p/<slug>/imports/<int:batch_id>/undo")
@signed_in
def undo(slug: str, batch_id: int) -> ResponseReturnValue:
    """Ask for an import to be taken back: only what nobody touched since, or everything."""
    return _ask(slug, batch_id, everything=request.form.get("what") == "everything")


@bp.post("/p/<slug>/imports/<int:batch_id>/redo")
@signed_in
def redo(slug: str, batch_id: int) -> ResponseReturnValue:
    """Ask for what was taken back to be done again."""
    return _ask(slug, batch_id, is_again=True)


def _ask(slug: str, batch_id: int, *, everything: bool = False, is_again: bool = False) -> ResponseReturnValue:
    with transaction() as opened:
        project = project_for(opened, caller(), slug, Permission.IMPORT)
        batch = batch_for(opened, caller(), project.id, batch_id)
        job = ask_undo(opened, caller(), batch, everything=everything, is_again=is_again)
    return redirect(url_for("jobs.show", slug=slug, job_id=job.id), 303)
