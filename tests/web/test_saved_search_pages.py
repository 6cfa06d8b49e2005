"""The pages of saved searches, the bell, the feed and the API beside them, without scripts."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from lxml import etree

from kmwiki.accounts.models import Membership
from kmwiki.config import Settings
from kmwiki.db import session, transaction
from kmwiki.jobs.worker import Worker
from kmwiki.main import job_kinds
from kmwiki.notifications.hit_letters import PURPOSE
from kmwiki.search import saved
from kmwiki.search.indexing import rebuild
from kmwiki.search.models import SavedSearch, SearchWatch
from kmwiki.security.policy import Role
from kmwiki.security.signing import sign
from tests.make_search import write

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    from kmwiki.accounts.models import Project
    from kmwiki.security.policy import Caller
    from tests.conftest import Api
    from tests.make import Make

BASE = "/p/village/searches"
WORD = "นกขมิ้นเหลืองอ่อน"
PHONE = "081-555-0142"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def project(make: Make, app: Flask) -> Project:
    """A project whose index is ready."""
    del app
    rebuild()
    return make.project("village", name="หมู่บ้าน")


@pytest.fixture
def writer(make: Make, project: Project) -> Caller:
    """Who writes what others search."""
    return make.member(project, Role.RESEARCHER, user=make.user("คนเขียน"))


@pytest.fixture
def reader(make: Make, project: Project) -> Caller:
    """Who keeps searches."""
    return make.member(project, Role.READER, user=make.user("คนอ่าน"))


def work() -> None:
    Worker(job_kinds()).drain()


def page(client: FlaskClient, path: str, status: int = 200) -> str:
    """Open a page."""
    answered = client.get(path)
    assert answered.status_code == status, answered.get_data(as_text=True)[:2000]
    return unescape(answered.get_data(as_text=True))


def send(client: FlaskClient, path: str, status: int = 303, **form: Any) -> str:
    """Send a form."""
    answered = client.post(path, data=form)
    assert answered.status_code == status, answered.get_data(as_text=True)[:2000]
    return unescape(answered.get_data(as_text=True))


def test_a_search_is_saved_from_its_page_changed_removed_and_brought_back(
    signed_in: Callable[[Caller], FlaskClient], writer: Caller, reader: Caller, project: Project
) -> None:
    write(writer, project, WORD, places=["พัทลุง"])
    work()
    client = signed_in(reader)
    assert "ยังไม่มีการค้นหาที่บันทึกไว้" in page(client, BASE)
    found = page(client, f"/p/village/search?q={quote(WORD)}&province=93&sort=updated")
    link = re.search(r'id="search-link" value="([^"]+)"', found)
    assert link is not None
    assert link[1].endswith(f"/p/village/search?q={quote(WORD)}&province=93&sort=updated")
    offered = re.search(r'href="(/p/village/searches/new[^"]+)"', found)
    assert offered is not None
    form = page(client, offered[1])
    assert "พัทลุง" in form
    assert 'name="is_shared"' not in form  # a reader shares nothing
    query: dict[str, Any] = {"q": WORD, "province": "93", "sort": "updated"}
    assert "ตั้งชื่อการค้นหา" in send(client, BASE, 422, name=" ", in_app="1", **query)
    send(client, BASE, name="นกของเรา", in_app="1", mail="weekly", **query)
    work()
    assert "มีการค้นหาชื่อ" in send(client, BASE, 422, name="นกของเรา", **query)
    assert "ทุกเช้าวันจันทร์" in page(client, BASE)
    with session() as opened:
        number = opened.query(SavedSearch).one().id
    answered = client.get(f"{BASE}/{number}")
    assert answered.headers["Location"] == f"/p/village/search?q={quote(WORD)}&province=93&sort=updated"
    assert "(((" in send(client, f"{BASE}/{number}/edit", 422, name="นก", q="(((")
    send(client, f"{BASE}/{number}/edit", name="นกใหม่", q=f"{WORD} OR อื่น", mail="off")
    listed = page(client, BASE)
    assert "นกใหม่" in listed
    assert "1 แห่ง" in listed or "1 ที่" in listed
    send(client, BASE, over=number, q="ทับ")
    with session() as opened:
        assert opened.query(SavedSearch).one().query == {"q": ["ทับ"]}
    send(client, f"{BASE}/{number}/remove")
    removed = page(client, BASE)
    assert f"{BASE}/{number}/restore" in removed
    page(client, f"{BASE}/{number}/edit", 404)
    send(client, f"{BASE}/{number}/restore")
    assert f"{BASE}/{number}/edit" in page(client, BASE)
    assert client.get(f"{BASE}/new?q=").status_code == 302


def test_the_bell_tells_and_opens_at_the_passage(
    signed_in: Callable[[Caller], FlaskClient], writer: Caller, reader: Caller, project: Project
) -> None:
    client = signed_in(reader)
    assert "ยังไม่มีอะไรใหม่" in page(client, "/me/notices")
    send(client, BASE, name="นก", in_app="1", q=WORD)
    work()
    entry = write(writer, project, f"เห็น{WORD} โทร {PHONE}", title=f"พบนก {PHONE}")
    write(writer, project, WORD, title="อีกเรื่อง")
    work()
    assert '<span class="bell-n" aria-hidden="true">2</span>' in page(client, "/p/village/")
    told = page(client, "/me/notices")
    assert "พบนก" in told
    assert "0142" not in told
    assert "ใหม่ 2" in page(client, BASE)
    links = re.findall(r'href="(/me/notices/\d+)"', told)
    opened = client.get(links[-1])
    assert opened.status_code == 302
    assert f"hit={entry.source_id}%3A4-{4 + len(WORD)}%401#hit" in opened.headers["Location"]
    assert 'id="hit"' in page(client, opened.headers["Location"])
    assert '<span class="bell-n" aria-hidden="true">1</span>' in page(client, "/p/village/")
    send(client, f"{links[0]}/read", page=1)
    send(client, "/me/notices/read")
    assert "bell-n" not in page(client, "/p/village/")
    page(signed_in(writer), links[0], 404)


def test_others_open_a_shared_search_with_their_own_rights(
    signed_in: Callable[[Caller], FlaskClient], make: Make, writer: Caller, reader: Caller, project: Project
) -> None:
    write(writer, project, WORD, visibility="private")
    work()
    send(signed_in(writer), BASE, name="ร่วม", is_shared="1", q=WORD)
    send(signed_in(writer), BASE, name="ส่วนตัว", q=WORD)
    assert "1 แห่ง" in page(signed_in(writer), BASE) or "1 ที่" in page(signed_in(writer), BASE)
    listed = page(signed_in(reader), BASE)
    assert "ร่วม" in listed
    assert "แบ่งปันโดย คนเขียน" in listed
    assert "ส่วนตัว" not in listed
    assert "1 แห่ง" not in listed
    assert "1 ที่" not in listed
    with session() as opened:
        shared, own = (row.id for row in opened.query(SavedSearch).order_by(SavedSearch.id))
    page(signed_in(reader), f"{BASE}/{own}/edit", 404)
    send(signed_in(reader), f"{BASE}/{shared}/edit", mail="daily", name="ขโมย", q="x")
    with session() as opened:
        assert opened.get_one(SavedSearch, shared).name == "ร่วม"
        assert opened.get_one(SearchWatch, (shared, reader.user_id)).mail == "daily"
    send(signed_in(reader), f"{BASE}/{shared}/remove", 403)
    other = make.project("town")
    outsider = signed_in(make.member(other, Role.OWNER, user=make.user()))
    page(outsider, f"/p/town/searches/{shared}/edit", 404)


def test_a_feed_is_atom_private_and_its_owners(
    signed_in: Callable[[Caller], FlaskClient], app: Flask, writer: Caller, reader: Caller, project: Project
) -> None:
    write(writer, project, f"เห็น{WORD}ที่ <b>นา</b> & {PHONE}", title="นก\x0b & <ไม้>")
    for given in ({"visibility": "private"}, {"status": "draft"}, {"visibility": "supervisors"}):
        write(writer, project, f"ซ่อน{WORD}", title="ซ่อน", **given)
    work()
    client = signed_in(reader)
    send(client, BASE, name="นก", q=WORD)
    with session() as opened:
        number = opened.query(SavedSearch).one().id
    shown = send(client, f"{BASE}/{number}/feed", 200)
    address = re.search(r'value="http://[^/"]+(/p/village/searches/\d+/feed\.atom\?key=[\w-]{43})"', shown)
    assert address is not None
    assert address[1].rpartition("=")[2] not in page(client, f"{BASE}/{number}/edit")  # shown once
    plain = app.test_client()
    answer = plain.get(address[1])
    assert answer.mimetype == "application/atom+xml"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "Set-Cookie" not in answer.headers
    feed = etree.fromstring(answer.data, etree.XMLParser(resolve_entities=False, no_network=True))
    assert feed.tag == f"{ATOM}feed"
    (entry,) = feed.findall(f"{ATOM}entry")
    for element in (feed, entry):
        assert (element.findtext(f"{ATOM}id") or "").startswith("urn:uuid:")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", element.findtext(f"{ATOM}updated") or "")
        assert element.findtext(f"{ATOM}title")
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "หมู่บ้าน"
    link = entry.find(f"{ATOM}link")
    assert link is not None
    assert re.search(r"/p/village/e/.*hit=\d+:4-\d+@1", link.get("href") or "")
    summary = entry.findtext(f"{ATOM}summary") or ""
    assert "<b>นา</b> &" in summary
    assert "0142" not in answer.get_data(as_text=True)
    assert "ซ่อน" not in answer.get_data(as_text=True)
    same = plain.get(address[1], headers={"If-None-Match": answer.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")
    assert plain.get(address[1], headers={"If-Modified-Since": answer.headers["Last-Modified"]}).status_code == 304
    assert plain.get(address[1] + "x").status_code == 404
    assert plain.get(address[1].partition("?")[0]).status_code == 404
    with transaction() as opened:
        opened.get_one(SavedSearch, number).query = {"q": ["((("]}
    broken = etree.fromstring(plain.get(address[1]).data)
    assert broken.findtext(f"{ATOM}subtitle")
    send(client, f"{BASE}/{number}/feed/end")
    assert plain.get(address[1]).status_code == 404


def test_who_left_the_project_reads_no_feed_any_more(app: Flask, make: Make, project: Project) -> None:
    member = make.member(project, Role.READER)
    with transaction() as opened:
        row = saved.save_search(opened, member, project, saved.Draft("ก", {"q": ["ก"]}), saved.Follow())
        key = saved.make_feed(opened, member, row)
        address = f"{BASE}/{row.id}/feed.atom?key={key}"
    assert app.test_client().get(address).status_code == 200
    with transaction() as opened:
        opened.delete(opened.get_one(Membership, (project.id, member.user_id)))
    assert app.test_client().get(address).status_code == 404


def test_letters_end_with_one_click_that_opening_the_link_is_not(
    strict_app: Flask, writer: Caller, project: Project
) -> None:
    with transaction() as opened:
        row = saved.save_search(opened, writer, project, saved.Draft("ก", {"q": ["ก"]}), saved.Follow(mail="daily"))
        key = row.id, writer.user_id
    link = f"/letters/stop/{sign(Settings.from_environment(), PURPOSE, str(writer.user_id))}"
    client = strict_app.test_client()
    assert "<form" in page(client, link)
    with session() as opened:
        assert opened.get_one(SearchWatch, key).mail == "daily"
    send(client, link, 200, **{"List-Unsubscribe": "One-Click"})
    with session() as opened:
        assert opened.get_one(SearchWatch, key).mail == "off"
    assert client.post(link + "0").status_code == 404
    assert client.get("/letters/stop/1.").status_code == 404


def test_the_api_keeps_follows_changes_and_tells(
    api: Callable[[Caller], Api], writer: Caller, reader: Caller, project: Project
) -> None:
    mine, theirs = api(reader), api(writer)
    given = {"name": "นก", "query": {"q": WORD, "in": ["entry"]}, "alerts": {"mail": "daily"}}
    status, made = mine.post("/projects/village/searches", given)
    assert (status, made["alerts"]["mail"], made["total"], made["query"]["in"]) == (201, "daily", 0, ["entry"])
    work()
    status, wrong = mine.post("/projects/village/searches", {"name": "ข", "query": {"q": "((("}})
    assert (status, wrong["position"]) == (400, 2)
    assert mine.post("/projects/village/searches", {"name": "ข", "query": {}})[0] == 422
    assert mine.post("/projects/village/searches", given)[0] == 409
    number = made["id"]
    assert theirs.get(f"/searches/{number}")[0] == 404
    assert mine.patch(f"/searches/{number}", {"shared": True})[0] == 403
    assert mine.patch(f"/searches/{number}", {"query": {"q": "((("}})[0] == 400
    assert mine.patch(f"/searches/{number}", {"name": "นกใหม่"})[1]["name"] == "นกใหม่"
    write(writer, project, WORD, title="พบ")
    work()
    assert mine.get(f"/searches/{number}")[1]["new"] == 1
    told = mine.get("/me/notices")[1]
    assert [(one["title"], one["search_name"], one["read"]) for one in told["items"]] == [("พบ", "นกใหม่", None)]
    assert mine.post("/me/notices/read", {"search": number})[1] == {"read": 1}
    assert mine.get("/projects/village/searches")[1]["items"][0]["new"] == 0
    assert mine.put(f"/searches/{number}/alerts", {"mail": "never"})[0] == 422
    assert mine.put(f"/searches/{number}/alerts", {"mail": "off", "in_app": False})[1]["alerts"]["in_app"] is False
    assert mine.call("DELETE", f"/searches/{number}")[0] == 204
    assert mine.get(f"/searches/{number}")[0] == 404
