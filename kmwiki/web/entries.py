"""The pages of entries: the list, a new one, reading one, editing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from kmwiki.accounts.access import project_for
from kmwiki.db import session
from kmwiki.entries.access import entry_by_number
from kmwiki.entries.kinds import KINDS
from kmwiki.errors import NotFound, Unauthenticated, say
from kmwiki.places.queries import place
from kmwiki.security.policy import Permission
from kmwiki.web import entry_drawing, entry_form, entry_list
from kmwiki.web.context import caller, is_signed_in, signed_in
from kmwiki.web.entry_page import page_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("entries", __name__)
entry_drawing.register(bp)


@bp.get("/p/<slug>/entries")
@signed_in
def index(slug: str) -> str:
    """List the entries that the reader may see, narrowed by the filters in the address."""
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        found = entry_list.listing(opened, caller(), project, request.args)
    return render_template(
        "entries/index.html",
        project=project,
        found=found,
        kinds=KINDS,
        place=place,
        sorts=entry_list.SORT_WORDS,
        states=entry_list.STATE_WORDS,
        audiences=entry_list.AUDIENCE_WORDS,
        address_of=entry_list.address_of,
    )


@bp.route("/p/<slug>/entries/new", methods=["GET", "POST"])
def new(slug: str) -> ResponseReturnValue:
    """Choose a kind, write, and keep it as a draft or show it to its audience."""
    return entry_form.write_new(slug)


@bp.get("/p/<slug>/e/<int:number>")
@bp.get("/p/<slug>/e/<int:number>-<words>")
def read(slug: str, number: int, words: str = "") -> ResponseReturnValue:
    """Show an entry with its codings and comments: to its audience, which for a public one is everybody."""
    del words  # for people to read; the number alone finds it, also after a change of the title
    with session() as opened:
        try:
            entry = entry_by_number(opened, caller(), slug, number)
        except NotFound:
            if not is_signed_in():
                raise Unauthenticated(say("Please sign in first.")) from None
            raise
        return render_template("entries/read.html", **page_of(opened, caller(), entry, request.args), rail=True)


@bp.route("/p/<slug>/e/<int:number>/edit", methods=["GET", "POST"])
def edit(slug: str, number: int) -> ResponseReturnValue:
    """Change an entry.

    A save made from an older revision shows all texts and a proposed merge; nothing typed is lost.
    """
    return entry_form.change(slug, number)
