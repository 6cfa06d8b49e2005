"""Memos over the API: written, listed, changed with If-Match, binned and brought back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmwiki.security.policy import Role
from tests.make_coding import make_desk
from tests.make_memos import make_memo

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmwiki.security.policy import Caller
    from tests.conftest import Api
    from tests.make import Make
    from tests.make_coding import Desk


@pytest.fixture
def desk(make: Make) -> Desk:
    return make_desk(make)


def test_a_memo_is_written_read_changed_binned_and_brought_back(
    desk: Desk, api: Callable[[Caller | None], Api]
) -> None:
    mine, memos = api(desk.coder), f"/projects/{desk.project.slug}/memos"
    status, made = mine.post(memos, {"body": "คิดต่อ", "target": f"entry:{desk.entry.id}", "title": "ต้น"})
    assert status == 201
    assert made["target"] == {
        "kind": "entry",
        "id": desk.entry.id,
        "title": "วงคุยสมมุติ",
        "url": made["target"]["url"],
    }
    assert (made["entry_id"], made["visibility"], made["revision"]) == (desk.entry.id, "team", 1)
    assert mine.post(f"{memos}?target=code:{desk.code.id}", {"body": f"ต่อ [[memo:{made['id']}]]"})[0] == 201
    path = f"/memos/{made['id']}"
    assert mine.get(path)[1]["linked_from"][0]["url"] == f"/p/{desk.project.slug}/memos/{made['id'] + 1}"
    assert mine.put(path, {"body": "x"})[0] == 428
    status, saved = mine.put(path, made | {"body": "คิดใหม่"}, headers={"If-Match": '"rev-1"'})
    assert (status, saved["revision"], saved["title"]) == (200, 2, "ต้น")
    status, stale = mine.put(path, {"body": "เก่า"}, headers={"If-Match": '"rev-1"'})
    assert status == 409
    assert stale["merge"]["theirs"] == "คิดใหม่"
    status, history = mine.get(f"{path}/revisions")
    assert [row["body"] for row in history["items"]] == ["คิดใหม่", "คิดต่อ"]
    listed = mine.get(f"{memos}?target=entry:{desk.entry.id}&size=1")[1]
    assert (listed["total"], listed["next"], listed["items"][0]["id"]) == (1, None, made["id"])
    first = mine.get(f"{memos}?size=1&sort=oldest")[1]
    assert mine.get(f"{memos}?size=1&sort=oldest&cursor={first['next']}")[1]["items"][0]["entry_id"] is None
    assert mine.get(f"{memos}?target=code&code={desk.code.id}")[1]["total"] == 1
    assert mine.delete(path)[0] == 204
    assert mine.get(path)[0] == 404
    assert mine.post(f"{path}/restore")[0] == 200
    assert mine.get(path)[0] == 200


def test_what_cannot_be_taken_is_refused_in_its_place(
    make: Make, desk: Desk, api: Callable[[Caller | None], Api]
) -> None:
    mine, memos = api(desk.coder), f"/projects/{desk.project.slug}/memos"
    other = make_desk(make)
    for sent, status in (
        ({"body": " "}, 422),
        ({"title": "ไม่มีข้อความ"}, 422),
        ({"body": "x", "target": "page:1"}, 422),
        ({"body": "x", "visibility": "public"}, 422),
        ({"body": "x", "target": "entry:999"}, 404),
        ({"body": "x", "target": f"code:{other.code.id}"}, 404),
    ):
        assert mine.post(memos, sent)[0] == status, sent
    assert mine.get(f"{memos}?target=nothing")[0] == 422
    assert mine.get(f"{memos}?code={other.code.id}")[0] == 404
    memo = make_memo(desk.project, desk.coder)
    mate = api(make.member(desk.project, Role.OWNER))
    assert mate.put(f"/memos/{memo.id}", {"body": "x"}, headers={"If-Match": '"rev-1"'})[0] == 403
    assert api(make.member(desk.project, Role.COMMENTER)).post(memos, {"body": "x"})[0] == 403
    assert api(other.coder).get(f"/memos/{memo.id}")[0] == 404
    assert api(None).get(f"/memos/{memo.id}")[0] == 401


def test_numbers_in_memos_are_masked_for_readers_and_open_to_their_writer(
    make: Make, desk: Desk, api: Callable[[Caller | None], Api]
) -> None:
    number = "081-555-0142"
    memo = make_memo(desk.project, desk.coder, f"entry:{desk.entry.id}", body=f"โทร {number}", title=f"ถาม {number}")
    hidden = api(make.member(desk.project, Role.READER))
    for path in (f"/memos/{memo.id}", f"/memos/{memo.id}/revisions", f"/projects/{desk.project.slug}/memos"):
        assert number in str(api(desk.coder).get(path)[1])
        assert number not in str(hidden.get(path)[1])
        assert "0142" not in str(hidden.get(path)[1])
