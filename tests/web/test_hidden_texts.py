"""To who may not read a text, every door that searches answers as if it were not there, to the last byte."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from kmwiki import db
from kmwiki.accounts.models import Project
from kmwiki.coding.codings import add_coding
from kmwiki.coding.schemas import CodeIn, CodingIn
from kmwiki.coding.service import create_code
from kmwiki.db import transaction
from kmwiki.entries.access import WHOLE
from kmwiki.entries.models import Entry
from kmwiki.entries.service import bin_entry
from kmwiki.jobs.worker import Worker
from kmwiki.main import job_kinds
from kmwiki.notifications import notices
from kmwiki.search import saved
from kmwiki.security.policy import Role
from kmwiki.sources.models import Source
from tests.make_memos import make_memo
from tests.make_search import answer, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from kmwiki.security.policy import Caller
    from tests.make import Make

CANARY = "นกขมิ้นเหลืองอ่อน"
OFTEN = 2
"""So many questions are asked of every door, all of them of so many first ones."""
QUERIES = (CANARY, "กองทุน", "นกขมินเหลืองอ่อน", "คนลับ", "กองทุนที่ดูแลนกขมิ้นเหลืองอ่อนในหมู่บ้านของเรา")
DOORS = (
    "/p/village/search?q={q}",
    "/p/village/search?q={q}&mode=exact",
    "/p/village/search?q={q}&mode=best",
    "/p/village/search?q=tag:{q}",
    "/p/village/search?q=author:{q}",
    "/p/village/search?q={q} OR has:codes",
    "/p/village/search/complete?q={q}",
    "/p/village/kwic?q={q}",
    "/p/village/kwic/export?q={q}&format=csv",
    "/p/village/words?q={q}",
    "/p/village/words/export?q={q}&format=csv",
    "/p/village/words/compare?q={q}&other=กองทุน",
    "/p/village/tag?q={q}",
    "/p/village/entries?q={q}",
    "/p/village/dictionary?q={q}",
    "/p/village/e/1?q={q}",
)
API = (
    "/projects/village/search?q={q}",
    "/projects/village/search?q={q}&mode=exact&facets=author",
    "/projects/village/search/complete?q={q}",
    "/projects/village/kwic?q={q}",
    "/projects/village/words?q={q}",
    "/projects/village/words/cross?q={q}&by=kind",
)
_PASSING = re.compile(
    r'nonce="[^"]*"|name="csrf_token"[^>]*>|name="key" value="[^"]*"|"took_ms":\s*\d+'
    r"|ใช้เวลา [^<]*<|<meta name=\"csrf[^>]*>|hx-headers='[^']*'"
)


def everything(client: FlaskClient, token: dict[str, str]) -> dict[str, tuple[int, str]]:
    """What every door says to every question, but for what differs between any two answers."""
    said: dict[str, tuple[int, str]] = {}
    for at, query in enumerate(QUERIES):
        for door in DOORS if at < OFTEN else DOORS[:OFTEN]:
            address = door.replace("{q}", quote(query))
            got = client.get(address)
            said[f"{door} {query}"] = got.status_code, _PASSING.sub("", got.get_data(as_text=True))
        for door in API if at < OFTEN else API[:1]:
            got = client.get("/api/v1" + door.replace("{q}", quote(query)), headers=token)
            said[f"{door} {query}"] = got.status_code, _PASSING.sub("", got.get_data(as_text=True))
    return said


def hide(make: Make, writer: Caller, project: Project) -> None:
    """Write the canary wherever the reader may not look: in text, title, comment, memo, tag, author, lead and field."""
    common: dict[str, Any] = {"tags": [CANARY], "authors": ["คนลับ"], "places": ["93"], "kind": "aar"}
    for given in (
        {"status": "draft"},
        {"visibility": "private"},
        {"visibility": "supervisors"},
        {"visibility": "public", "status": "draft"},
    ):
        entry = write(writer, project, f"กองทุนเห็น{CANARY}", title=f"เรื่อง{CANARY}", lead=CANARY, **common, **given)
        answer(writer, entry, f"กองทุน {CANARY}")
        make_memo(project, writer, f"entry:{entry.id}", title=CANARY, body=f"กองทุน {CANARY}")
    gone = write(writer, project, f"กองทุน{CANARY}", title=CANARY, **common)
    with transaction() as opened:
        bin_entry(opened, writer, opened.get_one(Entry, gone.id, options=WHOLE))
    make_memo(project, writer, title=CANARY, body=f"กองทุน {CANARY}", visibility="private")
    other = make.project("town")
    stranger = make.member(other, Role.OWNER)
    write(stranger, other, f"กองทุน{CANARY}", title=CANARY, **common)
    with transaction() as opened:
        create_code(opened, stranger, opened.merge(other), CodeIn(name_th=CANARY))


def test_no_door_tells_of_what_may_not_be_read(make: Make, signed_in: Callable[[Caller], FlaskClient]) -> None:
    project = make.project("village")
    writer, reader = make.member(project, Role.SUPERVISOR), make.member(project, Role.READER)
    body = "กองทุนข้าวของเรา มีแต่ นกเขา"
    entry = write(writer, project, body, title="เปิดเผย", places=["93"])
    with transaction() as opened:
        code = create_code(opened, writer, opened.get_one(Project, project.id), CodeIn(name_th="ข้าว"))
        source = opened.get_one(Source, entry.source_id)
        add_coding(opened, writer, source, CodingIn(code_id=code.id, start=0, end=6, quote=body[:6], revision=1))
        for query in (CANARY, "กองทุน"):
            saved.save_search(
                opened, reader, opened.get_one(Project, project.id), saved.Draft(query, {"q": [query]}), saved.Follow()
            )
    Worker(job_kinds()).drain()
    client, token = signed_in(reader), {"Authorization": f"Bearer {make.token(reader.user_id or 0)}"}
    before = everything(client, token)
    assert {status for status, _ in before.values()} <= {200, 400, 403}
    hide(make, writer, project)
    Worker(job_kinds()).drain()
    for name, told in everything(client, token).items():
        assert told == before[name], name
    with db.session() as opened:
        assert notices.page(opened, reader, offset=0, size=10) == ([], 0)
        assert notices.count_unread(opened, reader) == 0
    # The writer sees it all: nothing of this is for want of an index.
    assert signed_in(writer).get(f"/p/village/search?q={quote(CANARY)}").get_data(as_text=True).count("hit-list") > 0
