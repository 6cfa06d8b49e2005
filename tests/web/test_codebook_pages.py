"""The pages of the codebook: tree, code, forms with reasons."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from kmwiki.coding.models import Code
from kmwiki.db import session, transaction
from kmwiki.sources.models import Source
from tests.make_coding import make_desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from kmwiki.security.policy import Caller
    from tests.make import Make
    from tests.make_coding import Desk


@pytest.fixture
def desk(make: Make) -> Desk:
    """A project with an entry, a coder and a code."""
    return make_desk(make)


@pytest.fixture
def page(desk: Desk, signed_in: Callable[[Caller], FlaskClient]) -> FlaskClient:
    """The coder's browser."""
    return signed_in(desk.coder)


def form(**typed: Any) -> dict[str, Any]:
    """A form of a code as a browser sends it."""
    empty = dict.fromkeys(
        ("name_en", "parent_id", "definition", "include", "exclude", "example", "aliases", "color", "pattern"), ""
    )
    return {**empty, "is_codable": "1", "reason": "", **typed}


def fresh(code_id: int) -> Code:
    """The code as the database has it."""
    with session() as s:
        return s.get_one(Code, code_id)


def url(desk: Desk, rest: str = "") -> str:
    """An address of the codebook."""
    return f"/p/{desk.project.slug}/codebook{rest}"


def test_the_tree_shows_names_and_rolled_up_counts(desk: Desk, page: FlaskClient) -> None:
    heading = desk.more_code("หมวดสวัสดิการ", is_codable=False)
    desk.add("ปีแรก", desk.more_code("ฌาปนกิจ", parent_id=heading.id))
    shown = page.get(url(desk)).get_data(as_text=True)
    assert "หมวดสวัสดิการ" in shown
    assert "ฌาปนกิจ" in shown
    assert shown.index("หมวดสวัสดิการ") < shown.index("ฌาปนกิจ")


def test_an_empty_codebook_says_what_to_do(make: Make, signed_in: Callable[[Caller], FlaskClient]) -> None:
    project = make.project()
    shown = signed_in(make.member(project)).get(f"/p/{project.slug}/codebook").get_data(as_text=True)
    assert f"/p/{project.slug}/codebook/new" in shown
    reader = signed_in(make.member(project, "reader")).get(f"/p/{project.slug}/codebook").get_data(as_text=True)
    assert "codebook/new" not in reader


def test_a_code_is_made_by_form_and_its_page_tells_all(desk: Desk, page: FlaskClient) -> None:
    typed = form(
        name_th="ฌาปนกิจ", name_en="Funeral aid", parent_id=str(desk.code.id), definition="เงินช่วยงานศพ",
        include="ข้อหนึ่ง\r\nข้อสอง", exclude="ข้อสาม", example="ศพละยี่สิบบาท", aliases="ค่าทำศพ\r\nเงินศพ", reason="พบบ่อย",
    )  # fmt: skip
    answer = page.post(url(desk, "/new"), data=typed)
    assert answer.status_code == 302
    shown = page.get(answer.location).get_data(as_text=True)
    for words in (
        "ฌาปนกิจ",
        "Funeral aid",
        "เงินช่วยงานศพ",
        "<li>ข้อสอง</li>",
        "ข้อสาม",
        "ศพละยี่สิบบาท",
        "ค่าทำศพ · เงินศพ",
        "พบบ่อย",
    ):
        assert words in shown


def test_a_refused_form_keeps_what_was_typed(desk: Desk, page: FlaskClient) -> None:
    answer = page.post(url(desk, "/new"), data=form(name_th=" ", definition="พิมพ์ไว้แล้ว"))
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "พิมพ์ไว้แล้ว" in shown
    assert 'aria-invalid="true"' in shown
    answer = page.post(url(desk, "/new"), data=form(name_th="การออม"))
    assert answer.status_code == 409
    assert page.post(url(desk, "/new"), data=form(name_th="ก", color="99")).status_code == 422


def test_an_edit_is_saved_as_a_version_and_a_stale_one_is_kept_for_a_second_look(desk: Desk, page: FlaskClient) -> None:
    edit = url(desk, f"/{desk.code.id}/edit")
    assert 'name="base_no" value="1"' in page.get(edit).get_data(as_text=True)
    typed = form(name_th="ออมทรัพย์", color="5", pattern="2", base_no="1", reason="ตรงกว่า")
    assert page.post(edit, data=typed).status_code == 302
    now = fresh(desk.code.id)
    assert (now.name_th, now.aliases, now.color, now.pattern) == ("ออมทรัพย์", [], 5, 2)
    stale = page.post(edit, data=typed | {"definition": "ของฉัน"})
    assert stale.status_code == 409
    assert "ของฉัน" in stale.get_data(as_text=True)
    assert fresh(desk.code.id).definition == ""
    history = page.get(url(desk, "/history")).get_data(as_text=True)
    assert "ตรงกว่า" in history


def test_a_code_is_not_offered_as_its_own_parent(desk: Desk, page: FlaskClient) -> None:
    child = desk.more_code("ลูก", parent_id=desk.code.id)
    other = desk.more_code("อื่น")
    shown = page.get(url(desk, f"/{desk.code.id}/edit")).get_data(as_text=True)
    assert f'<option value="{other.id}"' in shown
    assert f'<option value="{desk.code.id}"' not in shown
    assert f'<option value="{child.id}"' not in shown
    assert (
        page.post(url(desk, f"/{desk.code.id}/edit"), data=form(name_th="การออม", parent_id=str(child.id))).status_code
        == 422
    )


def test_codes_are_moved_retired_and_used_again(desk: Desk, page: FlaskClient) -> None:
    other = desk.more_code("อื่น")
    page.post(url(desk, f"/{other.id}/move"), data={"step": "-1"})
    with session() as s:
        order = s.scalars(select(Code.id).order_by(Code.position)).all()
    assert order == [other.id, desk.code.id]
    page.post(url(desk, f"/{other.id}/move"), data={"parent_id": str(desk.code.id)})
    assert fresh(other.id).parent_id == desk.code.id
    page.post(url(desk, f"/{desk.code.id}/retire"))
    assert fresh(desk.code.id).state == "live"
    page.post(url(desk, f"/{other.id}/retire"), data={"reason": "ไม่ใช้"})
    assert fresh(other.id).state == "retired"
    assert f"/codebook/{other.id}/revive" in page.get(url(desk, f"/{other.id}")).get_data(as_text=True)
    assert f"/codebook/{other.id}" in page.get(url(desk, "/history")).get_data(as_text=True)
    page.post(url(desk, f"/{other.id}/revive"))
    assert fresh(other.id).state == "live"
    page.post(url(desk, f"/{other.id}/revive"))
    assert fresh(other.id).state == "live"


def test_a_merge_says_what_goes_over_and_does_it(desk: Desk, page: FlaskClient) -> None:
    other = desk.more_code("อื่น")
    desk.more_code("ลูก", parent_id=other.id)
    desk.add("ปีแรก", other)
    merge = url(desk, f"/{other.id}/merge")
    assert page.get(merge).status_code == 200
    assert page.post(merge, data={"reason": "ซ้ำกัน"}).status_code == 422
    answer = page.post(merge, data={"into": str(desk.code.id), "reason": "ซ้ำกัน"})
    assert answer.location.endswith(f"/codebook/{desk.code.id}")
    shown = page.get(url(desk, f"/{other.id}")).get_data(as_text=True)
    assert f"/codebook/{desk.code.id}" in shown
    assert page.post(merge, data={"into": str(desk.code.id)}).status_code == 409


def test_codings_in_texts_of_others_are_neither_counted_nor_betrayed(
    desk: Desk, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    used, unused = desk.more_code("ใช้แล้ว"), desk.more_code("ยังไม่ใช้")
    heading = desk.more_code("หมวด", is_codable=False)
    desk.add("ปีแรก", used)
    with transaction() as s:
        s.get_one(Source, desk.source_id).audience = "private"
    owner = signed_in(desk.make.member(desk.project, "owner"))

    def told(code: Code) -> list[str]:
        at = url(desk, f"/{code.id}")
        refused = owner.post(f"{at}/merge", data={"into": str(heading.id)})
        assert refused.status_code == 409
        asked = owner.get(f"{at}/merge").get_data(as_text=True)
        owner.post(f"{at}/retire")
        pages = [refused.get_data(as_text=True), asked, owner.get(at).get_data(as_text=True)]
        notes = [re.sub(r"<option.*?</option>", "", page, flags=re.DOTALL) for page in pages]
        return [re.sub(rf'/{code.id}\b|value="[^"]*"|nonce="[^"]*"|content="[^"]*"', "", note) for note in notes]

    hidden, empty = ([page.replace(code.name_th, "") for page in told(code)] for code in (used, unused))
    assert [page[page.index("<main") :] for page in hidden[:2]] == [page[page.index("<main") :] for page in empty[:2]]
    assert "0 ช่วง" in hidden[1]
    assert "ช่วงที่ลงไว้ 0 ช่วงยังอยู่" in hidden[2]


def test_the_quotes_of_a_code_open_at_their_passage_and_come_in_pages(desk: Desk, page: FlaskClient) -> None:
    body = " ".join(f"คำที่{number}ท้าย" for number in range(25))
    desk.save(body)
    made = [desk.add(f"คำที่{number}ท้าย") for number in range(25)]
    shown = page.get(url(desk, f"/{desk.code.id}")).get_data(as_text=True)
    assert f"/e/{desk.entry.number}#c{made[0].id}" in shown
    assert f"#c{made[24].id}" not in shown
    more = page.get(url(desk, f"/{desk.code.id}?after={made[19].id}")).get_data(as_text=True)
    assert f"#c{made[24].id}" in more
    assert f"#c{made[0].id}" not in more


def test_the_code_of_another_project_is_not_found(desk: Desk, page: FlaskClient) -> None:
    other = make_desk(desk.make)
    assert page.get(url(desk, f"/{other.code.id}")).status_code == 404
    assert page.get(url(other)).status_code == 404
