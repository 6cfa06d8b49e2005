"""Imports over the API: files are sent, a job answers."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Literal

from flask import request
from pydantic import BaseModel, Field
from spectree.model_adapter.pydantic_adapter import BaseFile

from kmwiki.api.v1.ground import answers, bp, caller, settings, spec
from kmwiki.api.v1.jobs import JobOut, tell_job
from kmwiki.db import session, transaction
from kmwiki.errors import Invalid, say
from kmwiki.exchange.importing import spool
from kmwiki.exchange.importing.job import ask, check_request
from kmwiki.exchange.importing.model import Options

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict


class ImportForm(BaseModel):
    """What is sent as multipart/form-data: one file or many, and what they are."""

    file: BaseFile | None = Field(default=None, description="A file; the field may come many times.")
    format: Literal["auto", "gotoknow", "markdown", "plain"] = "auto"
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
