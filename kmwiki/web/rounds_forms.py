"""Making a coding round and changing it: a form that works without script, its texts found by search and filters."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from pydantic import ValidationError
from sqlalchemy import select

from kmwiki.accounts.access import project_for
from kmwiki.api.v1.errors import words
from kmwiki.api.v1.ground import invalid_from
from kmwiki.coding.codebook.counts import flat, tree_of
from kmwiki.coding.round_models import RoundCoder, RoundText
from kmwiki.db import session, transaction
from kmwiki.entries import queries as entries
from kmwiki.entries.filters import EntryFilters, Paging
from kmwiki.entries.kinds import KINDS
from kmwiki.entries.models import Entry
from kmwiki.errors import Conflict, Invalid
from kmwiki.places.queries import provinces
from kmwiki.rounds import service
from kmwiki.rounds.access import demand_running
from kmwiki.rounds.choosing import possible_coders
from kmwiki.rounds.schemas import MOST_TEXTS, UNITS, RoundIn, RoundPatch
from kmwiki.search.queries import Rebuilding
from kmwiki.search.request import read_request
from kmwiki.search.selecting import select_texts
from kmwiki.security.policy import Permission
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Source
from kmwiki.web.context import caller, signed_in
from kmwiki.web.rounds import UNIT_WORDS, round_here

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session
    from werkzeug.datastructures import MultiDict

    from kmwiki.accounts.models import Project
    from kmwiki.coding.round_models import CodingRound

bp = Blueprint("rounds_forms", __name__)

LONGEST_ID = 19
SHOWN = 200
"""So many of the notes found are listed; all of them can be taken together."""


@dataclass(slots=True)
class Form:
    """What was chosen so far, and what is wrong with it."""

    name: str = ""
    purpose: str = ""
    unit: str = "free"
    is_blind: bool = True
    texts: list[int] = field(default_factory=list)
    coders: list[int] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)
    q: str = ""
    kind: str = ""
    province: str = ""
    takes_all: bool = False
    message: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    def fail(self, error: Invalid | Conflict) -> None:
        """Keep what is wrong, to be shown above the form and at its fields."""
        self.message = words(error.message)
        self.errors = {name: words(message) for name, message in getattr(error, "fields", {}).items()}


@bp.route("/p/<slug>/rounds/new", methods=["GET", "POST"])
@signed_in
def new(slug: str) -> ResponseReturnValue:
    """Make a round."""
    form = _read(request.form) if request.method == "POST" else Form()
    if "make" in request.form:
        try:
            with transaction() as s:
                project = _project(s, slug)
                form.texts = _chosen(s, project, form)
                data = _shape(RoundIn, form)
                made = service.create_round(s, caller(), project, data)
        except (Invalid, Conflict) as error:
            form.fail(error)
        else:
            flash(gettext("The round is open. Its coders find it under Coding rounds."), "done")
            return redirect(url_for("rounds.board", slug=slug, round_id=made.id))
    return _drawn(slug, form), 422 if form.message else 200


@bp.route("/p/<slug>/rounds/<int:round_id>/edit", methods=["GET", "POST"])
@signed_in
def edit(slug: str, round_id: int) -> ResponseReturnValue:
    """Change a round: its name and purpose always, its texts and coders while it is open."""
    with session() as s:
        _, found = round_here(s, slug, round_id)
        demand_running(caller(), found.project_id)
        form = _read(request.form) if request.method == "POST" else _of(s, found)
    if "make" in request.form:
        try:
            with transaction() as s:
                project, found = round_here(s, slug, round_id)
                is_open = found.state == "open"
                if is_open:
                    form.texts = [*_chosen(s, project, form), *_unseen(s, found)]
                data = _shape(RoundPatch, form, only=None if is_open else ("name", "purpose"))
                service.change_round(s, caller(), found, data)
        except (Invalid, Conflict) as error:
            form.fail(error)
        else:
            flash(gettext("The round is changed."), "done")
            return redirect(url_for("rounds.board", slug=slug, round_id=round_id))
    return _drawn(slug, form, round_id), 422 if form.message else 200


def _project(s: Session, slug: str) -> Project:
    project = project_for(s, caller(), slug, Permission.READ)
    demand_running(caller(), project.id)
    return project


def _read(given: MultiDict[str, str]) -> Form:
    def numbers(name: str) -> list[int]:
        given_ones = dict.fromkeys(given.getlist(name))
        return [int(one) for one in given_ones if one.isascii() and one.isdigit() and len(one) < LONGEST_ID]

    return Form(
        name=given.get("name", ""),
        purpose=given.get("purpose", "").replace("\r\n", "\n"),
        unit=given.get("unit", "free") if given.get("unit") in UNITS else "free",
        is_blind="is_blind" in given,
        texts=numbers("text"),
        coders=numbers("coder"),
        codes=numbers("code"),
        q=given.get("q", "").replace("\x00", "")[:500],
        kind=given.get("kind", "") if given.get("kind") in KINDS else "",
        province=given.get("province", ""),
        takes_all="all" in given,
    )


def _of(s: Session, found: CodingRound) -> Form:
    texts = select(Entry.id).join(RoundText, RoundText.root_id == Entry.source_id)
    people = select(RoundCoder.coder_id).where(RoundCoder.round_id == found.id)
    return Form(
        name=found.name, purpose=found.purpose, unit=found.unit, is_blind=found.is_blind, codes=list(found.code_ids),
        texts=list(s.scalars(texts.where(RoundText.round_id == found.id))), coders=list(s.scalars(people)),
    )  # fmt: skip


def _unseen(s: Session, found: CodingRound) -> list[int]:
    """Return the texts of a round that its editor may not read or that lie in the bin: they stay in it."""
    seen = select(Source.id).where(visible_to(caller()))
    wanted = select(Entry.id).join(RoundText, RoundText.root_id == Entry.source_id)
    return list(s.scalars(wanted.where(RoundText.round_id == found.id, Entry.source_id.not_in(seen))))


def _shape(shape: Any, form: Form, only: Sequence[str] | None = None) -> Any:
    given = {
        "name": form.name, "purpose": form.purpose, "unit": form.unit, "is_blind": form.is_blind,
        "entry_ids": form.texts, "coder_ids": form.coders, "code_ids": form.codes,
    }  # fmt: skip
    try:
        return shape.model_validate(given if only is None else {name: given[name] for name in only})
    except ValidationError as error:
        raise invalid_from(error) from error


def _chosen(s: Session, project: Project, form: Form) -> list[int]:
    """Return the notes ticked, and all that the filter finds if that was asked for."""
    return list(dict.fromkeys([*form.texts, *(_found(s, project, form)[0] if form.takes_all else ())]))


def _found(s: Session, project: Project, form: Form) -> tuple[list[int], int, str]:
    """Return the ids of notes that the filter finds, their number, and what is wrong with the search."""
    if not form.q.strip():
        filters = EntryFilters(
            kinds=(form.kind,) if form.kind else (), provinces=(form.province,) if form.province else (), sort="title"
        )
        rows, total = entries.list_entries(s, caller(), project.id, filters, Paging(0, MOST_TEXTS))
        return [row.id for row in rows], total, ""
    asked = {"q": [form.q], "kind": [form.kind], "province": [form.province], "in": ["entry"]}
    try:
        asked = {name: values for name, values in asked.items() if values != [""]}
        selected = select_texts(s, caller(), project, read_request(s, project.id, asked))
    except (Invalid, Rebuilding) as error:
        return [], 0, words(error.message)
    ids = list(dict.fromkeys(int(match.columns["entry"][0]) for match in selected.matches))
    return ids[:MOST_TEXTS], len(ids), ""


def _drawn(slug: str, form: Form, round_id: int | None = None) -> str:
    with session() as s:
        project = _project(s, slug)
        found = round_here(s, slug, round_id)[1] if round_id is not None else None
        ids, total, trouble = _found(s, project, form)
        known = _rows(s, project, {*form.texts, *ids[:SHOWN]})
        return render_template(
            "rounds/form.html", project=project, round=found, form=form, total=total, trouble=trouble,
            chosen=[known[one] for one in form.texts if one in known],
            found=[known[one] for one in ids[:SHOWN] if one in known and one not in form.texts],
            people=possible_coders(s, project.id), kinds=KINDS, provinces=provinces(), units=UNIT_WORDS,
            codes=[(node.code, depth) for node, depth in flat(tree_of(s, caller(), project.id))],
            is_fixed=found is not None and service.has_codings(s, found),
        )  # fmt: skip


def _rows(s: Session, project: Project, ids: set[int]) -> dict[int, Entry]:
    wanted = select(Entry).join(Source, Source.id == Entry.source_id).where(visible_to(caller()))
    rows: dict[int, Entry] = {}
    some = sorted(ids)
    for start in range(0, len(some), 500):
        chunk = wanted.where(Entry.project_id == project.id, Entry.id.in_(some[start : start + 500]))
        rows.update((entry.id, entry) for entry in s.scalars(chunk))
    return rows
