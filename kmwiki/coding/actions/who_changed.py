"""Saying what has become of a coding since somebody's action, and who did it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

from kmwiki.accounts.models import User
from kmwiki.coding.models import BatchCoding
from kmwiki.errors import N_, say
from kmwiki.events.models import Event
from kmwiki.text.clusters import clip

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.coding.models import Coding
    from kmwiki.errors import Message

LOOKED_THROUGH = 500
"""So many of the latest events are looked through for a name."""
SHOWN = 40
OF_TEXTS = "coding."
OF_PROJECTS = ("code.merged", "batch.accepted", "batch.undone", "batch.redone")


BACK = "back"
SENTENCES = {
    "code": N_("%(name)s has put “%(quote)s” under another code since, so it was left as it is."),
    "voice": N_("%(name)s has changed the voice of “%(quote)s” since, so it was left as it is."),
    "memo": N_("%(name)s has changed the memo on “%(quote)s” since, so it was left as it is."),
    "status": N_("%(name)s has accepted the coding of “%(quote)s” since, so it was left as it is."),
    "gone": N_("%(name)s has taken the coding of “%(quote)s” away since, so it was left as it is."),
    BACK: N_("%(name)s has brought the coding of “%(quote)s” back since, so it was left as it is."),
    "place": N_("%(name)s has placed the coding of “%(quote)s” anew since, so it was left as it is."),
}
"""What became of a coding, by what of it has changed."""


def changed_since(session: Session, coding: Coding, what: str) -> tuple[Message, str]:
    """Say that `what` of a coding (of `stances.WATCHED`) has changed; return the sentence and who did it, if known."""
    name = who_changed(session, coding)
    quote = clip(" ".join(coding.ev_quote.split()), SHOWN)
    if not name:
        return say("The coding of “%(quote)s” has been changed since, so it was left as it is.", quote=quote), ""
    sentence = SENTENCES[BACK if what == "gone" and coding.deleted is None else what]
    return say(sentence, name=name, quote=quote), name


def who_changed(session: Session, coding: Coding) -> str:
    """Return the name of the person who touched a coding last, or nothing if no event tells of it."""
    in_text = and_(Event.source_id.in_({coding.source_id, coding.root_id}), Event.verb.startswith(OF_TEXTS))
    in_project = and_(Event.project_id == coding.project_id, Event.verb.in_(OF_PROJECTS))
    rows = session.execute(
        select(Event, User.name)
        .join(User, User.id == Event.user_id)
        .where(or_(in_text, in_project))
        .order_by(Event.seq.desc())
        .limit(LOOKED_THROUGH)
    )
    made = session.get(BatchCoding, coding.id)
    for event, name in rows:
        data = event.data
        named = [data.get("codings"), data.get("doubled"), [data.get("coding"), data.get("before")]]
        is_of_batch = made is not None and data.get("batch") == made.batch_id
        if is_of_batch or any(coding.id in ids for ids in named if isinstance(ids, list)):
            return str(name)
    return ""
