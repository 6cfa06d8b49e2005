"""Figures of coded passages: the page of a question and its files, with thousands of codings; other work meanwhile."""

from __future__ import annotations

import threading
import time
import uuid
from functools import partial
from typing import TYPE_CHECKING

from kmwiki.accounts.models import Project
from kmwiki.coding.models import Coding, Layer
from kmwiki.db import session, transaction
from kmwiki.entries.schemas import EntryIn
from kmwiki.entries.service import create_entry
from kmwiki.jobs.worker import JobKind, Worker
from kmwiki.retrieval import exporting
from kmwiki.retrieval.files import Export, write_file
from kmwiki.sources.queries import revision
from kmwiki.web.i18n import translate
from tests.bench.timing import Figure, measure, percentile
from tests.bench.writing import body, codable, passages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.stage import Stage

NOTES, EACH = 250, 20
SIZE = "5,000 codings, 250 notes"
RELATED = "op1=near&unit1=sentence&n1=2&code1={code}&by=code"


def fill(stage: Stage) -> list[int]:
    """Write 250 notes with 20 codings each, straight into the tables; return the codes used."""
    codes = codable(stage)
    with transaction() as opened:
        project = opened.get_one(Project, stage.project.id)
        layer = Layer(project_id=project.id, coder_id=stage.caller.user_id, kind="own")
        opened.add(layer)
        opened.flush()
        for number in range(NOTES):
            told = {"kind": "meeting", "title": f"บันทึกที่ {number}", "body": body(12, seed=number)}
            data = EntryIn(**told, body_format="plain", status="published", places=["93"], event_date="18 ก.พ. 2551")
            entry = create_entry(opened, stage.caller, project, data)
            text = revision(opened, entry.source).reading_text
            for at, (start, end) in zip(range(EACH), passages(text, seed=number), strict=False):
                opened.add(
                    Coding(
                        guid=str(uuid.uuid4()),
                        project_id=project.id,
                        source_id=entry.source_id,
                        root_id=entry.source_id,
                        code_id=codes[(number + at) % len(codes)],
                        layer_id=layer.id,
                        coder_id=stage.caller.user_id,
                        voice="author",
                        memo="น่าคิดต่อ" if at % 5 == 0 else "",
                        ev_revision=1,
                        ev_start=start,
                        ev_end=end,
                        ev_quote=text[start:end],
                        start=start,
                        end=end,
                    )
                )
    return codes


def figures(stage: Stage) -> Iterator[Figure]:
    """Measure."""
    codes = fill(stage)
    address = f"/p/{stage.project.slug}/passages?code=any"
    page = partial(stage.page, address)
    yield measure("passages, a page of 50 (page)", SIZE, page, runs=15, limit="aim < 100; peer 96-390")
    grouped = partial(stage.page, f"{address}&by=place&sort=date&page=60")
    yield measure("passages by province, page 60 (page)", SIZE, grouped, runs=10, limit="aim < 100")
    near = partial(stage.page, f"{address}&{RELATED.format(code=codes[3])}")
    yield measure("passages near others (page)", f"{SIZE}, within 2 sentences", near, runs=10, limit="aim < 100")
    for form, limit in (("xlsx", "aim < 2000; peer 5800"), ("docx", "aim < 5000; peer 22700")):
        yield measure(f"passages as {form}", SIZE, partial(written, stage, form), runs=3, warm=1, limit=limit)
    yield meanwhile(stage)


def written(stage: Stage, form: str) -> bytes:
    """Make a file of everything, as the job does."""
    with session() as opened:
        project = opened.get_one(Project, stage.project.id)
        found, book = exporting.found_for(opened, stage.caller, project, {"code": ["any"]}, form)
        tongue = exporting.tongue_of("th", translate)
        return write_file(Export(opened, stage.caller, project, book, found, tongue, "http://127.0.0.1:8000"), form)


def meanwhile(stage: Stage) -> Figure:
    """Measure the front page while the worker makes a docx of everything."""
    with transaction() as opened:
        project = opened.get_one(Project, stage.project.id)
        exporting.ask(opened, stage.caller, project, {"code": ["any"]}, form="docx", locale="th")
    kind = JobKind(partial(exporting.export_batch, translate=translate))
    worker = threading.Thread(target=Worker({exporting.KIND: kind}).drain)
    worker.start()
    took: list[float] = []
    while worker.is_alive() or not took:
        started = time.perf_counter()
        stage.page(f"/p/{stage.project.slug}/")
        took.append((time.perf_counter() - started) * 1000)
    worker.join()
    middle, high = percentile(took, 50), percentile(took, 95)
    return Figure("front page while a docx is made", SIZE, len(took), middle, high, "peer: blocked for 22700")
