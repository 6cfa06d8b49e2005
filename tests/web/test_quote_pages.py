"""Quotes as pages: made from a coding or a selection, copied, and live in notes, comments, memos and previews."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmwiki.comments import service as comments
from kmwiki.db import transaction
from kmwiki.security.policy import Role
from kmwiki.sources.models import Source
from tests.make_coding import BODY, make_desk
from tests.make_entries import make_entry
from tests.make_memos import make_memo

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from kmwiki.security.policy import Caller
    from tests.make import Make
    from tests.make_coding import Desk

WORDS = "จ่ายค่าทำศพไปสามราย"


@pytest.fixture
def desk(make: Make) -> Desk:
    return make_desk(make)


def quote(page: FlaskClient, desk: Desk, words: str = WORDS, status: int = 201) -> dict[str, object]:
    start = BODY.index(words)
    place = {"source_id": desk.source_id, "start": start, "end": start + len(words), "quote": words, "revision": 1}
    answer = page.post(f"/p/{desk.project.slug}/quotes", json=place)
    assert answer.status_code == status
    made: dict[str, object] = answer.get_json()
    return made


def text(page: FlaskClient, address: str, status: int = 200) -> str:
    answer = page.get(address)
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def test_a_selection_becomes_a_quote_that_is_copied_and_listed(
    desk: Desk, make: Make, signed_in: Callable[[Caller], FlaskClient], client: FlaskClient
) -> None:
    page = signed_in(desk.coder)
    slug = desk.project.slug
    assert "ยังไม่มีข้อความอ้างอิง" in text(page, f"/p/{slug}/quotes")
    made = quote(page, desk)
    assert made["typed"] == f"[[quote:{made['id']}]]"
    assert str(made["url"]).endswith(f"/q/{made['id']}")
    assert WORDS in str(made["text"])
    assert quote(page, desk, status=200) == made
    assert "มีข้อความอ้างอิงไม่ถึงหน้านี้" in text(page, f"/p/{slug}/quotes?page=9")
    shown = text(page, f"/q/{made['id']}")
    assert f'<mark class="hit">{WORDS}</mark>' in shown
    assert "ต้นฉบับยังเหมือนเดิม" in shown
    desk.save(BODY.replace("สามราย", "แปดราย"))
    shown = text(page, f"/q/{made['id']}")
    assert "<del>" in shown
    assert "ข้อความช่วงนี้เปลี่ยนไปแล้ว" in shown
    assert "ต้นฉบับเปลี่ยนไปแล้ว" in text(page, f"/p/{slug}/quotes")
    outsider = signed_in(make.member(make.project(), Role.OWNER))
    assert text(outsider, f"/q/{made['id']}", 404) != text(outsider, "/q/99999", 404)
    assert client.get(f"/q/{made['id']}").status_code == client.get("/q/99999").status_code == 302
    wrongs: tuple[object, ...] = ({}, {"coding_id": 999}, {"source_id": 999, "start": 0, "end": 2}, {"start": "x"}, [])
    for wrong in wrongs:
        assert page.post(f"/p/{slug}/quotes", json=wrong).status_code in {404, 422}


def test_a_coding_is_quoted_without_script(desk: Desk, signed_in: Callable[[Caller], FlaskClient]) -> None:
    page, slug = signed_in(desk.coder), desk.project.slug
    coding = desk.add(WORDS)
    address = f"/p/{slug}/quotes/new?coding={coding.id}"
    assert 'name="of" value="now"' in text(page, address)
    desk.save(BODY.replace("สามราย", "แปดราย"))
    assert "แปดราย" in text(page, address)
    answer = page.post(f"/p/{slug}/quotes", data={"coding_id": coding.id, "of": "evidence"})
    assert answer.status_code == 303
    assert WORDS in text(page, answer.location)
    desk.save("ไม่เหลืออะไรเลยสักคำ")
    assert page.get(address).location == answer.location, "only the evidence is left, and it is a quote already"
    assert page.get(f"/p/{slug}/quotes/new?coding=999").status_code == 404


def test_it_is_live_in_notes_comments_memos_and_previews(
    desk: Desk, make: Make, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    page, slug = signed_in(desk.coder), desk.project.slug
    made = quote(page, desk)
    typed = str(made["typed"])
    note = make_entry(desk.project, desk.coder, title="สรุป", body=f"นำ\n\n{typed}\n\n/q/{made['id']}\n\n[[quote:777]]")
    address = f"/p/{slug}/e/{note.number}"
    shown = text(page, address)
    assert shown.count(f'data-quote="{made["id"]}"') == 2
    assert shown.count("live-quote--none") == 1
    assert f'class="quote-ref">{typed}</p>' in shown, "what was typed stays in the text"
    with transaction() as s:
        comments.add_comment(s, desk.coder, s.get_one(Source, note.source_id), body=f"ดูนี่\n{typed}")
    memo = make_memo(desk.project, desk.coder, body=f"{typed}\n\nและ {typed} ด้วย")
    assert text(page, address).count(f'data-quote="{made["id"]}"') == 3
    assert f'data-quote="{made["id"]}"' in text(page, f"/p/{slug}/memos/{memo.id}")
    assert f"/p/{slug}/memos/{memo.id}" in text(page, f"/q/{made['id']}"), "the way back"
    preview = page.post(f"/p/{slug}/preview", data={"body": typed, "body_format": "markdown"})
    assert f'data-quote="{made["id"]}"' in preview.get_data(as_text=True)
    desk.save(BODY.replace("สามราย", "แปดราย"))
    assert "ต้นฉบับเปลี่ยนไปแล้ว" in text(page, address)
    with transaction() as s:
        s.get_one(Source, desk.source_id).audience = "private"
    reader = signed_in(make.member(desk.project, Role.READER))
    hidden = text(reader, address)
    assert WORDS not in hidden
    assert hidden.count("live-quote--none") == 4
