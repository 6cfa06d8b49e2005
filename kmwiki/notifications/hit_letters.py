"""The letter of new hits: titles and links, never a passage; personal data is masked whoever reads it.

Whether its reader may read a text is asked when the letter is written, not when the hit was noted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from kmwiki.accounts.queries import caller_for_user
from kmwiki.errors import Invalid, NotFound, Unavailable, say
from kmwiki.notifications import notices
from kmwiki.notifications.mail import Letter
from kmwiki.notifications.models import Notice
from kmwiki.search.engine import IndexBusy, IndexMissing
from kmwiki.search.matching import matcher
from kmwiki.security.signing import sign
from kmwiki.sources.veil import cleared_forms
from kmwiki.text.lines import one_line
from kmwiki.text.personal import masked

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import User
    from kmwiki.config import Settings
    from kmwiki.errors import Message
    from kmwiki.notifications.notices import Told
    from kmwiki.security.policy import Caller

PURPOSE = "letters"
"""What the signature of a link that ends these letters holds for."""
MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Prepared:
    """A letter, or None where it has no point any more, and the notices that are done with then."""

    letter: Letter | None
    notices: list[int]


def prepare(session: Session, user: User, site: str, settings: Settings, tell: Callable[[Message], str]) -> Prepared:
    """Write the letter of what is due to a person. Unavailable while the index cannot say what is still found."""
    due = list(session.scalars(select(Notice.id).where(Notice.user_id == user.id, Notice.post == "due")))
    try:
        caller = caller_for_user(session, user.id)
    except NotFound:
        return Prepared(None, due)
    told = _still_true(session, caller, due)
    if not told:
        return Prepared(None, due)
    names = {one.search.id: _masked(session, one, one.search.name) for one in told}
    subject = (
        say("New in “%(name)s”: %(count)s", name=next(iter(names.values())), count=len(told))
        if len(names) == 1
        else say("New in your saved searches: %(count)s", count=len(told))
    )
    parts: list[Message | str] = [say("Hello %(name)s,", name=user.called or user.name)]
    for search_id, name in names.items():
        parts += _section(session, [one for one in told if one.search.id == search_id], name, site)
    stop = f"{site}/letters/stop/{sign(settings, PURPOSE, str(user.id))}"
    parts += [
        say("How you hear of new texts is settled on the page of your saved searches."),
        say("No more such letters: %(link)s", link=stop),
        say("kmwiki at %(site)s", site=site),
    ]
    body = "\n\n".join(part if isinstance(part, str) else tell(part) for part in parts) + "\n"
    return Prepared(Letter(user.called or user.name, user.email, tell(subject), body, stop), due)


def mark_sent(session: Session, ids: Collection[int]) -> None:
    """Note that a letter has told of these."""
    session.execute(update(Notice).where(Notice.id.in_(ids), Notice.post == "due").values(post="sent"))


def _still_true(session: Session, caller: Caller, due: Collection[int]) -> list[Told]:
    """Return what is not read yet, may be read now and is still found."""
    wanted = Notice.id.in_(due), Notice.read.is_(None), notices.is_hit()
    rows = session.scalars(
        notices.joined(select(Notice)).where(*wanted, *notices.shown_to(caller)).order_by(Notice.search_id, Notice.id)
    ).all()
    told = notices.tell(session, caller, rows)
    if any(one.hit is None for one in told):
        _demand_index(session, caller, told)
    return [one for one in told if one.hit is not None]


def _demand_index(session: Session, caller: Caller, told: Sequence[Told]) -> None:
    one = next(each for each in told if each.hit is None)
    try:
        matcher(session, caller, one.project, one.search.query).keys({notices.key_of(one.notice) or ""})
    except (IndexMissing, IndexBusy) as error:
        raise Unavailable(say("The search index cannot be asked now; this will be tried again.")) from error
    except Invalid:
        return


def _section(session: Session, told: Sequence[Told], name: str, site: str) -> list[Message | str]:
    slug, search = told[0].project.slug, told[0].search
    lines = [f"- {_masked(session, one, one.title)}\n  {site}{one.address}" for one in told[:MOST_NAMED]]
    parts: list[Message | str] = [
        say("New in “%(name)s” (%(project)s):", name=name, project=told[0].project.name),
        "\n".join(lines),
    ]
    if len(told) > MOST_NAMED:
        link = f"{site}/p/{slug}/searches/{search.id}"
        parts.append(say("And %(count)s more: %(link)s", count=len(told) - MOST_NAMED, link=link))
    return parts


def _masked(session: Session, one: Told, text: str) -> str:
    return one_line(masked(text, cleared_forms(session, one.project.id)))
