"""Concordances, word counts and the stop list through the API."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Response, request
from flask_babel import get_locale, gettext
from pydantic import BaseModel, Field

from kmwiki.accounts.access import project_for
from kmwiki.analysis import stop_words
from kmwiki.analysis.files import TYPES, compare_file, kwic_file, read_format, words_file
from kmwiki.analysis.kwic import read_width
from kmwiki.analysis.schemas import CompareOut, CrossOut, KwicOut, WordsOut
from kmwiki.analysis.telling import find_lines
from kmwiki.analysis.wordlist import Asking, compare, compare_out, cross, list_words, read_wish
from kmwiki.api.v1.ground import answers, bp, caller, settings, spec
from kmwiki.api.v1.search import SearchQuery, Values, refuse
from kmwiki.config import DEFAULT_BASE_URL
from kmwiki.db import session, transaction
from kmwiki.search.query import QueryError
from kmwiki.search.request import SearchRequest, read_request
from kmwiki.security.policy import Permission
from kmwiki.shapes import Taken

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.analysis.wordlist import Wish

TAGS = ["analysis"]
REFUSALS = (400, 401, 404, 422, 503)
OWN_SORT = ("sort", "facets")


class KwicQuery(SearchQuery):
    """What to show in its contexts: a query with the filters of search."""

    width: str | None = Field(default=None, description="Characters of context on each side, 20 to 200; default 60")
    sort: str | None = Field(
        default=None, description="position (default), left, right, keyword, entry, date or province"
    )
    among: str | None = Field(default=None, description="A second query: only texts that it finds")
    format: str | None = Field(default=None, description="For the export: csv (default) or xlsx")


class WordsQuery(SearchQuery):
    """Which words, of which texts; without `q` of all texts."""

    min_length: str | None = Field(default=None, description="The fewest characters of a word; default 2")
    min_count: str | None = Field(default=None, description="How often a word must stand there at least; default 1")
    numbers: str | None = Field(default=None, description="1: numbers too")
    stop_words: str | None = Field(default=None, description="1: words of the stop list too")
    by: str | None = Field(default=None, description="For the cross table: province, kind, year or type")
    format: str | None = Field(default=None, description="For the export: csv (default) or xlsx")


class CompareQuery(WordsQuery):
    """Two selections: the first as in search, the second with b_ before each name; without one, all the rest."""

    b_q: str | None = None
    b_province: Values = None
    b_kind: Values = None
    b_year: Values = None
    b_code: Values = None
    b_author: Values = None
    b_in: Values = None
    b_from: str | None = None
    b_to: str | None = None
    sort: str | None = Field(
        default=None, description="log_likelihood (default), log_ratio, count, other_count or word"
    )


def _asked(opened: Session, project: Project, prefix: str = "") -> SearchRequest:
    """Read a selection; what orders the answer is no part of it."""
    given = {
        name.removeprefix(prefix): values
        for name, values in request.args.lists()
        if name.startswith(prefix) and name.removeprefix(prefix) not in OWN_SORT
    }
    return read_request(opened, project.id, given)


def _asking(opened: Session, project: Project) -> Asking:
    return Asking(opened, caller(), project, str(get_locale() or "th"), gettext)


def _wish() -> Wish:
    return read_wish(lambda name: request.args.get(name, ""))


def _json(made: BaseModel) -> Response:
    return Response(made.model_dump_json(), mimetype="application/json")


def _file(data: bytes, form: str, name: str) -> Response:
    answer = Response(data, mimetype=TYPES[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return answer


@bp.get("/projects/<slug>/kwic")
@spec.validate(query=KwicQuery, resp=answers(KwicOut, refusals=REFUSALS), tags=TAGS)
def kwic(slug: str, query: KwicQuery) -> Response:
    """Show every place where the words of a query stand, with what stands before and behind, 20,000 at most."""
    del query  # read from the request itself: a filter may be given several times
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        try:
            found = find_lines(
                opened,
                caller(),
                project,
                _asked(opened, project),
                width=read_width(request.args.getlist("width")),
                sort=request.args.get("sort") or "position",
                among=request.args.get("among", ""),
                locale=str(get_locale() or "th"),
                translate=gettext,
            )
        except QueryError as error:
            return refuse(error)
    return _json(found)


@bp.get("/projects/<slug>/kwic/export")
@spec.validate(query=KwicQuery, resp=answers(refusals=REFUSALS), tags=TAGS)
def export_kwic(slug: str, query: KwicQuery) -> Response:
    """Take the whole concordance as a CSV or xlsx file; that it left is written down."""
    del query
    try:
        with transaction() as opened:
            project = project_for(opened, caller(), slug, Permission.READ)
            form = read_format(request.args.get("format", ""))
            data = kwic_file(
                _asking(opened, project),
                _asked(opened, project),
                form,
                width=read_width(request.args.getlist("width")),
                sort=request.args.get("sort") or "position",
                among=request.args.get("among", ""),
                site=settings().base_url or DEFAULT_BASE_URL,
            )
    except QueryError as error:
        return refuse(error)
    return _file(data, form, f"{slug}-concordance")


@bp.get("/projects/<slug>/words")
@spec.validate(query=WordsQuery, resp=answers(WordsOut, refusals=REFUSALS), tags=TAGS)
def words(slug: str, query: WordsQuery) -> Response:
    """Count the words of a selection, the most frequent first."""
    del query
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        try:
            found, _ = list_words(_asking(opened, project), _asked(opened, project), _wish())
        except QueryError as error:
            return refuse(error)
    return _json(found)


@bp.get("/projects/<slug>/words/cross")
@spec.validate(query=WordsQuery, resp=answers(CrossOut, refusals=REFUSALS), tags=TAGS)
def cross_words(slug: str, query: WordsQuery) -> Response:
    """Count the 30 most frequent words of a selection within each value of a facet."""
    del query
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        try:
            who = _asking(opened, project)
            _, counted = list_words(who, _asked(opened, project), _wish())
            found = cross(who, counted, request.args.get("by") or "province")
        except QueryError as error:
            return refuse(error)
    return _json(found)


@bp.get("/projects/<slug>/words/export")
@spec.validate(query=WordsQuery, resp=answers(refusals=REFUSALS), tags=TAGS)
def export_words(slug: str, query: WordsQuery) -> Response:
    """Take the words of a selection as a CSV or xlsx file; that it left is written down."""
    del query
    try:
        with transaction() as opened:
            project = project_for(opened, caller(), slug, Permission.READ)
            form = read_format(request.args.get("format", ""))
            data = words_file(_asking(opened, project), _asked(opened, project), _wish(), form)
    except QueryError as error:
        return refuse(error)
    return _file(data, form, f"{slug}-words")


def _two(opened: Session, project: Project) -> tuple[SearchRequest, SearchRequest | None]:
    has_second = any(name.startswith("b_") and any(values) for name, values in request.args.lists())
    return _asked(opened, project), _asked(opened, project, "b_") if has_second else None


@bp.get("/projects/<slug>/words/compare")
@spec.validate(query=CompareQuery, resp=answers(CompareOut, refusals=REFUSALS), tags=TAGS)
def compare_words(slug: str, query: CompareQuery) -> Response:
    """Compare two selections of texts word by word."""
    del query
    started = time.perf_counter()
    sort = request.args.get("sort") or "log_likelihood"
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        try:
            asked = _two(opened, project)
            compared = compare(_asking(opened, project), asked, _wish(), sort=sort)
        except QueryError as error:
            return refuse(error)
        version = stop_words.stop_list(opened, project.id).version
    took = round((time.perf_counter() - started) * 1000)
    first = asked[0]
    return _json(compare_out(compared, page=first.page, size=first.size, sort=sort, stop_version=version, took_ms=took))


@bp.get("/projects/<slug>/words/compare/export")
@spec.validate(query=CompareQuery, resp=answers(refusals=REFUSALS), tags=TAGS)
def export_compared(slug: str, query: CompareQuery) -> Response:
    """Take a comparison as a CSV or xlsx file; that it left is written down."""
    del query
    try:
        with transaction() as opened:
            project = project_for(opened, caller(), slug, Permission.READ)
            form = read_format(request.args.get("format", ""))
            sort = request.args.get("sort") or "log_likelihood"
            data = compare_file(_asking(opened, project), _two(opened, project), _wish(), form, sort=sort)
    except QueryError as error:
        return refuse(error)
    return _file(data, form, f"{slug}-compared")


class StopWordOut(BaseModel):
    """A word of the stop list."""

    word: str
    key: str
    state: str = Field(description="stop: not counted; count: counted although it is built in")
    is_own: bool


class StopListOut(BaseModel):
    """The stop list of a project; `version` is the number of its last change."""

    version: int
    words: list[StopWordOut]


class StopWordIn(Taken):
    """A word and whether it is counted."""

    word: str
    state: str = Field(default="stop", description="stop, count, or default: as the built-in list has it")


class StopChangeOut(BaseModel):
    """The number of a change, by which it can be taken back."""

    change: int


@bp.get("/projects/<slug>/stop-words")
@spec.validate(resp=answers(StopListOut, refusals=(401, 404)), tags=TAGS)
def list_stop_words(slug: str) -> StopListOut:
    """List the words that are not counted, and built-in ones that the project counts again."""
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        rows = stop_words.all_stop_words(opened, project.id)
        version = stop_words.stop_list(opened, project.id).version
    return StopListOut(version=version, words=[StopWordOut(**row._asdict()) for row in rows])


@bp.post("/projects/<slug>/stop-words")
@spec.validate(resp=answers(StopChangeOut, status=201, refusals=(401, 403, 404, 409, 422)), tags=TAGS)
def set_stop_word(slug: str, json: StopWordIn) -> tuple[StopChangeOut, int]:
    """Stop counting a word, or count it again."""
    with transaction() as opened:
        project = project_for(opened, caller(), slug, Permission.EDIT_CODEBOOK)
        change = stop_words.set_stop_word(opened, caller(), project, json.word, json.state)
    return StopChangeOut(change=change), HTTPStatus.CREATED


@bp.delete("/projects/<slug>/stop-words/<int:number>")
@spec.validate(resp=answers(StopChangeOut, refusals=(401, 403, 404, 409)), tags=TAGS)
def undo_stop_word(slug: str, number: int) -> StopChangeOut:
    """Take a change of the stop list back, by its number."""
    with transaction() as opened:
        project = project_for(opened, caller(), slug, Permission.EDIT_CODEBOOK)
        return StopChangeOut(change=stop_words.undo_stop_word(opened, caller(), project, number))
