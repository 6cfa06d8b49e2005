"""Splitting a code: some of its codings go to a new code or to another that is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from kmwiki.coding.codebook.codes import add_code, may_edit
from kmwiki.coding.codebook.going_over import Over, send_over
from kmwiki.coding.codebook.versions import Extra, note_change
from kmwiki.coding.codings import usable_code
from kmwiki.coding.models import Coding
from kmwiki.coding.schemas import CodeIn
from kmwiki.coding.seen import OF_NO_ROUND, seen_by
from kmwiki.errors import Conflict, Invalid, say
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Source

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

    from kmwiki.coding.models import Code
    from kmwiki.security.policy import Caller

MANY = 500  # ids in one statement
MOST = 20_000  # codings that go in one change


def split_code(
    session: Session, caller: Caller, code: Code, into: Code | CodeIn, coding_ids: Collection[int], *, reason: str = ""
) -> tuple[Code, Over]:
    """Put these codings of a code under another, or under a new one. Return that one, and what went.

    Only codings that the caller can read go, none of a round: what is compared must not change behind the comparison.
    Those that are no longer under the code are left as they are and told in `left`. Whose coding it is, its memo, voice
    and place stay. Invalid if none is named; Conflict if none is left to go, or if one of the codes is out of use.
    """
    may_edit(caller, code.project_id)
    if code.state != "live":
        raise Conflict(say("“%(name)s” is no longer in use, so it cannot be split.", name=code.name_th))
    if not coding_ids:
        raise Invalid.one("coding_ids", say("Tick the passages that are to go to the other code."))
    if len(coding_ids) > MOST:
        raise Invalid.one("coding_ids", say("At most %(most)s passages go in one change.", most=MOST))
    rows = _rows(session, caller, code, coding_ids)
    if not rows:
        message = say(
            "None of these passages stands under “%(name)s” any more. Look at them as they are now.", name=code.name_th
        )
        raise Conflict(message)
    target, is_new = _target(session, code, into)
    over = send_over(session, rows, target.id)
    over.left = sorted(set(coding_ids) - {row.id for row in rows})
    note_change(
        session,
        caller,
        "code.split",
        [target, code],
        reason=reason,
        extra=Extra(kept=over.as_kept()),
        split=code.id,
        into=target.id,
        is_new=is_new,
        codings=over.ids,
    )
    return target, over


def _target(session: Session, code: Code, into: Code | CodeIn) -> tuple[Code, bool]:
    if isinstance(into, CodeIn):
        made = add_code(session, code.project_id, into)
        return usable_code(session, code.project_id, made.id), True
    target = usable_code(session, code.project_id, into.id)
    if target.id == code.id:
        raise Invalid.one("into", say("Choose another code than the one that is split."))
    return target, False


def _rows(session: Session, caller: Caller, code: Code, coding_ids: Collection[int]) -> list[Coding]:
    found: list[Coding] = []
    wanted = sorted(set(coding_ids))
    for start in range(0, len(wanted), MANY):
        found += session.scalars(
            select(Coding)
            .join(Source, Source.id == Coding.source_id)
            .where(Coding.id.in_(wanted[start : start + MANY]), Coding.code_id == code.id, Coding.deleted.is_(None))
            .where(OF_NO_ROUND, seen_by(caller), visible_to(caller))
            .order_by(Coding.id)
        )
    return found
