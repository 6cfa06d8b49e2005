"""How quickly a search answers, what saving and indexing cost: over the API, on an invented Thai corpus.

KMWIKI_BENCH_ENTRIES sets the size (1,000).
"""

from __future__ import annotations

import os
import time
from itertools import cycle
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from kmwiki import db
from kmwiki.comments.service import add_comment
from kmwiki.db import transaction
from kmwiki.entries.schemas import EntryIn
from kmwiki.entries.service import create_entry
from kmwiki.search import index, indexing
from kmwiki.sources.models import Source
from tests.bench.corpus import COMMON, notes, sentences, vocabulary
from tests.bench.timing import Figure, measure
from tests.make_search import drain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bench.stage import Stage

ENTRIES = int(os.environ.get("KMWIKI_BENCH_ENTRIES", "1000"))
SHORT, LONG = "aim p95 < 200 at 10,000", "aim p95 < 600 at 10,000"


def fill(stage: Stage) -> None:
    """Write the corpus into the project, without indexing it yet."""
    some = list(notes(ENTRIES))
    for start in range(0, len(some), 100):
        with transaction() as session:
            project = session.get_one(type(stage.project), stage.project.id)
            for note in some[start : start + 100]:
                given = EntryIn(
                    kind=note.kind,
                    title=note.title,
                    body=note.body,
                    body_format="plain",
                    status="published",
                    places=[note.province],
                    event_date=note.event_date,
                )
                entry = create_entry(session, stage.caller, project, given)
                source = session.get_one(Source, entry.source_id)
                for comment in note.comments:
                    add_comment(session, stage.caller, source, body=comment, body_format="plain")


def figures(stage: Stage) -> Iterator[Figure]:
    """Measure each class of question, warm and after the index was opened anew."""
    fill(stage)
    started = time.process_time()
    count = indexing.rebuild_now(lambda done, total: None)  # noqa: ARG005 - nobody watches
    took = (time.process_time() - started) * 1000
    size = f"{ENTRIES:,} entries, {count:,} texts"
    yield Figure("index: processor time for each entry", size, 1, took / ENTRIES, took / ENTRIES, "aim < 33")
    yield measure("open the index and answer a first question", size, lambda: opened_anew(stage), runs=5, warm=1)
    for what, queries, more, limit in questions():
        yield measure(f"search: {what}", size, asking(stage, queries, more), runs=40, warm=3, limit=limit)
    yield measure("an edit until it is found", size, until_found(stage), runs=8, warm=1, limit="aim < 2000")


def questions() -> list[tuple[str, list[str], dict[str, str], str]]:
    """Return the classes of questions: name, queries, other parameters, aim."""
    words, _ = vocabulary()
    rare = words[3000:3400:10]
    long = sentences(40)
    return [
        ("a common word", list(COMMON[:3]), {}, SHORT),
        ("a rare word", rare, {}, SHORT),
        ("three words, all of them", [f"กองทุน {word} ชุมชน" for word in COMMON[24:34]], {}, SHORT),
        ("five words, any of them", [" OR ".join(rare[at : at + 5]) for at in range(20)], {}, SHORT),
        ("a phrase", ['"กองทุนสวัสดิการ"', '"เงินบ้าน"'], {}, SHORT),
        ("the beginning of a word", ["สวัส*", "บูร*"], {}, SHORT),
        ("a province and a word", ["กองทุน", "เวที"], {"province": "93"}, SHORT),
        ("one letter", ["ก", "น"], {}, SHORT),
        ("two letters", ["กา", "งบ"], {}, SHORT),
        ("a year however written", ["2551", "ปี 52"], {}, SHORT),
        ("a sentence, ranked", long, {"mode": "best"}, LONG),
        ("four facets, no hits shown", ["กองทุน"], {"size": "1", "facets": "province,kind,code,year"}, SHORT),
        ("a hundred hits with passages", ["กองทุน"], {"size": "100"}, SHORT),
    ]


def asking(stage: Stage, queries: list[str], more: dict[str, str]) -> Callable[[], object]:
    """Return a run that asks the next query over the API."""
    turn = cycle(queries)
    project = stage.project.slug

    def run() -> object:
        return stage.api("GET", f"/projects/{project}/search?{urlencode({'q': next(turn), **more})}")

    return run


def opened_anew(stage: Stage) -> None:
    """Let go of all that is in memory and ask."""
    index.engine().close()
    asking(stage, ["กองทุน"], {})()


def until_found(stage: Stage) -> Callable[[], object]:
    """Return a run that writes a note with a word of its own, indexes it as the worker does, and finds it."""
    numbers = iter(range(1_000_000))

    def run() -> None:
        word = f"คำเฉพาะ{next(numbers)}"
        body = {"kind": "page", "title": word, "body": f"{word} กองทุน", "status": "published"}
        stage.api("POST", f"/projects/{stage.project.slug}/entries", body)
        drain()
        found = stage.api("GET", f"/projects/{stage.project.slug}/search?{urlencode({'q': word})}")
        if found["total"] < 1:
            raise RuntimeError(f"{word} was not found")

    return run


if __name__ == "__main__":
    from tests.bench.stage import stage
    from tests.bench.timing import show

    with stage() as made:
        print(show(list(figures(made))))  # noqa: T201
    db.release()
