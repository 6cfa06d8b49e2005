"""How well questions find their text: as shipped, beside words alone and trigrams alone of the same engine."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tests import questions
from tests.conftest import SHARED

if TYPE_CHECKING:
    from collections.abc import Iterator

RANKINGS = (questions.as_shipped, questions.words_alone, questions.trigrams_alone)


def lines() -> Iterator[str]:
    """Yield a table: MRR@10 and recall@10 of every kind of text and ranking, without and with slips."""
    if not (SHARED / "data").is_dir():
        yield "ranking: the public questions are not beside this checkout (../shared/data)"
        return
    yield f"{'ranking of XQuAD-Thai':36}{'MRR@10':>8}{'recall':>8}{'slips':>10}{'recall':>8}"
    for what, make in (
        ("paragraphs", questions.paragraphs),
        ("articles", questions.articles),
        ("both", questions.mixed),
    ):
        library = make(SHARED / "data")
        wrong = questions.with_slips(library.questions)
        for ranking in RANKINGS:
            print(f"  {what} {ranking.__name__}", file=sys.stderr)  # noqa: T201
            right, slips = (questions.measure(library, some, ranking) for some in (library.questions, wrong))
            name = f"{what}, {ranking.__name__.replace('_', ' ')}"
            yield f"{name:36}{right[0]:8.3f}{right[1]:8.3f}{slips[0]:10.3f}{slips[1]:8.3f}"
