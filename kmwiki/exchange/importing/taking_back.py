"""Taking one note of an import back, and doing it again. Words go back as new revisions: codings are carried."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmwiki.coding.service import carried_by, save_entry
from kmwiki.comments.models import Comment
from kmwiki.db import now
from kmwiki.entries.service import patch_of
from kmwiki.errors import N_, Message, say
from kmwiki.events.service import record
from kmwiki.exchange.importing.known import WRITTEN, free_key
from kmwiki.exchange.importing.models import ImportReview
from kmwiki.exchange.importing.traces import put_around, put_beside
from kmwiki.sources.attachments import attachments_of, bin_attachment, restore_attachment
from kmwiki.sources.models import Revision, Source
from kmwiki.sources.service import add_revision, bin_source, restore_source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.entries.models import Entry
    from kmwiki.exchange.importing.models import ImportItem
    from kmwiki.security.policy import Caller

BACK = N_("The import was undone")
AGAIN = N_("The undone import was done again")


def take_back(session: Session, caller: Caller, item: ImportItem, entry: Entry) -> None:
    """Put a note that the import made into the bin; bring one that it changed back to what it was before.

    The caller may undo the import and change the note: `undoing` and `since` have asked.
    """
    hand = _Hand(session, caller, BACK)
    undone: dict[str, Any] = {"at": now().isoformat(), "by": caller.user_id, "heads": {}}
    if item.status == "created":
        hand.bin(entry.source)
    else:
        undone["entry"] = [entry.source.head_no, hand.turn_entry(entry, item.did["entry"][0])]
        for one in item.did["comments"]:
            comment, source = hand.comment(one)
            if one["is_back"] or not one["revisions"][0]:
                hand.bin(source)
            elif one["revisions"][0] != one["revisions"][1]:
                hand.turn_comment(source, one["revisions"][0])
            put_beside(comment, one["beside"][0])
            undone["heads"][str(source.id)] = source.head_no
        undone["files"] = hand.bin_files(entry.source, item.did.get("attachments", ()))
        hand.put_around(entry, item.did["around"][0])
    undone["binned"] = hand.binned
    item.undone = undone
    session.flush()


def do_again(session: Session, caller: Caller, item: ImportItem, entry: Entry) -> list[Message]:
    """Do once more what was taken back. Returns why not, where people have changed the note since the undo."""
    hand = _Hand(session, caller, AGAIN)
    undone = item.undone
    if item.status == "created":
        if _is_binned_since(entry.source, undone):
            return [say("The note was put into the bin by somebody else since.")]
        restore_source(session, caller, entry.source)
        item.undone = {}
        session.flush()
        return []
    if entry.source.deleted is not None:
        return [say("The note lies in the bin. Bring it back first.")]
    if entry.source.head_no != undone["entry"][1] or hand.are_moved(undone["heads"]):
        return [say("The note or its comments were edited after the undo.")]
    did = {**item.did, "entry": [item.did["entry"][0], hand.turn_entry(entry, item.did["entry"][1])], "comments": []}
    for one in item.did["comments"]:
        comment, source = hand.comment(one)
        if str(source.id) in undone["binned"]:
            restore_source(session, caller, source)
        elif one["revisions"][0] != one["revisions"][1]:
            hand.turn_comment(source, one["revisions"][1])
        put_beside(comment, one["beside"][1])
        did["comments"].append({**one, "revisions": [one["revisions"][0], source.head_no]})
    hand.restore_files(entry.source, undone.get("files", {}))
    hand.put_around(entry, item.did["around"][1])
    item.did, item.undone = did, {}
    session.flush()
    return []


def _is_binned_since(source: Source, undone: dict[str, Any]) -> bool:
    return source.deleted is not None and undone["binned"].get(str(source.id)) != source.deleted.isoformat()


class _Hand:
    """Writes in the name of one caller, for one reason, and remembers what it put into the bin, and when."""

    def __init__(self, session: Session, caller: Caller, reason: str) -> None:
        self._session = session
        self._caller = caller
        self._reason = reason
        self.binned: dict[str, str] = {}

    def bin(self, source: Source) -> None:
        """Put a source into the bin, unless it lies there."""
        if source.deleted is None:
            bin_source(self._session, self._caller, source)
            assert source.deleted is not None  # noqa: S101 - bin_source has just set it
            self.binned[str(source.id)] = source.deleted.isoformat()

    def bin_files(self, source: Source, ids: Sequence[int]) -> dict[str, str]:
        """Put files of the note into the bin. Returns those that did not lie there already, and when."""
        live = [each for each in attachments_of(self._session, source) if each.id in ids]
        for each in live:
            bin_attachment(self._session, self._caller, source, each)
        return {str(each.id): each.deleted.isoformat() for each in live if each.deleted is not None}

    def restore_files(self, source: Source, binned: Mapping[str, str]) -> None:
        """Take files of the note out of the bin, unless somebody has done so."""
        for each in attachments_of(self._session, source, binned=True):
            if each.deleted is not None and binned.get(str(each.id)) == each.deleted.isoformat():
                restore_attachment(self._session, self._caller, source, each)

    def comment(self, kept: dict[str, Any]) -> tuple[Comment, Source]:
        """Return a comment of the trace and its source."""
        comment = self._session.get_one(Comment, kept["id"])
        return comment, self._session.get_one(Source, kept["source"])

    def are_moved(self, heads: dict[str, int]) -> bool:
        """Whether any of these sources (id -> revision) has a newer revision."""
        return any(self._session.get_one(Source, int(source)).head_no != head for source, head in heads.items())

    def turn_entry(self, entry: Entry, number: int) -> int:
        """Let the note read as in that revision. Returns the number of its head then."""
        if number != entry.source.head_no:
            kept = self._session.get_one(Revision, (entry.source_id, number))
            patch = patch_of(kept, reason=self._reason)
            save_entry(self._session, self._caller, entry, patch, base_no=entry.source.head_no, provenance={})
            self._note(entry.source)
        return entry.source.head_no

    def turn_comment(self, source: Source, number: int) -> None:
        """Let an imported comment read as in that revision."""
        kept = self._session.get_one(Revision, (source.id, number))

        def save() -> Revision:
            return add_revision(
                self._session,
                self._caller,
                source,
                base_no=source.head_no,
                body=kept.body,
                body_format=kept.format,
                reason=self._reason,
            )

        saved, _ = carried_by(self._session, self._caller, source.id, save)
        record(
            self._session,
            self._caller,
            "comment.saved",
            project_id=source.project_id,
            source_id=source.id,
            revision=saved.no,
        )
        self._note(source)

    def put_around(self, entry: Entry, kept: dict[str, Any]) -> None:
        """Set what stood around the text; a key that another note has by now gets a number."""
        key = kept["origin_key"]
        if key is not None and key != entry.origin_key:
            key = free_key(self._session, entry.project_id, key)
        put_around(entry, self._session.get(ImportReview, entry.id), {**kept, "origin_key": key})

    def _note(self, source: Source) -> None:
        """Say that this revision is an import's, not a person's edit."""
        record(
            self._session,
            self._caller,
            WRITTEN,
            project_id=source.project_id,
            source_id=source.id,
            revision=source.head_no,
        )
