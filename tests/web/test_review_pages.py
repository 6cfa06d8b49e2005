"""The review list as pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from kmwiki import db
from kmwiki.coding.review import settling
from kmwiki.coding.review.filters import facets
from kmwiki.coding.review.showing import review_page
from kmwiki.errors import Forbidden
from tests.make_coding import BODY, make_desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from kmwiki.security.policy import Caller
    from tests.make import Make
    from tests.make_coding import Desk

TOP, MIDDLE, LAST = BODY.split("\n\n")


@pytest.fixture
def desk(make: Make) -> Desk:
    """A project with an entry, a coder and a code."""
    return make_desk(make)


@pytest.fixture
def page(desk: Desk, signed_in: Callable[[Caller], FlaskClient]) -> FlaskClient:
    """The coder's browser."""
    return signed_in(desk.coder)


def plain(html: str) -> str:
    """The page's words without its tags."""
    return re.sub(r"<[^>]+>", "", html)


def test_nothing_waits_at_first(desk: Desk, page: FlaskClient) -> None:
    assert page.get(f"/p/{desk.project.slug}/review").status_code == 200


def test_a_changed_coding_shows_both_texts_and_is_accepted(desk: Desk, page: FlaskClient) -> None:
    coding = desk.add("จ่ายค่าทำศพไปสามราย คนจึงสมัครเพิ่ม")
    desk.save(BODY.replace("สามราย", "แปดรายในปีเดียว"))
    shown = page.get(f"/p/{desk.project.slug}/review?mine=1").get_data(as_text=True)
    assert "จ่ายค่าทำศพไปสามราย คนจึงสมัครเพิ่ม" in plain(shown)
    assert "จ่ายค่าทำศพไปแปดรายในปีเดียว คนจึงสมัครเพิ่ม" in plain(shown)
    assert "<del>" in shown
    assert "<ins>" in shown
    answer = page.post(f"/p/{desk.project.slug}/review/{coding.id}/accept", data={"mine": "1", "page": "2"})
    assert answer.location.endswith("/review?mine=1&page=2")
    assert desk.reread(coding).state == "placed"


def test_a_lost_coding_is_put_on_a_look_alike_or_taken_away(desk: Desk, page: FlaskClient) -> None:
    lost, other = desk.add(LAST), desk.add(MIDDLE)
    desk.save(f"{TOP}\n\nคั่นไว้ด้วยเรื่องอื่นทั้งหมดเลย")
    desk.save(f"{LAST}\n\n{TOP}\n\nคั่นไว้ด้วยเรื่องอื่นทั้งหมดเลย")
    shown = page.get(f"/p/{desk.project.slug}/review").get_data(as_text=True)
    place = re.search(r'name="place" value="([^"]*)"', shown)
    assert place
    assert place[1] == f"3:0-{len(LAST)}"
    url = f"/p/{desk.project.slug}/review"
    for wrong in ("3:0-2", "nonsense", "9:0-3"):
        page.post(f"{url}/{lost.id}/accept", data={"place": wrong})
        assert desk.reread(lost).state == "lost"
    page.post(f"{url}/{lost.id}/accept", data={"place": place[1]})
    assert (desk.reread(lost).state, desk.reread(lost).start) == ("placed", 0)
    page.post(f"{url}/{other.id}/accept")
    assert desk.reread(other).state == "lost"
    page.post(f"{url}/{other.id}/retire")
    assert desk.reread(other).deleted is not None


def test_another_persons_coding_is_shown_but_not_settled(
    desk: Desk, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    coding = desk.add("ปีแรก")
    desk.save("ข้อความใหม่ทั้งหมด")
    colleague = signed_in(desk.make.member(desk.project))
    shown = colleague.get(f"/p/{desk.project.slug}/review").get_data(as_text=True)
    assert "ปีแรก" in shown
    assert f"retire/{coding.id}@" not in shown
    assert colleague.post(f"/p/{desk.project.slug}/review/{coding.id}/retire").status_code == 403
    assert colleague.get(f"/p/{desk.project.slug}/review?mine=1").status_code == 200
    admin = signed_in(desk.make.caller(desk.make.user(is_admin=True)))
    other = make_desk(desk.make).project
    assert admin.post(f"/p/{other.slug}/review/{coding.id}/retire").status_code == 404


def test_an_editor_is_told_what_became_of_the_codings(desk: Desk, page: FlaskClient) -> None:
    desk.add("ปีแรก")
    where = f"/p/{desk.project.slug}/e/{desk.entry.number}/edit"
    shown = page.get(where).get_data(as_text=True)
    fields = dict(re.findall(r'<input[^>]*type="hidden"[^>]*name="(\w+)"[^>]*value="([^"]*)"', shown))
    typed = fields | {"kind": "reflection", "title": "วงคุยสมมุติ", "body": "ข้อความใหม่", "body_format": "plain"}
    answer = page.post(where, data=typed)
    assert answer.status_code == 302
    after = page.get(answer.location).get_data(as_text=True)
    assert "หาย 1 ช่วง" in after


def test_many_are_settled_at_once_and_taken_back(desk: Desk, page: FlaskClient) -> None:
    url = f"/p/{desk.project.slug}/review"
    body = "\n".join(f"เรื่องที่ {number} ชาวบ้านออมเงินคนละสิบบาทต่อเดือน" for number in range(1, 8))
    desk.save(f"{body}\n\nลุงสมมุติเล่าเรื่องผ้าทอจนดึก")
    rows = [desk.add(f"เรื่องที่ {number} ชาวบ้านออมเงิน") for number in range(1, 6)]
    gone = desk.add("ลุงสมมุติเล่าเรื่องผ้าทอจนดึก")
    desk.save(body.replace("ชาวบ้านออมเงิน", "ชาวบ้านเก็บออมเงิน"))
    shown = page.get(url).get_data(as_text=True)
    ticks = re.findall(r'name="c" value="([^"]*)"', shown)
    assert len(ticks) == 6
    answer = page.post(f"{url}/settle", data={"do": "accept", "c": ticks[:2], "mine": "1"})
    assert answer.status_code == 303
    assert "mine=1" in answer.location
    assert [desk.reread(row).state for row in rows] == ["placed", "placed", "changed", "changed", "changed"]
    undo = re.search(r"/review/undo/\d+", page.get(answer.location).get_data(as_text=True))
    assert undo
    page.post(f"/p/{desk.project.slug}{undo[0]}")
    assert {desk.reread(row).state for row in rows} == {"changed"}
    shown = page.get(page.post(f"{url}/settle", data={"do": "accept", "scope": "filter"}).location).get_data(
        as_text=True
    )
    assert {desk.reread(row).state for row in rows} == {"placed"}
    assert "ถ้อยคำหายไปแล้ว" in shown
    page.post(f"{url}/settle", data={"one": f"alike/{ticks[-1]}"})
    page.post(f"{url}/settle", data={"do": "retire", "scope": "page", "seen": ticks})
    assert desk.reread(gone).deleted is not None
    assert [desk.reread(row).deleted for row in rows] == [None] * 5, "what was settled since is not touched"
    for wrong in (
        {"do": "accept"},
        {"c": ticks},
        {"do": "accept", "c": "x"},
        {"do": "accept", "c": "99999@1:0-2"},
        {"one": "x/y"},
    ):
        assert page.post(f"{url}/settle", data=wrong).status_code == 303
    assert page.post(f"{url}/undo/99999").status_code == 303


def test_a_look_alike_is_taken_only_where_it_is_the_only_one_and_was_asked_for(
    desk: Desk, page: FlaskClient, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    url = f"/p/{desk.project.slug}/review"
    one, many, none = "ชาวบ้านออมเงินคนละบาท", "กองทุนจ่ายค่าทำศพไปสามราย", "ป้าสมมุติเล่าเรื่องเก่าให้ฟัง"
    desk.save(f"{one}\n\n{many}\n\n{none}")
    alone, several, gone = desk.add(one), desk.add(many), desk.add(none)
    other = desk.add(one, by=desk.make.member(desk.project))
    desk.save("เขียนใหม่ทั้งหมดตั้งแต่ต้นจนจบ")
    assert {desk.reread(row).state for row in (alone, several, gone)} == {"lost"}
    desk.save(f"คั่น\n\n{one}\n\nคั่น {many}\n\nอีกครั้ง {many}")
    assert desk.reread(alone).state == "lost", "offered, not taken"
    shown = page.get(url).get_data(as_text=True)
    ticks = re.findall(r'name="c" value="([^"]*)"', shown)
    told = page.get(page.post(f"{url}/settle", data={"do": "alike", "c": [*ticks, f"{other.id}@4:-"]}).location)
    assert (desk.reread(alone).state, desk.reread(alone).start) == ("placed", 6)
    assert (desk.reread(several).state, desk.reread(gone).state) == ("lost", "lost")
    words = told.get_data(as_text=True)
    for said in ("ถ้อยคำนั้นมีหลายแห่ง", "ไม่พบถ้อยคำนั้นที่อื่น", "ผู้ลงรหัสหรือผู้ประสานงานเป็นผู้ตัดสิน"):
        assert said in words
    again = desk.add(one)
    assert again.id == alone.id
    supervisor = signed_in(desk.make.member(desk.project, "supervisor"))
    supervisor.post(f"{url}/settle", data={"one": f"alike/{other.id}@4:-"})
    assert desk.reread(other).state == "placed", "a supervisor settles another's, in the other's own layer"
    undo = re.search(r"/review/undo/(\d+)", words)
    assert undo
    assert supervisor.post(f"{url}/undo/{undo[1]}").status_code == 303
    assert desk.reread(alone).state == "placed", "nobody undoes what another has done"


def test_codings_are_put_on_the_words_that_somebody_types(desk: Desk, page: FlaskClient) -> None:
    url = f"/p/{desk.project.slug}/review"
    one, two = desk.add("จ่ายค่าทำศพไปสามราย"), desk.add("เงินก้อนนี้ให้ใช้กับผู้ยากลำบาก")
    now = BODY.replace("สามราย", "แปดราย").replace("ผู้ยากลำบาก", "ผู้สูงอายุ")
    desk.save(now)
    ticks = re.findall(r'name="c" value="([^"]*)"', page.get(url).get_data(as_text=True))

    def typed(first: str, second: str, **more: object) -> None:
        words = {f"words-{one.id}": first, f"words-{two.id}": second}
        page.post(f"{url}/settle", data=words | ({"do": "adjust", "c": ticks} | more))

    typed("ไม่มีคำเหล่านี้", "")
    assert {desk.reread(row).state for row in (one, two)} == {"changed"}
    typed(" ปีแรกจ่ายค่าทำศพไปแปดราย\r\n", "เงิน", one=f"adjust/{ticks[0]}")
    stands = desk.reread(one)
    assert (stands.state, now[stands.start : stands.end]) == ("placed", "ปีแรกจ่ายค่าทำศพไปแปดราย")
    assert stands.ev_quote == "จ่ายค่าทำศพไปสามราย", "the evidence stays"
    typed("", "เงินก้อนนี้")
    stands = desk.reread(two)
    assert (stands.state, now[stands.start : stands.end]) == ("placed", "เงินก้อนนี้")
    desk.save(now.replace("เงินก้อนนี้", "เงินก้อนใหญ่นี้"))
    tick = re.findall(r'name="c" value="([^"]*)"', page.get(url).get_data(as_text=True))[0]
    words = desk.text()[desk.reread(two).start : desk.reread(two).end]
    page.post(f"{url}/settle", data={"one": f"adjust/{tick}", f"words-{two.id}": words})
    assert desk.reread(two).state == "placed", "typed as it stands, it is accepted"


def test_the_list_is_narrowed_and_what_was_changed_meanwhile_is_not_settled_unseen(
    desk: Desk, page: FlaskClient
) -> None:
    url = f"/p/{desk.project.slug}/review"
    other = desk.more_code("หนี้สิน")
    one, two = desk.add("จ่ายค่าทำศพไปสามราย"), desk.add("เงินก้อนนี้ให้ใช้กับผู้ยากลำบาก", other)
    desk.save(BODY.replace("สามราย", "แปดราย").replace("ผู้ยากลำบาก", "ผู้สูงอายุ"))
    listed = [
        re.findall(r'name="c" value="(\d+)@', page.get(f"{url}?{query}").get_data(as_text=True))
        for query in ("", f"code={other.id}", "state=lost", f"coder={desk.coder.user_id}&note=1", "note=99", "page=9")
    ]
    assert listed == [[str(one.id), str(two.id)], [str(two.id)], [], [str(one.id), str(two.id)], [], []]
    ticks = re.findall(r'name="c" value="([^"]*)"', page.get(url).get_data(as_text=True))
    desk.save(BODY.replace("สามราย", "เก้าราย").replace("ผู้ยากลำบาก", "ผู้สูงอายุ"))
    page.post(f"{url}/settle", data={"do": "accept", "c": ticks})
    assert {desk.reread(row).state for row in (one, two)} == {"changed"}
    reader = desk.make.member(desk.project, "reader")
    with db.session() as s, pytest.raises(Forbidden):
        settling.settle(s, reader, desk.project.id, "accept", [settling.Tick(one.id, 3, 0, 1)])


def test_the_statements_of_the_page_do_not_grow_with_what_waits(desk: Desk) -> None:
    body = "\n".join(f"เรื่องที่ {number} ชาวบ้านออมเงินคนละสิบบาท" for number in range(1, 20))
    desk.save(body)
    desk.add("เรื่องที่ 1 ชาวบ้านออมเงิน")
    counts: list[int] = []
    event.listen(db.engine(), "before_cursor_execute", lambda *_: counts.append(1))

    def statements() -> int:
        counts.clear()
        with db.session() as s:
            review_page(s, desk.coder, desk.project.id, offset=0, size=20)
            facets(s, desk.coder, desk.project.id)
        return len(counts)

    desk.save(body.replace("ออมเงิน", "เก็บเงิน"))
    once = statements()
    for number in range(2, 12):
        desk.add(f"เรื่องที่ {number} ชาวบ้านเก็บเงิน")
    desk.save(body.replace("ออมเงิน", "ฝากเงิน"))
    assert statements() == once
