"""An invented Thai corpus: notes of some 2,000 characters over welfare, weather and village life, with comments.

Words are drawn by Zipf's law from everyday words of the general dictionary and from a few that the domain uses all the
time; blanks fall as in Thai prose. The same seed gives the same corpus.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

from kmwiki.text.words import general_words

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMON = [
    "กองทุน",
    "สวัสดิการ",
    "ชุมชน",
    "ที่",
    "และ",
    "ของ",
    "เป็น",
    "ใน",
    "มี",
    "การ",
    "ไม่",
    "ได้",
    "ให้",
    "ว่า",
    "จะ",
    "คน",
    "กัน",
    "มา",
    "ไป",
    "ก็",
    "แล้ว",
    "ออม",
    "เงิน",
    "บ้าน",
    "ตำบล",
    "แผน",
    "งบ",
    "บูรณาการ",
    "เวที",
    "ประชุม",
    "กรรมการ",
    "สมาชิก",
    "จังหวัด",
    "หมู่บ้าน",
    "ครู",
    "แกนนำ",
    "ทำ",
    "เรา",
    "พื้นที่",
    "น้ำ",
]
PROVINCES = ("93", "80", "56", "52", "90")
KINDS = ("meeting", "aar", "reflection", "interview", "fieldnote", "page")
WORDS, SHORTEST, LONGEST = 12_000, 2, 14


@dataclass(frozen=True, slots=True)
class Note:
    """An invented note."""

    title: str
    body: str
    kind: str
    province: str
    event_date: str
    comments: tuple[str, ...]


@cache
def vocabulary() -> tuple[list[str], list[float]]:
    """Return words and their cumulated weights, the frequent ones first."""
    others = sorted(word for word in general_words() if SHORTEST <= len(word) <= LONGEST and word not in COMMON)
    random.Random(1).shuffle(others)  # noqa: S311 - the same corpus every time
    words = [*COMMON, *others[:WORDS]]
    return words, list(accumulate(1 / (rank + 3) for rank in range(len(words))))


def prose(dice: random.Random, length: int) -> str:
    """Write at least so many characters of words that mean nothing together."""
    words, weights = vocabulary()
    parts: list[str] = []
    size = 0
    while size < length:
        clause = "".join(dice.choices(words, cum_weights=weights, k=dice.randint(3, 12)))
        if dice.random() < 0.1:
            clause += f" {dice.randint(1, 400)} คน"
        parts.append(clause)
        parts.append("\n\n" if dice.random() < 0.08 else " ")
        size += len(clause) + 1
    return "".join(parts).strip()


def notes(count: int, *, seed: int = 42, length: int = 2000) -> Iterator[Note]:
    """Write so many notes, each with none to four comments."""
    dice = random.Random(seed)  # noqa: S311 - the same corpus every time
    for _ in range(count):
        yield Note(
            title=prose(dice, 30).replace("\n", " "),
            body=prose(dice, length),
            kind=dice.choice(KINDS),
            province=dice.choice(PROVINCES),
            event_date=f"{dice.randint(1, 28)}/{dice.randint(1, 12)}/{dice.randint(2549, 2568)}",
            comments=tuple(prose(dice, 220) for _ in range(dice.randint(0, 4))),
        )


def sentences(count: int, *, seed: int = 7, length: int = 60) -> list[str]:
    """Write questions of about that length."""
    dice = random.Random(seed)  # noqa: S311 - the same questions every time
    return [prose(dice, length).replace("\n", " ")[:length] for _ in range(count)]
