"""Every night what many small writes left in the index is joined, by a job that a thread of the server asks for."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from kmwiki.db import now, transaction
from kmwiki.errors import Unavailable, say
from kmwiki.jobs import service as jobs
from kmwiki.search import index
from kmwiki.search.engine import IndexBusy, IndexMissing
from kmwiki.search.indexing import ask_rebuild

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kmwiki.jobs.service import Claimed

KIND, KEY = "optimize", "index"
HOUR = 20
"""In UTC: three in the morning in Thailand."""
LONGEST_NAP = 600.0
"""Seconds; a clock that is set anew, or a computer that slept, is noticed after so long."""

log = structlog.get_logger(__name__)


def next_night(moment: datetime) -> datetime:
    """Return the next time at that hour after a moment."""
    tonight = moment.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    return tonight if tonight > moment else tonight + timedelta(days=1)


def keep_nights(stop: threading.Event, clock: Callable[[], datetime] = now) -> None:
    """Ask for the job every night, until told to stop."""
    due = next_night(clock())
    while not stop.wait(min(LONGEST_NAP, max(0.0, (due - clock()).total_seconds()))):
        if clock() >= due:
            due = next_night(clock())
            try:
                with transaction() as session:
                    jobs.enqueue(session, KIND, KEY)
            except SQLAlchemyError as error:
                log.warning("the nightly work on the index could not be asked for", reason=str(error))


def start_nights() -> threading.Event:
    """Keep the nights in a thread of their own. Returns what ends it."""
    stop = threading.Event()
    threading.Thread(target=keep_nights, args=(stop,), name="nights", daemon=True).start()
    return stop


def optimize_batch(claimed: Sequence[Claimed]) -> dict[str, Any] | None:
    """Join segments. Unavailable while somebody else writes: it is tried again."""
    del claimed
    try:
        index.engine().optimize()
    except IndexMissing:
        ask_rebuild()
    except IndexBusy as error:
        raise Unavailable(say("Another process is writing the search index; this will be tried again.")) from error
    return None
