"""The pages of coding rounds, from setting one up to settling: without script, as people click through them."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING

from kmwiki.coding.queries import CodingFilters, find_codings
from kmwiki.db import session as reading
from kmwiki.jobs.worker import Worker
from kmwiki.main import job_kinds
from kmwiki.security.policy import Role
from tests.make_rounds import make_bench

if TYPE_CHECKING:
    from typing import Any

    from flask import Flask
    from werkzeug.test import TestResponse

    from kmwiki.security.policy import Caller
    from tests.make import Make


class Hand:
    """Somebody who clicks."""

    def __init__(self, app: Flask, make: Make, who: Caller) -> None:
        self._client = app.test_client()
        secret = make.sign_in(who.user_id or 0, lasts=timedelta(hours=1))
        self._client.set_cookie("kmwiki", secret, domain="localhost")

    def get(self, url: str) -> str:
        """Return the page."""
        return self._client.get(url, follow_redirects=True).get_data(as_text=True)

    def post(self, url: str, *, follow: bool = True, **form: Any) -> TestResponse:
        """Send a form and, unless told not to, follow where it leads."""
        return self._client.post(url, data=form, follow_redirects=follow)


def case_of(page: str, number: int) -> dict[str, Any]:
    """Return the hidden fields of the form of a case: the place of the case among those that can be settled."""
    ids = re.findall(r'name="codings" value="([\d ]+)"><input type="hidden" name="source" value="(\d+)"', page)[number]
    return {"codings": ids[0], "source": ids[1]}


def test_a_round_from_its_form_to_its_settlement(app: Flask, make: Make) -> None:  # noqa: PLR0915 - one way through
    bench = make_bench(make, with_round=False)
    Worker(job_kinds()).drain()
    boss, a = Hand(app, make, bench.boss), Hand(app, make, bench.a)
    root = f"/p/{bench.project.slug}/rounds"
    assert "ตั้งรอบใหม่" in boss.get(root)
    assert "ตั้งรอบใหม่" not in a.get(root)
    people = [bench.a.user_id, bench.b.user_id]
    wrong = boss.post(f"{root}/new", name="", coder=people[:1], make="1", purpose="ลอง")
    page = wrong.get_data(as_text=True)
    assert wrong.status_code == 422
    assert "ตั้งชื่อรอบ" in page
    assert "ลอง" in page
    found = boss.post(f"{root}/new", name="รอบ", coder=people, q="ครัวเรือน", find="1").get_data(as_text=True)
    assert "บันทึกที่ 1" in found
    assert "บันทึกที่ 2" not in found
    assert "ไม่มีบันทึกที่ตรง" in boss.post(f"{root}/new", q="ไม่มีคำนี้เลย", find="1").get_data(as_text=True)
    assert "note--warn" in boss.post(f"{root}/new", q="(ก OR", find="1").get_data(as_text=True)
    made = boss.post(f"{root}/new", name="รอบ", coder=people, is_blind="1", all="1", make="1", q="", follow=False)
    bench.round_id = int(made.headers["Location"].rpartition("/")[2])
    here = f"{root}/{bench.round_id}"
    board = boss.get(here)
    assert board.count("ยังไม่เริ่ม") == 4
    assert "คุณลงรหัสโดยไม่เห็นของคนอื่น" in a.get(here)
    assert "เหลือให้คุณทำ 2 ข้อความ" in a.get(root)
    menu = re.compile(r'href="[^"]*/rounds"[^>]*>(?:(?!</a>).)*<span class="n">(\d+)</span>', re.DOTALL)
    assert [hit[1] if (hit := menu.search(hand.get(root))) else None for hand in (a, boss)] == ["2", None]
    desk = a.get(f"{here}/texts/{bench.entries[0].number}")
    assert f'data-round="{bench.round_id}"' in desk
    assert "จึงเห็นเพียงว่าทำถึงไหน" in boss.get(f"{here}/texts/{bench.entries[0].number}")
    bench.code(bench.a, "หนี้ของครัวเรือน", "หนี้สิน")
    bench.code(bench.b, "หนี้ของครัวเรือน", "แกนนำ")
    bench.code(bench.a, "ทุกคนพอใจ", "การออม")
    bench.code(bench.b, "ทุกคนพอใจ", "การออม")
    assert "ยังเปิดอยู่" in a.get(f"{here}/compare")
    done = a.post(f"{here}/texts/1/done", done="1")
    assert "ต่อไปคือข้อความนี้" in done.get_data(as_text=True)
    assert "ข้อความสุดท้าย" in a.post(f"{here}/texts/2/done", done="1").get_data(as_text=True)
    assert "ทำข้อความนี้ต่อได้แล้ว" in a.post(f"{here}/texts/2/done", done="0").get_data(as_text=True)
    changed = boss.post(f"{here}/edit", name="รอบสอง", coder=people, text=[one.id for one in bench.entries], make="1")
    assert "แก้รอบแล้ว" not in changed.get_data(as_text=True)  # it was blind, and now would not be
    same: dict[str, Any] = {"is_blind": "1", "coder": people, "text": [one.id for one in bench.entries]}
    assert "แก้รอบแล้ว" in boss.post(f"{here}/edit", name="รอบสอง", make="1", **same).get_data(as_text=True)
    assert "ลบไม่ได้" in boss.post(f"{here}/delete").get_data(as_text=True)
    assert "ยังทำไม่ครบ: 1 จาก 4" in boss.get(f"{here}/close")
    assert "ปิดรอบแล้ว" in boss.post(f"{here}/close").get_data(as_text=True)
    assert "ปิดแล้ว" in a.post(f"{here}/texts/2/done", done="1").get_data(as_text=True)
    assert "แก้รอบแล้ว" in boss.post(f"{here}/edit", name="รอบปิด", make="1").get_data(as_text=True)
    assert "ทีละเรื่อง" in boss.get(f"{here}/texts/1")  # the desk leads to the comparison
    page = a.get(f"{here}/compare")
    assert "คนละรหัส" in page
    assert "รับ 1 ช่วงที่ทุกคนลงตรงกัน" in page
    assert "รับแล้ว 1 ช่วง" in a.post(f"{here}/agreed").get_data(as_text=True)
    case = case_of(page, 0)
    refused = a.post(f"{here}/settle?kind=different", choice="none", reason=" ", **case)
    assert refused.status_code == 422
    assert "เขียนเหตุผล" in refused.get_data(as_text=True)
    assert "เลือกว่าจะใช้รหัสใด" in a.post(f"{here}/settle", reason="เพราะ", **case).get_data(as_text=True)
    refused = a.post(f"{here}/settle?at=1", choice="other", reason="พิมพ์ไว้แล้ว", code="", extent="x", **case)
    assert "เลือกรหัสและช่วงคำ" in refused.get_data(as_text=True)
    assert "พิมพ์ไว้แล้ว" in refused.get_data(as_text=True)
    extent = re.findall(r'<option value="(\d+-\d+)"', page)[0]
    other: dict[str, Any] = {
        "choice": "other",
        "code": bench.codes["แกนนำ"],
        "extent": extent,
        "reason": "ตกลงแล้ว",
        **case,
    }
    settled = a.post(f"{here}/settle?at=1", follow=False, **other)
    assert "/compare/1#d" in settled.headers["Location"]
    text = a.get(f"{here}/compare/1")
    assert "ตกลงแล้ว" in text
    assert "ตกลงครบทุกเรื่องแล้ว" in text
    again = a.post(f"{here}/settle", **(other | {"choice": "none"}))
    assert "ตกลงเรื่องนี้ไปแล้ว" in again.get_data(as_text=True)
    with reading() as s:
        rows, total = find_codings(s, bench.boss, bench.project.id, CodingFilters())
        assert total == 2
        assert {row.quote for row in rows} == {"หนี้ของครัวเรือน", "ทุกคนพอใจ"}
    assert "ถอนข้อตกลงก่อน" in boss.post(f"{here}/reopen").get_data(as_text=True)
    table = a.get(f"{here}/decisions.csv")
    assert "ตกลงแล้ว" in table
    assert table.startswith("\ufeff")
    for undo in re.findall(r'action="([^"]*/decisions/\d+/undo)[^"]*"', text):
        a.post(undo)
    for narrowed in ("kind=same", "state=settled", f"code={bench.codes['หนี้สิน']}", "text=2", "coder=999", "page=9"):
        assert "ทีละเรื่อง" in a.get(f"{here}/compare?{narrowed}")
    assert "ไม่มีเรื่องที่ตรงกับที่เลือกไว้" in a.get(f"{here}/compare?state=settled")
    assert "เปิดรอบอีกครั้งแล้ว" in boss.post(f"{here}/reopen").get_data(as_text=True)
    assert "เคยปิดและเปิดใหม่" in boss.get(here)


def test_rounds_are_hidden_from_readers_and_empty_ones_are_taken_away(app: Flask, make: Make) -> None:
    bench = make_bench(make)
    reader = Hand(app, make, make.member(bench.project, Role.READER))
    root = f"/p/{bench.project.slug}/rounds"
    boss, a = Hand(app, make, bench.boss), Hand(app, make, bench.a)
    here = f"{root}/{bench.round_id}"
    told: dict[str, Any] = {
        "name": "รอบ",
        "coder": [bench.a.user_id, bench.b.user_id],
        "text": [bench.entries[0].id],
        "make": "1",
    }
    boss.post(f"{here}/edit", **{**told, "code": bench.codes["แกนนำ"], "is_blind": "1", "unit": "paragraph"})
    chosen = json.loads(a.get(f"/p/{bench.project.slug}/codings/choices?round={bench.round_id}"))["choices"]
    assert [choice["th"] for choice in chosen if not choice.get("heading")] == ["แกนนำ"]
    assert "แกนนำ" in a.get(f"{here}/texts/1")
    assert "ยังเปิดอยู่" in boss.get(f"{here}/compare/1")
    assert "ยังเปิดอยู่" in a.post(f"{here}/agreed").get_data(as_text=True)
    assert a.post(f"{here}/texts/999/done").status_code == 404
    assert a.post(f"{here}/texts/2/done").status_code == 404  # it is not of the round any more
    assert reader.post(f"{root}/{bench.round_id}/delete").status_code == 403
    assert boss.post(f"{root}/999/close").status_code == 404
    assert boss.post(f"{root}/{bench.round_id}/close").status_code == 200
    assert "ยังไม่มีอะไรให้เปรียบเทียบ" in boss.get(f"{root}/{bench.round_id}/compare")
    assert "ลบรอบแล้ว" in boss.post(f"{root}/{bench.round_id}/delete").get_data(as_text=True)
    assert "ยังไม่มีรอบลงรหัส" in boss.get(root)


def test_rounds_through_the_api(app: Flask, make: Make) -> None:
    bench = make_bench(make, with_round=False)
    client = app.test_client()

    def ask(who: Caller, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {make.token(who.user_id or 0)}"}
        answer = client.open(f"/api/v1{path}", method=method, json=body, headers=headers)
        return answer.status_code, answer.get_json(silent=True)

    root = f"/projects/{bench.project.slug}/rounds"
    data = {
        "name": "รอบ",
        "unit": "paragraph",
        "entry_ids": [one.id for one in bench.entries],
        "coder_ids": [bench.a.user_id, bench.b.user_id],
    }
    status, made = ask(bench.boss, "POST", root, data)
    assert (status, made["unit"], made["state"]) == (201, "paragraph", "open")
    here = f"{root}/{made['id']}"
    bench.round_id = made["id"]
    assert ask(bench.boss, "POST", root, data | {"unit": "word"})[0] == 422
    assert ask(bench.a, "POST", root, data)[0] == 403
    source, words = bench.entries[0].source_id, "หนี้ของครัวเรือน"
    passage = {"code_id": bench.codes["หนี้สิน"], "start": 55, "end": 55 + len(words), "quote": words}
    status, coded = ask(bench.a, "POST", f"/sources/{source}/codings", passage | {"round_id": made["id"]})
    assert (status, coded["round_id"]) == (201, made["id"])
    assert coded["quote"] == "หนี้ของครัวเรือนลดลงในสองปี ทุกคนพอใจกับผลที่ออกมา"
    assert ask(bench.a, "GET", f"/projects/{bench.project.slug}/codings?round={made['id']}")[1]["total"] == 1
    assert ask(bench.b, "GET", f"/projects/{bench.project.slug}/codings?round={made['id']}")[1]["total"] == 0
    assert ask(bench.b, "GET", f"/codings/{coded['id']}")[0] == 404
    assert ask(bench.b, "PUT", f"{here}/texts/{bench.entries[0].id}", {"done": True})[0] == 200
    assert ask(bench.boss, "GET", f"{here}/units")[0] == 409
    assert ask(bench.boss, "GET", f"{here}/cases")[0] == 409
    assert ask(bench.boss, "PATCH", here, {"unit": "free"})[0] == 409
    assert ask(bench.boss, "PATCH", here, {"purpose": "ใหม่"})[1]["purpose"] == "ใหม่"
    cells = ask(bench.b, "GET", here)[1]["texts"][0]["cells"]
    assert [cell["codings"] for cell in cells if cell["coder_id"] == bench.a.user_id] == [None]
    assert ask(bench.boss, "POST", f"{here}/close")[1]["state"] == "closed"
    units = ask(bench.a, "GET", f"{here}/units")[1]
    told = [unit["codes"] for unit in units["texts"][0]["units"]]
    assert told == [
        {str(bench.a.user_id): [], str(bench.b.user_id): []},
        {str(bench.a.user_id): [bench.codes["หนี้สิน"]], str(bench.b.user_id): []},
    ]
    cases = ask(bench.a, "GET", f"{here}/cases?state=open&kind=only")[1]
    assert cases["total"] == 1
    decision = {"codings": [coded["id"]], "choice": "coder", "coder_id": bench.a.user_id, "reason": "ใช่"}
    assert ask(bench.a, "POST", f"{here}/decisions", decision | {"reason": ""})[0] == 422
    status, settled = ask(bench.a, "POST", f"{here}/decisions", decision)
    assert (status, len(settled["made"])) == (201, 1)
    assert ask(bench.a, "POST", f"{here}/decisions", decision)[0] == 200
    assert ask(bench.a, "POST", f"{here}/decisions", decision | {"choice": "none"})[0] == 409
    assert ask(bench.boss, "POST", f"{here}/reopen")[0] == 409
    assert ask(bench.a, "DELETE", f"{here}/decisions/{settled['id']}")[1]["made"] == []
    assert ask(bench.a, "POST", f"{here}/agreed")[1] == {"settled": 0, "left": []}
    assert ask(bench.boss, "POST", f"{here}/reopen")[1]["reopened"] is not None
    assert ask(bench.boss, "DELETE", here)[0] == 409
    assert ask(bench.a, "GET", root)[1]["total"] == 1
    assert ask(bench.a, "GET", f"{root}/999")[0] == 404
