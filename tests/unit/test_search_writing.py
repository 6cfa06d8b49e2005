"""Posting lists as we write them: what was put in is read back by Whoosh, spilled, joined and with texts deleted."""

from __future__ import annotations

import random
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pytest

from kmwiki.search import whoosh_writer
from kmwiki.search.engine import Document, IndexMissing
from kmwiki.search.whoosh_fields import merge_many
from kmwiki.search.whoosh_index import WhooshIndex
from kmwiki.search.whoosh_segment import decoded
from kmwiki.text.words import Segmenter

if TYPE_CHECKING:
    from pathlib import Path

MANY = 60


def document(number: int, words: dict[str, float]) -> Document:
    """Make a text of these words."""
    mine: dict[str, Any] = {"words": words, "trigrams": {word[:3]: 1.5 for word in words}}
    none: dict[str, Any] = {"title_end": 0, "lead_end": 0, "facts": frozenset(), "columns": {}, "edges": b""}
    return Document(key=f"source:{number}", project_id=1, version="1", text=" ".join(words), **mine, **none)


def texts() -> list[Document]:
    """Make texts with words that stand in all of them, in many and in one."""
    dice = random.Random(4)  # noqa: S311 - the same texts every time
    made = []
    for number in range(MANY):
        words = {"กองทุน": 1.0, f"เฉพาะ{number}": 2.5}
        words |= {f"คำ{dice.randrange(8)}": float(dice.randint(1, 3)) for _ in range(4)}
        made.append(document(number, words))
    return made


def written(index: WhooshIndex) -> dict[tuple[str, str], dict[str, float]]:
    """Read back every posting by Whoosh's readers: (field, term) -> key of the text -> weight."""
    found: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    with index.snapshot() as snapshot:
        for name, segment in snapshot.segments.items():
            for field, term in segment.reader.all_terms():
                numbers, weights = decoded(segment.reader.postings(field, term))
                assert segment.reader.doc_frequency(field, term) == len(numbers)
                assert sorted(numbers) == list(numbers)
                for number, weight in zip(numbers.tolist(), weights.tolist(), strict=True):
                    if number not in snapshot.deleted[name]:
                        key = segment.reader.stored_fields(number)["document"][1]
                        found[field, term.decode()][key] = weight
    return {term: places for term, places in found.items() if places}


def expected(some: list[Document]) -> dict[tuple[str, str], dict[str, float]]:
    """Say what should be read back."""
    found: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for one in some:
        for field, terms in (("words", one.words), ("trigrams", one.trigrams)):
            for term, weight in terms.items():
                found[field, f"1 {term}"][one.key] = weight
    return dict(found)


@pytest.mark.parametrize(("pool", "block", "inline"), [(1 << 27, 8192, 12), (4000, 7, 2), (1, 3, 0)])
def test_every_posting_is_read_back_whatever_was_spilled_joined_or_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pool: int, block: int, inline: int
) -> None:
    monkeypatch.setattr(whoosh_writer, "POOL_BYTES", pool)
    monkeypatch.setattr(whoosh_writer, "BLOCK", block)
    monkeypatch.setattr(whoosh_writer, "INLINE", inline)
    index = WhooshIndex(tmp_path)
    index.create()
    some = texts()
    index.write(some[:40])
    index.write(some[40:])
    assert written(index) == expected(some)
    index.write([document(3, {"ใหม่": 2.0})], ["source:50"])
    kept = [one for number, one in enumerate(some) if number not in {3, 50}] + [document(3, {"ใหม่": 2.0})]
    assert written(index) == expected(kept)
    index.write([], merge=merge_many)
    with index.snapshot() as snapshot:
        assert len(snapshot.segments) == 1
        assert snapshot.count() == MANY - 1
    assert written(index) == expected(kept)
    assert not list(tmp_path.glob("**/*.run"))
    index.close()


def test_a_writer_that_is_given_up_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whoosh_writer, "POOL_BYTES", 1)
    index = WhooshIndex(tmp_path)
    index.create()

    def full(*_: object) -> None:
        raise RuntimeError("no space left")

    monkeypatch.setattr(whoosh_writer.FieldWriter, "write", full)
    with pytest.raises(IndexMissing, match="no space left"):
        index.write(texts())
    monkeypatch.undo()
    assert not list(tmp_path.glob("**/*.run"))
    index.write(texts())
    assert written(index) == expected(texts())
    index.close()


def test_words_of_a_project_are_found_line_by_line() -> None:
    own = Segmenter(["ออมวันละบาท", "ละบาท", "สวัสดิการชุมชน", "ก"])
    line = "กลุ่มออมวันละบาทและสวัสดิการชุมชน ก"
    cut = [word.text for word in own.words(line)]
    assert "ออมวันละบาท" in cut
    assert "สวัสดิการชุมชน" in cut
    for end in ("\n", "\r\n", "\u2028"):
        found = own.words(f"{line}{end}ไม่มีคำ{end}{line}")
        assert "".join(word.text for word in found) == f"{line}{end}ไม่มีคำ{end}{line}"
        assert [word.text for word in found][: len(cut)] == cut
        assert [word.text for word in found][-len(cut) :] == cut
