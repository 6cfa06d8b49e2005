"""A hit opens at its own words though the text was changed between finding and opening it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from kmwiki.db import session, transaction
from kmwiki.entries.access import entry_for
from kmwiki.entries.schemas import EntryPatch
from kmwiki.entries.service import save_entry
from kmwiki.sources.pinpoints import Pinpoint, place_pinpoints, read_pinpoint
from tests.make_search import answer, ask, drain, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    from kmwiki.entries.models import Entry
    from kmwiki.security.policy import Caller
    from tests.make import Make

FIRST = "ตอนเช้าเราประชุมกัน\n\nหมู่บ้านตั้งกองทุนข้าวไว้เมื่อปีก่อน\n\nตอนเย็นเรากินข้าวกัน"


def change(writer: Caller, entry: Entry, body: str, **given: str) -> None:
    """Save the note with another text."""
    with transaction() as opened:
        row = entry_for(opened, writer, entry.id)
        save_entry(opened, writer, row, EntryPatch(body=body, **given), base_no=row.source.head_no)


def marked(client: FlaskClient, address: str) -> tuple[list[str], str]:
    """Return what is marked on a page, and the page."""
    html = client.get(address.partition("#")[0]).get_data(as_text=True)
    return re.findall(r'<mark class="hit"[^>]*>([^<]*)</mark>', html), html


def test_a_hit_stays_on_its_words_or_says_where_they_stood(
    make: Make, signed_in: Callable[[Caller], FlaskClient], app: Flask
) -> None:
    project = make.project("village")
    writer, reader = make.member(project), make.member(project, "reader")
    entry = write(writer, project, FIRST, visibility="public")
    comment = answer(writer, entry, "เรื่องกองทุนน่าสนใจ")
    drain()
    hits = {hit.type: hit for hit in ask(writer, project, "กองทุน").hits}
    hit = hits["entry"]
    assert (hit.revision, hit.url.partition("@")[2]) == (1, "1#hit")
    client = signed_in(reader)
    assert marked(client, hit.url)[0] == ["กองทุน"]
    assert marked(client, hits["comment"].url)[0] == ["กองทุน"]

    change(writer, entry, "กองทุนอื่นอยู่ตรงนี้\n\n" + FIRST)
    shown, html = marked(client, hit.url)
    assert shown == ["กองทุน"]
    assert 'หมู่บ้านตั้ง<mark class="hit" id="hit">กองทุน</mark>ข้าว' in html
    assert "moved" not in html
    walk = hit.url.partition("?")[0] + f"?q={quote('กองทุน')}&hit=" + hit.url.partition("hit=")[2]
    assert 'หมู่บ้านตั้ง<mark class="hit" id="hit">กองทุน</mark>ข้าว' in marked(client, walk)[1]

    change(writer, entry, "กองทุนอื่นอยู่ตรงนี้\n\nตอนเช้าเราประชุมกัน\n\nเลิกพูดเรื่องนี้แล้ว\n\nตอนเย็นเรากินข้าวกัน")
    shown, html = marked(client, hit.url)
    assert shown == []
    assert "“กองทุน” อยู่ในฉบับที่ 1" in html
    link = re.search(r'href="(/p/village/e/1/history/1\?[^"]+)"', html)
    assert link is not None
    shown, html = marked(client, link[1].replace("&amp;", "&"))
    assert shown == ["กองทุน"]
    # Who may read only the text as it is now is told nothing of what was.
    shown, html = marked(app.test_client(), hit.url)
    assert (shown, "“กองทุน”" in html, "history/1" in html) == ([], False, False)
    assert "แก้ไขหลังจากได้ที่อยู่นี้มา" in html
    far = str(Pinpoint(entry.source_id, 900, 950, 1))
    assert "ไม่มีข้อความตรงตำแหน่งนี้" in marked(client, f"/p/village/e/1?hit={far}")[1]
    assert marked(client, f"/p/village/e/1?hit={entry.source_id}:0-6@99")[0] == []
    # A place in a text that one may not read is no place at all, whichever revision is named.
    secret = write(writer, project, "ลับมาก", visibility="private")
    with session() as opened:
        for written in (f"{secret.source_id}:0-3@1", f"{secret.source_id}:0-3@9", f"{comment.source_id}:3-2@1", "x@1"):
            placed = place_pinpoints(opened, reader, [written])
            assert (placed.ranges, placed.moved) == ({}, ())
    assert read_pinpoint(far) == Pinpoint(entry.source_id, 900, 950, 1)
