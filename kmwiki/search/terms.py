"""Changing a project's dictionary: each change is numbered, says who and why, and can be undone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from kmwiki.errors import Conflict, Invalid, Message, NotFound, say
from kmwiki.events.service import record
from kmwiki.search.dictionary import Term, key_of, product_keys
from kmwiki.search.models import DictionaryChange, DictionaryTerm
from kmwiki.security.policy import Permission, can
from kmwiki.sources.access import demand

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.security.policy import Caller

KINDS = ("abbreviation", "person", "place", "term")
LONGEST_TERM, LONGEST_EXPANSION, LONGEST_REASON = 80, 300, 500
MOST_TERMS = 20_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")

Change = tuple[DictionaryTerm | None, Term | None]
"""A row and what becomes of it; no row for a new one, no term for one that goes."""


def told(row: DictionaryTerm) -> Term:
    """Return what a row says."""
    return Term(row.term, row.expansion, row.kind)


def pair_of(term: Term) -> frozenset[str]:
    """Return what makes two terms the same: both sides, whichever stands first."""
    return frozenset({key_of(term.term), key_of(term.expansion)} - {""})


def checked(given: Term) -> Term:
    """Return the term with the blanks around it gone. Invalid says what cannot be taken."""
    term, expansion = " ".join(given.term.split()), " ".join(given.expansion.split())
    wrong: dict[str, Message] = {}
    if len(key_of(term)) < 2:  # noqa: PLR2004 - one letter stands in every word
        wrong["term"] = say("Write a word of at least two letters.")
    elif len(term) > LONGEST_TERM:
        wrong["term"] = say("At most %(most)s characters.", most=LONGEST_TERM)
    if len(expansion) > LONGEST_EXPANSION:
        wrong["expansion"] = say("At most %(most)s characters.", most=LONGEST_EXPANSION)
    if _CONTROL.search(term + expansion):
        wrong.setdefault("term", say("There are signs in it that cannot be seen. Type it anew."))
    if given.kind not in KINDS:
        wrong["kind"] = say("Choose one of: %(kinds)s.", kinds=", ".join(KINDS))
    if not wrong:
        wrong |= _meaning(term, expansion, given.kind)
    if wrong:
        raise Invalid(say("This word cannot be taken as it is."), wrong)
    return Term(term, expansion, given.kind)


def _meaning(term: str, expansion: str, kind: str) -> Mapping[str, Message]:
    if expansion and key_of(expansion) == key_of(term):
        return {"expansion": say("This says the same as the word itself; search finds both already.")}
    if expansion and len(key_of(expansion)) < 2:  # noqa: PLR2004
        return {"expansion": say("Write a word of at least two letters.")}
    if kind == "abbreviation" and not expansion and key_of(term) not in product_keys():
        return {"expansion": say("Write the full name that it stands for.")}
    return {}


def all_terms(session: Session, project_id: int) -> Sequence[DictionaryTerm]:
    """Return a project's terms in the order in which they came."""
    rows = select(DictionaryTerm).where(DictionaryTerm.project_id == project_id).order_by(DictionaryTerm.id)
    return session.scalars(rows).all()


def term_for(session: Session, caller: Caller, term_id: int, permission: Permission) -> DictionaryTerm:
    """Return a term of a project that the caller may read. NotFound; Forbidden without the permission."""
    found = session.get(DictionaryTerm, term_id)
    if found is None or not can(caller, Permission.READ, found.project_id):
        raise NotFound(say("There is no such word in a dictionary that you can see."))
    if permission is not Permission.READ:
        demand(caller, permission, found.project_id)
    return found


def add_term(session: Session, caller: Caller, project: Project, given: Term, *, reason: str = "") -> DictionaryTerm:
    """Add a term. Invalid; Conflict if the dictionary says so already."""
    new = checked(given)
    _check_free(session, project.id, new)
    no = _write(session, caller, project.id, "added", [(None, new)], reason=reason)
    record(session, caller, "dictionary.added", project_id=project.id, no=no, term=new.term)
    return _find(session, project.id, new)


def change_term(session: Session, caller: Caller, row: DictionaryTerm, given: Term, *, reason: str = "") -> None:
    """Change a term. Invalid; Conflict if another says the same. What changes nothing is no change."""
    new = checked(given)
    if new == told(row):
        return
    _check_free(session, row.project_id, new, but=row.id)
    no = _write(session, caller, row.project_id, "changed", [(row, new)], reason=reason)
    record(session, caller, "dictionary.changed", project_id=row.project_id, no=no, term=new.term)


def remove_term(session: Session, caller: Caller, row: DictionaryTerm, *, reason: str = "") -> int:
    """Remove a term and return the number of the change, by which it can be undone."""
    no = _write(session, caller, row.project_id, "removed", [(row, None)], reason=reason)
    record(session, caller, "dictionary.removed", project_id=row.project_id, no=no, term=row.term)
    return no


def change_many(
    session: Session, caller: Caller, project: Project, changes: Sequence[Change], *, reason: str = ""
) -> int | None:
    """Write what a table file or a whole new list brings, as one change. None if nothing changes."""
    if not changes:
        return None
    no = _write(session, caller, project.id, "imported", changes, reason=reason)
    record(session, caller, "dictionary.imported", project_id=project.id, no=no, terms=len(changes))
    return no


def replace_all(
    session: Session, caller: Caller, project: Project, given: Iterable[Term], *, reason: str = ""
) -> int | None:
    """Make the dictionary hold exactly these terms. Invalid names the first that cannot be taken, by its place."""
    wanted: dict[frozenset[str], Term] = {}
    for at, one in enumerate(given):
        try:
            new = checked(one)
        except Invalid as error:
            raise Invalid(error.message, {f"terms.{at}.{name}": text for name, text in error.fields.items()}) from error
        if pair_of(new) in wanted:
            raise Invalid.one(f"terms.{at}.term", say("“%(term)s” stands in the list twice.", term=new.term))
        wanted[pair_of(new)] = new
    rows = {pair_of(told(row)): row for row in all_terms(session, project.id)}
    changes: list[Change] = [(row, None) for pair, row in rows.items() if pair not in wanted]
    changes += [(rows.get(pair), new) for pair, new in wanted.items() if pair not in rows or told(rows[pair]) != new]
    return change_many(session, caller, project, changes, reason=reason)


def undo_change(session: Session, caller: Caller, project: Project, no: int) -> int:
    """Take a change back, all of it. NotFound; Conflict if one of its words has been changed since."""
    rows = session.scalars(
        select(DictionaryChange)
        .where(DictionaryChange.project_id == project.id, DictionaryChange.no == no)
        .order_by(DictionaryChange.id.desc())
    ).all()
    if not rows:
        raise NotFound(say("There is no change %(no)s in this dictionary.", no=no))
    here = {told(row): row for row in all_terms(session, project.id)}
    pairs = {pair_of(term) for term in here}
    changes: list[Change] = []
    for row in rows:
        before, after = _term(row.before), _term(row.after)
        present = here.get(after) if after is not None else None
        taken = after is None and before is not None and pair_of(before) in pairs
        if (after is not None and present is None) or taken:
            name = (after or before or Term("")).term
            raise Conflict(say("“%(term)s” has been changed since, so this cannot be undone as a whole.", term=name))
        changes.append((present, before))
    new = _write(session, caller, project.id, "undone", changes, reason="")
    record(session, caller, "dictionary.undone", project_id=project.id, no=new, undone=no)
    return new


def _term(data: dict[str, Any] | None) -> Term | None:
    return None if data is None else Term(data["term"], data["expansion"], data["kind"])


def _check_free(session: Session, project_id: int, new: Term, *, but: int | None = None) -> None:
    rows = all_terms(session, project_id)
    if len(rows) >= MOST_TERMS and but is None:
        raise Conflict(say("A dictionary holds at most %(most)s words. Remove some first.", most=MOST_TERMS))
    for row in rows:
        if row.id != but and pair_of(told(row)) == pair_of(new):
            raise Conflict(
                say("The dictionary has “%(term)s” with this meaning already. Change that one.", term=row.term),
                {"id": row.id},
            )


def _find(session: Session, project_id: int, term: Term) -> DictionaryTerm:
    wanted = select(DictionaryTerm).where(
        DictionaryTerm.project_id == project_id,
        DictionaryTerm.term == term.term,
        DictionaryTerm.expansion == term.expansion,
    )
    return session.scalars(wanted).one()


def _write(
    session: Session, caller: Caller, project_id: int, verb: str, changes: Sequence[Change], *, reason: str
) -> int:
    """Write changes and their history under the next number, and return it."""
    demand(caller, Permission.EDIT_CODEBOOK, project_id)
    if len(reason) > LONGEST_REASON:
        raise Invalid.one("reason", say("At most %(most)s characters.", most=LONGEST_REASON))
    last = select(func.max(DictionaryChange.no)).where(DictionaryChange.project_id == project_id)
    no = (session.scalar(last) or 0) + 1
    history: list[DictionaryChange] = []
    for row, _ in changes:
        history.append(_change(project_id, no, verb, told(row)._asdict() if row is not None else None))
    for row, new in changes:
        if row is not None and new is None:
            session.delete(row)
    session.flush()  # what goes makes room for what comes under the same words
    for (row, new), change in zip(changes, history, strict=True):
        if row is not None and new is not None:
            row.term, row.expansion, row.kind = new
        elif new is not None:
            session.add(DictionaryTerm(project_id=project_id, term=new.term, expansion=new.expansion, kind=new.kind))
        change.after = new._asdict() if new is not None else None
        change.reason, change.author_id = reason.strip(), caller.user_id
    session.add_all(history)
    session.flush()
    return no


def _change(project_id: int, no: int, verb: str, before: dict[str, Any] | None) -> DictionaryChange:
    return DictionaryChange(project_id=project_id, no=no, verb=verb, before=before)
