"""Texts and coders of a round: who may be chosen, and that every coder may read every text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kmwiki.accounts.models import Membership, User
from kmwiki.accounts.queries import caller_for_user
from kmwiki.entries.models import Entry
from kmwiki.errors import Invalid, NotFound, say
from kmwiki.security.policy import Caller, Permission, Role, can
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Source

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy.orm import Session

MOST_NAMED = 5
"""So many texts a refusal names; of the others it tells how many there are."""


def possible_coders(session: Session, project_id: int) -> list[User]:
    """Return the members who may code, by name."""
    labels = [role.label for role in Role if can(_somebody(project_id, role), Permission.CODE, project_id)]
    wanted = select(User).join(Membership, Membership.user_id == User.id)
    wanted = wanted.where(Membership.project_id == project_id, Membership.role.in_(labels), User.is_active)
    return list(session.scalars(wanted.order_by(User.name, User.id)))


def coders_in(session: Session, project_id: int, ids: Iterable[int], *, left_too: bool = False) -> list[Caller]:
    """Return these people as callers. Invalid for who may not code in the project; `left_too` leaves those out."""
    found: list[Caller] = []
    for user_id in dict.fromkeys(ids):
        caller = _active(session, user_id)
        if caller is not None and can(caller, Permission.CODE, project_id):
            found.append(caller)
        elif not left_too:
            name = caller.name if caller is not None and can(caller, Permission.READ, project_id) else str(user_id)
            message = say(
                "%(name)s may not code in this project. Choose researchers, supervisors or owners.", name=name
            )
            raise Invalid.one("coder_ids", message)
    return found


def _active(session: Session, user_id: int) -> Caller | None:
    try:
        return caller_for_user(session, user_id)
    except NotFound:
        return None


def entries_in(
    session: Session, caller: Caller, project_id: int, ids: Iterable[int], *, known: Collection[int] = ()
) -> list[Entry]:
    """Return these entries with their sources, by number. Invalid for one that the caller may not read.

    Those whose source is `known` are of the round already and need not be readable to whoever changes it.
    """
    wanted = list(dict.fromkeys(ids))
    statement = (
        select(Entry)
        .join(Source, Source.id == Entry.source_id)
        .where(Entry.project_id == project_id, visible_to(caller) | Source.id.in_(known))
        .options(joinedload(Entry.source))
        .order_by(Entry.number)
    )
    found: dict[int, Entry] = {}
    for start in range(0, len(wanted), 500):
        rows = session.scalars(statement.where(Entry.id.in_(wanted[start : start + 500])))
        found.update((entry.id, entry) for entry in rows)
    missing = [entry_id for entry_id in wanted if entry_id not in found]
    if missing:
        raise Invalid.one(
            "entry_ids", say("There is no note %(id)s here, or it is not for you to read.", id=missing[0])
        )
    return sorted(found.values(), key=lambda entry: entry.number)


def check_readers(
    session: Session, caller: Caller, coders: Sequence[Caller], texts: Iterable[Entry] | Collection[int]
) -> None:
    """Raise Invalid if one of these coders may not read one of the texts, naming both as far as the caller may know."""
    roots = {text if isinstance(text, int) else text.source_id for text in texts}
    for coder in coders:
        hidden = _hidden_from(session, coder, roots)
        if not hidden:
            continue
        unknown = {entry.id for entry in _hidden_from(session, caller, [entry.source_id for entry in hidden])}
        names = [f"{entry.number}" if entry.id in unknown else f"“{entry.title}”" for entry in hidden]
        titles = ", ".join(names[:MOST_NAMED])
        if len(hidden) > MOST_NAMED:
            message = say(
                "%(name)s may not read %(titles)s and %(more)s more. Change who reads them, or leave them out.",
                name=coder.name, titles=titles, more=len(hidden) - MOST_NAMED,
            )  # fmt: skip
        else:
            message = say(
                "%(name)s may not read %(titles)s. Change who reads that, or leave it out.",
                name=coder.name,
                titles=titles,
            )
        raise Invalid.one("entry_ids", message)


def _hidden_from(session: Session, coder: Caller, roots: Collection[int]) -> list[Entry]:
    wanted = list(roots)
    seen: set[int] = set()
    for start in range(0, len(wanted), 500):
        some = wanted[start : start + 500]
        seen.update(session.scalars(select(Source.id).where(Source.id.in_(some), visible_to(coder))))
    missing = set(roots) - seen
    return list(session.scalars(select(Entry).where(Entry.source_id.in_(missing)).order_by(Entry.number)))


def _somebody(project_id: int, role: Role) -> Caller:
    return Caller(roles={project_id: role})


def entry_with(session: Session, project_id: int, number: int) -> Entry:
    """Return the entry of that number with its source, whoever may read it. NotFound."""
    found = session.scalar(
        select(Entry).where(Entry.project_id == project_id, Entry.number == number).options(joinedload(Entry.source))
    )
    if found is None:
        raise NotFound(say("There is no note %(number)s here.", number=number))
    return found
