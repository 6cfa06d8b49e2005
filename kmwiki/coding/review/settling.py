"""Settling many codings of the review list at once: right as they are, put on other words, on a look-alike, retired.

Who ticks a coding has seen it on certain words of a certain revision. What has changed since is left as it is and told,
never settled unseen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

from sqlalchemy import select

from kmwiki.coding.access import may_change
from kmwiki.coding.actions.back_and_forth import Wish, undo
from kmwiki.coding.actions.models import CodingAction
from kmwiki.coding.actions.noting import together
from kmwiki.coding.codings import accept_coding, change_coding, remove_coding
from kmwiki.coding.models import Coding
from kmwiki.coding.review.filters import waiting
from kmwiki.coding.review.showing import places_of
from kmwiki.coding.schemas import CodingPatch
from kmwiki.db import LARGEST_INTEGER
from kmwiki.errors import Conflict, Forbidden, Invalid, NotFound, say
from kmwiki.security.policy import Permission, can
from kmwiki.sources.models import Source
from kmwiki.sources.queries import heads

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.coding.review.filters import ReviewFilters
    from kmwiki.security.policy import Caller
    from kmwiki.sources.models import Revision

Verb = Literal["accept", "adjust", "alike", "retire"]
VERBS: tuple[Verb, ...] = ("accept", "adjust", "alike", "retire")
Why = Literal["moved", "lost", "others", "doubled", "none", "several"]
MOST = 300
"""So many codings are settled in one go; the page says how many are left."""
NO_WORDS: Mapping[int, str] = MappingProxyType({})
_TICK = re.compile(r"(\d{1,18})@(\d{1,18}):(?:(\d{1,18})-(\d{1,18})|-)", re.ASCII)


class Tick(NamedTuple):
    """A coding as it was seen: at which revision, on which words; no place where it was lost."""

    coding_id: int
    revision: int
    start: int | None
    end: int | None


@dataclass(slots=True)
class Settled:
    """What was done: how many were settled, the ids of those left by why, and the action that undoes it.

    `beyond` counts those that one go does not hold.
    """

    done: int = 0
    left: dict[Why, list[int]] = field(default_factory=dict)
    action: int | None = None
    beyond: int = 0

    def leave(self, why: Why, coding_id: int) -> None:
        """Note that a coding stays as it is."""
        self.left.setdefault(why, []).append(coding_id)


def read_ticks(values: Iterable[str]) -> list[Tick]:
    """Read what forms carry, `12@3:4-10` or `12@3:-`, each once. Invalid for anything else."""
    found: dict[Tick, None] = {}
    for value in values:
        match = _TICK.fullmatch(value)
        numbers = [None if number is None else int(number) for number in match.groups()] if match else []
        if not numbers or any(number is not None and number > LARGEST_INTEGER for number in numbers):
            raise Invalid.one("c", say("“%(value)s” names no coding. Open the list again.", value=value[:80]))
        found[Tick(numbers[0] or 0, numbers[1] or 0, numbers[2], numbers[3])] = None
    return list(found)


def settle(
    session: Session,
    caller: Caller,
    project_id: int,
    verb: Verb,
    ticks: Sequence[Tick],
    *,
    words: Mapping[int, str] = NO_WORDS,
) -> Settled:
    """Do the same to all ticked codings that wait: one action, undone as one. Invalid if nothing is ticked.

    `alike` puts a coding where the same words stand, if they stand in one other place of its text and no more.
    `adjust` puts it on the `words` given for it: where they overlap the place it has, or where alone they stand.
    """
    if not can(caller, Permission.CODE, project_id):
        raise Forbidden(say("Your role in this project does not let you code. Ask an owner of the project."))
    if not ticks:
        raise Invalid.one("c", say("Tick at least one coding."))
    result = Settled(beyond=max(len(ticks) - MOST, 0))
    rows = _waiting(session, caller, project_id, ticks[:MOST])
    texts = heads(session, {source.id: source for _, source in rows.values()}.values())
    with together(session, caller):
        for tick in ticks[:MOST]:
            found = rows.get(tick.coding_id)
            if found is None:
                result.leave("moved", tick.coding_id)
                continue
            coding, source = found
            why = _why_not(caller, coding, tick, source)
            if why is None:
                wish = _Wish(verb, texts[source.id], words.get(coding.id, ""))
                why = _do(session, caller, coding, wish)
            if why is None:
                result.done += 1
            else:
                result.leave(why, coding.id)
    if result.done:
        newest = select(CodingAction.id).where(CodingAction.user_id == caller.user_id).order_by(CodingAction.id.desc())
        result.action = session.scalar(newest.limit(1))
    return result


def ticks_of(session: Session, caller: Caller, project_id: int, filters: ReviewFilters) -> list[Tick]:
    """Return all that waits and the filters let through, as it stands now, those that the caller may settle."""
    rows = session.execute(
        select(Coding, Source.head_no)
        .join(Source, Source.id == Coding.source_id)
        .where(*waiting(caller, project_id, filters))
        .order_by(Coding.id)
    )
    return [Tick(coding.id, no, coding.start, coding.end) for coding, no in rows if may_change(caller, coding)]


def unsettle(session: Session, caller: Caller, project_id: int, action_id: int) -> int:
    """Undo what `settle` did, on all notes; return how many codings wait again.

    NotFound for another's action, Conflict if somebody has changed since what it touched.
    """
    action = session.get(CodingAction, action_id)
    if action is None or action.user_id != caller.user_id or action.project_id != project_id:
        raise NotFound(say("There is nothing of yours to undo here under that number."))
    root = session.get_one(Source, action.root_id)
    done = undo(session, caller, root, Wish(action=action.id, round_id=action.round_id))
    return len(done.codings)


def _waiting(
    session: Session, caller: Caller, project_id: int, ticks: Sequence[Tick]
) -> dict[int, tuple[Coding, Source]]:
    rows = session.execute(
        select(Coding, Source)
        .join(Source, Source.id == Coding.source_id)
        .where(Coding.id.in_([tick.coding_id for tick in ticks]), *waiting(caller, project_id))
    )
    return {coding.id: (coding, source) for coding, source in rows}


def _why_not(caller: Caller, coding: Coding, tick: Tick, source: Source) -> Why | None:
    """Say why a coding cannot be settled as it was ticked."""
    if not may_change(caller, coding):
        return "others"
    if (tick.revision, tick.start, tick.end) != (source.head_no, coding.start, coding.end):
        return "moved"
    return None


class _Wish(NamedTuple):
    """What is to be done with a coding; `words` are those typed for it."""

    verb: Verb
    head: Revision
    words: str


def _do(session: Session, caller: Caller, coding: Coding, wish: _Wish) -> Why | None:
    verb = wish.verb
    if verb == "accept" and coding.start is None:
        return "lost"
    try:
        if verb == "retire":
            remove_coding(session, caller, coding, reason=coding.state)
        elif verb == "accept":
            accept_coding(session, caller, coding)
        else:
            return _put(session, caller, coding, wish)
    except Conflict:
        return "doubled"
    return None


def _put(session: Session, caller: Caller, coding: Coding, wish: _Wish) -> Why | None:
    """Put a coding on other words of the text, if there is one place only that can be meant."""
    text = wish.head.reading_text
    if wish.verb == "alike":
        quote, places = coding.ev_quote, places_of(text, coding.ev_quote, coding.start)
    else:
        quote = wish.words.replace("\r\n", "\n").strip()
        places = _meant(text, quote, coding)
    if len(places) != 1:
        return "several" if places else "none"
    start, end = places[0], places[0] + len(quote)
    if (start, end) == (coding.start, coding.end):
        accept_coding(session, caller, coding)
    else:
        patch = CodingPatch(start=start, end=end, quote=quote, revision=wish.head.no)
        change_coding(session, caller, coding, patch)
    return None


def _meant(text: str, quote: str, coding: Coding) -> list[int]:
    """Return where the words stand that were typed: those places that overlap the present one, if any do."""
    found = places_of(text, quote, None, fewest=1) if quote else []
    start, end = coding.start, coding.end
    if start is None or end is None:
        return found
    return [at for at in found if at < end and start < at + len(quote)] or found
