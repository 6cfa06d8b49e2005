"""The page, the API and the command line give one answer: the same hits, in the same order, with the same counts."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner

from kmwiki.accounts.models import User
from kmwiki.cli.search import search as command
from kmwiki.coding.codings import add_coding
from kmwiki.coding.schemas import CodeIn, CodingIn
from kmwiki.coding.service import create_code
from kmwiki.db import session, transaction
from kmwiki.sources.models import Source
from tests.make_search import answer, drain, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from kmwiki.accounts.models import Project
    from kmwiki.security.policy import Caller
    from tests.conftest import Api
    from tests.make import Make

QUESTIONS: tuple[tuple[str, dict[str, str]], ...] = (
    ("กองทุน", {}),
    ("พ.ม.จ.", {}),
    ("กองทุน -ออม", {}),
    ("กองทุน OR ตลาด", {"sort": "event"}),
    ("ออม NEAR/4 กองทุน", {}),
    ("กอง*", {"in": "comment"}),
    ("จังหวัด:พัทลุง ชนิด:ประชุม,aar", {}),
    ("title:กองทุน has:codes date:2551..2552", {}),
    ("กองทุน", {"province": "93", "kind": "meeting"}),
    ("กองทุน", {"code": "การเงิน", "from": "2551", "to": "ธ.ค. 2551"}),
    ("ปี 2551", {"mode": "exact"}),
    ("กองทุนสวัสดิกาน", {}),
    ("แม่ค้าในตลาดเล่าเรื่องกองทุนและเงินออมว่าอย่างไรบ้างคะ", {}),
    ("กองทุน ออม", {"mode": "best"}),
    ("นกขมิ้น", {}),
    ("ร่างลับ", {}),
)
BROKEN = ("(กองทุน", "kind:กลอน", "ก NEAR/99 ข", "", "AND")


@pytest.fixture
def project(make: Make) -> Project:
    """A project."""
    return make.project("village")


@pytest.fixture
def writer(make: Make, project: Project) -> Caller:
    """Who writes in it and asks at all three doors."""
    return make.member(project)


@pytest.fixture
def filled(make: Make, project: Project, writer: Caller) -> Caller:
    """A few notes, comments and codings; one note that only somebody else may read, one draft of the writer's own."""
    body = "เราออมวันละบาทแล้วตั้งกองทุนเมื่อปี 2551"
    meeting = write(writer, project, body, title="ประชุมกองทุน", kind="meeting", places=["93"], event_date="มิ.ย. 2551")
    market = write(writer, project, "แม่ค้าบอกว่ากองทุนช่วยได้ พมจ. ก็มา", title="ตลาด", kind="aar", event_date="2552")
    answer(writer, market, "กองทุนของเราออมกันเอง")
    write(make.member(project, user=make.user("คนอื่น")), project, "กองทุนนกขมิ้น", visibility="private")
    write(writer, project, "กองทุนร่างลับ", status="draft")
    with transaction() as opened:
        code = create_code(opened, writer, opened.merge(project), CodeIn(name_th="การเงิน"))
        opened.flush()
        source = opened.get_one(Source, meeting.source_id)
        add_coding(
            opened,
            writer,
            source,
            CodingIn(code_id=code.id, start=3, end=6, quote="ออม", revision=1, voice="informant"),
        )
    drain()
    return writer


def at_the_command_line(writer: Caller, text: str, given: dict[str, str]) -> tuple[int, dict[str, Any]]:
    """Ask `kmwiki search query`; return its exit code and what it printed."""
    with session() as opened:
        email = opened.get_one(User, writer.user_id).email
    options = [part for name, value in given.items() for part in (f"--{name}", value)]
    done = CliRunner().invoke(command, ["query", "village", text, "--json", "--as", email, *options])
    return (1 if done.exception else 0), json.loads(done.stdout) if done.stdout else {}


def told(answer: dict[str, Any]) -> dict[str, Any]:
    """Leave out of an answer what is a matter of language and time."""
    return {
        "total": answer["total"],
        "relaxed": answer["relaxed"],
        "mode": answer["query"]["mode"],
        "understood": answer["query"]["understood"],
        "hits": [(hit["type"], hit["id"], hit["score"], hit["snippets"]) for hit in answer["hits"]],
        "facets": {
            name: sorted((one["value"], one["count"]) for one in values) for name, values in answer["facets"].items()
        },
    }


def test_three_doors_give_one_answer(
    filled: Caller, api: Callable[[Caller | None], Api], signed_in: Callable[[Caller], FlaskClient]
) -> None:
    door, client = api(filled), signed_in(filled)
    totals = {}
    for text, given in QUESTIONS:
        asked = urlencode({"q": text, **given})
        status, body = door.get(f"/projects/village/search?{asked}")
        assert status == 200, body
        assert told(at_the_command_line(filled, text, given)[1]) == told(body)
        html = client.get(f"/p/village/search?{asked}").get_data(as_text=True)
        shown = re.search(r'id="found"><span role="status">(\d+) แห่ง', html)
        assert int(shown[1] if shown else 0) == body["total"]
        links = [hit["url"].partition("#")[0].partition("?")[0] for hit in body["hits"]]
        assert all(f'href="{link}' in html for link in links)
        for name in ("province", "kind", "code", "voice", "year"):
            boxes = set(re.findall(rf'name="{name}" value="([^"]*)"', html))
            assert boxes >= {one["value"] for one in body["facets"][name]} if shown else True
        totals[text, *given] = body["total"]
    assert totals["นกขมิ้น",] == 0
    assert totals["ร่างลับ",] == 1  # one's own draft
    assert totals["กองทุน", "province", "kind"] == 1
    assert sum(bool(total) for total in totals.values()) == len(QUESTIONS) - 1


def test_three_doors_refuse_the_same(
    filled: Caller, api: Callable[[Caller | None], Api], signed_in: Callable[[Caller], FlaskClient]
) -> None:
    for text in BROKEN:
        asked = urlencode({"q": text})
        assert api(filled).get(f"/projects/village/search?{asked}")[0] == 400
        assert at_the_command_line(filled, text, {})[0] == 1
        assert signed_in(filled).get(f"/p/village/search?{asked}").status_code == (400 if text else 200)


def test_a_page_beyond_the_last_leads_to_the_last(filled: Caller, signed_in: Callable[[Caller], FlaskClient]) -> None:
    answered = signed_in(filled).get(f"/p/village/search?{urlencode({'q': 'กองทุน', 'page': '900'})}")
    assert answered.status_code == 302
    assert "page=" not in answered.headers["Location"]
