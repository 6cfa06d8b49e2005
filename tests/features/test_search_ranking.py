"""Questions find the paragraph that answers them, slips of the finger included, on public Thai questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmwiki.search.documents import Outline, make_document
from kmwiki.search.engine import Ask, Has
from kmwiki.search.memory_engine import MemoryEngine
from kmwiki.text.words import segmenter
from tests.questions import Library, articles, measure, mixed, paragraphs, with_slips, words_alone

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def library(data_dir: Path) -> Library:
    """The paragraphs, indexed, with their questions."""
    return paragraphs(data_dir)


@pytest.mark.slow
def test_questions_find_their_paragraph(library: Library) -> None:
    rank, recall = measure(library, library.questions[::3])
    assert rank >= 0.96
    assert recall >= 0.99
    assert measure(library, library.questions[::6], words_alone)[0] < rank


@pytest.mark.slow
def test_questions_with_slips_find_it_too(library: Library) -> None:
    assert measure(library, with_slips(library.questions[::3]))[0] >= 0.95


@pytest.mark.slow
def test_whole_articles_are_found_among_paragraphs_and_among_each_other(data_dir: Path) -> None:
    whole, both = articles(data_dir), mixed(data_dir)
    assert measure(whole, whole.questions[::6])[0] >= 0.97
    assert measure(both, both.questions[::6])[0] >= 0.95
    assert measure(both, with_slips(both.questions[::6]))[0] >= 0.93


def test_a_title_outranks_a_body_that_says_it_more_often_and_length_alone_gives_nothing() -> None:
    engine = MemoryEngine()
    filler = "ฝนตกน้ำมากทั้งตำบล " * 60
    texts = {
        "source:1": ("บันทึกหนึ่ง", "กองทุน " * 3 + filler),
        "source:2": ("กองทุน", filler),
        "source:3": ("บันทึกสาม", filler * 8 + "กองทุน"),
        "source:4": ("บันทึกสี่", filler),
    }
    engine.put(
        make_document(Outline(key=key, project_id=1, title=title, revision=1), body, segmenter())
        for key, (title, body) in texts.items()
    )
    short = engine.find(Ask(1, Has("กองทุน"), ((Has("กองทุน"),),)))
    assert [match.key for match in short] == ["source:2", "source:1", "source:3"]
    ranked = engine.find(Ask(1, None, words=(("กองทุน", 1.0),)))
    assert [match.key for match in ranked][-1] == "source:3"
