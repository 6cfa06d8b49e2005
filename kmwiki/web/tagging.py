"""The pages that code what a search finds: the preview with ticks, the batch that comes of it, the list of batches."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast
from uuid import uuid4

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from kmwiki.accounts.access import project_for
from kmwiki.analysis.tagging import WORDLESS, find_passages
from kmwiki.api.v1.errors import words
from kmwiki.coding.access import coding_for
from kmwiki.coding.batches import queries as reading
from kmwiki.coding.batches import tagging
from kmwiki.coding.codebook.counts import flat, tree_of
from kmwiki.coding.codings import accept_coding
from kmwiki.coding.queries import coding_row, codings_of_batch
from kmwiki.coding.schemas import VOICES
from kmwiki.db import session, transaction
from kmwiki.errors import N_, Conflict, Invalid, NotFound, say
from kmwiki.search.queries import Rebuilding
from kmwiki.search.query import QueryError
from kmwiki.search.request import read_request
from kmwiki.security.policy import Permission
from kmwiki.web.analysing import SELECTION, address, settle, trouble_of
from kmwiki.web.context import caller, signed_in
from kmwiki.web.numbers import number_in, page_in
from kmwiki.web.suggesting import reasons_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.analysis.tagging import Found, TagUnit
    from kmwiki.coding.batches.tagging import Outcome
    from kmwiki.coding.models import Coding, CodingBatch
    from kmwiki.security.policy import Caller
    from kmwiki.web.analysing import Trouble

bp = Blueprint("tagging", __name__)

SIZE = 20
GIVEN = (*SELECTION, "among", "lines")
OWN = {"lines", "proposed", "why"}
"""What a batch notes beside the search that it was made from."""
ROWS = 100
UNIT_WORDS = {
    "match": N_("Only the words found"),
    "sentence": N_("The sentence"),
    "paragraph": N_("The paragraph"),
    "text": N_("The whole text"),
}


@dataclass(slots=True)
class Form:
    """What was chosen, and what is wrong with it. `ticked` None: everything."""

    query: dict[str, list[str]]
    unit: TagUnit
    key: str = field(default_factory=lambda: uuid4().hex)
    code_id: int | None = None
    voice: str = ""
    ticked: set[str] | None = None
    notes: set[str] | None = None
    message: str = ""

    @property
    def text(self) -> str:
        """The query as typed."""
        return " ".join(self.query.get("q", []))

    @property
    def among(self) -> str:
        """The search in whose texts alone a concordance looks."""
        return " ".join(self.query.get("among", []))

    @property
    def is_kwic(self) -> bool:
        """Whether the passages are the lines of a concordance."""
        return self.query.get("lines") == ["kwic"]

    @property
    def search(self) -> dict[str, list[str]]:
        """The search as in its address."""
        return {name: values for name, values in self.query.items() if name not in OWN}


@bp.get("/p/<slug>/tag")
@signed_in
def preview(slug: str) -> ResponseReturnValue:
    """Show every passage that a search finds, ticked."""
    return draw(slug, _form())


def draw(slug: str, form: Form, status: int = 200) -> ResponseReturnValue:
    """Draw the passages with what was chosen."""
    found: Found | None = None
    trouble: Trouble | None = None
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.CODE)
        codes = [(node.code, depth) for node, depth in flat(tree_of(opened, caller(), project.id))]
        try:
            if form.text.strip():
                asked = read_request(opened, project.id, {**form.query, "facets": ["none"]})
                found = find_passages(opened, caller(), project, asked, form.unit, among=form.among)
        except (QueryError, Invalid, Rebuilding) as error:
            trouble = trouble_of(error, form.text)
    drawn = render_template(
        "tagging/preview.html",
        project=project,
        form=form,
        found=found,
        trouble=trouble,
        codes=codes,
        units={one: UNIT_WORDS[one] for one in WORDLESS} if found is not None and found.is_wordless else UNIT_WORDS,
        voices=VOICES,
        most=tagging.MOST,
    )
    return settle(make_response(drawn, status), trouble)


@bp.post("/p/<slug>/tag")
@signed_in
def write(slug: str) -> ResponseReturnValue:
    """Put the ticked passages under a code, all or none."""
    form = _form()
    form.notes = set(request.form.getlist("note"))
    form.ticked = set(request.form.getlist("p"))
    try:
        with transaction() as opened:
            project = project_for(opened, caller(), slug, Permission.CODE)
            if form.code_id is None:
                raise Invalid.one("code_id", say("Choose a code."))
            order = tagging.Order(
                code_id=form.code_id,
                spots=tagging.read_spots(_chosen(form)),
                key=form.key,
                query=form.query,
                unit=form.unit,
                voice=next((voice for voice in VOICES if voice == form.voice), None),
            )
            batch, _ = tagging.tag(opened, caller(), project, order)
            number = batch.id
    except (Invalid, Conflict) as error:
        told = next(iter(error.fields.values()), error.message) if isinstance(error, Invalid) else error.message
        form.message = words(told)
        return draw(slug, form, 422 if isinstance(error, Invalid) else 409)
    return redirect(url_for("tagging.batch", slug=slug, batch_id=number), 303)


@bp.get("/p/<slug>/tag/batches")
@signed_in
def batches(slug: str) -> ResponseReturnValue:
    """List the batches of a project, the newest first."""
    page = page_in(request.args)
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.CODE)
        lines, total = reading.batches_of(opened, caller(), project.id, offset=(page - 1) * SIZE, size=SIZE)
    return render_template(
        "tagging/batches.html", project=project, lines=lines, total=total, page=page, size=SIZE, units=UNIT_WORDS
    )


@bp.get("/p/<slug>/tag/batches/<int:batch_id>")
@signed_in
def batch(slug: str, batch_id: int) -> ResponseReturnValue:
    """Show what a batch made and what became of it."""
    page = page_in(request.args)
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.CODE)
        line = reading.batch_line(opened, caller(), project.id, batch_id)
        rows = codings_of_batch(opened, caller(), line.batch, offset=(page - 1) * ROWS, size=ROWS)
        reasons = reasons_of(opened, project.id, line.batch.query)
    return render_template(
        "tagging/batch.html",
        project=project,
        line=line,
        rows=rows,
        page=page,
        size=ROWS,
        units=UNIT_WORDS,
        reasons=reasons,
        search={name: values for name, values in line.batch.query.items() if name not in OWN},
    )


@bp.post("/p/<slug>/tag/batches/<int:batch_id>/accept")
@signed_in
def accept(slug: str, batch_id: int) -> ResponseReturnValue:
    """Let everything of a batch count that stands on the words it was put on."""
    done = _change(slug, batch_id, tagging.accept_batch)
    flash(ngettext("%(num)s coding was accepted.", "%(num)s codings were accepted.", done.done), "done")
    if done.left:
        flash(
            ngettext(
                "%(num)s coding still waits: its words have changed. Look at it in the list.",
                "%(num)s codings still wait: their words have changed. Look at them in the list.",
                len(done.left),
            ),
            "look",
        )
    return redirect(url_for("tagging.batch", slug=slug, batch_id=batch_id), 303)


@bp.post("/p/<slug>/tag/batches/<int:batch_id>/undo")
@signed_in
def undo(slug: str, batch_id: int) -> ResponseReturnValue:
    """Take away what a batch made, but for what others have accepted or changed since."""
    done = _change(slug, batch_id, tagging.undo_batch)
    flash(ngettext("%(num)s coding was taken away.", "%(num)s codings were taken away.", done.done), "done")
    if done.left:
        flash(
            ngettext(
                "%(num)s coding stays: somebody else has accepted or changed it since. It is listed here.",
                "%(num)s codings stay: somebody else has accepted or changed them since. They are listed here.",
                len(done.left),
            ),
            "look",
        )
    return redirect(url_for("tagging.batch", slug=slug, batch_id=batch_id), 303)


@bp.post("/p/<slug>/tag/batches/<int:batch_id>/redo")
@signed_in
def redo(slug: str, batch_id: int) -> ResponseReturnValue:
    """Bring back what undoing a batch took away."""
    try:
        done = _change(slug, batch_id, tagging.redo_batch)
    except (Conflict, Invalid) as error:
        flash(words(error.message), "wrong")
    else:
        flash(ngettext("%(num)s coding is back.", "%(num)s codings are back.", done.done), "done")
    return redirect(url_for("tagging.batch", slug=slug, batch_id=batch_id), 303)


@bp.post("/p/<slug>/codings/<int:coding_id>/accept")
@signed_in
def accept_one(slug: str, coding_id: int) -> ResponseReturnValue:
    """Let one coding of a batch count; back to the batch it was accepted from, else to its note."""
    batch_id = number_in(request.form, "batch", least=1)
    coding: Coding
    try:
        with transaction() as opened:
            project = project_for(opened, caller(), slug, Permission.READ)
            coding, _ = coding_for(opened, caller(), coding_id, Permission.CODE)
            if coding.project_id != project.id:
                raise NotFound(say("There is no coding %(coding)s here.", coding=coding_id))
            accept_coding(opened, caller(), coding)
    except Conflict as error:
        flash(words(error.message), "wrong")
    else:
        flash(gettext("The coding was accepted."), "done")
    if batch_id is not None:
        return redirect(url_for("tagging.batch", slug=slug, batch_id=batch_id), 303)
    with session() as opened:
        number = coding_row(opened, coding_id).number
    return redirect(url_for("entries.read", slug=slug, number=number, _anchor=f"c{coding_id}"), 303)


def _change(slug: str, batch_id: int, verb: Callable[[Session, Caller, CodingBatch], Outcome]) -> Outcome:
    with transaction() as opened:
        project = project_for(opened, caller(), slug, Permission.CODE)
        return verb(opened, caller(), reading.batch_line(opened, caller(), project.id, batch_id).batch)


def _form() -> Form:
    """Return what stands in the address or was sent."""
    given = request.values
    query = {name: values for name in GIVEN if (values := [one for one in given.getlist(name) if one.strip()])}
    unit = given.get("unit", "sentence")
    form = Form(query, cast("TagUnit", unit if unit in UNIT_WORDS else "sentence"))
    form.key = request.form.get("key", form.key)
    form.code_id = number_in(request.form, "code_id", least=1)
    form.voice = request.form.get("as_voice", "")
    return form


def _chosen(form: Form) -> list[str]:
    """Return the passages that are ticked in notes that are ticked; each is sent as `note number/place`."""
    chosen = []
    for value in request.form.getlist("p"):
        note, _, place = value.partition("/")
        if form.notes is not None and note in form.notes:
            chosen.append(place)
    return chosen


@bp.app_template_global("tag_address")
def tag_address(project: Project, *, is_kwic: bool = False) -> str:
    """Return the address under which the passages of this search, or the lines of this concordance, are coded."""
    query = {name: values for name in SELECTION if (values := request.args.getlist(name))}
    if is_kwic:
        query["lines"] = ["kwic"]
        if request.args.get("among"):
            query["among"] = request.args.getlist("among")
    return address("tagging.preview", project, query)
