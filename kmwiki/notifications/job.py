"""The job `mail`: make the link, write the letter, send it. What fails is tried again, ever more rarely."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import structlog

from kmwiki.accounts import one_time_links
from kmwiki.accounts.models import Project, User
from kmwiki.db import transaction
from kmwiki.errors import KmwikiError, Message, Unavailable, say
from kmwiki.events.service import record
from kmwiki.notifications import hit_letters
from kmwiki.notifications.hit_letters import Prepared
from kmwiki.notifications.letters import LINKS, Facts, write
from kmwiki.notifications.mail import Letter, route_of
from kmwiki.security.policy import Caller

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.config import Settings
    from kmwiki.jobs.service import Claimed

MOST_TRIES = 40
"""With a wait that grows to ten minutes: some six hours, in which a mail server is usually mended."""

log = structlog.get_logger(__name__)


class _Bound:
    settings: Settings | None = None


def bind(settings: Settings) -> None:
    """Let the letters of this process go the way that these settings name. Invalid at once for a way that is none."""
    route_of(settings)
    _Bound.settings = settings


def bound() -> Settings:
    """Return the settings of this process. RuntimeError before `bind`."""
    if _Bound.settings is None:
        raise RuntimeError("no settings are bound; create_app() or bind() comes first")
    return _Bound.settings


def send_letters(jobs: Sequence[Claimed], translate: Callable[[str, str], str]) -> None:
    """Send the letters of these jobs; `translate` gives a message id in a locale.

    Unavailable if one could not be sent and may be later, Hopeless if never.
    """
    route = route_of(bound())
    if route is None:
        raise Unavailable(say("No mail is set up. Set KMWIKI_MAIL_URL, then send the letter again."))
    for job in jobs:
        with transaction() as session:
            prepared = prepare(session, job.payload, translate)
            if prepared.letter is None:
                hit_letters.mark_sent(session, prepared.notices)
        letter = prepared.letter
        if letter is None:
            continue
        try:
            route.send(letter)
        except KmwikiError as error:
            log.warning("a letter was not sent", letter=job.payload["letter"], tries=job.tries, reason=str(error))
            raise
        with transaction() as session:
            asker = Caller(user_id=job.payload["by"])
            told = {"user": job.payload["user"], "letter": job.payload["letter"]}
            record(session, asker, "mail.sent", project_id=job.payload["project"], **told)
            hit_letters.mark_sent(session, prepared.notices)


def prepare(session: Session, payload: dict[str, Any], translate: Callable[[str, str], str]) -> Prepared:
    """Write the letter, making its link; none where it has no point any more.

    It has none for somebody shut out, for an invited person who has set a password, and for a reset asked before the
    password was changed.
    """
    user = session.get(User, payload["user"])
    if user is None or not user.is_active or _is_late(payload, user):
        return Prepared(None, [])

    def tell(message: Message) -> str:
        return str(Message(translate(user.locale, message.text), message.values))

    if payload["letter"] == "hits":
        return hit_letters.prepare(session, user, payload["site"], bound(), tell)
    asker = session.get(User, payload["by"]) if payload["by"] else None
    project = session.get(Project, payload["project"]) if payload["project"] else None
    if payload["letter"] in LINKS:
        purpose = LINKS[payload["letter"]]
        secret = one_time_links.create_link(session, Caller(user_id=payload["by"]), user, purpose=purpose)
        link = f"{payload['site']}/link/{secret}"
    else:
        link = f"{payload['site']}/p/{project.slug}/" if project else payload["site"]
    facts = Facts(user, payload["site"], asker.name if asker else "kmwiki", project.name if project else "", link)
    subject, body = write(payload["letter"], facts, tell)
    return Prepared(Letter(user.called or user.name, user.email, subject, body), [])


def _is_late(payload: dict[str, Any], user: User) -> bool:
    if payload["letter"] == "invite":
        return user.password_hash is not None
    changed = user.password_changed
    return payload["letter"] == "reset" and changed is not None and changed > datetime.fromisoformat(payload["asked"])
