"""Writing what a plan decided, in the caller's transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmwiki.coding.service import carried_by, save_entry
from kmwiki.comments.service import add_comment
from kmwiki.entries.service import create_entry, set_origin
from kmwiki.errors import N_
from kmwiki.events.service import record
from kmwiki.exchange.importing.images import add_images
from kmwiki.exchange.importing.known import WRITTEN, free_key, is_keyed
from kmwiki.exchange.importing.traces import Trace, around_of, beside_of
from kmwiki.exchange.reviewing.reading import keep_reading, kept_origin
from kmwiki.sources.service import add_revision, keep_original, restore_source

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.comments.models import Comment
    from kmwiki.entries.models import Entry
    from kmwiki.exchange.importing.known import Known, KnownComment
    from kmwiki.exchange.importing.plan import CommentChange, Plan
    from kmwiki.exchange.importing.reading import Draft
    from kmwiki.security.policy import Caller
    from kmwiki.sources.models import Original, Revision, Source

REASON = N_("Imported again: the file has changed")


class Writer:
    """Writes one draft: `create` a new entry, or `update` the one that an earlier import made."""

    def __init__(self, session: Session, caller: Caller, project: Project, originals: Path) -> None:
        self._session = session
        self._caller = caller
        self._project = project
        self._originals = originals
        self.trace = Trace()
        """What becomes of the note, to be taken back."""

    def create(self, draft: Draft, plan: Plan) -> Entry:
        """Make the entry with its comments and keep the file. Invalid if something of it cannot be stored."""
        original = self._keep(draft)
        entry = create_entry(
            self._session,
            self._caller,
            self._project,
            draft.entry,
            origin_key=free_key(self._session, self._project.id, draft.key),
            original_id=original.id,
            provenance=draft.provenance,
        )
        self._note(entry.source, 1)
        add_images(self._session, self._caller, entry.source, draft.attached)
        made = [self._add_comment(entry, change) for change in plan.comments]
        self._session.flush()
        self.trace.entry = [0, 1]
        for comment in made:
            self.trace.add_comment(comment, 0, beside=beside_of(comment))
        keep_reading(self._session, entry, draft, [comment.id for comment in made])
        return entry

    def update(self, draft: Draft, plan: Plan, known: Known) -> bool:
        """Bring the entry and its comments to the file's new state. Whether any text or description changed.

        The caller may read the entry and change it: `run` has asked.
        """
        original = self._keep(draft)
        entry, before = known.entry, known.text.head.no
        around = around_of(entry, known.review)
        has_changed = plan.brings_back
        if plan.brings_back:
            restore_source(self._session, self._caller, entry.source)
            self.trace.is_back = True
        if plan.patch is not None:
            patch = plan.patch.model_copy(update={"reason": REASON})
            saved = save_entry(
                self._session, self._caller, entry, patch, base_no=before, provenance=dict(plan.provenance)
            )
            has_changed = saved.no != before
            if plan.takes_text:
                self._note(entry.source, saved.no)
        self.trace.attachments = add_images(self._session, self._caller, entry.source, draft.attached)
        has_changed = has_changed or bool(self.trace.attachments)
        added: dict[int, int] = {}
        for change in plan.comments:
            has_changed = self._write_comment(entry, change, added) or has_changed
        if plan.takes_origin and draft.entry.origin is not None:
            origin = kept_origin(entry, draft.entry.origin, known.kept)
            set_origin(self._session, self._caller, entry, origin, original_id=original.id)
            if not is_keyed(entry, draft.key):
                entry.origin_key = free_key(self._session, self._project.id, draft.key)
        self._session.flush()
        there = [one.comment.id if one else added[place] for place, one in enumerate(plan.order, 1)]
        review = keep_reading(self._session, entry, draft, there, is_again=True)
        self.trace.entry = [before, entry.source.head_no]
        self.trace.around = [around, around_of(entry, review)]
        return has_changed

    def _keep(self, draft: Draft) -> Original:
        return keep_original(
            self._session,
            self._caller,
            project_id=self._project.id,
            name=draft.name,
            data=draft.data,
            folder=self._originals,
            encoding=draft.encoding,
        )

    def _write_comment(self, entry: Entry, change: CommentChange, added: dict[int, int]) -> bool:
        if change.known is None:
            comment = self._add_comment(entry, change)
            added[change.ord] = comment.id
            self.trace.add_comment(comment, 0, beside=beside_of(comment))
            return True
        comment, before = change.known.comment, change.known.text.head.no
        beside, is_back = beside_of(comment), change.known.is_taken_back
        comment.ord = change.ord
        if is_back:
            restore_source(self._session, self._caller, comment.source)
        is_reworded = change.is_reworded and not change.known.is_binned and not change.known.text.is_touched
        if is_reworded:
            self._reword(change.known, change)
        self.trace.add_comment(comment, before, beside=beside, is_back=is_back)
        return is_reworded or is_back

    def _add_comment(self, entry: Entry, change: CommentChange) -> Comment:
        parsed = change.parsed
        comment = add_comment(
            self._session,
            self._caller,
            entry.source,
            body=parsed.text,
            body_format=parsed.body_format,
            author_name=parsed.author or "",
            ord=change.ord,
            confidence=parsed.confidence,
            written=parsed.written.when if parsed.written else None,
            is_imported=True,
        )
        self._note(comment.source, 1)
        return comment

    def _reword(self, known: KnownComment, change: CommentChange) -> None:
        """Give an imported comment its new words. It is nobody's here, so the right to import is right enough."""
        source = known.comment.source

        def save() -> Revision:
            return add_revision(
                self._session,
                self._caller,
                source,
                base_no=known.text.head.no,
                body=change.parsed.text,
                body_format=change.parsed.body_format,
                reason=REASON,
            )

        revision, _ = carried_by(self._session, self._caller, source.id, save)
        known.comment.confidence = change.parsed.confidence
        known.comment.author_name = change.parsed.author or known.comment.author_name
        record(
            self._session,
            self._caller,
            "comment.saved",
            project_id=source.project_id,
            source_id=source.id,
            revision=revision.no,
        )
        self._note(source, revision.no)

    def _note(self, source: Source, revision_no: int) -> None:
        """Write down which revision the import left, so that the next one knows what people changed."""
        record(
            self._session,
            self._caller,
            WRITTEN,
            project_id=source.project_id,
            source_id=source.id,
            revision=revision_no,
        )
