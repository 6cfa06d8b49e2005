"""Writing memos: a new one, another text, who reads it, the bin and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from kmwiki.coding.service import carried_by
from kmwiki.entries.models import Entry
from kmwiki.errors import Invalid, say
from kmwiki.events.service import record
from kmwiki.memos.access import demand_edit, demand_remove
from kmwiki.memos.links import refs_in
from kmwiki.memos.models import Memo, MemoLink
from kmwiki.quotes.live import line_names
from kmwiki.sources.queries import revision
from kmwiki.sources.service import add_revision, bin_source, create_source, restore_source
from kmwiki.sources.texts import problem_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.memos.access import Target
    from kmwiki.memos.schemas import MemoIn, MemoPatch
    from kmwiki.security.policy import Caller
    from kmwiki.sources.models import Revision

AUDIENCES = ("team", "supervisors", "private")
LONGEST_TITLE = 200


def add_memo(session: Session, caller: Caller, project: Project, target: Target, data: MemoIn) -> Memo:
    """Write a memo about a target that `access.target_for` gave. Invalid for an empty text."""
    title = _checked_title(data.title)
    _check_body(data.body)
    source = create_source(
        session,
        caller,
        project_id=project.id,
        kind="memo",
        root=target.root,
        body=data.body,
        body_format=data.body_format,
        audience=data.visibility,
        author_id=caller.user_id,
        meta={"title": title},
    )
    memo = Memo(source_id=source.id, source=source, target_kind=target.kind, target_id=target.id, title=title)
    session.add(memo)
    session.flush()
    _note_links(session, memo, data.body)
    told = {"memo": memo.id, "on": target.kind, "target": target.id}
    record(session, caller, "memo.added", project_id=project.id, source_id=source.id, **told)
    return memo


def save_memo(session: Session, caller: Caller, memo: Memo, data: MemoPatch, *, base_no: int) -> Revision:
    """Change a memo, made from revision `base_no`; codings on its text are carried. Return the head.

    Forbidden unless it is the caller's own; Conflict if it was changed in the meantime; Invalid for an empty text.
    """
    source = memo.source
    demand_edit(caller, source)
    kept = revision(session, source)
    title = _checked_title(data.title if data.title is not None else memo.title)
    body = data.body if data.body is not None else kept.body
    _check_body(body)
    before = source.head_no
    saved, _ = carried_by(
        session,
        caller,
        source.id,
        lambda: add_revision(
            session,
            caller,
            source,
            base_no=base_no,
            body=body,
            body_format=data.body_format or kept.format,
            meta={**kept.meta, "title": title},
            reason=data.reason,
        ),
    )
    if saved.no != before:
        memo.title = title
        _note_links(session, memo, body)
        record(session, caller, "memo.saved", project_id=source.project_id, source_id=source.id, revision=saved.no)
    if data.visibility is not None and data.visibility != source.audience:
        told = {"before": source.audience, "after": data.visibility}
        source.audience = data.visibility
        record(session, caller, "memo.audience_changed", project_id=source.project_id, source_id=source.id, **told)
    session.flush()
    return saved


def bin_memo(session: Session, caller: Caller, memo: Memo) -> None:
    """Put a memo into the bin. Forbidden but for its writer and moderators."""
    demand_remove(caller, memo.source)
    bin_source(session, caller, memo.source)
    session.flush()


def restore_memo(session: Session, caller: Caller, memo: Memo) -> None:
    """Take a memo that `access.binned_memo_for` gave out of the bin."""
    restore_source(session, caller, memo.source)
    session.flush()


def record_export(session: Session, caller: Caller, project_id: int, *, form: str, count: int) -> None:
    """Note that memos left as a file."""
    record(session, caller, "memos.exported", project_id=project_id, format=form, memos=count)


def _check_body(body: str) -> None:
    if not body.strip():
        raise Invalid.one("body", say("Write something first."))


def _checked_title(title: str) -> str:
    title = " ".join(title.split())
    if problem := problem_of(title, longest=LONGEST_TITLE):
        raise Invalid.one("title", problem)
    return title


def _note_links(session: Session, memo: Memo, body: str) -> None:
    """Keep what the text links to; a note's number becomes the entry's id."""
    session.execute(delete(MemoLink).where(MemoLink.memo_id == memo.id))
    refs = refs_in(body)
    numbers = [ref.id for ref in refs if ref.kind == "note"]
    entries = select(Entry.id).where(Entry.project_id == memo.source.project_id, Entry.number.in_(numbers))
    found = {("entry", each) for each in session.scalars(entries)} if numbers else set()
    found |= {(ref.kind, ref.id) for ref in refs if ref.kind != "note"}
    found |= {("quote", number) for line in body.splitlines() if (number := line_names(line, ("",))) is not None}
    session.add_all(MemoLink(memo_id=memo.id, kind=kind, target_id=target) for kind, target in sorted(found))
    session.flush()
