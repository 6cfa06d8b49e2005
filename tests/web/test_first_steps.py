"""The first steps of a newcomer: each opens its page with a hint there, ticks itself, leads on; they can be hidden."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from kmwiki.accounts.access import OPERATOR
from kmwiki.coding.codings import add_coding
from kmwiki.coding.models import Code
from kmwiki.coding.schemas import CodingIn
from kmwiki.db import transaction
from kmwiki.demo.install import install_demo
from kmwiki.entries.access import entry_by_number
from kmwiki.search import indexing
from kmwiki.sources.queries import revision

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from kmwiki.accounts.models import Project
    from kmwiki.security.policy import Caller
    from tests.make import Make

    Open = Callable[[Caller], FlaskClient]


@pytest.fixture
def demo(make: Make) -> Project:
    del make
    with transaction() as opened:
        project = install_demo(opened, OPERATOR)
    indexing.rebuild()
    return project


def hint_on(client: FlaskClient, address: str) -> str:
    """The words of the hint on a page; empty where there is none."""
    found = re.search(r'<aside class="coach.*?</aside>', client.get(address).text, re.DOTALL)
    return unescape(re.sub(r"\s+", " ", found[0])) if found else ""


def steps_on_home(client: FlaskClient) -> list[str]:
    page = client.get("/p/demo/").text
    return [unescape(url) for url in re.findall(r'class="title" href="([^"]*step=[^"]*)"', page)]


def code_first_words(coder: Caller, number: int) -> None:
    with transaction() as opened:
        entry = entry_by_number(opened, coder, "demo", number)
        text = revision(opened, entry.source).reading_text
        code = opened.scalars(select(Code.id).where(Code.is_codable)).first()
        line = text.partition("\n")[0]
        add_coding(opened, coder, entry.source, CodingIn(code_id=code or 0, start=0, end=len(line), quote=line))


def test_a_newcomer_is_led_through_every_step(demo: Project, make: Make, signed_in: Open) -> None:
    me = make.member(demo, "owner")
    client = signed_in(me)
    addresses = steps_on_home(client)
    assert [re.search(r"step=(\w+)", address)[1] for address in addresses] == [  # type: ignore[index]
        "read", "code", "search", "comment", "write", "invite",
    ]  # fmt: skip
    read, code, search, comment, write, invite = addresses
    note = read.partition("?")[0]

    assert "ข้อ 1 จาก 6" in (hint := hint_on(client, read))
    assert "ทำต่อ: ลงรหัสสักช่วง" in hint  # reading is done by looking
    assert "ลากคลุมคำ" in hint_on(client, code)
    assert hint_on(client, note) == ""  # not done yet: no hint where nobody asked for one
    assert client.get("/p/demo/steps/code").status_code == 204

    code_first_words(me, int(note.rpartition("/")[2]))
    assert "ทำแล้ว: ลงรหัสสักช่วง" in unescape(client.get("/p/demo/steps/code").text)

    assert "๔๐ คน" in unescape(client.get(search).text)
    assert "ทำต่อ: ตอบความเห็น" in hint_on(client, search)

    assert "แก้หรือเอาออกทีหลังได้" in hint_on(client, comment)
    client.post(f"{note}/comments", data={"body": "เห็นด้วยค่ะ"})
    done = hint_on(client, note)
    assert "ทำแล้ว: ตอบความเห็น" in done
    assert "ทำต่อ: เขียนบันทึกของตัวเอง" in done
    assert hint_on(client, note) == ""  # said once

    assert "จำเป็นแค่ชื่อเรื่อง" in hint_on(client, write)
    client.post("/p/demo/entries/new", data={"kind": "page", "title": "ของฉัน", "body": "ก", "action": "draft"})
    assert "ทำต่อ: ชวนทีมเข้ามา" in hint_on(client, "/p/demo/entries")

    assert "ผู้อ่านอ่านได้" in hint_on(client, invite)
    answer = client.post("/p/demo/members", data={"email": "new@example.org", "name": "คนใหม่", "role": "reader"})
    assert answer.status_code == 201
    assert "ครบทุกข้อแล้ว" in answer.text
    assert 'id="steps"' not in client.get("/p/demo/").text


def test_a_reader_gets_the_steps_that_a_reader_can_take(demo: Project, make: Make, signed_in: Open) -> None:
    client = signed_in(make.member(demo, "reader"))
    assert len(steps_on_home(client)) == 2
    assert hint_on(client, "/p/demo/members?step=invite") == ""
    assert hint_on(client, "/p/demo/entries?step=nonsense") == ""
    assert client.get("/p/demo/steps/invite").status_code == 204
    assert client.get("/p/demo/steps/nonsense").status_code == 204


def test_the_steps_can_be_hidden_and_shown_again_by_each_person(demo: Project, make: Make, signed_in: Open) -> None:
    client = signed_in(make.member(demo))
    assert client.post("/p/demo/steps", data={"hide": "1"}).headers["Location"] == "/p/demo/"
    page = client.get("/p/demo/").text
    assert steps_on_home(client) == []
    assert "แสดงข้อเริ่มต้นใช้อีกครั้ง" in page
    assert hint_on(client, "/p/demo/search?step=search") == ""
    cookie = client.get_cookie("kmwiki_steps")
    assert cookie is not None
    other = signed_in(make.member(demo))
    other.set_cookie("kmwiki_steps", cookie.value)
    assert len(steps_on_home(other)) == 5  # what another hid in this browser is not hidden from me
    client.post("/p/demo/steps", data={})
    assert len(steps_on_home(client)) == 5


def test_an_empty_project_leads_its_newcomers_to_the_list(make: Make, signed_in: Open) -> None:
    project = make.project("empty")
    client = signed_in(make.member(project))
    page = unescape(client.get("/p/empty/").text)
    assert 'href="/p/empty/search?step=search"' in page
    assert 'class="title" href="/p/empty/entries"' in page
    assert "/e/" not in page
