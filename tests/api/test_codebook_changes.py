"""Undoing, splitting, moving, grouping and the past of a codebook through the API."""

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
    return make_desk(make)


@pytest.fixture
def door(desk: Desk, api: Callable[[Caller | None], Api]) -> Api:
    return api(desk.coder)


def test_changes_are_listed_compared_and_undone_and_a_clash_names_its_reason(desk: Desk, door: Api) -> None:
    slug, code = desk.project.slug, desk.code.id
    for definition in ("ก", "ข"):
        door.patch(f"/codes/{code}", json={"definition": definition, "reason": "ลอง"})
    page = door.get(f"/projects/{slug}/codebook/changes?size=2")[1]
    assert [row["no"] for row in page["items"]] == [3, 2]
    assert (page["items"][0]["names"], page["items"][0]["undone_by"], page["total"]) == (["การออม"], None, 3)
    clash = door.post(f"/projects/{slug}/codebook/changes/2/undo", json={})
    assert clash[0] == 409
    assert clash[1]["clashes"][0]["field"] == "definition"
    assert (clash[1]["clashes"][0]["by"], clash[1]["clashes"][0]["version"]) == (desk.coder.name, 3)
    undone = door.post(f"/projects/{slug}/codebook/changes/3/undo", json={"reason": "พลาด"})[1]
    assert undone == {"version": 4, "undone": 3, "moved": 0, "left": 0}
    assert door.get(f"/codes/{code}")[1]["definition"] == "ก"
    apart = door.get(f"/projects/{slug}/codebook/compare?old=2&new=3")[1]
    assert [(row["code_id"], row["kinds"]) for row in apart["codes"]] == [(code, ["reworded"])]
    assert "example_codings" not in apart["codes"][0]["new"]
    assert door.get(f"/projects/{slug}/codebook/compare?old=สักวัน")[0] == 422


def test_the_codes_of_a_past_version_or_day_are_told_in_any_form_of_date(desk: Desk, door: Api) -> None:
    slug = desk.project.slug
    door.patch(f"/codes/{desk.code.id}", json={"name_th": "ออมทรัพย์"})
    past = door.get(f"/projects/{slug}/codes?as_of=1")[1]["items"]
    assert [(row["name_th"], row["count"]) for row in past] == [("การออม", None)]
    for day in ("2020-03-01", "1 มี.ค. 2563", "1/3/2563"):
        assert door.get(f"/projects/{slug}/codes", query_string={"as_of": day})[1]["total"] == 0, day
    assert door.get(f"/projects/{slug}/codes?as_of=31/31/31")[0] == 422
    word = door.client.get(f"/api/v1/projects/{slug}/codebook/docx?at=1", headers=door.headers)
    assert word.data[:2] == b"PK"


def test_a_code_is_split_and_moved(desk: Desk, door: Api) -> None:
    coding = desk.add("ออมวันละบาท")
    for body in (
        {"coding_ids": [coding.id]},
        {"coding_ids": [], "into": 1},
        {"coding_ids": [1], "into": 1, "new": {"name_th": "ก"}},
    ):
        assert door.post(f"/codes/{desk.code.id}/split", json=body)[0] == 422
    made = door.post(
        f"/codes/{desk.code.id}/split", json={"coding_ids": [coding.id, 98765], "new": {"name_th": "ออมรายวัน"}}
    )[1]
    assert (made["code"]["name_th"], made["code"]["count"], made["moved"], made["left"]) == ("ออมรายวัน", 1, 1, [98765])
    new = made["code"]["id"]
    back = door.post(f"/codes/{new}/split", json={"coding_ids": [coding.id], "into": desk.code.id})[1]
    assert back["code"]["id"] == desk.code.id
    door.post(f"/codes/{new}/move", json={"before": desk.code.id})
    assert [row["id"] for row in door.get(f"/projects/{desk.project.slug}/codes")[1]["items"]] == [new, desk.code.id]
    assert door.post(f"/codes/{new}/move", json={"parent_id": new})[0] == 422


def test_groups_and_examples_are_kept_and_told(
    desk: Desk, door: Api, make: Make, api: Callable[[Caller | None], Api]
) -> None:
    slug = desk.project.slug
    made = door.post(f"/projects/{slug}/code-groups", json={"name": "เงิน", "code_ids": [desk.code.id]})
    assert made[0] == 201
    at = f"/code-groups/{made[1]['id']}"
    assert door.get(at)[1]["code_ids"] == [desk.code.id]
    assert door.get(f"/projects/{slug}/codes?group={made[1]['id']}")[1]["total"] == 1
    assert door.get(f"/projects/{slug}/codes?group=999&as_of=1")[1]["total"] == 0
    assert door.patch(at, json={"code_ids": [], "name": "ทุน"})[1] == {**made[1], "code_ids": [], "name": "ทุน"}
    assert door.patch(at, json={"code_ids": [999]})[0] == 404
    assert api(make.caller(make.user())).get(at)[0] == 404
    assert door.delete(at)[0] == 204
    assert door.get(f"/projects/{slug}/code-groups")[1]["items"] == []
    coding = desk.add("ออมวันละบาท")
    examples = f"/codes/{desk.code.id}/examples"
    assert door.post(examples, json={"coding_id": coding.id})[0] == 204
    assert [(row["coding_id"], row["words"], row["changed"]) for row in door.get(examples)[1]["items"]] == [
        (coding.id, "ออมวันละบาท", False)
    ]
    assert door.delete(f"{examples}/{coding.id}")[0] == 204
    assert door.get(examples)[1]["items"] == []
