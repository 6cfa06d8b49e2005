"""Undo and redo of coding: each person goes back and forth in their own actions on an entry, and overwrites nobody's.

An action is undone only while every coding it touched still stands as it left them; otherwise a Conflict says what has
changed and who did it. An edit of the text is no such change: code, voice, memo and presence come back, and the place
is carried to the text as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import select

from kmwiki.coding.access import may_change
from kmwiki.coding.actions.made_codes import bring_code_back, take_code_away
from kmwiki.coding.actions.models import CodingAction
from kmwiki.coding.actions.noting import next_to_redo, next_to_undo, words_of
from kmwiki.coding.actions.stances import differing, stances_of
from kmwiki.coding.actions.who_changed import changed_since
from kmwiki.coding.carrying import Place, bring_to_head, lay_back
from kmwiki.coding.codings import usable_code
from kmwiki.coding.in_rounds import check_open
from kmwiki.coding.models import BatchCoding, Code, Coding
from kmwiki.coding.seen import seen_by
from kmwiki.coding.twins import standing_on
from kmwiki.db import now
from kmwiki.errors import Conflict, Forbidden, NotFound, say
from kmwiki.events.service import record
from kmwiki.security.policy import Permission, can
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from kmwiki.coding.actions.stances import Stance
    from kmwiki.errors import Message
    from kmwiki.security.policy import Caller

Side = Literal["before", "after"]


@dataclass(frozen=True, slots=True)
class Done:
    """What undoing or redoing did: the action in words, the ids of the codings it touched; not new if done before."""

    action_id: int
    words: Message
    codings: list[int]
    is_new: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be undone or redone: by default, what comes next.

    `action` says which one is meant: if it is on the other side already, nothing is done twice. `past` leaves the next
    one as it stands, for good, and goes to the one after it. `round_id` names the round at whose desk this is.
    """

    action: int | None = None
    past: int | None = None
    round_id: int | None = None


NEXT = Wish()


def undo(session: Session, caller: Caller, root: Source, wish: Wish = NEXT) -> Done:
    """Undo the caller's newest action on an entry; `root` is its source.

    Conflict if there is nothing, or if somebody has changed since what it touched; NotFound for another's action.
    """
    return _go_one(session, caller, root, wish, "before")


def redo(session: Session, caller: Caller, root: Source, wish: Wish = NEXT) -> Done:
    """Do again what the caller undid last on an entry. Errors as in `undo`."""
    return _go_one(session, caller, root, wish, "after")


def _go_one(session: Session, caller: Caller, root: Source, wish: Wish, to: Side) -> Done:
    if caller.user_id is None or not can(caller, Permission.CODE, root.project_id):
        raise Forbidden(say("Your role in this project does not let you code. Ask an owner of the project."))
    find = next_to_undo if to == "before" else next_to_redo
    following = find(session, caller.user_id, root.id, wish.round_id)
    if following is not None and following.id == wish.past:
        session.delete(following)
        session.flush()
        following = find(session, caller.user_id, root.id, wish.round_id)
    if wish.action is not None:
        given = _given(session, caller, root, wish.action)
        if (given.undone is not None) == (to == "before"):
            return _done(session, caller, given, is_new=False)
        if following is None or following.id != given.id:
            raise Conflict(_not_next(to), {"action": following.id if following else None})
    if following is None:
        raise Conflict(
            say("There is nothing to undo on this note.")
            if to == "before"
            else say("There is nothing to do again on this note.")
        )
    try:
        return _go(session, caller, following, to)
    except Conflict as error:
        error.details.setdefault("action", following.id)  # so that it can be passed over
        raise


def _not_next(to: Side) -> Message:
    if to == "before":
        return say("You have done something else on this note since. Undo that first.")
    return say("Something else that you undid comes first. Do that again before this.")


def _given(session: Session, caller: Caller, root: Source, action_id: int) -> CodingAction:
    action = session.get(CodingAction, action_id)
    if action is None or action.user_id != caller.user_id or action.root_id != root.id:
        raise NotFound(say("There is nothing of yours to undo here under that number."))
    return action


def _go(session: Session, caller: Caller, first: CodingAction, to: Side) -> Done:
    """Bring the codings of an action, and of all that was done with it, to one side. All of it, or none."""
    actions = [first, *_others_of(session, first)]
    codings = _codings(session, caller, actions)
    if to == "after":
        bring_code_back(session, caller, first)
    for action in actions:
        _swing(session, caller, action, codings, to)
    if to == "before":
        take_code_away(session, caller, first)
    moment = now() if to == "before" else None
    for action in actions:
        action.undone = moment
    session.flush()
    record(
        session,
        caller,
        "coding.undone" if to == "before" else "coding.redone",
        project_id=first.project_id,
        source_id=first.root_id,
        action=first.verb,
        coding=min(codings),  # who may not know of it is not told of the event either
        codings=sorted(codings),
    )
    return _done(session, caller, first)


def _others_of(session: Session, action: CodingAction) -> Sequence[CodingAction]:
    """Return what was done together with an action on other entries and is on the same side still."""
    if action.together is None:
        return []
    side = CodingAction.undone.is_(None) if action.undone is None else CodingAction.undone.is_not(None)
    wanted = select(CodingAction).where(
        CodingAction.user_id == action.user_id,
        CodingAction.together == action.together,
        CodingAction.id != action.id,
        side,
    )
    return session.scalars(wanted.order_by(CodingAction.id)).all()


def _codings(session: Session, caller: Caller, actions: Sequence[CodingAction]) -> dict[int, Coding]:
    """Return the codings that the actions touched.

    Conflict if the caller may not read or change them any more, or if they are of a round that is closed.
    """
    ids = {step["coding"] for action in actions for step in action.steps}
    wanted = select(Coding).join(Source, Source.id == Coding.source_id)
    rows = session.scalars(wanted.where(Coding.id.in_(ids), visible_to(caller), seen_by(caller)))
    found = {coding.id: coding for coding in rows}
    if ids - found.keys():
        raise Conflict(say("The text of this coding is in the bin, or you may not read it any more."))
    if not all(may_change(caller, coding) for coding in found.values()):
        raise Conflict(say("This coding is another person's. Only its coder or a supervisor may change it."))
    for coding in found.values():
        check_open(session, coding)
    return found


def _swing(session: Session, caller: Caller, action: CodingAction, codings: dict[int, Coding], to: Side) -> None:
    origin: Side = "after" if to == "before" else "before"
    steps = [(codings[step["coding"]], _side(step, origin), _side(step, to)) for step in action.steps]
    present = stances_of(session, [coding for coding, _, _ in steps])
    for coding, left, _ in steps:
        changed = differing(session, coding, present[coding.id], left)
        if changed:
            message, by = changed_since(session, coding, changed[0])
            raise Conflict(message, {"coding_id": coding.id, "changed": changed, "by": by})
    for coding, left, wanted in sorted(steps, key=lambda step: not step[2]["gone"]):  # what goes makes room first
        _apply(session, caller, coding, left, wanted)


def _side(step: dict[str, Any], side: Side) -> Stance:
    """Return how a coding stands on one side of a step. Before it was made, it is as though it had been taken away."""
    stance: Stance | None = step[side]
    return {**step["after"], "gone": True} if stance is None else stance


def _apply(session: Session, caller: Caller, coding: Coding, left: Stance, wanted: Stance) -> None:
    """Give a coding what the action changed of it, as it was on the other side."""
    if wanted["gone"]:
        coding.deleted = coding.deleted or now()
        session.flush()
        return
    is_back = left["gone"]
    was = coding.code_id, coding.start, coding.end
    if is_back:
        bring_to_head(session, coding)
    elif wanted["place"] != left["place"]:
        _move(session, coding, wanted)
    if is_back or (wanted["code"], coding.start, coding.end) != was:
        usable_code(session, coding.project_id, wanted["code"])
        _check_room(session, coding, wanted["code"])
    coding.code_id, coding.deleted = wanted["code"], None
    coding.voice, coding.memo = wanted["voice"], wanted["memo"]
    if wanted["status"] != coding.status:
        _set_status(session, caller, coding, wanted["status"])
    session.flush()


def _check_room(session: Session, coding: Coding, code_id: int) -> None:
    twin = standing_on(session, coding, (coding.start, coding.end), code_id=code_id)
    if twin is not None:
        name = session.get_one(Code, code_id).name_th
        raise Conflict(say("The passage is under “%(name)s” already.", name=name), {"coding_id": twin.id})


def _move(session: Session, coding: Coding, wanted: Stance) -> None:
    start, end, state = wanted["place"]
    laid = wanted["laid"]
    place, decided_by = Place(start, end, state), laid[3] if laid else None
    lay_back(session, coding, wanted["revision"], place, decided_by=decided_by, is_laid=laid is not None)


def _set_status(session: Session, caller: Caller, coding: Coding, status: str) -> None:
    coding.status = status
    made = session.get(BatchCoding, coding.id)
    if made is not None:
        is_accepted = status == "accepted"
        made.accepted_by = caller.user_id if is_accepted else None
        made.accepted = now() if is_accepted else None


def _done(session: Session, caller: Caller, action: CodingAction, *, is_new: bool = True) -> Done:
    return Done(action.id, words_of(session, caller, action), [step["coding"] for step in action.steps], is_new)
