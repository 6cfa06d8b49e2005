"""Accepting and mending what was read from a page, and calling a note looked over."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kmwiki.coding.service import save_entry
from kmwiki.db import now
from kmwiki.entries.schemas import EntryPatch, Origin
from kmwiki.entries.service import set_origin
from kmwiki.errors import Conflict, Invalid, say
from kmwiki.events.service import record
from kmwiki.exchange.reviewing.fields import FIELDS, IN_NOTE, IN_ORIGIN, values_of
from kmwiki.sources.texts import problem_of
from kmwiki.text.dates import read_timestamp

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy.orm import Session

    from kmwiki.entries.models import Entry
    from kmwiki.exchange.importing.models import ImportReview
    from kmwiki.security.policy import Caller

_LONGEST = {"licence": 200, "url": 2_000}
_MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Mended:
    """What a person sets: fields of the note as a patch has them, fields of the page in words, and what is right.

    `base` is the revision and `token` the state of the page's fields that the person saw.
    """

    base: int
    token: str
    note: Mapping[str, Any] = field(default_factory=dict)
    page: Mapping[str, str] = field(default_factory=dict)
    accepted: Collection[str] = ()


def token_of(entry: Entry) -> str:
    """Return the state of what a page says of itself, in short: a change made from another is stale."""
    told = json.dumps(entry.origin, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def mend(session: Session, caller: Caller, entry: Entry, review: ImportReview, wanted: Mended) -> list[str]:
    """Save what was corrected and accepted; return the names of the fields that changed. The caller may edit the note.

    Conflict if the note or its page's fields were changed meanwhile; Invalid names every field that cannot be taken.
    """
    origin = _origin(entry, wanted.page)
    changed = _changed(entry, origin)
    if changed and wanted.token != token_of(entry):
        raise Conflict(say("Where the note comes from was changed in the meantime. Look at it and save again."))
    before = {"origin": entry.origin, "accepted": review.accepted}
    if wanted.note:
        unknown = set(wanted.note) - {*IN_NOTE, "event_choice"}
        if unknown:
            raise Invalid(say("There is no field %(name)s.", name=min(unknown)))
        old = values_of(entry)
        save_entry(session, caller, entry, EntryPatch(**wanted.note), base_no=wanted.base)
        new = values_of(entry)
        changed += [name for name in IN_NOTE if old[name] != new[name]]
    if any(name in IN_ORIGIN for name in changed):
        set_origin(session, caller, entry, origin)
        marked = {name: {"from": "person", "lines": None} for name in changed if name in IN_ORIGIN}
        entry.provenance = {**entry.provenance, **marked}
    fresh = [name for name in FIELDS if name in wanted.accepted and name not in review.accepted]
    if fresh:
        mark = {"by": caller.user_id, "at": now().isoformat()}
        review.accepted = {**review.accepted, **dict.fromkeys(fresh, mark)}
    if changed or fresh:
        told = {"project_id": entry.project_id, "source_id": entry.source_id}
        record(session, caller, "import.mended", **told, changed=changed, accepted=fresh, before=before)
    session.flush()
    return changed


def set_looked(session: Session, caller: Caller, entry: Entry, review: ImportReview, *, is_done: bool) -> None:
    """Say that a note was looked over, or that it should be once more. Twice is once."""
    state = "done" if is_done else "open"
    if review.state == state:
        return
    review.state = state
    review.looked, review.looked_by = (now(), caller.user_id) if is_done else (None, None)
    verb = "import.looked_over" if is_done else "import.opened_again"
    record(session, caller, verb, project_id=entry.project_id, source_id=entry.source_id)
    session.flush()


def _changed(entry: Entry, origin: Origin) -> list[str]:
    old = Origin(**entry.origin)
    return [name for name in IN_ORIGIN if getattr(old, name) != getattr(origin, name)]


def _origin(entry: Entry, page: Mapping[str, str]) -> Origin:
    """Read the fields of the page as a person wrote them; what is not among them stays."""
    wrong: dict[str, Any] = {}
    taken: dict[str, Any] = {}
    for name, words in page.items():
        try:
            taken[name] = _read(name, words.strip())
        except Invalid as error:
            wrong |= error.fields
    if wrong:
        raise Invalid(say("Some fields cannot be taken as they are."), wrong)
    return Origin(**entry.origin).model_copy(update=taken)


def _read(name: str, words: str) -> Any:
    if not words:
        return None
    if problem := problem_of(words, longest=_LONGEST.get(name, 200)):
        raise Invalid.one(name, problem)
    if name == "record_no":
        if not words.isdecimal() or len(words) > _MOST_DIGITS:
            raise Invalid.one(name, say("The record number is a whole number, such as 900221."))
        return int(words)
    if name == "url":
        if not words.startswith(("http://", "https://")) or any(sign.isspace() for sign in words):
            raise Invalid.one(name, say("The address begins with http:// or https:// and has no spaces."))
        return words
    if name in {"written", "edited"}:
        moment = read_timestamp(words)
        if moment is None:
            message = say("“%(text)s” is no day with a time. Write it like 19 ก.พ. 2551 19.36 น.", text=words[:80])
            raise Invalid.one(name, message)
        return moment
    return words
