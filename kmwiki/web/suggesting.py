"""Suggested codes: for a selection at the desk, and proposals for a whole note, each of which somebody looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from kmwiki.accounts.access import project_for
from kmwiki.api.v1.errors import words
from kmwiki.coding.access import coded_source, coding_for
from kmwiki.coding.batches import queries as reading
from kmwiki.coding.batches.proposing import UNITS, propose
from kmwiki.coding.batches.similar import Advisor, Spot
from kmwiki.coding.models import Code
from kmwiki.coding.queries import rows_of_codings
from kmwiki.coding.service import remove_coding
from kmwiki.db import session, transaction
from kmwiki.entries.access import entry_by_number
from kmwiki.entries.queries import path_of
from kmwiki.errors import Invalid, NotFound, say
from kmwiki.security.policy import Permission
from kmwiki.sources.queries import heads
from kmwiki.text.clusters import clip, snap
from kmwiki.web.context import caller, signed_in
from kmwiki.web.drawing import locale_code
from kmwiki.web.numbers import number_in

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from kmwiki.coding.batches.similar import Suggestion
    from kmwiki.coding.queries import CodingRow

bp = Blueprint("suggesting", __name__)

SHOWN = 90
"""Code points of a similar passage that stand for the reason."""


@bp.get("/p/<slug>/suggest")
@signed_in
def near(slug: str) -> ResponseReturnValue:
    """Suggest codes for a passage, with what speaks for each. Nothing is written."""
    source_id, start, end = (number_in(request.args, name) for name in ("source", "start", "end"))
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.CODE)
        if start is None or end is None:
            raise Invalid.one("start", say("Say which passage is meant: source, start and end."))
        source = coded_source(opened, caller(), source_id or 0, Permission.CODE)
        if source.project_id != project.id:
            raise NotFound(say("There is no such text."))
        text = heads(opened, [source])[source.id].reading_text
        start, end = snap(text, start, end)
        advisor = Advisor(opened, caller(), project.id)
        found = advisor.suggest(text[start:end], spot=Spot(source.id, start, end)) if text[start:end].strip() else []
        return jsonify({"codes": _told(opened, project.id, found), "complete": advisor.is_complete})


@bp.get("/p/<slug>/e/<int:number>/suggest")
@signed_in
def ask(slug: str, number: int) -> ResponseReturnValue:
    """Ask what is to be looked at. Nothing is proposed before the form is sent."""
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.CODE)
        entry = entry_by_number(opened, caller(), slug, number)
    return render_template(
        "tagging/suggest.html", project=project, entry=entry, units=UNITS, key=uuid4().hex, path=path_of(slug, entry)
    )


@bp.post("/p/<slug>/e/<int:number>/suggest")
@signed_in
def make(slug: str, number: int) -> ResponseReturnValue:
    """Propose codes for a note: a batch that counts nowhere until each is accepted."""
    unit = next((each for each in UNITS if each == request.form.get("unit")), UNITS[0])
    try:
        with transaction() as opened:
            project_for(opened, caller(), slug, Permission.CODE)
            entry = entry_by_number(opened, caller(), slug, number)
            batch, _ = propose(opened, caller(), entry.source, unit=unit, key=request.form.get("key", ""))
            batch_id = batch.id
    except Invalid as error:
        flash(words(next(iter(error.fields.values()), error.message)), "look")
        return redirect(url_for("suggesting.ask", slug=slug, number=number), 303)
    return redirect(url_for("tagging.batch", slug=slug, batch_id=batch_id), 303)


@bp.post("/p/<slug>/tag/batches/<int:batch_id>/reject")
@signed_in
def reject(slug: str, batch_id: int) -> ResponseReturnValue:
    """Take one coding of a batch away."""
    with transaction() as opened:
        project = project_for(opened, caller(), slug, Permission.CODE)
        line = reading.batch_line(opened, caller(), project.id, batch_id)
        number = number_in(request.form, "coding", least=1) or 0
        coding, _ = coding_for(opened, caller(), number, Permission.CODE)
        if coding.project_id != line.batch.project_id:
            raise NotFound(say("There is no coding %(coding)s here.", coding=number))
        remove_coding(opened, caller(), coding, reason="rejected")
    flash(ngettext("%(num)s coding was taken away.", "%(num)s codings were taken away.", 1), "done")
    return redirect(url_for("tagging.batch", slug=slug, batch_id=batch_id), 303)


def reasons_of(opened: Session, project_id: int, query: dict[str, Any]) -> dict[int, CodingRow]:
    """Return, by the id of a proposed coding, the similar coding that spoke for it, where the reader may see that."""
    why = {int(key): value for key, value in query.get("why", {}).items() if value}
    rows = {row.coding.id: row for row in rows_of_codings(opened, caller(), project_id, list(why.values()))}
    return {key: rows[value] for key, value in why.items() if value in rows}


def _told(opened: Session, project_id: int, found: list[Suggestion]) -> list[dict[str, Any]]:
    codes = {one.code_id: opened.get_one(Code, one.code_id) for one in found}
    ids = [one.coding_id for one in found if one.coding_id is not None]
    rows = {row.coding.id: row for row in rows_of_codings(opened, caller(), project_id, ids)}
    return [_as_json(one, codes[one.code_id], rows.get(one.coding_id or 0)) for one in found]


def _as_json(one: Suggestion, code: Code, row: CodingRow | None) -> dict[str, Any]:
    is_english = locale_code() == "en" and code.name_en
    why = gettext("what the codebook says of it")
    if row is not None:
        quoted = clip(" ".join(row.coding.ev_quote.split()), SHOWN)
        why = gettext("like “%(words)s” in %(title)s", words=quoted, title=row.title)
    return {
        "id": code.id,
        "name": code.name_en if is_english else code.name_th,
        "score": round(one.score, 3),
        "why": why,
        "coding": row.coding.id if row is not None else None,
    }
