"""A whole codebook as a file, through the API: taken out, and brought in with a report row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from flask import Response, request
from pydantic import BaseModel, Field
from spectree.model_adapter.pydantic_adapter import BaseFile

from kmwiki.accounts.access import project_for
from kmwiki.api.v1.errors import words
from kmwiki.api.v1.ground import answers, bp, caller, spec
from kmwiki.coding.codebook.going_out import TYPES, codebook_file, read_file
from kmwiki.coding.codebook.past import moment_of
from kmwiki.coding.codebook.taking_in import look_over, take_in
from kmwiki.db import now, session, transaction
from kmwiki.errors import Invalid, say
from kmwiki.security.policy import Permission
from kmwiki.text.dates import BANGKOK

if TYPE_CHECKING:
    from kmwiki.coding.codebook.incoming import Report

TAGS = ["codes"]


class ExportQuery(BaseModel):
    """Which codebook: as it is, or as it was."""

    at: str = Field(default="", max_length=200, description="A version or a day in any form; `qdc` and `docx` only.")


class CodebookForm(BaseModel):
    """What is sent as multipart/form-data: one codebook file."""

    file: BaseFile | None = Field(default=None, description="What its name ends with says what it is.")
    encoding: str = Field(default="", description="Encoding of the file, where the guess is wrong.")
    reason: str = Field(default="", max_length=20_000, description="It stands in the history of the codebook.")
    dry_run: bool = Field(default=False, description="Say what would be done and write nothing.")


class DifferenceOut(BaseModel):
    """A field that the file changes; of `parent` the names."""

    field: str
    old: Any
    new: Any


class CodebookRowOut(BaseModel):
    """A code of the file and what became, or would become, of it."""

    row: int
    name: str
    guid: str
    verdict: Literal["new", "changed", "same", "twice", "loop", "conflict", "wrong"]
    message: str
    notes: list[str]
    code_id: int | None = Field(description="The code that is here already.")
    changes: list[DifferenceOut]


class CodebookGroupOut(BaseModel):
    """A group of the file and what became, or would become, of it; a file takes no code out of a group."""

    row: int
    name: str
    guid: str
    verdict: Literal["new", "changed", "same", "twice", "wrong"]
    message: str
    notes: list[str]
    group_id: int | None = Field(description="The group that is here already.")
    added: int = Field(description="How many codes come into it.")


class CodebookReportOut(BaseModel):
    """All rows of a file in its order."""

    written: bool
    counts: dict[str, int]
    encoding: str
    notes: list[str]
    rows: list[CodebookRowOut]
    groups: list[CodebookGroupOut]


@bp.get("/projects/<slug>/codebook/<ending>")
@spec.validate(resp=answers(refusals=(401, 404, 422)), tags=TAGS)
def export_codebook(slug: str, ending: str, query: ExportQuery) -> Response:
    """Give the codebook as a file: `qdc` (REFI-QDA 1.5), `csv`, `xlsx` or `docx`."""
    with transaction() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        today = now().astimezone(BANGKOK).date()
        moment = moment_of(opened, project.id, query.at, today=today) if query.at.strip() else None
        data = codebook_file(opened, caller(), project, ending, moment=moment)
    answer = Response(data, mimetype=TYPES[ending])
    answer.headers["Content-Disposition"] = f'attachment; filename="{slug}-codebook.{ending}"'
    return answer


@bp.post("/projects/<slug>/codebook")
@spec.validate(form=CodebookForm, resp=answers(CodebookReportOut, refusals=(401, 403, 404, 413, 422)), tags=TAGS)
def import_codebook(slug: str) -> CodebookReportOut:
    """Bring a codebook file in: what can be taken is one change of the codebook; the answer tells every row.

    `dry_run` tells it and writes nothing.
    """
    form = request.form
    is_dry = form.get("dry_run", "").strip().lower() in {"1", "true", "yes", "on"}
    with session() as opened:
        project_for(opened, caller(), slug, Permission.EDIT_CODEBOOK)
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Invalid.one("file", say("Send the file as the field “file” of a multipart/form-data body."))
    kind, book = read_file(sent.read(), sent.filename, form.get("encoding") or None)
    with session() if is_dry else transaction() as opened:
        project = project_for(opened, caller(), slug, Permission.EDIT_CODEBOOK)
        if is_dry:
            return tell_report(look_over(opened, caller(), project, book), is_written=False)
        report = take_in(opened, caller(), project, book, reason=form.get("reason", ""), form=kind)
    return tell_report(report, is_written=bool(report.written or report.written_groups))


def tell_report(report: Report, *, is_written: bool) -> CodebookReportOut:
    """Return a report as other programs see it."""
    return CodebookReportOut(
        written=is_written,
        counts=dict(report.counts),
        encoding=report.book.encoding,
        notes=[words(note) for note in report.book.notes],
        rows=[
            CodebookRowOut(
                row=row.number,
                name=row.code.name,
                guid=row.code.guid,
                verdict=row.verdict,
                message=words(row.message) if row.message else "",
                notes=[words(note) for note in row.code.notes],
                code_id=row.target.id if row.target is not None else None,
                changes=[DifferenceOut(field=each.field, old=each.old, new=each.new) for each in row.differences],
            )
            for row in report.rows
        ],
        groups=[
            CodebookGroupOut(
                row=line.number,
                name=line.group.name,
                guid=line.group.guid,
                verdict=line.verdict,
                message=words(line.message) if line.message else "",
                notes=[words(note) for note in line.group.notes],
                group_id=line.target.id if line.target is not None else None,
                added=len(line.added),
            )
            for line in report.groups
        ],
    )
