"""Pages that change a codebook as a whole: undo, split, groups, moving, finding, live examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmwiki.coding.codebook.groups import groups_of
from kmwiki.coding.codebook.tree import live_codes
from kmwiki.coding.codebook.versions import last_change
from kmwiki.coding.models import Code
from kmwiki.db import session
from kmwiki.security.policy import Role
from kmwiki.web import codebook, codebook_split
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
    return make_desk(make)


@pytest.fixture
def page(desk: Desk, signed_in: Callable[[Caller], FlaskClient]) -> FlaskClient:
    return signed_in(desk.coder)


def url(desk: Desk, rest: str = "") -> str:
    return f"/p/{desk.project.slug}/codebook{rest}"


def newest(desk: Desk) -> int:
    with session() as s:
        return last_change(s, desk.project.id)


def names(desk: Desk) -> list[str]:
    with session() as s:
        return [code.name_th for code in live_codes(s, desk.project.id)]


def test_the_news_of_a_change_holds_its_undo_and_the_history_a_look_at_it(
    desk: Desk, page: FlaskClient, make: Make, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    done = page.post(url(desk, f"/{desk.code.id}/retire"), data={"reason": "ไม่ใช้"}, follow_redirects=True)
    no = newest(desk)
    told = done.get_data(as_text=True)
    assert f"/codebook/history/{no}/undo" in told
    back = page.post(url(desk, f"/history/{no}/undo"), data={"next": url(desk, f"/{desk.code.id}"), "reason": "พลาด"})
    assert back.location == url(desk, f"/{desk.code.id}")
    assert names(desk) == ["การออม"]
    history = page.get(url(desk, "/history")).get_data(as_text=True)
    assert "พลาด" in history
    assert f"เลิกทำแล้วโดยฉบับที่ {no + 1}" in history
    assert "เลิกทำแล้วโดย" in page.get(url(desk, f"/history/{no}/undo")).get_data(as_text=True)
    look = page.get(url(desk, f"/history/{no + 1}/undo")).get_data(as_text=True)
    assert "การออม" in look
    refused = page.post(url(desk, f"/history/{no}/undo"))
    assert refused.status_code == 409
    evil = page.post(url(desk, f"/history/{no + 1}/undo"), data={"next": "//evil.example"})
    assert evil.location == url(desk, "/history")
    assert page.get(url(desk, "/history/999/undo")).status_code == 404
    reader = signed_in(make.member(desk.project, Role.READER))
    assert reader.post(url(desk, "/history/1/undo")).status_code == 403
    assert "/undo" not in reader.get(url(desk, "/history")).get_data(as_text=True)


def test_an_undo_that_another_has_overtaken_tells_what_and_who(desk: Desk, page: FlaskClient) -> None:
    for definition in ("ก", "ข"):
        page.post(url(desk, f"/{desk.code.id}/edit"), data={"name_th": "การออม", "definition": definition})
    no = newest(desk) - 1
    shown = page.post(url(desk, f"/history/{no}/undo"))
    assert shown.status_code == 409
    text = shown.get_data(as_text=True)
    assert desk.coder.name in text
    assert f"ฉบับที่ {no + 1}" in text
    same = page.post(
        url(desk, f"/{desk.code.id}/edit"),
        data={"name_th": "การออม", "definition": "ข", "name_en": "Savings", "is_codable": "1"},
        follow_redirects=True,
    )
    assert newest(desk) in {no + 1, no + 2}  # only what the form really changes is a version
    assert same.status_code == 200


def test_a_split_takes_what_is_ticked_or_all_that_is_found_to_a_new_or_another_code(
    desk: Desk, page: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codebook_split, "SIZE", 2)
    first, second, third = desk.add("ออมวันละบาท"), desk.add("สองหมู่บ้าน"), desk.add("คนจึงสมัครเพิ่ม")
    at = url(desk, f"/{desk.code.id}/split")
    shown = page.get(at).get_data(as_text=True)
    assert "ออมวันละบาท" in shown
    assert "คนจึงสมัครเพิ่ม" not in shown
    assert "คนจึงสมัครเพิ่ม" in page.get(f"{at}?page=99").get_data(as_text=True)
    found = page.get(f"{at}?q=สมัคร&coder={desk.coder.user_id}&voice=none&note=1").get_data(as_text=True)
    assert "คนจึงสมัครเพิ่ม" in found
    assert "ออมวันละบาท" not in found
    assert "ไม่มีช่วงที่ตรง" in page.get(f"{at}?q=ไม่มีคำนี้").get_data(as_text=True)
    assert page.post(at, data={"name_th": "ใหม่"}).status_code == 422
    nameless = page.post(at, data={"pick": str(first.id)})
    assert nameless.status_code == 422
    assert f'value="{first.id}" checked' in nameless.get_data(as_text=True)
    assert page.post(at, data={"pick": str(first.id), "to": "other"}).status_code == 422
    same = page.post(at, data={"pick": str(first.id), "to": "other", "into": str(desk.code.id)})
    assert same.status_code == 422
    assert page.post(at, data={"pick": "987654", "name_th": "ใหม่"}).status_code == 409
    done = page.post(
        at, data={"pick": str(first.id), "picks": f"{second.id},x,987654", "name_th": "ใหม่", "place": "below"}
    )
    made = int(done.location.rsplit("/", 1)[1])
    with session() as s:
        assert s.get_one(Code, made).parent_id == desk.code.id
    assert {desk.reread(each).code_id for each in (first, second)} == {made}
    page.post(at, data={"scope": "found", "q": "สมัคร", "to": "other", "into": str(made)})
    assert desk.reread(third).code_id == made
    assert "ไม่มีอะไรให้แยก" in page.get(at).get_data(as_text=True)
    page.post(url(desk, f"/history/{newest(desk)}/undo"))
    assert desk.reread(third).code_id == desk.code.id


def test_groups_are_made_filled_shown_in_the_tree_and_deleted(
    desk: Desk, page: FlaskClient, make: Make, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    other = desk.more_code("หนี้สิน", definition="เงินที่ยืมมา")
    assert "ยังไม่มีกลุ่ม" in page.get(url(desk, "/groups")).get_data(as_text=True)
    assert page.post(url(desk, "/groups"), data={"name": ""}).status_code == 422
    made = page.post(url(desk, "/groups"), data={"name": "เรื่องเงิน", "description": "ก\r\nข"}).location
    assert page.post(url(desk, "/groups"), data={"name": "เรื่องเงิน"}).status_code == 409
    group_id = int(made.rsplit("/", 1)[1])
    page.post(made, data={"name": "เรื่องเงิน", "code": [str(other.id)]})
    refused = page.post(made, data={"name": "", "code": [str(desk.code.id)]})
    assert refused.status_code == 422
    assert f'value="{desk.code.id}" checked' in refused.get_data(as_text=True)
    tree = page.get(f"{url(desk)}?group={group_id}").get_data(as_text=True)
    assert f'data-code="{other.id}"' in tree
    assert f'data-code="{desk.code.id}"' not in tree
    page.post(url(desk, f"/{desk.code.id}/groups"), data={"group": [str(group_id), "x"]})
    with session() as s:
        assert groups_of(s, desk.project.id)[0].code_ids == tuple(sorted((desk.code.id, other.id)))
    reader = signed_in(make.member(desk.project, Role.READER))
    assert "หนี้สิน" in reader.get(made).get_data(as_text=True)
    assert reader.post(made + "/delete").status_code == 403
    page.post(made + "/delete", data={"reason": "เลิก"})
    assert page.get(made).status_code == 404
    page.post(url(desk, f"/history/{newest(desk)}/undo"))
    assert "เรื่องเงิน" in page.get(url(desk, "/groups")).get_data(as_text=True)


def test_the_codebook_is_searched_in_names_other_names_and_definitions(
    desk: Desk, page: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = desk.more_code("หมวด", is_codable=False)
    under = desk.more_code("กองบุญ", parent_id=top.id, definition="น้ำใจของชุมชน", aliases=["ร่วมบุญ"], name_en="Merit")
    for words in ("นํ้าใจ ชุมชน", "ร่วม", "MERIT", "กองบุญ"):  # the first spelled with other signs
        shown = page.get(url(desk), query_string={"q": words}).get_data(as_text=True)
        assert f'data-code="{under.id}"' in shown, words
        assert f'data-code="{top.id}"' in shown  # what stands above is shown with it
        assert f'data-code="{desk.code.id}"' not in shown
    assert "ไม่มีรหัสที่ตรง" in page.get(url(desk), query_string={"q": "ไม่มีคำนี้"}).get_data(as_text=True)
    monkeypatch.setattr(codebook, "AT_ONCE", 1)
    large = page.get(url(desk)).get_data(as_text=True)
    assert f'data-code="{under.id}"' not in large
    assert f'data-code="{under.id}"' in page.get(url(desk, f"/{top.id}/below")).get_data(as_text=True)
    assert f'data-code="{under.id}"' in page.get(url(desk, f"/{under.id}")).get_data(as_text=True)


def test_a_code_is_put_before_another_by_a_script_or_by_the_form_and_never_under_itself(
    desk: Desk, page: FlaskClient
) -> None:
    second, third = desk.more_code("สอง"), desk.more_code("สาม")
    at = url(desk, f"/{third.id}/move")
    told = page.post(at, data={"parent_id": "", "before": str(desk.code.id)}, headers=JSON).get_json()
    assert "1 จาก 3" in told["message"]
    assert told["undo"] == url(desk, f"/history/{newest(desk)}/undo")
    assert names(desk) == ["สาม", "การออม", "สอง"]
    same = page.post(at, data={"before": str(desk.code.id)}, headers=JSON).get_json()
    assert same["undo"] is None
    under = page.post(at, data={"parent_id": str(second.id)}, headers=JSON).get_json()
    assert "“สอง”" in under["message"]
    loop = page.post(url(desk, f"/{second.id}/move"), data={"parent_id": str(third.id)}, headers=JSON)
    assert (loop.status_code, "สอง" in loop.get_json()["message"]) == (422, True)
    assert page.post(url(desk, f"/{second.id}/move"), data={"parent_id": str(third.id)}).status_code == 302
    page.post(url(desk, f"/{third.id}/retire"))
    gone = page.post(at, data={"step": "1"}, headers=JSON)
    assert gone.status_code == 409
    page.post(url(desk, f"/{desk.code.id}/move"), data={"step": "1"})
    assert names(desk) == ["สอง", "การออม"]


def test_a_passage_becomes_an_example_on_the_page_of_its_code(desk: Desk, page: FlaskClient) -> None:
    coding, at = desk.add("ออมวันละบาท"), url(desk, f"/{desk.code.id}")
    page.post(f"{at}/examples", data={"coding": str(coding.id)})
    assert "live-example" in page.get(at).get_data(as_text=True)
    desk.save(desk.text().replace("ออมวันละบาท", "ออมวันละสองบาท"))
    assert "ตอนนี้ข้อความเขียนว่า" in page.get(at).get_data(as_text=True)
    assert "ออมวันละบาท" in page.get(url(desk, "/at")).get_data(as_text=True)
    elsewhere = desk.add("สองหมู่บ้าน", desk.more_code("อื่น"))
    page.post(f"{at}/examples", data={"coding": str(elsewhere.id)})
    page.post(f"{at}/examples", data={"coding": str(coding.id), "drop": "1"})
    assert "live-example" not in page.get(at).get_data(as_text=True)
    word = page.get(url(desk, "/export/docx?at=1"))
    assert word.data[:2] == b"PK"
    assert page.get(url(desk, "/export/csv?at=1")).status_code == 302
