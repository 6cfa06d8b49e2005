"""The review list: codings whose words an edit changed or took away, the old quote beside the present text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from sqlalchemy import select

from kmwiki.accounts.access import project_for
from kmwiki.api.v1.errors import words
from kmwiki.coding import service
from kmwiki.coding.access import coding_for
from kmwiki.coding.review import settling
from kmwiki.coding.review.filters import STATES, ReviewFilters, facets, number_of
from kmwiki.coding.review.showing import review_page
from kmwiki.coding.schemas import CodingPatch
from kmwiki.db import session, transaction
from kmwiki.entries.models import Entry
from kmwiki.errors import N_, Conflict, Invalid, NotFound, say
from kmwiki.security.policy import Permission, can
from kmwiki.web.context import caller, signed_in
from kmwiki.web.numbers import number_in, page_in

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session
    from werkzeug.datastructures import MultiDict

    from kmwiki.accounts.models import Project
    from kmwiki.coding.models import Coding

bp = Blueprint("review", __name__)

SIZE = 20
_PLACE = re.compile(r"(\d{1,18}):(\d{1,18})-(\d{1,18})", re.ASCII)


WHY = {
    "moved": N_("%(num)s was left as it is: its text, or the coding itself, has changed since the list was shown."),
    "lost": N_("%(num)s was left: its words are gone, so it cannot stand rightly on them."),
    "others": N_("%(num)s was left: its coder or a supervisor settles it."),
    "doubled": N_("%(num)s was left: the passage is under the same code already."),
    "none": N_("%(num)s was left: these words stand nowhere else in the text."),
    "several": N_("%(num)s was left: these words stand in several places; choose one, or type more of them."),
}


@bp.get("/p/<slug>/review")
@signed_in
def index(slug: str) -> ResponseReturnValue:
    """Show what waits for a person."""
    page = page_in(request.args)
    with session() as s:
        project = project_for(s, caller(), slug, Permission.READ)
        filters = _filters(s, project)
        items, total = review_page(s, caller(), project.id, filters=filters, offset=(page - 1) * SIZE, size=SIZE)
        counted = facets(s, caller(), project.id)
        numbers = number_of(s, [root for root, _, _ in counted.notes])
    return render_template(
        "coding/review.html",
        project=project,
        items=items,
        total=total,
        page=page,
        size=SIZE,
        filters=filters,
        counted=counted,
        numbers=numbers,
        kept=_kept(request.args),
        most=settling.MOST,
        undo=number_in(request.args, "undo", least=1),
        may_settle=can(caller(), Permission.CODE, project.id),
    )


@bp.post("/p/<slug>/review/settle")
@signed_in
def settle(slug: str) -> ResponseReturnValue:
    """Do the same to all that is ticked, to this page, or to all that the filters let through; or to one coding."""
    one, _, tick = request.form.get("one", "").partition("/")
    verb = next((each for each in settling.VERBS if each == (one or request.form.get("do"))), None)
    action = None
    try:
        with transaction() as s:
            project = project_for(s, caller(), slug, Permission.CODE)
            if verb is None:
                raise Invalid.one("do", say("Choose what is to be done with the ticked codings."))
            ticks = settling.read_ticks([tick]) if one else _ticks(s, project)
            result = settling.settle(s, caller(), project.id, verb, ticks, words=_typed(ticks))
            action = result.action
    except (Invalid, Conflict) as error:
        flash(words(error.message), "wrong")
    else:
        _tell(verb, result)
    return redirect(_back(slug, undo=action), 303)


@bp.post("/p/<slug>/review/undo/<int:action_id>")
@signed_in
def undo(slug: str, action_id: int) -> ResponseReturnValue:
    """Take back what was settled together."""
    with session() as s:
        project = project_for(s, caller(), slug, Permission.CODE)
    try:
        with transaction() as s:
            number = settling.unsettle(s, caller(), project.id, action_id)
    except (Conflict, NotFound) as error:
        flash(words(error.message), "wrong")
    else:
        flash(ngettext("%(num)s coding waits again.", "%(num)s codings wait again.", number), "done")
    return redirect(_back(slug), 303)


def _ticks(s: Session, project: Project) -> list[settling.Tick]:
    if request.form.get("scope") == "filter":
        return settling.ticks_of(s, caller(), project.id, _filters(s, project))
    return settling.read_ticks(request.form.getlist("seen" if request.form.get("scope") == "page" else "c"))


def _typed(ticks: list[settling.Tick]) -> dict[int, str]:
    """Return the words that were typed for the ticked codings."""
    return {tick.coding_id: request.form.get(f"words-{tick.coding_id}", "") for tick in ticks}


def _tell(verb: settling.Verb, result: settling.Settled) -> None:
    done = {
        "accept": ngettext(
            "%(num)s coding stands on the words as they are now.",
            "%(num)s codings stand on the words as they are now.",
            result.done,
        ),
        "adjust": ngettext(
            "%(num)s coding was put on the words typed.", "%(num)s codings were put on the words typed.", result.done
        ),
        "alike": ngettext(
            "%(num)s coding was put where the same words stand.",
            "%(num)s codings were put where the same words stand.",
            result.done,
        ),
        "retire": ngettext("%(num)s coding was taken away.", "%(num)s codings were taken away.", result.done),
    }
    flash(done[verb], "done" if result.done else "look")
    for why, ids in result.left.items():
        flash(gettext(WHY[why], num=len(ids)), "look")
    if result.beyond:
        flash(
            gettext(
                "%(num)s more wait: at most %(most)s are settled in one go.", num=result.beyond, most=settling.MOST
            ),
            "look",
        )


def _filters(s: Session, project: Project) -> ReviewFilters:
    """Read what the list is narrowed to, out of the address or the form."""
    given = request.values
    note = number_in(given, "note", least=1)
    root = None
    if note is not None:
        root = s.scalar(select(Entry.source_id).where(Entry.project_id == project.id, Entry.number == note)) or 0
    return ReviewFilters(
        own=given.get("mine") == "1",
        state=next((state for state in STATES if state == given.get("state")), None),
        code_id=number_in(given, "code", least=1),
        coder_id=number_in(given, "coder", least=1),
        root_id=root,
    )


def _kept(given: MultiDict[str, str]) -> dict[str, str]:
    """Return the filters as they stand in the address, to go on with."""
    return {name: given[name][:40] for name in ("mine", "state", "code", "coder", "note") if given.get(name)}


@bp.post("/p/<slug>/review/<int:coding_id>/accept")
@signed_in
def accept(slug: str, coding_id: int) -> ResponseReturnValue:
    """Let a changed coding stand on the words where it is now; with a place, `revision:start-end`, on those."""
    try:
        with transaction() as s:
            coding = _coding_in(s, slug, coding_id)
            place = _place()
            if place is None:
                service.accept_coding(s, caller(), coding)
            else:
                quote = coding.ev_quote  # a look-alike is one only while the same words stand there
                start, end, number = place
                patch = CodingPatch(start=start, end=end, quote=quote, revision=number)
                service.change_coding(s, caller(), coding, patch)
    except (Invalid, Conflict) as error:
        flash(words(error.message), "wrong")
    else:
        flash(gettext("The coding stands on the words as they are now."), "done")
    return redirect(_back(slug))


@bp.post("/p/<slug>/review/<int:coding_id>/retire")
@signed_in
def retire(slug: str, coding_id: int) -> ResponseReturnValue:
    """Take a coding away because its words are gone."""
    with transaction() as s:
        coding = _coding_in(s, slug, coding_id)
        service.remove_coding(s, caller(), coding, reason=coding.state)
    flash(gettext("The coding was taken away. Its evidence stays in the history."), "done")
    return redirect(_back(slug))


def _place() -> tuple[int, int, int] | None:
    """Return start, end and revision of the look-alike that was chosen. Invalid for what is none."""
    given = request.form.get("place", "")
    if not given:
        return None
    match = _PLACE.fullmatch(given)
    if match is None:
        raise Invalid.one("place", say("“%(value)s” names no passage. Open the list again.", value=given[:80]))
    return int(match[2]), int(match[3]), int(match[1])


def _coding_in(s: Session, slug: str, coding_id: int) -> Coding:
    project = project_for(s, caller(), slug, Permission.READ)
    coding, _ = coding_for(s, caller(), coding_id, Permission.CODE)
    if coding.project_id != project.id:
        raise NotFound(say("There is no coding %(coding)s here.", coding=coding_id))
    return coding


def _back(slug: str, *, undo: int | None = None) -> str:
    page = page_in(request.form)
    given: dict[str, Any] = {**_kept(request.form), "page": page if page > 1 else None, "undo": undo}
    return url_for("review.index", slug=slug, **given)
