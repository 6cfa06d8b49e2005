"""Who may do what to a comment. Who may read one is told by its root, in `sources.access`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kmwiki.comments.models import Comment
from kmwiki.errors import Forbidden, NotFound, say
from kmwiki.security.policy import Permission, can
from kmwiki.sources.access import demand, is_author, source_for, visible_to
from kmwiki.sources.models import Source

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.security.policy import Caller


def comment_for(session: Session, caller: Caller, comment_id: int) -> Comment:
    """Return the comment with its source. NotFound if the caller may not read it or it was removed."""
    statement = (
        select(Comment)
        .join(Source, Source.id == Comment.source_id)
        .where(Comment.id == comment_id, visible_to(caller))
        .options(joinedload(Comment.source))
    )
    found = session.scalar(statement)
    if found is None:
        raise NotFound(say("There is no such comment. It may have been removed."))
    return found


def removed_comment_for(session: Session, caller: Caller, comment_id: int) -> Comment:
    """Return a comment that may have been removed, to bring it back.

    NotFound if the caller may not read what it stands on, Forbidden if they may not bring it back.
    """
    statement = select(Comment).where(Comment.id == comment_id).options(joinedload(Comment.source))
    found = session.scalar(statement)
    if found is None:
        raise NotFound(say("There is no such comment. It may have been removed."))
    source_for(session, caller, found.on_source_id)
    demand_remove(caller, found.source)
    return found


def may_edit(caller: Caller, source: Source) -> bool:
    """Whether the caller may change a comment's words.

    Their own; an imported one, which is nobody's here, as a moderator.
    """
    if source.author_id is None:
        return can(caller, Permission.MODERATE, source.project_id)
    return is_author(caller, source) and can(caller, Permission.COMMENT, source.project_id)


def may_remove(caller: Caller, source: Source) -> bool:
    """Whether the caller may remove a comment: their own, or any as a moderator."""
    return can(caller, Permission.MODERATE, source.project_id) or may_edit(caller, source)


def demand_edit(caller: Caller, source: Source) -> None:
    """Raise Forbidden (or Unauthenticated) unless `may_edit`."""
    if not may_edit(caller, source):
        demand(caller, Permission.COMMENT, source.project_id)
        raise Forbidden(say("Only who wrote a comment may change its words."))


def demand_remove(caller: Caller, source: Source) -> None:
    """Raise Forbidden (or Unauthenticated) unless `may_remove`."""
    if not may_remove(caller, source):
        demand(caller, Permission.COMMENT, source.project_id)
        raise Forbidden(say("Only who wrote a comment or a supervisor may remove it."))
