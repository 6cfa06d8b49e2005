"""Requests that lie: about the host, about the page they come from; and bytes that no browser sends."""

from __future__ import annotations

import io
import json
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.house.test_permissions import ROWS, fill_in

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from kmwiki.config import Settings
    from kmwiki.security.policy import Caller
    from tests.conftest import Api
    from tests.house.world import World
    from tests.make import Make

EVIL = "evil.example"
STALL_SECONDS = 10.0
"""Of the processor: other work of the machine does not count."""
LIES = {
    "Host": {"Host": EVIL},
    "X-Forwarded-Host": {"X-Forwarded-Host": EVIL},
    "Forwarded": {"Forwarded": f"host={EVIL};proto=https"},
    "X-Host": {"X-Host": EVIL, "X-Original-URL": f"https://{EVIL}/", "X-Rewrite-URL": "/admin/users"},
    "two hosts": {"Host": f"localhost@{EVIL}:80"},
    "port": {"Host": f"localhost:80@{EVIL}"},
}
FOREIGN = {
    "another site": {"Origin": f"https://{EVIL}"},
    "no site": {"Origin": "null"},
    "a name that begins like ours": {"Origin": f"http://localhost.{EVIL}"},
    "a page of another site": {"Referer": f"https://{EVIL}/localhost"},
    "what the browser says": {"Sec-Fetch-Site": "cross-site"},
}


@pytest.fixture
def copied_instance(world_instance: Path) -> Path:
    return world_instance


def client_of(app: Flask, make: Make, person: Caller | None) -> FlaskClient:
    client = app.test_client()
    if person is not None and person.user_id is not None:
        client.set_cookie("kmwiki", make.sign_in(person.user_id, lasts=timedelta(hours=1)), domain="localhost")
    return client


@pytest.mark.parametrize("lie", LIES)
def test_no_address_is_ever_made_from_what_a_request_says_of_the_host(
    app: Flask, make: Make, world: World, lie: str
) -> None:
    owner = world.people["owner"]
    client = client_of(app, make, owner)
    for path in (
        "/",
        "/sign-in",
        "/me",
        "/forgotten",
        "/p/ours/",
        "/p/ours/members",
        "/p/ours/e/1",
        "/admin/users",
        "/x",
    ):
        answer = client.get(path, headers=LIES[lie], base_url="http://localhost")
        assert answer.status_code < 500, path
        assert EVIL not in answer.get_data(as_text=True), path
        assert EVIL not in answer.headers.get("Location", ""), path
        assert all(EVIL not in value for _, value in answer.headers), path
    token = {"Authorization": f"Bearer {make.token(owner.user_id or 0)}"} if owner else {}
    for path in ("/api/v1/projects", "/api/v1/openapi.json", "/api/v1/projects/ours/entries"):
        answer = client.get(path, headers={**LIES[lie], **token})
        assert EVIL not in answer.get_data(as_text=True), path


@pytest.mark.parametrize("lie", FOREIGN)
def test_no_write_of_another_site_is_carried_out_on_any_route(app: Flask, make: Make, world: World, lie: str) -> None:
    admin = world.people["admin"]
    assert admin is not None
    client = client_of(app, make, admin)
    rows = [row for row in ROWS if row.method != "GET" and not row.url.startswith("/api/")]
    assert len(rows) > 30
    for row in rows:
        places = {**world.places, "token_id": 1, "session_id": 1}
        body = fill_in({"data": row.form}, places)
        answer = client.open(row.url.format(**places), method=row.method, headers=FOREIGN[lie], **body)
        assert answer.status_code == 403, row


def test_a_cookie_is_worth_nothing_to_the_api(app: Flask, make: Make, world: World) -> None:
    client = client_of(app, make, world.people["owner"])
    assert client.get("/api/v1/projects").status_code == 401
    assert client.post("/api/v1/projects/ours/entries", json={"kind": "reflection", "title": "x"}).status_code == 401


QUERIES = {
    "invalid UTF-8": "q=%ff%fe&page=%80&text=%c0%af&from=%ed%a0%80",
    "NUL": "q=%00&page=%00&text=%00&from=%00&order=%00",
    "huge numbers": f"page={'9' * 400}&size=-1&q=a&before={'9' * 30}&code={'9' * 30}&offset=-{'9' * 30}",
    "not numbers": "page=NaN&size=inf&page=1e9&q=%7B%7B7*7%7D%7D&code=x&author=%00",
    "direction signs": "q=%e2%80%ae%e2%81%a6x&order=%e2%80%ae",
    "many": "&".join(f"tag={number}" for number in range(3000)),
    "brackets": "q=" + "(" * 5000,
    "stars": "q=" + "*%20" * 5000,
    "NEAR": "q=" + "NEAR(" * 500,
    "long": "q=" + "%e0%b8%81" * 20_000,
}


def some(of: Collection[str], number: int, *, least: int) -> list[str]:
    """Return a few of the keys, other ones for each number, so that all have their turn."""
    keys = list(of)
    return [keys[(number * least + step) % len(keys)] for step in range(least)]


def send(app: Flask, make: Make, person: Caller | None, method: str, url: str, **given: Any) -> str:
    """Send a request as that person; return what is wrong with the answer: a fault, or that it took long."""
    headers = {}
    if url.startswith("/api/") and person is not None:
        headers = {"Authorization": f"Bearer {make.token(person.user_id or 0)}"}
    client = app.test_client() if headers else client_of(app, make, person)
    started = time.process_time()
    answer = client.open(url, method=method, headers=headers, buffered=True, **given)
    took = time.process_time() - started
    answer.close()
    problem = f"{answer.status_code} {took:.0f} s {method} {url[:90]} {str(given.get('data', ''))[:40]}"
    return problem if answer.status_code >= 500 or took > STALL_SECONDS else ""


def places_of(world: World) -> dict[str, Any]:
    return {**world.places, "token_id": 1, "session_id": 1}


def test_no_query_breaks_any_page(app: Flask, make: Make, world: World) -> None:
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    told = []
    for number, row in enumerate(row for row in ROWS if row.method == "GET"):
        url = row.url.format(**places_of(world)).partition("?")[0]
        for what in QUERIES if url.endswith(("/search", "/entries")) else some(QUERIES, number, least=2):
            told += [send(app, make, world.people["admin"], "GET", f"{url}?{QUERIES[what]}")]
    assert not [line for line in told if line]
    assert len(told) > 80


@pytest.mark.parametrize(
    "path",
    [
        "/%ff",
        "/p/%00/",
        "/p/%e2%80%ae/e/1",
        "/p/ours/e/%80",
        "/p/ours/e/-1",
        "/..%2f..%2fetc",
        "/static/..%2f..%2fsecret",
        "/static/%00",
        "//evil.example/x",
        "/p/ours/e/1/files/..%2f..%2fkmwiki.sqlite",
        "/p/" + "a" * 5000,
        "/%5cevil.example",
    ],
)
def test_no_path_breaks_anything_or_leads_out(app: Flask, make: Make, world: World, path: str) -> None:
    answer = client_of(app, make, world.people["owner"]).get(path)
    assert answer.status_code in {301, 302, 308, 400, 404}, answer.status_code
    assert not answer.headers.get("Location", "/").startswith(("//", "http://evil", "https://evil", "/\\"))


def bodies() -> dict[str, tuple[bytes, str]]:
    """Return bodies that no honest program sends, and their types."""
    form, multi = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
    return {
        "invalid UTF-8": (b"title=%ff%fe&body=\xff\xfe&kind=reflection", form),
        "NUL": (b"title=a%00b&body=%00&kind=reflection&email=%00&name=%00", form),
        "ten thousand fields": ("&".join(f"f{number}=x" for number in range(10_000)).encode(), form),
        "ten thousand parts": (
            b"".join(b'--x\r\nContent-Disposition: form-data; name="f"\r\n\r\nx\r\n' for _ in range(10_000)) + b"--x--",
            multi,
        ),
        "no boundary": (b"x", "multipart/form-data"),
        "cut short": (b'--x\r\nContent-Disposition: form-data; name="file"; filename="a', multi),
        "JSON for a form": (b"[" * 100_000, "application/json"),
        "empty names": (b"=&=&=x&", form),
        "surrogates": (b"title=%ed%a0%80&body=%ed%b0%80&kind=reflection", form),
    }


def test_no_body_breaks_any_form(app: Flask, make: Make, world: World) -> None:
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    hostile = bodies()
    told = []
    for number, row in enumerate(row for row in ROWS if row.method == "POST" and not row.url.startswith("/api/")):
        for what in some(hostile, number, least=2):
            data, kind = hostile[what]
            url = row.url.format(**places_of(world))
            told.append(send(app, make, world.people["admin"], "POST", url, data=data, content_type=kind))
    assert not [line for line in told if line]
    assert len(told) > 60


JSON = {
    "deep": b"[" * 100_000 + b"]" * 100_000,
    "deep and open": b'{"title":' * 50_000,
    "half a character": b'{"title": "\\ud800"}',
    "no UTF-8": b"\xff\xfe{}",
    "too large": b'{"title": 1e999999}',
    "a list for a text": b'{"kind": "reflection", "title": ["a"]}',
    "many digits": b'{"a": ' + b"9" * 6000 + b"}",
    "NUL": b'{"title": "a\\u0000b", "kind": "reflection"}',
}


def test_no_json_breaks_the_api(app: Flask, make: Make, world: World) -> None:
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    told = []
    rows = [row for row in ROWS if row.url.startswith("/api/") and row.method in {"POST", "PUT", "PATCH"}]
    for number, row in enumerate(rows):
        for what in some(JSON, number, least=3):
            url = row.url.format(**places_of(world))
            sent = {"data": JSON[what], "content_type": "application/json"}
            told.append(send(app, make, world.people["admin"], row.method, url, **sent))
    assert not [line for line in told if line]


def test_a_file_name_leads_nowhere(app: Flask, make: Make, world: World, settings: Settings) -> None:
    before = {path for path in settings.instance.parent.rglob("*") if "uploads" not in path.parts}
    client = client_of(app, make, world.people["researcher"])
    for name in (
        "../../evil.txt",
        "/etc/evil.txt",
        "..\\..\\evil.txt",
        "a\x00.txt",
        "con.txt",
        "\u202etxt.exe",
        "a" * 4000,
    ):
        data = {"file": (io.BytesIO("เรื่อง\n\nข้อความ".encode()), name)}
        answer = client.post("/p/ours/import", data=data, content_type="multipart/form-data")
        assert answer.status_code < 500, name
        data = {"file": (io.BytesIO(b"text"), name)}
        assert client.post("/p/ours/e/1/files", data=data, content_type="multipart/form-data").status_code < 500
    after = {path for path in settings.instance.parent.rglob("*") if "uploads" not in path.parts}
    new = {
        path.relative_to(settings.instance).parts[0]
        for path in after - before
        if path.is_relative_to(settings.instance)
    }
    assert new <= {"attachments", "index", "kmwiki.sqlite-wal", "kmwiki.sqlite-shm"}
    assert all(path.is_relative_to(settings.instance) for path in after - before)


HOSTILE_FILES = {
    "drawing.svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>',
    "page.html": b"<script>alert(1)</script>",
    "photo.png": b"<html><script>alert(1)</script></html>",
    "note.pdf": b"<svg onload=alert(1)>",
    "data.xml": b"<?xml version='1.0'?><x xmlns='http://www.w3.org/1999/xhtml'><script>alert(1)</script></x>",
}


def test_no_attached_file_acts_as_a_page_of_this_site(app: Flask, make: Make, world: World) -> None:
    client = client_of(app, make, world.people["owner"])
    for name, data in HOSTILE_FILES.items():
        sent = client.post(
            "/p/ours/e/1/files", data={"file": (io.BytesIO(data), name)}, content_type="multipart/form-data"
        )
        assert sent.status_code < 500, name
        answer = client.get(f"/p/ours/e/1/files/{name}", buffered=True)
        answer.close()
        if answer.status_code != 200:
            assert answer.status_code == 404
            continue
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"].startswith("attachment"), name
        assert "sandbox" in answer.headers["Content-Security-Policy"], name


def test_a_file_of_a_note_is_not_had_through_another_note_or_project(
    app: Flask, make: Make, world: World, api: Callable[[Caller | None], Api]
) -> None:
    owner, outsider = world.people["owner"], world.people["outsider"]
    mine = client_of(app, make, outsider)
    form = {"kind": "reflection", "title": "ของเรา", "body": "x", "action": "publish"}
    assert mine.post("/p/theirs/entries/new", data=form).status_code == 302
    name = world.places["attachment_name"]
    theirs = f"/p/theirs/e/1/files/{name}"
    assert mine.get(theirs).status_code == 404
    assert mine.get(f"/p/ours/e/1/files/{name}").status_code == 404
    status, listed = api(outsider).get("/projects/theirs/entries")
    own = listed["items"][0]["id"]
    number = world.places["attachment"]
    assert status == 200
    assert api(outsider).get(f"/entries/{own}/attachments/{number}")[0] == 404
    assert api(outsider).delete(f"/entries/{own}/attachments/{number}")[0] == 404
    assert api(outsider).get(f"/entries/{world.places['entry']}/attachments")[0] == 404
    assert client_of(app, make, owner).get(f"/p/ours/e/1/files/{name}", buffered=True).status_code == 200


def test_codings_and_comments_of_others_cannot_be_had_by_counting_numbers(
    make: Make, world: World, api: Callable[[Caller | None], Api]
) -> None:
    outsider = api(world.people["outsider"])
    for number in range(1, 8):
        for path in (
            f"/entries/{number}",
            f"/comments/{number}",
            f"/sources/{number}/text",
            f"/entries/{number}/revisions",
            f"/sources/{number}/codings",
        ):
            status, told = outsider.get(path)
            assert status == 404, path
            assert "ประชุม" not in json.dumps(told, ensure_ascii=False)
        for path, body in ((f"/codings/{number}", {"memo": "x"}), (f"/comments/{number}", {"body": "x"})):
            status, _ = outsider.put(path, body, headers={"If-Match": '"rev-1"'})
            assert status in {404, 405}, path
            assert outsider.delete(path)[0] in {404, 405}, path
    del make


def is_refused(answer: TestResponse) -> bool:
    return answer.status_code in {401, 403, 404} or "/sign-in" in answer.headers.get("Location", "")


def test_a_draft_is_told_of_by_no_route_to_who_may_not_read_it(app: Flask, make: Make, world: World) -> None:
    author = client_of(app, make, world.people["supervisor"])
    secret = "คำลับเฉพาะในร่าง"
    form = {"kind": "reflection", "title": f"{secret} ชื่อ", "body": f"{secret} เนื้อ", "tags": secret}
    form |= {"visibility": "private", "action": "draft"}
    made = author.post("/p/ours/entries/new", data=form)
    assert made.status_code == 302
    assert secret in author.get(made.headers["Location"]).get_data(as_text=True)
    reader = world.people["reader"]
    client = client_of(app, make, reader)
    token = {"Authorization": f"Bearer {make.token(reader.user_id or 0)}"} if reader else {}
    for row in (row for row in ROWS if row.method == "GET"):
        url = row.url.format(**places_of(world))
        answer = client.get(url, headers=token if url.startswith("/api/") else {}, buffered=True)
        assert secret.encode() not in answer.get_data(), row
        answer.close()
    assert is_refused(client.get(made.headers["Location"]))
    for path in (f"/p/ours/search?q={secret}", f"/p/ours/search?q={secret[:6]}*", f"/p/ours/entries?q={secret}"):
        page = client.get(path).get_data(as_text=True)
        assert f"{secret} ชื่อ" not in page, path
        assert f"{secret} เนื้อ" not in page, path
