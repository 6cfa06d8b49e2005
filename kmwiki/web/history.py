"""The history of an entry: its revisions, what each changed, and going back to one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext

from kmwiki.accounts.models import Project
from kmwiki.coding.service import save_entry
from kmwiki.db import session, transaction
from kmwiki.entries.access import entry_by_number
from kmwiki.entries.queries import path_of
from kmwiki.entries.service import patch_of
from kmwiki.errors import Conflict, Invalid, say
from kmwiki.security.policy import Permission, can
from kmwiki.sources.access import demand_history
from kmwiki.sources.pinpoints import read_pinpoint
from kmwiki.sources.queries import author_of, revision, revisions
from kmwiki.sources.texts import prepare
from kmwiki.sources.veil import veil_for
from kmwiki.text.diff import diff_words
from kmwiki.text.marks import highlight
from kmwiki.web.carried import tell_carried
from kmwiki.web.context import caller
from kmwiki.web.entry_changes import changes_around
from kmwiki.web.numbers import number_in, page_in

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("history", __name__)

PAGE = 50


@bp.get("/p/<slug>/e/<int:number>/history")
def index(slug: str, number: int) -> str:
    """List the revisions of an entry, the newest first, to members."""
    page = page_in(request.args)
    with session() as opened:
        entry = entry_by_number(opened, caller(), slug, number)
        demand_history(caller(), entry.source)
        veil = veil_for(opened, caller(), entry.project_id).over(entry.source)
        found = revisions(opened, entry.source, offset=(page - 1) * PAGE, size=PAGE)
        return render_template(
            "entries/history.html",
            project=opened.get_one(Project, entry.project_id),
            entry=entry,
            revisions=[(veil.revision(row), name) for row, name in found],
            page=page,
            pages=max(1, -(-entry.source.head_no // PAGE)),
        )


@bp.get("/p/<slug>/e/<int:number>/history/<int:no>")
def read(slug: str, number: int, no: int) -> str:
    """Show a revision: what it changed against the one before (or another one), word by word, and its whole text."""
    with session() as opened:
        entry = entry_by_number(opened, caller(), slug, number)
        demand_history(caller(), entry.source)
        veil = veil_for(opened, caller(), entry.project_id).over(entry.source)
        shown = veil.revision(revision(opened, entry.source, no))
        found = [one for one in map(read_pinpoint, request.args.getlist("hit")) if one]
        hits = [(one.start, one.end) for one in found if (one.source_id, one.revision) == (shown.source_id, no)]
        against = number_in(request.args, "against")
        base_no = no - 1 if against is None else against
        base = veil.revision(revision(opened, entry.source, base_no)) if base_no >= 1 else None
        return render_template(
            "entries/revision.html",
            project=opened.get_one(Project, entry.project_id),
            entry=entry,
            shown=shown,
            html=highlight(shown.html, hits, first_id="hit"),
            is_open=bool(hits),
            author=author_of(opened, shown),
            base=base,
            pieces=diff_words(base.body if base else "", shown.body),
            around=changes_around(base.meta if base else {}, shown.meta),
            may_write=can(caller(), Permission.WRITE, entry.project_id),
        )


@bp.post("/p/<slug>/e/<int:number>/history/<int:no>/restore")
def restore(slug: str, number: int, no: int) -> ResponseReturnValue:
    """Make a new revision that is as an old one was. Conflict if the entry was changed since the page was opened."""
    base = number_in(request.form, "base")
    if base is None:
        raise Invalid.one("base", say("The form is not whole. Open the revision again."))
    with session() as opened:
        entry = entry_by_number(opened, caller(), slug, number, Permission.WRITE)
        old = revision(opened, entry.source, no)
    prepare(old.body, old.format)
    with transaction() as opened:
        entry = entry_by_number(opened, caller(), slug, number, Permission.WRITE)
        patch = patch_of(old, reason=gettext("As in revision %(no)s", no=no))
        try:
            saved = save_entry(opened, caller(), entry, patch, base_no=base)
        except Conflict as error:
            raise Conflict(
                say("The note was changed in the meantime. Look at its history again, then restore.")
            ) from error
    flash(gettext("Revision %(no)s is as revision %(old)s was.", no=saved.no, old=no), "done")
    tell_carried(saved)
    return redirect(path_of(slug, entry))
