"""The log: what happened in a project, for its owners, and on the site, for admins; filtered, and as a table file."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from io import StringIO
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template, request, stream_with_context, url_for
from flask_babel import gettext

from kmwiki.accounts import queries
from kmwiki.accounts.access import project_for
from kmwiki.api.v1.errors import words
from kmwiki.db import now, session, transaction
from kmwiki.errors import say
from kmwiki.events.service import record
from kmwiki.notifications import activity
from kmwiki.notifications.activity import Told, Wanted
from kmwiki.security.policy import Permission
from kmwiki.text.dates import read_date
from kmwiki.web.activity_words import VERBS, facts_of, verb_words
from kmwiki.web.context import admin_only, caller, signed_in
from kmwiki.web.i18n import TIMEZONE
from kmwiki.web.links import site_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.typing import ResponseReturnValue

    from kmwiki.accounts.models import Project

bp = Blueprint("activity", __name__)

PAGE = 50
FILTERS = ("q", "person", "verb", "project", "from", "to")
HERE = ZoneInfo(TIMEZONE)
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a cell may not begin with: spreadsheets would work it out."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of an address: what was typed, what is meant, and what cannot be understood."""

    wanted: Wanted
    typed: dict[str, str]
    errors: dict[str, str]

    @property
    def is_narrowed(self) -> bool:
        """Whether any filter is set."""
        return any(self.typed.values())


@bp.get("/p/<slug>/activity-log")
@signed_in
def index(slug: str) -> ResponseReturnValue:
    """Show what happened in a project."""
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.MANAGE)
    return draw(project)


@bp.get("/p/<slug>/activity-log.csv")
@signed_in
def export(slug: str) -> ResponseReturnValue:
    """Give what happened in a project as a table file."""
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.MANAGE)
    return send(project)


@bp.get("/admin/audit")
@admin_only
def audit() -> ResponseReturnValue:
    """Show what happened on the whole site."""
    return draw(None)


@bp.get("/admin/audit.csv")
@admin_only
def audit_export() -> ResponseReturnValue:
    """Give what happened on the whole site as a table file."""
    return send(None)


def read_filters(project: Project | None) -> Asked:
    """Read the filters of this address. Days are those of Thailand, in either era, and the last is included."""
    typed = {name: request.args.get(name, "").strip()[:100] for name in FILTERS}
    errors: dict[str, str] = {}
    moments: dict[str, datetime | None] = {}
    for name in ("from", "to"):
        found = read_date(typed[name], today=now().astimezone(HERE).date()) if typed[name] else []
        if typed[name] and not found:
            errors[name] = words(say("This date is not understood. Write it like 18 ก.พ. 2569 or 2026-02-18."))
        moments[name] = None
        if found:
            day = found[0].start if name == "from" else found[0].end + timedelta(days=1)
            moments[name] = datetime.combine(day, time(), HERE).astimezone(UTC)
    if project is not None:
        typed["project"] = ""
    number, text = typed["person"], typed["q"].casefold()
    wanted = Wanted(
        project_id=project.id if project else _project_id(typed["project"]),
        person=int(number) if number.isascii() and number.isdigit() and len(number) < 10 else None,  # noqa: PLR2004
        verb=typed["verb"],
        since=moments["from"],
        until=moments["to"],
        text=typed["q"],
        meant=frozenset(verb for verb in VERBS if text and text in verb_words(verb).casefold()),
    )
    return Asked(wanted, typed, errors)


def _project_id(slug: str) -> int | None:
    """Return the number of the project asked for on the log of the site; None for all, 0 for one that is not there."""
    if not slug:
        return None
    with session() as opened:
        found = queries.project_by_slug(opened, slug)
    return 0 if found is None else found.id


def draw(project: Project | None) -> ResponseReturnValue:
    """Draw a page of the log."""
    asked = read_filters(project)
    number = request.args.get("page", "1")
    page = max(1, int(number)) if number.isascii() and number.isdigit() and len(number) < 7 else 1  # noqa: PLR2004
    with session() as opened:
        total = activity.count(opened, caller(), asked.wanted)
        pages = max(1, -(-total // PAGE))
        page = min(page, pages)
        rows = activity.page(opened, caller(), asked.wanted, offset=(page - 1) * PAGE, size=PAGE)
        projects = [] if project else queries.projects_of(opened, caller())
        people = activity.people(opened, caller(), asked.wanted)
        verbs = activity.verbs(opened, caller(), asked.wanted)
    drawn = render_template(
        "activity/index.html",
        project=project,
        asked=asked,
        rows=rows,
        total=total,
        page=page,
        pages=pages,
        people=people,
        projects=projects,
        verbs=sorted(((verb, verb_words(verb)) for verb in verbs), key=lambda pair: pair[1]),
        verb_words=verb_words,
        facts_of=facts_of,
        place_of=place_of,
        address=lambda **more: address_of(project, asked, **more),
        file_address=address_of(project, asked, as_file=True),
    )
    return drawn, 422 if asked.errors else 200


def address_of(project: Project | None, asked: Asked, *, page: int = 1, as_file: bool = False) -> str:
    """Return the address of the log, or of its file, under the filters asked for."""
    kept: dict[str, str | int] = {name: value for name, value in asked.typed.items() if value}
    if page > 1:
        kept["page"] = page
    if project is not None:
        kept["slug"] = project.slug
    names = ("audit", "audit_export") if project is None else ("index", "export")
    return url_for(f"activity.{names[as_file]}", **kept)  # type: ignore[arg-type]


def place_of(told: Told) -> tuple[str, str] | None:
    """Return the words and the address of what an event touched, or None where there is nothing to go to."""
    slug = told.project.slug if told.project else ""
    if told.entry is not None:
        anchor = "comments" if told.source_kind == "comment" else None
        return told.entry.title, url_for("entries.read", slug=slug, number=told.entry.number, _anchor=anchor)
    if told.code is not None:
        return told.code.name_th, url_for("codebook.code", slug=slug, code_id=told.code.id)
    if told.about is not None:
        if told.project is not None:
            return told.about.name, url_for("members.index", slug=slug)
        return told.about.name, url_for("users.index") if caller().is_admin else url_for("accounts.me")
    if told.project is not None and told.verb.startswith(("project.", "demo.")):
        return told.project.name, url_for("home.project", slug=slug)
    return None


def send(project: Project | None) -> Response:
    """Send the log under the filters asked for, as CSV in UTF-8 with a mark that spreadsheets know it by."""
    asked = read_filters(project)
    with transaction() as opened:
        record(opened, caller(), "log.exported", project_id=project.id if project else None)
    name = f"{project.slug if project else 'site'}-log-{now().astimezone(HERE):%Y%m%d}.csv"
    answer = Response(stream_with_context(lines(asked.wanted)), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def lines(wanted: Wanted) -> Iterator[str]:
    """Give the file piece by piece."""
    yield "\ufeff" + row_of(
        gettext("No."),
        gettext("Time"),
        gettext("Person"),
        gettext("E-mail"),
        gettext("What happened"),
        gettext("Verb"),
        gettext("Project"),
        gettext("About"),
        gettext("Address of it"),
        gettext("Details"),
    )
    with session() as opened:
        for rows in activity.chunks(opened, caller(), wanted):
            yield "".join(line_of(told) for told in rows)


def line_of(told: Told) -> str:
    """Write one event as a line."""
    thing, address = place_of(told) or ("", "")
    return row_of(
        str(told.seq),
        told.when.astimezone(HERE).isoformat(timespec="seconds"),
        told.by.name if told.by else "",
        told.by.email if told.by else "",
        verb_words(told.verb),
        told.verb,
        told.project.slug if told.project else "",
        thing,
        site_address() + address if address else "",
        facts_of(told),
    )


def row_of(*cells: str) -> str:
    """Write cells as a line of CSV; none of them is taken for a formula."""
    out = StringIO()
    csv.writer(out).writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells])
    return out.getvalue()
