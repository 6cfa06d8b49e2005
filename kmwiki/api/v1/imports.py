"""Imports over the API: files are sent, a job answers."""

from __future__ import annotations

from datetime import datetime
from typing import IO, TYPE_CHECKING, Literal

from flask import request
from pydantic import BaseModel, Field
from spectree.model_adapter.pydantic_adapter import BaseFile

from kmwiki.accounts.access import project_for
from kmwiki.api.v1.ground import (
    Page,
    PageQuery,
    answers,
    bp,
    caller,
    read_last_id,
    settings,
    spec,
    write_cursor,
)
from kmwiki.api.v1.jobs import JobOut, tell_job
from kmwiki.db import session, transaction
from kmwiki.errors import Invalid, say
from kmwiki.exchange.importing import spool
from kmwiki.exchange.importing.batches import Told, batch_for, list_batches
from kmwiki.exchange.importing.job import ask, check_request
from kmwiki.exchange.importing.model import Options
from kmwiki.exchange.importing.undo_job import ask_undo
from kmwiki.security.policy import Permission
from kmwiki.shapes import Taken

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict


class ImportForm(BaseModel):
    """What is sent as multipart/form-data: one file or many, and what they are."""

    file: BaseFile | None = Field(
        default=None,
        description="A file; the field may come many times. The images of an HTML page are sent with it, each under "
        "the path by which the page calls it.",
    )
    format: Literal["auto", "gotoknow", "gotoknow-html", "html", "markdown", "plain"] = "auto"
    kind: str = Field(default="", description="Kind of the notes; without it the title decides.")
    province: str = Field(default="", description="Province or place of the notes; without it the text is asked.")
    encoding: str = Field(default="", description="Encoding of the files, where the guess is wrong.")
    dry_run: bool = Field(default=False, description="Say what would be done and write nothing.")


@bp.post("/projects/<slug>/imports")
@spec.validate(
    form=ImportForm, resp=answers(JobOut, status=202, refusals=(401, 403, 404, 413, 422, 429, 503)), tags=["imports"]
)
def start_import(slug: str) -> tuple[JobOut, int, dict[str, str]]:
    """Import the files that are sent. Poll the job that is answered until its state is `done` or `failed`."""
    form = request.form
    options = read_options(form)
    with session() as opened:
        check_request(opened, caller(), slug, options)
    token, _ = spool.put(settings(), caller(), sent_files())
    with transaction() as opened:
        project = check_request(opened, caller(), slug, options)
        is_dry = form.get("dry_run", "").strip().lower() in {"1", "true", "yes", "on"}
        made = tell_job(ask(opened, caller(), project, token, options, is_dry=is_dry, channel="api"))
    return made, 202, {"Location": f"/api/v1/jobs/{made.id}"}


class BatchOut(BaseModel):
    """An import: when, by whom, by which door, and what came of its files."""

    id: int
    state: str = Field(description="running, stopped, done, partly (taken back) or undone")
    created: datetime
    by: str = Field(description="Empty for whoever runs the program.")
    channel: str = Field(description="web, api or cli")
    files: int
    new: int
    updated: int
    unchanged: int
    failed: int
    undone: int = Field(description="Notes that were taken back.")


class UndoIn(Taken):
    """How much is to be taken back."""

    everything: bool = Field(default=False, description="Also notes that people have changed since.")


@bp.get("/projects/<slug>/imports")
@spec.validate(resp=answers(Page[BatchOut], refusals=(401, 403, 404, 422)), tags=["imports"])
def list_imports(slug: str, query: PageQuery) -> Page[BatchOut]:
    """List the imports that the caller may take back, the newest first: their own, or all for a supervisor."""
    name = f"imports of {slug}"
    before = read_last_id(name, query.cursor) or None
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.IMPORT)
        found, total = list_batches(opened, caller(), project.id, size=query.size + 1, before=before)
    shown = found[: query.size]
    more = write_cursor(name, shown[-1].batch.id) if len(found) > len(shown) else None
    return Page[BatchOut](items=[_batch_out(told) for told in shown], next=more, total=total)


@bp.post("/projects/<slug>/imports/<int:batch_id>/undo")
@spec.validate(resp=answers(JobOut, status=202, refusals=(401, 403, 404, 422)), tags=["imports"])
def undo_import(slug: str, batch_id: int, json: UndoIn) -> tuple[JobOut, int, dict[str, str]]:
    """Take an import back. Notes that people changed since are kept and listed in the job's result."""
    return _ask(slug, batch_id, everything=json.everything)


@bp.post("/projects/<slug>/imports/<int:batch_id>/redo")
@spec.validate(resp=answers(JobOut, status=202, refusals=(401, 403, 404)), tags=["imports"])
def redo_import(slug: str, batch_id: int) -> tuple[JobOut, int, dict[str, str]]:
    """Do once more what was taken back of an import."""
    return _ask(slug, batch_id, is_again=True)


def _ask(
    slug: str, batch_id: int, *, everything: bool = False, is_again: bool = False
) -> tuple[JobOut, int, dict[str, str]]:
    with transaction() as opened:
        project = project_for(opened, caller(), slug, Permission.IMPORT)
        batch = batch_for(opened, caller(), project.id, batch_id)
        made = tell_job(ask_undo(opened, caller(), batch, everything=everything, is_again=is_again))
    return made, 202, {"Location": f"/api/v1/jobs/{made.id}"}


def _batch_out(told: Told) -> BatchOut:
    batch, counts = told.batch, told.counts
    return BatchOut(
        id=batch.id,
        state=told.state,
        created=batch.created,
        by=told.who,
        channel=batch.channel,
        files=batch.total,
        new=counts.get("created", 0),
        updated=counts.get("updated", 0),
        unchanged=counts.get("unchanged", 0),
        failed=counts.get("failed", 0),
        undone=counts.get("undone", 0),
    )


def sent_files() -> list[tuple[str, IO[bytes]]]:
    """Return the files of the request, whatever their field is called. Invalid if there is none."""
    sent = [(file.filename or "", file.stream) for _, file in request.files.items(multi=True) if file.filename]
    if not sent:
        raise Invalid.one("file", say("Choose at least one file."))
    return sent


def read_options(form: MultiDict[str, str]) -> Options:
    """Read the options of an import from a form; what is left empty is left to the file."""
    return Options(
        format=form.get("format", "").strip() or "auto",
        kind=form.get("kind", "").strip() or None,
        province=form.get("province", "").strip() or None,
        encoding=form.get("encoding", "").strip() or None,
    )
