"""The list of imported notes that wait to be looked over."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from kmwiki.accounts.access import project_for
from kmwiki.db import session
from kmwiki.entries.kinds import KINDS
from kmwiki.exchange.reviewing.queue import SIZE, Waiting, count_waiting, waiting
from kmwiki.places.queries import place
from kmwiki.security.policy import Permission
from kmwiki.web.context import caller, signed_in
from kmwiki.web.numbers import number_in, page_in

bp = Blueprint("import_queue", __name__)

STATES = ("open", "done", "all")


@bp.get("/p/<slug>/imports/look-over")
@signed_in
def index(slug: str) -> str:
    """Show imported notes, the least sure first; by state, by import, or only those with uncertain cuts."""
    state = request.args.get("state", "open")
    wanted = Waiting(
        state if state in STATES else "open", number_in(request.args, "batch"), request.args.get("unsure") == "1"
    )
    page = page_in(request.args)
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.IMPORT)
        rows, total = waiting(opened, caller(), project.id, wanted, offset=(page - 1) * SIZE)
        counts = count_waiting(opened, caller(), project.id)
    return render_template(
        "imports/queue.html",
        project=project,
        rows=rows,
        total=total,
        counts=counts,
        wanted=wanted,
        page=page,
        size=SIZE,
        kinds=KINDS,
        place=place,
    )
