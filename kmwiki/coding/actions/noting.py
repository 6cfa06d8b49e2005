"""What each person has done on an entry's codings: every verb notes it here, so that it can be undone.

The list is a stack for each person and entry. It holds the latest `MOST` actions, and a new one ends what could have
been done again. `coding.undoing` goes back and forth in it.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import delete, select

from kmwiki.coding.actions.models import CodingAction
from kmwiki.coding.actions.stances import stances_of
from kmwiki.coding.models import Code, Coding
from kmwiki.coding.seen import seen_by
from kmwiki.errors import say
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Source
from kmwiki.text.clusters import clip

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from kmwiki.coding.actions.stances import Stance
    from kmwiki.errors import Message
    from kmwiki.security.policy import Caller

MOST = 200
"""So many actions of a person on an entry are kept."""
SHOWN = 40  # code points of a quote in a label
_KEY = "kmwiki.coding.together"


@dataclass(slots=True)
class _Gathered:
    """What the verbs inside of `together` have done so far."""

    made_code: int | None
    verb: str = ""
    steps: dict[int, tuple[Coding, dict[str, Any]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Label:
    """An action that can be undone or done again, in words."""

    id: int
    words: Message


@dataclass(frozen=True, slots=True)
class Labels:
    """What a person would undo and do again next on an entry."""

    undo: Label | None = None
    redo: Label | None = None


@contextmanager
def together(session: Session, caller: Caller, *, verb: str = "", made_code: int | None = None) -> Iterator[None]:
    """Let all verbs of the block be one action (one on each entry touched). `made_code`: a code made for it.

    `verb` names the action; by default it is that of the first verb.
    """
    if _KEY in session.info:
        yield
        return
    gathered = session.info[_KEY] = _Gathered(made_code, verb)
    try:
        yield
    finally:
        del session.info[_KEY]
    if gathered.steps:
        _write(session, caller, gathered)


def note(
    session: Session,
    caller: Caller,
    verb: str,
    codings: Iterable[Coding],
    before: Mapping[int, Stance] | None = None,
    *,
    is_fresh: bool = False,
) -> None:
    """Note that `verb` was done to these codings; `before` tells how they stood, None if it made them.

    One that stands as it stood is left out, and nothing is noted of what the program does by itself. `is_fresh` says
    that they have stood in no other revision, which need not be asked then.
    """
    if caller.user_id is None:
        return
    rows = list(codings)
    after = stances_of(session, rows, is_fresh=is_fresh)
    steps: dict[int, tuple[Coding, dict[str, Any]]] = {
        row.id: (row, {"coding": row.id, "before": before[row.id] if before else None, "after": after[row.id]})
        for row in rows
        if before is None or before[row.id] != after[row.id]
    }
    gathered = session.info.get(_KEY)
    if gathered is None:
        if steps:
            _write(session, caller, _Gathered(None, verb, steps))
        return
    gathered.verb = gathered.verb or verb
    for number, (row, step) in steps.items():
        if number in gathered.steps:
            gathered.steps[number][1]["after"] = step["after"]
        else:
            gathered.steps[number] = row, step


def next_to_undo(
    session: Session, user_id: int | None, root_id: int, round_id: int | None = None
) -> CodingAction | None:
    """Return the newest action of a person on an entry that is not undone."""
    done = select(CodingAction).where(*_mine(user_id, root_id, round_id), CodingAction.undone.is_(None))
    return session.scalar(done.order_by(CodingAction.id.desc()).limit(1))


def next_to_redo(
    session: Session, user_id: int | None, root_id: int, round_id: int | None = None
) -> CodingAction | None:
    """Return the action that was undone last."""
    undone = select(CodingAction).where(*_mine(user_id, root_id, round_id), CodingAction.undone.is_not(None))
    return session.scalar(undone.order_by(CodingAction.undone.desc(), CodingAction.id).limit(1))


def actions_of(session: Session, caller: Caller, root_id: int, round_id: int | None = None) -> Labels:
    """Return what the caller would undo and do again next on the entry whose source is `root_id`.

    At the desk of a round that is what they did in the round, elsewhere what they did outside of rounds.
    """
    if caller.user_id is None:
        return Labels()
    place = caller.user_id, root_id, round_id
    found = next_to_undo(session, *place), next_to_redo(session, *place)
    told = _told(session, caller, [action for action in found if action is not None])
    undo, redo = (None if action is None else Label(action.id, told[action.id]) for action in found)
    return Labels(undo, redo)


def words_of(session: Session, caller: Caller, action: CodingAction) -> Message:
    """Say what an action did, without words of what the caller may not know of any more."""
    return _told(session, caller, [action])[action.id]


def _mine(user_id: int | None, root_id: int, round_id: int | None) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of one stack."""
    return (
        CodingAction.user_id == user_id,
        CodingAction.root_id == root_id,
        CodingAction.round_id.is_(None) if round_id is None else CodingAction.round_id == round_id,
    )


def _write(session: Session, caller: Caller, gathered: _Gathered) -> None:
    """Add the action to the stack of each entry it touched; what was undone there is past, and the oldest goes."""
    assert caller.user_id is not None  # noqa: S101 - `note` gathers nothing of others
    stacks: dict[tuple[int, int | None], list[dict[str, Any]]] = {}
    project_id = 0
    for coding, step in gathered.steps.values():
        if step["before"] != step["after"]:
            stacks.setdefault((coding.root_id, coding.round_id), []).append(step)
            project_id = coding.project_id
    key = uuid4().hex if len(stacks) > 1 else None
    for (root_id, round_id), steps in stacks.items():
        _make_room(session, _mine(caller.user_id, root_id, round_id))
        session.add(
            CodingAction(
                project_id=project_id,
                root_id=root_id,
                round_id=round_id,
                user_id=caller.user_id,
                verb=gathered.verb,
                together=key,
                made_code=gathered.made_code,
                steps=steps,
            )
        )
    session.flush()


def _make_room(session: Session, mine: tuple[ColumnElement[bool], ...]) -> None:
    _drop(session, *mine, CodingAction.undone.is_not(None))
    oldest = select(CodingAction.id).where(*mine).order_by(CodingAction.id.desc()).offset(MOST - 1).limit(1)
    last = session.scalar(oldest)
    if last is not None:
        _drop(session, *mine, CodingAction.id <= last)


def _drop(session: Session, *which: ColumnElement[bool]) -> None:
    session.execute(delete(CodingAction).where(*which).execution_options(synchronize_session=False))


def _told(session: Session, caller: Caller, actions: list[CodingAction]) -> dict[int, Message]:
    """Say what each action did, by its id: two statements for all."""
    firsts = {action.id: action.steps[0] for action in actions}
    quotes = (
        select(Coding.id, Coding.ev_quote)
        .join(Source, Source.id == Coding.source_id)
        .where(Coding.id.in_([step["coding"] for step in firsts.values()]), visible_to(caller), seen_by(caller))
    )
    names = select(Code.id, Code.name_th).where(Code.id.in_([step["after"]["code"] for step in firsts.values()]))
    quote = {row.id: row.ev_quote for row in session.execute(quotes)}
    name = {row.id: row.name_th for row in session.execute(names)}
    return {
        action.id: _words(
            action, name.get(firsts[action.id]["after"]["code"], "…"), quote.get(firsts[action.id]["coding"], "…")
        )
        for action in actions
    }


def _words(action: CodingAction, name: str, quote: str) -> Message:
    given = {"name": name, "quote": clip(" ".join(quote.split()), SHOWN), "count": len(action.steps)}
    if action.verb == "coding.split":
        return say("split “%(name)s” on “%(quote)s”", **given)
    if len(action.steps) > 1 or action.together:
        return _words_of_many(action.verb, given)
    step = action.steps[0]
    if step["before"] is None:
        return say("code “%(name)s” on “%(quote)s”", **given)
    if step["before"]["gone"] != step["after"]["gone"]:
        if step["after"]["gone"]:
            return say("take “%(name)s” away from “%(quote)s”", **given)
        return say("bring “%(name)s” back on “%(quote)s”", **given)
    return _words_of_change(step, given)


def _words_of_many(verb: str, given: dict[str, Any]) -> Message:
    if verb == "coding.added":  # of one passage, as far as our own doors go
        return say("%(count)s codes on “%(quote)s”, the first “%(name)s”", **given)
    if verb == "coding.removed":
        return say("take %(count)s codings away, the first “%(name)s” on “%(quote)s”", **given)
    if verb in {"coding.accepted", "coding.confirmed", "batch.accepted"}:
        return say("accept %(count)s codings, the first “%(name)s” on “%(quote)s”", **given)
    return say("change %(count)s codings, the first “%(name)s” on “%(quote)s”", **given)


def _words_of_change(step: dict[str, Any], given: dict[str, Any]) -> Message:
    changed = {name for name in step["after"] if step["before"][name] != step["after"][name]}
    if "code" in changed:
        return say("recode “%(quote)s” as “%(name)s”", **given)
    if "memo" in changed:
        return say("change the memo of “%(name)s” on “%(quote)s”", **given)
    if "voice" in changed:
        return say("change the voice of “%(name)s” on “%(quote)s”", **given)
    if step["before"]["place"][:2] != step["after"]["place"][:2]:
        return say("move “%(name)s” on “%(quote)s”", **given)
    return say("accept “%(name)s” on “%(quote)s”", **given)
