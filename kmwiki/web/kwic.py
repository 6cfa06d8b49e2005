"""The concordance page: a keyword in the middle, its contexts beside it, each line a link to its passage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, make_response, render_template, request
from flask_babel import gettext

from kmwiki.accounts.access import project_for
from kmwiki.analysis.files import PART_LABELS, kwic_file, read_format
from kmwiki.analysis.kwic import SORTS, read_width
from kmwiki.analysis.telling import find_lines
from kmwiki.db import session, transaction
from kmwiki.errors import N_, Invalid
from kmwiki.search.queries import Rebuilding
from kmwiki.search.query import QueryError
from kmwiki.security.policy import Permission
from kmwiki.web.analysing import (
    CHOICES,
    address,
    asking,
    chips,
    facets_of,
    file_answer,
    kept,
    selection,
    settle,
    trouble_of,
)
from kmwiki.web.context import caller, signed_in
from kmwiki.web.drawing import locale_code
from kmwiki.web.links import site_address

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kmwiki.accounts.models import Project
    from kmwiki.analysis.schemas import KwicOut
    from kmwiki.web.analysing import Chip
    from kmwiki.web.search import Facet

bp = Blueprint("kwic", __name__)

SIZE = 50
WIDTHS = (20, 40, 60, 100, 150, 200)
SORT_WORDS = {
    "position": N_("Notes, as they stand"),
    "left": N_("Words before"),
    "right": N_("Words after"),
    "keyword": N_("Keyword"),
    "entry": N_("Title"),
    "date": N_("Date of the event"),
    "province": N_("Province"),
}
OWN = ("width", "sort", "among")


@bp.get("/p/<slug>/kwic")
@signed_in
def page(slug: str) -> ResponseReturnValue:
    """Show the lines of a query, a page at a time."""
    text, among = request.args.get("q", ""), request.args.get("among", "")
    sort = request.args.get("sort") or "position"
    found, trouble, width = None, None, 0
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        try:
            width = read_width(request.args.getlist("width"))
            asked = selection(opened, project, size=SIZE)
            if text.strip():
                found = find_lines(
                    opened,
                    caller(),
                    project,
                    asked,
                    width=width,
                    sort=sort,
                    among=among,
                    locale=locale_code(),
                    translate=gettext,
                )
        except (QueryError, Invalid, Rebuilding) as error:
            trouble = trouble_of(error, text)
    drawn = render_template(
        "analysis/kwic.html",
        project=project,
        text=text,
        among=among,
        found=found,
        trouble=trouble,
        width=width,
        widths=sorted({*WIDTHS, width} - {0}),
        sort=sort if sort in SORTS else "position",
        sorts=SORT_WORDS,
        parts=PART_LABELS,
        narrowing=_narrowing(project, found),
        choices=CHOICES,
    )
    return settle(make_response(drawn), trouble)


def _narrowing(project: Project, found: KwicOut | None) -> tuple[list[Facet], list[Chip]]:
    """Return what the lines can be narrowed by, and the filters in force."""
    return (facets_of(found.facets), chips("kwic.page", project, found.facets, *OWN)) if found else ([], [])


@bp.app_template_global("kwic_address")
def kwic_address(project: Project, endpoint: str = "kwic.page", **changed: str | int | None) -> str:
    """Return the address of this concordance with something else in it; None takes something away."""
    given = {**kept(*OWN), **{name: [str(value)] for name, value in changed.items() if value is not None}}
    return address(
        endpoint, project, {name: values for name, values in given.items() if changed.get(name, "") is not None}
    )


@bp.get("/p/<slug>/kwic/export")
@signed_in
def export(slug: str) -> ResponseReturnValue:
    """Hand out the whole concordance as a table file."""
    with transaction() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        form = read_format(request.args.get("format", ""))
        data = kwic_file(
            asking(opened, project),
            selection(opened, project, size=1),
            form,
            width=read_width(request.args.getlist("width")),
            sort=request.args.get("sort") or "position",
            among=request.args.get("among", ""),
            site=site_address(),
        )
    return file_answer(data, form, f"{project.slug}-concordance")
