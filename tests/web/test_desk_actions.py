"""The desk's verbs through pages: undo and redo, cutting, several codes, versions, and what is new since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, select

from kmwiki import db
from kmwiki.coding import service
from kmwiki.coding.actions.news import changed_after, seq_of
from kmwiki.coding.models import Code, Coding, Layer
from kmwiki.coding.round_models import CodingRound, RoundCoder, RoundText
from kmwiki.db import session, transaction
from kmwiki.security.policy import Role
from kmwiki.sources.models import Source
from tests.make_coding import BODY, make_desk

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


def codings(desk: Desk) -> str:
    return f"/p/{desk.project.slug}/codings"


def entry(desk: Desk, verb: str) -> str:
    return f"/p/{desk.project.slug}/e/{desk.entry.number}/codings/{verb}"


def stand() -> list[int]:
    with session() as s:
        return list(s.scalars(select(Coding.id).where(Coding.deleted.is_(None)).order_by(Coding.id)))


def test_the_script_undoes_and_redoes_and_is_told_what_comes_next(desk: Desk, page: FlaskClient) -> None:
    more = [desk.more_code(name).id for name in ("ก", "ข")]
    made = page.post(codings(desk), json=given(desk, "ปีแรก", code_ids=more), headers=JSON)
    said = made.get_json()
    assert (made.status_code, said["new"], said["is_new"]) == (201, stand(), True)
    assert {coding["id"] for coding in said["codings"]} == set(stand())
    assert said["actions"]["undo"] == "เลิกทำ: ลงรหัส 3 รหัสที่ “ปีแรก” รหัสแรกคือ “การออม”"
    assert said["actions"]["redo"] is None
    ids, action = stand(), said["actions"]["undo_id"]
    undone = page.post(entry(desk, "undo"), json={"action": action}, headers=JSON).get_json()
    assert (undone["gone"], undone["codings"], undone["is_new"]) == (ids, [], True)
    assert undone["message"].startswith("เลิกทำแล้ว: ลงรหัส 3 รหัส")
    assert undone["actions"] == {
        "undo": None,
        "redo": "ทำอีกครั้ง: ลงรหัส 3 รหัสที่ “ปีแรก” รหัสแรกคือ “การออม”",
        "undo_id": None,
        "redo_id": action,
    }
    again = page.post(entry(desk, "undo"), json={"action": action}, headers=JSON)
    assert (again.status_code, again.get_json()["is_new"], stand()) == (200, False, [])
    redone = page.post(entry(desk, "redo"), headers=JSON).get_json()
    assert (redone["gone"], stand()) == ([], ids)
    refused = page.post(entry(desk, "redo"), json={}, headers=JSON)
    assert (refused.status_code, refused.get_json()["detail"]) == (409, "ไม่มีอะไรให้ทำอีกครั้งในบันทึกนี้")
    wrong: tuple[Any, ...] = ([], {"action": "x"}, {"action": False}, {"unknown": 1})
    for body in wrong:
        assert page.post(entry(desk, "undo"), json=body, headers=JSON).status_code == 422
    assert (
        page.post(entry(desk, "undo"), data="{", headers=JSON | {"Content-Type": "application/json"}).status_code == 422
    )


def test_without_script_undo_is_a_form_and_says_what_became_of_it(desk: Desk, page: FlaskClient) -> None:
    page.post(codings(desk), json=given(desk, "ปีแรก"), headers=JSON)
    answer = page.post(entry(desk, "undo"), data={"action": "1"}, follow_redirects=True)
    assert "เลิกทำแล้ว: ลงรหัส “การออม” ที่ “ปีแรก”" in answer.get_data(as_text=True)
    assert stand() == []
    answer = page.post(entry(desk, "undo"), follow_redirects=True)
    assert "ไม่มีอะไรให้เลิกทำในบันทึกนี้" in answer.get_data(as_text=True)
    answer = page.post(entry(desk, "redo"), follow_redirects=True)
    assert "ทำอีกครั้งแล้ว" in answer.get_data(as_text=True)
    assert len(stand()) == 1


def test_a_new_code_with_a_passage_is_one_action(desk: Desk, page: FlaskClient) -> None:
    sent = given(desk, "ปีแรก", code_id=None, code_ids=[desk.code.id], new_code={"name_th": "ปีแรก"})
    said = page.post(codings(desk), json=sent, headers=JSON).get_json()
    assert len(said["codings"]) == 2
    with session() as s:
        made = s.scalars(select(Code).where(Code.name_th == "ปีแรก")).one()
    page.post(entry(desk, "undo"), json={}, headers=JSON)
    with session() as s:
        assert s.get_one(Code, made.id).state == "retired"
    page.post(entry(desk, "redo"), json={}, headers=JSON)
    coding = stand()[0]
    page.post(f"{codings(desk)}/{coding}", json={"new_code": {"name_th": "อีกชื่อ"}}, headers=JSON)
    page.post(entry(desk, "undo"), json={}, headers=JSON)
    with session() as s:
        states = {code.name_th: code.state for code in s.scalars(select(Code))}
        assert (states["ปีแรก"], states["อีกชื่อ"]) == ("live", "retired")
        assert s.get_one(Coding, coding).code_id == made.id
    nothing = page.post(codings(desk), json=given(desk, "กองทุน", code_id=None), headers=JSON)
    assert (nothing.status_code, nothing.get_json()["errors"][0]["field"]) == (422, "code_id")


def test_a_coding_is_cut_from_the_page_and_a_stale_page_overwrites_nothing(
    desk: Desk, page: FlaskClient, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    said = page.post(codings(desk), json=given(desk, "ปีแรกจ่าย"), headers=JSON).get_json()
    mine = said["codings"][0]
    cut = page.post(f"{codings(desk)}/{mine['id']}/split", json={"at": mine["start"] + 5}, headers=JSON).get_json()
    assert [one["id"] for one in cut["codings"]] == stand()
    assert (cut["coding"], cut["message"]) == (stand()[1], "ตัดช่วงเป็นสองช่วงแล้ว")
    chief = signed_in(desk.make.member(desk.project, Role.SUPERVISOR))
    first = next(one for one in cut["codings"] if one["id"] == mine["id"])
    theirs = chief.post(f"{codings(desk)}/{mine['id']}", json={"memo": "ของหัวหน้า"}, headers=JSON)
    assert theirs.status_code == 200
    for verb, body in (("", {"memo": "x"}), ("/split", {"at": first["start"] + 2}), ("/remove", {})):
        stale = page.post(
            f"{codings(desk)}/{mine['id']}{verb}", json=body | {"version": first["version"]}, headers=JSON
        )
        present = stale.get_json()
        assert stale.status_code == 409
        assert present["current"]["codings"][0]["memo"] == "ของหัวหน้า"
    with session() as s:
        assert s.get_one(Coding, mine["id"]).memo == "ของหัวหน้า"
    fresh = theirs.get_json()["codings"][0]["version"]
    gone = page.post(f"{codings(desk)}/{mine['id']}/remove", json={"version": fresh}, headers=JSON)
    assert (gone.status_code, gone.get_json()["gone"]) == (200, [mine["id"]])
    other = make_desk(desk.make)
    assert signed_in(other.coder).post(f"{codings(other)}/{mine['id']}/split", json={"at": 3}).status_code == 404


def test_what_others_did_is_told_and_what_they_may_not_know_is_not(
    desk: Desk, page: FlaskClient, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    mate = desk.make.member(desk.project)
    theirs = signed_in(mate)
    start = page.get(entry(desk, "since"))
    assert start.status_code == 204
    coding = desk.add("ปีแรก", by=mate)
    told = page.get(entry(desk, "since?seq=0")).get_json()
    assert [one["id"] for one in told["codings"]] == [coding.id]
    assert page.get(entry(desk, f"since?seq={told['seq']}")).status_code == 204
    theirs.post(f"{codings(desk)}/{coding.id}/remove", headers=JSON)
    gone = page.get(entry(desk, f"since?seq={told['seq']}")).get_json()
    assert (gone["gone"], gone["codings"]) == ([coding.id], [])
    theirs.post(entry(desk, "undo"), json={}, headers=JSON)
    desk.save("นำหน้า\n\n" + BODY)
    moved = page.get(entry(desk, f"since?seq={gone['seq']}")).get_json()
    assert moved["heads"] == {str(desk.source_id): 2}
    other = desk.more_code("ใหม่")
    with transaction() as s:  # a merge of codes reaches every page
        service.merge_codes(s, desk.coder, s.get_one(Code, desk.code.id), s.get_one(Code, other.id))
    merged = page.get(entry(desk, f"since?seq={moved['seq']}")).get_json()
    assert merged["codings"][0]["code"] != desk.code.id
    seq = merged["seq"]
    for nonsense in ("seq=", "seq=x", "seq=-1", "seq=1e3", "seq=" + "9" * 40, "round=0"):
        assert page.get(entry(desk, f"since?{nonsense}")).status_code == 200
    assert page.get(f"/p/{desk.project.slug}/e/999/codings/since").status_code == 404
    _open_blind_round(desk, mate)
    assert page.get(entry(desk, f"since?seq={seq}")).status_code == 204
    assert theirs.get(entry(desk, f"since?seq={seq}")).status_code == 200
    outsider = signed_in(desk.make.caller(desk.make.user()))
    assert outsider.get(entry(desk, "since")).status_code == 404
    with session() as s:  # nor through a text that everybody reads: codings are the team's own
        root, stranger = s.get_one(Source, desk.source_id), desk.make.caller(desk.make.user())
        assert (seq_of(s, stranger, root, after=3), changed_after(s, stranger, root, 0)) == (3, [])


def _open_blind_round(desk: Desk, mate: Caller) -> None:
    """Let both code the text blind, and the mate code in it and outside of it."""
    with transaction() as s:
        opened = CodingRound(project_id=desk.project.id, name="รอบ", is_blind=True, state="open", code_ids=[])
        s.add(opened)
        s.flush()
        s.add(RoundText(round_id=opened.id, root_id=desk.source_id, revision=2))
        s.add_all(RoundCoder(round_id=opened.id, coder_id=each.user_id) for each in (desk.coder, mate))
    code = desk.more_code("รหัสในรอบ")
    desk.add("หมู่บ้าน", code, by=mate)
    desk.add("สมัครเพิ่ม", code, by=mate, round_id=opened.id)
    with session() as s:
        assert "round" in set(s.scalars(select(Layer.kind)))


def test_a_poll_is_two_statements_besides_who_asks(desk: Desk, page: FlaskClient) -> None:
    for quote in ("ปีแรก", "กองทุน", "หมู่บ้าน"):
        desk.add(quote)
    seen: list[str] = []

    def note(_c: object, _cu: object, statement: str, *_: object) -> None:
        seen.append(statement)

    page.get(entry(desk, "since?seq=99"))
    event.listen(db.engine(), "before_cursor_execute", note)
    try:
        assert page.get(entry(desk, "since?seq=99")).status_code == 204
    finally:
        event.remove(db.engine(), "before_cursor_execute", note)
    about = [statement for statement in seen if "sources" in statement or "codings" in statement]
    assert len(about) == 2, seen
    with session() as s:
        plan = "\n".join(
            str(row[-1])
            for row in s.connection().exec_driver_sql(
                "EXPLAIN QUERY PLAN SELECT max(touched) FROM codings WHERE root_id = 1 AND touched > 5"
            )
        )
    assert "ix_codings_root_id_touched" in plan


@pytest.mark.parametrize("body", ['{"a":' * 3000, "[" * 3000, '{"end": ' + "9" * 6000 + "}", '["a"]', "null", "{"])
def test_nonsense_for_json_is_refused_and_breaks_nothing(desk: Desk, page: FlaskClient, body: str) -> None:
    made = desk.add("ออมวันละบาท")
    quotes = f"/p/{desk.project.slug}/quotes"
    for url in (codings(desk), f"{codings(desk)}/{made.id}", f"{codings(desk)}/{made.id}/split", quotes):
        answer = page.post(url, data=body, content_type="application/json", headers=JSON)
        assert answer.status_code == 422
    assert stand() == [made.id]
