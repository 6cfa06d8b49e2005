"""The only way a door gets a memo or what one is to be written about. Who reads a memo is told by `sources.access`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, not_, select
from sqlalchemy.orm import joinedload

from kmwiki.coding.access import code_for, coding_for
from kmwiki.coding.seen import is_unseen
from kmwiki.comments.access import comment_for
from kmwiki.db import LARGEST_INTEGER
from kmwiki.entries.access import entry_for
from kmwiki.errors import Forbidden, Invalid, NotFound, say
from kmwiki.memos.models import Memo
from kmwiki.security.policy import Permission, can
from kmwiki.sources.access import demand, in_bin_for, is_author, visible_to
from kmwiki.sources.models import Source

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.coding.models import Code, Coding
    from kmwiki.comments.models import Comment
    from kmwiki.entries.models import Entry
    from kmwiki.security.policy import Caller

KINDS = ("project", "code", "entry", "coding", "comment")
_TARGET = re.compile(r"(project|code|entry|coding|comment)(?::([0-9]+))?")
LONGEST_ID = len(str(LARGEST_INTEGER))


@dataclass(frozen=True, slots=True)
class Target:
    """What a memo is about; `root` is the entry's source it then hangs on, None for a code or the project."""

    kind: str
    id: int
    root: Source | None = None


def shown_to(caller: Caller) -> ColumnElement[bool]:
    """Return the condition on joined `Memo` and `Source` for memos that a caller may read.

    A memo about somebody's coding tells what it is coded as, so it is hidden from whom that coding is.
    """
    about_a_coding = Memo.target_kind == "coding"
    return and_(visible_to(caller), not_(and_(about_a_coding, is_unseen(caller, Memo.target_id))))


def memo_for(session: Session, caller: Caller, memo_id: int) -> Memo:
    """Return the memo with its source. NotFound if the caller may not read it or it lies in the bin."""
    found = session.scalar(
        select(Memo)
        .join(Source, Source.id == Memo.source_id)
        .where(Memo.id == memo_id, shown_to(caller))
        .options(joinedload(Memo.source))
    )
    if found is None:
        raise _missing()
    return found


def binned_memo_for(session: Session, caller: Caller, memo_id: int) -> Memo:
    """Return a memo that lies in the bin and that the caller may bring back. NotFound otherwise."""
    found = session.scalar(
        select(Memo)
        .join(Source, Source.id == Memo.source_id)
        .where(Memo.id == memo_id, in_bin_for(caller))
        .options(joinedload(Memo.source))
    )
    if found is None:
        raise NotFound(say("There is no such memo in the bin."))
    return found


def _missing() -> NotFound:
    return NotFound(say("There is no such memo. It may lie in the bin."))


def read_target(text: str) -> tuple[str, int | None]:
    """Read `entry:12`, or a kind alone. Invalid for anything else, NotFound for an id that no row can have."""
    match = _TARGET.fullmatch(text.strip() or "project")
    if match is None:
        raise Invalid.one(
            "target", say("Write what the memo is about as project, code:7, entry:12, coding:3 or comment:5.")
        )
    if match[2] is None:
        return match[1], None
    if len(match[2]) > LONGEST_ID or int(match[2]) > LARGEST_INTEGER:
        raise _nothing_there()
    return match[1], int(match[2])


def target_for(session: Session, caller: Caller, project: Project, kind: str, target_id: int | None) -> Target:
    """Return what a memo in this project is about. NotFound for what is not of the project or not to be read."""
    if kind == "project":
        if target_id not in {None, project.id}:
            raise _nothing_there()
        return Target("project", project.id)
    if kind not in KINDS or target_id is None:
        raise _nothing_there()
    try:
        target, project_id = _found(session, caller, kind, target_id)
    except NotFound as error:
        raise _nothing_there() from error
    if project_id != project.id:
        raise _nothing_there()
    return target


def _nothing_there() -> NotFound:
    return NotFound(say("What this memo is about is not here, or not for you to read."))


def _found(session: Session, caller: Caller, kind: str, target_id: int) -> tuple[Target, int]:
    if kind == "code":
        code: Code = code_for(session, caller, target_id, Permission.READ)
        return Target(kind, code.id), code.project_id
    if kind == "entry":
        entry: Entry = entry_for(session, caller, target_id)
        return Target(kind, entry.id, entry.source), entry.project_id
    if kind == "comment":
        comment: Comment = comment_for(session, caller, target_id)
        return Target(kind, comment.id, session.get_one(Source, comment.on_source_id)), comment.source.project_id
    coding: Coding = coding_for(session, caller, target_id, Permission.READ)[0]
    return Target(kind, coding.id, session.get_one(Source, coding.root_id)), coding.project_id


def may_write(caller: Caller, project_id: int) -> bool:
    """Whether the caller may write memos in a project: whoever may code."""
    return can(caller, Permission.CODE, project_id)


def may_edit(caller: Caller, source: Source) -> bool:
    """Whether the caller may change a memo: their own; one that none of us wrote, as a moderator."""
    if source.author_id is None:
        return can(caller, Permission.MODERATE, source.project_id)
    return is_author(caller, source) and may_write(caller, source.project_id)


def may_remove(caller: Caller, source: Source) -> bool:
    """Whether the caller, who may read the memo, may put it into the bin: their own, or any as a moderator."""
    return can(caller, Permission.MODERATE, source.project_id) or may_edit(caller, source)


def demand_edit(caller: Caller, source: Source) -> None:
    """Raise Forbidden (or Unauthenticated) unless `may_edit`."""
    if not may_edit(caller, source):
        demand(caller, Permission.CODE, source.project_id)
        raise Forbidden(say("Only who wrote a memo may change it. Write one of your own and link to it."))


def demand_remove(caller: Caller, source: Source) -> None:
    """Raise Forbidden (or Unauthenticated) unless `may_remove`."""
    if not may_remove(caller, source):
        demand(caller, Permission.CODE, source.project_id)
        raise Forbidden(say("Only who wrote a memo or a supervisor may put it into the bin."))
