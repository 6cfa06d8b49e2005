"""The pages of saved searches: saving what was searched, the list, changing one, and how one hears of new texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from kmwiki.accounts.access import project_for
from kmwiki.api.v1.errors import words
from kmwiki.db import session, transaction
from kmwiki.errors import N_, Conflict, Forbidden, Invalid, NotFound, say
from kmwiki.notifications import notices
from kmwiki.search import saved, saved_queries
from kmwiki.search.facets import name_facets
from kmwiki.search.matching import matcher
from kmwiki.search.request import read_request
from kmwiki.security.policy import Permission
from kmwiki.web.context import caller, signed_in
from kmwiki.web.drawing import locale_code
from kmwiki.web.links import site_address
from kmwiki.web.numbers import number_in, page_in
from kmwiki.web.post import has_mail

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.search.models import SavedSearch
    from kmwiki.search.saved_queries import Kept, State

bp = Blueprint("searches", __name__)
SIZE = 20
MAIL_WORDS = {
    "off": N_("No letters"),
    "at_once": N_("At once, gathered every 15 minutes"),
    "daily": N_("Every morning"),
    "weekly": N_("Every Monday morning"),
}


@dataclass(slots=True)
class Form:
    """What the form of a search shows: what was typed, and what is wrong with it."""

    name: str = ""
    query: Mapping[str, list[str]] = field(default_factory=dict)
    is_shared: bool = False
    in_app: bool = True
    mail: str = "off"
    message: str = ""
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the list: the search, what it means and finds now, and how much of that is new to the reader."""

    kept: Kept
    state: State
    new: int = 0


@bp.get("/p/<slug>/searches")
@signed_in
def index(slug: str) -> ResponseReturnValue:
    """Show the reader's own and the shared searches."""
    page = page_in(request.args)
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        kept, total = saved_queries.searches_of(opened, caller(), project.id, offset=(page - 1) * SIZE, size=SIZE)
        new = notices.count_new(opened, caller(), [one.search.id for one in kept])
        lines = [
            Line(one, saved_queries.state_of(opened, caller(), project, one.search), new.get(one.search.id, 0))
            for one in kept
        ]
        removed = saved_queries.removed_of(opened, caller(), project.id)
    return render_template(
        "searches/index.html",
        project=project,
        lines=lines,
        removed=removed,
        total=total,
        page=page,
        size=SIZE,
        mails=MAIL_WORDS,
        words=words,
    )


@bp.get("/p/<slug>/searches/new")
@signed_in
def new(slug: str) -> ResponseReturnValue:
    """Offer to save what was searched."""
    given = dict(request.args.lists())
    typed = " ".join(given.get("q", []))
    form = Form(name=typed.strip()[: saved.LONGEST_NAME], query={name: given.get(name, []) for name in saved.NAMES})
    try:
        form.query = saved.kept_query(given)
    except Invalid as error:
        flash(words(next(iter(error.fields.values()))), "look")
        return redirect(url_for("search.page", slug=slug))
    return draw_new(slug, form)


def draw_new(slug: str, form: Form, status: int = 200) -> ResponseReturnValue:
    """Draw the form that saves a search."""
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        kept, _ = saved_queries.searches_of(opened, caller(), project.id)
        said = understood(opened, project, form)
    drawn = render_template(
        "searches/new.html",
        project=project,
        form=form,
        said=said,
        own=[one.search for one in kept if one.is_own],
        mails=MAIL_WORDS,
        has_mail=has_mail(),
    )
    return drawn, status


@bp.post("/p/<slug>/searches")
@signed_in
def save(slug: str) -> ResponseReturnValue:
    """Save a search under a name, or in place of another of one's own."""
    form = typed_form()
    over = number_in(request.form, "over", least=1)
    try:
        with transaction() as opened:
            project = project_for(opened, caller(), slug, Permission.READ)
            if over is not None:
                row = _row(opened, project, over)
                draft = saved.Draft(row.name, form.query, is_shared=row.is_shared)
                saved.change_search(opened, caller(), row, draft)
            else:
                draft = saved.Draft(form.name, form.query, is_shared=form.is_shared)
                follow = saved.Follow(form.in_app, form.mail)
                row = saved.save_search(opened, caller(), project, draft, follow)
            name = row.name
    except (Invalid, Conflict) as error:
        return draw_new(slug, refused(form, error), 422)
    flash(gettext("The search “%(name)s” is saved.", name=name), "done")
    return redirect(url_for("searches.index", slug=slug), 303)


@bp.get("/p/<slug>/searches/<int:search_id>")
@signed_in
def open_one(slug: str, search_id: int) -> ResponseReturnValue:
    """Search again; what was new of it counts as seen from now on."""
    with transaction() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        row = _row(opened, project, search_id)
        notices.mark_read(opened, caller(), search=row.id)
        query = dict(row.query)
    return redirect(url_for("search.page", slug=slug, **query))


@bp.route("/p/<slug>/searches/<int:search_id>/edit", methods=["GET", "POST"])
@signed_in
def edit(slug: str, search_id: int) -> ResponseReturnValue:
    """Change name, query and sharing of one's own; how one hears of it, of every search that one may open."""
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        row = _row(opened, project, search_id)
        kept = saved_queries.kept_search(opened, caller(), row.id)
    watch = kept.watch
    form = Form(row.name, row.query, row.is_shared, bool(watch and watch.in_app), watch.mail if watch else "off")
    if request.method == "GET":
        return draw_edit(project, kept, form)
    form = typed_form()
    form.query = {**row.query, "q": request.form.getlist("q")}
    try:
        with transaction() as opened:
            row = _row(opened, project, search_id)
            if kept.is_own:
                draft = saved.Draft(form.name, form.query, is_shared=form.is_shared)
                saved.change_search(opened, caller(), row, draft)
            saved.follow_search(opened, caller(), row, saved.Follow(form.in_app, form.mail))
            name = row.name
    except (Invalid, Conflict) as error:
        return draw_edit(project, kept, refused(form, error), 422)
    flash(gettext("The search “%(name)s” is saved.", name=name), "done")
    return redirect(url_for("searches.index", slug=slug), 303)


def draw_edit(project: Project, kept: Kept, form: Form, status: int = 200, feed: str = "") -> ResponseReturnValue:
    """Draw the page of one search; `feed` is the address of a feed that was made just now, shown this once."""
    with session() as opened:
        said = understood(opened, project, form)
    drawn = render_template(
        "searches/edit.html",
        project=project,
        kept=kept,
        form=form,
        said=said,
        feed=feed,
        mails=MAIL_WORDS,
        has_mail=has_mail(),
    )
    return drawn, status


@bp.post("/p/<slug>/searches/<int:search_id>/remove")
@signed_in
def remove(slug: str, search_id: int) -> ResponseReturnValue:
    """Remove a search; the list offers to bring it back."""
    with transaction() as opened:
        row = _row(opened, project_for(opened, caller(), slug, Permission.READ), search_id)
        saved.delete_search(opened, caller(), row)
        name = row.name
    flash(gettext("The search “%(name)s” was removed. Below the list it can be brought back.", name=name), "done")
    return redirect(url_for("searches.index", slug=slug), 303)


@bp.post("/p/<slug>/searches/<int:search_id>/restore")
@signed_in
def restore(slug: str, search_id: int) -> ResponseReturnValue:
    """Bring a removed search back."""
    try:
        with transaction() as opened:
            project = project_for(opened, caller(), slug, Permission.READ)
            row = saved.search_for(opened, caller(), search_id, is_removed=True)
            _demand_here(project, row)
            saved.restore_search(opened, caller(), row)
            name = row.name
    except Conflict as error:
        flash(words(error.message), "wrong")
    else:
        flash(gettext("The search “%(name)s” is back.", name=name), "done")
    return redirect(url_for("searches.index", slug=slug), 303)


@bp.post("/p/<slug>/searches/<int:search_id>/feed")
@signed_in
def make_feed(slug: str, search_id: int) -> ResponseReturnValue:
    """Make the reader's own feed of a search and show its address, this once."""
    with transaction() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        row = _row(opened, project, search_id)
        key = saved.make_feed(opened, caller(), row)
    with session() as opened:
        kept = saved_queries.kept_search(opened, caller(), search_id)
    watch = kept.watch
    form = Form(row.name, row.query, row.is_shared, bool(watch and watch.in_app), watch.mail if watch else "off")
    address = site_address() + url_for("feeds.atom", slug=slug, search_id=search_id, key=key)
    return draw_edit(project, kept, form, feed=address)


@bp.post("/p/<slug>/searches/<int:search_id>/feed/end")
@signed_in
def end_feed(slug: str, search_id: int) -> ResponseReturnValue:
    """Let the reader's feed of a search work no longer."""
    with transaction() as opened:
        row = _row(opened, project_for(opened, caller(), slug, Permission.READ), search_id)
        saved.revoke_feed(opened, caller(), row)
    flash(gettext("The feed does not work any more."), "done")
    return redirect(url_for("searches.edit", slug=slug, search_id=search_id), 303)


def typed_form() -> Form:
    """Return what was sent."""
    given = request.form
    query = {name: given.getlist(name) for name in saved.NAMES if given.getlist(name)}
    return Form(given.get("name", ""), query, "is_shared" in given, "in_app" in given, given.get("mail", "off"))


def refused(form: Form, error: Invalid | Conflict) -> Form:
    """Put what is wrong beside what was typed."""
    form.message = words(error.message)
    if isinstance(error, Invalid):
        form.errors = {name: words(message) for name, message in error.fields.items()}
    return form


def understood(opened: Session, project: Project, form: Form) -> str:
    """Return how the query is read; as typed if it cannot be."""
    try:
        return matcher(opened, caller(), project, saved.kept_query(form.query)).plan.understood
    except (Invalid, Forbidden):
        return " ".join(form.query.get("q", []))


def _row(opened: Session, project: Project, search_id: int) -> SavedSearch:
    """Return a search of this project that the reader may open. NotFound."""
    row = saved.search_for(opened, caller(), search_id)
    _demand_here(project, row)
    return row


def _demand_here(project: Project, row: SavedSearch) -> None:
    if row.project_id != project.id:
        raise NotFound(say("There is no such saved search."))


@bp.app_template_global("search_filter_words")
def filter_words(project: Project, query: Mapping[str, list[str]]) -> list[str]:
    """Return the filters of a kept search in words; as typed where they mean nothing any more."""
    with session() as opened:
        try:
            asked = read_request(opened, project.id, {**query, "facets": []})
        except Invalid:
            return [value for name, values in query.items() if name not in {"q", "sort", "mode"} for value in values]
        named = name_facets(asked, {}, locale=locale_code(), translate=gettext)
    made = [value.label for values in named.values() for value in values if value.is_chosen]
    span = " - ".join(value for name in ("from", "to") for value in query.get(name, []))
    return [*made, *([span] if span else [])]
