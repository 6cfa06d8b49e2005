"""What a caller may read, as a condition for the engine: decided by the database, never by the index.

`sources.access.visible_to` is asked for every search, on the database as it is at that moment. Its answer is kept only
together with the mark of `db.watching`, which is another one as soon as anybody has committed anything at all.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, ClassVar

from sqlalchemy import String, cast, func, select

from kmwiki.db import watching
from kmwiki.search.engine import AnyOf, Column, Node, Without
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Source

if TYPE_CHECKING:
    from sqlalchemy import Select

    from kmwiki.security.policy import Caller

MOST_KEPT = 32
OF_NO_SOURCE: Node = Without(Column("source"))
"""Codes: whoever may search a project may read its codebook."""


class _Kept:
    """Answers of the database, each under the statement that was asked with its values."""

    lock = Lock()
    answers: ClassVar[OrderedDict[tuple[str, str], tuple[tuple[int, int], Node]]] = OrderedDict()


def readable(caller: Caller, project_id: int) -> Node:
    """Return the condition that holds for the texts of a project that the caller may read now."""
    asked = select(func.group_concat(cast(Source.id, String))).where(
        Source.project_id == project_id, visible_to(caller)
    )
    with watching() as (session, mark):
        key = _key(asked)
        with _Kept.lock:
            kept = _Kept.answers.get(key)
        if kept is not None and kept[0] == mark:
            return kept[1]
        if mark is None:
            ids = frozenset(map(str, session.scalars(asked.with_only_columns(Source.id))))
        else:
            ids = frozenset((session.scalar(asked) or "").split(","))  # one row is read far quicker than thousands
        node = AnyOf((Column("source", ids - {""} or frozenset({""})), OF_NO_SOURCE))
    if mark is not None:
        with _Kept.lock:
            _Kept.answers[key] = mark, node
            _Kept.answers.move_to_end(key)
            while len(_Kept.answers) > MOST_KEPT:
                _Kept.answers.popitem(last=False)
    return node


def _key(asked: Select[tuple[str]]) -> tuple[str, str]:
    """Tell apart all that the rule may depend on: the statement holds who the caller is and what they may do."""
    compiled = asked.compile()
    return str(compiled), repr(sorted(compiled.params.items()))
