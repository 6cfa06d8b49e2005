"""What earlier imports made: the entry of a draft, the comments under it, and what people have changed since.

Only what the importer may read counts, and of the bin what they could bring back. A note hidden from them might as
well not be there: the same page then comes in as a note of its own, under a key with a number behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz import fuzz
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload

from kmwiki.comments.models import Comment
from kmwiki.entries.access import WHOLE
from kmwiki.entries.models import Entry
from kmwiki.events.models import Event
from kmwiki.exchange.importing.models import ImportItem, ImportReview
from kmwiki.sources.access import in_bin_for, visible_to
from kmwiki.sources.models import Original, Revision, Source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.exchange.importing.reading import Draft
    from kmwiki.security.policy import Caller

WRITTEN = "import.written"
"""The verb of the event that says which revision of a source an import wrote."""

_NUMBERED = "#"  # between a page's key and the number of a further note of it

_SAME_TEXT = 60.0  # of 100: below it two texts of one file name are two texts
_COMPARED = 20_000  # code points of each that are compared


@dataclass(frozen=True, slots=True)
class KnownText:
    """A source that an import wrote: its head now, and the revision as the import left it."""

    head: Revision
    imported: Revision

    @property
    def is_touched(self) -> bool:
        """Whether its words were changed here since."""
        return self.head.body != self.imported.body


@dataclass(frozen=True, slots=True)
class KnownComment:
    """A comment that an import wrote."""

    comment: Comment
    text: KnownText
    is_taken_back: bool = False
    """Whether it lies in the bin because an import was undone: then a further import brings it back."""

    @property
    def is_binned(self) -> bool:
        """Whether somebody removed it here: then it does not come back."""
        return self.comment.source.deleted is not None and not self.is_taken_back


@dataclass(frozen=True, slots=True)
class Known:
    """What an earlier import made of a page."""

    entry: Entry
    text: KnownText
    comments: Sequence[KnownComment]
    is_same_file: bool
    """Whether it came from these very bytes."""
    is_by_name: bool = False
    """Whether it was found by the file's name and like words, not by its key."""
    is_taken_back: bool = False
    """Whether it lies in the bin because an import was undone."""
    review: ImportReview | None = None

    @property
    def kept(self) -> frozenset[str]:
        """The names of what a person accepted or set here: a further import leaves it alone."""
        marked = self.review.accepted if self.review is not None else {}
        return frozenset(marked) | {name for name, how in self.entry.provenance.items() if is_by_person(how)}


def find_known(session: Session, caller: Caller, project_id: int, draft: Draft) -> Known | None:
    """Return what an earlier import made of this page, as far as the caller may know of it, or None.

    Entries in the bin are found too, if the caller could bring them back.
    """
    entry = _find_by_key(session, caller, project_id, draft.key)
    is_by_name = False
    if entry is None and not draft.has_record:
        entry = _find_by_name(session, caller, project_id, draft)
        is_by_name = entry is not None
    if entry is None:
        return None
    comments = comments_of(session, entry)
    binned = _binned_by_undo(session, entry.id)
    texts = texts_of(session, [entry.source, *(comment.source for comment in comments)])
    return Known(
        entry,
        texts[entry.source_id],
        [
            KnownComment(comment, texts[comment.source_id], _is_taken_back(comment.source, binned))
            for comment in comments
        ],
        entry.origin.get("sha256") == draft.sha256,
        is_by_name,
        _is_taken_back(entry.source, binned),
        session.get(ImportReview, entry.id),
    )


def is_by_person(how: object) -> bool:
    """Whether an entry's provenance of a field says that a person set it."""
    return how == "person" or (isinstance(how, dict) and how.get("from") == "person")


def _binned_by_undo(session: Session, entry_id: int) -> dict[str, str]:
    """Return when undone imports put sources of this entry into the bin, by the source's id."""
    binned: dict[str, str] = {}
    for undone in session.scalars(select(ImportItem.undone).where(ImportItem.entry_id == entry_id)):
        binned.update(undone.get("binned", {}))
    return binned


def _is_taken_back(source: Source, binned: Mapping[str, str]) -> bool:
    return source.deleted is not None and binned.get(str(source.id)) == source.deleted.isoformat()


def free_key(session: Session, project_id: int, key: str) -> str:
    """Return the key for a further note of a page: the page's own, or numbered where notes have it already."""
    taken = set(session.scalars(select(Entry.origin_key).where(Entry.project_id == project_id, _keyed(key))))
    numbers = (f"{key}{_NUMBERED}{number}" for number in range(2, len(taken) + 3))
    return next(free for free in (key, *numbers) if free not in taken)


def is_keyed(entry: Entry, key: str) -> bool:
    """Whether the entry is a note of the page of that key."""
    return (entry.origin_key or "").partition(_NUMBERED)[0] == key


def _keyed(key: str) -> ColumnElement[bool]:
    return or_(Entry.origin_key == key, Entry.origin_key.startswith(f"{key}{_NUMBERED}", autoescape=True))


def _known_to(caller: Caller) -> ColumnElement[bool]:
    """The condition on `Source` for what an import may go on from."""
    return or_(visible_to(caller), in_bin_for(caller))


def _find_by_key(session: Session, caller: Caller, project_id: int, key: str) -> Entry | None:
    """The note of a page. Of several what does not lie in the bin comes first, then one's own, then the oldest."""
    return session.scalar(
        select(Entry)
        .join(Source, Source.id == Entry.source_id)
        .where(Entry.project_id == project_id, _keyed(key), _known_to(caller))
        .order_by(Source.deleted.is_not(None), Source.author_id.is_distinct_from(caller.user_id), Entry.id)
        .limit(1)
        .options(*WHOLE)
    )


def _find_by_name(session: Session, caller: Caller, project_id: int, draft: Draft) -> Entry | None:
    """A changed text without a record: the note of a file of the same name, if most of its words are the same."""
    is_text = Entry.origin_key.like("sha256:%")
    found = session.scalars(
        select(Entry)
        .join(Source, Source.id == Entry.source_id)
        .join(Original, Original.id == Entry.original_id)
        .where(Entry.project_id == project_id, is_text, Original.name == draft.name, _known_to(caller))
        .order_by(Source.deleted.is_not(None), Source.author_id.is_distinct_from(caller.user_id), Entry.id.desc())
        .limit(20)
        .options(*WHOLE)
    ).all()
    for entry in found:
        head = session.get(Revision, (entry.source_id, entry.source.head_no))
        if head is not None and _likeness(head.body, draft.entry.body) >= _SAME_TEXT:
            return entry
    return None


def _likeness(one: str, other: str) -> float:
    return float(fuzz.ratio(one[:_COMPARED], other[:_COMPARED]))


def comments_of(session: Session, entry: Entry) -> Sequence[Comment]:
    """The comments that imports wrote, in the order of the page; those that people wrote here are not among them."""
    statement = (
        select(Comment)
        .join(Source, Source.id == Comment.source_id)
        .where(Comment.on_source_id == entry.source_id, Source.author_id.is_(None), Comment.confidence.is_not(None))
        .order_by(Comment.ord, Comment.id)
        .options(joinedload(Comment.source))
    )
    return session.scalars(statement).all()


def texts_of(session: Session, sources: Sequence[Source]) -> Mapping[int, KnownText]:
    """Return what imports left of these texts and what stands there now, by the source's id."""
    written = _written_by_import(session, [source.id for source in sources])
    texts = {}
    for source in sources:
        head = session.get_one(Revision, (source.id, source.head_no))
        no = written.get(source.id, 1)
        texts[source.id] = KnownText(head, head if no == head.no else session.get_one(Revision, (source.id, no)))
    return texts


def _written_by_import(session: Session, source_ids: Sequence[int]) -> Mapping[int, int]:
    """Return the number of the last revision that an import wrote, by source; what is missing stands at its first."""
    found: dict[int, int] = {}
    for start in range(0, len(source_ids), 500):
        newest = (
            select(func.max(Event.seq))
            .where(Event.source_id.in_(source_ids[start : start + 500]), Event.verb == WRITTEN)
            .group_by(Event.source_id)
        )
        for event in session.scalars(select(Event).where(Event.seq.in_(newest))):
            if event.source_id is not None:
                found[event.source_id] = int(event.data["revision"])
    return found
