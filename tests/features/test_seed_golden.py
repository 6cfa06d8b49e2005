"""The five real posts against what a careful reader found in them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from kmwiki.exchange.importing.model import Options
from kmwiki.exchange.importing.reading import read_draft
from kmwiki.formats.decoding import decode
from kmwiki.formats.gotoknow import Page, parse
from kmwiki.places.queries import place

if TYPE_CHECKING:
    from pathlib import Path

POSTS = ("000", "001", "002", "003", "004")


def golden(seeds_dir: Path, number: str) -> tuple[dict[str, Any], Page, str]:
    """Return what is expected of a post, what was parsed, and its text."""
    expected = json.loads((seeds_dir / "golden" / f"{number}.json").read_text(encoding="utf-8"))
    text = decode((seeds_dir / expected["file"]).read_bytes()).text
    return expected, parse(text), text


@pytest.mark.parametrize("number", POSTS)
def test_a_real_post_parses_exactly(seeds_dir: Path, number: str) -> None:
    expected, page, _ = golden(seeds_dir, number)
    assert page.layout == "post"
    for name in (
        "title",
        "lead",
        "lead_line",
        "record_no",
        "licence",
        "author",
        "views",
        "comment_count",
        "footer_from",
    ):
        assert getattr(page, name) == expected[name], name
    assert page.meta_line == expected["meta_line"]
    assert page.written is not None
    assert page.written.iso() == expected["written"]
    assert page.edited is not None
    assert page.edited.iso() == expected["edited"]
    assert page.tags == ()


@pytest.mark.parametrize("number", POSTS)
def test_the_body_is_the_page_s_own_lines_unchanged(seeds_dir: Path, number: str) -> None:
    expected, page, text = golden(seeds_dir, number)
    start, end = expected["body_lines"]
    assert page.body == "\n".join(text.split("\n")[start - 1 : end]).rstrip("\n")
    assert "หมายเลขบันทึก" not in page.body
    assert "ClassStart" not in page.body + "".join(comment.text for comment in page.comments)


def test_every_comment_of_the_real_posts_is_cut_where_a_reader_cuts_it(seeds_dir: Path) -> None:
    found = wanted = 0
    for number in POSTS:
        expected, page, _ = golden(seeds_dir, number)
        cut = {(comment.lines, comment.text, comment.author) for comment in page.comments}
        assert len(page.comments) == expected["comment_count"]
        for comment in expected["comments"]:
            wanted += 1
            found += (tuple(comment["lines"]), comment["text"], comment["author"]) in cut
    assert (found, wanted) == (21, 21)


@pytest.mark.parametrize("number", POSTS)
def test_the_province_of_a_real_post_is_guessed(seeds_dir: Path, number: str) -> None:
    expected, _, _ = golden(seeds_dir, number)
    path = seeds_dir / expected["file"]
    draft = read_draft(path.name, path.read_bytes(), Options())
    guessed = place(draft.entry.places[0]).name_th if draft.entry.places else None
    assert guessed == expected["province_guess"]
    assert draft.provenance.get("places", {}).get("from") == ("guess" if guessed else None)


def test_the_day_of_the_meeting_is_guessed_from_the_words_of_the_first_post(seeds_dir: Path) -> None:
    path = next(seeds_dir.glob("000_*.txt"))
    draft = read_draft(path.name, path.read_bytes(), Options())
    assert (draft.entry.event_date, draft.entry.event_choice) == ("18 กพ. 51", "2008-02-18")
