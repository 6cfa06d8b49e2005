"""The files of an entry over the API."""

from __future__ import annotations

from datetime import datetime
from functools import wraps
from typing import IO, TYPE_CHECKING

from flask import Response, request, send_file
from pydantic import BaseModel, Field
from spectree.model_adapter.pydantic_adapter import BaseFile

from kmwiki.api.v1.ground import Page, PageQuery, answers, bp, caller, page_of, read_offset, settings, spec
from kmwiki.db import session, transaction
from kmwiki.entries.access import entry_for
from kmwiki.errors import Invalid, NotFound, say
from kmwiki.formats.media import IMAGES
from kmwiki.security.policy import Permission
from kmwiki.sources.attachments import (
    add_attachment,
    attachment_for,
    attachments_of,
    bin_attachment,
    demand_open,
    keep_bytes,
    may_open,
    path_of,
    restore_attachment,
    target_of,
)
from kmwiki.sources.veil import veil_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from kmwiki.sources.models import Attachment, Source
    from kmwiki.sources.veil import Veil

NO_ACTION = "default-src 'none'; sandbox"
"""The content policy of a file: whatever it is, nothing in it may act."""


class AttachmentOut(BaseModel):
    """A file of an entry. `media_type` is told by its bytes; `target` is what stands for it in the entry's Markdown.

    `sha256` is null for who may not open the file: personal data in it cannot be masked.
    """

    id: int
    name: str
    size: int
    sha256: str | None
    media_type: str
    width: int | None
    height: int | None
    target: str
    created: datetime


class AttachmentForm(BaseModel):
    """What is sent as multipart/form-data."""

    file: BaseFile | None = Field(default=None, description="The file.")


def described(handler: Callable[[int, int], Response]) -> Callable[[int, int], Response]:
    """Tell the API's description of a handler that answers with a file, and leave its answer a stream.

    The description's own wrapper would read the whole file into memory.
    """
    shown = spec.validate(resp=answers(status=200, refusals=(401, 403, 404)), tags=["attachments"])(handler)

    @wraps(shown)
    def streaming(entry_id: int, attachment_id: int) -> Response:
        return handler(entry_id, attachment_id)

    return streaming


@bp.get("/entries/<int:entry_id>/attachments")
@spec.validate(resp=answers(Page[AttachmentOut], refusals=(401, 404, 422)), tags=["attachments"])
def list_attachments(entry_id: int, query: PageQuery) -> Page[AttachmentOut]:
    """Give the files of an entry, the oldest first, to whoever may read the entry."""
    offset = read_offset(query.cursor)
    with session() as opened:
        source = entry_for(opened, caller(), entry_id).source
        found, veil = attachments_of(opened, source), veil_over(opened, source)
    shown = [tell(each, veil) for each in found[offset : offset + query.size]]
    return page_of(shown, offset=offset, total=len(found))


@bp.post("/entries/<int:entry_id>/attachments")
@spec.validate(
    form=AttachmentForm,
    resp=answers(AttachmentOut, status=201, refusals=(401, 403, 404, 413, 422, 503)),
    tags=["attachments"],
)
def upload_attachment(entry_id: int) -> tuple[AttachmentOut, int, dict[str, str]]:
    """Add a file to an entry. The same bytes under the same name are there once; another of its name gets a number."""
    with session() as opened:
        entry_for(opened, caller(), entry_id, Permission.WRITE)
    name, stream = sent_file()
    kept = keep_bytes(stream, settings().attachments_dir, max_mb=settings().max_upload_mb)
    with transaction() as opened:
        source = entry_for(opened, caller(), entry_id, Permission.WRITE).source
        made = tell(add_attachment(opened, caller(), source, name=name, kept=kept))
    return made, 201, {"Location": f"/api/v1/entries/{entry_id}/attachments/{made.id}"}


@bp.get("/entries/<int:entry_id>/attachments/<int:attachment_id>")
@described
def read_attachment(entry_id: int, attachment_id: int) -> Response:
    """Give the bytes of a file. Images come inline, everything else to be saved; `If-None-Match` is answered.

    What is no raster image only researchers may have: personal data in it cannot be masked.
    """
    with session() as opened:
        source = entry_for(opened, caller(), entry_id).source
        found, veil = attachment_for(opened, source, attachment_id), veil_over(opened, source)
    return send(found, veil)


@bp.delete("/entries/<int:entry_id>/attachments/<int:attachment_id>")
@spec.validate(resp=answers(status=204, refusals=(401, 403, 404)), tags=["attachments"])
def remove_attachment(entry_id: int, attachment_id: int) -> tuple[str, int]:
    """Put a file of an entry into the bin, from where it can be brought back."""
    with transaction() as opened:
        source = entry_for(opened, caller(), entry_id, Permission.WRITE).source
        bin_attachment(opened, caller(), source, attachment_for(opened, source, attachment_id))
    return "", 204


@bp.post("/entries/<int:entry_id>/attachments/<int:attachment_id>/restore")
@spec.validate(resp=answers(AttachmentOut, refusals=(401, 403, 404)), tags=["attachments"])
def bring_attachment_back(entry_id: int, attachment_id: int) -> AttachmentOut:
    """Take a file out of the bin. It gets a number if its name was given to another meanwhile."""
    with transaction() as opened:
        source = entry_for(opened, caller(), entry_id, Permission.WRITE).source
        found = attachment_for(opened, source, attachment_id, binned=True)
        restore_attachment(opened, caller(), source, found)
        return tell(found)


def veil_over(opened: Session, source: Source) -> Veil:
    """Return how the caller sees a source and its files."""
    return veil_for(opened, caller(), source.project_id).over(source)


def tell(found: Attachment, veil: Veil | None = None) -> AttachmentOut:
    """Make the API's shape of a file, as who reads under the veil may see it."""
    return AttachmentOut(
        id=found.id,
        name=found.name,
        size=found.size,
        sha256=found.sha256 if veil is None or may_open(veil, found) else None,
        media_type=found.media_type,
        width=found.width,
        height=found.height,
        target=target_of(found.name),
        created=found.created,
    )


def sent_file() -> tuple[str, IO[bytes]]:
    """Return the file of the request, whatever its field is called. Invalid if there is none, or more than one."""
    sent = [file for _, file in request.files.items(multi=True) if file.filename]
    if len(sent) != 1:
        raise Invalid.one("file", say("Send one file."))
    return sent[0].filename or "", sent[0].stream


def send(found: Attachment, veil: Veil) -> Response:
    """Answer with the bytes of a file. Only raster images are shown in place; nothing of it may act.

    Unauthenticated or Forbidden for who may not open it; NotFound if its bytes are gone from the instance.
    """
    demand_open(veil, found)
    path = path_of(settings().attachments_dir, found.sha256)
    if not path.is_file():
        raise NotFound(say("The bytes of this file are not in the instance any more. Restore them from a backup."))
    answer = send_file(
        path,
        mimetype=found.media_type,
        as_attachment=found.media_type not in IMAGES,
        download_name=veil.text(found.name),
        etag=found.sha256,
        conditional=True,
    )
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Content-Security-Policy"] = NO_ACTION
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
