"""The bin: what was thrown away, by whom and when, and how it comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext

from kmwiki.accounts.access import project_for
from kmwiki.db import session, transaction
from kmwiki.entries import service
from kmwiki.entries.access import binned_entry_for, entry_by_number
from kmwiki.entries.kinds import KINDS
from kmwiki.entries.queries import binned, path_of
from kmwiki.memos.queries import binned_memos
from kmwiki.security.policy import Permission
from kmwiki.sources.queries import names_of
from kmwiki.web.context import caller, signed_in

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("bin", __name__)


@bp.get("/p/<slug>/bin")
@signed_in
def index(slug: str) -> str:
    """List what the reader may bring back: what they wrote themselves, a supervisor everything they could read."""
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.WRITE)
        found = binned(opened, caller(), project.id)
        memos = binned_memos(opened, caller(), project)
        thrown = [*(entry.source for entry in found), *(row.source for row in memos)]
        names = names_of(opened, {source.deleted_by for source in thrown if source.deleted_by})
    return render_template("entries/bin.html", project=project, found=found, memos=memos, names=names, kinds=KINDS)


@bp.post("/p/<slug>/e/<int:number>/bin")
@signed_in
def put(slug: str, number: int) -> ResponseReturnValue:
    """Put an entry into the bin."""
    with transaction() as opened:
        service.bin_entry(opened, caller(), entry_by_number(opened, caller(), slug, number))
    flash(gettext("The note is in the bin. It can be brought back from there."), "done")
    return redirect(url_for("bin.index", slug=slug))


@bp.post("/p/<slug>/bin/<int:number>/restore")
@signed_in
def restore(slug: str, number: int) -> ResponseReturnValue:
    """Bring an entry back."""
    with transaction() as opened:
        entry = binned_entry_for(opened, caller(), slug, number)
        service.restore_entry(opened, caller(), entry)
    flash(gettext("The note is back."), "done")
    return redirect(path_of(slug, entry))
