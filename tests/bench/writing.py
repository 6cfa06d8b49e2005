"""Figures of writing and coding: saving, adding a coding, opening texts with many of them, listing thousands."""

from __future__ import annotations

import random
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

from tests.bench.timing import Figure, measure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.stage import Stage

SENTENCES = (
    "กลุ่มออมวันละบาทเริ่มจากสามบ้าน แล้วค่อยชวนญาติเข้ามาทีละครัวเรือน",
    "หัวหน้าเล่าว่าปีที่แล้วจ่ายค่าทำศพไปสิบสองราย เงินยังพอหมุน",
    "เจ้าหน้าที่สองหน่วยมาวันเดียวกันโดยไม่รู้กันมาก่อน ชาวบ้านจึงเล่าเรื่องเดิมสองรอบ",
    "ถ้าจะรวมกองทุน ต้องถามก่อนว่าใครเป็นเจ้าของเงิน และใครตัดสินเมื่อเงินไม่พอ",
    "ที่ประชุมตกลงให้ทำบัญชีเล่มเดียวแต่แยกคอลัมน์ แล้วนัดดูกันอีกทีเดือนหน้า",
)


def body(paragraphs: int, *, seed: int = 1) -> str:
    """Make an invented Thai text of that many paragraphs (about 300 characters each)."""
    pick = random.Random(seed)  # noqa: S311 - repeatable, not secret
    return "\n\n".join(" ".join(pick.choice(SENTENCES) for _ in range(5)) for _ in range(paragraphs))


def make_entry(stage: Stage, text: str, title: str = "บันทึกวัดเวลา") -> dict[str, Any]:
    """Create a published entry."""
    data = {"kind": "reflection", "title": title, "body": text, "body_format": "plain", "status": "published"}
    made: dict[str, Any] = stage.api("POST", f"/projects/{stage.project.slug}/entries", data)
    return made


def passages(text: str, *, seed: int = 2) -> Iterator[tuple[int, int]]:
    """Give passages that are whole sentences or pairs of them: their ends are ends of clusters."""
    pick = random.Random(seed)  # noqa: S311
    starts = [0, *(i + 1 for i, character in enumerate(text) if character == " ")]
    while True:
        start = pick.choice(starts)
        ends = [i for i, character in enumerate(text) if character in " \n" and start + 10 < i < start + 180]
        if ends:
            yield start, pick.choice(ends)


def code_many(stage: Stage, entry: dict[str, Any], wanted: int) -> None:
    """Give the entry that many codings through the API."""
    codes = codable(stage)
    reading = stage.api("GET", f"/sources/{entry['source_id']}/text")["text"]
    seen: set[tuple[int, int, int]] = set()
    for number, (start, end) in enumerate(passages(reading)):
        if len(seen) >= wanted:
            return
        code = codes[number % len(codes)]
        if (code, start, end) not in seen:
            seen.add((code, start, end))
            add_coding(stage, entry, code, reading, (start, end))


def codable(stage: Stage) -> list[int]:
    """Return the ids of the codes that passages may have."""
    codes = stage.api("GET", f"/projects/{stage.project.slug}/codes?size=1000")["items"]
    return [code["id"] for code in codes if code["is_codable"]]


def add_coding(stage: Stage, entry: dict[str, Any], code: int, text: str, passage: tuple[int, int]) -> None:
    """Code one passage."""
    start, end = passage
    wanted = {"code_id": code, "start": start, "end": end, "quote": text[start:end], "revision": entry["revision"]}
    stage.api("POST", f"/sources/{entry['source_id']}/codings", wanted)


def figures(stage: Stage) -> Iterator[Figure]:
    """Measure."""
    entry, numbers = make_entry(stage, body(8)), count(1)
    state = {"revision": entry["revision"]}

    def save() -> None:
        text = body(8, seed=next(numbers) + 10)
        answer = stage.api(
            "PUT", f"/entries/{entry['id']}", {"body": text}, **{"If-Match": f'"rev-{state["revision"]}"'}
        )
        state["revision"] = answer["revision"]

    yield measure("save an entry (API)", "2,500 characters", save)
    fresh = make_entry(stage, body(30, seed=5))
    reading, codes, walk = body(30, seed=5), codable(stage), passages(body(30, seed=5), seed=9)

    def code() -> None:
        add_coding(stage, fresh, codes[next(numbers) % len(codes)], reading, next(walk))

    yield measure("add a coding (API)", "entry of 10,000 characters", code, runs=60, limit="aim < 15; peer 47-104")
    for wanted in (60, 500):
        coded = make_entry(stage, body(max(10, wanted // 4), seed=wanted), f"บันทึก {wanted} ช่วง")
        code_many(stage, coded, wanted)
        open_page = partial(stage.page, coded["url"])
        yield measure("open an entry (page, server)", f"{wanted} codings", open_page, runs=15)
    for number in range(8):
        code_many(stage, make_entry(stage, body(140, seed=100 + number), f"บันทึกยาว {number}"), 560)
    list_page = partial(stage.api, "GET", f"/projects/{stage.project.slug}/codings?size=50")
    size = f"{list_page()['total']:,} codings"
    yield measure("list codings, a page of 50 (API)", size, list_page, limit="aim < 100; peer 96-390")
