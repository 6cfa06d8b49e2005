"""What indexing costs: some of the notes, with their comments, are read, cut, counted and written once more."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from kmwiki import db
from kmwiki.entries.models import Entry
from kmwiki.search.dictionary import segmenters
from kmwiki.search.documents import build, expand, outlines
from kmwiki.search.indexing import BULK
from kmwiki.search.whoosh_beside import Beside

if TYPE_CHECKING:
    from tests.bench.stage import Stage

NOTES = 500


def seconds_a_note(made: Stage, notes: int = NOTES) -> float:
    """Index that many notes into an index of their own. Return the processor time that each took."""
    with db.session() as session:
        wanted = select(Entry.id).where(Entry.project_id == made.project.id).order_by(Entry.id).limit(notes)
        ids = session.scalars(wanted).all()
        keys = sorted(expand(session, [f"entry:{one}" for one in ids]))
    with tempfile.TemporaryDirectory(prefix="kmwiki-bench-") as folder:
        sink = Beside(Path(folder))
        started = time.process_time()
        for start in range(0, len(keys), BULK):
            with db.session() as session:
                found = outlines(session, keys[start : start + BULK])
                sink.put(list(build(session, found.values(), segmenters(session))))
        sink.flush()
        took = time.process_time() - started
        sink.close()
    return took / len(ids)
