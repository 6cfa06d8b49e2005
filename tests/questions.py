"""Public Thai questions put to an engine: as they are, with slips of the finger, and over whole articles."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from kmwiki.search.dictionary import _make
from kmwiki.search.documents import Outline, make_document
from kmwiki.search.engine import Slice
from kmwiki.search.memory_engine import MemoryEngine
from kmwiki.search.plan import Planner
from kmwiki.text.words import segmenter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from kmwiki.search.engine import Ask

TONES = "่้๊๋"
ALIKE = dict(zip("ิีึืุูใไศษสณนรลฆคถทฐญย", "ีิืึูุไใสสศนณลรคฆทถถยญ", strict=True))
TEN = 10


@dataclass(frozen=True, slots=True)
class Library:
    """Texts in an engine, and questions each with the key of the text that answers it."""

    engine: MemoryEngine
    questions: list[tuple[str, str]]


def paragraphs(data: Path) -> Library:
    """Index every paragraph as a text of its own."""
    return _library(
        [(each["context"], "", each["qas"]) for article in _articles(data) for each in article["paragraphs"]]
    )


def articles(data: Path) -> Library:
    """Index whole articles of several thousand characters, all their questions asked of them."""
    return _library(
        [
            (
                "\n\n".join(each["context"] for each in article["paragraphs"]),
                "",
                [q for each in article["paragraphs"] for q in each["qas"]],
            )
            for article in _articles(data)
        ]
    )


def mixed(data: Path) -> Library:
    """Index paragraphs, every other article whole: short and very long texts beside each other."""
    given: list[tuple[str, str, list[dict[str, str]]]] = []
    for number, article in enumerate(_articles(data)):
        parts = article["paragraphs"]
        if number % 2:
            given.append(
                ("\n\n".join(each["context"] for each in parts), "", [q for each in parts for q in each["qas"]])
            )
        else:
            given += [(each["context"], "", each["qas"]) for each in parts]
    return _library(given)


def _articles(data: Path) -> Any:
    return json.loads((data / "xquad.th.json").read_text(encoding="utf-8"))["data"]


def _library(given: Sequence[tuple[str, str, Sequence[dict[str, str]]]]) -> Library:
    engine = MemoryEngine()
    engine.put(
        make_document(Outline(key=f"source:{number}", project_id=1, title=title, revision=1), text, segmenter())
        for number, (text, title, _) in enumerate(given)
    )
    return Library(
        engine, [(asked["question"], f"source:{number}") for number, (_, _, some) in enumerate(given) for asked in some]
    )


def slipped(question: str, dice: random.Random) -> str:
    """Write a question with one or two slips: a tone, a vowel, a letter of the same sound, or a letter dropped."""
    letters = list(question)
    for _ in range(dice.randint(1, 2)):
        at = dice.randrange(len(letters))
        letter = letters[at]
        if letter in TONES:
            letters[at] = dice.choice(["", *TONES.replace(letter, "")])
        elif letter in ALIKE and dice.random() < 0.7:
            letters[at] = ALIKE[letter]
        elif "ก" <= letter <= "ฮ":
            letters[at] = ""
    return "".join(letters)


def with_slips(questions: Sequence[tuple[str, str]], seed: int = 7) -> list[tuple[str, str]]:
    """Write every question with slips; the same seed gives the same ones."""
    dice = random.Random(seed)  # noqa: S311 - the same slips every time
    return [(slipped(question, dice), key) for question, key in questions]


def as_shipped(ask: Ask) -> Ask:
    """Rank as the product does."""
    return ask


def words_alone(ask: Ask) -> Ask:
    """Rank by plain BM25 over words."""
    return replace(ask, trigrams=(), boosts=(), whole=None)


def trigrams_alone(ask: Ask) -> Ask:
    """Rank by trigrams alone."""
    return replace(ask, words=(), boosts=(), whole=None)


def measure(
    library: Library, questions: Sequence[tuple[str, str]], ranking: Callable[[Ask], Ask] = as_shipped
) -> tuple[float, float]:
    """Return the mean reciprocal rank and the recall among the first ten."""
    planner = Planner(1, _make(()), segmenter())
    ranks = []
    for question, key in questions:
        made = planner.plan(question, "best")
        ask = ranking(replace(made.ask, whole=made.first))
        first = [match.key for match in library.engine.page(ask, Slice(size=TEN)).matches]
        ranks.append(1 / (first.index(key) + 1) if key in first else 0.0)
    return sum(ranks) / len(ranks), sum(map(bool, ranks)) / len(ranks)
