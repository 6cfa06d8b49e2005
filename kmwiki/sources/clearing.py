"""Clearing what looks personal and is not: the telephone of an office that a project wants to be seen and searched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kmwiki.accounts.models import User
from kmwiki.errors import Invalid, NotFound, say
from kmwiki.events.service import record
from kmwiki.security.policy import Permission
from kmwiki.sources.access import demand
from kmwiki.sources.models import Cleared, Revision, Source
from kmwiki.sources.texts import problem_of
from kmwiki.text.personal import find_personal, plain_form

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.security.policy import Caller

LONGEST, LONGEST_REASON = 200, 500


def clear_personal(session: Session, caller: Caller, project_id: int, text: str, *, reason: str = "") -> Cleared:
    """Let a number or address be seen and searched in a project, however it is written; clearing twice is once.

    Invalid (`text`, `reason`) unless the text holds exactly one; Forbidden without SEE_PERSONAL and WRITE.
    """
    _demand(caller, project_id)
    if problem := problem_of(text, longest=LONGEST):
        raise Invalid.one("text", problem)
    if problem := problem_of(reason, longest=LONGEST_REASON):
        raise Invalid.one("reason", problem)
    found = find_personal(text)
    if not found:
        raise Invalid.one(
            "text", say("This looks like no telephone number, e-mail or citizen's number, so nothing masks it.")
        )
    if len(found) > 1:
        raise Invalid.one("text", say("Give one number or address at a time."))
    written = text[found[0].start : found[0].end]
    form = plain_form(written)
    known = session.scalar(select(Cleared).where(Cleared.project_id == project_id, Cleared.form == form))
    if known is not None:
        return known
    cleared = Cleared(project_id=project_id, text=written, form=form, reason=reason.strip(), created_by=caller.user_id)
    session.add(cleared)
    session.flush()
    changed = _note_change(session, project_id, form)
    record(session, caller, "personal.cleared", project_id=project_id, kind=found[0].kind, id=cleared.id, texts=changed)
    return cleared


def restore_personal(session: Session, caller: Caller, project_id: int, cleared_id: int) -> None:
    """Mask again what had been cleared. NotFound if the project has cleared no such thing."""
    _demand(caller, project_id)
    cleared = session.get(Cleared, cleared_id)
    if cleared is None or cleared.project_id != project_id:
        raise NotFound(say("This number is masked already."))
    form = cleared.form
    session.delete(cleared)
    changed = _note_change(session, project_id, form)
    record(session, caller, "personal.masked", project_id=project_id, id=cleared_id, texts=changed)


def cleared_in(session: Session, caller: Caller, project_id: int) -> Sequence[tuple[Cleared, str]]:
    """Return what a project has cleared, the last first, each with the name of who did. Forbidden as for clearing."""
    _demand(caller, project_id)
    rows = session.execute(
        select(Cleared, User.name)
        .outerjoin(User, User.id == Cleared.created_by)
        .where(Cleared.project_id == project_id)
        .order_by(Cleared.id.desc())
    )
    return [(row, name or "") for row, name in rows]


def _demand(caller: Caller, project_id: int) -> None:
    demand(caller, Permission.SEE_PERSONAL, project_id)
    demand(caller, Permission.WRITE, project_id)


def _note_change(session: Session, project_id: int, form: str) -> int:
    """Have the texts that hold it indexed anew; return how many there are."""
    rows = session.execute(
        select(Source, Revision.reading_text, Revision.meta)
        .join(Revision, (Revision.source_id == Source.id) & (Revision.no == Source.head_no))
        .where(Source.project_id == project_id)
    )
    changed = 0
    for source, text, meta in rows:
        if any(_holds(each, form) for each in (text, *_texts_in(meta))):
            source.clearings += 1
            changed += 1
    return changed


def _holds(text: str, form: str) -> bool:
    return any(plain_form(text[each.start : each.end]) == form for each in find_personal(text))


def _texts_in(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for each in value.values():
                yield from _texts_in(each)
        case list():
            for each in value:
                yield from _texts_in(each)
