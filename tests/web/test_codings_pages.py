"""The desk through pages: JSON for scripts, forms for browsers without them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, select

from kmwiki import db
from kmwiki.coding.models import Code, Coding
from kmwiki.comments.service import add_comment
from kmwiki.db import session, transaction
from kmwiki.sources.models import Source
from tests.make_coding import make_desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from kmwiki.security.policy import Caller
    from tests.make import Make
    from tests.make_coding import Desk

JSON = {"Accept": "application/json"}


@pytest.fixture
def desk(make: Make) -> Desk:
    """A project with an entry, a coder and a code."""
    return make_desk(make)


@pytest.fixture
def page(desk: Desk, signed_in: Callable[[Caller], FlaskClient]) -> FlaskClient:
    """The coder's browser."""
    return signed_in(desk.coder)


def given(desk: Desk, quote: str, **more: Any) -> dict[str, Any]:
    """What the desk's script sends."""
    return desk.given(quote).model_dump(mode="json") | {"source_id": desk.source_id} | more


def address(desk: Desk) -> str:
    """Where codings are sent."""
    return f"/p/{desk.project.slug}/codings"


def test_a_passage_is_coded_and_the_redrawn_parts_come_back(desk: Desk, page: FlaskClient) -> None:
    answer = page.post(address(desk), json=given(desk, "ปีแรก", voice="author"), headers=JSON)
    assert answer.status_code == 201
    said = answer.get_json()
    assert [(each["id"], each["source"], each["code"]) for each in said["codings"]] == [
        (said["coding"], desk.source_id, desk.code.id)
    ]
    assert said["codes"][str(desk.code.id)]["th"] == "การออม"
    assert (said["gone"], said["heads"]) == ([], {str(desk.source_id): 1})
    assert said["recent"] == [desk.code.id]
    assert page.post(address(desk), json=given(desk, "ปีแรก"), headers=JSON).status_code == 200
    shown = page.get(f"/p/{desk.project.slug}/e/{desk.entry.number}").get_data(as_text=True)
    assert f'data-codings="{said["coding"]}"' in shown
    assert '<q class="clip clip--1">ปีแรก</q>' in shown


def test_a_new_code_is_made_with_its_first_passage(desk: Desk, page: FlaskClient) -> None:
    sent = given(desk, "ปีแรก", new_code={"name_th": "ปีเริ่มต้น"})
    sent.pop("code_id")
    answer = page.post(address(desk), json=sent, headers=JSON)
    assert answer.status_code == 201
    with session() as s:
        coding = s.get_one(Coding, answer.get_json()["coding"])
        assert s.get_one(Code, coding.code_id).name_th == "ปีเริ่มต้น"
    choices = page.get(f"{address(desk)}/choices").get_json()["choices"]
    assert "ปีเริ่มต้น" in {choice["th"] for choice in choices}


def test_nothing_is_made_when_the_passage_is_refused(desk: Desk, page: FlaskClient) -> None:
    sent = given(desk, "ปีแรก", new_code={"name_th": "ปีเริ่มต้น"}) | {"quote": "ไม่ตรง"}
    answer = page.post(address(desk), json=sent, headers=JSON)
    assert answer.status_code == 422
    assert "ไม่ตรง" in answer.get_json()["detail"]
    with session() as s:
        assert s.scalars(select(Code.name_th).where(Code.project_id == desk.project.id)).all() == ["การออม"]


def test_what_is_no_json_and_what_does_not_fit_is_refused(desk: Desk, page: FlaskClient) -> None:
    assert page.post(address(desk), data="x", headers=JSON).status_code == 422
    assert page.post(address(desk), json=[1], headers=JSON).status_code == 422
    assert page.post(address(desk), json={"start": "x"}, headers=JSON).status_code == 422


def test_a_coding_is_changed_taken_away_and_brought_back_by_script(desk: Desk, page: FlaskClient) -> None:
    coding, other = desk.add("ปีแรก"), desk.more_code("อื่น")
    one = f"{address(desk)}/{coding.id}"
    assert page.post(one, json={"code_id": other.id, "memo": "คิด"}, headers=JSON).status_code == 200
    assert (desk.reread(coding).code_id, desk.reread(coding).memo) == (other.id, "คิด")
    assert page.post(one, json={"new_code": {"name_th": "ใหม่เอี่ยม"}}, headers=JSON).status_code == 200
    assert page.post(one, json={"start": 1}, headers=JSON).status_code == 422
    gone = page.post(f"{one}/remove", json={}, headers=JSON).get_json()
    assert (gone["codings"], gone["gone"]) == ([], [coding.id])
    assert gone["undo"].endswith("/restore")
    back = page.post(gone["undo"], json={}, headers=JSON).get_json()
    assert [each["id"] for each in back["codings"]] == [coding.id]


def test_without_script_a_form_takes_a_coding_away_and_offers_it_back(desk: Desk, page: FlaskClient) -> None:
    coding = desk.add("ปีแรก")
    answer = page.post(f"{address(desk)}/{coding.id}/remove")
    assert answer.status_code == 302
    shown = page.get(answer.location).get_data(as_text=True)
    assert f"/codings/{coding.id}/restore" in shown
    assert desk.reread(coding).deleted is not None
    answer = page.post(f"{address(desk)}/{coding.id}/restore")
    assert answer.location.endswith(f"#c{coding.id}")
    assert desk.reread(coding).deleted is None


def test_the_page_lists_lost_and_changed_codings_with_the_way_to_settle_them(desk: Desk, page: FlaskClient) -> None:
    desk.add("ปีแรก")
    desk.add("จ่ายค่าทำศพไปสามราย คนจึงสมัครเพิ่ม", memo="น่าคิด", voice="document")
    desk.save(desk.text().replace("ปีแรก", "").replace("สามราย", "แปดรายในปีเดียว"))
    shown = page.get(f"/p/{desk.project.slug}/e/{desk.entry.number}").get_data(as_text=True)
    assert shown.count(f"/p/{desk.project.slug}/review") >= 2
    assert "น่าคิด" in shown


def test_a_reader_gets_the_list_without_tools(desk: Desk, signed_in: Callable[[Caller], FlaskClient]) -> None:
    desk.add("ปีแรก")
    reader = signed_in(desk.make.member(desk.project, "reader"))
    shown = reader.get(f"/p/{desk.project.slug}/e/{desk.entry.number}").get_data(as_text=True)
    assert "ปีแรก</q>" in shown
    assert "code-pop" not in shown
    assert "/remove" not in shown
    assert reader.post(address(desk), json=given(desk, "ปีแรก"), headers=JSON).status_code == 403


def test_the_address_of_another_project_does_not_open_a_coding(
    desk: Desk, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    coding, other = desk.add("ปีแรก"), make_desk(desk.make)
    client = signed_in(desk.make.member(other.project))
    assert client.post(f"/p/{other.project.slug}/codings/{coding.id}/remove").status_code == 404
    admin = signed_in(desk.make.caller(desk.make.user(is_admin=True)))
    assert admin.post(f"/p/{other.project.slug}/codings/{coding.id}/remove").status_code == 404
    wrong = admin.post(f"/p/{other.project.slug}/codings", json=given(desk, "ปีแรก"), headers=JSON)
    assert wrong.status_code == 404


def test_a_visitor_is_sent_to_sign_in(desk: Desk, client: FlaskClient) -> None:
    assert client.post(address(desk), json=given(desk, "ปีแรก"), headers=JSON).status_code == 401


def test_an_answer_tells_of_what_was_touched_alone_with_the_words_of_comments(desk: Desk, page: FlaskClient) -> None:
    desk.add("กองทุน")
    with transaction() as s:
        comment = add_comment(s, desk.coder, s.get_one(Source, desk.source_id), body="ปีแรกเหมือนกัน")
        source_id = comment.source_id
    sent = given(desk, "ปีแรก") | {"source_id": source_id, "start": 0, "end": 5, "revision": 1}
    said = page.post(address(desk), json=sent, headers=JSON).get_json()
    assert [(each["source"], each["quote"]) for each in said["codings"]] == [(source_id, "ปีแรก")]
    assert said["heads"] == {str(desk.source_id): 1, str(source_id): 1}
    assert said["coders"].keys() == {str(desk.coder.user_id)}
    assert len(page.get(f"/p/{desk.project.slug}/codings/choices").get_json()["choices"]) == 1


def test_a_page_with_many_codings_asks_the_database_no_more_often(desk: Desk, page: FlaskClient) -> None:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    entry = f"/p/{desk.project.slug}/e/{desk.entry.number}"
    desk.add("ปีแรก")
    page.get(entry)
    event.listen(db.engine(), "before_cursor_execute", note)
    try:
        assert page.get(entry).status_code == 200
        few = len(asked)
        for words in ("กองทุน", "ของเรา", "สองหมู่บ้าน", "สามราย", "คนจึงสมัครเพิ่ม", "เงินก้อนนี้", "ผู้ยากลำบาก"):
            desk.add(words, desk.more_code(f"รหัส{words}"))
        asked.clear()
        assert page.get(entry).status_code == 200
    finally:
        event.remove(db.engine(), "before_cursor_execute", note)
    assert len(asked) == few
