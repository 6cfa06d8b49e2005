"""Coded passages asked for by codes and how they stand to each other, and taken out as files."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Response, request
from flask_babel import get_locale, gettext
from pydantic import BaseModel, Field

from kmwiki.accounts.access import project_for
from kmwiki.api.v1.ground import PageQuery, answers, bp, caller, read_offset, settings, spec, write_cursor
from kmwiki.api.v1.jobs import JobOut, tell_job
from kmwiki.config import DEFAULT_BASE_URL
from kmwiki.db import session, transaction
from kmwiki.errors import NotFound, say
from kmwiki.retrieval import exporting
from kmwiki.retrieval.asking import NAMES
from kmwiki.retrieval.book import read_book
from kmwiki.retrieval.files import TYPES, Export, read_format, write_file
from kmwiki.retrieval.finding import retrieve
from kmwiki.retrieval.naming import group_names
from kmwiki.retrieval.reading import read_question, refuse_unknown
from kmwiki.retrieval.schemas import PassagesOut, tell_groups, tell_row
from kmwiki.retrieval.showing import rows_of
from kmwiki.retrieval.telling import Tongue, clauses
from kmwiki.security.policy import Permission
from kmwiki.text.dates import show

if TYPE_CHECKING:
    from datetime import date

TAGS = ["passages"]
REFUSALS = (401, 404, 422)
Many = list[str]


class QuestionQuery(BaseModel):
    """A question about passages. Up to eight conditions: op1, code1, n1, unit1 ... op8, code8, n8, unit8."""

    code: Many = Field(default=[], description="Codes found first: ids, names, `g3` for a group, `any`. Default any.")
    op1: str = Field(
        default="and",
        description="and, or, not, overlap, exact, within, around, near, text, entry; with not- before all but the "
        "first three their opposite.",
    )
    code1: Many = Field(default=[], description="The codes that the condition is about; without one there is none.")
    n1: int | None = Field(default=None, description="Of near: how far at most. Default 1.")
    unit1: str | None = Field(default=None, description="Of near: character, sentence or paragraph (default).")
    below: str = Field(default="1", description="0: only the codes named, without those below them.")
    place: Many = Field(default=[], description="Province, district or tambon, by code or name.")
    kind: Many = Field(default=[], description="Kinds of notes.")
    first: str | None = Field(default=None, alias="from", description="Event on or after: 2551, ก.พ. 2551, 2008-02-18.")
    to: str | None = Field(default=None, description="Event on or before.")
    coder: Many = Field(default=[], description="Ids, addresses or names.")
    voice: Many = Field(default=[], description="informant, author, commenter, document; none where none is told.")
    actor: str | None = Field(default=None, description="A person or group that the text names as taking part.")
    tag: Many = []
    status: Many = Field(default=[], description="accepted (default), auto, proposed.")
    state: Many = Field(default=[], description="placed, changed (both by default), lost.")
    texts: Many = Field(default=[], alias="in", description="entry, comment.")
    layer: str | None = Field(default=None, description="own, adjudicated, or the id of a closed round.")
    entry: int | None = Field(default=None, description="The number of a note.")
    sort: str = Field(default="text", description="text, date, date_desc, code, entry, newest.")
    by: str = Field(default="none", description="Groups: none, code, place, entry, kind, coder.")


class PassagesQuery(PageQuery, QuestionQuery):
    """A question, and which part of what it finds."""


class ExportAsked(BaseModel):
    """Which kind of file is to be made."""

    format: str = Field(description="docx, xlsx, csv or html")


def asked() -> dict[str, list[str]]:
    """Return the question of the address. Invalid for a name that no question has."""
    refuse_unknown(request.args, field="query", besides=("size", "cursor"))
    return {name: request.args.getlist(name) for name in NAMES if name in request.args}


def tongue() -> Tongue:
    """Return the language of the answer."""
    locale = str(get_locale() or "th")

    def day(value: date) -> str:
        return show(value, locale)

    return Tongue(locale, gettext, day)


@bp.get("/projects/<slug>/passages")
@spec.validate(query=PassagesQuery, resp=answers(PassagesOut, refusals=REFUSALS), tags=TAGS)
def list_passages(slug: str, query: PassagesQuery) -> PassagesOut:
    """Find coded passages; several values of a name are given by repeating it."""
    offset = read_offset(query.cursor)
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        book = read_book(opened, project.id)
        question = read_question(asked(), book)
        found = retrieve(opened, caller(), project, question, book)
        rows = rows_of(opened, caller(), project.id, found, book, first=offset, size=query.size)
        names = group_names(opened, caller(), found, book, tongue())
        total = len(found.lines)
        return PassagesOut(
            items=[tell_row(row, found, slug) for row in rows],
            next=write_cursor(offset + query.size) if rows and offset + query.size < total else None,
            total=total,
            codings=found.total,
            passages=found.places,
            notes=found.notes,
            lost=found.lost,
            groups=tell_groups(found, names),
            understood=[clause.text for clause in clauses(question, book, tongue())],
            query=dict(question.address),
        )


@bp.get("/projects/<slug>/exports/<ending>")
@spec.validate(query=QuestionQuery, resp=answers(refusals=REFUSALS), tags=TAGS)
def export_passages(slug: str, ending: str, query: QuestionQuery) -> Response:
    """Give coded passages as a file, docx, xlsx, csv or html; that they left is written down."""
    del query  # read from the request itself: a name may be given several times
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        form = read_format(ending)
        found, book = exporting.found_for(opened, caller(), project, asked(), form)
        site = settings().base_url or DEFAULT_BASE_URL
        data = write_file(Export(opened, caller(), project, book, found, tongue(), site), form)
    with transaction() as opened:
        exporting.record_export(opened, caller(), project, form, found.total)
    answer = Response(data, mimetype=TYPES[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="{slug}-passages.{form}"'
    return answer


@bp.post("/projects/<slug>/passages/exports")
@spec.validate(query=QuestionQuery, resp=answers(JobOut, status=202, refusals=(401, 404, 422, 429)), tags=TAGS)
def ask_export(slug: str, json: ExportAsked, query: QuestionQuery) -> tuple[JobOut, int, dict[str, str]]:
    """Have a large file made in the background, for a question in the address; it can be fetched for 24 hours."""
    del query
    with transaction() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        locale = str(get_locale() or "th")
        job = exporting.ask(opened, caller(), project, asked(), form=json.format, locale=locale)
    where = f"/api/v1/projects/{slug}/passages/exports/{job.id}"
    return tell_job(job), HTTPStatus.ACCEPTED, {"Location": where}


@bp.get("/projects/<slug>/passages/exports/<int:job_id>")
@spec.validate(resp=answers(JobOut, refusals=(401, 404)), tags=TAGS)
def read_export(slug: str, job_id: int) -> JobOut:
    """Tell how far a file is."""
    return tell_job(_job(slug, job_id))


@bp.get("/projects/<slug>/passages/exports/<int:job_id>/file")
@spec.validate(resp=answers(refusals=(401, 404)), tags=TAGS)
def fetch_export(slug: str, job_id: int) -> Response:
    """Give a file that was made, to who asked for it."""
    job = _job(slug, job_id)
    form = str(job.payload["format"])
    data = exporting.file_of(settings(), job).read_bytes()
    answer = Response(data, mimetype=TYPES[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="{slug}-passages.{form}"'
    return answer


def _job(slug: str, job_id: int) -> Any:
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        job = exporting.job_for(opened, caller(), job_id)
    if job.project_id != project.id:
        raise NotFound(say("There is no such file."))
    return job
