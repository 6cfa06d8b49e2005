"""What doors call to write: saving an edit carries the codings, and the verbs of codebook and codings in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmwiki.coding.carrying import CarryResult, carry_codings
from kmwiki.coding.codebook.codes import create_code, edit_code, move_code, retire_code, revive_code
from kmwiki.coding.codebook.merging import merge_codes
from kmwiki.coding.codebook.splitting import split_code
from kmwiki.coding.codebook.starter import install_starter
from kmwiki.coding.codebook.undoing import undo_change
from kmwiki.coding.codings import accept_coding, add_coding, add_codings, change_coding, remove_coding, restore_coding
from kmwiki.comments import service as comments
from kmwiki.entries import service as entries
from kmwiki.sources.models import Revision, Source

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from kmwiki.comments.models import Comment
    from kmwiki.entries.models import Entry
    from kmwiki.entries.schemas import EntryPatch
    from kmwiki.security.policy import Caller

__all__ = [
    "CarryResult",
    "accept_coding",
    "add_coding",
    "add_codings",
    "carried_by",
    "change_coding",
    "create_code",
    "edit_code",
    "install_starter",
    "merge_codes",
    "move_code",
    "remove_coding",
    "restore_coding",
    "retire_code",
    "revive_code",
    "save_comment",
    "save_entry",
    "split_code",
    "undo_change",
]


def save_entry(
    session: Session, caller: Caller, entry: Entry, data: EntryPatch, *, base_no: int, **options: Any
) -> Revision:
    """Save an edit of an entry and carry the codings of its text. Conflict if `base_no` is not the head any more."""
    revision, _ = carried_by(
        session,
        caller,
        entry.source_id,
        lambda: entries.save_entry(session, caller, entry, data, base_no=base_no, **options),
    )
    return revision


def save_comment(
    session: Session, caller: Caller, comment: Comment, *, body: str, base_no: int, **options: Any
) -> Revision:
    """Save an edit of a comment and carry the codings of its text. Conflict if `base_no` is not the head any more."""
    revision, _ = carried_by(
        session,
        caller,
        comment.source_id,
        lambda: comments.edit_comment(session, caller, comment, body=body, base_no=base_no, **options),
    )
    return revision


def carried_by(
    session: Session, caller: Caller, source_id: int, save: Callable[[], object]
) -> tuple[Revision, CarryResult]:
    """Run `save`, which may make a new revision, and carry the codings to it. Return the head and the outcome."""
    source = session.get_one(Source, source_id)
    old = session.get_one(Revision, (source_id, source.head_no))
    save()
    session.flush()
    new = session.get_one(Revision, (source_id, source.head_no))
    result = carry_codings(session, caller, source, old, new) if new.no != old.no else CarryResult()
    return new, result
