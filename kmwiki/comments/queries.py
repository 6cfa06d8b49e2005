"""Reading comments: a thread in reading order, and the flat list of the API."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from kmwiki.comments.models import Comment
from kmwiki.comments.schemas import CommentOut, PassageOut
from kmwiki.sources.access import may_read, may_read_history, visible_to
from kmwiki.sources.models import Revision, Source
from kmwiki.sources.queries import heads, names_of
from kmwiki.sources.veil import veil_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from kmwiki.security.policy import Caller

DEEPEST = 4
"""Answers below this depth stand at it, with the name of whom they answer."""

PAGE = 100
"""Comments on a page of a thread."""

_LAST = 2**31  # behind every comment that has a place of its own


@dataclass(slots=True)
class Said:
    """A comment at its place in a thread. `revision` is None for one that was removed but has answers."""

    comment: Comment
    depth: int  # 0 for one that answers no other
    answers_to: str | None  # whom it answers, where the indent does not show it
    revision: Revision | None = None
    name: str = ""  # of its writer, empty if not known
    quote: str | None = None  # the words it is about, as far as the reader may see them

    @property
    def when(self) -> datetime | None:
        """When it was written; None for an imported one whose page does not tell."""
        if self.comment.written is None and self.comment.source.author_id is None:
            return None
        return self.comment.written or self.comment.source.created


@dataclass(frozen=True, slots=True)
class Thread:
    """A page of an entry's comments in reading order; `total` counts those not removed."""

    items: list[Said]
    total: int
    page: int
    pages: int


def thread(session: Session, caller: Caller, source_id: int, *, page: int = 1, holding: int | None = None) -> Thread:
    """Return a page of the comments on an entry's source; the one that holds the comment `holding`, if that is given.

    However deep the answers go, they come as a flat list in reading order. Empty if the caller may not read the root.
    """
    root = session.get(Source, source_id)
    if root is None or not may_read(caller, root, root):
        return Thread([], 0, 1, 1)
    statement = (
        select(Comment)
        .where(Comment.on_source_id == source_id)
        .order_by(Comment.id)
        .options(joinedload(Comment.source))
    )
    comments = session.scalars(statement).all()
    names = _names(session, comments)
    ordered = _in_reading_order(comments, names)
    pages = max(1, -(-len(ordered) // PAGE))
    if holding is not None:
        place = next((index for index, said in enumerate(ordered) if said.comment.id == holding), 0)
        page = place // PAGE + 1
    page = min(max(page, 1), pages)
    shown = ordered[(page - 1) * PAGE : page * PAGE]
    live = heads(session, [said.comment.source for said in shown if said.comment.source.deleted is None])
    quotes = _quotes(session, caller, [said.comment for said in shown])
    veil = veil_for(session, caller, root.project_id)
    for said in shown:
        kept = live.get(said.comment.source_id)
        said.revision = veil.over(said.comment.source).revision(kept) if kept is not None else None
        said.name = veil.over(said.comment.source).text(said.name)
        said.quote = quotes.get(said.comment.id)
    return Thread(shown, sum(comment.source.deleted is None for comment in comments), page, pages)


def count_on(session: Session, source_id: int) -> int:
    """Return how many comments stand on an entry's source, the removed ones left out."""
    on = select(func.count()).select_from(Comment).join(Source, Source.id == Comment.source_id)
    return session.scalar(on.where(Comment.on_source_id == source_id, Source.deleted.is_(None))) or 0


def comment_of(session: Session, source_id: int) -> int | None:
    """Return the id of the comment whose text is that source, or None."""
    return session.scalar(select(Comment.id).where(Comment.source_id == source_id)) if source_id else None


def _quotes(session: Session, caller: Caller, comments: Iterable[Comment]) -> dict[int, str]:
    """Return the words that comments are about, by the comment's id.

    Who may not read older revisions gets no words that only those held.
    """
    about = [comment for comment in comments if comment.quote]
    hidden = {each.on_source_id for each in about if not may_read_history(caller, each.source)}
    roots = session.scalars(select(Source).where(Source.id.in_(hidden))).all() if hidden else ()
    texts = heads(session, roots)
    return {
        each.id: _quote_as_seen(session, caller, each)
        for each in about
        if each.quote and (each.on_source_id not in hidden or each.quote in texts[each.on_source_id].reading_text)
    }


def _quote_as_seen(session: Session, caller: Caller, comment: Comment) -> str:
    """Cut the words out of the text as the caller may see it; the edge may run through a number."""
    veil = veil_for(session, caller, comment.source.project_id)
    source = session.get_one(Source, comment.on_source_id)
    whole = None if veil.over(source).is_open else session.get(Revision, (source.id, comment.on_revision))
    if whole is None or comment.start is None or comment.end is None:
        return veil.over(source).text(comment.quote or "")
    return veil.cut(whole.reading_text, comment.start, comment.end)


def _names(session: Session, comments: Iterable[Comment]) -> dict[int, str]:
    """Return the writer's name of each comment, by its id: the member's, or the one its page gave."""
    known = names_of(session, {each.source.author_id for each in comments if each.source.author_id is not None})
    return {comment.id: known.get(comment.source.author_id or 0, comment.author_name) for comment in comments}


def _in_reading_order(comments: Sequence[Comment], names: dict[int, str]) -> list[Said]:
    """Walk the tree without recursion; a removed comment stays only where something stands under it."""
    answers: defaultdict[int | None, list[Comment]] = defaultdict(list)
    kept: set[int] = set()
    for comment in reversed(comments):  # an answer is always younger than what it answers
        if comment.source.deleted is None or comment.id in kept:
            answers[comment.parent_id].append(comment)
            if comment.parent_id is not None:
                kept.add(comment.parent_id)
    ordered: list[Said] = []
    # Those of a page stand in its order, also where one was cut in two here; then come those that people wrote.
    answers[None].sort(key=lambda comment: (comment.ord or _LAST, comment.id), reverse=True)
    waiting = [(comment, 0) for comment in answers[None]]
    while waiting:
        comment, depth = waiting.pop()
        flat = comment.parent_id is not None and depth > DEEPEST
        whom = names.get(comment.parent_id, "") if flat and comment.parent_id is not None else None
        ordered.append(Said(comment, min(depth, DEEPEST), whom, None, names[comment.id]))
        waiting += [(answer, depth + 1) for answer in answers[comment.id]]
    return ordered


def flat(
    session: Session, caller: Caller, source_id: int, *, after: int = 0, size: int = 50
) -> tuple[list[CommentOut], int]:
    """Return the comments on an entry's source with ids above `after`, oldest first, and how many there are in all.

    Removed ones are left out unless an answer, however deep, stands under them.
    """
    live = (
        select(Comment.id, Comment.parent_id)
        .join(Source, Source.id == Comment.source_id)
        .where(Comment.on_source_id == source_id, visible_to(caller))
        .cte("kept", recursive=True)
    )
    above = select(Comment.id, Comment.parent_id).join(live, Comment.id == live.c.parent_id)
    kept = live.union(above)
    total = session.scalar(select(func.count()).select_from(kept)) or 0
    statement = (
        select(Comment)
        .where(Comment.id.in_(select(kept.c.id)), Comment.id > after)
        .order_by(Comment.id)
        .limit(size)
        .options(joinedload(Comment.source))
    )
    return outs(session, caller, session.scalars(statement).all()), total


def outs(session: Session, caller: Caller, comments: Sequence[Comment]) -> list[CommentOut]:
    """Make the API's shape of comments whose sources are loaded."""
    texts = heads(session, [comment.source for comment in comments if comment.source.deleted is None])
    names, quotes = _names(session, comments), _quotes(session, caller, comments)
    shown = {}
    for each in comments:
        veil = veil_for(session, caller, each.source.project_id).over(each.source)
        names[each.id] = veil.text(names[each.id])
        if each.source_id in texts:
            shown[each.source_id] = veil.revision(texts[each.source_id])
    return [_out(each, shown.get(each.source_id), names[each.id], quotes.get(each.id)) for each in comments]


def _out(comment: Comment, head: Revision | None, name: str, quote: str | None) -> CommentOut:
    if head is None:
        return _removed(comment)
    passage = None
    if quote and comment.on_revision is not None and comment.start is not None and comment.end is not None:
        passage = PassageOut(revision=comment.on_revision, start=comment.start, end=comment.end, quote=quote)
    is_ours = comment.source.author_id is not None
    return CommentOut(
        id=comment.id,
        source_id=comment.source_id,
        revision=head.no,
        parent_id=comment.parent_id,
        author=name if is_ours else None,
        author_name=name,
        body=head.body,
        body_format=head.format,
        passage=passage,
        created=comment.written or comment.source.created,
    )


def _removed(comment: Comment) -> CommentOut:
    """Tell of a removed comment no more than that something stood there."""
    return CommentOut(
        id=comment.id,
        source_id=comment.source_id,
        revision=comment.source.head_no,
        parent_id=comment.parent_id,
        author=None,
        author_name="",
        body="",
        body_format="plain",
        passage=None,
        created=comment.written or comment.source.created,
        removed=True,
    )
