"""Writing comments: add, change the words, remove and bring back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmwiki.comments.access import demand_edit, demand_remove
from kmwiki.comments.models import Comment
from kmwiki.errors import Invalid, say
from kmwiki.events.service import record
from kmwiki.sources.models import Source
from kmwiki.sources.queries import revision
from kmwiki.sources.service import add_revision, bin_source, create_source, restore_source
from kmwiki.sources.texts import problem_of
from kmwiki.sources.veil import veil_for
from kmwiki.text.clusters import is_boundary

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from kmwiki.comments.schemas import PassageIn
    from kmwiki.security.policy import Caller
    from kmwiki.sources.models import Revision

NAME_LONGEST = 200


def add_comment(
    session: Session,
    caller: Caller,
    entry_source: Source,
    *,
    body: str,
    body_format: str = "markdown",
    parent_id: int | None = None,
    author_name: str = "",
    ord: int = 0,  # noqa: A002 - the column's name
    confidence: float | None = None,
    written: datetime | None = None,
    passage: PassageIn | None = None,
    is_imported: bool = False,
) -> Comment:
    """Add a comment to an entry's source. An imported one has no author among us, only the name its page gave.

    Invalid for an empty text, an answer to a comment elsewhere, or a passage that is not in the text.
    """
    _check_new(session, entry_source, body=body, author_name=author_name, parent_id=parent_id)
    is_imported = is_imported or bool(author_name) or confidence is not None or written is not None
    source = create_source(
        session,
        caller,
        project_id=entry_source.project_id,
        kind="comment",
        root=entry_source,
        body=body,
        body_format=body_format,
        audience=entry_source.audience,
        author_id=None if is_imported else caller.user_id,
    )
    comment = Comment(source_id=source.id, source=source, on_source_id=entry_source.id, parent_id=parent_id, ord=ord)
    comment.author_name, comment.confidence, comment.written = author_name, confidence, written
    if passage is not None:
        _tie(session, caller, entry_source, comment, passage)
    session.add(comment)
    session.flush()
    record(session, caller, "comment.added", project_id=source.project_id, source_id=source.id, root=entry_source.id)
    return comment


def _check_new(session: Session, entry_source: Source, *, body: str, author_name: str, parent_id: int | None) -> None:
    if not body.strip():
        raise Invalid.one("body", say("Write something first."))
    if problem := problem_of(author_name, longest=NAME_LONGEST):
        raise Invalid.one("author_name", problem)
    if parent_id is not None:
        _check_parent(session, entry_source, parent_id)


def _check_parent(session: Session, entry_source: Source, parent_id: int) -> None:
    parent = session.get(Comment, parent_id)
    parent_source = session.get(Source, parent.source_id) if parent is not None else None
    if (
        parent is None
        or parent_source is None
        or parent.on_source_id != entry_source.id
        or parent_source.deleted is not None
    ):
        raise Invalid.one("parent_id", say("The comment you answer is not here any more."))


def _tie(session: Session, caller: Caller, entry_source: Source, comment: Comment, passage: PassageIn) -> None:
    """Tie the comment to a passage of the entry's text."""
    on = revision(session, entry_source, passage.revision)
    text = on.reading_text
    seen = veil_for(session, caller, entry_source.project_id).over(entry_source).revision(on).reading_text
    if not 0 <= passage.start < passage.end <= len(text):
        message = say("The passage must lie within the text, which has %(length)s characters.", length=len(text))
        raise Invalid.one("passage", message)
    if not (is_boundary(text, passage.start) and is_boundary(text, passage.end)):
        raise Invalid.one("passage", say("The passage must not cut a letter from its vowel or tone mark."))
    quote = text[passage.start : passage.end]
    there = seen[passage.start : passage.end]  # not the text itself: guesses at a masked number are not answered
    if passage.quote is not None and passage.quote != there:
        message = say(
            "The quote is “%(given)s”, but the text has “%(there)s” at this place.",
            given=passage.quote[:200],
            there=there[:200],
        )
        raise Invalid.one("passage", message)
    comment.on_revision, comment.start, comment.end, comment.quote = on.no, passage.start, passage.end, quote


def edit_comment(
    session: Session,
    caller: Caller,
    comment: Comment,
    *,
    body: str,
    base_no: int,
    body_format: str | None = None,
    reason: str = "",
) -> Revision:
    """Change a comment's words, made from revision `base_no`; what changes nothing returns the head as it is.

    Forbidden unless it is the caller's own; Conflict if it was changed in the meantime; Invalid for an empty text.
    """
    source = session.get_one(Source, comment.source_id)
    demand_edit(caller, source)
    if not body.strip():
        raise Invalid.one("body", say("Write something first. To take the comment away, remove it."))
    before = source.head_no
    kept = revision(session, source)
    saved = add_revision(
        session, caller, source, base_no=base_no, body=body, body_format=body_format or kept.format, reason=reason
    )
    if saved.no != before:
        record(session, caller, "comment.saved", project_id=source.project_id, source_id=source.id, revision=saved.no)
    return saved


def bin_comment(session: Session, caller: Caller, comment: Comment) -> None:
    """Remove a comment.

    Its answers stay, under a line that says that something stood there. Forbidden but for its writer and
    moderators.
    """
    source = session.get_one(Source, comment.source_id)
    demand_remove(caller, source)
    bin_source(session, caller, source)
    session.flush()


def restore_comment(session: Session, caller: Caller, comment: Comment) -> None:
    """Bring a removed comment back. Forbidden but for its writer and moderators."""
    source = session.get_one(Source, comment.source_id)
    demand_remove(caller, source)
    restore_source(session, caller, source)
    session.flush()
