"""What the index must hear of is written into the job table in the same transaction as the change itself.

Every changed row that says which documents it shows in (`db.Searchable`) is asked at flush; the jobs are written just
before the commit. A change that is rolled back leaves no job, one that is committed cannot lack it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from kmwiki.db import Searchable
from kmwiki.entries.models import EntryAuthor, EntryPlace, EntryTag
from kmwiki.jobs.service import enqueue
from kmwiki.search.models import DictionaryTerm

if TYPE_CHECKING:
    from collections.abc import Iterator

KIND = "index"
REBUILD, REBUILD_KEY = "rebuild", "index"
"""The whole index is made anew; with the key `project:7` only what that project's dictionary cuts otherwise now."""
_NOTED = "search.outbox"


def listen() -> None:
    """Hang the listeners in; doing so twice changes nothing."""
    for name, function in (("after_flush", _note), ("before_commit", _write), ("after_rollback", _forget)):
        if not event.contains(Session, name, function):
            event.listen(Session, name, function)


def _note(session: Session, context: object) -> None:
    del context
    noted: dict[str, str] = session.info.setdefault(_NOTED, {})
    for row in (*session.new, *session.dirty, *session.deleted):
        for key in _keys(row):
            noted[key] = KIND
        if isinstance(row, DictionaryTerm):
            noted[f"project:{row.project_id}"] = REBUILD


def _keys(row: object) -> Iterator[str]:
    """Name the documents in which a row shows."""
    if isinstance(row, (EntryPlace, EntryAuthor, EntryTag)):
        yield f"entry:{row.entry_id}"
    elif isinstance(row, Searchable):
        yield from row.index_keys()


def _write(session: Session) -> None:
    session.flush()
    noted: dict[str, Any] = session.info.pop(_NOTED, {})
    with session.no_autoflush:  # no key stands there twice, and thousands of them would each flush
        for key, kind in noted.items():
            enqueue(session, kind, key)


def _forget(session: Session) -> None:
    session.info.pop(_NOTED, None)
