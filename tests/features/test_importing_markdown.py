"""Markdown files with a head of `key: value` lines: what is taken from it, and what is said of the rest."""

from __future__ import annotations

import pytest

from kmwiki.errors import Invalid
from kmwiki.exchange.importing.model import Options
from kmwiki.exchange.importing.reading import Draft, read_draft

HEAD = """---
title: "เวทีสามตำบล"
kind: aar
date: 18 ก.พ. 2551
province: ตรัง
tags: [น้ำ, ป่าชุมชน]
lead: ตกลงกันเรื่องน้ำ
author: มาลี ศรีสุข
---
"""


def draft(text: str, options: Options | None = None) -> Draft:
    return read_draft("a.md", text.encode(), options or Options())


def said(read: Draft) -> str:
    return " | ".join(str(warning) for warning in read.warnings)


def test_the_head_of_a_markdown_file_describes_the_note_and_is_no_part_of_its_text() -> None:
    read = draft(f"{HEAD}\n# เวทีสามตำบล\n\nเริ่ม **ตรงเวลา**\n")
    entry = read.entry
    assert (entry.title, entry.kind, entry.places, entry.lead) == ("เวทีสามตำบล", "aar", ["92"], "ตกลงกันเรื่องน้ำ")
    assert (entry.event_date, entry.event_choice) == ("18 ก.พ. 2551", "2008-02-18")
    assert (entry.tags, entry.authors) == (["น้ำ", "ป่าชุมชน"], ["มาลี ศรีสุข"])
    assert (entry.body, entry.body_format) == ("เริ่ม **ตรงเวลา**", "markdown")
    assert {read.provenance[name]["from"] for name in ("title", "kind", "event_date", "places", "tags", "authors")} == {
        "text"
    }
    assert read.provenance["kind"]["lines"] == [3, 3]
    assert said(read) == ""


def test_without_a_title_in_the_head_the_first_heading_is_it() -> None:
    read = draft("---\ntags:\n  - น้ำ\n  - ฝาย\n---\n\n# ฝายหลังบ้าน\nเนื้อความ")
    assert (read.entry.title, read.entry.tags, read.entry.body) == ("ฝายหลังบ้าน", ["น้ำ", "ฝาย"], "เนื้อความ")
    assert read.provenance["title"] == {"from": "text", "lines": [7, 7]}


def test_a_heading_of_other_words_than_the_title_stays_in_the_text() -> None:
    assert draft("---\ntitle: ฝาย\n---\n# ตอนที่หนึ่ง\nเนื้อความ").entry.body == "# ตอนที่หนึ่ง\nเนื้อความ"


def test_what_the_head_says_in_vain_is_told() -> None:
    read = draft("---\ntitle: ฝาย\nkind: กลอน\ndate: วันก่อนโน้น\nplaces: [แดนไกล]\nslug: x\nอะไรก็ไม่รู้\n---\nเนื้อความ")
    assert read.entry.kind == "reflection"
    assert (read.entry.event_date, read.entry.places) == (None, [])
    for word in ("กลอน", "วันก่อนโน้น", "แดนไกล", "“slug”", "Line 7"):
        assert word in said(read)
    assert read.provenance["kind"]["from"] == "guess"


def test_who_imports_decides_against_the_head() -> None:
    read = draft(f"{HEAD}\nเนื้อความ", Options(kind="meeting", province="พะเยา"))
    assert (read.entry.kind, read.entry.places) == ("meeting", ["56"])
    assert read.provenance["kind"]["from"] == "person"


@pytest.mark.parametrize(
    "text", ["---\n\nย่อหน้า\n\n---\n\nอีกย่อหน้า", "---\ntitle: ไม่มีที่จบ\n\nเนื้อความ", "เนื้อความ\n---\ntitle: x\n---"]
)
def test_dashes_that_open_no_head_are_text(text: str) -> None:
    assert draft(text).entry.body == text


def test_a_file_of_a_head_alone_has_an_empty_text() -> None:
    assert draft(HEAD).entry.body == ""
    with pytest.raises(Invalid):
        draft("")
