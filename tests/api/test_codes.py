"""Codes of the codebook through the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.make_coding import make_desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmwiki.security.policy import Caller
    from tests.conftest import Api
    from tests.make import Make
    from tests.make_coding import Desk


@pytest.fixture
def desk(make: Make) -> Desk:
    """A project with an entry, a coder and a code."""
    return make_desk(make)


@pytest.fixture
def door(desk: Desk, api: Callable[[Caller | None], Api]) -> Api:
    """The API as the coder sees it."""
    return api(desk.coder)


def test_a_code_is_made_with_all_its_parts_and_told_back(desk: Desk, door: Api) -> None:
    given = {
        "name_th": "ฌาปนกิจ",
        "name_en": "Funeral aid",
        "parent_id": desk.code.id,
        "definition": "เงินช่วยงานศพ",
        "include": "พูดถึงเงินศพ",
        "exclude": "งานศพเป็นฉาก",
        "example": "ศพละยี่สิบบาท",
        "color": 4,
        "is_codable": True,
        "aliases": ["ค่าทำศพ"],
    }
    status, made = door.post(f"/projects/{desk.project.slug}/codes", given)
    assert status == 201
    assert {name: made[name] for name in given} == given
    assert (made["state"], made["count"], made["count_below"]) == ("live", 0, 0)
    assert door.get(f"/codes/{made['id']}") == (200, made)


def test_codes_are_listed_as_the_tree_stands_with_counts_that_roll_up(desk: Desk, door: Api) -> None:
    child = desk.more_code("ลูก", parent_id=desk.code.id)
    desk.more_code("อื่น")
    desk.add("ปีแรก", child)
    desk.add("ปีแรก")
    page = door.get(f"/projects/{desk.project.slug}/codes")[1]
    told = [(item["name_th"], item["count"], item["count_below"]) for item in page["items"]]
    assert told == [("การออม", 1, 2), ("ลูก", 1, 1), ("อื่น", 0, 0)]
    assert (page["total"], page["next"]) == (3, None)
    first = door.get(f"/projects/{desk.project.slug}/codes?size=2")[1]
    rest = door.get(f"/projects/{desk.project.slug}/codes?size=2&cursor={first['next']}")[1]
    assert [item["id"] for item in first["items"] + rest["items"]] == [item["id"] for item in page["items"]]


def test_a_change_is_made_moved_and_refused(desk: Desk, door: Api) -> None:
    other = desk.more_code("อื่น")
    status, changed = door.patch(
        f"/codes/{other.id}", {"parent_id": desk.code.id, "definition": "ใหม่", "reason": "ชัดขึ้น"}
    )
    assert (status, changed["parent_id"], changed["definition"]) == (200, desk.code.id, "ใหม่")
    assert door.patch(f"/codes/{other.id}", {"parent_id": None})[1]["parent_id"] is None
    assert door.patch(f"/codes/{desk.code.id}", {"parent_id": desk.code.id})[0] == 422
    assert door.patch(f"/codes/{other.id}", {"name_th": "การออม"})[0] == 409
    assert door.patch(f"/codes/{other.id}", {"name_th": ""})[0] == 422
    assert door.patch(f"/codes/{other.id}", {"color": 13})[0] == 422
    assert door.patch("/codes/99999", {})[0] == 404


def test_a_code_is_merged_into_another(desk: Desk, door: Api) -> None:
    other = desk.more_code("อื่น")
    desk.add("ปีแรก", other)
    status, into = door.post(f"/codes/{other.id}/merge", {"into": desk.code.id})
    assert (status, into["id"], into["count"], into["aliases"]) == (200, desk.code.id, 1, ["อื่น"])
    gone = door.get(f"/codes/{other.id}")[1]
    assert (gone["state"], gone["merged_into"]) == ("merged", desk.code.id)
    assert door.post(f"/codes/{other.id}/merge", {"into": desk.code.id})[0] == 409
    assert door.post(f"/codes/{desk.code.id}/merge", {"into": desk.code.id})[0] == 422
    assert door.post(f"/codes/{desk.code.id}/merge", {"into": make_desk(desk.make).code.id})[0] == 404
    assert door.post(f"/codes/{desk.code.id}/merge", {})[0] == 422


def test_a_retired_code_is_no_longer_listed_and_one_with_codes_below_is_refused(desk: Desk, door: Api) -> None:
    desk.more_code("ลูก", parent_id=desk.code.id)
    assert door.delete(f"/codes/{desk.code.id}")[0] == 409
    other = desk.more_code("อื่น")
    assert door.delete(f"/codes/{other.id}")[0] == 204
    assert door.get(f"/codes/{other.id}")[1]["state"] == "retired"
    assert "อื่น" not in {item["name_th"] for item in door.get(f"/projects/{desk.project.slug}/codes")[1]["items"]}


def test_names_that_cannot_be_are_refused_with_their_field(desk: Desk, door: Api) -> None:
    url = f"/projects/{desk.project.slug}/codes"
    for given, field in (({"name_th": " "}, "name_th"), ({}, "name_th"), ({"name_th": "ก", "aliases": "ข"}, "aliases")):
        status, problem = door.post(url, given)
        assert (status, problem["errors"][0]["field"]) == (422, field)
    assert door.post(url, {"name_th": "ก", "parent_id": 99999})[0] == 404
    assert door.post(url, {"name_th": "การออม"})[0] == 409
    assert door.post("/projects/nowhere/codes", {"name_th": "ก"})[0] == 404
