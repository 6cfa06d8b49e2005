"""Verbs of rounds: make one, change it, say that a text is done, close it, open it again, take it away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, select

from kmwiki.coding.in_rounds import demand_open, seat
from kmwiki.coding.models import Code, Coding, Layer
from kmwiki.coding.round_models import CodingRound, RoundCoder, RoundDecision, RoundMark, RoundText
from kmwiki.db import now
from kmwiki.errors import Conflict, Invalid, say
from kmwiki.events.service import record
from kmwiki.rounds.access import demand_running
from kmwiki.rounds.choosing import check_readers, coders_in, entries_in
from kmwiki.sources.models import Revision
from kmwiki.text.thai import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.entries.models import Entry
    from kmwiki.rounds.schemas import RoundIn, RoundPatch
    from kmwiki.security.policy import Caller
    from kmwiki.sources.models import Source

FEWEST_CODERS = 2
FIXED = ("unit", "is_blind", "code_ids")
"""What stays as it is once somebody has coded: codings made under other rules could not be compared."""


def create_round(session: Session, caller: Caller, project: Project, data: RoundIn) -> CodingRound:
    """Make a round, open at once. Invalid names the texts that one of the coders may not read."""
    demand_running(caller, project.id)
    _check_name(data.name)
    found = CodingRound(
        project_id=project.id, name=data.name, purpose=data.purpose.strip(), unit=data.unit,
        is_blind=data.is_blind, author_id=caller.user_id, code_ids=_codes(session, project.id, data.code_ids),
    )  # fmt: skip
    entries = entries_in(session, caller, project.id, data.entry_ids)
    coders = coders_in(session, project.id, data.coder_ids)
    _check_size(len(entries), len(coders))
    check_readers(session, caller, coders, entries)
    session.add(found)
    session.flush()
    _add(session, found, entries, [coder.user_id or 0 for coder in coders])
    _record(session, caller, "round.made", found, texts=len(entries), users=[coder.user_id for coder in coders])
    return found


def change_round(session: Session, caller: Caller, found: CodingRound, data: RoundPatch) -> CodingRound:
    """Change a round; a list of texts or coders replaces the one that stands.

    Conflict for what cannot change any more: everything of a closed round but its name and purpose, the rules of one
    in which somebody has coded, texts and coders with codings.
    """
    demand_running(caller, found.project_id)
    session.refresh(found, with_for_update=True)
    given = data.model_dump(exclude_unset=True, exclude_none=True)
    if given.keys() - {"name", "purpose"}:
        demand_open(found)
    if "name" in given:
        _check_name(given["name"])
    if "code_ids" in given:
        given["code_ids"] = _codes(session, found.project_id, given["code_ids"])
    changed = {name: value for name, value in given.items() if name not in {"entry_ids", "coder_ids"}}
    changed = {name: value for name, value in changed.items() if value != getattr(found, name)}
    if changed.keys() & set(FIXED) and has_codings(session, found):
        raise Conflict(
            say("Somebody has coded in this round already, so its units, codes and blindness stay as they are.")
        )
    for name, value in changed.items():
        setattr(found, name, value)
    before = _members(session, found)
    _replace_members(session, caller, found, data)
    session.flush()
    after = _members(session, found)
    if changed or before != after:
        _record(session, caller, "round.changed", found, changed=sorted(changed), texts=len(after[0]))
    return found


def mark_text(session: Session, caller: Caller, found: CodingRound, source: Source, *, done: bool) -> None:
    """Note that the caller is done with a text of an open round, or not any more. The same twice changes nothing."""
    seat(session, caller, source, found.id)
    key = (found.id, source.root_id or source.id, caller.user_id or 0)
    mark = session.get(RoundMark, key)
    if done and mark is None:
        session.add(RoundMark(round_id=key[0], root_id=key[1], coder_id=key[2], revision=source.head_no))
    elif done and mark is not None and mark.revision != source.head_no:
        mark.revision, mark.done = source.head_no, now()
    elif not done and mark is not None:
        session.delete(mark)
    else:
        return
    session.flush()
    _record(session, caller, "round.text_done" if done else "round.text_resumed", found, source_id=source.id)


def close_round(session: Session, caller: Caller, found: CodingRound) -> CodingRound:
    """Close a round: from now on everybody who codes here sees what was coded, and nothing of it changes any more."""
    demand_running(caller, found.project_id)
    session.refresh(found, with_for_update=True)
    if found.state == "open":
        found.state, found.closed = "closed", now()
        session.flush()
        _record(session, caller, "round.closed", found)
    return found


def reopen_round(session: Session, caller: Caller, found: CodingRound) -> CodingRound:
    """Open a closed round again, noting when: its coders may have seen each other.

    Conflict once something of it is settled.
    """
    demand_running(caller, found.project_id)
    session.refresh(found, with_for_update=True)
    if found.state == "open":
        return found
    settled = exists().where(RoundDecision.round_id == found.id, RoundDecision.undone.is_(None))
    if session.scalar(select(settled)):
        raise Conflict(
            say("Something of this round is settled already. Take the decisions back first, or make a new round.")
        )
    found.state, found.closed, found.reopened = "open", None, now()
    session.flush()
    _record(session, caller, "round.reopened", found)
    return found


def delete_round(session: Session, caller: Caller, found: CodingRound) -> None:
    """Take away a round in which nobody has coded anything. Conflict otherwise."""
    demand_running(caller, found.project_id)
    session.refresh(found, with_for_update=True)
    if has_codings(session, found, with_removed=True):
        raise Conflict(say("Somebody has coded in this round, so it stays. Close it instead."))
    _record(session, caller, "round.deleted", found)
    for table in (RoundMark, RoundCoder, RoundText, Layer):
        session.execute(delete(table).where(table.round_id == found.id))
    session.delete(found)
    session.flush()


def note_export(session: Session, caller: Caller, found: CodingRound) -> None:
    """Note that the decisions of a round left as a file."""
    _record(session, caller, "round.exported", found)


def has_codings(session: Session, found: CodingRound, *, with_removed: bool = False) -> bool:
    """Whether somebody has coded in the round."""
    there = exists().where(Coding.round_id == found.id)
    return bool(session.scalar(select(there if with_removed else there.where(Coding.deleted.is_(None)))))


def _check_name(name: str) -> None:
    if not fold(name).strip():
        raise Invalid.one("name", say("Give the round a name."))


def _check_size(texts: int, coders: int) -> None:
    if not texts:
        raise Invalid.one("entry_ids", say("Choose at least one text."))
    if coders < FEWEST_CODERS:
        raise Invalid.one("coder_ids", say("Choose at least two coders: with one there is nothing to compare."))


def _codes(session: Session, project_id: int, ids: Iterable[int]) -> list[int]:
    wanted = list(dict.fromkeys(ids))
    there = set(
        session.scalars(select(Code.id).where(Code.project_id == project_id, Code.state == "live", Code.id.in_(wanted)))
    )
    for code_id in wanted:
        if code_id not in there:
            raise Invalid.one("code_ids", say("There is no code %(code)s here.", code=code_id))
    return wanted


def _members(session: Session, found: CodingRound) -> tuple[set[int], set[int]]:
    """Return the sources and the coders of a round."""
    texts = session.scalars(select(RoundText.root_id).where(RoundText.round_id == found.id))
    coders = session.scalars(select(RoundCoder.coder_id).where(RoundCoder.round_id == found.id))
    return set(texts), set(coders)


def _replace_members(session: Session, caller: Caller, found: CodingRound, data: RoundPatch) -> None:
    texts, people = _members(session, found)
    entries = None
    if data.entry_ids is not None:
        entries = entries_in(session, caller, found.project_id, data.entry_ids, known=texts)
        _drop(session, found, texts - {entry.source_id for entry in entries}, set())
    wanted = people if data.coder_ids is None else set(data.coder_ids)
    coders = coders_in(session, found.project_id, wanted - people)
    _drop(session, found, set(), people - wanted)
    if data.entry_ids is None and data.coder_ids is None:
        return
    roots = texts if entries is None else {entry.source_id for entry in entries}
    _check_size(len(roots), len(wanted))
    fresh = [entry for entry in entries or [] if entry.source_id not in texts]
    check_readers(session, caller, coders, roots)
    check_readers(session, caller, coders_in(session, found.project_id, wanted & people, left_too=True), fresh)
    _add(session, found, fresh, wanted - people)


def _drop(session: Session, found: CodingRound, roots: set[int], people: set[int]) -> None:
    """Take texts and coders out of a round, their marks with them. Conflict if codings would be left behind."""
    left = exists().where(
        Coding.round_id == found.id, Coding.deleted.is_(None), Coding.root_id.in_(roots) | Coding.coder_id.in_(people)
    )
    if session.scalar(select(left)):
        raise Conflict(
            say("Texts and coders with codings stay in the round. Leave them in, or remove the codings first.")
        )
    for table, column, gone in (
        (RoundMark, RoundMark.root_id, roots),
        (RoundMark, RoundMark.coder_id, people),
        (RoundText, RoundText.root_id, roots),
        (RoundCoder, RoundCoder.coder_id, people),
    ):
        if gone:
            session.execute(delete(table).where(table.round_id == found.id, column.in_(gone)))


def _add(session: Session, found: CodingRound, entries: Iterable[Entry], people: Iterable[int]) -> None:
    for entry in entries:
        head = session.get_one(Revision, (entry.source_id, entry.source.head_no))
        session.add(RoundText(round_id=found.id, root_id=entry.source_id, revision=head.no))
    session.add_all(RoundCoder(round_id=found.id, coder_id=coder) for coder in people)
    session.flush()


def _record(
    session: Session, caller: Caller, verb: str, found: CodingRound, *, source_id: int | None = None, **data: object
) -> None:
    record(
        session, caller, verb, project_id=found.project_id, source_id=source_id, round=found.id, name=found.name, **data
    )
