"""Pages of memos: written beside things, read, changed, found, binned and taken out, without scripts."""

from __future__ import annotations

import csv
import io
import zipfile
from html import unescape
from typing import TYPE_CHECKING

import pytest

from kmwiki.comments import service as comments
from kmwiki.db import session as reading
from kmwiki.db import transaction
from kmwiki.events.models import Event
from kmwiki.jobs.worker import Worker
from kmwiki.main import job_kinds
from kmwiki.memos.models import Memo
from kmwiki.security.policy import Role
from kmwiki.sources.models import Source
from tests.make_coding import make_desk
from tests.make_memos import make_memo

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from kmwiki.security.policy import Caller
    from tests.make import Make
    from tests.make_coding import Desk


@pytest.fixture
def desk(make: Make) -> Desk:
    return make_desk(make)


def text_of(answer: TestResponse) -> str:
    return unescape(answer.get_data(as_text=True))


def test_a_memo_is_written_beside_a_passage_and_read_changed_and_restored(
    desk: Desk, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    page, slug = signed_in(desk.coder), desk.project.slug
    coded, base = desk.add("ออมวันละบาท"), f"/p/{slug}/memos"
    with transaction() as s:
        comments.add_comment(s, desk.coder, s.get_one(Source, desk.source_id), body="เห็นด้วย")
    assert "ยังไม่มีข้อคิด" in text_of(page.get(base))
    entry = text_of(page.get(f"/p/{slug}/e/1"))
    for about in (f"coding:{coded.id}", f"entry:{desk.entry.id}", "comment:1"):
        assert f"{base}/new?about={about}" in entry
    form = text_of(page.get(f"{base}/new?about=coding:{coded.id}"))
    assert "ออมวันละบาท" in form
    given = {"about": f"coding:{coded.id}", "title": "เรื่องบาทเดียว", "visibility": "team"}
    drawn = page.post(f"{base}/new", data=given | {"body": "**หนา**\r\n", "action": "preview"})
    assert "<strong>หนา</strong>" in text_of(drawn)
    refused = page.post(f"{base}/new", data=given | {"body": " "})
    assert refused.status_code == 422
    assert "เรื่องบาทเดียว" in text_of(refused)
    body = f"ดู [[code:{desk.code.id}]] [[coding:{coded.id}|ตรงนี้]] [[memo:99]] <script>"
    answer = page.post(f"{base}/new", data=given | {"body": body, "action": "save"})
    assert answer.headers["Location"] == f"{base}/1"
    shown = text_of(page.get(f"{base}/1?hit=2:0-2&hit=x"))
    assert f'href="/p/{slug}/codebook/{desk.code.id}">การออม</a>' in shown
    assert f'#c{coded.id}">ตรงนี้</a>' in shown
    assert "(ลิงก์ที่คุณเปิดไม่ได้)" in shown
    make_memo(desk.project, desk.coder, f"entry:{desk.entry.id}", body="ต่อจาก [[memo:1]]", title="ความต่อ")
    assert "ความต่อ" in text_of(page.get(f"{base}/1"))
    entry = text_of(page.get(f"/p/{slug}/e/1"))
    assert "เรื่องบาทเดียว" in entry
    assert "ความต่อ" in entry
    assert "[[" not in text_of(page.get(base))
    changed = {"title": "ใหม่", "body": "คิดใหม่", "visibility": "private", "base": "1", "reason": "อ่านซ้ำ"}
    assert page.get(f"{base}/1/edit").status_code == 200
    assert page.post(f"{base}/1/edit", data=changed | {"action": "preview"}).status_code == 200
    assert page.post(f"{base}/1/edit", data=changed | {"title": "ก" * 300}).status_code == 422
    assert page.post(f"{base}/1/edit", data=changed).status_code == 302
    stale = page.post(f"{base}/1/edit", data=changed | {"body": "จากแท็บเก่า"})
    assert stale.status_code == 409
    assert "จากแท็บเก่า" in text_of(stale)
    assert 'name="base" value="2"' in text_of(stale)
    history = text_of(page.get(f"{base}/1/history?no=2"))
    assert "อ่านซ้ำ" in history
    assert page.post(f"{base}/1/history/1/restore", data={"base": "1"}).status_code == 409
    assert page.post(f"{base}/1/history/1/restore", data={"base": "2"}).status_code == 302
    assert "เรื่องบาทเดียว" in text_of(page.get(f"{base}/1"))


def test_memos_are_filtered_paged_exported_and_binned(
    make: Make, desk: Desk, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    slug, base = desk.project.slug, f"/p/{desk.project.slug}/memos"
    coded = desk.add("ออมวันละบาท")
    page, mate = signed_in(desk.coder), make.member(desk.project, Role.RESEARCHER)
    make_memo(desk.project, desk.coder, title="=1+1", body="สูตร")
    make_memo(desk.project, desk.coder, f"coding:{coded.id}", title="ข้างข้อความ")
    make_memo(desk.project, mate, f"code:{desk.code.id}", title="ของเพื่อน")
    make_memo(desk.project, mate, title="ลับของเพื่อน", visibility="private")
    everything = text_of(page.get(f"{base}?sort=oldest"))
    assert all(title in everything for title in ("=1+1", "ข้างข้อความ", "ของเพื่อน"))
    assert "ลับของเพื่อน" not in everything
    of_code = text_of(page.get(f"{base}?code={desk.code.id}"))
    assert "ข้างข้อความ" in of_code
    assert "=1+1" not in of_code
    assert "ของเพื่อน" in text_of(page.get(f"{base}?author={mate.user_id}&kind=code&kind=x&author=%E0%B9%91"))
    assert "ไม่มีข้อคิดที่ตรงกับตัวกรองทั้งหมด" in text_of(page.get(f"{base}?to=2551&kind=coding&code=999999"))
    assert 'id="m-from-error"' in text_of(page.get(f"{base}?from=เมื่อไรก็ได้&to=2651"))
    assert "ของเพื่อน" in text_of(page.get(f"/p/{slug}/codebook/{desk.code.id}"))
    for number in range(21):
        make_memo(desk.project, desk.coder, body=f"ครั้งที่ {number}")
    assert 'rel="next"' in text_of(page.get(base))
    assert 'rel="prev"' in text_of(page.get(f"{base}?page=2"))
    table = page.get(f"{base}.csv?kind=coding&kind=project")
    data = table.get_data()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert len(rows) == 24
    assert any(row[1] == "'=1+1" for row in rows)
    archive = zipfile.ZipFile(io.BytesIO(page.get(f"{base}.zip").get_data()))
    assert len(archive.namelist()) == 25
    name = next(one for one in archive.namelist() if one.startswith("memo-2-"))
    told = archive.read(name).decode()
    assert f'about: "coding:{coded.id}"' in told
    assert told.startswith("---\nmemo: ")
    with reading() as s:
        told_rows = [event.data["memos"] for event in s.query(Event).filter(Event.verb == "memos.exported")]
    assert told_rows == [23, 24]
    assert page.post(f"{base}/2/bin").status_code == 302
    assert "ข้างข้อความ" in text_of(page.get(f"/p/{slug}/bin"))
    assert page.get(f"{base}/2").status_code == 404
    assert signed_in(mate).post(f"{base}/2/restore").status_code == 404
    assert page.post(f"{base}/2/restore").headers["Location"] == f"{base}/2"


def test_what_was_typed_is_kept_when_it_cannot_be_saved_and_other_projects_find_nothing(
    make: Make, desk: Desk, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    base = f"/p/{desk.project.slug}/memos"
    reader, stranger = make.member(desk.project, Role.READER), make_desk(make)
    make_memo(desk.project, desk.coder)
    refused = signed_in(reader).post(f"{base}/new", data={"body": "ที่พิมพ์ไว้"})
    assert refused.status_code == 403
    assert "ที่พิมพ์ไว้" in text_of(refused)
    assert signed_in(reader).post(f"{base}/1/edit", data={"body": "ที่พิมพ์ไว้", "base": "1"}).status_code == 403
    assert signed_in(desk.coder).post(f"{base}/new", data={"body": "x", "about": "entry:99"}).status_code == 404
    other = f"/p/{stranger.project.slug}/memos"
    with transaction() as s:
        assert s.get(Memo, 1) is not None
    for path in (f"{other}/1", f"{other}/1/history"):
        assert signed_in(stranger.coder).get(path).status_code == 404
    both = make.member(stranger.project, Role.OWNER, user=make.user())
    assert signed_in(both).get(f"{other}/1").status_code == 404


def test_a_memo_is_found_and_opens_at_its_words_by_those_alone_who_may_read_it(
    make: Make, desk: Desk, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    boss = make.member(desk.project, Role.SUPERVISOR)
    reader = make.member(desk.project, Role.READER)
    for audience in ("team", "supervisors", "private"):
        for about in ("project", f"entry:{desk.entry.id}", f"code:{desk.code.id}"):
            make_memo(desk.project, desk.coder, about, body=f"คำขานกนารี{audience}", visibility=audience)
    Worker(job_kinds()).drain()
    slug = desk.project.slug
    for person, count in ((desk.coder, 9), (boss, 6), (reader, 3)):
        assert person.user_id is not None
        client = signed_in(person)
        token = {"Authorization": f"Bearer {make.token(person.user_id)}"}
        address = f"/api/v1/projects/{slug}/search"
        found = client.get(address, query_string={"q": "กนารี in:memo"}, headers=token).get_json()
        assert found["total"] == count
        assert {value["value"]: value["count"] for value in found["facets"]["type"]}["memo"] == count
        assert sum(hit["entry_id"] is None for hit in found["hits"]) == count * 2 // 3
        hit = next(one for one in found["hits"] if one["entry_id"] is None)
        assert (hit["type"], hit["kind"], hit["author"]) == ("memo", None, desk.coder.name)
        page = text_of(client.get(hit["url"].partition("#")[0]))
        assert '<mark class="hit" id="hit">กนารี</mark>' in page
        assert "ข้อคิด:" in text_of(client.get(f"/p/{slug}/search?q=กนารี"))
    narrowed = client.get(address, query_string={"q": "กนารี", "kind": "reflection"}, headers=token).get_json()
    assert [hit["entry_id"] for hit in narrowed["hits"]] == [desk.entry.id]
    assert {value["value"] for value in found["facets"]["author"]} == {desk.coder.name}
    assert len(found["facets"]["year"]) == 1
