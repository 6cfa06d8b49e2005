"""The stop list of a project: kmwiki's own words that tell little, what the project adds, and what it counts again.

Every change has a number, says who made it and when, and can be taken back. The number of the last one is the version
of the list, so that a table of counts can say by which list it was made.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select

from kmwiki.accounts.models import User
from kmwiki.analysis.concordance import word_key
from kmwiki.analysis.models import StopWordChange
from kmwiki.errors import Conflict, Invalid, NotFound, say
from kmwiki.events.service import record
from kmwiki.security.policy import Permission
from kmwiki.sources.access import demand
from kmwiki.text.thai import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.security.policy import Caller

_BUILT_IN = Path(__file__).parent / "data" / "stop_words.txt"
LONGEST = 60
MOST = 5000
STATES = ("stop", "count", "default")


@cache
def built_in() -> dict[str, str]:
    """Return kmwiki's own stop words: folded -> as written."""
    lines = _BUILT_IN.read_text(encoding="utf-8").splitlines()
    return {fold(line).strip(): line for line in lines if line and not line.startswith("#")}


@dataclass(frozen=True, slots=True)
class StopList:
    """The words that are not counted in a project, folded; `version` is the number of the last change, 0 for none."""

    keys: frozenset[str]
    version: int


class StopWord(NamedTuple):
    """A word of the list page: `state` is stop or count, `is_own` whether the project has said so itself."""

    key: str
    word: str
    state: str
    is_own: bool


def _latest(session: Session, project_id: int) -> dict[str, StopWordChange]:
    rows = session.scalars(
        select(StopWordChange).where(StopWordChange.project_id == project_id).order_by(StopWordChange.no)
    )
    return {row.key: row for row in rows}


def stop_list(session: Session, project_id: int) -> StopList:
    """Return the stop list of a project as it is now."""
    changes = _latest(session, project_id)
    keys = set(built_in())
    for key, row in changes.items():
        if row.state == "stop":
            keys.add(key)
        elif row.state == "count":
            keys.discard(key)
    return StopList(frozenset(keys), max((row.no for row in changes.values()), default=0))


def all_stop_words(session: Session, project_id: int) -> list[StopWord]:
    """Return every word of the list in the order of the Thai dictionary, those that are counted again among them."""
    found = {key: StopWord(key, word, "stop", is_own=False) for key, word in built_in().items()}
    for key, row in _latest(session, project_id).items():
        if row.state != "default":
            found[key] = StopWord(key, row.word, row.state, is_own=True)
    return sorted(found.values(), key=lambda one: word_key(one.word))


def set_stop_word(session: Session, caller: Caller, project: Project, word: str, state: str) -> int:
    """Stop counting a word, count it again, or leave it to the built-in list. Return the number of the change.

    Invalid for a word that cannot be one; Conflict if the list says so already or is full.
    """
    demand(caller, Permission.EDIT_CODEBOOK, project.id)
    word = " ".join(word.split())
    key = fold(word).strip()
    if state not in STATES:
        raise Invalid.one("state", say("%(value)s is none of: %(names)s.", value=state[:80], names=", ".join(STATES)))
    if not any(char.isalnum() for char in key):
        raise Invalid.one("word", say("Write a word."))
    if len(word) > LONGEST:
        raise Invalid.one("word", say("At most %(most)s characters.", most=LONGEST))
    changes = _latest(session, project.id)
    before = changes[key].state if key in changes else "default"
    if _effect(key, before) == _effect(key, state):
        message = (
            say("“%(word)s” is on the stop list already.", word=word)
            if _effect(key, state) == "stop"
            else say("“%(word)s” is counted already.", word=word)
        )
        raise Conflict(message)
    if len(changes) >= MOST and key not in changes:
        raise Conflict(say("A stop list holds at most %(most)s words of a project.", most=MOST))
    no = _write(session, caller, project.id, key, (word, _stored(key, state)))
    verb = "stop_word.added" if state == "stop" or _effect(key, state) == "stop" else "stop_word.removed"
    record(session, caller, verb, project_id=project.id, no=no, word=word)
    return no


def _effect(key: str, state: str) -> str:
    """Return what a state comes to: stop or count."""
    return ("stop" if key in built_in() else "count") if state == "default" else state


def _stored(key: str, state: str) -> str:
    """Return how a state is kept: what the built-in list says by itself is no word of the project."""
    return "default" if state == _effect(key, "default") else state


def undo_stop_word(session: Session, caller: Caller, project: Project, no: int) -> int:
    """Take a change back. NotFound; Conflict if the word has been changed since."""
    demand(caller, Permission.EDIT_CODEBOOK, project.id)
    row = session.scalar(select(StopWordChange).where(StopWordChange.project_id == project.id, StopWordChange.no == no))
    if row is None:
        raise NotFound(say("There is no change %(no)s in this stop list.", no=no))
    if _latest(session, project.id)[row.key].no != no:
        raise Conflict(say("“%(word)s” has been changed since, so this cannot be undone.", word=row.word))
    before = session.scalar(
        select(StopWordChange.state)
        .where(StopWordChange.project_id == project.id, StopWordChange.key == row.key, StopWordChange.no < no)
        .order_by(StopWordChange.no.desc())
        .limit(1)
    )
    new = _write(session, caller, project.id, row.key, (row.word, before or "default"))
    record(session, caller, "stop_word.undone", project_id=project.id, no=new, undone=no)
    return new


def _write(session: Session, caller: Caller, project_id: int, key: str, told: tuple[str, str]) -> int:
    last = session.scalar(select(func.max(StopWordChange.no)).where(StopWordChange.project_id == project_id))
    no = (last or 0) + 1
    word, state = told
    session.add(StopWordChange(project_id=project_id, no=no, key=key, word=word, state=state, author_id=caller.user_id))
    session.flush()
    return no


def history(
    session: Session, project_id: int, *, offset: int = 0, size: int = 50
) -> tuple[Sequence[tuple[StopWordChange, str | None]], int]:
    """Return changes with who made them, the newest first, and how many there are."""
    rows = session.execute(
        select(StopWordChange, User.name)
        .outerjoin(User, User.id == StopWordChange.author_id)
        .where(StopWordChange.project_id == project_id)
        .order_by(StopWordChange.no.desc())
        .offset(offset)
        .limit(size)
    ).all()
    total = select(func.count()).where(StopWordChange.project_id == project_id)
    return [(row, name) for row, name in rows], session.scalar(total) or 0
