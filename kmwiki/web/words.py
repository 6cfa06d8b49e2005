"""Pages of word counts: the words of a selection with their picture, against a facet's values, and compared."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from flask import Blueprint, make_response, render_template, request

from kmwiki.accounts.access import project_for
from kmwiki.analysis.cloud import HEIGHT, WIDTH, layout
from kmwiki.analysis.files import compare_file, read_format, words_file
from kmwiki.analysis.stop_words import stop_list
from kmwiki.analysis.wordlist import CROSSED, compare, compare_out, cross, list_words, read_wish
from kmwiki.db import session, transaction
from kmwiki.errors import N_, Invalid
from kmwiki.search.queries import Rebuilding
from kmwiki.search.query import QueryError
from kmwiki.search.request import read_request
from kmwiki.security.policy import Permission
from kmwiki.web.analysing import (
    CHOICES,
    SELECTION,
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
from kmwiki.web.search import LEGENDS

if TYPE_CHECKING:
    from typing import Literal

    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.search.request import SearchRequest

bp = Blueprint("words", __name__)

SIZE = 100
OWN = ("min_length", "min_count", "numbers", "stop_words", "by")
SECOND = tuple(f"b_{name}" for name in SELECTION)
SORT_WORDS = {
    "log_likelihood": N_("Log-likelihood"),
    "log_ratio": N_("Log ratio"),
    "count": N_("How often in A"),
    "other_count": N_("How often in B"),
    "word": N_("Word"),
}
SIDES = {"both": N_("In either"), "first": N_("More in A"), "second": N_("More in B")}


@bp.get("/p/<slug>/words")
@signed_in
def page(slug: str) -> ResponseReturnValue:
    """Show the words of a selection, all texts without one."""
    text, by = request.args.get("q", ""), request.args.get("by", "")
    found, trouble, crossed, cloud = None, None, None, []
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        try:
            wish = read_wish(lambda name: request.args.get(name, ""))
            who = asking(opened, project)
            found, counted = list_words(who, selection(opened, project, size=SIZE), wish)
            cloud = layout([(word.shown, word.count) for word in counted.table.words])
            crossed = cross(who, counted, by) if by else None
        except (QueryError, Invalid, Rebuilding) as error:
            trouble = trouble_of(error, text)
    drawn = render_template(
        "analysis/words.html",
        project=project,
        text=text,
        found=found,
        trouble=trouble,
        cloud=cloud,
        frame=(WIDTH, HEIGHT),
        crossed=crossed,
        by=by,
        crossings={name: LEGENDS[name] for name in CROSSED},
        choices=CHOICES,
        facets=facets_of(found.facets) if found else [],
        chips=chips("words.page", project, found.facets, *OWN) if found else [],
        most_in_row=_most_in_row,
    )
    return settle(make_response(drawn), trouble)


def _most_in_row(cells: list[object]) -> float:
    return max((getattr(cell, "per_10000", 0.0) for cell in cells), default=0.0)


@bp.app_template_global("words_address")
def words_address(project: Project, endpoint: str = "words.page", **changed: str | int | None) -> str:
    """Return the address of these counts with something else in it; None takes something away."""
    given = {**kept(*OWN), **{name: [str(value)] for name, value in changed.items() if value is not None}}
    return address(
        endpoint, project, {name: values for name, values in given.items() if changed.get(name, "") is not None}
    )


@bp.app_template_global("word_address")
def word_address(project: Project, word: str, prefix: str = "") -> str:
    """Return the address of a word's concordance in a selection."""
    here = {name.removeprefix(prefix): values for name, values in kept(prefix=prefix).items()}
    among = here.pop("q", [])
    return address("kwic.page", project, {**here, "q": [word], "mode": ["exact"], "among": among})


@bp.app_template_global("cell_address")
def cell_address(project: Project, word: str, by: str, value: str) -> str:
    """Return the address of the search for a word in a selection, within one value of a facet."""
    here = kept()
    text = (here.pop("q", []) or [""])[0]
    query = f'"{word}" ({text})' if text.strip() else f'"{word}"'
    return address("search.page", project, {**here, "q": [query], ("in" if by == "type" else by): [value]})


@bp.get("/p/<slug>/words/export")
@signed_in
def export(slug: str) -> ResponseReturnValue:
    """Hand out the words of a selection as a table file."""
    with transaction() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        form = read_format(request.args.get("format", ""))
        wish = read_wish(lambda name: request.args.get(name, ""))
        data = words_file(asking(opened, project), selection(opened, project, size=1), wish, form)
    return file_answer(data, form, f"{project.slug}-words")


@bp.get("/p/<slug>/words/compare")
@signed_in
def compare_page(slug: str) -> ResponseReturnValue:
    """Show two selections beside each other, or one beside all the rest."""
    started = time.perf_counter()
    text = request.args.get("q", "")
    found, trouble = None, None
    sort, side = request.args.get("sort") or "log_likelihood", _side()
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        try:
            wish = read_wish(lambda name: request.args.get(name, ""))
            first = selection(opened, project, size=SIZE)
            if kept() or kept(prefix="b_"):
                compared = compare(
                    asking(opened, project), (first, _second(opened, project)), wish, sort=sort, side=side
                )
                found = compare_out(
                    compared,
                    page=first.page,
                    size=SIZE,
                    sort=sort,
                    stop_version=stop_list(opened, project.id).version,
                    took_ms=round((time.perf_counter() - started) * 1000),
                )
            every, _ = list_words(asking(opened, project), read_request(opened, project.id, {}), wish)
        except (QueryError, Invalid, Rebuilding) as error:
            trouble, every = trouble_of(error, text or request.args.get("b_q", "")), None
    drawn = render_template(
        "analysis/compare.html",
        project=project,
        found=found,
        trouble=trouble,
        facets=facets_of(every.facets) if every else [],
        choices=CHOICES,
        sort=sort,
        sorts=SORT_WORDS,
        side=side,
        sides=SIDES,
        has_second=bool(kept(prefix="b_")),
    )
    return settle(make_response(drawn), trouble)


def _side() -> Literal["both", "first", "second"]:
    match request.args.get("side"):
        case "first":
            return "first"
        case "second":
            return "second"
    return "both"


def _second(opened: Session, project: Project) -> SearchRequest | None:
    """Return the second selection; None for all the rest."""
    return selection(opened, project, size=SIZE, prefix="b_") if kept(prefix="b_") else None


@bp.app_template_global("compare_address")
def compare_address(project: Project, endpoint: str = "words.compare_page", **changed: str | int | None) -> str:
    """Return the address of this comparison with something else in it."""
    given = {
        **kept(*SECOND, "min_length", "min_count", "numbers", "stop_words", "sort", "side"),
        **{name: [str(value)] for name, value in changed.items() if value is not None},
    }
    return address(endpoint, project, given)


@bp.get("/p/<slug>/words/compare/export")
@signed_in
def compare_export(slug: str) -> ResponseReturnValue:
    """Hand out a comparison as a table file."""
    with transaction() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        form = read_format(request.args.get("format", ""))
        requests = selection(opened, project, size=1), _second(opened, project)
        wish = read_wish(lambda name: request.args.get(name, ""))
        sort = request.args.get("sort") or "log_likelihood"
        data = compare_file(asking(opened, project), requests, wish, form, sort=sort)
    return file_answer(data, form, f"{project.slug}-compared")
