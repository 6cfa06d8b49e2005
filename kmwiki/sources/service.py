"""Writing sources: a new one, a new revision, the bin and back, and the original files."""

from __future__ import annotations

import hashlib
import os
import tempfile
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kmwiki.db import now
from kmwiki.errors import Conflict, Invalid, Unavailable, say
from kmwiki.events.service import record
from kmwiki.paths import sync_folder
from kmwiki.sources.access import AUDIENCES, STATES
from kmwiki.sources.models import Original, Revision, Source
from kmwiki.sources.texts import check_body, problem_of, rendered, sha256
from kmwiki.text.merge import merge

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from kmwiki.security.policy import Caller

LONGEST_REASON = 500


def create_source(
    session: Session,
    caller: Caller,
    *,
    project_id: int,
    kind: str,
    body: str,
    body_format: str = "markdown",
    root: Source | None = None,
    audience: str = "team",
    state: str = "published",
    author_id: int | None = None,
    meta: dict[str, Any] | None = None,
    reason: str = "",
) -> Source:
    """Make a source with its first revision.

    Without a `root` it is its own root. Invalid for a body that cannot be stored.
    """
    check_body(body, body_format)
    check_standing(audience=audience, state=state)
    source = Source(
        project_id=project_id,
        kind=kind,
        audience=audience,
        state=state,
        author_id=author_id,
        root_id=root.id if root is not None else None,
    )
    session.add(source)
    session.flush()
    if root is None:
        source.root_id = source.id
    _write_revision(session, caller, source, body=body, body_format=body_format, meta=meta or {}, reason=reason)
    return source


def check_standing(*, audience: str | None = None, state: str | None = None) -> None:
    """Refuse an audience or a state that there is not. Invalid."""
    if audience is not None and audience not in AUDIENCES:
        raise Invalid.one("visibility", say("The visibility must be private, supervisors, team or public."))
    if state is not None and state not in STATES:
        raise Invalid.one("status", say("The status must be draft, published or archived."))


def add_revision(
    session: Session,
    caller: Caller,
    source: Source,
    *,
    base_no: int,
    body: str,
    body_format: str,
    meta: dict[str, Any] | None = None,
    reason: str = "",
) -> Revision:
    """Add a revision made from revision `base_no`, and return it.

    What changes nothing returns the head as it is.

    Conflict if the head is another by now: its `merge` holds the texts base, mine, theirs and a proposed merge, its
    `meta` what stood around each. Invalid for a body that cannot be stored.
    """
    check_body(body, body_format)
    session.refresh(source, ["head_no"], with_for_update=True)
    head = revision_of(session, source, source.head_no)
    meta = head.meta if meta is None else meta
    if base_no != source.head_no:
        raise _stale(session, head, base_no=base_no, body=body, meta=meta)
    if (head.body, head.format, head.meta) == (body, body_format, meta):
        return head
    return _write_revision(session, caller, source, body=body, body_format=body_format, meta=meta, reason=reason)


def revision_of(session: Session, source: Source, no: int) -> Revision:
    """Return a revision that is known to exist. KeyError otherwise."""
    found = session.get(Revision, (source.id, no))
    if found is None:
        raise KeyError((source.id, no))
    return found


def _stale(session: Session, head: Revision, *, base_no: int, body: str, meta: dict[str, Any]) -> Conflict:
    base = session.get(Revision, (head.source_id, base_no)) or head
    merged = merge(base.body, body, head.body)
    return Conflict(
        say(
            "Somebody saved revision %(no)s in the meantime. Both texts are kept: bring them together and save again.",
            no=head.no,
        ),
        {
            "revision": head.no,
            "merge": {
                "base": base.body,
                "mine": body,
                "theirs": head.body,
                "merged": merged.text,
                "has_conflict": merged.has_conflict,
                "base_revision": base.no,
                "revision": head.no,
            },
            "meta": {"base": base.meta, "mine": meta, "theirs": head.meta},
        },
    )


def _write_revision(
    session: Session, caller: Caller, source: Source, *, body: str, body_format: str, meta: dict[str, Any], reason: str
) -> Revision:
    if problem := problem_of(reason, longest=LONGEST_REASON):
        raise Invalid.one("reason", problem)
    drawn = rendered(body, body_format)
    source.head_no += 1
    source.updated = now()
    revision = Revision(
        source_id=source.id,
        no=source.head_no,
        body=body,
        format=body_format,
        reading_text=drawn.reading_text,
        blocks=[{"start": block.start, "end": block.end, "tag": block.tag} for block in drawn.blocks],
        html=drawn.html,
        sha256=sha256(drawn.reading_text),
        meta=meta,
        author_id=caller.user_id,
        reason=reason,
    )
    session.add(revision)
    session.flush()
    return revision


def bin_source(session: Session, caller: Caller, source: Source) -> None:
    """Put a source into the bin; twice is once."""
    if source.deleted is not None:
        return
    source.deleted, source.deleted_by = now(), caller.user_id
    record(session, caller, f"{source.kind}.binned", project_id=source.project_id, source_id=source.id)


def restore_source(session: Session, caller: Caller, source: Source) -> None:
    """Take a source out of the bin; what is not in it stays as it is."""
    if source.deleted is None:
        return
    source.deleted = source.deleted_by = None
    record(session, caller, f"{source.kind}.restored", project_id=source.project_id, source_id=source.id)


def keep_original(
    session: Session, caller: Caller, *, project_id: int, name: str, data: bytes, folder: Path, encoding: str = ""
) -> Original:
    """Keep a file as it came in, byte for byte, under its SHA-256 in `folder`.

    The same bytes again return the row there is.
    """
    digest = hashlib.sha256(data).hexdigest()
    known = session.scalar(select(Original).where(Original.project_id == project_id, Original.sha256 == digest))
    _store(folder / digest[:2] / digest, data)
    if known is not None:
        return known
    original = Original(
        project_id=project_id, sha256=digest, name=name, size=len(data), encoding=encoding, created_by=caller.user_id
    )
    session.add(original)
    session.flush()
    record(session, caller, "original.kept", project_id=project_id, sha256=digest, size=len(data))
    return original


def _store(path: Path, data: bytes) -> None:
    """Write the file whole or not at all, and onto the disk before anything refers to it. Unavailable without room."""
    if path.exists() and path.stat().st_size == len(data):
        return
    try:
        _write(path, data)
    except OSError as error:
        raise Unavailable(
            say("The file could not be kept: %(reason)s. Send it again later.", reason=error.strerror or "?")
        ) from error


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".coming-")
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        os.replace(name, path)  # noqa: PTH105 - atomic, over a name that mkstemp gave
    except BaseException:
        os.unlink(name)  # noqa: PTH108
        raise
    sync_folder(path.parent)
    sync_folder(path.parent.parent)  # where the folder's own name is, which may be new
