"""Figures of coding: putting passages under codes, undo, what is new, lists, with few and with thousands of codings."""

from __future__ import annotations

from itertools import count, islice
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from kmwiki.coding.layers import own_layer
from kmwiki.coding.models import Coding
from kmwiki.db import transaction
from tests.bench.timing import Figure, measure
from tests.bench.writing import add_coding, body, codable, make_entry, passages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bench.stage import Stage

ADD = "aim < 15; peer 47-104"
LIST = "aim < 100; peer 96-390"
SIZES = (500, 1000, 5000)


def figures(stage: Stage) -> Iterator[Figure]:
    """Measure with a growing number of codings in the project; 500 and 1,000 stand on one text."""
    codes = codable(stage)
    text = body(60, seed=7)
    entry = make_entry(stage, text, "บันทึกที่ลงรหัสมาก")
    walk, spots = passages(text, seed=3), iter(list(islice(passages(text, seed=8), 400)))
    there = 0
    for wanted in SIZES:
        place = entry if wanted <= SIZES[1] else make_entry(stage, text, "บันทึกอื่น")
        lay(stage, place, codes, text, walk, wanted - there)
        there = wanted
        yield from at_size(stage, entry, codes, text, spots, f"{wanted:,} codings")
    page = f"/projects/{stage.project.slug}/codings?size=50"
    yield measure("list codings, first page of 50 (API)", "5,000 codings", lambda: stage.api("GET", page), limit=LIST)


def at_size(
    stage: Stage, entry: dict[str, Any], codes: list[int], text: str, spots: Iterator[tuple[int, int]], size: str
) -> Iterator[Figure]:
    """Measure what a coder does all day, and what each open page asks every few seconds."""
    numbers, codings = count(1), f"/entries/{entry['id']}/codings"

    def add() -> None:
        add_coding(stage, entry, codes[next(numbers) % len(codes)], text, next(spots))

    yield measure("add a coding (API)", size, add, runs=40, limit=ADD)
    data = page_data(entry, codes, text, spots)
    yield measure("add a coding (desk, with what it redraws)", size, sender(stage, data), runs=40, limit=ADD)
    yield measure("undo (API)", size, lambda: stage.api("POST", f"{codings}/undo", {}), runs=40, limit="aim < 15")
    yield measure("redo (API)", size, lambda: stage.api("POST", f"{codings}/redo", {}), runs=40, limit="aim < 15")
    since = f"/p/{stage.project.slug}/e/{entry['number']}/codings/since?seq="
    poll = f"{since}{stage.client.get(f'{since}0').get_json()['seq']}"
    yield measure("ask what is new, nothing is (page)", size, lambda: expect(stage, poll, 204), runs=40)


def page_data(
    entry: dict[str, Any], codes: list[int], text: str, spots: Iterator[tuple[int, int]]
) -> Callable[[], dict[str, Any]]:
    """Return a maker of what the desk's script sends."""
    numbers = count(5)

    def make() -> dict[str, Any]:
        start, end = next(spots)
        return {
            "source_id": entry["source_id"], "code_id": codes[next(numbers) % len(codes)], "start": start, "end": end,
            "quote": text[start:end], "revision": 1,
        }  # fmt: skip

    return make


def sender(stage: Stage, data: Callable[[], dict[str, Any]]) -> Callable[[], None]:
    """Return a run that codes a passage as the page does."""
    page = stage.client.get(f"/p/{stage.project.slug}/entries").get_data(as_text=True)
    token = page.partition('name="csrf-token" content="')[2].partition('"')[0]
    headers = {"X-CSRFToken": token, "Accept": "application/json"}

    def send() -> None:
        answer = stage.client.post(f"/p/{stage.project.slug}/codings", json=data(), headers=headers)
        if answer.status_code not in {200, 201}:
            raise RuntimeError(f"{answer.status_code}: {answer.get_data(as_text=True)[:300]}")

    return send


def expect(stage: Stage, address: str, status: int) -> None:
    """Get a page that must answer so."""
    answer = stage.client.get(address)
    if answer.status_code != status:
        raise RuntimeError(f"{address}: {answer.status_code}")


def lay(
    stage: Stage, entry: dict[str, Any], codes: list[int], text: str, walk: Iterator[tuple[int, int]], wanted: int
) -> None:
    """Write that many codings into the database at once, as a restored copy would have them."""
    seen: set[tuple[int, int, int]] = set()
    for number in count():
        seen.add((codes[number % len(codes)], *next(walk)))
        if len(seen) == wanted:
            break
    user = stage.caller.user_id or 0
    with transaction() as session:
        layer = own_layer(session, stage.project.id, user)
        session.add_all(
            Coding(
                guid=str(uuid4()),
                project_id=stage.project.id,
                source_id=entry["source_id"],
                root_id=entry["source_id"],
                code_id=code,
                layer_id=layer.id,
                coder_id=user,
                ev_revision=1,
                ev_start=start,
                ev_end=end,
                ev_quote=text[start:end],
                start=start,
                end=end,
            )
            for code, start, end in seen
        )
