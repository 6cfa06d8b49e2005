"""Questions find the paragraph that answers them, slips of the finger included, on public Thai questions."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import pytest

from kmwiki.search.dictionary import _make
from kmwiki.search.documents import Outline, make_document
from kmwiki.search.memory_engine import MemoryEngine
from kmwiki.search.plan import Planner
from kmwiki.text.words import segmenter

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

pytestmark = pytest.mark.slow

TONES = "่้๊๋"
ALIKE = dict(zip("ิีึืุูใไศษสณนรล", "ีิืึูุไใสสศนณลร", strict=True))


def slipped(question: str, dice: random.Random) -> str:
    """Write a question with one or two slips: a tone, a vowel, a letter of the same sound, or a letter dropped."""
    letters = list(question)
    for _ in range(dice.randint(1, 2)):
        at = dice.randrange(len(letters))
        letter = letters[at]
        if letter in TONES:
            letters[at] = dice.choice(["", *TONES.replace(letter, "")])
        elif letter in ALIKE:
            letters[at] = ALIKE[letter]
        elif "ก" <= letter <= "ฮ":
            letters[at] = ""
    return "".join(letters)


@pytest.fixture(scope="module")
def library(data_dir: Path) -> tuple[MemoryEngine, list[tuple[str, str]]]:
    """The paragraphs, indexed, and each question with the key of its paragraph."""
    articles = json.loads((data_dir / "xquad.th.json").read_text(encoding="utf-8"))["data"]
    paragraphs = [paragraph for article in articles for paragraph in article["paragraphs"]]
    engine = MemoryEngine()
    engine.put(
        make_document(Outline(key=f"source:{number}", project_id=1, revision=1), paragraph["context"], segmenter())
        for number, paragraph in enumerate(paragraphs)
    )
    questions = [
        (asked["question"], f"source:{number}")
        for number, paragraph in enumerate(paragraphs)
        for asked in paragraph["qas"]
    ]
    return engine, questions


def measure(engine: MemoryEngine, questions: Iterable[tuple[str, str]]) -> tuple[float, float]:
    """Return the mean reciprocal rank and the recall among the first ten."""
    ranks = []
    for question, key in questions:
        ask = Planner(1, _make(()), segmenter()).plan(question, "best").ask
        first = [match.key for match in engine.find(ask)[:10]]
        ranks.append(1 / (first.index(key) + 1) if key in first else 0.0)
    return sum(ranks) / len(ranks), sum(map(bool, ranks)) / len(ranks)


def test_questions_find_their_paragraph(library: tuple[MemoryEngine, list[tuple[str, str]]]) -> None:
    engine, questions = library
    rank, recall = measure(engine, questions[::3])
    assert rank >= 0.96
    assert recall >= 0.99


def test_questions_with_slips_find_it_too(library: tuple[MemoryEngine, list[tuple[str, str]]]) -> None:
    engine, questions = library
    dice = random.Random(7)  # noqa: S311 - the same slips every time
    rank, _ = measure(engine, [(slipped(question, dice), key) for question, key in questions[::3]])
    assert rank >= 0.95
