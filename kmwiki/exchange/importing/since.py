"""What people did to the notes of an import since: asked before it is undone, for many notes at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from sqlalchemy import or_, select

from kmwiki.coding.models import Coding
from kmwiki.comments.models import Comment
from kmwiki.db import now
from kmwiki.entries.access import WHOLE
from kmwiki.entries.models import Entry
from kmwiki.errors import N_, Message, say
from kmwiki.events.models import Event
from kmwiki.exchange.importing.models import ImportItem
from kmwiki.sources.access import in_bin_for, visible_to
from kmwiki.sources.models import Source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from kmwiki.exchange.importing.models import ImportBatch
    from kmwiki.security.policy import Caller

Standing = Literal["untouched", "touched", "gone", "closed"]
"""Of a note: as the import left it; changed since; in the bin already; not the caller's to change any more."""

CHUNK = 200  # notes asked about at once: each is several parameters of a statement

_STANDING = ("entry.audience_changed", "entry.archived", "entry.unpublished", "entry.published")
_CLOSED = N_("You cannot read this note any more, so it stays as it is.")
_GONE = N_("It lies in the bin already.")


@dataclass(frozen=True, slots=True)
class Since:
    """How one note of an import stands now, and what was done to it, in sentences."""

    item: ImportItem
    entry: Entry | None
    standing: Standing
    reasons: Sequence[Message] = ()

    @property
    def path(self) -> str:
        """The name of its file; a dash for a note that the caller may not read, for the name may tell its title."""
        return self.item.path if self.entry is not None else "-"


@dataclass(slots=True)
class _Facts:
    """What the database says of some notes; keys are ids of entries' sources unless said otherwise."""

    entries: Mapping[int, Entry] = field(default_factory=dict)  # by their own id: those that the caller may change
    heads: Mapping[int, int] = field(default_factory=dict)  # by the source's own id: revision
    answers: Mapping[int | None, int] = field(default_factory=dict)  # by the comment that people answered
    said: Counter[int] = field(default_factory=Counter)  # comments that people wrote
    codings: Mapping[int, Sequence[tuple[int, datetime]]] = field(default_factory=dict)  # (source, when)
    later: frozenset[int] = frozenset()  # ids of entries that a further import changed
    moved: frozenset[int] = frozenset()  # whose audience or status was changed


def look(session: Session, caller: Caller, batch: ImportBatch, items: Sequence[ImportItem]) -> list[Since]:
    """Return how the notes of these items stand, in their order."""
    found: list[Since] = []
    for start in range(0, len(items), CHUNK):
        some = items[start : start + CHUNK]
        facts = _gather(session, caller, batch, some)
        found += [_since(item, facts, batch) for item in some]
    return found


def _gather(session: Session, caller: Caller, batch: ImportBatch, items: Sequence[ImportItem]) -> _Facts:
    ids = [item.entry_id for item in items if item.entry_id is not None]
    entries = {entry.id: entry for entry in _entries(session, caller, ids)}
    roots = [entry.source_id for entry in entries.values()]
    facts = _Facts(entries)
    numbers = session.execute(select(Source.id, Source.head_no).where(Source.root_id.in_(roots)))
    facts.heads = {row.id: row.head_no for row in numbers}
    people = (
        select(Comment.on_source_id, Comment.parent_id)
        .join(Source, Source.id == Comment.source_id)
        .where(Comment.on_source_id.in_(roots), Source.author_id.is_not(None), Source.deleted.is_(None))
    )
    written = session.execute(people).all()
    facts.said = Counter(root for root, _ in written)
    facts.answers = Counter(parent for _, parent in written)
    codings: dict[int, list[tuple[int, datetime]]] = {}
    for root, source, made in session.execute(
        select(Coding.root_id, Coding.source_id, Coding.created).where(
            Coding.root_id.in_(roots), Coding.deleted.is_(None)
        )
    ):
        codings.setdefault(root, []).append((source, made))
    facts.codings = codings
    later = select(ImportItem.entry_id, ImportItem.undone).where(
        ImportItem.entry_id.in_(ids), ImportItem.batch_id > batch.id, ImportItem.status.in_(("created", "updated"))
    )
    facts.later = frozenset(entry_id for entry_id, undone in session.execute(later) if entry_id and not undone)
    moved = select(Event.source_id).where(
        Event.source_id.in_(roots), Event.verb.in_(_STANDING), Event.created > (batch.finished or now())
    )
    facts.moved = frozenset(source_id for source_id in session.scalars(moved) if source_id)
    return facts


def _entries(session: Session, caller: Caller, ids: Sequence[int]) -> Sequence[Entry]:
    statement = (
        select(Entry)
        .join(Source, Source.id == Entry.source_id)
        .where(Entry.id.in_(ids), or_(visible_to(caller), in_bin_for(caller)))
        .options(*WHOLE)
    )
    return session.scalars(statement).all()


def _since(item: ImportItem, facts: _Facts, batch: ImportBatch) -> Since:
    entry = facts.entries.get(item.entry_id or 0)
    if entry is None:
        return Since(item, None, "closed", [say(_CLOSED)])
    if entry.source.deleted is not None:
        return Since(item, entry, "gone", [say(_GONE)])
    reasons = list(_reasons(item, entry, facts, batch))
    return Since(item, entry, "touched" if reasons else "untouched", reasons)


def _reasons(item: ImportItem, entry: Entry, facts: _Facts, batch: ImportBatch) -> list[Message]:
    """Say what was done to the note. Of one that was there before, only what the import itself brought counts."""
    is_new = item.status == "created"
    comments = item.did.get("comments", [])
    reasons: list[Message] = []
    if facts.heads.get(entry.source_id) != item.did["entry"][1]:
        reasons.append(say("The note was edited since."))
    edited = sum(facts.heads.get(one["source"]) != one["revisions"][1] for one in comments)
    if edited:
        reasons.append(say("%(count)s imported comments were edited or cut anew since.", count=edited))
    added = [one for one in comments if not one["revisions"][0]]
    said = facts.said[entry.source_id] if is_new else sum(facts.answers.get(one["id"], 0) for one in added)
    if said:
        reasons.append(say("%(count)s comments were written here.", count=said))
    new_sources = {one["source"] for one in added}
    coded = sum(
        is_new or source in new_sources or (batch.finished is not None and made > batch.finished)
        for source, made in facts.codings.get(entry.source_id, ())
    )
    if coded:
        reasons.append(say("%(count)s codings were put on it.", count=coded))
    if entry.id in facts.later:
        reasons.append(say("A later import changed it."))
    if entry.source_id in facts.moved:
        reasons.append(say("Its state or who may read it was changed."))
    return reasons


def count_by(found: Sequence[Since]) -> Counter[str]:
    """Count notes by how they stand, together and for each status: `untouched`, `created:untouched` and so on."""
    counts: Counter[str] = Counter(since.standing for since in found)
    counts.update(f"{since.item.status}:{since.standing}" for since in found)
    return counts
