"""Pages of the codebook as it was at a version or on a day, for reading and print, and of two versions compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from kmwiki.accounts.access import project_for
from kmwiki.api.v1.errors import words
from kmwiki.coding.codebook import past
from kmwiki.coding.codebook.examples import examples_in
from kmwiki.coding.codebook.versions import last_change
from kmwiki.db import now, session
from kmwiki.errors import N_, Invalid
from kmwiki.security.policy import Permission
from kmwiki.text.dates import BANGKOK
from kmwiki.web.codebook_words import FIELDS, verb_words
from kmwiki.web.context import caller, signed_in
from kmwiki.web.numbers import number_in

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project

bp = Blueprint("codebook_past", __name__)

LONGEST = 200
KIND_WORDS = {
    "added": N_("Added"),
    "removed": N_("Retired"),
    "merged": N_("Merged"),
    "renamed": N_("Renamed"),
    "moved": N_("Moved"),
    "reworded": N_("Worded anew"),
    "other": N_("Other things"),
}


@bp.get("/p/<slug>/codebook/at")
@signed_in
def at(slug: str) -> ResponseReturnValue:
    """Show the whole codebook as it was: every code with its definition; made to be printed too."""
    asked, message = request.args.get("at", "")[:LONGEST], ""
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        moment, message = _moment(opened, project, asked)
        states = past.states_at(opened, project.id, moment.no) if moment else {}
        last = last_change(opened, project.id)
        live = [each for data in states.values() for each in data.get("example_codings", ())]
        examples = examples_in(opened, caller(), project.id, live)
    drawn = render_template(
        "codebook/at.html",
        examples=examples,
        project=project,
        asked=asked,
        message=message,
        moment=moment,
        codes=past.book_at(states),
        last=last,
    )
    return drawn, 422 if message else 200


@bp.get("/p/<slug>/codebook/compare")
@signed_in
def compare(slug: str) -> ResponseReturnValue:
    """Show what two versions have apart, code by code, and the changes between them with their reasons."""
    given = {name: request.args.get(name, "")[:LONGEST] for name in ("from", "to", "kind")}
    by = number_in(request.args, "by")
    found: list[past.Apart] = []
    changes: list[past.Told] = []
    total = 0
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        last = last_change(opened, project.id)
        new, message = _moment(opened, project, given["to"])
        old, wrong = _moment(opened, project, given["from"] or str(max(last - 1, 0)))
        message = message or wrong
        if old and new:
            old, new = (old, new) if old.no <= new.no else (new, old)
            found = past.compare(past.states_at(opened, project.id, old.no), past.states_at(opened, project.id, new.no))
            changes, total = past.changes_between(opened, project.id, old.no, new.no, author_id=by)
        authors = past.authors_of(opened, project.id)
    kind = given["kind"] if given["kind"] in past.KINDS else ""
    drawn = render_template(
        "codebook/compare.html",
        project=project,
        given=given,
        kind=kind,
        by=by,
        authors=authors,
        old=old,
        new=new,
        last=last,
        message=message,
        found=[apart for apart in found if not kind or kind in apart.kinds],
        counts={each: sum(each in apart.kinds for apart in found) for each in past.KINDS},
        changes=changes,
        total=total,
        kind_words=KIND_WORDS,
        fields=FIELDS,
        verb_words=verb_words(),
    )
    return drawn, 422 if message else 200


def _moment(opened: Session, project: Project, text: str) -> tuple[past.Moment | None, str]:
    """Read a version or a day; what is wrong with it in words."""
    try:
        return past.moment_of(opened, project.id, text, today=now().astimezone(BANGKOK).date()), ""
    except Invalid as error:
        return None, words(next(iter(error.fields.values()), error.message))
