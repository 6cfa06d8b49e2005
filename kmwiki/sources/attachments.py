"""Files that belong to a source: keeping their bytes, adding them, the bin and back, and finding them.

Who may read or change the source may read or change its files: the doors ask for the source (or its entry) first.
Bytes cannot be masked, so what may hold words is opened only by those who see personal data: `may_open`.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO, TYPE_CHECKING

from sqlalchemy import select

from kmwiki.db import now
from kmwiki.errors import Forbidden, Invalid, NotFound, Unauthenticated, Unavailable, say
from kmwiki.events.service import record
from kmwiki.formats.html.addresses import tamed
from kmwiki.formats.media import IMAGES, Media, inspect
from kmwiki.paths import sync_folder
from kmwiki.sources.models import Attachment
from kmwiki.text.lines import one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from sqlalchemy.orm import Session

    from kmwiki.security.policy import Caller
    from kmwiki.sources.models import Source
    from kmwiki.sources.veil import Veil

MOST = 500
"""So many files may belong to one source."""

NAME_LONGEST = 200
_CHUNK = 1 << 20
_MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Kept:
    """Bytes that lie in the folder of attachments, and what they are."""

    sha256: str
    size: int
    media: Media


def keep_bytes(stream: IO[bytes], folder: Path, *, max_mb: int) -> Kept:
    """Copy a file into the folder under its SHA-256, whole or not at all, and say what it is.

    Done before a transaction names it, so that nobody waits for the copying. Invalid for an empty file or one above
    `max_mb` megabytes, Unavailable where the disk has no room.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, coming = tempfile.mkstemp(dir=folder, prefix=".coming-")
        try:
            with os.fdopen(descriptor, "w+b") as out:
                digest, size = _copy(stream, out, max_mb)
                media = inspect(out)
                os.fsync(out.fileno())
            path = path_of(folder, digest)
            path.parent.mkdir(exist_ok=True)
            os.replace(coming, path)  # noqa: PTH105 - atomic, over a name that mkstemp gave
        except BaseException:
            os.unlink(coming)  # noqa: PTH108
            raise
        sync_folder(path.parent)
        sync_folder(folder)
    except OSError as error:
        raise Unavailable(
            say("The file could not be kept: %(reason)s. Send it again later.", reason=error.strerror or "?")
        ) from error
    return Kept(digest, size, media)


def path_of(folder: Path, sha256: str) -> Path:
    """Return where the bytes of that hash lie."""
    return folder / sha256[:2] / sha256


def _copy(stream: IO[bytes], out: IO[bytes], max_mb: int) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(_CHUNK):
        size += len(chunk)
        if size > max_mb * _MEGABYTE:
            raise Invalid.one("file", say("The file is larger than %(limit)s MB. Send a smaller one.", limit=max_mb))
        digest.update(chunk)
        out.write(chunk)
    if not size:
        raise Invalid.one("file", say("The file is empty."))
    out.flush()
    return digest.hexdigest(), size


def add_attachment(session: Session, caller: Caller, source: Source, *, name: str, kept: Kept) -> Attachment:
    """Add a file to a source that the caller may change. The same bytes under the same name are there once.

    Another file of the same name gets a number. Invalid where there are too many.
    """
    name = clean_name(name)
    live = {each.name: each for each in attachments_of(session, source)}
    same = live.get(name)
    if same is not None and same.sha256 == kept.sha256:
        return same
    if len(live) >= MOST:
        raise Invalid.one("file", say("A note holds at most %(most)s files. Remove some first.", most=MOST))
    added = Attachment(
        source_id=source.id,
        name=_free_name(name, live),
        sha256=kept.sha256,
        size=kept.size,
        media_type=kept.media.type,
        width=kept.media.width,
        height=kept.media.height,
        created_by=caller.user_id,
    )
    session.add(added)
    session.flush()
    _record(session, caller, source, "attachment.added", added)
    return added


def bin_attachment(session: Session, caller: Caller, source: Source, attachment: Attachment) -> None:
    """Put a file of the source into the bin; twice is once. The bytes stay."""
    if attachment.deleted is None:
        attachment.deleted, attachment.deleted_by = now(), caller.user_id
        _record(session, caller, source, "attachment.binned", attachment)


def restore_attachment(session: Session, caller: Caller, source: Source, attachment: Attachment) -> None:
    """Take a file of the source out of the bin; it gets a number if its name was taken meanwhile."""
    if attachment.deleted is not None:
        attachment.name = _free_name(attachment.name, {each.name for each in attachments_of(session, source)})
        attachment.deleted = attachment.deleted_by = None
        _record(session, caller, source, "attachment.restored", attachment)


def attachments_of(session: Session, source: Source, *, binned: bool = False) -> Sequence[Attachment]:
    """Return the files of a source in the order of their coming, or those of them in the bin, the last thrown first."""
    wanted = select(Attachment).where(Attachment.source_id == source.id)
    if binned:
        return session.scalars(wanted.where(Attachment.deleted.is_not(None)).order_by(Attachment.deleted.desc())).all()
    return session.scalars(wanted.where(Attachment.deleted.is_(None)).order_by(Attachment.id)).all()


def attachment_for(session: Session, source: Source, attachment_id: int, *, binned: bool = False) -> Attachment:
    """Return the file of that id if it belongs to this very source. NotFound otherwise, whoever owns the id."""
    found = session.get(Attachment, attachment_id)
    if found is None or found.source_id != source.id or (found.deleted is not None) != binned:
        raise NotFound(say("There is no such file in this note."))
    return found


def attachment_named(session: Session, source: Source, name: str) -> Attachment:
    """Return the file of that name. NotFound if the source has none."""
    wanted = select(Attachment).where(
        Attachment.source_id == source.id, Attachment.name == name, Attachment.deleted.is_(None)
    )
    found = session.scalar(wanted)
    if found is None:
        raise NotFound(say("There is no such file in this note."))
    return found


def may_open(veil: Veil, attachment: Attachment) -> bool:
    """Whether somebody who reads the source under this veil (`Veil.over`) may open its file.

    Raster images are for all; in anything else nothing can be masked.
    """
    return veil.is_open or attachment.media_type in IMAGES


def demand_open(veil: Veil, attachment: Attachment) -> None:
    """Raise Unauthenticated or Forbidden unless `may_open`."""
    if may_open(veil, attachment):
        return
    if veil.caller.user_id is None:
        raise Unauthenticated(say("Please sign in first."))
    raise Forbidden(
        say("Personal data in a file cannot be hidden, so researchers of the project open it. Ask one of them for it.")
    )


def target_of(name: str) -> str:
    """Return what stands in Markdown for a file of the note: `![words](target)` or `[words](target)`."""
    return f"attachment:{tamed(name)}"


def clean_name(name: str) -> str:
    """Return the last part of a name that may come with folders, without what cannot be shown, and not too long."""
    last = re.split(r"[/\\]", name)[-1]
    plain = one_line(last).strip(" .")
    if len(plain) > NAME_LONGEST:
        suffix = PurePath(plain).suffix[:20]
        plain = plain[: NAME_LONGEST - len(suffix)] + suffix
    return plain or "file"


def _free_name(name: str, taken: Collection[str]) -> str:
    path = PurePath(name)
    numbered = (f"{path.stem} ({number}){path.suffix}" for number in range(2, MOST + 3))

    return next(free for free in (name, *numbered) if free not in taken)


def _record(session: Session, caller: Caller, source: Source, verb: str, attachment: Attachment) -> None:
    record(
        session,
        caller,
        verb,
        project_id=source.project_id,
        source_id=source.id,
        attachment=attachment.id,
        size=attachment.size,
    )
