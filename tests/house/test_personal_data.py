"""A number is planted in every field that people write; who may not see it finds it nowhere, whatever they ask for."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from kmwiki.coding import service as coding
from kmwiki.coding.models import Code
from kmwiki.coding.schemas import CodingIn
from kmwiki.coding.service import save_entry
from kmwiki.comments import service as comments
from kmwiki.comments.schemas import PassageIn
from kmwiki.db import transaction
from kmwiki.entries import service as entries
from kmwiki.entries.schemas import EntryIn, EntryPatch
from kmwiki.jobs.worker import Worker
from kmwiki.main import job_kinds
from kmwiki.sources.models import Source
from tests.house.test_permissions import ROWS, is_sent_away
from tests.house.world import build_world, own_rows

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

    from kmwiki.accounts.models import Project
    from tests.house.matrix import Row
    from tests.house.world import World
    from tests.make import Make

PHONE = "081-555-0142"
BODY = f'โทรหา **081**-555-*0142* หรือ {PHONE} หรือ ๐๘๑-๕๕๕-๐๑๔๒ [โทร](tel:0815550142 "{PHONE}") แล้วมาประชุมกัน'
CANARY = re.compile(
    r"(?<!\d)(?:0|66)?8\D{0,3}1\D{0,3}5\D{0,2}5\D{0,2}5\D{0,3}0\D{0,2}1\D{0,2}4\D{0,2}2|555.?0142|0142(?!\d)"
)
THAI = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
ASKED_ALONE = {"accounts", "users", "mail"}


def shown_in(answer: Any) -> str:
    """Give what an answer tells: its text with and without tags."""
    text = unescape(answer.get_data(as_text=True)).encode().decode()
    text = re.sub(r"\\u([0-9a-f]{4})", lambda match: chr(int(match[1], 16)), text).translate(THAI)
    return text + "\n" + re.sub(r"<[^>]*>", "", text)


def plant(world: World) -> dict[str, Any]:
    """Write a published, public note that holds the number everywhere, and give its places."""
    supervisor = world.people["supervisor"]
    assert supervisor is not None
    slug = world.places["slug"]
    with transaction() as session:
        from kmwiki.accounts.queries import project_by_slug  # noqa: PLC0415

        project: Project | None = project_by_slug(session, slug)
        assert project is not None
        author = supervisor
        fields = {"venue": f"บ้านสมมุติ {PHONE}", "attendees": [{"name": "นางสมมุติ", "role": PHONE}]}
        data = EntryIn(
            kind="meeting",
            title=f"ประชุม {PHONE}",
            lead=f"นัดกัน {PHONE}",
            body=BODY.replace("0142", "0143"),
            tags=[PHONE],
            authors=[f"สมมุติ {PHONE}"],
            fields=fields,
            status="published",
            visibility="public",
        )
        entry = entries.create_entry(session, author, project, data)
        session.flush()
        save_entry(session, author, entry, EntryPatch(body=BODY, reason=f"แก้ {PHONE}"), base_no=1)
        source = session.get_one(Source, entry.source_id)
        text = "โทรหา 081-555-0142"
        passage = PassageIn(start=6, end=14)
        comment = comments.add_comment(session, author, source, body=BODY, passage=passage, author_name=PHONE)
        code = session.query(Code).filter(Code.project_id == project.id).first()
        assert code is not None
        code.example, code.definition = f"ตัวอย่าง {PHONE}", f"ดู {PHONE}"
        wanted = CodingIn(code_id=code.id, start=0, end=14, quote=text[:14], revision=2)
        made, _ = coding.add_coding(session, author, source, wanted)
        session.flush()
        places = {
            "number": entry.number,
            "entry": entry.id,
            "source": source.id,
            "comment": comment.id,
            "code": code.id,
            "coding": made.id,
            "revision": 2,
        }
    Worker(job_kinds()).drain()
    return places


@pytest.fixture
def planted(make: Make) -> World:
    world = build_world(make)
    world.places |= plant(world)
    return world


class Reading:
    """Somebody who asks for pages and answers."""

    def __init__(self, app: Flask, make: Make, world: World, level: str) -> None:
        self._client = app.test_client()
        self._places = world.places | {"token_id": 0, "session_id": 0}
        self._token = ""
        person = world.people[level]
        if person is not None and person.user_id is not None:
            with transaction() as session:
                self._places |= own_rows(session, person.user_id)
            self._token = make.token(person.user_id)
            secret = make.sign_in(person.user_id, lasts=timedelta(hours=1))
            self._client.set_cookie("kmwiki", secret, domain="localhost")

    def get(self, row: Row) -> TestResponse:
        """Ask for what the row names."""
        headers = dict(row.headers)
        if row.url.startswith("/api/"):
            headers["Authorization"] = f"Bearer {self._token}"
        return self._client.get(row.url.format(**self._places), headers=headers, buffered=True)


READING = [
    row
    for row in ROWS
    if row.method == "GET" and row.endpoint.split(".")[0] not in ASKED_ALONE and row.endpoint != "static"
]


def test_nobody_below_a_researcher_finds_the_number_anywhere(app: Flask, make: Make, planted: World) -> None:
    for level, least in (("anyone", 1), ("signed_in", 1), ("reader", 15), ("commenter", 15)):
        reader = Reading(app, make, planted, level)
        asked = 0
        for row in READING:
            answer = reader.get(row)
            if is_sent_away(answer):
                continue
            asked += 1
            told = shown_in(answer)
            found = CANARY.search(told)
            assert not found, (level, row.url, told[max(0, found.start() - 60) : found.end() + 20])
        assert asked >= least


def test_a_researcher_sees_the_number_and_nobody_finds_it(app: Flask, make: Make, planted: World) -> None:
    rows = {row.endpoint: row for row in READING}
    researcher = Reading(app, make, planted, "researcher")
    for endpoint in ("entries.read", "entries.index", "codebook.code", "api.read_entry", "api.read_text"):
        answer = researcher.get(rows[endpoint])
        assert CANARY.search(shown_in(answer)), endpoint
        assert 'class="veiled"' not in answer.get_data(as_text=True)
    url = f"/api/v1/projects/{planted.places['slug']}/search"
    for level in ("reader", "researcher", "owner"):
        person = planted.people[level]
        assert person is not None
        assert person.user_id is not None
        headers = {"Authorization": f"Bearer {make.token(person.user_id)}"}
        client = app.test_client()
        for query in (PHONE, "0815550142", "๐๘๑๕๕๕๐๑๔๒", "5550142", "0142"):
            found = client.get(url, query_string={"q": query, "mode": "exact"}, headers=headers).get_json()
            assert found["total"] == 0, (level, query)
            assert bool(found["query"]["notes"]) is (len(query) > len("5550142"))
        whole = client.get(url, query_string={"q": "ประชุม"}, headers=headers).get_json()
        assert whole["total"] >= 1
