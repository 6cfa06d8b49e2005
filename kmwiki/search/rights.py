"""What a caller may read, as a condition for the engine: decided by the database, never by the index.

`sources.access.visible_to` is asked for every search, on the database as it is at that moment. Its answer is kept only
together with the mark of `db.watching`, which is another one as soon as anybody has committed anything at all.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import fields
from threading import Lock
from typing import TYPE_CHECKING, ClassVar

from sqlalchemy import String, cast, func, select

from kmwiki.coding.seen import is_unseen
from kmwiki.memos.models import Memo
from kmwiki.search.engine import AnyOf, Column, Node, Without
from kmwiki.search.kept import Kept
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Source

if TYPE_CHECKING:
    from collections.abc import Hashable

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from kmwiki.security.policy import Caller

MOST_KEPT = 32
OF_NO_SOURCE: Node = Without(Column("source"))
"""Codes: whoever may search a project may read its codebook."""
_NO_VALUE = frozenset({""})
KEPT: Kept[Node] = Kept(MOST_KEPT)


class _Before:
    """What was answered last, by who asked: most commits change nobody's rights, and the engine knows the condition."""

    answers: ClassVar[OrderedDict[tuple[Hashable, ...], tuple[str, Node]]] = OrderedDict()
    lock = Lock()


def readable(caller: Caller, project_id: int) -> Node:
    """Return the condition that holds for the texts of a project that the caller may read now."""
    key = _key(caller, project_id)
    return KEPT.of(key, lambda session: _condition(key, _asked(session, caller, project_id)))


def _asked(session: Session, caller: Caller, project_id: int) -> str:
    """Return the ids of what they may read, with commas between."""
    mine = Source.project_id == project_id, visible_to(caller), Source.id.not_in(_hidden_memos(caller))
    if session.get_bind().dialect.name != "sqlite":
        return ",".join(map(str, session.scalars(select(Source.id).where(*mine))))
    # One row is read far quicker than thousands.
    return session.scalar(select(func.group_concat(cast(Source.id, String))).where(*mine)) or ""


def _condition(key: tuple[Hashable, ...], joined: str) -> Node:
    """Make the condition of ids; the same one as before if they are the same."""
    with _Before.lock:
        before = _Before.answers.get(key)
    if before is not None and before[0] == joined:
        return before[1]
    node = AnyOf((Column("source", frozenset(joined.split(",")) if joined else _NO_VALUE), OF_NO_SOURCE))
    with _Before.lock:
        _Before.answers[key] = joined, node
        _Before.answers.move_to_end(key)
        while len(_Before.answers) > MOST_KEPT:
            _Before.answers.popitem(last=False)
    return node


def _hidden_memos(caller: Caller) -> Select[int]:
    """Memos about codings that the caller may not know of, since a round is coded blind."""
    return select(Memo.source_id).where(Memo.target_kind == "coding", is_unseen(caller, Memo.target_id))


def _key(caller: Caller, project_id: int) -> tuple[Hashable, ...]:
    """Tell apart all that the rule may depend on: whatever is known of a caller."""
    known = (getattr(caller, one.name) for one in fields(caller))
    return project_id, *(frozenset(value.items()) if isinstance(value, Mapping) else value for value in known)
