"""Writing and changing an entry: what was typed is kept, whatever happens to it on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request
from flask_babel import gettext

from kmwiki.accounts.access import project_for
from kmwiki.api.v1.errors import words
from kmwiki.coding.service import save_entry
from kmwiki.comments.queries import count_on
from kmwiki.db import session, transaction
from kmwiki.entries import service
from kmwiki.entries.access import entry_by_number, may_manage
from kmwiki.entries.events import choice_of, readings_of
from kmwiki.entries.kinds import KINDS
from kmwiki.entries.linking import offered, readable
from kmwiki.entries.queries import path_of
from kmwiki.errors import Conflict, Forbidden, Invalid, KmwikiError, NotFound, Unauthenticated, say
from kmwiki.places.queries import choose, find_place, readings
from kmwiki.security.policy import Permission
from kmwiki.sources.queries import revision
from kmwiki.sources.texts import check_body, prepare, rendered
from kmwiki.web.carried import tell_carried
from kmwiki.web.context import caller, is_signed_in
from kmwiki.web.entry_conflict import draw_conflict
from kmwiki.web.entry_list import AUDIENCE_WORDS
from kmwiki.web.entry_typed import Typed, place_words, typed_from, typed_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.entries.models import Entry
    from kmwiki.sources.models import Revision

REFUSED: dict[type[KmwikiError], int] = {Unauthenticated: 401, Forbidden: 403, NotFound: 404}
STATUS_OF_ACTION = {"publish": "published", "draft": "draft"}


def write_new(slug: str) -> ResponseReturnValue:
    """Answer the page of a new entry."""
    if request.method == "GET":
        return _blank(slug, request.args.get("kind", ""))
    kind = request.form.get("kind", "")
    if kind not in KINDS:
        return _blank(slug, "")
    typed = typed_from(request.form, kind=kind)
    try:
        if request.form.get("action") == "preview":
            return _draw(slug, typed, preview=_preview(typed))
        data = typed.as_in(STATUS_OF_ACTION.get(request.form.get("action", ""), "draft"))
        prepare(data.body, data.body_format)
        with transaction() as opened:
            project = project_for(opened, caller(), slug, Permission.WRITE)
            entry = service.create_entry(opened, caller(), project, data)
    except Invalid as error:
        return _draw(slug, typed, error=error), 422
    except tuple(REFUSED) as error:
        return _kept(typed, error)
    flash(
        gettext("Published.") if data.status == "published" else gettext("Kept as a draft that only you see."), "done"
    )
    return redirect(path_of(slug, entry))


def _blank(slug: str, kind: str) -> ResponseReturnValue:
    _demand_signed_in()
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.WRITE)
    if kind not in KINDS:
        return render_template("entries/choose.html", project=project, kinds=KINDS)
    typed = Typed(kind=kind, body=KINDS[kind].body, authors=caller().name)
    typed.title = request.args.get("title", "")[:500]
    return _draw(slug, typed)


def change(slug: str, number: int) -> ResponseReturnValue:
    """Answer the page that changes an entry."""
    if request.method == "GET":
        _demand_signed_in()
        with session() as opened:
            entry = entry_by_number(opened, caller(), slug, number, Permission.WRITE)
            head = revision(opened, entry.source)
        return _draw(slug, typed_of(entry.source, head), entry=entry)
    typed = typed_from(request.form, kind=_kind_typed())
    try:
        return _save(slug, number, typed)
    except tuple(REFUSED) as error:
        return _kept(typed, error)


def _kind_typed() -> str:
    kind = request.form.get("kind", "")
    return kind if kind in KINDS else "page"


def _save(slug: str, number: int, typed: Typed) -> ResponseReturnValue:
    entry, head = _load(slug, number)
    typed.body = typed_from(request.form, kind=typed.kind, head=head).body
    try:
        if request.form.get("action") == "preview":
            return _draw(slug, typed, entry=entry, preview=_preview(typed))
        patch = typed.as_patch(STATUS_OF_ACTION.get(request.form.get("action", "")))
        if "visibility" not in request.form:
            patch.visibility = None
        prepare(patch.body, patch.body_format)
        with transaction() as opened:
            changed = entry_by_number(
                opened, caller(), slug, number, Permission.WRITE
            )  # a rollback would empty `entry`
            saved = save_entry(opened, caller(), changed, patch, base_no=typed.base)
    except Invalid as error:
        return _draw(slug, typed, entry=entry, error=error), 422
    except Conflict as error:
        return draw_conflict(slug, entry, typed, error), 409
    flash(
        gettext("Saved as revision %(no)s.", no=saved.no)
        if saved.no != typed.base
        else gettext("Nothing had changed."),
        "done",
    )
    if saved.no != typed.base:
        tell_carried(saved)
    return redirect(path_of(slug, changed))


def _load(slug: str, number: int) -> tuple[Entry, Revision]:
    _demand_signed_in()
    with session() as opened:
        entry = entry_by_number(opened, caller(), slug, number, Permission.WRITE)
        return entry, revision(opened, entry.source)


def _demand_signed_in() -> None:
    if not is_signed_in():
        raise Unauthenticated(say("Please sign in first."))


def _preview(typed: Typed) -> str:
    check_body(typed.body, typed.body_format)
    return rendered(typed.body, typed.body_format).html


def _kept(typed: Typed, error: KmwikiError) -> ResponseReturnValue:
    """Say why it was not saved and give back what was typed, to copy."""
    status = next(code for kind, code in REFUSED.items() if isinstance(error, kind))
    return render_template("entries/kept.html", typed=typed, message=words(error.message), project=None), status


def _draw(
    slug: str, typed: Typed, *, entry: Entry | None = None, error: Invalid | None = None, preview: str | None = None
) -> str:
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.WRITE)
        said = count_on(opened, entry.source_id) if entry else 0
    shown = form_of(project, typed, entry, error)
    return render_template("entries/form.html", **shown, comments=said, preview=preview, rail=True)


def form_of(project: Project, typed: Typed, entry: Entry | None, error: Invalid | None) -> dict[str, Any]:
    """Gather what the form shows: what was typed, what is wrong with it, what the date and the places may mean."""
    errors = {name: words(message) for name, message in error.fields.items()} if error else {}
    with session() as opened:
        offers = offered(opened, caller(), project.id, typed.kind)
        for key in offers:
            if f"fields.{key}" not in errors:
                typed.fields[key] = _linked_words(opened, project, typed.fields.get(key) or "")
    return {
        "project": project,
        "typed": typed,
        "entry": entry,
        "kind": KINDS[typed.kind],
        "kinds": KINDS,
        "errors": errors,
        "message": words(error.message) if error else "",
        "echoes": readings_of(typed.event_date),
        "choice_of": choice_of,
        "offers": {key: [link_words(each) for each in notes] for key, notes in offers.items()},
        "readings_of": readings_of,
        "place_offers": place_offers(typed) if "places" in errors else {},
        "audiences": AUDIENCE_WORDS,
        "may_manage": entry is None or may_manage(caller(), entry),
    }


def link_words(entry: Entry) -> str:
    """Write a note so that the field of a link reads its number again, whatever its title."""
    return f"{entry.number} · {entry.title}"


def _linked_words(opened: Session, project: Project, text: str) -> str:
    """Write out the number of a link. One to what the reader may not see is left out; saving keeps it all the same."""
    if not text.isdecimal():
        return text
    found = readable(opened, caller(), project.id, int(text))
    return link_words(found) if found else ""


def place_offers(typed: Typed) -> dict[int, list[tuple[str, str]]]:
    """For every place that is not sure, give those it may be: the words to keep and the words to show."""
    offers = {}
    for index, text in enumerate(typed.places):
        try:
            choose(text)
        except Invalid:
            found = readings(text)[:40] or find_place(text, limit=6)
            offers[index] = [(place_words(each.code), each.label) for each in found]
    return offers
