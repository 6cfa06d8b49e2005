"""Coding all that a search finds, through pages without scripts: preview, batch, accepting, undoing, counting."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from kmwiki.accounts.models import Project
from kmwiki.coding import overview, service, strips
from kmwiki.coding.batches.tagging import MOST, Order, Spot, read_spots, tag
from kmwiki.coding.codebook.counts import counts, tree_of, use_of
from kmwiki.coding.models import Code, Coding, CodingBatch
from kmwiki.coding.queries import CodingFilters, find_codings, recent_codes
from kmwiki.coding.schemas import CodeIn, CodingIn
from kmwiki.db import session, transaction
from kmwiki.entries.models import Entry
from kmwiki.entries.schemas import EntryPatch
from kmwiki.errors import Conflict, Invalid
from kmwiki.search.indexing import rebuild
from kmwiki.security.policy import Role
from kmwiki.sources.models import Source
from tests.make_search import answer, ask, drain, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    from kmwiki.security.policy import Caller
    from tests.make import Make

BASE = "/p/village/tag"
FIRST = "กองทุนเงินออมของเราเล็กนิดเดียว โทร 081-555-0142 ถามได้\nเงินออมทำให้คนในหมู่บ้านคุยกัน"


class Stage:
    """A project with two notes and a comment that speak of savings, its researcher, supervisor and code."""

    def __init__(self, make: Make) -> None:
        rebuild()
        self.project = make.project("village", name="หมู่บ้าน")
        self.coder = make.member(self.project, Role.RESEARCHER)
        self.supervisor = make.member(self.project, Role.SUPERVISOR)
        self.first = write(self.coder, self.project, FIRST, title="วงเงินออม")
        answer(self.coder, self.first, "เห็นด้วยเรื่องเงินออมค่ะ")
        self.second = write(self.coder, self.project, "ปีก่อนไม่มีเงินออมเลย", title="ปีก่อน")
        write(self.supervisor, self.project, "ความลับเรื่องเงินออม", title="ลับ", visibility="supervisors")
        with transaction() as s:
            data = CodeIn(name_th="การออม")
            self.code: Code = service.create_code(s, self.coder, s.get_one(Project, self.project.id), data)
        drain()

    def codings(self) -> list[Coding]:
        """All codings that are there."""
        with session() as s:
            return list(s.scalars(select(Coding).where(Coding.deleted.is_(None)).order_by(Coding.id)))

    def spots(self) -> list[Spot]:
        """A passage in each of the two notes."""
        return [Spot(self.first.source_id, 1, 0, 6), Spot(self.second.source_id, 1, 0, 6)]

    def order(self, **more: Any) -> Order:
        """What is to be coded."""
        given: dict[str, Any] = {"code_id": self.code.id, "spots": self.spots(), "key": "k", "query": {"q": ["ออม"]}}
        return Order(**(given | more))

    def tag(self, **more: Any) -> tuple[CodingBatch, bool]:
        """Code passages together as the researcher."""
        with transaction() as s:
            return tag(s, self.coder, s.get_one(Project, self.project.id), self.order(**more))


@pytest.fixture
def stage(make: Make, app: Flask) -> Stage:
    """A project to search and code."""
    del app
    return Stage(make)


def page(client: FlaskClient, path: str, status: int = 200) -> str:
    answered = client.get(path)
    assert answered.status_code == status, answered.get_data(as_text=True)[:2000]
    return unescape(answered.get_data(as_text=True))


def send(client: FlaskClient, path: str, status: int = 303, **form: Any) -> str:
    answered = client.post(path, data=form)
    assert answered.status_code == status, answered.get_data(as_text=True)[:2000]
    return answered.headers.get("Location", "") or unescape(answered.get_data(as_text=True))


def filled(shown: str) -> dict[str, Any]:
    """The form of a preview as a browser would send it: everything that is ticked."""
    ticked = re.findall(r'type="checkbox" name="(note|p)" value="([^"]+)" checked', shown)
    form: dict[str, Any] = {"q": "เงินออม", "unit": "sentence"}
    found = re.search(r'name="key" value="([^"]+)"', shown)
    assert found is not None
    form["key"] = found[1]
    for name in ("note", "p"):
        form[name] = [value for key, value in ticked if key == name]
    return form


def test_all_that_a_search_finds_is_coded_accepted_and_undone(
    stage: Stage, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    client = signed_in(stage.coder)
    assert f"{BASE}?q=" in page(client, "/p/village/search?q=เงินออม")
    assert "ยังไม่ได้ค้นหา" in page(client, BASE)
    assert "ไม่มีช่วงใด" in page(client, f"{BASE}?q=นกขมิ้น")
    page(client, f"{BASE}?q=(((", 400)
    shown = page(client, f"{BASE}?q=เงินออม")
    assert "ความลับ" not in shown
    assert "081-555-0142" not in shown
    form = filled(shown)
    assert len(form["note"]) == 2
    assert len(form["p"]) == 4  # two sentences and a comment of one note, one sentence of the other
    assert "ไม่รวม 1 แห่ง" in shown  # the word in a title
    assert len(filled(page(client, f"{BASE}?q=เงินออม&unit=match"))["p"]) == 4
    assert "เลือกรหัส" in send(client, BASE, 422, **form)
    assert "อย่างน้อยหนึ่งช่วง" in send(client, BASE, 422, **(form | {"note": [], "code_id": stage.code.id}))
    only_first = form | {"note": form["note"][:1], "code_id": stage.code.id, "as_voice": "informant"}
    place = send(client, BASE, **only_first)
    assert send(client, BASE, **only_first) == place  # sent twice: one batch
    made = stage.codings()
    assert [(one.status, one.voice, one.coder_id) for one in made] == [("auto", "informant", stage.coder.user_id)] * 3
    assert made[1].ev_quote == "เงินออมทำให้คนในหมู่บ้านคุยกัน"
    assert "รอยืนยัน 3 ช่วง" in page(client, place)
    note = page(client, f"/p/village/e/{stage.first.number}")
    assert "ลงรหัสอัตโนมัติ รอยืนยัน" in note
    assert "อัตโนมัติ" in note
    send(client, f"/p/village/codings/{made[0].id}/accept")
    send(client, f"/p/village/codings/{made[1].id}/accept", batch=place.rpartition("/")[2])
    again = page(client, f"{BASE}?q=เงินออม")
    second = send(client, BASE, **(filled(again) | {"code_id": stage.code.id}))
    assert "3 ช่วงลงรหัสนี้ไว้ก่อนแล้ว" in page(client, second)  # nothing is doubled
    send(client, second + "/accept")
    assert [one.status for one in stage.codings()] == ["accepted", "accepted", "auto", "accepted"]
    listed = page(client, BASE + "/batches")
    assert listed.count("เลิกทำทั้งชุด") >= 2
    send(client, second + "/undo")
    assert len(stage.codings()) == 3
    send(client, second + "/redo")
    assert len(stage.codings()) == 4
    send(client, second + "/redo")  # nothing to bring back: told, not broken
    page(client, BASE + "/batches/999999", 404)


def test_what_a_batch_made_counts_nowhere_until_it_is_accepted(
    stage: Stage, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    def counted() -> list[object]:
        drain()
        entries = [stage.first.source_id, stage.second.source_id]
        with session() as s:
            here = stage.project.id
            code = s.get_one(Code, stage.code.id)
            by_filter = find_codings(s, stage.coder, here, CodingFilters(code_id=code.id))[1]
            numbers = [
                counts(s, stage.coder, here).get(code.id, 0),
                tree_of(s, stage.coder, here)[0].below,
                use_of(s, stage.coder, code).codings,
                by_filter,
                sum(one.count for one in strips.strips_of(s, stage.coder, entries).values()),
                sum(one.codings for one in overview.newest(s, stage.coder, here)),
                int(overview.done_by(s, stage.coder, here).has_coded),
                len(recent_codes(s, stage.coder, here)),
            ]
        found = ask(stage.coder, stage.project, "ออม has:codes")
        facet = ask(stage.coder, stage.project, "ออม").facets["code"]
        return [*numbers, found.total, sum(one.count for one in facet if one.value == str(stage.code.id))]

    assert counted() == [0] * 10
    batch, _ = stage.tag()
    assert counted() == [0] * 10
    with session() as s:
        asked = CodingFilters(code_id=stage.code.id, statuses=("auto",))
        assert find_codings(s, stage.coder, stage.project.id, asked)[1] == 2  # asked for
    send(signed_in(stage.coder), f"{BASE}/batches/{batch.id}/accept")
    assert counted() == [2, 2, 2, 2, 2, 2, 1, 1, 2, 2]


def test_what_another_has_accepted_since_stays_and_is_listed(
    stage: Stage, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    batch, _ = stage.tag()
    kept = stage.codings()[0]
    send(signed_in(stage.supervisor), f"/p/village/codings/{kept.id}/accept")
    client = signed_in(stage.coder)
    shown = page(client, send(client, f"{BASE}/batches/{batch.id}/undo"))
    assert "คงไว้ 1 ช่วง" in shown
    assert "เลิกทำชุดนี้แล้ว" in shown
    assert [one.id for one in stage.codings()] == [kept.id]


def test_moved_texts_are_told_and_nothing_wrong_is_written(stage: Stage) -> None:
    old = stage.spots()
    with transaction() as s:
        entry = s.get_one(Entry, stage.second.id)
        service.save_entry(s, stage.coder, entry, EntryPatch(body="ข้อความใหม่ทั้งหมด"), base_no=1)
    batch, is_new = stage.tag()
    assert (batch.moved, is_new, len(stage.codings())) == (1, True, 1)
    with pytest.raises(Invalid, match="Nothing is left"):
        stage.tag(key="other")
    with pytest.raises(Invalid, match="already"):
        stage.tag(key="other", spots=old[:1])
    for spots in ([*old[:1], Spot(old[0].source_id, 1, 0, 999)], [old[0]._replace(start=5, end=2)], []):
        with pytest.raises(Invalid):
            stage.tag(key="third", spots=spots)
    with pytest.raises(Invalid):
        stage.tag(key="third", spots=[old[0]._replace(start=at) for at in range(MOST + 1)])
    for wrong in ("", "1:2:3", "a:1:1-2", "1:1:1-" + "9" * 19):
        with pytest.raises(Invalid):
            read_spots([wrong])
    assert len(stage.codings()) == 1
    with transaction() as s:
        service.retire_code(s, stage.coder, s.get_one(Code, stage.code.id))
    with pytest.raises(Conflict):
        stage.tag(key="fourth")
    with session() as s:
        assert s.scalar(select(func.count()).select_from(CodingBatch)) == 1


def test_the_lines_of_a_concordance_are_coded_too(stage: Stage, signed_in: Callable[[Caller], FlaskClient]) -> None:
    browser = signed_in(stage.coder)
    shown = browser.get("/p/village/kwic?q=เงินออม&among=ปีก่อน").get_data(as_text=True)
    link = re.search(r'href="(/p/village/tag\?[^"]*)"', shown)
    assert link
    preview = browser.get(unescape(link[1])).get_data(as_text=True)
    values = re.findall(r'name="p" value="([^"]*)"', preview)
    assert [value.split("/")[0] for value in values] == [str(stage.second.number)], "only the texts of the other search"
    fields = dict(re.findall(r'type="hidden" name="(key|unit|lines|among|q)" value="([^"]*)"', preview))
    notes = re.findall(r'name="note" value="([^"]*)"', preview)
    sent = browser.post(BASE, data=fields | {"p": values, "note": notes, "code_id": stage.code.id})
    assert sent.status_code == 303
    batch = browser.get(sent.location).get_data(as_text=True)
    assert "/p/village/kwic?" in batch
    assert [coding.status for coding in stage.codings()] == ["auto"]


def test_proposals_are_asked_for_looked_at_and_rejected_one_by_one(
    stage: Stage, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    browser = signed_in(stage.coder)
    with transaction() as s:
        for note, words in ((stage.first, "เงินออมทำให้คนในหมู่บ้านคุยกัน"),):
            text = FIRST
            at = text.index(words)
            given = CodingIn(code_id=stage.code.id, start=at, end=at + len(words), quote=words)
            service.add_coding(s, stage.coder, s.get_one(Source, note.source_id), given)
    third = write(stage.coder, stage.project, "เงินออมทำให้คนในหมู่บ้านได้คุยกันทุกเย็น\nแมวนอน", title="ใหม่")
    found = browser.get(f"/p/village/suggest?source={third.source_id}&start=0&end=20").get_json()
    assert found["complete"]
    assert found["codes"][0]["id"] == stage.code.id
    assert "เงินออมทำให้คนในหมู่บ้านคุยกัน" in found["codes"][0]["why"]
    assert browser.get(f"/p/village/suggest?source={third.source_id}").status_code == 422
    assert browser.get("/p/village/suggest?source=99999&start=0&end=2").status_code == 404
    address = f"/p/village/e/{third.number}/suggest"
    key = re.search(r'name="key" value="([^"]*)"', browser.get(address).get_data(as_text=True))
    assert key
    sent = browser.post(address, data={"unit": "sentence", "key": key[1]})
    shown = browser.get(sent.location).get_data(as_text=True)
    assert "คล้าย “เงินออมทำให้คนในหมู่บ้านคุยกัน”" in shown
    coding = next(one for one in stage.codings() if one.status == "proposed")
    browser.post(f"{sent.location}/reject", data={"coding": coding.id})
    assert [one.status for one in stage.codings()] == ["accepted"]
    empty = browser.post(f"/p/village/e/{stage.second.number}/suggest", data={"unit": "sentence", "key": "other"})
    assert empty.location.endswith(f"/e/{stage.second.number}/suggest") or "/tag/batches/" in empty.location


def test_a_search_for_fields_alone_codes_whole_texts_or_their_paragraphs(
    stage: Stage, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    client = signed_in(stage.coder)
    shown = page(client, f"{BASE}?q=kind:fieldnote")
    assert "ระบุเฉพาะช่องข้อมูล" in shown
    assert 'value="sentence"' not in shown.partition("</select>")[0]
    assert len(filled(shown)["p"]) == 3  # two notes and a comment, each as a whole; nothing of the supervisors' note
    assert "ความลับ" not in shown
    assert len(filled(page(client, f"{BASE}?q=kind:fieldnote NOT ปีก่อน&unit=paragraph"))["p"]) == 3
    with_words = filled(page(client, f"{BASE}?q=เงินออม&unit=text"))
    assert len(with_words["p"]) == 3
    form = filled(shown) | {"q": "kind:fieldnote", "unit": "text", "code_id": stage.code.id}
    place = send(client, BASE, **form)
    assert stage.codings()[0].ev_quote == FIRST
    assert len(stage.codings()) == 3
    assert "ทั้งข้อความ" in page(client, place)
