"""Asking for letters. The job is written in the transaction of its cause and holds neither text nor link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from kmwiki.accounts import attempts, queries
from kmwiki.accounts.fields import find_email
from kmwiki.db import now
from kmwiki.errors import NotFound, say
from kmwiki.events.service import record
from kmwiki.jobs import service as jobs
from kmwiki.jobs.models import Job
from kmwiki.security.policy import Caller

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project, User

KIND = "mail"
NOBODY_ASKS = Caller(user_id=None)


def ask_letter(
    session: Session, caller: Caller, kind: str, user: User, *, site: str, project: Project | None = None
) -> Job:
    """Ask for a letter to a person; `site` is the address that its links begin with, from the settings alone.

    Asking again before it went out makes no second letter. Nothing that lets anybody in is stored: a link is made
    when the letter is sent, and only its hash is kept.
    """
    record(session, caller, "mail.asked", project_id=project.id if project else None, user=user.id, letter=kind)
    return jobs.enqueue(
        session,
        KIND,
        f"{kind}:{user.id}" + (f":{project.id}" if project and kind == "added" else ""),
        payload={
            "letter": kind,
            "user": user.id,
            "by": caller.user_id,
            "project": project.id if project else None,
            "site": site,
            "asked": now().isoformat(),
        },
    )


def ask_reset(session: Session, email: str, *, address: str, site: str) -> None:
    """Ask for a letter with a link to set a new password, if somebody active has this address.

    Nothing told or done lets the asker know whether that is so. TooMany after a few, whether or not it is.
    """
    attempts.take_letter(find_email(email), address)
    user = queries.user_by_email(session, email)
    found = user if user is not None and user.is_active else None
    record(session, NOBODY_ASKS, "reset.asked", user=found.id if found else None, address=address[:64])
    if found is not None:
        ask_letter(session, NOBODY_ASKS, "reset", found, site=site)


def ask_again(session: Session, secret: str, *, address: str, site: str) -> None:
    """Ask for a new link in place of one that is used or too old: it goes to the mailbox of its person alone.

    Somebody who never set a password gets an invitation, others a reset. NotFound for a link that was never made.
    """
    row = queries.link_row(session, secret)
    if row is None or not row.user.is_active:
        raise NotFound(say("This link does not work any more. Ask for a new one."))
    attempts.take_letter(row.user.email, address)
    kind = "invite" if row.user.password_hash is None else "reset"
    ask_letter(session, NOBODY_ASKS, kind, row.user, site=site)


def waiting_letters(session: Session) -> list[Job]:
    """Return the letters that have not gone out, those given up first, then the newest."""
    rows = session.scalars(select(Job).where(Job.kind == KIND).order_by(Job.id.desc())).all()
    return sorted(rows, key=lambda job: job.state != "failed")


def send_again(session: Session, caller: Caller, job_id: int) -> Job:
    """Make a letter due now, with all its tries before it. NotFound."""
    job = _letter(session, job_id)
    record(session, caller, "mail.retried", user=job.payload.get("user"), letter=job.payload.get("letter"))
    return jobs.enqueue(session, KIND, job.key)


def drop_letter(session: Session, caller: Caller, job_id: int) -> None:
    """Give a letter up that has not gone out. NotFound."""
    job = _letter(session, job_id)
    record(session, caller, "mail.dropped", user=job.payload.get("user"), letter=job.payload.get("letter"))
    session.delete(job)


def _letter(session: Session, job_id: int) -> Job:
    job = session.get(Job, job_id)
    if job is None or job.kind != KIND:
        raise NotFound(say("There is no such letter; perhaps it has just gone out."))
    return job
