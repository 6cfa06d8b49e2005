"""Taking a whole import back, and doing it again: note by note, each in a transaction of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kmwiki.accounts.access import project_for
from kmwiki.db import now, session, transaction
from kmwiki.errors import Conflict, Forbidden, Invalid, Message, say
from kmwiki.events.service import record
from kmwiki.exchange.importing.batches import batch_for, is_running
from kmwiki.exchange.importing.models import ImportItem
from kmwiki.exchange.importing.since import Since, look
from kmwiki.exchange.importing.taking_back import do_again, take_back
from kmwiki.security.policy import Permission

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.exchange.importing.models import ImportBatch
    from kmwiki.security.policy import Caller


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one note: `undone`, `redone`, `kept` (for what people did to it), `gone`, or `closed`."""

    path: str
    state: str
    entry_id: int | None
    number: int | None
    title: str
    reasons: Sequence[Message] = ()

    def as_json(self, words: Callable[[Message], Any] = str) -> dict[str, Any]:
        """Return the shape that doors and jobs give out."""
        return {
            "path": self.path,
            "state": self.state,
            "entry_id": self.entry_id,
            "number": self.number,
            "title": self.title,
            "reasons": [words(reason) for reason in self.reasons],
        }


@dataclass(slots=True)
class Undoing:
    """What an undo (or its undo) did."""

    batch: int
    items: list[Outcome] = field(default_factory=list)

    def count(self, state: str) -> int:
        """Count the notes of which that became."""
        return sum(item.state == state for item in self.items)

    def as_json(self, words: Callable[[Message], Any] = str) -> dict[str, Any]:
        """Return the counts, then the notes in the order of the files."""
        counts = {state: self.count(state) for state in ("undone", "redone", "kept", "gone", "closed")}
        return {"batch": self.batch, **counts, "items": [item.as_json(words) for item in self.items]}


def undoable(opened: Session, batch: ImportBatch, *, is_undone: bool = False) -> list[ImportItem]:
    """Return the items of a batch that stand and changed something; with `is_undone`, those that were taken back."""
    items = opened.scalars(
        select(ImportItem)
        .where(ImportItem.batch_id == batch.id, ImportItem.status.in_(("created", "updated")))
        .order_by(ImportItem.ord)
    )
    return [item for item in items if bool(item.undone) is is_undone and item.did]


@dataclass(frozen=True, slots=True)
class Undo:
    """Takes an import back (or, with `is_again`, does it once more) in the name of a caller.

    `everything`: also notes that people changed since; their work stays in the bin or in the notes' history.
    """

    caller: Caller
    slug: str
    batch_id: int
    everything: bool = False
    is_again: bool = False

    def survey(self) -> tuple[ImportBatch, list[Since]]:
        """Say how the notes stand, before anything is done. NotFound for whom the import is none of their business."""
        with session() as opened:
            batch = self._batch(opened)
            return batch, look(opened, self.caller, batch, undoable(opened, batch, is_undone=self.is_again))

    def run(self, *, tell: Callable[[int, int], None] | None = None) -> Undoing:
        """Do it; `tell` hears how many notes are through. Conflict while the import is still going on."""
        with session() as opened:
            batch = self._batch(opened)
            if is_running(opened, batch):
                raise Conflict(say("This import is still going on. Wait until it is done."))
            ids = [item.id for item in undoable(opened, batch, is_undone=self.is_again)]
        if not ids:
            raise Conflict(
                say("Nothing of this import is taken back.")
                if self.is_again
                else say("Nothing of this import is left to be undone.")
            )
        done = Undoing(self.batch_id)
        for number, item_id in enumerate(ids if self.is_again else reversed(ids)):
            if tell is not None:
                tell(number, len(ids))
            done.items.append(self._one(item_id))
        if not self.is_again:
            done.items.reverse()
        self._close(done)
        if tell is not None:
            tell(len(ids), len(ids))
        return done

    def _batch(self, opened: Session) -> ImportBatch:
        project = project_for(opened, self.caller, self.slug, Permission.IMPORT)
        return batch_for(opened, self.caller, project.id, self.batch_id)

    def _one(self, item_id: int) -> Outcome:
        try:
            with transaction() as opened:
                batch = self._batch(opened)
                item = opened.get_one(ImportItem, item_id)
                if self.is_again:
                    return self._again(opened, batch, item)
                return self._back(opened, look(opened, self.caller, batch, [item])[0])
        except (Conflict, Forbidden, Invalid) as error:
            with session() as opened:
                path = opened.get_one(ImportItem, item_id).path
            return Outcome(path, "closed", None, None, "", [error.message])

    def _back(self, opened: Session, since: Since) -> Outcome:
        state: str = since.standing
        if since.standing == "untouched" or (since.standing == "touched" and self.everything):
            assert since.entry is not None  # noqa: S101 - tells mypy what these standings mean
            take_back(opened, self.caller, since.item, since.entry)
            state = "undone"
        return _outcome(since, "kept" if state == "touched" else state)

    def _again(self, opened: Session, batch: ImportBatch, item: ImportItem) -> Outcome:
        since = look(opened, self.caller, batch, [item])[0]
        if since.entry is None:
            return _outcome(since, "closed")
        reasons = do_again(opened, self.caller, item, since.entry)
        return _outcome(Since(item, since.entry, since.standing, reasons), "kept" if reasons else "redone")

    def _close(self, done: Undoing) -> None:
        """Write down that the batch was taken back, or stands again."""
        with transaction() as opened:
            batch = self._batch(opened)
            if self.is_again:
                batch.undone = batch.undone_by = None
            elif done.count("undone"):
                batch.undone, batch.undone_by = now(), self.caller.user_id
            record(
                opened,
                self.caller,
                "import.redone" if self.is_again else "import.undone",
                project_id=batch.project_id,
                batch=batch.id,
                notes=done.count("redone" if self.is_again else "undone"),
                kept=done.count("kept"),
                everything=self.everything,
            )


def _outcome(since: Since, state: str) -> Outcome:
    entry = since.entry
    return Outcome(
        since.path,
        state,
        entry.id if entry else None,
        entry.number if entry else None,
        entry.title if entry else "",
        since.reasons,
    )
