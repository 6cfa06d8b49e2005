"""Looking over an imported note: its fields accepted or mended, its comments cut anew, and all of it taken back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from kmwiki.api.v1.errors import words
from kmwiki.db import session, transaction
from kmwiki.entries.access import entry_by_number
from kmwiki.entries.kinds import KINDS
from kmwiki.errors import Conflict, Invalid, NotFound, say
from kmwiki.exchange.reviewing.board import load_board
from kmwiki.exchange.reviewing.fields import FIELDS
from kmwiki.exchange.reviewing.mending import Mended, mend, set_looked
from kmwiki.exchange.reviewing.recutting import recut, undo_recut
from kmwiki.exchange.reviewing.wanted import Wanted
from kmwiki.places.gazetteer import gazetteer
from kmwiki.security.policy import Permission
from kmwiki.sources.clearing import clear_personal
from kmwiki.sources.queries import revision
from kmwiki.web.context import caller, settings, signed_in
from kmwiki.web.entry_typed import Typed, place_words, typed_from, typed_of
from kmwiki.web.import_drawing import excerpt, shown_page, sure_tone, sure_words

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from kmwiki.entries.models import Entry
    from kmwiki.exchange.reviewing.recutting import Recut

bp = Blueprint("import_review", __name__)
bp.add_app_template_filter(sure_words)
bp.add_app_template_filter(sure_tone)
bp.add_app_template_filter(excerpt)

_AUTHOR = re.compile(r"author\.(\d{1,6})")
_DIGITS, _LINE_DIGITS = 18, 6
_PAGE = ("written", "edited", "licence", "record_no", "url")


@bp.get("/p/<slug>/e/<int:number>/review")
@signed_in
def show(slug: str, number: int) -> str:
    """Show what was read from the file, field by field and comment by comment, with its evidence."""
    with session() as opened:
        return render_template("imports/review.html", **shown_page(opened, _entry(opened, slug, number)))


@bp.post("/p/<slug>/e/<int:number>/review/fields")
@signed_in
def fields(slug: str, number: int) -> ResponseReturnValue:
    """Save what was corrected, and accept a field or all of them."""
    typed = typed_from(request.form, kind=_kind_typed())
    page = {name: request.form.get(name, "") for name in _PAGE}
    accepted = _take_found(typed)
    try:
        with transaction() as opened:
            entry = _entry(opened, slug, number)
            board = load_board(opened, settings().originals_dir, entry)
            typed.base = typed.base or entry.source.head_no
            base = revision(opened, entry.source, typed.base)
            wanted = Mended(
                typed.base,
                request.form.get("token", ""),
                _changed(typed, typed_of(entry.source, base)),
                {name: text for name, text in page.items() if text != request.form.get(f"was.{name}")},
                accepted,
            )
            changed = mend(opened, caller(), entry, board.review, wanted)
    except Invalid as error:
        return _again(slug, number, error, typed=typed, page=page), 422
    except Conflict as error:
        return _stale(slug, number, words(error.message), typed=typed, page=page), 409
    if changed:
        flash(ngettext("%(num)s field was saved.", "%(num)s fields were saved.", len(changed)), "done")
    elif wanted.accepted:
        flash(gettext("Accepted."), "done")
    else:
        flash(gettext("Nothing had changed."), "done")
    return redirect(url_for("import_review.show", slug=slug, number=number))


def _take_found(typed: Typed) -> list[str]:
    """Put what was clicked among the dates and places found into the form; return the fields that are right so."""
    accepted = request.form.getlist("accept")
    if (written := request.form.get("take_date")) is not None:
        typed.event_date = written
        accepted.append("event_date")
    if (code := request.form.get("take_place")) is not None:
        typed.places.append(place_words(code) if code in gazetteer().by_code else code)
        accepted.append("places")
    if "accept_all" in request.form:
        given = {**typed.values(), **{name: request.form.get(name, "") for name in _PAGE}}
        accepted += [name for name in FIELDS if any(given[name] or "")]
    return accepted


def _kind_typed() -> str:
    kind = request.form.get("kind", "")
    return kind if kind in KINDS else "page"


def _changed(typed: Typed, base: Typed) -> dict[str, Any]:
    """Return what differs from the revision that the person saw, in the shape of a patch."""
    new, old = typed.values(), base.values()
    names = ("title", "lead", "kind", "places", "authors", "tags")
    found = {name: new[name] for name in names if _plain(new[name]) != _plain(old[name])}
    if typed.event_date.strip() != base.event_date.strip() or typed.event_choice:
        found |= {"event_date": typed.event_date, "event_choice": typed.event_choice or None}
    return found


def _plain(value: Any) -> Any:
    return [each.strip() for each in value if each.strip()] if isinstance(value, list) else value


@bp.post("/p/<slug>/e/<int:number>/review/cuts")
@signed_in
def cuts(slug: str, number: int) -> ResponseReturnValue:
    """Save the cuts between comments and who wrote each; `look` only shows what would come of them."""
    starts, authors = _cuts_typed()
    if request.form.get("do") == "look":
        with session() as opened:
            entry = _entry(opened, slug, number)
            size = len(load_board(opened, settings().originals_dir, entry).region.lines)
            shown = [(start, name) for start, name in zip(starts, authors, strict=True) if start < size]
            cut = [start for start, _ in shown], [name for _, name in shown]
            return render_template("imports/review.html", **shown_page(opened, entry, cuts=cut))
    ticked = request.form.getlist("unlock")
    unlocked = frozenset(int(text) for text in ticked if text.isdecimal() and len(text) <= _DIGITS)
    wanted = Wanted(starts, authors, unlocked)
    try:
        with transaction() as opened:
            entry = _entry(opened, slug, number)
            board = load_board(opened, settings().originals_dir, entry)
            done = recut(opened, caller(), entry, board, wanted, token=request.form.get("token", ""))
    except Invalid as error:
        return _again(slug, number, error, cut=(starts, authors)), 422
    except Conflict as error:
        return _stale(slug, number, words(error.message), cut=(starts, authors)), 409
    _tell(done)
    return redirect(url_for("import_review.show", slug=slug, number=number, _anchor="comments"))


def _cuts_typed() -> tuple[list[int], list[str]]:
    """Read where comments start (the first always does) and the name typed for each."""
    given = {int(text) for text in request.form.getlist("cut") if text.isdecimal() and len(text) <= _LINE_DIGITS}
    starts = sorted({0} | given)
    return starts, [request.form.get(f"author.{start}", "") for start in starts]


def _tell(done: Recut) -> None:
    if not done.is_changed:
        flash(gettext("Nothing had changed."), "done")
        return
    flash(ngettext("The page has %(num)s comment now.", "The page has %(num)s comments now.", done.comments), "done")
    if done.moved:
        flash(
            ngettext(
                "%(num)s coding went with its words to another comment.",
                "%(num)s codings went with their words to another comment.",
                done.moved,
            ),
            "done",
        )
    if done.doubtful:
        flash(
            ngettext(
                "A cut goes through the words of %(num)s coding. Look at it in the review list.",
                "Cuts go through the words of %(num)s codings. Look at them in the review list.",
                done.doubtful,
            ),
            "look",
        )


@bp.post("/p/<slug>/e/<int:number>/review/cuts/undo")
@signed_in
def undo_cuts(slug: str, number: int) -> ResponseReturnValue:
    """Take the newest cut back."""
    try:
        with transaction() as opened:
            entry = _entry(opened, slug, number)
            undo_recut(opened, caller(), entry, load_board(opened, settings().originals_dir, entry))
    except Conflict as error:
        return _stale(slug, number, words(error.message)), 409
    flash(gettext("The comments are cut as they were before."), "done")
    return redirect(url_for("import_review.show", slug=slug, number=number, _anchor="comments"))


@bp.post("/p/<slug>/e/<int:number>/review/state")
@signed_in
def state(slug: str, number: int) -> ResponseReturnValue:
    """Say that the note was looked over, or that it is to be looked over again."""
    is_done = request.form.get("state") == "done"
    with transaction() as opened:
        entry = _entry(opened, slug, number)
        board = load_board(opened, settings().originals_dir, entry)
        set_looked(opened, caller(), entry, board.review, is_done=is_done)
    if is_done:
        flash(gettext("Looked over."), "done")
        return redirect(url_for("import_queue.index", slug=slug))
    return redirect(url_for("import_review.show", slug=slug, number=number))


@bp.post("/p/<slug>/e/<int:number>/review/personal")
@signed_in
def personal(slug: str, number: int) -> ResponseReturnValue:
    """Clear a false alarm: what looks personal in the text and is not."""
    try:
        with transaction() as opened:
            entry = _entry(opened, slug, number)
            clear_personal(opened, caller(), entry.project_id, request.form.get("text", ""))
    except Invalid as error:
        return _again(slug, number, error), 422
    flash(gettext("It is shown to everybody who may read the note."), "done")
    return redirect(url_for("import_review.show", slug=slug, number=number, _anchor="personal"))


def _entry(opened: Session, slug: str, number: int) -> Entry:
    """Return an imported entry that the caller may edit. NotFound for one that was written here."""
    entry = entry_by_number(opened, caller(), slug, number, Permission.WRITE)
    if entry.original_id is None and not entry.origin:
        raise NotFound(say("This note was written here, so there is no file to compare it with."))
    return entry


def _again(slug: str, number: int, error: Invalid, **typed: Any) -> str:
    faults = {name: words(message) for name, message in error.fields.items()}
    return _drawn(slug, number, words(error.message), errors=faults, **typed)


def _stale(slug: str, number: int, message: str, **typed: Any) -> str:
    """Show what stands now, and beside it what was typed; saving once more is saving over what was seen."""
    if (mine := typed.get("typed")) is not None:
        mine.base = _head(slug, number)
    return _drawn(slug, number, message, **typed)


def _head(slug: str, number: int) -> int:
    with session() as opened:
        return _entry(opened, slug, number).source.head_no


def _drawn(
    slug: str,
    number: int,
    message: str,
    *,
    typed: Typed | None = None,
    page: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    cut: tuple[list[int], list[str]] | None = None,
) -> str:
    with session() as opened:
        entry = _entry(opened, slug, number)
        if cut is not None:
            size = len(load_board(opened, settings().originals_dir, entry).region.lines)
            pairs = [(start, name) for start, name in zip(*cut, strict=True) if start < size]
            cut = [start for start, _ in pairs], [name for _, name in pairs]
        shown = shown_page(opened, entry, typed=typed, page=page, errors=errors, cuts=cut, message=message)
        return render_template("imports/review.html", **shown)
