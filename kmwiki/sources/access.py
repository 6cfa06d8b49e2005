"""Who reads a text.

The one rule, in SQL (`visible_to`) and in Python (`may_read`). A test holds the two against each other.

Drafts and private texts are their author's alone while the author is a member; those for the supervisors are read
by them and their author; team texts by every member; public ones, once published, by anybody. A comment follows its
root; a memo is never wider than its root. What lies in the bin, or hangs on what lies there, is read by nobody but
through the bin.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import aliased

from kmwiki.errors import Forbidden, NotFound, Unauthenticated, say
from kmwiki.security.policy import Caller, Permission, can
from kmwiki.sources.models import Source

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from sqlalchemy.orm.util import AliasedClass

    from kmwiki.security.policy import Role

AUDIENCES = ("private", "supervisors", "team", "public")
STATES = ("draft", "published", "archived")


def _projects_where(
    caller: Caller, permission: Permission, row: type[Source] | AliasedClass[Source]
) -> ColumnElement[bool]:
    if caller.is_admin:
        return true()
    ids = [project_id for project_id in caller.roles if can(caller, permission, project_id)]
    return row.project_id.in_(ids) if ids else false()


def _rule(caller: Caller, row: type[Source] | AliasedClass[Source]) -> ColumnElement[bool]:
    """The rule for one row by itself, its bin aside."""
    member = _projects_where(caller, Permission.READ, row)
    own = and_(row.author_id == caller.user_id, member) if caller.user_id is not None else false()
    shared = or_(
        and_(row.audience.in_(("team", "public")), member),
        and_(row.audience == "supervisors", _projects_where(caller, Permission.READ_SUPERVISORS, row)),
    )
    anybody = and_(row.audience == "public", row.state == "published")
    return or_(own, anybody, and_(row.state != "draft", shared))


def visible_to(caller: Caller) -> ColumnElement[bool]:
    """Return the condition on `Source` that holds for what the caller may read.

    It depends on who they are and their roles alone, so it is made once for each such caller: making it costs a search
    more than asking it.
    """
    return _visible_to(caller.user_id, caller.is_admin, frozenset(caller.roles.items()))


@lru_cache(maxsize=256)
def _visible_to(user_id: int | None, is_admin: bool, roles: frozenset[tuple[int, Role]]) -> ColumnElement[bool]:  # noqa: FBT001 - a cache compares what it is called with
    caller = Caller(user_id=user_id, is_admin=is_admin, roles=dict(sorted(roles)))
    root = aliased(Source)
    root_id = func.coalesce(Source.root_id, Source.id)
    through_root = exists(select(root.id).where(root.id == root_id, root.deleted.is_(None), _rule(caller, root)))
    return and_(Source.deleted.is_(None), through_root, or_(Source.kind != "memo", _rule(caller, Source)))


def in_bin_for(caller: Caller) -> ColumnElement[bool]:
    """Return the condition on `Source` for binned entries and memos the caller may bring back.

    One's own, or all one could read as a moderator; what hangs on an entry only while they may read that.
    """
    own = (
        and_(Source.author_id == caller.user_id, _projects_where(caller, Permission.WRITE, Source))
        if caller.user_id is not None
        else false()
    )
    moderated = and_(_projects_where(caller, Permission.MODERATE, Source), _rule(caller, Source))
    root = aliased(Source)
    through_root = exists(select(root.id).where(root.id == Source.root_id, root.deleted.is_(None), _rule(caller, root)))
    is_root = func.coalesce(Source.root_id, Source.id) == Source.id
    return and_(Source.deleted.is_not(None), or_(own, moderated), or_(is_root, through_root))


def _may(caller: Caller, row: Source) -> bool:
    is_member = can(caller, Permission.READ, row.project_id)
    if row.audience == "public" and row.state == "published":
        return True
    if is_member and caller.user_id is not None and row.author_id == caller.user_id:
        return True
    if row.state == "draft":
        return False
    if row.audience == "supervisors":
        return can(caller, Permission.READ_SUPERVISORS, row.project_id)
    return is_member and row.audience in {"team", "public"}


def may_read(caller: Caller, source: Source, root: Source) -> bool:
    """Whether the caller may read `source`; `root` is the entry's source it hangs on, itself for an entry."""
    if source.deleted is not None or root.deleted is not None:
        return False
    return _may(caller, root) and (source.kind != "memo" or _may(caller, source))


def is_author(caller: Caller, source: Source) -> bool:
    """Whether the caller wrote it. What has no author was written by none of us."""
    return caller.user_id is not None and source.author_id == caller.user_id


def may_read_history(caller: Caller, source: Source) -> bool:
    """Whether the caller, who may read the source, may read its older revisions too: members of its project.

    A text may have been private when they were written; who reads it only because it is public sees the head alone.
    """
    return can(caller, Permission.READ, source.project_id)


def demand_history(caller: Caller, source: Source) -> None:
    """Raise NotFound unless `may_read_history`."""
    if not may_read_history(caller, source):
        raise NotFound(say("There is no such revision."))


def demand(caller: Caller, permission: Permission, project_id: int) -> None:
    """Raise Unauthenticated or Forbidden unless the caller holds the permission.

    For what they are already known to read.
    """
    if can(caller, permission, project_id):
        return
    if caller.user_id is None:
        raise Unauthenticated(say("Please sign in first."))
    raise Forbidden(say("Your role in this project does not allow this. Ask an owner of the project for another role."))


def source_for(session: Session, caller: Caller, source_id: int, permission: Permission = Permission.READ) -> Source:
    """Return the source if the caller may read it.

    NotFound if not, Forbidden if they may not do what `permission` names.
    """
    found = session.get(Source, source_id)
    root = found if found is None or found.root_id is None else session.get(Source, found.root_id)
    if found is None or root is None or not may_read(caller, found, root):  # for one row far quicker than the SQL
        raise NotFound(say("There is no such text."))
    if permission is not Permission.READ:
        demand(caller, permission, found.project_id)
    return found
