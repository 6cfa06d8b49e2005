"""How quickly a search answers over the API, how it grows, what indexing, opening and saving cost, beside bare tantivy.

KMWIKI_BENCH_SIZES sets the numbers of notes (`1000,10000`); with KMWIKI_BENCH_CLOCK=processor questions are measured by
processor time, which on a busy machine tells more. Cold means: nothing found before is remembered, neither
what stands where nor who may read what nor how a text folds; the index itself is open.
"""

from __future__ import annotations

import os
import statistics
import time
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sqlalchemy import event
from sqlalchemy.orm import Session

from kmwiki import db
from kmwiki.search import index, outbox, rights, snippets
from kmwiki.text.thai import fold
from tests.bench import bulk
from tests.bench.corpus import COMMON, sentences, vocabulary
from tests.bench.indexing import seconds_a_note
from tests.bench.tantivy_peer import Peer, words_of
from tests.bench.timing import Figure, measure, percentile
from tests.bench.writing import body
from tests.make_search import drain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bench.stage import Stage

SIZES = tuple(int(one) for one in os.environ.get("KMWIKI_BENCH_SIZES", "1000,10000").split(","))
SHORT, LONG = 200, 600
CLOCK = time.process_time if os.environ.get("KMWIKI_BENCH_CLOCK") == "processor" else time.perf_counter
WARM, COLD = 40, 12
LARGE = 30_000
"""Notes of a project from which Whoosh is no longer sensible: not for searching, but for writing."""


@dataclass(frozen=True, slots=True)
class Question:
    """A class of questions: what is asked, how, what it should not exceed (p95, ms), and how tantivy is asked."""

    what: str
    queries: list[str]
    more: dict[str, str] = field(default_factory=dict)
    aim: int = SHORT
    peer: str = "all"
    tokens: list[list[str]] = field(default_factory=list)


def questions() -> list[Question]:
    """Return the classes of questions."""
    words, _ = vocabulary()
    rare = words[3000:3400:10]
    three = [["กองทุน", word, "ชุมชน"] for word in COMMON[24:34]]
    five = [rare[at : at + 5] for at in range(20)]
    long = sentences(40)
    pair = [["กองทุน", "สวัสดิการ"], ["เงิน", "บ้าน"]]
    return [
        Question("a common word", COMMON[:3], tokens=[[one] for one in COMMON[:3]]),
        Question("a rare word", rare, tokens=[[one] for one in rare]),
        Question("three words, all of them", [" ".join(one) for one in three], tokens=three),
        Question("five words, any of them", [" OR ".join(one) for one in five], peer="any", tokens=five),
        Question("a phrase", [f'"{"".join(one)}"' for one in pair], peer="phrase", tokens=pair),
        Question("the beginning of a word", ["สวัส*", "บูร*"], peer="prefix", tokens=[["สวัส"], ["บูร"]]),
        Question("a province and a word", ["กองทุน", "เวที"], {"province": "93"}, tokens=[["กองทุน"], ["เวที"]]),
        Question("one letter", ["ก", "น"], peer="substring", tokens=[["ก"], ["น"]]),
        Question("two letters", ["กา", "งบ"], peer="substring", tokens=[["กา"], ["งบ"]]),
        Question("a year however written", ["2551", "ปี 52"], peer=""),
        Question("a sentence, ranked", long, {"mode": "best"}, LONG, "any", [words_of(fold(one)) for one in long]),
        Question("four facets, one hit", ["กองทุน"], {"size": "1", "facets": "province,kind,code,year"}, peer=""),
        Question("the first page with passages, no facets", ["กองทุน", "เวที"], {"facets": "none"}, peer=""),
        Question("a hundred hits with passages", ["กองทุน"], {"size": "100"}, peer=""),
    ]


class Clock:
    """Counts the time spent inside the engine: the rest of an answer is ours."""

    def __init__(self) -> None:
        self.spent = 0.0
        self._engine: Any = index.engine()
        self._page = self._engine.page
        vars(self._engine)["page"] = self.page

    def page(self, *given: Any) -> Any:
        """Ask the engine, and count."""
        started = CLOCK()
        try:
            return self._page(*given)
        finally:
            self.spent += (CLOCK() - started) * 1000

    def end(self) -> None:
        """Let the engine be asked directly again."""
        del vars(self._engine)["page"]


def figures(stage: Stage) -> Iterator[Figure]:
    """Measure every class of question at every size, and what writing costs."""
    del stage
    medians: dict[str, list[float]] = defaultdict(list)
    for entries in SIZES:
        with bulk.filled(entries) as (made, built, peer):
            size = f"{entries:,} notes"
            yield from costs(made, built, size)
            for question in questions():
                warm, cold, ours, theirs = ask(made, question, Peer(peer))
                medians[question.what].append(statistics.median(warm))
                yield Figure(
                    f"search: {question.what}",
                    size,
                    WARM,
                    *middle(warm),
                    told(question, ours, theirs, medians[question.what]),
                )
                yield Figure(
                    f"search: {question.what}, cold", size, COLD, *middle(cold), f"aim p95 < {question.aim} at 10,000"
                )
            yield measure("an edit until it is found", size, until_found(made), runs=5, warm=1, limit="aim < 2000")
            yield from saving(made, size)


def told(question: Question, ours: list[float], theirs: list[float], medians: list[float]) -> str:
    """Say what an answer is held against."""
    parts = [f"aim p95 < {question.aim} at 10,000", f"ours {statistics.median(ours):.1f} (aim < 15)"]
    if theirs:
        parts.append(f"tantivy {statistics.median(theirs):.2f}")
    if len(medians) > 1:
        parts.append(f"x{medians[-1] / medians[0]:.1f} for x{SIZES[len(medians) - 1] // SIZES[0]}")
    return "; ".join(parts)


def middle(took: list[float]) -> tuple[float, float]:
    """Return the median and the 95th percentile."""
    return statistics.median(took), percentile(took, 95)


def ask(made: Stage, question: Question, peer: Peer) -> tuple[list[float], list[float], list[float], list[float]]:
    """Return what answers took: warm, cold, without the engine, and tantivy's."""
    cold, warm, ours, theirs = [], [], [], []
    for _, query in zip(range(COLD), cycle(question.queries), strict=False):
        forget(made)
        cold.append(timed(asking(made, query, question.more)))
    for query in question.queries:
        asking(made, query, question.more)()
    clock = Clock()
    for _, query in zip(range(WARM), cycle(question.queries), strict=False):
        clock.spent = 0.0
        warm.append(timed(asking(made, query, question.more)))
        ours.append(warm[-1] - clock.spent)
    clock.end()
    runs = [run for tokens in question.tokens if (run := peer.asking(question.peer, tokens)) is not None]
    for _, run in zip(range(WARM if runs else 0), cycle(runs), strict=False):
        theirs.append(timed(run))
    return warm, cold, ours, theirs


def timed(run: Callable[[], object]) -> float:
    """Return the milliseconds that a run takes."""
    started = CLOCK()
    run()
    return (CLOCK() - started) * 1000


def asking(made: Stage, query: str, more: dict[str, str]) -> Callable[[], object]:
    """Return a run that asks over the API."""
    address = f"/projects/{made.project.slug}/search?{urlencode({'q': query, **more})}"
    return lambda: made.api("GET", address)


def forget(made: Stage) -> None:
    """Open the index anew, and forget all that was found or folded."""
    index.engine().close()
    index.engine().vocabulary(made.project.id + 1)  # opens it, and reads nothing of the project
    rights.KEPT.forget()
    rights._Before.answers.clear()  # noqa: SLF001 - nothing but a measurement wants to lose it
    for kept in (snippets.passages_once, snippets.folded_once, snippets._word_ends, snippets._edges, snippets._said):  # noqa: SLF001
        kept.cache_clear()


def reopen() -> None:
    """Let go of the index and open it."""
    index.engine().close()
    index.engine().vocabulary(0)


def resident() -> float:
    """Return how much of this process is in memory, in megabytes."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def costs(made: Stage, built: bulk.Built, size: str) -> Iterator[Figure]:
    """Tell what the index costs: to make, to open, in memory, on disk."""
    mean = seconds_a_note(made) * 1000
    yield Figure(
        f"index: {LARGE:,} notes made anew, in processor minutes",
        size,
        1,
        mean * LARGE / 60_000,
        mean * LARGE / 60_000,
        f"beyond some {LARGE:,} notes, or where that must end in minutes, take the native engine: "
        f"tantivy writes them in {built.tantivy / built.entries * LARGE:.0f} s",
    )
    yield Figure(
        "index: processor time a note with comments",
        size,
        1,
        mean,
        mean,
        f"aim < 33 (30 a second); tantivy alone {built.tantivy * 1000 / built.entries:.2f}",
    )
    before = resident()
    opening = timed(lambda: index.engine().vocabulary(0))
    first = timed(asking(made, "กองทุน", {}))
    grown = resident() - before
    yield Figure(
        "open the index; the first question",
        size,
        1,
        opening,
        opening + first,
        f"{built.texts:,} texts, {built.characters / 1e6:.1f} million characters",
    )
    again = [timed(reopen) for _ in range(5)]
    yield Figure(
        "open the index anew",
        size,
        5,
        *middle(again),
        f"{grown:.0f} MB more in memory, {index.engine().status().size / 2**20:.0f} MB on disk",
    )


def saving(made: Stage, size: str) -> Iterator[Figure]:
    """Measure a save with search, and as it would be without."""
    entry = made.api(
        "POST",
        f"/projects/{made.project.slug}/entries",
        {"kind": "page", "title": "วัดการบันทึก", "body": body(8), "body_format": "plain", "status": "published"},
    )
    state = {"revision": entry["revision"], "seed": 0}

    def save() -> None:
        state["seed"] += 1
        answer = made.api(
            "PUT",
            f"/entries/{entry['id']}",
            {"body": body(8, seed=state["seed"])},
            **{"If-Match": f'"rev-{state["revision"]}"'},
        )
        state["revision"] = answer["revision"]

    with_search, without = [], []
    hooks = (("after_flush", outbox._note), ("before_commit", outbox._write))  # noqa: SLF001 - what a save costs without them
    for _ in range(30):  # in turn, so that a busy moment strikes both
        with_search.append(timed(save))
        for name, function in hooks:
            event.remove(Session, name, function)
        without.append(timed(save))
        for name, function in hooks:
            event.listen(Session, name, function)
    yield Figure("save a note without search", size, 30, *middle(without))
    added = statistics.median(with_search) - statistics.median(without)
    yield Figure("save a note", size, 30, *middle(with_search), f"aim < 5 more: {added:+.1f}")


def until_found(made: Stage) -> Callable[[], object]:
    """Return a run that writes a note with a word of its own, indexes it as the worker does, and finds it."""
    numbers = iter(range(1_000_000))

    def run() -> None:
        word = f"คำเฉพาะ{next(numbers)}"
        given = {"kind": "page", "title": word, "body": f"{word} กองทุน", "status": "published"}
        made.api("POST", f"/projects/{made.project.slug}/entries", given)
        drain()
        found = made.api("GET", f"/projects/{made.project.slug}/search?{urlencode({'q': word})}")
        if found["total"] < 1:
            raise RuntimeError(f"{word} was not found")

    return run


if __name__ == "__main__":
    from tests.bench.stage import stage as small
    from tests.bench.timing import show

    with small() as scratch:
        print(show(list(figures(scratch))))  # noqa: T201
    db.release()
