"""Files of a note: added, shown, removed and brought back on its page and over the API, and given to nobody else."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from kmwiki.db import session, transaction
from kmwiki.entries import service as entries
from kmwiki.entries.schemas import EntryIn
from kmwiki.security.policy import NOBODY, Caller, Role
from kmwiki.sources.attachments import attachments_of
from kmwiki.sources.models import Attachment, Source
from tests.make_html import png

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from kmwiki.accounts.models import Project
    from kmwiki.config import Settings
    from kmwiki.entries.models import Entry
    from tests.conftest import Api
    from tests.make import Make

THAI = "ภาพ เวที (1).png"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"


def write(author: Caller, project: Project, body: str = "ข้อความ", **given: Any) -> Entry:
    data = EntryIn(kind="reflection", title="บันทึกสมมุติ", body=body, **{"status": "published", **given})
    with transaction() as opened:
        entry = entries.create_entry(opened, author, project, data)
        opened.flush()
        return entry


def send(client: FlaskClient, entry: Entry, *files: tuple[bytes, str], **headers: str) -> TestResponse:
    data = {"file": [(BytesIO(content), name) for content, name in files]}
    return client.post(f"/p/ours/e/{entry.number}/files", data=data, headers=headers)


def files_of(entry: Entry) -> list[Attachment]:
    with session() as opened:
        return list(attachments_of(opened, opened.get_one(Source, entry.source_id)))


@pytest.fixture
def project(make: Make) -> Project:
    return make.project("ours")


def test_an_image_is_added_shown_in_the_text_removed_and_brought_back(
    make: Make, project: Project, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    author = make.member(project)
    client = signed_in(author)
    entry = write(author, project, "![เวที](attachment:ภาพ%20เวที%20%281%29.png) [แฟ้ม](attachment:ไม่มี.pdf)")
    path = f"/p/ours/e/{entry.number}"
    assert send(client, entry, (png(), THAI)).status_code == 303
    page = client.get(path).text
    address = f"{path}/files/{quote(THAI, safe='()')}"
    assert f'src="{address}"' in page.replace("%28", "(").replace("%29", ")")
    assert "3 × 2" in page
    assert author.name in page
    image = client.get(address, buffered=True)
    assert (image.data, image.mimetype) == (png(), "image/png")
    assert image.headers["Content-Disposition"].startswith("inline")
    assert f"filename*=UTF-8''{quote(THAI)}" in image.headers["Content-Disposition"]
    assert image.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in image.headers["Content-Security-Policy"]
    assert "private" in image.headers["Cache-Control"]
    again = client.get(address, headers={"If-None-Match": image.headers["ETag"]}, buffered=True)
    assert again.status_code == 304
    (added,) = files_of(entry)
    assert client.post(f"{path}/files/{added.id}/remove").status_code == 303
    assert client.get(address).status_code == 404
    assert "นำกลับมา" in client.get(path).text
    send(client, entry, (png(9, 9), THAI))
    client.post(f"{path}/files/{added.id}/restore")
    assert [each.name for each in files_of(entry)] == ["ภาพ เวที (1) (2).png", THAI]
    preview = client.post(f"/p/ours/preview?number={entry.number}", data={"body": "![x](attachment:a.png)"}).text
    assert f'src="{path}/files/a.png"' in preview


def test_what_could_act_is_only_ever_saved_whatever_it_is_called(
    make: Make, project: Project, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    author = make.member(project)
    client = signed_in(author)
    entry = write(author, project)
    bad = ((SVG, "a.png"), (HTML, "b.gif"), (HTML, "c.html"), (b"%PDF-1.4", "d.jpg"), (b"\x89PNG\r\n\x1a\n", "e.png"))
    send(client, entry, *bad, (png(), "../../etc/pass\u202ewd\x00.png"))
    names = {each.name: each for each in files_of(entry)}
    assert set(names) == {"a.png", "b.gif", "c.html", "d.jpg", "e.png", "pass wd .png"}
    for name in ("a.png", "b.gif", "c.html", "d.jpg"):
        answer = client.get(f"/p/ours/e/{entry.number}/files/{name}", buffered=True)
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.mimetype in {"text/plain", "application/pdf"}


def test_bad_uploads_are_told_and_change_nothing(
    make: Make, project: Project, signed_in: Callable[[Caller], FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    author = make.member(project)
    client = signed_in(author)
    entry = write(author, project)
    monkeypatch.setattr("kmwiki.sources.attachments._MEGABYTE", 1)
    for files, told in (((), "เลือกไฟล์"), (((b"", "a.txt"),), "ว่าง"), (((b"x" * 100, "a.txt"),), "ใหญ่กว่า")):
        answer = send(client, entry, *files)
        assert answer.status_code == 303
        assert told in client.get(f"/p/ours/e/{entry.number}").text
    answer = send(client, entry, (b"", "a.txt"), Accept="application/json")
    assert (answer.status_code, bool(answer.json and answer.json["message"])) == (422, True)
    monkeypatch.setattr("kmwiki.sources.attachments._MEGABYTE", 1 << 20)
    monkeypatch.setattr("kmwiki.sources.attachments.MOST", 1)
    answer = send(client, entry, (png(), "a [1].png"), Accept="application/json")
    assert answer.json == {
        "files": [{"name": "a [1].png", "target": "attachment:a%20%5B1%5D.png", "is_image": True}],
    }
    assert send(client, entry, (png(5), "b.png"), Accept="application/json").status_code == 422
    assert len(files_of(entry)) == 1


def test_a_file_is_found_under_its_own_note_alone_and_by_its_readers_alone(
    make: Make,
    project: Project,
    signed_in: Callable[[Caller], FlaskClient],
    api: Callable[[Caller | None], Api],
    client: FlaskClient,
) -> None:
    author, member, commenter = make.member(project), make.member(project), make.member(project, Role.COMMENTER)
    other = make.project("theirs")
    outsider = make.member(other, Role.OWNER)
    private = write(author, project, visibility="private")
    open_one, theirs = write(author, project, visibility="public"), write(outsider, other)
    mine = signed_in(author)
    send(mine, private, (png(), "a.png"))
    send(mine, open_one, (png(), "a.png"))
    (hidden,), (shown,) = files_of(private), files_of(open_one)
    addresses = (
        f"/entries/{open_one.id}/attachments/{hidden.id}",
        f"/entries/{theirs.id}/attachments/{hidden.id}",
        f"/entries/{theirs.id}/attachments/{shown.id}",
        f"/entries/{private.id}/attachments/{shown.id}",
    )
    for caller in (author, member, outsider):
        for address in addresses:
            assert api(caller).get(address)[0] == 404
            assert api(caller).delete(address)[0] in {403, 404}
    for other_client in (signed_in(member), signed_in(outsider), client):
        assert other_client.get(f"/p/ours/e/{private.number}/files/a.png").status_code == 404
        assert other_client.get(f"/p/theirs/e/{private.number}/files/a.png").status_code == 404
    assert mine.post(f"/p/ours/e/{open_one.number}/files/{hidden.id}/remove").status_code == 404
    assert client.get(f"/p/ours/e/{open_one.number}/files/a.png", buffered=True).status_code == 200
    assert 'type="file"' not in signed_in(commenter).get(f"/p/ours/e/{open_one.number}").text
    assert api(commenter).delete(f"/entries/{open_one.id}/attachments/{shown.id}")[0] == 403
    assert NOBODY.user_id is None


def test_what_may_hold_words_is_opened_by_those_who_see_personal_data_alone(
    make: Make,
    project: Project,
    signed_in: Callable[[Caller], FlaskClient],
    api: Callable[[Caller | None], Api],
    client: FlaskClient,
) -> None:
    author, reader = make.member(project), make.member(project, Role.COMMENTER)
    entry = write(author, project, visibility="public")
    send(signed_in(author), entry, (b"%PDF-1.4 081-555-0142", "a.pdf"), (png(), "081-555-0142.png"))
    paper, image = files_of(entry)
    path, address = f"/p/ours/e/{entry.number}", f"/entries/{entry.id}/attachments"
    assert signed_in(author).get(f"{path}/files/a.pdf", buffered=True).status_code == 200
    for other in (reader, None):
        browser = client if other is None else signed_in(other)
        told = {"If-None-Match": f'"{paper.sha256}"'}
        assert browser.get(f"{path}/files/a.pdf", headers=told).status_code == (302 if other is None else 403)
        page = browser.get(path).text
        assert f"{path}/files/a.pdf" not in page
        assert "เปิดได้เฉพาะนักวิจัย" in page
        assert "0142" not in page
    call = api(reader)
    assert call.get(f"{address}/{paper.id}")[0] == 403
    shown = call.client.get(f"/api/v1{address}/{image.id}", headers=call.headers, buffered=True)
    assert (shown.data, "0142" in str(shown.headers)) == (png(), False)
    items = call.get(address)[1]["items"]
    assert [each["sha256"] for each in items] == [None, image.sha256]
    assert "0142" not in str([(each["name"], each["target"]) for each in items])
    assert api(author).get(address)[1]["items"][0]["sha256"] == paper.sha256


def test_the_api_lists_takes_gives_and_removes_files(
    make: Make, project: Project, api: Callable[[Caller | None], Api], settings: Settings
) -> None:
    author = make.member(project)
    entry = write(author, project)
    call = api(author)
    path = f"/entries/{entry.id}/attachments"
    status, made = call.post(path, data={"file": (BytesIO(png()), "ก.png")})
    assert (status, made["name"], made["media_type"], made["target"]) == (201, "ก.png", "image/png", "attachment:ก.png")
    assert call.post(path, data={"file": (BytesIO(png()), "ก.png")})[1]["id"] == made["id"]
    assert call.post(path, data={})[0] == 422
    call.post(path, data={"file": (BytesIO(b"text"), "b.txt")})
    status, page = call.get(f"{path}?size=1")
    assert (status, page["total"], len(page["items"])) == (200, 2, 1)
    assert call.get(f"{path}?size=1&cursor={page['next']}")[1]["items"][0]["name"] == "b.txt"
    answer = call.client.get(f"/api/v1{path}/{made['id']}", headers=call.headers, buffered=True)
    assert answer.data == png()
    assert call.delete(f"{path}/{made['id']}")[0] == 204
    assert call.get(f"{path}/{made['id']}")[0] == 404
    assert call.post(f"{path}/{made['id']}/restore")[1]["name"] == "ก.png"
    (settings.attachments_dir / made["sha256"][:2] / made["sha256"]).unlink()
    status, problem = call.get(f"{path}/{made['id']}")
    assert (status, "ไฟล์สำรอง" in problem["detail"]) == (404, True)
