"""The files of a note: served under it, added, put into the bin and brought back, and their place in its text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from flask import Blueprint, flash, jsonify, redirect, request, url_for
from flask_babel import format_decimal, gettext, ngettext

from kmwiki.api.v1.attachments import send, tell, veil_over
from kmwiki.api.v1.errors import words
from kmwiki.api.v1.imports import sent_files
from kmwiki.db import session, transaction
from kmwiki.entries.access import entry_by_number
from kmwiki.entries.queries import path_of
from kmwiki.errors import Invalid
from kmwiki.formats.media import IMAGES
from kmwiki.security.policy import Permission
from kmwiki.sources.attachments import (
    add_attachment,
    attachment_for,
    attachment_named,
    attachments_of,
    bin_attachment,
    keep_bytes,
    may_open,
    restore_attachment,
)
from kmwiki.sources.queries import names_of
from kmwiki.text.markup import quote, unescape
from kmwiki.web.context import caller, settings, signed_in

if TYPE_CHECKING:
    from typing import Any

    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from kmwiki.sources.models import Attachment, Source

bp = Blueprint("attachments", __name__)

_IN_TEXT = re.compile(r'(<(?:img|a)\b(?:[^<>"]|"[^"]*")*?\s(?:src|href)=)"attachment:([^"]*)"')
_STEP = 1024


@bp.get("/p/<slug>/e/<int:number>/files/<name>")
def read(slug: str, number: int, name: str) -> ResponseReturnValue:
    """Give an image of a note to whoever may read the note, any other file to who may see personal data."""
    with session() as opened:
        source = entry_by_number(opened, caller(), slug, number).source
        found, veil = attachment_named(opened, source, name), veil_over(opened, source)
    return send(found, veil)


@bp.post("/p/<slug>/e/<int:number>/files")
@signed_in
def add(slug: str, number: int) -> ResponseReturnValue:
    """Add files to a note. Scripts that ask for JSON get what stands for each in the text."""
    with session() as opened:
        path = path_of(slug, entry_by_number(opened, caller(), slug, number, Permission.WRITE))
    wants_json = request.accept_mimetypes.best == "application/json"
    try:
        limit = settings().max_upload_mb
        kept = [(name, keep_bytes(stream, settings().attachments_dir, max_mb=limit)) for name, stream in sent_files()]
        with transaction() as opened:
            source = entry_by_number(opened, caller(), slug, number, Permission.WRITE).source
            added = [add_attachment(opened, caller(), source, name=name, kept=each) for name, each in kept]
    except Invalid as error:
        message = words(next(iter(error.fields.values()), error.message))
        if wants_json:
            return jsonify(message=message), 422
        flash(message, "wrong")
        return redirect(f"{path}#files", 303)
    if wants_json:
        return jsonify(files=[_told(each) for each in added])
    flash(ngettext("%(num)s file was added.", "%(num)s files were added.", len(added)), "done")
    return redirect(f"{path}#files", 303)


@bp.post("/p/<slug>/e/<int:number>/files/<int:attachment_id>/remove")
@signed_in
def remove(slug: str, number: int, attachment_id: int) -> ResponseReturnValue:
    """Put a file of a note into the bin."""
    with transaction() as opened:
        entry = entry_by_number(opened, caller(), slug, number, Permission.WRITE)
        bin_attachment(opened, caller(), entry.source, attachment_for(opened, entry.source, attachment_id))
    flash(gettext("The file was removed. It can be brought back below."), "done")
    return redirect(f"{path_of(slug, entry)}#files", 303)


@bp.post("/p/<slug>/e/<int:number>/files/<int:attachment_id>/restore")
@signed_in
def restore(slug: str, number: int, attachment_id: int) -> ResponseReturnValue:
    """Bring a file of a note back."""
    with transaction() as opened:
        entry = entry_by_number(opened, caller(), slug, number, Permission.WRITE)
        found = attachment_for(opened, entry.source, attachment_id, binned=True)
        restore_attachment(opened, caller(), entry.source, found)
    flash(gettext("The file is back."), "done")
    return redirect(f"{path_of(slug, entry)}#files", 303)


@bp.app_template_filter("with_files")
def with_files(html: str, slug: str, number: int | None) -> str:
    """Give the images and links of a text that name a file of the note the address where it is served."""
    if number is None or '"attachment:' not in html:
        return html

    def served(found: re.Match[str]) -> str:
        name = unquote(unescape(found[2]))
        return found[1] + quote(url_for("attachments.read", slug=slug, number=number, name=name))

    return _IN_TEXT.sub(served, html)


@bp.app_template_filter("file_size")
def file_size(size: int) -> str:
    """Write a number of bytes as people say it."""
    if size < _STEP:
        return str(gettext("%(size)s bytes", size=format_decimal(size)))
    if size < _STEP * _STEP:
        return str(gettext("%(size)s KB", size=format_decimal(round(size / _STEP))))
    return str(gettext("%(size)s MB", size=format_decimal(round(size / _STEP / _STEP, 1))))


def files_of(opened: Session, source: Source, *, may_write: bool) -> dict[str, Any]:
    """Gather what the page of a note shows of its files; those in the bin only for who may bring them back."""
    found, veil = attachments_of(opened, source), veil_over(opened, source)
    binned = attachments_of(opened, source, binned=True) if may_write else []
    return {
        "files": found,
        "closed_files": {each.id for each in found if not may_open(veil, each)},
        "binned_files": binned,
        "file_names": names_of(opened, {each.created_by for each in found if each.created_by is not None}),
        "shown_types": IMAGES,
        "upload_limit": settings().max_upload_mb,
    }


def _told(added: Attachment) -> dict[str, object]:
    return {"name": added.name, "target": tell(added).target, "is_image": added.media_type in IMAGES}
