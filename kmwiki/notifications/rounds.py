"""Every quarter of an hour: which letters of saved searches are due. A thread of the server asks for the job.

At once means at the next quarter; daily means seven in the morning in Thailand, weekly the same on Mondays. A round
that did not take place, because nothing ran, is made up for at the next quarter.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from kmwiki.config import DEFAULT_BASE_URL
from kmwiki.db import now, transaction
from kmwiki.jobs import service as jobs
from kmwiki.notifications.job import bound
from kmwiki.notifications.models import Notice
from kmwiki.notifications.service import KIND as MAIL
from kmwiki.search.models import SearchWatch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kmwiki.jobs.service import Claimed

KIND, KEY = "alert_letters", "round"
QUARTER = timedelta(minutes=15)
LONGEST_NAP = 120.0
"""Seconds; a clock that is set anew, or a computer that slept, is noticed after so long."""

log = structlog.get_logger(__name__)


def last_due(mail: str, moment: datetime) -> datetime:
    """Return when letters of this kind were due last: at_once, daily or weekly. Midnight UTC is seven in Thailand."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if mail == "daily":
        return midnight
    if mail == "weekly":
        return midnight - timedelta(days=midnight.weekday())
    return midnight + QUARTER * ((moment - midnight) // QUARTER)


def round_batch(claimed: Sequence[Claimed]) -> dict[str, Any] | None:
    """Ask for a letter to everybody for whom one is due. Without mail nothing is asked for and nothing is lost."""
    del claimed
    settings = bound()
    if not settings.mail_url:
        return None
    moment = now()
    with transaction() as session:
        waiting = select(Notice.search_id).where(
            Notice.user_id == SearchWatch.user_id, Notice.search_id == SearchWatch.search_id, Notice.post == "waits"
        )
        watches = session.scalars(select(SearchWatch).where(SearchWatch.mail != "off", waiting.exists())).all()
        due = [watch for watch in watches if last_due(watch.mail, moment) > watch.mailed]
        for watch in due:
            watch.mailed = moment
            mine = Notice.user_id == watch.user_id, Notice.search_id == watch.search_id, Notice.post == "waits"
            session.execute(update(Notice).where(*mine).values(post="due"))
        for user_id in sorted({watch.user_id for watch in due}):
            payload = {"letter": "hits", "user": user_id, "by": None, "project": None, "asked": moment.isoformat()}
            site = settings.base_url or DEFAULT_BASE_URL
            jobs.enqueue(session, MAIL, f"hits:{user_id}", payload={**payload, "site": site})
    return None


def keep_quarters(stop: threading.Event, clock: Callable[[], datetime] = now) -> None:
    """Ask for the job at every quarter, until told to stop."""
    due = last_due("at_once", clock()) + QUARTER
    while not stop.wait(min(LONGEST_NAP, max(0.0, (due - clock()).total_seconds()))):
        if clock() >= due:
            due = last_due("at_once", clock()) + QUARTER
            try:
                ask_round()
            except SQLAlchemyError as error:
                log.warning("the letters of saved searches could not be asked for", reason=str(error))


def ask_round() -> None:
    """Ask for the job, if anything waits for a letter."""
    with transaction() as session:
        if session.scalar(select(Notice.id).where(Notice.post == "waits").limit(1)) is not None:
            jobs.enqueue(session, KIND, KEY)


def start_quarters() -> threading.Event:
    """Keep the quarters in a thread of their own. Returns what ends it."""
    stop = threading.Event()
    threading.Thread(target=keep_quarters, args=(stop,), name="quarters", daemon=True).start()
    return stop
